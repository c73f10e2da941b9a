"""See that no line of a layout runs through a box."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from graphspec.views.plot.engine import Block, Layout, Point

_CELL = 256.0
_SLACK = 0.5
_Box = tuple[float, float, float, float]


def is_clear(layout: Layout, blocks: Sequence[Block]) -> bool:
    """Say whether all lines of a layout keep out of its boxes; they may touch the borders."""
    cells: defaultdict[tuple[int, int], list[_Box]] = defaultdict(list)
    for center, block in zip(layout.centers, blocks, strict=True):
        half = block.width / 2 - _SLACK, block.height / 2 - _SLACK
        box = center.x - half[0], center.y - half[1], center.x + half[0], center.y + half[1]
        for cell in _cells(box):
            cells[cell].append(box)
    return not any(_hits(part, cells) for wire in layout.wires for part in _parts(wire))


def _parts(wire: Sequence[Point]) -> Iterator[_Box]:
    for one, other in pairwise(wire):
        yield min(one.x, other.x), min(one.y, other.y), max(one.x, other.x), max(one.y, other.y)


def _cells(box: _Box) -> Iterator[tuple[int, int]]:
    for x in range(int(box[0] // _CELL), int(box[2] // _CELL) + 1):
        for y in range(int(box[1] // _CELL), int(box[3] // _CELL) + 1):
            yield x, y


def _hits(part: _Box, cells: dict[tuple[int, int], list[_Box]]) -> bool:
    left, top, right, bottom = part
    return any(
        left < box[2] and right > box[0] and top < box[3] and bottom > box[1]
        for cell in _cells(part)
        for box in cells.get(cell, ())
    )
