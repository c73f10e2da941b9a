"""Ops that order elements, or find them by their values.

FLOPs: a comparison each; sorting n elements takes n * ceil(log2 n) of them, and searching among n takes
ceil(log2(n + 1)). Source: D. Knuth, The Art of Computer Programming, volume 3, sections 5.3.1 and 6.2.1.
"""

from graphspec.shapes.axes import axis_of
from graphspec.shapes.dimension import Count, Dimension, may_multiply_to, product, times
from graphspec.shapes.literals import need_tensor, operand
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, need_min_rank, need_rank


def sort(x: Argument, axis: int = -1) -> Effect:
    """Return the effect of ``sort``."""
    x = operand(x)
    return _ordered(x, axis_of(x, axis), x.dtype)


def argsort(x: Argument, axis: int | None = -1) -> Effect:
    """Return the effect of ``argsort``: places, of all elements in one row where it is told no axis."""
    x = operand(x)
    return _ordered(x, None if axis is None else axis_of(x, axis), "int32")


def argpartition(x: Argument, kth: int, axis: int | None = -1) -> Effect:  # noqa: ARG001 - as in Keras
    """Return the effect of ``argpartition``, which finds the places as a sort does."""
    return argsort(x, axis)


def _ordered(x: TensorType, axis: int | None, dtype: str) -> Effect:
    if axis is None:
        size = product(x.shape)
        return Effect(TensorType((size,), dtype), flops=_comparisons(product(x.shape[1:]), size))
    # The batch is one sample, also where the samples themselves are put in order.
    return Effect(TensorType(x.shape, dtype), flops=_comparisons(product(x.shape[1:]), x.shape[axis]))


def _comparisons(elements: Count, among: Dimension) -> Count:
    return times(elements, (among - 1).bit_length()) if isinstance(among, int) and among else None


def top_k(x: Argument, k: int, sorted: bool = True) -> Effect:  # noqa: A002, ARG001, FBT001, FBT002 - as in Keras
    """Return the effect of ``top_k``: the largest elements of the last axis, and their places.

    FLOPs: each element finds its place among the k largest.
    """
    x = operand(x)
    need_min_rank(x, 1)
    size = x.shape[-1]
    if isinstance(size, int) and k > size:
        raise ShapeError(f"takes the {k} largest of the last dimension, which has {size}: ", x)
    shape = (*x.shape[:-1], k)
    flops = times(product(x.shape[1:]), k.bit_length())
    return Effect((TensorType(shape, x.dtype), TensorType(shape, "int32")), flops=flops)


def searchsorted(sorted_sequence: Argument, values: Argument, side: str = "left") -> Effect:  # noqa: ARG001 - as in Keras
    """Return the effect of ``searchsorted``: a place for each value."""
    sequence, values = need_tensor(sorted_sequence, "sorted_sequence"), need_tensor(values, "values")
    need_rank(sequence, 1)
    if sequence.dtype != values.dtype:
        raise ShapeError(
            f"searches for {values.dtype} among {sequence.dtype}: ", values, " in ", sequence, help="cast one of them"
        )
    if not may_multiply_to(values.shape[:-1], 1):
        raise ShapeError("searches for one row of values, and gets ", values, help="flatten them with ops.ravel")
    need_min_rank(values, 1)
    length = sequence.shape[0]
    steps = length.bit_length() if isinstance(length, int) else None
    return Effect(TensorType(values.shape, "int32"), flops=times(product(values.shape[1:]), steps))


def nonzero(x: Argument) -> Effect:
    """Return the effect of ``nonzero``: for each axis the places, of which only the values say how many."""
    x = operand(x)
    return Effect((TensorType((None,), "int32"),) * x.rank, flops=product(x.shape[1:]))


def unique(
    x: Argument,
    return_index: bool = False,  # noqa: FBT001, FBT002 - as in Keras
    return_inverse: bool = False,  # noqa: FBT001, FBT002 - as in Keras
    return_counts: bool = False,  # noqa: FBT001, FBT002 - as in Keras
    axis: int | None = None,
    size: int | None = None,
    **_: Argument,
) -> Effect:
    """Return the effect of ``unique``: as many values as ``size`` says, or else as the elements do."""
    x = operand(x)
    place = None if axis is None else axis_of(x, axis)
    values = (size,) if place is None else (*x.shape[:place], size, *x.shape[place + 1 :])
    inverse = x.shape if place is None else (x.shape[place],)
    places = TensorType((size,), "int32")
    asked = (
        (True, TensorType(values, x.dtype)),
        (return_index, places),
        (return_inverse, TensorType(inverse, "int32")),
        (return_counts, places),
    )
    outputs = tuple(found for is_asked, found in asked if is_asked)
    length = product(x.shape) if place is None else x.shape[place]
    flops = _comparisons(product(x.shape[1:]), length)
    return Effect(outputs if len(outputs) > 1 else outputs[0], flops=flops)


RULES: dict[str, Rule] = {
    "argpartition": argpartition,
    "argsort": argsort,
    "nonzero": nonzero,
    "searchsorted": searchsorted,
    "sort": sort,
    "top_k": top_k,
    "unique": unique,
}
