"""Rules of the layers that make categories of values, and what an encoding makes of categories."""

from graphspec.shapes.dimension import Dimension, Shape, agreed, as_known, differ, product
from graphspec.shapes.dtypes import FLOATX, INTEGERS
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType

_COUNTED = frozenset({"int32", "int64", "float32", "float64"})
_COUNTABLE_RANK = 2
_HASHED_DTYPES = ("int32", "int64")


def encoded(shape: Shape, mode: str, depth: Dimension) -> Shape:
    """Return the shape of encoded categories; ``multi_hot`` and ``count`` sum over the dimension after the batch."""
    if mode == "int":
        return shape
    if mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)


def need_counted(mode: str, rank: int, dtype: str, *, sparse: bool) -> None:
    """Raise ShapeError for a dtype that TensorFlow does not count in; more dimensions it sums instead."""
    if mode in {"multi_hot", "count"} and rank <= _COUNTABLE_RANK and not sparse and dtype not in _COUNTED:
        raise ShapeError(f'cannot make "{mode}" in {dtype}', help=f"its dtype is one of {', '.join(sorted(_COUNTED))}")


def discretization(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Discretization, with one FLOP for each element.

    Without boundaries, ``adapt`` finds them: there is one bin more than boundaries.
    """
    boundaries, mode = layer["bin_boundaries"], layer["output_mode"]
    if (boundaries is None) == (layer["num_bins"] is None):
        raise ShapeError('needs one of "bin_boundaries" and "num_bins"')
    if layer["sparse"] and mode == "int":
        raise ShapeError('cannot be sparse with output_mode "int"')
    depth = layer["num_bins"] if boundaries is None else len(boundaries) + 1
    dtype = "int32" if mode == "int" else layer.compute_dtype
    need_counted(mode, inputs.rank, dtype, sparse=layer["sparse"])
    return Effect(TensorType(encoded(inputs.shape, mode, depth), dtype), flops=product(inputs.shape[1:]))


def category_encoding(layer: LayerType, inputs: TensorType, count_weights: TensorType | None = None) -> Effect:
    """Return the effect of CategoryEncoding; it moves data, and takes no FLOPs."""
    mode, dtype = layer["output_mode"], layer.variable_dtype
    if count_weights is not None:
        _need_weights(mode, inputs, count_weights)
        need_counted(mode, inputs.rank, layer.compute_dtype, sparse=False)
        dtype = dtype if inputs.rank <= _COUNTABLE_RANK else layer.compute_dtype
    counted = mode != "one_hot" and inputs.rank <= _COUNTABLE_RANK
    if counted and inputs.dtype not in {"int32", "int64"} and (layer["sparse"] or inputs.dtype in INTEGERS):
        raise ShapeError(f'cannot make "{mode}" of {inputs.dtype}: ', inputs, help="cast it before: ops.cast")
    need_counted(mode, inputs.rank, dtype, sparse=layer["sparse"])
    return Effect(TensorType(encoded(inputs.shape, mode, layer["num_tokens"]), dtype))


def _need_weights(mode: str, x: TensorType, weights: TensorType) -> None:
    if mode != "count":
        raise ShapeError(f'takes "count_weights" with output_mode "count" alone, not with "{mode}"')
    if x.rank != weights.rank or any(map(differ, x.shape, weights.shape)):
        raise ShapeError("cannot weigh ", x, " by ", weights)


def hashing(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Hashing; no FLOPs."""
    mode, mask = layer["output_mode"], layer["mask_value"]
    dtype = layer.variable_dtype if layer["dtype"] else "int64" if mode == "int" else FLOATX
    if mode == "int" and layer["dtype"] and layer["dtype"] not in _HASHED_DTYPES:
        raise ShapeError(f"makes integers, and its dtype is {layer['dtype']}", help='write "dtype: int32", or leave it')
    if layer["sparse"] and mode == "int":
        raise ShapeError('cannot be sparse with output_mode "int"')
    if mask is not None and layer["num_bins"] > 1 and not _comparable(mask, inputs.dtype):
        raise ShapeError(f"cannot compare mask_value {mask!r} with {inputs.dtype}: ", inputs)
    need_counted(mode, inputs.rank, dtype, sparse=layer["sparse"])
    shape = inputs.shape
    if mode == "one_hot" and inputs.rank > 1 and shape[-1] == 1:
        shape = shape[:-1]
    return Effect(TensorType(encoded(shape, mode, layer["num_bins"]), dtype))


def _comparable(mask: str | int, dtype: str) -> bool:
    return dtype == "string" if isinstance(mask, str) else dtype not in {"string", "bool"}


def hashed_crossing(layer: LayerType, inputs: tuple[TensorType, ...]) -> Effect:
    """Return the effect of HashedCrossing, which takes single features: ``(batch,)`` or ``(batch, 1)``; no FLOPs."""
    x, y, *others = inputs
    if others:
        raise ShapeError(f"crosses two tensors, and gets {len(inputs)}")
    for item in inputs:
        if item.dtype not in INTEGERS and item.dtype != "string":
            raise ShapeError(f"crosses integers and strings, not {item.dtype}: ", item)
        if item.rank not in {1, _COUNTABLE_RANK} or (item.rank == _COUNTABLE_RANK and item.shape[1] != 1):
            raise ShapeError("crosses tensors of shape (batch,) or (batch, 1), not ", item)
    # Keras compares the last dimension as it builds, when one that is not known differs from one that is.
    if x.rank != y.rank or differ(x.shape[0], y.shape[0]) or as_known(x.shape[-1]) != as_known(y.shape[-1]):
        raise ShapeError("cannot cross ", x, " and ", y, ": their shapes differ")
    mode = layer["output_mode"]
    default = "int64" if mode == "int" else layer.variable_dtype
    dtype = layer.compute_dtype if layer["dtype"] else default
    return Effect(TensorType(encoded(tuple(map(agreed, x.shape, y.shape)), mode, layer["num_bins"]), dtype))


RULES: dict[str, Rule] = {
    "Discretization": discretization,
    "CategoryEncoding": category_encoding,
    "Hashing": hashing,
    "HashedCrossing": hashed_crossing,
}
