"""The room that a frame leaves around what is in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from graphspec.views.plot.drawing import Card
from graphspec.views.plot.engine import Point
from graphspec.views.plot.piece import Line, PortKind
from graphspec.views.plot.places import Frame, Rect

SIDE = 14.0
LABEL_HEIGHT = 14.0
_LEAD = 12.0
_ASKEW = 40.0


@dataclass(frozen=True, slots=True)
class Framed:
    """What is inside a frame, with places in it, and where along its borders tensors come in and go out."""

    boxes: tuple[tuple[Card, Rect], ...]
    frames: tuple[Frame, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    ports: Mapping[tuple[PortKind, str], float]


def tightened(found: Framed) -> Framed:
    """Return what is in a frame without the room that straight lines from and to its ports leave."""
    tops = [rect.y for _, rect in found.boxes] + [frame.rect.y for frame in found.frames]
    ends = [rect.y + rect.height for _, rect in found.boxes] + [
        frame.rect.y + frame.rect.height for frame in found.frames
    ]
    bends = [point.y for line in found.lines for point in line.points[1:-1]]
    labels = [line.label_at.y for line in found.lines if line.label_at is not None]
    first = min([*tops, *bends, *(y - LABEL_HEIGHT for y in labels)], default=0.0)
    last = max([*ends, *bends, *(y + LABEL_HEIGHT for y in labels)], default=found.height)
    above = max(0.0, first - _LEAD) if any(side == "entry" for side, _ in found.ports) else 0.0
    below = max(0.0, found.height - last - _LEAD) if any(side == "exit" for side, _ in found.ports) else 0.0
    height = found.height - above - below

    def fitted(point: Point) -> Point:
        return Point(point.x, min(max(point.y - above, 0.0), height))

    return replace(
        found,
        boxes=tuple((card, rect.moved(0.0, -above)) for card, rect in found.boxes),
        frames=tuple(
            replace(item, rect=item.rect.moved(0.0, -above), title_at=by(item.title_at, 0.0, -above))
            for item in found.frames
        ),
        lines=tuple(
            replace(
                line,
                points=tuple(fitted(point) for point in line.points),
                label_at=None if line.label_at is None else fitted(line.label_at),
            )
            for line in found.lines
        ),
        height=height,
    )


def title_room(found: Framed, title: float) -> tuple[float, float, float]:
    """Return the room to leave left and right, and where the title starts, so that no line runs through it."""
    entries = sorted(at for (side, _), at in found.ports.items() if side == "entry")
    stops = [-SIDE, *entries, found.width + SIDE]
    for one, other in pairwise(stops):
        if other - one >= title:
            return _titled(found, SIDE, SIDE, after=one if one > -SIDE else None)
    if not entries:
        return SIDE, max(SIDE, title - found.width - SIDE), SIDE
    more_left, more_right = title - entries[0], title - (found.width - entries[-1])
    if more_right < more_left:
        return _titled(found, SIDE, max(SIDE, more_right), after=entries[-1])
    return _titled(found, max(SIDE, more_left), SIDE, after=None)


def _titled(found: Framed, left: float, right: float, *, after: float | None) -> tuple[float, float, float]:
    """Return the same room, and where a title starts that stands after a line, or at the border."""
    left, right = _centered(found, left, right)
    return left, right, SIDE if after is None else left + after + SIDE


def _centered(found: Framed, left: float, right: float) -> tuple[float, float]:
    """Return the same room with a little more at one side, where that puts the one way through into the middle."""
    ways = set(found.ports.values())
    if len(ways) != 1:
        return left, right
    at = ways.pop()
    off = (left + at) - (found.width - at + right)
    if abs(off) > _ASKEW:
        return left, right
    return left + max(0.0, -off), right + max(0.0, off)


def by(point: Point, right: float, down: float) -> Point:
    """Return a point elsewhere."""
    return Point(point.x + right, point.y + down)
