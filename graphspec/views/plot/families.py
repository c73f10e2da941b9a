"""Which family a call belongs to, and so its colour."""

from graphspec.catalog import catalog
from graphspec.graph.ir import Callable

_OF_CATALOG = {
    "convolution": "convolution",
    "core": "dense",
    "rnn": "recurrent",
    "attention": "recurrent",
    "normalization": "normalization",
    "preprocessing": "normalization",
    "activation": "activation",
    "pooling": "pooling",
    "merging": "merging",
    "reshaping": "other",
    "regularization": "other",
}
_SAMPLING = ("UpSampling", "Resizing", "CenterCrop")
_ACTIVATIONS = frozenset(
    {"relu", "relu6", "gelu", "silu", "swish", "elu", "selu", "sigmoid", "softmax", "log_softmax", "softplus",
     "softsign", "tanh", "hard_sigmoid", "hard_silu", "hard_swish", "leaky_relu", "log_sigmoid", "celu", "glu", "mish"}
)  # fmt: skip
_MERGING = frozenset(
    {"add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "mod", "power", "matmul", "maximum",
     "minimum", "concatenate", "stack", "dot", "einsum", "where", "average"}
)  # fmt: skip
FAMILIES = (
    "input", "convolution", "dense", "recurrent", "normalization", "activation", "pooling", "merging", "model", "other",
)  # fmt: skip


def family_of(made: Callable) -> str:
    """Return the family of what a call calls; a wrapper has that of the layer inside."""
    if made.kind in {"model", "application"}:
        return "model"
    inner = made.arguments.get("layer")
    if isinstance(inner, Callable):
        return family_of(inner)
    return family_of_layer(made.type)


def family_of_layer(name: str) -> str:
    """Return the family of a class of layers."""
    if name.startswith(_SAMPLING):
        return "pooling"
    found = catalog.layer(name)
    return "other" if found is None else _OF_CATALOG.get(found.family, "other")


def family_of_op(name: str) -> str:
    """Return the family of an op."""
    stem = name.rsplit(".", 1)[-1]
    return "activation" if stem in _ACTIVATIONS else "merging" if stem in _MERGING else "other"
