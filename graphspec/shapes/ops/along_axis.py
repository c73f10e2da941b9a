"""Ops that run along an axis and keep it: cumulative ones, softmax, differences, gates."""

from collections.abc import Callable

from graphspec.shapes.axes import axes_of, axis_of
from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import plus, product, quotient
from graphspec.shapes.dtypes import counted, float_of
from graphspec.shapes.kinds import FLOATING, INEXACT, NUMERIC, REAL, Kind, need_kind
from graphspec.shapes.literals import array
from graphspec.shapes.ops.norms import need_norm
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType

Rule = Callable[..., Effect]


def cumulative(kind: Kind) -> Rule:
    """Return the rule of an op that adds or multiplies up along an axis, or over all elements in a row."""

    def rule(x: Argument, axis: int | None = None, dtype: str | None = None) -> Effect:
        given = array(x)
        need_kind(kind, given.dtype, given)
        shape = (product(given.shape),) if axis is None else given.shape
        if axis is not None:
            axis_of(given, axis)
        return Effect(TensorType(shape, counted(dtype or given.dtype)), flops=product(given.shape[1:]))

    return rule


def softmax(x: Argument, axis: int | tuple[int, ...] | None = -1) -> Effect:
    """Return the effect of softmax and its like, counted as one FLOP for each element."""
    given = array(x)
    need_kind(FLOATING, given.dtype, given)
    if isinstance(axis, tuple):
        raise ShapeError(f"takes one axis, and not {list(axis)}: ", given, help="reshape the axes into one before")
    if axis is not None:
        axis_of(given, axis)
    return Effect(given, flops=product(given.shape[1:]))


def glu(x: Argument, axis: int = -1) -> Effect:
    """Return the effect of a gated linear unit, half as large: a sigmoid and a product for each element.

    Source: https://arxiv.org/abs/1612.08083
    """
    given = array(x)
    need_kind(INEXACT, given.dtype, given)
    number = axis_of(given, axis)
    size = given.shape[number]
    if isinstance(size, int) and size % 2:
        raise ShapeError(f"halves dimension {number}, which is {size}: ", given, help="give it an even size")
    shape = (*given.shape[:number], quotient(size, 2), *given.shape[number + 1 :])
    return Effect(TensorType(shape, given.dtype), flops=product((2, *shape[1:])))


def normalize(
    x: Argument, axis: int | tuple[int, ...] | None = -1, order: float = 2, epsilon: float | None = None  # noqa: ARG001
) -> Effect:  # fmt: skip
    """Return the effect of a division by the norm, with three FLOPs for each element."""
    given = array(x)
    if not isinstance(order, int) or order < 1:
        raise ShapeError(f"needs an integer of at least 1 as the order, and gets {order}")
    axes = tuple(range(given.rank)) if axis is None else axes_of(given, axis)
    if order == 2:  # noqa: PLR2004 - the order of Euclid's norm
        need_kind(FLOATING, given.dtype, given)
    else:
        need_norm(given, axes, order)
    return Effect(TensorType(given.shape, float_of(given.dtype)), flops=product((3, *given.shape[1:])))


def diff(a: Argument, n: int = 1, axis: int = -1) -> Effect:
    """Return the effect of differences between neighbours, n times: one FLOP for each."""
    given = array(a)
    need_kind(NUMERIC, given.dtype, given)
    number = axis_of(given, axis)
    size = plus(given.shape[number], -n)
    left = max(size, 0) if isinstance(size, int) else size
    shape = (*given.shape[:number], left, *given.shape[number + 1 :])
    return Effect(TensorType(shape, given.dtype), flops=product((n, *shape[1:])))


def trapezoid(y: Argument, x: Argument = None, dx: float = 1.0, axis: int = -1) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of an integral by the trapezoidal rule: a sum, a product and an addition for each interval."""
    given = array(y)
    need_kind(NUMERIC, given.dtype, given)
    heights = _intervals(given, axis)
    shape = heights.shape if x is None else broadcast(heights, _intervals(array(x), axis))
    return Effect(TensorType(shape[:-1], float_of(given.dtype)), flops=product((3, *heights.shape[1:])))


def _intervals(x: TensorType, axis: int) -> TensorType:
    """Return the type of what lies between neighbours on an axis, which becomes the last."""
    number = axis_of(x, axis)
    size = plus(x.shape[number], -1)
    left = max(size, 0) if isinstance(size, int) else size
    return TensorType((*x.shape[:number], *x.shape[number + 1 :], left), x.dtype)


RULES: dict[str, Rule] = {
    **dict.fromkeys(("cumprod", "cumsum"), cumulative(NUMERIC)),
    **dict.fromkeys(("nancumprod", "nancumsum"), cumulative(REAL)),
    **dict.fromkeys(("softmax", "log_softmax", "sparsemax"), softmax),
    "diff": diff,
    "glu": glu,
    "normalize": normalize,
    "trapezoid": trapezoid,
}
