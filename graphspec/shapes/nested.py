"""Layers inside layers: what a wrapper asks of the one that it holds."""

from graphspec.catalog import catalog
from graphspec.shapes.dtypes import is_float
from graphspec.shapes.types import Argument, Effect, LayerType, ShapeError, TensorType

# These take tensors as they are; every other layer casts what is floating to the dtype that it computes in.
UNCAST = frozenset(
    {"StringLookup", "IntegerLookup", "TextVectorization", "Hashing", "HashedCrossing", "CategoryEncoding",
     "RandomFlip", "RandomCrop", "Pipeline", "ReversibleEmbedding"}
)  # fmt: skip


def effect_inside(inner: LayerType, *args: Argument, **kwargs: Argument) -> Effect:
    """Return the effect of calling a layer inside a wrapper, which casts as any call does."""
    # A model has no arguments, and leaves casts to its layers.
    if inner.type not in UNCAST and inner.arguments and inner.arguments.get("autocast") is not False:
        args = tuple(cast_to(inner.compute_dtype, argument) for argument in args)
        kwargs = {name: cast_to(inner.compute_dtype, argument) for name, argument in kwargs.items()}
    return uncast_effect_inside(inner, *args, **kwargs)


def uncast_effect_inside(inner: LayerType, *args: Argument, **kwargs: Argument) -> Effect:
    """Return the effect of a layer inside a wrapper on tensors as they are; its mistake becomes one of the wrapper."""
    _check_operands(inner.type, args)
    try:
        return inner.effect(*args, **kwargs)
    except ShapeError as error:
        raise ShapeError(f"holds {inner.type}, which ", *error.parts, help=error.help) from error


def cast_to(dtype: str, argument: Argument) -> Argument:
    """Return an argument with what is floating in it in another dtype."""
    if isinstance(argument, tuple):
        return tuple(cast_to(dtype, item) for item in argument)
    if isinstance(argument, TensorType) and is_float(argument.dtype) and argument.dtype != dtype:
        return TensorType(argument.shape, dtype)
    return argument


def _check_operands(layer: str, args: tuple[Argument, ...]) -> None:
    found = catalog.layer(layer)
    if found is None:
        return
    required = [argument for argument in found.call if argument.required]
    if len(args) < len(required):
        raise ShapeError(f"holds {layer}, which takes {len(required)} tensors and is given {len(args)}")
    for argument, given in zip(required, args, strict=False):
        if argument.role == "tensor" and isinstance(given, tuple):
            raise ShapeError(f"holds {layer}, which takes one tensor and is given {len(given)}")
    if required[0].role == "tensors" and not isinstance(args[0], tuple):
        raise ShapeError(f"holds {layer}, which takes a list of tensors and is given one")
