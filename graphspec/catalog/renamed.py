"""What became of the layers and arguments that earlier versions of Keras had."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Renamed:
    """What an old name is called now, if one thing is meant by it, and what to do.

    Where ``keeps_values`` is False, what the old name took is not what the new one takes.
    """

    new: str | None
    advice: str
    keeps_values: bool = True


def _is_now(new: str) -> Renamed:
    return Renamed(new, f"it is {new} now")


_PATCHES = "it was removed; take ops.image.extract_patches and an EinsumDense over the patches"
_TIMES = "write an expression or an op, such as ops.where"
_INPUTS = "remove it: a spec says shapes under inputs"
_ADDONS = "it is not part of Keras"
_RANDOM_SIZE = "it was removed; RandomZoom changes the size of what an image shows"

LAYERS: Mapping[str, Renamed] = MappingProxyType({
    "AbstractRNNCell": Renamed(None, "a cell of one's own is a plugin layer"),
    "AtrousConvolution1D": Renamed("Conv1D", "it is Conv1D with a dilation_rate now"),
    "AtrousConvolution2D": Renamed("Conv2D", "it is Conv2D with a dilation_rate now"),
    "ClassMethod": Renamed(None, "it stood for an op; write that op, such as ops.add"),
    "ConvLSTM2DCell": Renamed("ConvLSTM2D", "the cell is not public; use ConvLSTM2D"),
    "ConvRNN2D": Renamed("ConvLSTM2D", "it is ConvLSTM2D now"),
    "ConvRecurrent2D": Renamed("ConvLSTM2D", "it is ConvLSTM2D now"),
    "CuDNNGRU": Renamed("GRU", "it is GRU now, which uses cuDNN where it can"),
    "CuDNNLSTM": Renamed("LSTM", "it is LSTM now, which uses cuDNN where it can"),
    "Deconvolution1D": _is_now("Conv1DTranspose"),
    "Deconvolution2D": _is_now("Conv2DTranspose"),
    "Deconvolution3D": _is_now("Conv3DTranspose"),
    "DenseFeatures": Renamed(None, "feature columns were removed; use the preprocessing layers"),
    "DropBlock2D": Renamed(None, f"{_ADDONS}; SpatialDropout2D drops whole channels"),
    "DropPath": Renamed(None, f"{_ADDONS}; a Dropout with noise_shape [null, 1, 1, 1] drops whole samples"),
    "GELU": Renamed("Activation", "write {Activation: {activation: gelu}}"),
    "GroupedQueryAttention": Renamed("GroupQueryAttention", "Keras exports it as GroupQueryAttention"),
    "Highway": Renamed(None, "it was removed; multiply the output of a Dense by that of a Dense with sigmoid, and add"),
    "Input": Renamed(None, "inputs are declared under inputs, by name and shape"),
    "InputLayer": Renamed(None, "inputs are declared under inputs, by name and shape"),
    "InstanceMethod": Renamed(None, "it stood for an op; write that op, such as ops.add"),
    "InstanceNormalization": Renamed("GroupNormalization", "write {GroupNormalization: {groups: -1}}"),
    "InstanceProperty": Renamed(None, "it stood for an op; write that op, such as ops.add"),
    "Layer": Renamed(None, "it is the class that layers derive from, and does nothing itself"),
    "LocallyConnected1D": Renamed(None, _PATCHES),
    "LocallyConnected2D": Renamed(None, _PATCHES),
    "LogSoftmax": Renamed("Activation", "write {Activation: {activation: log_softmax}}"),
    "MaxoutDense": Renamed(None, "it was removed; take a Dense, a Reshape to [k, units] and ops.max over axis 1"),
    "Merge": Renamed(None, "it was split into Add, Multiply, Average, Maximum, Minimum, Concatenate and Dot"),
    "Mish": Renamed("Activation", "write {Activation: {activation: mish}}"),
    "ParametricSoftplus": Renamed("PReLU", "it was removed; use PReLU, or Activation with softplus"),
    "PeepholeLSTMCell": Renamed("LSTMCell", "it was removed; LSTMCell has no peepholes"),
    "PositionEmbedding": Renamed(None, f"{_ADDONS} but of Keras Hub; add an Embedding of the positions"),
    "PreprocessingLayer": Renamed(None, "it is the class that such layers derived from, and does nothing itself"),
    "RandomFourierFeatures": Renamed(None, "it was removed; it needs a plugin layer"),
    "RandomHeight": Renamed("RandomZoom", _RANDOM_SIZE),
    "RandomWidth": Renamed("RandomZoom", _RANDOM_SIZE),
    "RotaryEmbedding": Renamed(None, f"{_ADDONS} but of Keras Hub; it needs a plugin layer"),
    "SReLU": Renamed("PReLU", "it was removed; PReLU is the nearest"),
    "SeparableConv3D": Renamed(None, "there is none in three dimensions; Conv3D with groups comes near"),
    "DepthwiseConv3D": Renamed("Conv3D", "there is none in three dimensions; write Conv3D with groups"),
    "SequenceFeatures": Renamed(None, "feature columns were removed; use the preprocessing layers"),
    "SiLU": Renamed("Activation", "write {Activation: {activation: silu}}"),
    "Sigmoid": Renamed("Activation", "write {Activation: {activation: sigmoid}}"),
    "SlicingOpLambda": Renamed(None, "it stood for a slice; write an expression, such as x[:, -1]"),
    "SpatialDropout": Renamed(None, "there are SpatialDropout1D, SpatialDropout2D and SpatialDropout3D"),
    "StochasticDepth": Renamed(None, f"{_ADDONS}; a Dropout with noise_shape [null, 1, 1, 1] drops whole samples"),
    "Swish": Renamed("Activation", "write {Activation: {activation: silu}}"),
    "SyncBatchNormalization": Renamed("BatchNormalization", "write {BatchNormalization: {synchronized: true}}"),
    "TFOpLambda": Renamed(None, "it stood for an op; write that op, such as ops.add"),
    "Tanh": Renamed("Activation", "write {Activation: {activation: tanh}}"),
    "TensorFlowOpLayer": Renamed(None, "it stood for an op; write that op, such as ops.add"),
    "ThresholdedLinear": Renamed(None, f"it was removed; {_TIMES}"),
    "ThresholdedReLU": Renamed("ReLU", "write {ReLU: {threshold: ...}}, with theta as the threshold"),
    "TimeDistributedDense": Renamed("Dense", "it is Dense now, which works on the last axis"),
    "TokenAndPositionEmbedding": Renamed(None, f"{_ADDONS} but of Keras Hub; add two Embeddings"),
    "TransformerDecoder": Renamed(None, f"{_ADDONS} but of Keras Hub; write it as a block"),
    "TransformerEncoder": Renamed(None, f"{_ADDONS} but of Keras Hub; write it as a block"),
    "WeightNormalization": Renamed("SpectralNormalization", f"{_ADDONS}; SpectralNormalization is the nearest"),
    "Wrapper": Renamed(None, "it is the class that wrappers derive from, and does nothing itself"),
})  # fmt: skip

# Old arguments of many layers. One whose new name the layer does not take is no old argument of it.
EVERY_LAYER: Mapping[str, Renamed] = MappingProxyType({
    "W_constraint": _is_now("kernel_constraint"),
    "W_regularizer": _is_now("kernel_regularizer"),
    "atrous_rate": _is_now("dilation_rate"),
    "b_constraint": _is_now("bias_constraint"),
    "b_regularizer": _is_now("bias_regularizer"),
    "batch_input_shape": Renamed(None, _INPUTS),
    "batch_size": Renamed(None, _INPUTS),
    "beta_init": _is_now("beta_initializer"),
    "bias": _is_now("use_bias"),
    "border_mode": _is_now("padding"),
    "dim_ordering": Renamed(
        "data_format", "it is data_format now: channels_last for tf, channels_first for th", keeps_values=False
    ),
    "dropout_U": _is_now("recurrent_dropout"),
    "dropout_W": _is_now("dropout"),
    "forget_bias_init": Renamed("unit_forget_bias", "it is unit_forget_bias now: true for one", keeps_values=False),
    "gamma_init": _is_now("gamma_initializer"),
    "init": _is_now("kernel_initializer"),
    "inner_activation": _is_now("recurrent_activation"),
    "inner_init": _is_now("recurrent_initializer"),
    "input_dim": Renamed(None, _INPUTS),
    "input_dtype": Renamed(None, "remove it: a spec says dtypes under inputs"),
    "input_length": Renamed(None, _INPUTS),
    "input_shape": Renamed(None, _INPUTS),
    "nb_filter": _is_now("filters"),
    "p": _is_now("rate"),
    "pool_length": _is_now("pool_size"),
    "subsample": _is_now("strides"),
    "subsample_length": _is_now("strides"),
    "U_regularizer": _is_now("recurrent_regularizer"),
    "weights": Renamed(None, "remove it: a spec holds no weights; load them into the model that was built"),
})  # fmt: skip

EVERY_OPTIMIZER: Mapping[str, Renamed] = MappingProxyType({
    "decay": Renamed(None, "it was removed; give learning_rate a schedule, such as InverseTimeDecay"),
    "lr": _is_now("learning_rate"),
    "schedule_decay": Renamed(None, "it was removed; Nadam has its own"),
})  # fmt: skip

_RECURRENT = {
    "consume_less": Renamed(None, "remove it: Keras chooses how to compute"),
    "implementation": Renamed(None, "remove it: Keras chooses how to compute"),
    "output_dim": _is_now("units"),
    "time_major": Renamed(None, "it was removed; time is always the axis after the batch"),
}
_NORMALISATION = {
    "adjustment": Renamed(None, "it was removed"),
    "fused": Renamed(None, "remove it: Keras chooses how to compute"),
    "mode": Renamed(None, "it was removed"),
    "virtual_batch_size": Renamed(None, "it was removed"),
}
_SIZE = Renamed("kernel_size", "kernel_size holds all the sizes now")
_SIZES = {"nb_col": _SIZE, "nb_row": _SIZE}

_BY_CLASS: Mapping[str, Mapping[str, Renamed]] = {
    "BatchNormalization": _NORMALISATION,
    "Concatenate": {"concat_axis": _is_now("axis")},
    "Conv1D": {"filter_length": _is_now("kernel_size"), "output_dim": _is_now("filters")},
    "Conv2D": _SIZES,
    "Conv2DTranspose": {**_SIZES, "output_shape": Renamed(None, "it was removed; output_padding settles the rest")},
    "Conv3D": dict.fromkeys(("kernel_dim1", "kernel_dim2", "kernel_dim3"), _SIZE),
    "ConvLSTM2D": _SIZES,
    "Dense": {"output_dim": _is_now("units")},
    "Dot": {"dot_axes": _is_now("axes")},
    "Embedding": {
        "dropout": Renamed(None, "it was removed; put a Dropout after the layer"),
        "init": _is_now("embeddings_initializer"),
        "W_constraint": _is_now("embeddings_constraint"),
        "W_regularizer": _is_now("embeddings_regularizer"),
    },
    "GRU": _RECURRENT,
    "GRUCell": _RECURRENT,
    "GaussianNoise": {"sigma": _is_now("stddev")},
    "LSTM": _RECURRENT,
    "LSTMCell": _RECURRENT,
    "LayerNormalization": {"rms_scaling": Renamed(None, "it was wrong; write RMSNormalization")},
    "LeakyReLU": {"alpha": _is_now("negative_slope")},
    "PReLU": {"init": _is_now("alpha_initializer")},
    "RNN": {"time_major": _RECURRENT["time_major"]},
    "ReLU": {"alpha": _is_now("negative_slope")},
    "Reshape": {"dims": _is_now("target_shape")},
    "SeparableConv2D": _SIZES,
    "SimpleRNN": _RECURRENT,
    "SimpleRNNCell": _RECURRENT,
    "UpSampling1D": {"length": _is_now("size")},
}  # fmt: skip

ARGUMENTS: Mapping[tuple[str, str], Renamed] = MappingProxyType({
    (owner, name): renamed for owner, arguments in _BY_CLASS.items() for name, renamed in arguments.items()
})  # fmt: skip
