"""What the arguments of a layer's call are, and what the call gives."""

from types import MappingProxyType

TENSOR = "tensor"
TENSORS = "tensors"
MASK = "mask"
LITERAL = "literal"

ROLES = MappingProxyType({
    "inputs": TENSOR,
    "data": TENSOR,
    "x": TENSOR,
    "sequence": TENSOR,
    "sequences": TENSOR,
    "query": TENSOR,
    "value": TENSOR,
    "key": TENSOR,
    "count_weights": TENSOR,
    "states": TENSORS,
    "initial_state": TENSORS,
    "mask": MASK,
    "query_mask": MASK,
    "value_mask": MASK,
    "key_mask": MASK,
    "attention_mask": MASK,
    "training": LITERAL,
    "reverse": LITERAL,
    "return_attention_scores": LITERAL,
    "use_causal_mask": LITERAL,
})  # fmt: skip

KINDS = MappingProxyType({
    "training": "null|bool",
    "reverse": "bool",
    "return_attention_scores": "bool",
    "use_causal_mask": "bool",
})  # fmt: skip

# Layers whose first argument is a list: how many tensors it holds at least, and at most.
LISTS = MappingProxyType({
    "Add": (1, None),
    "AdditiveAttention": (2, 3),
    "Attention": (2, 3),
    "Average": (1, None),
    "Concatenate": (1, None),
    "Dot": (2, 2),
    "HashedCrossing": (2, None),
    "MaxNumBoundingBoxes": (1, None),
    "Maximum": (1, None),
    "Minimum": (1, None),
    "Multiply": (1, None),
    "Subtract": (2, 2),
})  # fmt: skip

DOCS = MappingProxyType({
    "training": "Whether the layer behaves as in training; null leaves it to Keras.",
    "mask": "The mask that says which positions count.",
    "query_mask": "The mask of the query.",
    "value_mask": "The mask of the value.",
    "key_mask": "The mask of the key.",
    "states": "The states of the step before.",
    "initial_state": "The states to start from.",
    "inputs": "The input.",
    "data": "The image or images.",
    "sequences": "The sequences, time first after the batch.",
})  # fmt: skip

_STATE = (("output", None), ("state", "return_state"))
_STATES = (("output", None), ("state_h", "return_state"), ("state_c", "return_state"))
_SCORES = (("output", None), ("scores", "return_attention_scores"))
_CELL = (("output", None), ("states", None))

OUTPUTS = MappingProxyType({
    "AdditiveAttention": _SCORES,
    "Attention": _SCORES,
    "ConvLSTM1D": _STATES,
    "ConvLSTM2D": _STATES,
    "ConvLSTM3D": _STATES,
    "GRU": _STATE,
    "GRUCell": _CELL,
    "GroupQueryAttention": _SCORES,
    "LSTM": _STATES,
    "LSTMCell": _CELL,
    "MultiHeadAttention": _SCORES,
    "SimpleRNN": _STATE,
    "SimpleRNNCell": _CELL,
})  # fmt: skip

OUTPUTS_OF = MappingProxyType({
    "Bidirectional": "layer",
    "RNN": "cell",
    "SpectralNormalization": "layer",
    "StackedRNNCells": "cells",
    "TimeDistributed": "layer",
})  # fmt: skip
