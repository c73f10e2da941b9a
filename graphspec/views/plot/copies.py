"""Put boxes that could change places, as copies can, in the order in which they are written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from graphspec.views.plot.engine import Block, Layout, Wire

_Key = tuple[object, ...]


class _Way(NamedTuple):
    """A wire from or to a block: where it leads, how it meets both, and its number.

    What is fed by this wire alone counts as part of the block, and has an equal ``part`` where it is alike.
    """

    is_private: bool
    part: int
    ports: str
    wire: int


def in_order(layout: Layout, blocks: Sequence[Block], wires: Sequence[Wire]) -> Layout:
    """Return a layout in which boxes of one size and layer that the same feeds, and that feed the same, are in order.

    They take the places and the lines of each other, so no line crosses more than before.
    """
    if len(wires) < 2:  # noqa: PLR2004 - copies have one each
        return layout
    likeness = _likeness(layout, blocks, wires)
    centers, lines, labels = list(layout.centers), list(layout.wires), list(layout.labels)
    for members in likeness.groups():
        places = sorted(members, key=lambda at: centers[at].x)
        if places == members:
            continue
        before = (tuple(centers), tuple(lines), tuple(labels))
        for at, place in _pairs(members, places, likeness, wires):
            centers[at] = before[0][place]
            for own, other in zip(likeness.ways(at), likeness.ways(place), strict=True):
                lines[own.wire], labels[own.wire] = before[1][other.wire], before[2][other.wire]
    return replace(layout, centers=tuple(centers), wires=tuple(lines), labels=tuple(labels))


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What leads to and from each block, and the keys of blocks: those of alike ones are equal."""

    into: Sequence[Sequence[_Way]]
    out: Sequence[Sequence[_Way]]
    keys: Sequence[_Key]
    order: Sequence[int]

    def ways(self, at: int) -> list[_Way]:
        return [*self.into[at], *self.out[at]]

    def groups(self) -> list[list[int]]:
        found: dict[_Key, list[int]] = defaultdict(list)
        for at in self.order:
            found[self.keys[at]].append(at)
        return [sorted(members) for members in found.values() if len(members) > 1]


def _likeness(layout: Layout, blocks: Sequence[Block], wires: Sequence[Wire]) -> _Likeness:
    count = [0] * len(blocks)
    leaving: list[list[int]] = [[] for _ in blocks]
    into: list[list[_Way]] = [[] for _ in blocks]
    out: list[list[_Way]] = [[] for _ in blocks]
    for number, wire in enumerate(wires):
        ports = repr((wire.leaves, wire.enters, wire.label))
        count[wire.target] += 1
        leaving[wire.source].append(number)
        into[wire.target].append(_Way(is_private=False, part=wire.source, ports=ports, wire=number))
    order = sorted(range(len(blocks)), key=lambda at: (layout.centers[at].y, at))
    parts: dict[_Key, int] = {}
    part = [0] * len(blocks)
    for at in reversed(order):
        for number in leaving[at]:
            wire = wires[number]
            is_private = count[wire.target] == 1
            found = part[wire.target] if is_private else wire.target
            out[at].append(_Way(is_private, found, repr((wire.leaves, wire.enters, wire.label)), number))
        out[at].sort()
        into[at].sort()
        below = tuple(way[:3] for way in out[at])
        part[at] = parts.setdefault((blocks[at], layout.centers[at].y, below), len(parts))
    keys = [(part[at], *(way[:3] for way in into[at])) for at in range(len(blocks))]
    return _Likeness(into, out, keys, order)


def _pairs(
    members: Sequence[int], places: Sequence[int], likeness: _Likeness, wires: Sequence[Wire]
) -> Iterator[tuple[int, int]]:
    """Yield each block with the one whose place it takes, also of what is part of them."""
    waiting = list(zip(members, places, strict=True))
    while waiting:
        at, place = waiting.pop()
        yield at, place
        for own, other in zip(likeness.out[at], likeness.out[place], strict=True):
            if own.is_private:
                waiting.append((wires[own.wire].target, wires[other.wire].target))
