"""How shapes meet in elementwise operations."""

from graphspec.shapes.dimension import Dimension, Shape, agreed, differ, show
from graphspec.shapes.types import ShapeError, TensorType


def broadcast(*types: TensorType, verb: str = "combine", skip: int = 0) -> Shape:
    """Return the shape that these have together; raises ShapeError where two sizes differ and none is 1.

    The last dimensions, as many as ``skip`` says, are left out of it.

    Source: https://numpy.org/doc/stable/user/basics.broadcasting.html
    """
    rank = max((x.rank for x in types), default=0)
    return tuple(_meet(axis, rank, types, verb) for axis in range(-rank, -skip))


def _meet(axis: int, rank: int, types: tuple[TensorType, ...], verb: str) -> Dimension:
    result: Dimension = 1
    holder: TensorType | None = None
    for x in types:
        size = x.shape[axis] if -axis <= x.rank else 1
        if size == 1:
            continue
        if holder is not None and differ(result, size):
            raise ShapeError(
                f"cannot {verb} ", holder, " and ", x, f": dimension {rank + axis} is {show(result)} and {show(size)}"
            )
        if holder is None or agreed(result, size) != result:
            holder = x
            result = size if result == 1 else agreed(result, size)
    return result
