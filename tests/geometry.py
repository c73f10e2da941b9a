"""What must hold of every picture: nothing overlaps, no line runs through a box, no text is cut, no edge is missing."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise

from graphspec.views.plot.drawing import Card
from graphspec.views.plot.engine import Point
from graphspec.views.plot.face import FOOT_SIZE, LABEL_SIZE, NAME_SIZE, ROW_SIZE, TITLE_SIZE, TYPE_SIZE, title_of
from graphspec.views.plot.measure import text_width
from graphspec.views.plot.places import Box, Picture, Rect

NEAR = 0.6


def problems_of(picture: Picture) -> list[str]:
    """Return what is wrong with a picture, in words."""
    return [
        *_overlaps(picture), *_hits(picture), *_loose_ends(picture), *_cut_texts(picture), *_outside(picture),
        *_missing(picture), *_labels(picture), *_titles(picture),
    ]  # fmt: skip


def _overlaps(picture: Picture) -> Iterator[str]:
    boxes = sorted(picture.boxes, key=lambda box: box.rect.x)
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            if other.rect.x >= one.rect.x + one.rect.width:
                break
            if _overlap(one.rect, other.rect):
                yield f"{one.card.path} overlaps {other.card.path}"
    for frame in picture.frames:
        inside = set(_paths(frame.card))
        for item in (*picture.boxes, *picture.frames):
            if item.card.path == frame.card.path:
                continue
            if item.card.path in inside:
                if not _holds(frame.rect, item.rect):
                    yield f"{item.card.path} sticks out of {frame.card.path}"
            elif _overlap(frame.rect, item.rect) and not _holds(item.rect, frame.rect):
                yield f"{frame.card.path} overlaps {item.card.path}"


def _paths(card: Card) -> Iterator[str]:
    for item in card.inside:
        yield item.path
        yield from _paths(item)


def _overlap(one: Rect, other: Rect, slack: float = NEAR) -> bool:
    return (
        one.x + slack < other.x + other.width
        and other.x + slack < one.x + one.width
        and one.y + slack < other.y + other.height
        and other.y + slack < one.y + one.height
    )


def _holds(outer: Rect, inner: Rect) -> bool:
    return (
        outer.x - NEAR <= inner.x
        and outer.y - NEAR <= inner.y
        and inner.x + inner.width <= outer.x + outer.width + NEAR
        and inner.y + inner.height <= outer.y + outer.height + NEAR
    )


def _hits(picture: Picture) -> Iterator[str]:
    grid: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for box in picture.boxes:
        for cell in _cells(box.rect):
            grid[cell].append(box)
    for line in picture.lines:
        for one, other in pairwise(line.points):
            part = Rect(min(one.x, other.x), min(one.y, other.y), abs(one.x - other.x), abs(one.y - other.y))
            seen = {id(box): box for cell in _cells(part) for box in grid[cell]}
            for box in seen.values():
                if _runs_through(part, box.rect):
                    yield f"a line to {picture.drawing.links[line.links[0]].target} runs through {box.card.path}"


def _cells(rect: Rect) -> Iterator[tuple[int, int]]:
    for x in range(int(rect.x // 200), int((rect.x + rect.width) // 200) + 1):
        for y in range(int(rect.y // 200), int((rect.y + rect.height) // 200) + 1):
            yield x, y


def _runs_through(part: Rect, rect: Rect) -> bool:
    return (
        part.x < rect.x + rect.width - NEAR
        and part.x + part.width > rect.x + NEAR
        and part.y < rect.y + rect.height - NEAR
        and part.y + part.height > rect.y + NEAR
    )


def _loose_ends(picture: Picture) -> Iterator[str]:
    """Yield each link whose lines do not lead, without a gap, from its source to its target."""
    rects = {box.card.path: box.rect for box in picture.boxes}
    lines = defaultdict(list)
    for line in picture.lines:
        for number in line.links:
            lines[number].append(line)
    for number, link in enumerate(picture.drawing.links):
        reached, left = [rects[link.source]], list(lines[number])
        ends: list[Point] = []
        while True:
            at = next((i for i, line in enumerate(left) if _begins(line.points[0], reached, ends)), None)
            if at is None:
                break
            ends.append(left.pop(at).points[-1])
        if not any(_touches(end, rects[link.target]) for end in ends):
            yield f"no line leads from {link.source} to {link.target}"


def _begins(start: Point, rects: list[Rect], ends: list[Point]) -> bool:
    return any(_touches(start, rect) for rect in rects) or any(
        abs(start.x - end.x) <= 2 * NEAR and abs(start.y - end.y) <= 2 * NEAR for end in ends
    )


def _touches(point: Point, rect: Rect) -> bool:
    on_x = rect.x - NEAR <= point.x <= rect.x + rect.width + NEAR
    on_y = rect.y - NEAR <= point.y <= rect.y + rect.height + NEAR
    at_x = min(abs(point.x - rect.x), abs(point.x - rect.x - rect.width)) <= NEAR
    at_y = min(abs(point.y - rect.y), abs(point.y - rect.y - rect.height)) <= NEAR
    return (on_x and at_y) or (on_y and at_x)


def _cut_texts(picture: Picture) -> Iterator[str]:
    for box in picture.boxes:
        face, room = box.face, box.rect.width - 16
        head = text_width(face.name, NAME_SIZE, bold=True) + text_width(face.type, TYPE_SIZE)
        rows = [text_width(left, ROW_SIZE) + text_width(right, ROW_SIZE) for left, right in face.rows]
        feet = [text_width(foot.text, FOOT_SIZE) for foot in face.feet]
        if max([head, *rows, *feet]) > room:
            yield f"the text of {box.card.path} is wider than its box"


def _outside(picture: Picture) -> Iterator[str]:
    everything = Rect(0, 0, picture.width, picture.height)
    for item in (*picture.boxes, *picture.frames):
        if not _holds(everything, item.rect):
            yield f"{item.card.path} is outside"
    for line in picture.lines:
        if any(not (0 <= point.x <= picture.width and 0 <= point.y <= picture.height) for point in line.points):
            yield "a line is outside"


def _missing(picture: Picture) -> Iterator[str]:
    drawn = {number for line in picture.lines if line.is_last for number in line.links}
    for number, link in enumerate(picture.drawing.links):
        if number not in drawn:
            yield f"no arrow from {link.source} to {link.target}"


def _labels(picture: Picture) -> Iterator[str]:
    rects = []
    for line in picture.lines:
        if line.label and line.label_at is None:
            yield f"the label {line.label} is missing"
        elif line.label_at is not None:
            width = text_width(line.label, LABEL_SIZE)
            rects.append((line.label, Rect(line.label_at.x - width / 2, line.label_at.y - 6, width, 12)))
    for (one, first), (other, second) in combinations(rects, 2):
        if _overlap(first, second):
            yield f"the labels {one} and {other} overlap"
    for label, rect in rects:
        yield from (f"the label {label} lies on {box.card.path}" for box in picture.boxes if _overlap(rect, box.rect))


def _titles(picture: Picture) -> Iterator[str]:
    for frame in picture.frames:
        name, more = title_of(frame.card, picture.show)
        widths = text_width(name, TITLE_SIZE, bold=True), text_width(more, FOOT_SIZE)
        is_down = picture.direction == "down"
        rect = Rect(
            frame.title_at.x, frame.title_at.y + 4, max(widths) if is_down else sum(widths) + 7, 28 if is_down else 12
        )
        if not _holds(frame.rect, rect):
            yield f"the title of {frame.card.path} is wider than its frame"
        for line in picture.lines:
            for one, other in pairwise(line.points):
                part = Rect(min(one.x, other.x), min(one.y, other.y), abs(one.x - other.x), abs(one.y - other.y))
                if _runs_through(part, rect):
                    yield f"a line runs through the title of {frame.card.path}"


def texts_of(svg: str) -> set[str]:
    """Return every text in an SVG."""
    return set(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
