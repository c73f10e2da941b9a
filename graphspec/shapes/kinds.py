"""Kinds of numbers that an op computes with, and the operands that it takes."""

from dataclasses import dataclass

from graphspec.shapes.dtypes import COMPLEX, FLOATX, INTEGERS, SIGNED
from graphspec.shapes.types import Argument, ShapeError, TensorType

_FLOATING = frozenset({"bfloat16", "float16", "float32", "float64"})
_INTEGERS = INTEGERS - {"int"}
_BOOL = frozenset({"bool"})


@dataclass(frozen=True, slots=True)
class Kind:
    """Dtypes that belong together, and what they are called."""

    name: str
    dtypes: frozenset[str]


FLOATING = Kind("floating numbers", _FLOATING)
INEXACT = Kind("floating or complex numbers", _FLOATING | COMPLEX)
INTEGRAL = Kind("integers", _INTEGERS)
INTEGRAL_OR_BOOL = Kind("integers or bool", _INTEGERS | _BOOL)
WITH_SIGN = Kind("numbers that have a sign", (SIGNED - {"int"}) | _FLOATING | COMPLEX)
COUNTABLE = Kind("integers and floating numbers", _INTEGERS | _FLOATING)
ARITHMETIC = Kind("numbers", _INTEGERS | _FLOATING | COMPLEX)
REAL = Kind("real numbers or bool", _INTEGERS | _FLOATING | _BOOL)
NUMERIC = Kind("numbers or bool", _INTEGERS | _FLOATING | COMPLEX | _BOOL)
ANY = Kind("any dtype", NUMERIC.dtypes | {"string", "float8_e4m3fn", "float8_e5m2"})
BUT_STRING = Kind("anything but strings", ANY.dtypes - {"string"})

_CAST = "cast it before: ops.cast"
_CONSTANT = "write it as {constant: ...}"


def need_kind(kind: Kind, dtype: str, *tensors: TensorType) -> None:
    """Raise ShapeError unless the dtype that these tensors are computed in is of a kind."""
    if dtype in kind.dtypes:
        return
    first, *rest = tensors
    others = [part for x in rest for part in (" and ", x)]
    raise ShapeError(f"takes {kind.name}, and not {dtype}: ", first, *others, help=_CAST)


def array(value: Argument) -> TensorType:
    """Return the type of a tensor, or of the one that Keras makes of numbers in lists: float32, int32 or bool."""
    if isinstance(value, TensorType):
        return value
    shape: list[int] = []
    inner = value
    while isinstance(inner, tuple):
        shape.append(len(inner))
        inner = inner[0] if inner else 0.0
    return TensorType(tuple(shape), dtype_of_numbers(value))


def dtype_of_numbers(value: Argument) -> str:
    """Return the dtype that Keras gives to a number, or to numbers in lists: that of the widest.

    >>> dtype_of_numbers((1, 2.5)), dtype_of_numbers(3)
    ('float32', 'int32')
    """
    if isinstance(value, tuple):
        found = {dtype_of_numbers(item) for item in value}
        return next((dtype for dtype in (FLOATX, "int32", "bool") if dtype in found), FLOATX)
    if isinstance(value, TensorType):
        raise ShapeError("takes no tensors in a list: ", value, help="join them before: ops.stack")
    return "bool" if isinstance(value, bool) else "int32" if isinstance(value, int) else FLOATX


def need_plain(value: Argument, name: str, plain: tuple[type, ...]) -> None:
    """Raise ShapeError where an operand is a plain number or list, and Keras takes none there."""
    if isinstance(value, (TensorType, *plain)):
        return
    what = "list" if isinstance(value, tuple) else "number"
    raise ShapeError(f'takes a tensor as "{name}", and no plain {what}', help=_CONSTANT)
