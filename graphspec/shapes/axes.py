"""Axes that an argument names: counted from either end, one or several."""

from graphspec.shapes.types import ShapeError, TensorType


def axis_of(x: TensorType, axis: int) -> int:
    """Return an axis counted from the start; raise ShapeError where the tensor has none there."""
    if not -x.rank <= axis < x.rank:
        raise ShapeError(f"has axis {axis}, and gets {x.rank} dimensions, the batch included: ", x)
    return axis % x.rank


def axes_of(x: TensorType, axes: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return axes counted from the start, in the order of the argument; raise ShapeError where two are the same."""
    found = tuple(axis_of(x, axis) for axis in ((axes,) if isinstance(axes, int) else axes))
    if len(set(found)) < len(found):
        raise ShapeError(f"names an axis twice in {list(found)}: ", x)
    return found
