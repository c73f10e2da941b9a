"""Kinds of the arguments of initializers, optimizers, losses and the like, and of applications."""

from types import MappingProxyType

UNIT = "float[0:1]"
THRESHOLDS = "null|float[0:1]|list<float[0:1]>"
AXES = "int|list<int>"

ARGUMENTS = MappingProxyType({
    "amsgrad": "bool",
    "axis": "int",
    "beta": "float",
    "beta_1": UNIT,
    "beta_2": UNIT,
    "class_id": "null|int[0:]",
    "clipnorm": "null|float[0:]",
    "clipvalue": "null|float[0:]",
    "decay_rate": "float",
    "decay_steps": "float(0:]",
    "dtype": "null|dtype",
    "ema_momentum": UNIT,
    "ema_overwrite_frequency": "null|int[1:]",
    "epsilon": "float",
    "from_logits": "bool",
    "gain": "float",
    "gamma": "float",
    "global_clipnorm": "null|float[0:]",
    "gradient_accumulation_steps": "null|int[2:]",
    "ignore_class": "null|int",
    "initial_accumulator_value": "float[0:]",
    "initial_learning_rate": "float",
    "input_axes": "null|int|list<int>",
    "k": "int[1:]",
    "label_smoothing": "float[0:1]",
    "learning_rate": "float[0:]|schedule",
    "loss_scale_factor": "null|float",
    "mean": "float",
    "momentum": UNIT,
    "name": "null|string",
    "nesterov": "bool",
    "num_classes": "int[1:]",
    "num_thresholds": "int[1:]",
    "output_axes": "null|int|list<int>",
    "reduction": "null|'sum_over_batch_size'|'sum'|'none'|'mean'|'mean_with_sample_weight'",
    "rho": UNIT,
    "seed": "null|int",
    "sparse_y_pred": "bool",
    "sparse_y_true": "bool",
    "staircase": "bool",
    "stddev": "float[0:]",
    "target_class_ids": "list<int[0:]>",
    "threshold": "null|float",
    "thresholds": THRESHOLDS,
    "top_k": "null|int[1:]",
    "use_ema": "bool",
    "warmup_steps": "int[0:]",
    "weight_decay": "null|float[0:]",
})  # fmt: skip

OF_CLASS = MappingProxyType({
    "AUC": {
        "curve": "'ROC'|'PR'|'PRGAIN'", "label_weights": "null|list<float>", "multi_label": "bool",
        "num_labels": "null|int[1:]", "num_thresholds": "int[2:]",
        "summation_method": "'interpolation'|'minoring'|'majoring'", "thresholds": "null|list<float[0:1]>",
    },
    "Adafactor": {
        "beta_2_decay": "float", "clip_threshold": "float", "epsilon_1": "float", "epsilon_2": "float",
        "relative_step": "bool",
    },
    "AdamW": {"weight_decay": "float[0:]"},
    "BinaryAccuracy": {"threshold": "float"},
    "BinaryFocalCrossentropy": {"alpha": "float", "apply_class_balancing": "bool"},
    "BinaryIoU": {"threshold": "float", "target_class_ids": "list<int[0:1]>"},
    "CategoricalFocalCrossentropy": {"alpha": "float|list<float>"},
    "CategoricalGeneralizedCrossEntropy": {"q": "float(0:1)"},
    "Circle": {"margin": "float", "remove_diagonal": "bool"},
    "Constant": {"value": "bool|array"},
    "CosineDecay": {"alpha": "float", "warmup_steps": "float[0:]", "warmup_target": "null|float"},
    "CosineDecayRestarts": {"alpha": "float", "first_decay_steps": "float(0:]", "m_mul": "float", "t_mul": "float"},
    "CosineSimilarity": {"axis": AXES},
    "Dice": {"axis": "null|int|list<int>"},
    "F1Score": {"average": "null|'micro'|'macro'|'weighted'", "threshold": "null|float(0:1]"},
    "FBetaScore": {"average": "null|'micro'|'macro'|'weighted'", "beta": "float(0:]", "threshold": "null|float(0:1]"},
    "Ftrl": {
        "l1_regularization_strength": "float[0:]", "l2_regularization_strength": "float[0:]",
        "l2_shrinkage_regularization_strength": "float[0:]", "learning_rate_power": "float[:0]",
    },
    "Huber": {"delta": "float"},
    "L1": {"l1": "float[0:]"},
    "L1L2": {"l1": "float[0:]", "l2": "float[0:]"},
    "L2": {"l2": "float[0:]"},
    "Lion": {"beta_1": "float(0:1]"},
    "LossScaleOptimizer": {
        "dynamic_growth_steps": "int[1:]", "initial_scale": "float(0:]", "inner_optimizer": "optimizer",
    },
    "MaxNorm": {"axis": AXES, "max_value": "float"},
    "MinMaxNorm": {"axis": AXES, "max_value": "float", "min_value": "float", "rate": UNIT},
    "Muon": {
        "adam_beta_1": UNIT, "adam_beta_2": UNIT, "adam_lr_ratio": "float", "adam_weight_decay": "null|float[0:]",
        "exclude_embeddings": "bool", "exclude_layers": "null|list<string>", "muon_a": "float", "muon_b": "float",
        "muon_c": "float", "ns_steps": "int[1:]", "rms_rate": "null|float",
    },
    "OrthogonalRegularizer": {"factor": "float[0:]", "mode": "'rows'|'columns'"},
    "PiecewiseConstantDecay": {"boundaries": "list<float>", "values": "list<float>"},
    "PolynomialDecay": {"cycle": "bool", "end_learning_rate": "float", "power": "float"},
    "PrecisionAtRecall": {"recall": UNIT},
    "R2Score": {
        "class_aggregation": "null|'uniform_average'|'variance_weighted_average'", "num_regressors": "int[0:]",
    },
    "RMSprop": {"centered": "bool"},
    "RandomUniform": {"maxval": "float", "minval": "float"},
    "RecallAtPrecision": {"precision": UNIT},
    "STFT": {
        "periodic": "bool", "scaling": "null|'density'|'spectrum'", "side": "'real'|'imag'",
        "window": "null|string|list<float>",
    },
    "SensitivityAtSpecificity": {"specificity": UNIT},
    "SparseTopKCategoricalAccuracy": {"from_sorted_ids": "bool"},
    "SpecificityAtSensitivity": {"sensitivity": UNIT},
    "Tversky": {"alpha": "float", "axis": "null|int|list<int>"},
    "UnitNorm": {"axis": AXES},
    "VarianceScaling": {
        "distribution": "'truncated_normal'|'normal'|'untruncated_normal'|'uniform'",
        "mode": "'fan_in'|'fan_out'|'fan_avg'", "scale": "float(0:]",
    },
})  # fmt: skip

OF_APPLICATIONS = MappingProxyType({
    "alpha": "float(0:]",
    "classes": "int[1:]",
    "classifier_activation": "null|activation",
    "depth_multiplier": "int[1:]",
    "dropout": "float[0:1]",
    "dropout_rate": "float[0:1]",
    "include_preprocessing": "bool",
    "include_top": "bool",
    "input_shape": "null|shape",
    "minimalistic": "bool",
    "pooling": "null|'avg'|'max'",
    "weights": "null|'imagenet'",
})  # fmt: skip

# Abstract classes, and wrappers of Python functions: none is of use in a spec.
LEFT_OUT = frozenset({
    "Initializer", "Regularizer", "Constraint", "Optimizer", "OptimizerMap", "LearningRateSchedule", "Loss",
    "LossFunctionWrapper", "Metric", "MeanMetricWrapper", "MultiOptimizer",
})  # fmt: skip

# What compile reads by the shapes of the output and the target, before any class is looked up.
BY_SHAPE = MappingProxyType({
    "accuracy": "How often predictions equal labels, in the form that fits the output.",
    "acc": "How often predictions equal labels, in the form that fits the output.",
    "crossentropy": "The crossentropy of labels and predictions, in the form that fits the output.",
    "ce": "The crossentropy of labels and predictions, in the form that fits the output.",
})  # fmt: skip

DOCS = MappingProxyType({
    "axis": "The axis, or the axes, that hold one sample.",
    "clipnorm": "The norm to which each gradient is clipped.",
    "clipvalue": "The value to which gradients are clipped.",
    "ema_momentum": "The momentum of the moving average of the weights.",
    "ema_overwrite_frequency": "After how many steps the moving average overwrites the weights.",
    "global_clipnorm": "The norm to which all gradients together are clipped.",
    "gradient_accumulation_steps": "Over how many steps gradients are gathered before an update.",
    "ignore_class": "The class that does not count.",
    "include_preprocessing": "Whether the model rescales its input itself.",
    "input_axes": "The axes of the weights that count as inputs.",
    "loss_scale_factor": "The factor by which the loss is scaled, and gradients unscaled.",
    "output_axes": "The axes of the weights that count as outputs.",
    "remove_diagonal": "Whether a sample is not compared with itself.",
    "rms_rate": "The factor that matches updates to those of Adam.",
    "use_ema": "Whether to keep a moving average of the weights.",
    "weight_decay": "The factor by which weights shrink.",
    "name": "The name under which it is reported.",
    "seed": "Seed of the random numbers.",
    "dtype": "The dtype of its computations.",
    "reduction": "How the losses of a batch become one number.",
    "learning_rate": "The learning rate, or a schedule of it.",
})  # fmt: skip
