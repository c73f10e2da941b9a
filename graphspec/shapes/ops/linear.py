"""Products of vectors, matrices and tensors."""

from collections.abc import Sequence

from graphspec.shapes.axes import axis_of
from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.contraction import contraction_flops
from graphspec.shapes.dimension import Count, Dimension, Shape, differ, plus, product, show, times, unlike
from graphspec.shapes.dtypes import float_of, result_type
from graphspec.shapes.types import (
    Argument,
    Effect,
    ShapeError,
    TensorType,
    UnknownEffectError,
    as_array,
    need_min_rank,
    need_rank,
)

_SWAP = "swap the last two dimensions of the second: ops.swapaxes: {axis1: -2, axis2: -1}"
_SPACE = 3
_WIDENED = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}


def matmul(x1: Argument, x2: Argument) -> Effect:
    """Return the effect of ``matmul``: ``(..., n, k) @ (..., k, m) -> (..., n, m)``, as numpy's.

    FLOPs: a multiply-add for each combination of n, k and m.
    Source: https://numpy.org/doc/stable/reference/generated/numpy.matmul.html
    """
    a, b = as_array(x1), as_array(x2)
    for x in (a, b):
        need_min_rank(x, 1, help="multiply by a number with ops.multiply")
    inner = -1 if b.rank == 1 else -2
    if differ(a.shape[-1], b.shape[inner]):
        raise _inner_mismatch(a, b, inner)
    leading = broadcast(a, b, verb="multiply", skip=2)
    rows, columns = a.shape[-2:-1], b.shape[-1:] if b.rank > 1 else ()
    dtype = "int32" if a.dtype == b.dtype == "int8" and min(a.rank, b.rank) > 1 else result_type(a.dtype, b.dtype)
    stack = tuple(range(-len(leading), 0))
    labels = [
        (*stack[len(stack) - max(a.rank - 2, 0) :], *("row",) * len(rows), "inner"),
        (*stack[len(stack) - max(b.rank - 2, 0) :], "inner", *("column",) * len(columns)),
    ]
    output = (*stack, *("row",) * len(rows), *("column",) * len(columns))
    flops = contraction_flops([a.shape, b.shape], labels, output)
    return Effect(TensorType((*leading, *rows, *columns), dtype), flops=flops)


def dot(x1: Argument, x2: Argument) -> Effect:
    """Return the effect of ``dot``: sums over the last dimension of the first and the last but one of the second.

    FLOPs: a multiply-add for each combination of indices, a multiplication for each element where one is a number.
    Source: https://numpy.org/doc/stable/reference/generated/numpy.dot.html
    """
    a, b = as_array(x1), as_array(x2)
    if not a.rank or not b.rank:
        return _scaled(a, b)
    axis = b.rank - 2 if b.rank > 1 else 0
    clash = unlike if b.rank == 1 and a.rank > 1 else differ
    if clash(a.shape[-1], b.shape[axis]):
        raise _inner_mismatch(a, b, axis)
    return _contracted(a, b, (a.rank - 1,), (axis,))


def inner(x1: Argument, x2: Argument) -> Effect:
    """Return the effect of ``inner``: sums over the last dimensions of both; FLOPs as for ``dot``."""
    a, b = as_array(x1), as_array(x2)
    if not a.rank or not b.rank:
        return _scaled(a, b)
    if differ(a.shape[-1], b.shape[-1]):
        raise _inner_mismatch(a, b, -1)
    return _contracted(a, b, (a.rank - 1,), (b.rank - 1,))


def vdot(x1: Argument, x2: Argument) -> Effect:
    """Return the effect of ``vdot``: a multiply-add for each pair of elements of two flattened tensors."""
    a, b = as_array(x1), as_array(x2)
    sizes = product(a.shape), product(b.shape)
    if differ(*sizes):
        raise ShapeError("cannot multiply ", a, " and ", b, f": flat, they have {sizes[0]} and {sizes[1]} elements")
    return Effect(TensorType((), result_type(a.dtype, b.dtype)), flops=times(2, product(a.shape[1:])))


def tensordot(x1: Argument, x2: Argument, axes: int | tuple[Argument, ...]) -> Effect:
    """Return the effect of ``tensordot``: sums over pairs of dimensions; what is left of both stands in a row.

    FLOPs: a multiply-add for each combination of indices.
    Source: https://numpy.org/doc/stable/reference/generated/numpy.tensordot.html
    """
    a, b = as_array(x1), as_array(x2)
    first, second = _paired_axes(axes, a, b)
    for one, other in zip(first, second, strict=True):
        if differ(a.shape[one], b.shape[other]):
            raise ShapeError(
                "cannot multiply ", a, " and ", b,
                f": dimension {one} of the first is {show(a.shape[one])}, "
                f"dimension {other} of the second {show(b.shape[other])}",
            )  # fmt: skip
    return _contracted(a, b, first, second)


def _paired_axes(
    axes: int | tuple[Argument, ...], a: TensorType, b: TensorType
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(axes, int):
        if not 0 <= axes <= min(a.rank, b.rank):
            raise ShapeError("cannot sum ", a, " and ", b, f" over {axes} dimensions of each")
        return tuple(range(a.rank - axes, a.rank)), tuple(range(axes))
    if [type(item) for item in axes] != [tuple, tuple]:
        raise ShapeError(
            f"takes a number or two lists as axes, not {_shown(axes)}", help="for one pair of axes: [[1], [2]]"
        )
    if len(axes[0]) != len(axes[1]):
        raise ShapeError(
            f"sums over pairs of axes, and gets {len(axes[0])} of ", a, f" and {len(axes[1])} of ", b
        )  # fmt: skip
    first = tuple(axis_of(a, axis) for axis in axes[0])
    second = tuple(axis_of(b, axis) for axis in axes[1])
    for taken, x in ((first, a), (second, b)):
        if len(set(taken)) < len(taken):
            raise ShapeError("sums over an axis more than once of ", x)
    return first, second


def outer(x1: Argument, x2: Argument) -> Effect:
    """Return the effect of ``outer``: the product of each element of one with each of the other, at one FLOP."""
    a, b = as_array(x1), as_array(x2)
    shape = (product(a.shape), product(b.shape))
    flops = times(product(a.shape[1:]), product(b.shape[1:]))
    return Effect(TensorType(shape, result_type(a.dtype, b.dtype)), flops=flops)


def kron(x1: Argument, x2: Argument) -> Effect:
    """Return the effect of ``kron``: sizes multiply, at one FLOP for each element that comes out.

    Source: https://numpy.org/doc/stable/reference/generated/numpy.kron.html
    """
    a, b = as_array(x1), as_array(x2)
    dtype = _no_bool(a, b)
    rank = max(a.rank, b.rank)
    padded = [(1,) * (rank - x.rank) + x.shape for x in (a, b)]
    shape = tuple(times(one, other) for one, other in zip(*padded, strict=True))
    return Effect(TensorType(shape, dtype), flops=times(product(a.shape[1:]), product(b.shape[1:])))


def cross(x1: Argument, x2: Argument, axisa: int, axisb: int, axisc: int, axis: int | None) -> Effect:
    """Return the effect of ``cross``: of vectors with 2 or 3 elements; two of 2 give a number.

    FLOPs: 9 for each product of three elements, 3 for one of two.
    Source: https://numpy.org/doc/stable/reference/generated/numpy.cross.html
    """
    a, b = as_array(x1), as_array(x2)
    dtype = _no_bool(a, b)
    in_a, in_b = (axis_of(x, own if axis is None else axis) for own, x in ((axisa, a), (axisb, b)))
    sizes = a.shape[in_a], b.shape[in_b]
    for x, size in zip((a, b), sizes, strict=True):
        if isinstance(size, int) and size not in {2, 3}:
            raise ShapeError(f"takes vectors of 2 or 3 elements, not of {size}: ", x)
    positions = _beside(a, in_a, b, in_b)
    to = axis_of(TensorType((*positions, *(_SPACE,) * (_SPACE in sizes)), dtype), axisc if axis is None else axis)
    if sizes == (2, 2):
        return Effect(TensorType(positions, dtype), flops=times(3, product(positions[1:])))
    if _SPACE not in sizes:
        raise UnknownEffectError
    return Effect(TensorType((*positions[:to], 3, *positions[to:]), dtype), flops=times(9, product(positions[1:])))


def _beside(a: TensorType, in_a: int, b: TensorType, in_b: int) -> Shape:
    rest = [TensorType(x.shape[:at] + x.shape[at + 1 :], x.dtype) for x, at in ((a, in_a), (b, in_b))]
    try:
        return broadcast(*rest)
    except ShapeError as error:
        shapes = " and ".join(str(x) for x in rest)
        raise ShapeError("cannot combine ", a, " and ", b, f": beside the vectors, they are {shapes}") from error


def trace(x: TensorType, offset: int, axis1: int, axis2: int) -> Effect:
    """Return the effect of ``trace``: the sum along a diagonal, at one FLOP for each element that it reads."""
    need_min_rank(x, 2)
    first, second = axis_of(x, axis1), axis_of(x, axis2)
    if first == second:
        raise ShapeError(f"takes two different axes, and gets {axis1} and {axis2}: ", x)
    shape = tuple(size for number, size in enumerate(x.shape) if number not in {first, second})
    rows, columns = (1 if number == 0 else x.shape[number] for number in (first, second))
    others = product(size for number, size in enumerate(x.shape) if number not in {0, first, second})
    flops = times(others, _diagonal(rows, columns, offset))
    return Effect(TensorType(shape, _WIDENED.get(x.dtype, x.dtype)), flops=flops)


def _diagonal(rows: Dimension, columns: Dimension, offset: int) -> Dimension:
    if isinstance(rows, int) and isinstance(columns, int):
        return max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    return rows if rows == columns and not offset else None


def correlate(x1: Argument, x2: Argument, mode: str) -> Effect:
    """Return the effect of ``correlate`` of two vectors: a multiply-add for each element of the shorter, at each place.

    Source: https://numpy.org/doc/stable/reference/generated/numpy.correlate.html
    """
    a, b = as_array(x1), as_array(x2)
    for x in (a, b):
        need_rank(x, 1)
    one, other = a.shape[0], b.shape[0]
    if not isinstance(one, int) or not isinstance(other, int):
        raise ShapeError("needs both lengths, and gets ", a, " and ", b)
    lengths = {"valid": abs(one - other) + 1, "same": max(one, other), "full": one + other - 1}
    dtype = result_type(a.dtype, b.dtype)
    dtype = dtype if dtype in {"bfloat16", "float16", "float64"} else "float64" if dtype == "int64" else "float32"
    return Effect(TensorType((lengths[mode],), dtype), flops=2 * lengths[mode] * min(one, other))


def cdist(x: TensorType, y: TensorType) -> Effect:
    """Return the effect of ``cdist``: ``(..., m, d)`` and ``(..., n, d) -> (..., m, n)``.

    FLOPs: for each pair a subtraction, a square and an addition for each of d, and a root.
    """
    for item in (x, y):
        need_min_rank(item, 2)
    if differ(x.shape[-1], y.shape[-1]):
        raise ShapeError(
            "cannot measure between ", x, " and ", y,
            f": the last dimensions are {show(x.shape[-1])} and {show(y.shape[-1])}",
        )  # fmt: skip
    leading = broadcast(x, y, skip=2)
    shape = (*leading, x.shape[-2], y.shape[-2])
    pairs = product(shape[1:])
    flops = times(pairs, plus(times(3, x.shape[-1]), 1))
    return Effect(TensorType(shape, float_of(result_type(x.dtype, y.dtype))), flops=flops)


def _contracted(a: TensorType, b: TensorType, first: Sequence[int], second: Sequence[int]) -> Effect:
    """Return the effect of summing over these axes of two tensors, pair by pair."""
    kept_a = [axis for axis in range(a.rank) if axis not in first]
    kept_b = [axis for axis in range(b.rank) if axis not in second]
    shape: Shape = (*(a.shape[axis] for axis in kept_a), *(b.shape[axis] for axis in kept_b))
    pair = dict(zip(second, first, strict=True))
    of_b = tuple(("a", pair[axis]) if axis in pair else ("b", axis) for axis in range(b.rank))
    of_a = tuple(("a", axis) for axis in range(a.rank))
    output = (*(of_a[axis] for axis in kept_a), *(of_b[axis] for axis in kept_b))
    flops: Count = contraction_flops([a.shape, b.shape], [of_a, of_b], output)
    return Effect(TensorType(shape, result_type(a.dtype, b.dtype)), flops=flops)


def _scaled(a: TensorType, b: TensorType) -> Effect:
    shape = a.shape or b.shape
    return Effect(TensorType(shape, result_type(a.dtype, b.dtype)), flops=product(shape[1:]))


def _inner_mismatch(a: TensorType, b: TensorType, axis: int) -> ShapeError:
    sizes = f"{show(a.shape[-1])} and {show(b.shape[axis])}"
    swapped = b.rank > 1 and a.shape[-1] is not None and a.shape[-1] == b.shape[-1]
    return ShapeError(
        "cannot multiply ", a, " and ", b, f": inner dimensions are {sizes}", help=_SWAP if swapped else None
    )  # fmt: skip


def _no_bool(a: TensorType, b: TensorType) -> str:
    if a.dtype == b.dtype == "bool":
        raise ShapeError("does not multiply bool, and gets ", a, " and ", b, help="cast it before: ops.cast")
    return result_type(a.dtype, b.dtype)


def _shown(axes: tuple[Argument, ...]) -> str:
    return str([list(item) if isinstance(item, tuple) else item for item in axes])


RULES = {
    "cdist": cdist,
    "correlate": correlate,
    "cross": cross,
    "dot": dot,
    "inner": inner,
    "kron": kron,
    "matmul": matmul,
    "outer": outer,
    "tensordot": tensordot,
    "trace": trace,
    "vdot": vdot,
}
