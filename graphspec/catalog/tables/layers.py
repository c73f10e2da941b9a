"""Kinds of the constructor arguments of layers. ``{n}`` stands for the number of dimensions in the class's name."""

from collections.abc import Mapping
from types import MappingProxyType

SIZES = "int[1:]|list<int[1:];{n}>"
FORMAT = "null|'channels_last'|'channels_first'"
POOLING_STRIDES = "null|int[1:]|list<int[1:];{n}>"
SIDES = "int[0:]|list<int[0:]|list<int[0:];2>;{n}>"
AXES = "int|list<int>"
UNIT = "float[0:1]"
RESIZE = "'nearest'|'bilinear'|'bicubic'|'area'|'lanczos3'|'lanczos5'"
AFFINE = "'nearest'|'bilinear'"
FILL = "'reflect'|'wrap'|'constant'|'nearest'"
MODES = "'int'|'one_hot'|'multi_hot'|'count'|'tf_idf'|'binary'|'tf-idf'"
WINDOW = "null|string|list<float>"
TO_UNIT = "float[0:1]|list<float;2>"
AROUND_ZERO = "float[-1:1]|list<float;2>"

# What an argument of this name holds in every layer that the second table does not name.
ARGUMENTS = MappingProxyType({
    "activation": "null|activation",
    "activity_regularizer": "null|regularizer",
    "alpha": "float",
    "antialias": "bool",
    "autocast": "bool",
    "axis": "int",
    "beta_constraint": "null|constraint",
    "beta_initializer": "null|initializer",
    "beta_regularizer": "null|regularizer",
    "bias_constraint": "null|constraint",
    "bias_initializer": "null|initializer",
    "bias_regularizer": "null|regularizer",
    "center": "bool",
    "data_format": FORMAT,
    "depth_multiplier": "int[1:]",
    "depthwise_constraint": "null|constraint",
    "depthwise_initializer": "null|initializer",
    "depthwise_regularizer": "null|regularizer",
    "dilation_rate": SIZES,
    "dropout": UNIT,
    "dtype": "null|dtype",
    "embeddings_constraint": "null|constraint",
    "embeddings_initializer": "null|initializer",
    "embeddings_regularizer": "null|regularizer",
    "encoding": "string",
    "epsilon": "float[0:]",
    "factor": TO_UNIT,
    "fft_length": "null|int[1:]",
    "fill_mode": FILL,
    "fill_value": "float",
    "filters": "int[1:]",
    "flash_attention": "null|bool",
    "gamma_constraint": "null|constraint",
    "gamma_initializer": "null|initializer",
    "gamma_regularizer": "null|regularizer",
    "go_backwards": "bool",
    "groups": "int[1:]",
    "height": "int[1:]",
    "idf_weights": "null|list<float>",
    "input_dim": "int[1:]",
    "interpolation": AFFINE,
    "invert": "bool",
    "keepdims": "bool",
    "kernel_constraint": "null|constraint",
    "kernel_initializer": "null|initializer",
    "kernel_regularizer": "null|regularizer",
    "kernel_size": SIZES,
    "layer": "layer",
    "lora_alpha": "null|float",
    "lora_rank": "null|int[1:]",
    "mask_zero": "bool",
    "max_tokens": "null|int[2:]",
    "negative_slope": "float[0:]",
    "num_bins": "int[1:]",
    "num_oov_indices": "int[0:]",
    "output_dim": "int[1:]",
    "output_mode": MODES,
    "output_padding": "null|int[0:]|list<int[0:];{n}>",
    "output_size": SIZES,
    "pad_to_max_tokens": "bool",
    "padding": "'valid'|'same'",
    "pointwise_constraint": "null|constraint",
    "pointwise_initializer": "null|initializer",
    "pointwise_regularizer": "null|regularizer",
    "pool_size": SIZES,
    "quantization_config": "null|dict",
    "rate": UNIT,
    "recurrent_activation": "null|activation",
    "recurrent_constraint": "null|constraint",
    "recurrent_dropout": UNIT,
    "recurrent_initializer": "null|initializer",
    "recurrent_regularizer": "null|regularizer",
    "reset_after": "bool",
    "return_sequences": "bool",
    "return_state": "bool",
    "salt": "null|int|list<int;2>",
    "scale": "bool",
    "seed": "null|int",
    "size": SIZES,
    "sliding_window": "null|int[1:]",
    "sparse": "bool",
    "stateful": "bool",
    "strides": SIZES,
    "unit_forget_bias": "bool",
    "units": "int[1:]",
    "unroll": "bool",
    "use_bias": "bool",
    "use_cudnn": "bool|'auto'",
    "use_gate": "bool",
    "use_scale": "bool",
    "value_range": "list<float;2>",
    "width": "int[1:]",
    "window": WINDOW,
    "zero_output_for_mask": "bool",
})  # fmt: skip

# Where a class differs. "*1D" and the like stand for every class of that ending, after the class's own name.
OF_CLASS = MappingProxyType({
    "Activation": {"activation": "null|activation"},
    "ActivityRegularization": {"l1": "float[0:]", "l2": "float[0:]"},
    "AdditiveAttention": {"score_mode": "'dot'|'concat'"},
    "AlphaDropout": {"noise_shape": "null|list<null|int[1:]>"},
    "Attention": {"score_mode": "'dot'|'concat'"},
    "AugMix": {"all_ops": "bool", "alpha": "float(0:]", "chain_depth": "int", "num_chains": "int[1:]"},
    "AveragePooling1D": {"strides": POOLING_STRIDES},
    "AveragePooling2D": {"strides": POOLING_STRIDES},
    "AveragePooling3D": {"strides": POOLING_STRIDES},
    "BatchNormalization": {
        "momentum": UNIT, "moving_mean_initializer": "null|initializer",
        "moving_variance_initializer": "null|initializer", "renorm": "bool",
        "renorm_clipping": "null|dict", "renorm_momentum": UNIT, "synchronized": "bool",
    },
    "Bidirectional": {"backward_layer": "null|layer", "merge_mode": "null|'concat'|'sum'|'mul'|'ave'"},
    "CategoryEncoding": {"num_tokens": "int[1:]", "output_mode": "'one_hot'|'multi_hot'|'count'"},
    "ContrastLimitedAdaptiveHistogramEqualization": {
        "clip_limit": "float", "tile_grid_size": "list<int[1:];2>",
    },
    "Conv1D": {"padding": "'valid'|'same'|'causal'"},
    "Cropping1D": {"cropping": "int[0:]|list<int[0:];2>"},
    "Cropping2D": {"cropping": SIDES},
    "Cropping3D": {"cropping": SIDES},
    "Discretization": {
        "bin_boundaries": "null|list<float>", "num_bins": "null|int[1:]",
        "output_mode": "'int'|'one_hot'|'multi_hot'|'count'",
    },
    "Dot": {"axes": "int|list<int;2>", "normalize": "bool"},
    "Dropout": {"noise_shape": "null|list<null|int[1:]>"},
    "EinsumDense": {
        "bias_axes": "null|string", "equation": "string", "gptq_unpacked_column_size": "null|int[1:]",
        "output_shape": "int|list<null|int>",
    },
    "Equalization": {"bins": "int[1:]"},
    "FlaxLayer": {"method": "null|string", "module": "code"},
    "GaussianNoise": {"stddev": UNIT},
    "GroupNormalization": {"groups": "int[1:]|int[-1:-1]"},
    "GroupQueryAttention": {
        "head_dim": "int[1:]", "num_key_value_heads": "int[1:]", "num_query_heads": "int[1:]",
    },
    "HashedCrossing": {"output_mode": "'int'|'one_hot'"},
    "Hashing": {"mask_value": "null|string|int", "output_mode": "'int'|'one_hot'|'multi_hot'|'count'"},
    "IntegerLookup": {
        "mask_token": "null|int", "oov_method": "'floormod'|'farmhash'", "oov_token": "int",
        "vocabulary": "null|list<int>|path", "vocabulary_dtype": "'int64'",
    },
    "JaxLayer": {
        "call_fn": "code", "init_fn": "null|code", "native_serialization_platforms": "null|list<string>",
    },
    "Lambda": {
        "arguments": "null|dict", "function": "code", "mask": "null|code",
        "output_shape": "null|list<null|int[0:]>|code",
    },
    "LayerNormalization": {"axis": AXES},
    "Masking": {"mask_value": "float|string"},
    "MaxNumBoundingBoxes": {"fill_value": "int", "max_number": "int[1:]"},
    "MaxPooling1D": {"strides": POOLING_STRIDES},
    "MaxPooling2D": {"strides": POOLING_STRIDES},
    "MaxPooling3D": {"strides": POOLING_STRIDES},
    "MelSpectrogram": {
        "fft_length": "int[1:]", "mag_exp": "float", "max_freq": "null|float[0:]", "min_freq": "float[0:]",
        "min_power": "float", "num_mel_bins": "int[1:]", "power_to_db": "bool", "ref_power": "float",
        "sampling_rate": "int[1:]", "sequence_length": "null|int[1:]", "sequence_stride": "int[1:]", "top_db": "float",
    },
    "MixUp": {"alpha": "float(0:]"},
    "MultiHeadAttention": {
        "attention_axes": "null|int|list<int>", "key_dim": "int[1:]", "num_heads": "int[1:]",
        "output_shape": "null|int[1:]|list<int[1:]>", "value_dim": "null|int[1:]",
    },
    "Normalization": {
        "axis": "null|int|list<int>", "mean": "null|array", "variance": "null|array",
    },
    "PReLU": {
        "alpha_constraint": "null|constraint", "alpha_initializer": "null|initializer",
        "alpha_regularizer": "null|regularizer",
        "shared_axes": "null|int|list<int>",
    },
    "Permute": {"dims": "list<int[1:]>"},
    "Pipeline": {"layers": "list<layer>"},
    "RNN": {"cell": "layer|list<layer>"},
    "RandAugment": {"num_ops": "int"},
    "RandomBrightness": {"factor": AROUND_ZERO},
    "RandomColorDegeneration": {"factor": AROUND_ZERO},
    "RandomColorJitter": {
        "brightness_factor": f"null|{AROUND_ZERO}", "contrast_factor": f"null|{TO_UNIT}",
        "hue_factor": f"null|{TO_UNIT}", "saturation_factor": f"null|{AROUND_ZERO}",
    },
    "RandomElasticTransform": {
        "fill_mode": "'constant'|'nearest'|'wrap'|'mirror'|'reflect'", "scale": TO_UNIT,
    },
    "RandomErasing": {"fill_value": "null|float", "scale": TO_UNIT},
    "RandomFlip": {"mode": "'horizontal'|'vertical'|'horizontal_and_vertical'"},
    "RandomGaussianBlur": {"kernel_size": "int[1:]|list<int[1:];2>", "sigma": TO_UNIT},
    "RandomGrayscale": {"factor": UNIT},
    "RandomPerspective": {"scale": UNIT},
    "RandomPosterization": {"factor": "float[1:8]|list<float;2>"},
    "RandomRotation": {"factor": AROUND_ZERO},
    "RandomSaturation": {"factor": AROUND_ZERO},
    "RandomShear": {"x_factor": "float[0:1]|list<float[0:1];2>", "y_factor": "float[0:1]|list<float[0:1];2>"},
    "RandomTranslation": {
        "height_factor": "float[-1:1]|list<float[-1:1];2>", "width_factor": "float[-1:1]|list<float[-1:1];2>",
    },
    "RandomZoom": {
        "height_factor": "float(-1:1]|list<float(-1:1];2>", "width_factor": "null|float(-1:1]|list<float(-1:1];2>",
    },
    "ReLU": {"max_value": "null|float[0:]", "threshold": "float[0:]"},
    "RepeatVector": {"n": "int[1:]"},
    "Rescaling": {"offset": "array", "scale": "array"},
    "Reshape": {"target_shape": "list<null|int[-1:]>"},
    "Resizing": {
        "crop_to_aspect_ratio": "bool", "fill_mode": "'constant'", "interpolation": RESIZE,
        "pad_to_aspect_ratio": "bool",
    },
    "ReversibleEmbedding": {"logit_soft_cap": "null|float", "reverse_dtype": "null|dtype", "tie_weights": "bool"},
    "STFTSpectrogram": {
        "expand_dims": "bool", "frame_length": "int[1:]", "frame_step": "null|int[1:]",
        "mode": "'log'|'magnitude'|'psd'|'real'|'imag'|'angle'|'stft'", "periodic": "bool",
        "scaling": "null|'density'|'spectrum'",
    },
    "Softmax": {"axis": "null|int|list<int>"},
    "Solarization": {
        "addition_factor": "float[0:1]|list<float[0:1];2>", "threshold_factor": "float[0:1]|list<float[0:1];2>",
    },
    "SpectralNormalization": {"power_iterations": "int[1:]"},
    "StackedRNNCells": {"cells": "list<layer>"},
    "StringLookup": {
        "mask_token": "null|string", "oov_token": "string", "vocabulary": "null|list<string>|path",
    },
    "TFSMLayer": {"call_endpoint": "string", "call_training_endpoint": "null|string", "filepath": "path"},
    "TextVectorization": {
        "ngrams": "null|int[1:]|list<int[1:]>", "output_sequence_length": "null|int[1:]", "ragged": "bool",
        "split": "null|'whitespace'|'character'|code",
        "standardize": "null|'lower_and_strip_punctuation'|'lower'|'strip_punctuation'|code",
        "vocabulary": "null|list<string>|path",
    },
    "TorchModuleWrapper": {"module": "code", "output_shape": "null|shape"},
    "UnitNormalization": {"axis": AXES},
    "UpSampling1D": {"size": "int[1:]"},
    "UpSampling2D": {"interpolation": RESIZE},
    "ZeroPadding1D": {"padding": "int[0:]|list<int[0:];2>"},
    "ZeroPadding2D": {"padding": SIDES},
    "ZeroPadding3D": {"padding": SIDES},
})  # fmt: skip

# Arguments that a class takes through its base class, where they do what they say.
INHERITED: Mapping[str, Mapping[str, object]] = MappingProxyType({
    "AdditiveAttention": {"score_mode": "dot", "seed": None},
    "Conv1D": {"lora_rank": None, "lora_alpha": None},
    "Conv2D": {"lora_rank": None, "lora_alpha": None},
    "Conv3D": {"lora_rank": None, "lora_alpha": None},
    "GRU": {"zero_output_for_mask": False},
    "LSTM": {"zero_output_for_mask": False},
    "RandomBrightness": {"data_format": None},
    "RandomContrast": {"data_format": None},
    "AutoContrast": {"data_format": None},
    "Solarization": {"data_format": None},
    "MaxNumBoundingBoxes": {"data_format": None},
    "SimpleRNN": {"zero_output_for_mask": False},
})  # fmt: skip

# Arguments that hold tensors or objects of Python, which no spec can write, and those that a spec writes elsewhere.
LEFT_OUT = frozenset({
    "name", "trainable", "kwargs", "args", "self", "weights", "params", "state", "variables", "input_tensor",
})  # fmt: skip

BASE = MappingProxyType({"activity_regularizer": None, "autocast": True, "dtype": None})

# Base arguments that the class accepts by its signature and then fails on, or does without.
REFUSED_BASE = frozenset({
    ("ActivityRegularization", "activity_regularizer"),
    ("HashedCrossing", "activity_regularizer"),
    ("HashedCrossing", "autocast"),
    ("IntegerLookup", "activity_regularizer"),
    ("IntegerLookup", "autocast"),
    ("StringLookup", "activity_regularizer"),
    ("StringLookup", "autocast"),
})  # fmt: skip

DOCS = MappingProxyType({
    "antialias": "Whether to smooth an image that gets smaller.",
    "call_training_endpoint": "The endpoint to call in training.",
    "dilation_rate": "The steps between the elements of the kernel.",
    "fill_value": "The value to fill with.",
    "gptq_unpacked_column_size": "The number of columns before GPTQ packed them.",
    "layers": "The layers, each fed by the one before.",
    "mask_value": "The value of the steps to skip.",
    "native_serialization_platforms": "The platforms for which the function is serialised.",
    "output_padding": "The sizes to add at the end, which strides leave open.",
    "quantization_config": "How the weights are quantised.",
    "value_range": "The lowest and the highest value of an image.",
    "activity_regularizer": "Regularizer of the layer's output.",
    "autocast": "Whether to cast floating inputs to the layer's compute dtype.",
    "dtype": "The dtype of computations and weights, or the name of a dtype policy.",
    "data_format": "Where the channels stand in an image.",
    "score_mode": "The function that computes attention scores.",
    "seed": "Seed of the random numbers.",
    "zero_output_for_mask": "Whether masked steps give zeros, where return_sequences is true.",
    "lora_rank": "The rank of low-rank adaptation; null for none.",
    "lora_alpha": "The scale of low-rank adaptation; null for the rank.",
})  # fmt: skip

# Arguments that have a default which the class then does not accept.
REQUIRED = frozenset({("CategoryEncoding", "num_tokens")})

REFUSED = MappingProxyType({
    "FlaxLayer": "it runs a Flax module, which is Python code",
    "JaxLayer": "it runs a JAX function, which is Python code",
    "Lambda": "it runs Python code of its own; write an ops node, an expression or a plugin layer",
    "TFSMLayer": "it loads and runs a SavedModel from a file",
    "TorchModuleWrapper": "it runs a PyTorch module, which is Python code",
})  # fmt: skip

# A spec declares inputs, and the other two are there to be derived from.
NOT_LAYERS = frozenset({"Layer", "Wrapper", "InputLayer"})

# Of the layers for images, those that prepare them; the others augment them.
PREPROCESSING = frozenset({"CenterCrop", "MaxNumBoundingBoxes", "RandomCrop", "Resizing"})
