"""Ops that make one number of all elements on some axes; each element that is read counts as one FLOP."""

from collections.abc import Callable

from graphspec.shapes.axes import axes_of, reduced
from graphspec.shapes.dimension import product
from graphspec.shapes.dtypes import (
    float_of,
    is_float,
    keep,
    real_float_of,
    summed,
    to_bool,
    to_index,
)
from graphspec.shapes.kinds import BUT_STRING, COUNTABLE, FLOATING, NUMERIC, REAL, Kind, need_kind
from graphspec.shapes.literals import array
from graphspec.shapes.ops.norms import norm
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType

Rule = Callable[..., Effect]
ToDtype = Callable[[str], str]
Axis = int | tuple[int, ...] | None

_MOMENTS = Kind("integers of 32 or 64 bits, floating or complex numbers", frozenset(
    {"int32", "int64", "bfloat16", "float16", "float32", "float64", "complex64", "complex128"}
))  # fmt: skip


def reduction(kind: Kind, to: ToDtype) -> Rule:
    """Return the rule of an op that reduces some axes, or all."""

    def rule(x: Argument, axis: Axis = None, keepdims: bool = False, **_: Argument) -> Effect:  # noqa: FBT001, FBT002
        given = array(x)
        need_kind(kind, given.dtype, given)
        axes = tuple(range(given.rank)) if axis is None else axes_of(given, axis)
        shape = reduced(given.shape, axes, keepdims=keepdims)
        return Effect(TensorType(shape, to(given.dtype)), flops=product(given.shape[1:]))

    return rule


def extreme(x: Argument, initial: float | None = None, **arguments: Argument) -> Effect:
    """Return the effect of a maximum or minimum, which may start from a number."""
    given = array(x)
    if isinstance(initial, float) and not is_float(given.dtype) and given.dtype != "bool":
        raise ShapeError(f"starts from {initial}, and compares {given.dtype}: ", given, help="give a whole number")
    return _extreme(given, **arguments)


def prod(x: Argument, dtype: str | None = None, **arguments: Argument) -> Effect:
    """Return the effect of a product, in a dtype that may be given."""
    given = array(x)
    return reduction(NUMERIC, summed if dtype is None else lambda _: dtype)(given, **arguments)


def moments(x: Argument, axes: Axis, keepdims: bool = False, **_: Argument) -> Effect:  # noqa: FBT001, FBT002
    """Return the effect of mean and variance: four FLOPs for each element."""
    mean = _mean(x, axes, keepdims)
    return Effect((mean.outputs, mean.outputs), flops=product((4, mean.flops)))


_extreme = reduction(REAL, keep)
_mean = reduction(_MOMENTS, keep)
_REDUCTIONS: tuple[tuple[str, Kind, ToDtype], ...] = (
    ("mean var", NUMERIC, float_of),
    ("nanmean std", NUMERIC, real_float_of),
    ("median nanstd nanvar", REAL, float_of),
    ("amax amin nanmax nanmin", REAL, keep),
    ("ptp", COUNTABLE, keep),
    ("logsumexp", FLOATING, keep),
    ("nanprod nansum sum", NUMERIC, summed),
    ("argmax argmin nanargmax nanargmin", REAL, to_index),
    ("count_nonzero", NUMERIC, to_index),
    ("all any", BUT_STRING, to_bool),
)

RULES: dict[str, Rule] = {
    **{name: reduction(kind, to) for names, kind, to in _REDUCTIONS for name in names.split()},
    "max": extreme,
    "min": extreme,
    "moments": moments,
    "norm": norm,
    "prod": prod,
}
