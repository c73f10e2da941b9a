"""Rules of the layers that merge a list of tensors."""

from functools import reduce

from graphspec.shapes.axes import axis_of
from graphspec.shapes.bits import bits_of
from graphspec.shapes.broadcast import broadcast_samples, common_batch
from graphspec.shapes.dimension import Dimension, agreed, as_known, differ, plus, product, show, times
from graphspec.shapes.dtypes import COMPLEX, WIDE, is_float, result_type
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, need_min_rank, same

_VERBS = {"Add": "add", "Subtract": "subtract", "Multiply": "multiply", "Average": "average", "Maximum": "compare",
          "Minimum": "compare"}  # fmt: skip
_DOT_HELP = "axes names one dimension of each, the batch being 0; both have the same size"


def elementwise(layer: LayerType, inputs: tuple[TensorType, ...]) -> Effect:
    """Return the effect of Add, Subtract, Multiply, Average, Maximum and Minimum.

    FLOPs: one for each element of the result and each tensor after the first; Average divides once more.
    """
    verb = _VERBS[layer.type]
    shape = broadcast_samples(*inputs, verb=verb)
    merged = reduce(lambda one, other: _merged(one, other, verb), inputs)
    dtype, steps = merged.dtype, len(inputs) - 1
    if layer.type == "Average":
        dtype, steps = _quotient_dtype(merged), steps + 1
    return Effect(TensorType(shape, dtype), flops=times(product(shape[1:]), steps))


def _merged(one: TensorType, other: TensorType, verb: str) -> TensorType:
    if one.dtype == other.dtype == "bool":
        raise ShapeError(
            f"cannot {verb} bool and bool: ", one, " and ", other, help="cast one of them before: ops.cast"
        )
    return TensorType(other.shape, result_type(one.dtype, other.dtype))


def _quotient_dtype(x: TensorType) -> str:
    """Return the dtype of a tensor divided by a count, as TensorFlow divides: wide integers become float64."""
    if is_float(x.dtype) or x.dtype in COMPLEX:
        return x.dtype
    if x.dtype == "bool":
        raise ShapeError("cannot average bool: ", x, help="cast it before: ops.cast")
    return "float64" if bits_of(x.dtype) >= WIDE else "float32"


def concatenate(layer: LayerType, inputs: tuple[TensorType, ...]) -> Effect:
    """Return the effect of Concatenate: sizes along the axis are added, the others have to agree; no FLOPs.

    One tensor alone passes, even where the axis is past its end.
    """
    first = inputs[0]
    if len(inputs) == 1 and layer["axis"] >= -first.rank:
        return same(first)
    for x in inputs[1:]:
        if x.rank != first.rank:
            raise ShapeError("cannot join ", first, " and ", x, f": they have {first.rank} and {x.rank} dimensions")
    axis = axis_of(first, layer["axis"])
    shape = [_common_size(inputs, number, axis) if number != axis else 0 for number in range(first.rank)]
    shape[axis] = reduce(plus, (x.shape[axis] for x in inputs))
    return Effect(TensorType(tuple(shape), reduce(result_type, (x.dtype for x in inputs))))


def _common_size(inputs: tuple[TensorType, ...], number: int, axis: int) -> Dimension:
    size, holder = inputs[0].shape[number], inputs[0]
    for x in inputs[1:]:
        if differ(size, x.shape[number]):
            raise ShapeError(
                "cannot join ", holder, " and ", x,
                f" along dimension {axis}: dimension {number} is {show(size)} and {show(x.shape[number])}",
            )  # fmt: skip
        better = agreed(size, x.shape[number])
        size, holder = better, holder if better == size else x
    return size


def dot(layer: LayerType, inputs: tuple[TensorType, ...]) -> Effect:
    """Return the effect of Dot: one dimension of each is multiplied and summed, the others stand one after the other.

    FLOPs: a multiply-add for each pair that is summed; ``normalize`` takes three more for each element of both.
    """
    x, y = inputs
    for item in inputs:
        need_min_rank(item, 2)
    first, second = _dot_axes(layer["axes"], x, y)
    batch = common_batch(x, y, verb="multiply")
    summed, other = x.shape[first], y.shape[second]
    if as_known(summed) != as_known(other) or differ(summed, other):
        sizes = f"dimension {first} of one is {show(summed)} and dimension {second} of the other {show(other)}"
        raise ShapeError("cannot multiply ", x, " and ", y, f": {sizes}", help=_DOT_HELP)
    dtype = _dot_dtype(x, y, normalize=layer["normalize"])
    left = x.shape[1:first] + x.shape[first + 1 :]
    right = y.shape[1:second] + y.shape[second + 1 :]
    flops = times(product((*left, *right, summed)), 2)
    if layer["normalize"]:
        flops = plus(flops, times(plus(product(x.shape[1:]), product(y.shape[1:])), 3))
    return Effect(TensorType((batch, *(left + right or (1,))), dtype), flops=flops)


def _dot_axes(axes: int | tuple[int, int], x: TensorType, y: TensorType) -> tuple[int, int]:
    """Return the dimension of each that is summed; a single negative axis goes around as often as it takes."""
    first, second = (axes, axes) if isinstance(axes, int) else axes
    if isinstance(axes, int) and axes < 0:
        first, second = axes % x.rank, axes % y.rank
    found = axis_of(x, first), axis_of(y, second)
    if 0 in found:
        raise ShapeError("cannot sum over the batch of ", x, " and ", y, help=_DOT_HELP)
    return found


def _dot_dtype(x: TensorType, y: TensorType, *, normalize: bool) -> str:
    if normalize:
        for item in (x, y):
            if not is_float(item.dtype):
                raise ShapeError(f"cannot normalize {item.dtype}: ", item, help="cast it before: ops.cast")
    return "int32" if x.dtype == y.dtype == "int8" else result_type(x.dtype, y.dtype)


RULES: dict[str, Rule] = {**dict.fromkeys(_VERBS, elementwise), "Concatenate": concatenate, "Dot": dot}
