"""One level of a drawing on its way to places: cards, the ports of the frame around them, and what connects them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from graphspec.views.plot.clear import is_clear
from graphspec.views.plot.copies import in_order
from graphspec.views.plot.engine import CHANGES, NODE_GAP, Block, Layout, Point, Wire, is_dense, lay_out

PORT = 2.0
_STEP = 6.0
_JOG = 4.0


PortKind = Literal["card", "entry", "exit"]


class End(NamedTuple):
    """Where a line ends: at a card, or at the border of the frame, where a tensor comes in or goes out."""

    kind: PortKind
    name: str


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a link that runs inside one frame; ``tensor`` is what it carries, ``links`` whose part it is."""

    source: End
    target: End
    tensor: str
    links: tuple[int, ...]
    label: str = ""
    is_last: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A routed segment; it may come in or go out at the border of the frame that it runs in."""

    points: tuple[Point, ...]
    links: tuple[int, ...]
    is_last: bool = False
    label: str = ""
    label_at: Point | None = None
    comes_in: bool = False
    goes_out: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A level with places: the centre of each end, the lines, and the size of it all, which begins at 0, 0."""

    centers: Mapping[End, Point]
    lines: tuple[Line, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A level without places.

    ``sizes`` are of the cards, ``ports`` say where along the border of an open card its tensors come in or go out.
    """

    sizes: Mapping[str, tuple[float, float]]
    segments: tuple[Segment, ...]
    labels: Mapping[str, tuple[float, float]]
    ports: Mapping[tuple[str, str, str], float] = field(default_factory=dict)


def place(piece: Piece) -> Placed:
    """Return a level with places."""
    linked = {end.name for segment in piece.segments for end in (segment.source, segment.target) if end.kind == "card"}
    alone = {name: size for name, size in piece.sizes.items() if name not in linked}
    if not alone or not linked:
        return _place(piece)
    placed = _place(replace(piece, sizes={name: size for name, size in piece.sizes.items() if name in linked}))
    return _beside(placed, alone)


def _beside(placed: Placed, alone: Mapping[str, tuple[float, float]]) -> Placed:
    """Return a level with cards that nothing leads to or from beside it, in a column."""
    left, y = placed.width + NODE_GAP, 0.0
    centers = dict(placed.centers)
    for name, (width, height) in alone.items():
        centers[End("card", name)] = Point(left + width / 2, y + height / 2)
        y += height + NODE_GAP
    width = left + max(width for width, _ in alone.values())
    return replace(placed, centers=centers, width=width, height=max(placed.height, y - NODE_GAP))


def _place(piece: Piece) -> Placed:
    ends = list(dict.fromkeys([*(End("card", name) for name in piece.sizes), *_ports(piece.segments)]))
    number = {end: at for at, end in enumerate(ends)}
    blocks = [_block(end, piece) for end in ends]
    wires = [
        Wire(
            number[segment.source],
            number[segment.target],
            leaves=_hint(piece, segment.source, segment.tensor, "exit"),
            enters=_hint(piece, segment.target, segment.tensor, "entry"),
            label=piece.labels.get(segment.label) if segment.label else None,
        )
        for segment in piece.segments
    ]
    return _placed(ends, blocks, piece, in_order(_laid_out(blocks, wires), blocks, wires))


def _laid_out(blocks: Sequence[Block], wires: Sequence[Wire]) -> Layout:
    """Return a layout in which no line runs through a box, wherever one is found."""
    first: Layout | None = None
    free = [replace(wire, leaves=None, enters=None) for wire in wires]
    for change in range(len(CHANGES) + 1):
        is_last = change == len(CHANGES)
        found = lay_out(blocks, free if is_last else wires, 0 if is_last else change)
        found = replace(found, wires=_joined(found, blocks, wires))
        if is_clear(found, blocks) or is_dense(blocks, wires):
            return found
        first = first or found
    return first or found


def _joined(layout: Layout, blocks: Sequence[Block], wires: Sequence[Wire]) -> tuple[tuple[Point, ...], ...]:
    """Return the wires, each to where its port is: the library keeps off the corners of a box."""
    joined = []
    for wire, points in zip(wires, layout.wires, strict=True):
        start = _port_at(layout.centers[wire.source], blocks[wire.source], wire.leaves)
        end = _port_at(layout.centers[wire.target], blocks[wire.target], wire.enters)
        points = _without_jog(points, wire, layout.centers, blocks)  # noqa: PLW2901 - the same wire
        joined.append((*_step(points[0], start, _STEP), *points[1:-1], *reversed(_step(points[-1], end, -_STEP))))
    return tuple(joined)


def _without_jog(
    points: tuple[Point, ...], wire: Wire, centers: Sequence[Point], blocks: Sequence[Block]
) -> tuple[Point, ...]:
    """Return a wire that is all but straight as a straight one, at the end that is fixed."""
    first, last = points[0], points[-1]
    is_slight = 0 < abs(first.x - last.x) < _JOG and len(points) in {2, 4}
    if not is_slight or (wire.leaves is not None and wire.enters is not None):
        return points
    x = first.x if wire.leaves is not None else last.x
    if any(abs(x - centers[at].x) > blocks[at].width / 2 - _JOG for at in (wire.source, wire.target)):
        return points
    return Point(x, first.y), Point(x, last.y)


def _port_at(center: Point, block: Block, at: float | None) -> float | None:
    return None if at is None else center.x + at * block.width / 2


def _step(end: Point, x: float | None, away: float) -> tuple[Point, ...]:
    """Return the end of a wire, with a step aside where its port is elsewhere along the border."""
    if x is None or abs(x - end.x) < 0.05:  # noqa: PLR2004 - what rounding leaves
        return (end,)
    return Point(x, end.y), Point(x, end.y + away), Point(end.x, end.y + away)


def _ports(segments: Sequence[Segment]) -> list[End]:
    entries = [segment.source for segment in segments if segment.source.kind == "entry"]
    exits = [segment.target for segment in segments if segment.target.kind == "exit"]
    return [*entries, *exits]


def _block(end: End, piece: Piece) -> Block:
    if end.kind == "card":
        return Block(*piece.sizes[end.name])
    return Block(PORT, PORT, "first" if end.kind == "entry" else "last")


def _hint(piece: Piece, end: End, tensor: str, side: str) -> float | None:
    if end.kind != "card":
        return 0.0
    at = piece.ports.get((end.name, side, tensor))
    if at is None:
        return None
    half = piece.sizes[end.name][0] / 2
    return (at - half) / half


def _placed(ends: Sequence[End], blocks: Sequence[Block], piece: Piece, layout: Layout) -> Placed:
    boxes = list(zip(layout.centers, blocks, strict=True))
    labels = [
        (at, piece.labels[segment.label])
        for segment, at in zip(piece.segments, layout.labels, strict=True)
        if at is not None and segment.label
    ]
    xs = [x for at, block in boxes for x in (at.x - block.width / 2, at.x + block.width / 2)]
    ys = [y for at, block in boxes for y in (at.y - block.height / 2, at.y + block.height / 2)]
    xs += [x for at, size in labels for x in (at.x - size[0] / 2, at.x + size[0] / 2)]
    ys += [y for at, size in labels for y in (at.y - size[1] / 2, at.y + size[1] / 2)]
    xs += [point.x for wire in layout.wires for point in wire]
    ys += [point.y for wire in layout.wires for point in wire]
    left, top = min(xs, default=0.0), min(ys, default=0.0)
    lines = [
        Line(
            tuple(Point(point.x - left, point.y - top) for point in points),
            segment.links,
            segment.is_last,
            segment.label,
            None if at is None or not segment.label else Point(at.x - left, at.y - top),
            comes_in=segment.source.kind == "entry",
            goes_out=segment.target.kind == "exit",
        )
        for segment, points, at in zip(piece.segments, layout.wires, layout.labels, strict=True)
    ]
    centers = {end: Point(at.x - left, at.y - top) for end, at in zip(ends, layout.centers, strict=True)}
    return Placed(centers, tuple(lines), max(xs, default=0.0) - left, max(ys, default=0.0) - top)


def reaching(line: Line, top: float, bottom: float) -> Line:
    """Return a line that begins and ends at borders where it comes in or goes out."""
    points = list(line.points)
    if line.comes_in:
        points.insert(0, Point(points[0].x, top))
    if line.goes_out:
        points.append(Point(points[-1].x, bottom))
    return replace(line, points=tuple(points))


def shifted(line: Line, right: float, down: float) -> Line:
    """Return a line elsewhere."""
    at = line.label_at
    points = tuple(Point(point.x + right, point.y + down) for point in line.points)
    return replace(line, points=points, label_at=None if at is None else Point(at.x + right, at.y + down))
