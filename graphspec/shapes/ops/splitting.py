"""Ops that make several tensors of one."""

from itertools import pairwise

from graphspec.shapes.axes import Axes, axis_of
from graphspec.shapes.dimension import Dimension, plus, quotient
from graphspec.shapes.literals import operand
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import (
    Argument,
    Effect,
    ShapeError,
    TensorType,
    UnknownEffectError,
    need_min_rank,
)

_MOST_PARTS = 100_000


def split(x: Argument, indices_or_sections: Axes, axis: int = 0) -> Effect:
    """Return the effect of ``split``: equal parts where it is told a number, else cut before each index."""
    x = operand(x)
    return _split(x, indices_or_sections, axis_of(x, axis))


def vsplit(x: Argument, indices_or_sections: Axes) -> Effect:
    """Return the effect of ``vsplit``, which splits the batch."""
    x = operand(x)
    need_min_rank(x, 2)
    return _split(x, indices_or_sections, 0)


def hsplit(x: Argument, indices_or_sections: Axes) -> Effect:
    """Return the effect of ``hsplit``, which splits axis 1, or the only one."""
    x = operand(x)
    need_min_rank(x, 1)
    return _split(x, indices_or_sections, min(1, x.rank - 1))


def dsplit(x: Argument, indices_or_sections: Axes) -> Effect:
    """Return the effect of ``dsplit``, which splits axis 2."""
    x = operand(x)
    need_min_rank(x, 3)
    return _split(x, indices_or_sections, 2)


def _split(x: TensorType, indices_or_sections: Axes, axis: int) -> Effect:
    size = x.shape[axis]
    if not isinstance(indices_or_sections, int):
        return _cut(x, tuple(indices_or_sections), axis)
    if isinstance(size, int) and size % indices_or_sections:
        raise ShapeError(
            f"cannot split dimension {axis}, of {size}, into {indices_or_sections} equal parts: ", x,
            help="ops.array_split makes parts that differ by one",
        )  # fmt: skip
    return _parts(x, [quotient(size, indices_or_sections)], axis, indices_or_sections)


def _cut(x: TensorType, indices: tuple[int, ...], axis: int) -> Effect:
    if not indices:
        raise ShapeError("has no index to cut at in ", x)
    sizes = [end - start for start, end in pairwise((0, *indices))]
    rest = plus(x.shape[axis], -indices[-1])
    if any(isinstance(part, int) and part < 0 for part in [*sizes, rest]):
        raise ShapeError(f"cuts dimension {axis} at {list(indices)}, which does not rise from 0 to its size in ", x)
    return _parts(x, [*sizes, rest], axis, 1)


def array_split(x: Argument, indices_or_sections: Axes, axis: int = 0) -> Effect:
    """Return the effect of ``array_split``: parts of which the first may be longer by one."""
    x = operand(x)
    if not isinstance(indices_or_sections, int):
        raise ShapeError("takes a number of parts, not indices: ", x, help="ops.split takes indices")
    place, count = axis_of(x, axis), indices_or_sections
    size = x.shape[place]
    if not isinstance(size, int):
        return _parts(x, [quotient(size, count)], place, count)
    _guard(count)
    return _parts(x, [size // count + (number < size % count) for number in range(count)], place, 1)


def unstack(x: Argument, num: int | None = None, axis: int = 0) -> Effect:
    """Return the effect of ``unstack``: a tensor for each place of an axis, which goes."""
    x = operand(x)
    place = axis_of(x, axis)
    size = x.shape[place]
    count = size if num is None else num
    if not isinstance(count, int):
        raise ShapeError(f"needs num, since the size of dimension {place} is not known: ", x)
    if isinstance(size, int) and count != size:
        raise ShapeError(f"makes {num} tensors of dimension {place}, which has {size}: ", x)
    _guard(count)
    return Effect((TensorType((*x.shape[:place], *x.shape[place + 1 :]), x.dtype),) * count)


def _parts(x: TensorType, sizes: list[Dimension], axis: int, times: int) -> Effect:
    _guard(times)
    return Effect(tuple(TensorType((*x.shape[:axis], size, *x.shape[axis + 1 :]), x.dtype) for size in sizes) * times)


def _guard(count: int) -> None:
    """Say nothing of more outputs than any model has: listing them takes the memory of the machine."""
    if count > _MOST_PARTS:
        raise UnknownEffectError


RULES: dict[str, Rule] = {
    "array_split": array_split,
    "dsplit": dsplit,
    "hsplit": hsplit,
    "split": split,
    "unstack": unstack,
    "vsplit": vsplit,
}
