"""Ops of statistics: averages with weights, quantiles, counts in bins, correlations."""

from collections.abc import Callable

from graphspec.shapes.axes import axes_of, axis_of, reduced
from graphspec.shapes.dimension import Shape, differ, product
from graphspec.shapes.dtypes import float_of, result_type, wide_float_of
from graphspec.shapes.kinds import FLOATING, NUMERIC, REAL, need_kind, need_plain
from graphspec.shapes.literals import array
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, need_rank

_CORRELATED = 2


def average(x: Argument, axis: int | tuple[int, ...] | None = None, weights: Argument = None) -> Effect:
    """Return the effect of a mean, with one FLOP for each element, and one more for its weight."""
    given = array(x)
    need_kind(NUMERIC, given.dtype, given)
    if isinstance(axis, tuple):
        raise ShapeError(f"takes one axis, and not {list(axis)}: ", given)
    axes = tuple(range(given.rank)) if axis is None else (axis_of(given, axis),)
    shape = reduced(given.shape, axes, keepdims=False)
    if weights is None:
        return Effect(TensorType(shape, float_of(given.dtype)), flops=product(given.shape[1:]))
    need_plain(weights, "weights", ())
    along = given.shape if axis is None else (given.shape[axes[0]],)
    if not _agree(weights.shape, given.shape) and not _agree(weights.shape, along):
        raise ShapeError("takes weights of the shape of the tensor, or of its axis, and not ", weights, " for ", given)
    dtype = result_type(given.dtype, weights.dtype, "float")
    return Effect(TensorType(shape, dtype), flops=product((2, *given.shape[1:])))


def quantile(
    x: Argument, q: Argument, axis: int | tuple[int, ...] | None = None, keepdims: bool = False, **_: Argument  # noqa: FBT001, FBT002
) -> Effect:  # fmt: skip
    """Return the effect of quantiles: the shape of ``q`` before what is left of the tensor.

    FLOPs: one for each element, as of other reductions; sorting them is not counted.
    """
    given = array(x)
    need_kind(REAL, given.dtype, given)
    axes = tuple(range(given.rank)) if axis is None else axes_of(given, axis)
    shape = (*array(q).shape, *reduced(given.shape, axes, keepdims=keepdims))
    return Effect(TensorType(shape, float_of(given.dtype)), flops=product(given.shape[1:]))


def nan_quantile(x: Argument, q: Argument, axis: int | tuple[int, ...] | None = None, **arguments: Argument) -> Effect:
    """Return the effect of quantiles of what is a number; over an axis, TensorFlow finds those of floats alone."""
    given = array(x)
    need_kind(REAL if axis is None else FLOATING, given.dtype, given)
    return quantile(given, q, axis, **arguments)


def nanmedian(x: Argument, **arguments: Argument) -> Effect:
    """Return the effect of the median of what is a number."""
    return nan_quantile(x, 0.5, **arguments)


def bincount(x: Argument, weights: Argument = None, **_: Argument) -> Effect:
    """Return the effect of counting values: the largest of them decides the last size."""
    given = array(x)
    need_kind(NUMERIC, given.dtype, given)
    need_rank(given, 1, 2)
    dtype = "int32"
    if weights is not None:
        heavy = array(weights)
        dtype = result_type(given.dtype, heavy.dtype)
        if not _agree(heavy.shape, given.shape):
            raise ShapeError("takes weights of the shape of the tensor, and not ", heavy, " for ", given)
    return Effect(TensorType((*given.shape[:-1], None), dtype), flops=product(given.shape[1:]))


def histogram(x: Argument, bins: int = 10, **_: Argument) -> Effect:
    """Return the effect of counting values in bins of equal width: the counts and the edges."""
    given = array(x)
    need_rank(given, 1)
    counts, edges = TensorType((bins,), given.dtype), TensorType((bins + 1,), given.dtype)
    return Effect((counts, edges), flops=product(given.shape[1:]))


def corrcoef(x: Argument) -> Effect:
    """Return the effect of correlations between rows: ``(n, m) -> (n, n)``.

    FLOPs: 3 for each element of a sample, to take its mean off and to multiply it.
    """
    given = array(x)
    need_kind(NUMERIC, given.dtype, given)
    need_rank(given, _CORRELATED)
    rows = given.shape[0]
    return Effect(TensorType((rows, rows), wide_float_of(given.dtype)), flops=product((3, *given.shape[1:])))


def _agree(shape: Shape, other: Shape) -> bool:
    return len(shape) == len(other) and not any(differ(*sizes) for sizes in zip(shape, other, strict=True))


Rule = Callable[..., Effect]
RULES: dict[str, Rule] = {
    **dict.fromkeys(("percentile", "quantile"), quantile),
    **dict.fromkeys(("nanpercentile", "nanquantile"), nan_quantile),
    "average": average,
    "bincount": bincount,
    "corrcoef": corrcoef,
    "histogram": histogram,
    "nanmedian": nanmedian,
}
