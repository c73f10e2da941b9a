"""Lines between calls of one layer that stand beside each other."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from graphspec.views.plot.engine import Point
from graphspec.views.plot.places import Box, Frame, Rect, Tie


def ties_of(boxes: Sequence[Box], frames: Sequence[Frame]) -> Iterator[Tie]:
    """Yield a line between calls of one layer that stand beside each other, where nothing is in between."""
    calls: dict[str, list[Rect]] = {}
    for card, rect in (*((box.card, box.rect) for box in boxes), *((frame.card, frame.rect) for frame in frames)):
        if card.shared is not None:
            calls.setdefault(card.shared.first, []).append(rect)
    for same in calls.values():
        for one, other in pairwise(sorted(same, key=lambda rect: (rect.x, rect.y))):
            tie = _tie(one, other)
            if tie is not None and not any(_is_hit(tie, box.rect) for box in boxes if box.rect not in (one, other)):
                yield tie


def _tie(one: Rect, other: Rect) -> Tie | None:
    low, high = max(one.y, other.y), min(one.y + one.height, other.y + other.height)
    if low + 8 < high and one.x + one.width < other.x:
        middle = round((low + high) / 2, 2)
        return Tie(Point(one.x + one.width, middle), Point(other.x, middle))
    return None


def _is_hit(tie: Tie, rect: Rect) -> bool:
    return (
        rect.y - 2 < tie.start.y < rect.y + rect.height + 2 and rect.x < tie.end.x and rect.x + rect.width > tie.start.x
    )
