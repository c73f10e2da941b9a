"""Axes that arguments name, counted from either end."""

from collections.abc import Iterable

from graphspec.shapes.dimension import Shape
from graphspec.shapes.types import ShapeError, TensorType

Axes = int | tuple[int, ...]


def axis_of(x: TensorType, axis: int, more: int = 0) -> int:
    """Return an axis counted from the front; raise ShapeError where a tensor, with so many axes more, has none such.

    >>> axis_of(TensorType((None, 3), "float32"), -1)
    1
    """
    rank = x.rank + more
    if -rank <= axis < rank:
        return axis % rank
    help_ = f"the axes go from {-rank} to {rank - 1}, the batch included" if rank else None
    raise ShapeError(f"has no axis {axis} where there are {rank} dimensions: ", x, help=help_)


def axes_of(x: TensorType, axes: Axes, more: int = 0) -> tuple[int, ...]:
    """Return axes counted from the front; raise ShapeError for one that a tensor does not have, or that comes twice."""
    found = tuple(axis_of(x, axis, more) for axis in listed(axes))
    if len(set(found)) != len(found):
        raise ShapeError(f"names an axis twice in {list(listed(axes))}: ", x)
    return found


def listed(values: Axes) -> tuple[int, ...]:
    """Return an argument that is one integer or several as several."""
    return (values,) if isinstance(values, int) else tuple(values)


def without(values: Iterable[object], axes: Iterable[int]) -> tuple:  # type: ignore[type-arg]
    """Return values but for those at these places."""
    left = set(axes)
    return tuple(value for number, value in enumerate(values) if number not in left)


def reduced(shape: Shape, axes: tuple[int, ...], *, keepdims: bool) -> Shape:
    """Return a shape without these axes, or with 1 in their places."""
    if keepdims:
        return tuple(1 if number in axes else size for number, size in enumerate(shape))
    return tuple(size for number, size in enumerate(shape) if number not in axes)
