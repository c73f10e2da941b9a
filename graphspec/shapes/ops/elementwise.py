"""Ops that work on each element by itself, and those that broadcast two tensors."""

from collections.abc import Callable

from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import product
from graphspec.shapes.dtypes import (
    counted,
    float_of,
    keep,
    real_float_of,
    real_of,
    real_wide_float_of,
    result_type,
    to_bool,
    wide_float_of,
)
from graphspec.shapes.kinds import (
    ANY,
    ARITHMETIC,
    BUT_STRING,
    COUNTABLE,
    FLOATING,
    INEXACT,
    INTEGRAL,
    INTEGRAL_OR_BOOL,
    NUMERIC,
    REAL,
    WITH_SIGN,
    Kind,
    need_kind,
    need_plain,
)
from graphspec.shapes.literals import array
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, as_tensor

Rule = Callable[..., Effect]
ToDtype = Callable[[str], str]

_NUMBER: tuple[type, ...] = (int, float)
_LIST: tuple[type, ...] = (int, float, tuple)


def unary(kind: Kind, to: ToDtype) -> Rule:
    """Return the rule of an op that computes each element from one element, at one FLOP."""

    def rule(x: Argument, **_: Argument) -> Effect:
        given = array(x)
        need_kind(kind, given.dtype, given)
        return Effect(TensorType(given.shape, to(given.dtype)), flops=product(given.shape[1:]))

    return rule


def binary(
    kind: Kind, to: ToDtype, *, verb: str = "combine", plain: tuple[type, ...] = _NUMBER, is_weak: bool = True
) -> Rule:
    """Return the rule of an op that computes each element from two, at one FLOP.

    ``kind`` is that of the dtype which both become, ``plain`` the types that need not be tensors. A plain number that
    is not weak has a dtype of its own.
    """

    def rule(x1: Argument, x2: Argument, **_: Argument) -> Effect:
        need_plain(x1, "x1", plain)
        need_plain(x2, "x2", plain)
        a, b = (_weak(x1), _weak(x2)) if is_weak else (array(x1), array(x2))
        dtype = result_type(a.dtype, b.dtype)
        need_kind(kind, dtype, a, b)
        shape = broadcast(a, b, verb=verb)
        return Effect(TensorType(shape, to(dtype)), flops=product(shape[1:]))

    return rule


def bitwise(x: Argument, y: Argument) -> Effect:
    """Return the effect of a bitwise op, with one FLOP for each element."""
    need_plain(y, "y", ())
    return shift(x, y)


def shift(x: Argument, y: Argument) -> Effect:
    """Return the effect of a shift, by a tensor or by a plain integer."""
    need_plain(x, "x", ())
    need_plain(y, "y", (int,))
    if not isinstance(y, TensorType):
        need_kind(INTEGRAL, x.dtype, x)
    return _bits(x, y)


def lcm(x1: Argument, x2: Argument) -> Effect:
    """Return the effect of the least common multiple, which unlike the greatest divisor takes no bool."""
    for x in (array(x1), array(x2)):
        need_kind(INTEGRAL, x.dtype, x)
    return _multiples(x1, x2)


def ldexp(x1: Argument, x2: Argument) -> Effect:
    """Return the effect of ``x1 * 2**x2``."""
    exponent = array(x2)
    need_kind(INTEGRAL, exponent.dtype, exponent)
    return _in_floats(x1, x2)


def allclose(x1: Argument, x2: Argument, **_: Argument) -> Effect:
    """Return the effect of a comparison of two tensors as a whole."""
    return Effect(TensorType((), "bool"), flops=_compared(x1, x2).flops)


def polar(abs_: Argument, angle: Argument) -> Effect:
    """Return the effect of complex numbers from lengths and angles, with four FLOPs for each."""
    need_plain(abs_, "abs_", ())
    need_plain(angle, "angle", _NUMBER)
    angles = array(angle)
    if abs_.dtype not in _COMPLEX_OF or float_of(angles.dtype) != abs_.dtype:
        raise ShapeError(
            f"takes float32 or float64, the same for both, and not {abs_.dtype} ", abs_, f" and {angles.dtype} ", angles
        )
    shape = broadcast(abs_, angles)
    return Effect(TensorType(shape, _COMPLEX_OF[abs_.dtype]), flops=product((4, *shape[1:])))


def cast(x: Argument, dtype: str) -> Effect:
    """Return the effect of another dtype for the same values, which takes no FLOPs."""
    given = array(x)
    if (given.dtype == "string") != (dtype == "string"):
        raise ShapeError(f"cannot make {dtype} of {given.dtype}: ", given)
    return Effect(TensorType(given.shape, dtype))


def saturate_cast(x: Argument, dtype: str) -> Effect:
    """Return the effect of a cast that clips values to what the dtype holds: two FLOPs for each element."""
    given = array(x)
    need_kind(REAL, given.dtype, given)
    return Effect(TensorType(given.shape, dtype), flops=product((2, *given.shape[1:])))


def convert(x: Argument, dtype: str | None = None, **_: Argument) -> Effect:
    """Return the effect of making a tensor of a value."""
    given = array(x)
    return Effect(given) if dtype is None else cast(given, dtype)


def stop_gradient(variable: Argument) -> Effect:
    """Return the effect of what passes values on and no gradient."""
    return Effect(array(variable))


def threshold(x: Argument, threshold: float, default_value: float) -> Effect:
    """Return the effect of another value for what is too small, at one FLOP for each element."""
    given = array(x)
    is_whole = isinstance(threshold, int) and isinstance(default_value, int)
    need_kind(COUNTABLE if is_whole else FLOATING, given.dtype, given)
    return Effect(given, flops=product(given.shape[1:]))


def _weak(value: Argument) -> TensorType:
    return array(value) if isinstance(value, tuple) else as_tensor(value)


_COMPLEX_OF = {"float32": "complex64", "float64": "complex128"}
_bits = binary(INTEGRAL, keep)
_multiples = binary(INTEGRAL_OR_BOOL, keep, is_weak=False)
_in_floats = binary(REAL, float_of, is_weak=False)
_compared = binary(ANY, to_bool, plain=_LIST)

_UNARY: tuple[tuple[str, Kind, ToDtype], ...] = (
    ("arccos arccosh arcsin arcsinh arctan arctanh cos cosh sin sinc sinh tan tanh", NUMERIC, float_of),
    ("exp exp2 expm1 log log10 log1p log2 sqrt", NUMERIC, float_of),
    ("ceil fabs floor", REAL, float_of),
    ("deg2rad rad2deg", NUMERIC, wide_float_of),
    ("cbrt i0", NUMERIC, real_wide_float_of),
    ("angle", NUMERIC, real_float_of),
    ("celu elu gelu hard_sigmoid hard_silu hard_swish hard_tanh selu", FLOATING, keep),
    ("erf erfc erfinv log_sigmoid soft_shrink softplus softsign sparse_plus sparse_sigmoid", FLOATING, keep),
    ("hard_shrink reciprocal rsqrt sigmoid silu squareplus swish tanh_shrink", INEXACT, keep),
    ("leaky_relu", COUNTABLE, float_of),
    ("relu relu6 round", COUNTABLE, keep),
    ("sign", ARITHMETIC, keep),
    ("negative", WITH_SIGN, keep),
    ("trunc nan_to_num", REAL, keep),
    ("abs absolute", NUMERIC, real_of),
    ("real", ARITHMETIC, real_of),
    ("imag", NUMERIC, real_of),
    ("conj conjugate", ARITHMETIC, keep),
    ("square", NUMERIC, counted),
    ("bitwise_invert bitwise_not", INTEGRAL, keep),
    ("isfinite isinf isnan", REAL, to_bool),
    ("isneginf isposinf isreal", ANY, to_bool),
    ("logical_not signbit", BUT_STRING, to_bool),
)

RULES: dict[str, Rule] = {
    **{name: unary(kind, to) for names, kind, to in _UNARY for name in names.split()},
    "add": binary(ARITHMETIC, keep, verb="add"),
    "subtract": binary(ARITHMETIC, keep, verb="subtract"),
    "multiply": binary(ARITHMETIC, keep, verb="multiply"),
    "divide": binary(NUMERIC, float_of, verb="divide"),
    "true_divide": binary(NUMERIC, float_of, verb="divide"),
    "divide_no_nan": binary(NUMERIC, float_of, verb="divide"),
    "power": binary(ARITHMETIC, keep),
    **dict.fromkeys(("floor_divide", "fmax", "fmin", "maximum", "minimum"), binary(COUNTABLE, keep)),
    **dict.fromkeys(("mod", "fmod"), binary(REAL, counted, is_weak=False)),
    **dict.fromkeys(("logaddexp", "logaddexp2"), binary(REAL, float_of, is_weak=False)),
    "arctan2": binary(REAL, float_of, plain=_LIST, is_weak=False),
    "nextafter": binary(NUMERIC, float_of, is_weak=False),
    "heaviside": binary(COUNTABLE, wide_float_of, plain=()),
    "hypot": binary(ARITHMETIC, real_wide_float_of, plain=()),
    **dict.fromkeys(("greater", "greater_equal", "less", "less_equal"), binary(COUNTABLE, to_bool, plain=_LIST)),
    **dict.fromkeys(("equal", "not_equal", "isclose"), _compared),
    **dict.fromkeys(("logical_and", "logical_or", "logical_xor"), _compared),
    **dict.fromkeys(("bitwise_and", "bitwise_or", "bitwise_xor"), bitwise),
    **dict.fromkeys(("bitwise_left_shift", "bitwise_right_shift", "left_shift", "right_shift"), shift),
    "gcd": _multiples,
    "lcm": lcm,
    "ldexp": ldexp,
    "allclose": allclose,
    "polar": polar,
    "cast": cast,
    "saturate_cast": saturate_cast,
    **dict.fromkeys(("array", "convert_to_tensor", "copy"), convert),
    "stop_gradient": stop_gradient,
    "threshold": threshold,
}
