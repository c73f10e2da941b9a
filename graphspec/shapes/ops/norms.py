"""The norm of vectors and matrices, and which orders it has."""

from graphspec.shapes.axes import axes_of, reduced
from graphspec.shapes.dimension import product
from graphspec.shapes.dtypes import float_of, real_float_of
from graphspec.shapes.kinds import NUMERIC, REAL, need_kind
from graphspec.shapes.literals import array
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType

_MATRIX = 2
_ORDERS_OF_MATRIX = (None, "fro", "nuc", float("inf"), float("-inf"), 1, -1, 2, -2)
_ORDERS_OF_COMPLEX = (None, 2, 0)
_SUMS_OF_SQUARES = (None, "fro")
_BY_SINGULAR_VALUES = ("nuc", 2, -2)


def need_norm(x: TensorType, axes: tuple[int, ...], order: float | str | None) -> None:
    """Raise ShapeError unless there is a norm of this order over so many axes, and of this dtype."""
    need_kind(REAL if len(axes) == 1 and order not in _ORDERS_OF_COMPLEX else NUMERIC, x.dtype, x)
    if len(axes) not in {1, _MATRIX}:
        raise ShapeError(f"takes the norm over one axis or two, and not over {len(axes)}: ", x, help='give "axis"')
    if len(axes) == 1 and isinstance(order, str):
        raise ShapeError(f'has "{order}" for matrices alone, and takes the norm over one axis: ', x)
    if len(axes) == _MATRIX and order not in _ORDERS_OF_MATRIX:
        raise ShapeError(f"has no norm of order {order} over two axes: ", x)
    if len(axes) == _MATRIX and order in _BY_SINGULAR_VALUES and float_of(x.dtype) in {"float16", "bfloat16"}:
        raise ShapeError(f"finds singular values of float32 or float64, and not of {x.dtype}: ", x)


def norm(
    x: Argument, ord: Argument = None, axis: Argument = None, keepdims: bool = False  # noqa: A002, FBT001, FBT002 - Keras' names
) -> Effect:  # fmt: skip
    """Return the effect of a norm, with two FLOPs for each element that it reads."""
    given = array(x)
    axes = tuple(range(given.rank)) if axis is None else axes_of(given, axis)
    need_norm(given, axes, ord)
    to = float_of if len(axes) == 1 or ord in _SUMS_OF_SQUARES else real_float_of
    shape = reduced(given.shape, axes, keepdims=keepdims)
    return Effect(TensorType(shape, to(given.dtype)), flops=product((2, *given.shape[1:])))
