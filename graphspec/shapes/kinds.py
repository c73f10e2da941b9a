"""Kinds of numbers that an op computes with, and the operands that it takes."""

from dataclasses import dataclass

from graphspec.shapes.dtypes import COMPLEX, INTEGERS, SIGNED
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


def need_plain(value: Argument, name: str, plain: tuple[type, ...]) -> None:
    """Raise ShapeError where an operand is a plain number or list, and Keras takes none there."""
    if isinstance(value, (TensorType, *plain)):
        return
    what = "list" if isinstance(value, tuple) else "number"
    raise ShapeError(f'takes a tensor as "{name}", and no plain {what}', help=_CONSTANT)
