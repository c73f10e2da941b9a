"""Drawing -> picture: every card, frame, line and label with its place."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphspec.views.plot.columns import place_wrapped
from graphspec.views.plot.drawing import Card, Drawing, Link
from graphspec.views.plot.engine import Point
from graphspec.views.plot.face import LABEL_SIZE, TITLE_LINE, Face, face_of, title_width
from graphspec.views.plot.framing import LABEL_HEIGHT, SIDE, Framed, by, tightened, title_room
from graphspec.views.plot.measure import text_width
from graphspec.views.plot.piece import End, Line, Piece, Placed, PortKind, Segment, reaching, shifted
from graphspec.views.plot.places import MARGIN, Box, Direction, Frame, Picture, Rect
from graphspec.views.plot.ties import ties_of

_END = 12.0
_LABEL_PAD = 4.0
_BAND = 8.0


def picture_of(drawing: Drawing, direction: Direction = "down", show: Collection[str] = ()) -> Picture:
    """Return where everything in a drawing goes.

    Raises UsageError where there is too much of it.
    """
    placer = _Placer(drawing, direction == "right", frozenset(show))
    root = placer.level("", drawing.cards, 0)
    turn = placer.is_turned
    boxes = tuple(
        Box(card, placer.faces[card.path], (rect.turned() if turn else rect).moved(MARGIN, MARGIN))
        for card, rect in root.boxes
    )
    frames = tuple(
        Frame(frame.card, (frame.rect.turned() if turn else frame.rect).moved(MARGIN, MARGIN), frame.depth,
              _placed_point(frame.title_at, turn=turn))
        for frame in root.frames
    )  # fmt: skip
    lines = tuple(_placed_line(line, turn=turn) for line in root.lines)
    width, height = (root.height, root.width) if turn else (root.width, root.height)
    return Picture(
        drawing=drawing, direction=direction, show=frozenset(show), boxes=boxes, frames=frames, lines=lines,
        ties=tuple(ties_of(boxes, frames)), width=round(width + 2 * MARGIN, 2), height=round(height + 2 * MARGIN, 2),
    )  # fmt: skip


def _placed_point(at: Point, *, turn: bool) -> Point:
    return Point(at.y + MARGIN, at.x + MARGIN) if turn else Point(at.x + MARGIN, at.y + MARGIN)


def _placed_line(line: Line, *, turn: bool) -> Line:
    points = _straightened([_placed_point(point, turn=turn) for point in line.points])
    at = None if line.label_at is None else _placed_point(line.label_at, turn=turn)
    return replace(line, points=points, label_at=at)


def _straightened(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return a line without points that it does not turn at."""
    kept: list[Point] = []
    for point in points:
        rounded = Point(round(point.x, 2), round(point.y, 2))
        if kept and rounded == kept[-1]:
            continue
        while len(kept) > 1 and _is_between(kept[-2], kept[-1], rounded):
            kept.pop()
        kept.append(rounded)
    return tuple(kept)


def _is_between(one: Point, middle: Point, other: Point) -> bool:
    on_x = abs(one.x - middle.x) < 0.02 and abs(middle.x - other.x) < 0.02  # noqa: PLR2004 - what rounding leaves
    on_y = abs(one.y - middle.y) < 0.02 and abs(middle.y - other.y) < 0.02  # noqa: PLR2004 - as above
    return on_x or on_y


@dataclass(slots=True)
class _Placer:
    """Places one level after the other, the innermost first; a turned picture is placed with its axes exchanged."""

    drawing: Drawing
    is_turned: bool
    show: frozenset[str]
    faces: dict[str, Face] = field(default_factory=dict)
    segments: dict[str, list[Segment]] = field(default_factory=dict)
    labels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Cut the links into the parts that run inside each frame."""
        around: dict[str, tuple[str, ...]] = {}
        _note_frames(self.drawing.cards, (), around)
        parts: dict[str, dict[tuple[End, End, str, str], Segment]] = {}
        for number, link in enumerate(self.drawing.links):
            for frame, segment in _parts(number, link, around, self.label(link)):
                key = (segment.source, segment.target, segment.tensor, segment.label)
                known = parts.setdefault(frame, {}).get(key)
                links = segment.links if known is None else (*known.links, *segment.links)
                parts[frame][key] = replace(segment, links=links)
        self.segments = {frame: list(found.values()) for frame, found in parts.items()}

    def label(self, link: Link) -> str:
        """Return what to write beside a link, and note how large that is."""
        name = " → ".join(part for part in (link.label, link.argument) if part)
        text = f"{name} {link.shape}".strip() if "edges" in self.show else name
        size = (text_width(text, LABEL_SIZE) + 2 * _LABEL_PAD, LABEL_HEIGHT)
        self.labels[text] = size[::-1] if self.is_turned else size
        return text

    def level(self, path: str, cards: Sequence[Card], depth: int) -> Framed:
        """Return what is in a frame, or in the whole picture, with places."""
        inner = {card.path: self.framed(card, depth) for card in cards if card.inside}
        sizes: dict[str, tuple[float, float]] = {}
        ports: dict[tuple[str, str, str], float] = {}
        for card in cards:
            found = inner.get(card.path)
            if found is not None:
                sizes[card.path] = (found.width, found.height)
                ports.update({(card.path, side, tensor): at for (side, tensor), at in found.ports.items()})
                continue
            face = self.faces[card.path] = face_of(card, self.show, self.drawing.mistakes)
            sizes[card.path] = (face.height, face.width) if self.is_turned else (face.width, face.height)
        piece = Piece(sizes, tuple(self.segments.get(path, ())), self.labels, ports)
        placed = place_wrapped(piece)
        return _gathered(placed, sizes, cards, inner)

    def framed(self, card: Card, depth: int) -> Framed:
        """Return an open card: what is inside it, moved to where its frame leaves room, and the frame itself."""
        found = tightened(self.level(card.path, card.inside, depth + 1))
        title = title_width(card, self.show, in_lines=not self.is_turned) + 2 * SIDE
        if self.is_turned:
            left, above, extra = TITLE_LINE + _BAND, _END, max(0.0, title - found.height - 2 * _END)
            width, height = left + found.width + SIDE, found.height + 2 * _END + extra
            title_at = Point(0.0, SIDE)
        else:
            left, right, start = title_room(found, title)
            above = 2 * TITLE_LINE + _BAND
            width, height = left + found.width + right, above + found.height + _END
            title_at = Point(start, 0.0)
        lines = [shifted(line, left, above) for line in found.lines]
        ports = {key: at + left for key, at in found.ports.items()}
        lines = [replace(reaching(line, 0.0, height), comes_in=False, goes_out=False) for line in lines]
        frame = Frame(card, Rect(0.0, 0.0, width, height), depth, title_at)
        return Framed(
            tuple((item, rect.moved(left, above)) for item, rect in found.boxes),
            (frame, *(replace(item, rect=item.rect.moved(left, above), title_at=by(item.title_at, left, above))
                      for item in found.frames)),
            tuple(lines), width, height, ports,
        )  # fmt: skip


def _note_frames(cards: Sequence[Card], frames: tuple[str, ...], around: dict[str, tuple[str, ...]]) -> None:
    for card in cards:
        around[card.path] = frames
        _note_frames(card.inside, (*frames, card.path), around)


def _parts(number: int, link: Link, around: Mapping[str, tuple[str, ...]], label: str) -> Iterator[tuple[str, Segment]]:
    """Yield the parts of a link, each with the frame that it runs in: out of frames, across, and into frames."""
    tensor = f"{link.source}/{link.output}"
    out = (*around[link.source], link.source)
    into = (*around[link.target], link.target)
    shared = 0
    while shared < min(len(out), len(into)) - 1 and out[shared] == into[shared]:
        shared += 1
    links = (number,)
    for at in range(len(out) - 2, shared - 1, -1):
        yield out[at], Segment(End("card", out[at + 1]), End("exit", tensor), tensor, links, is_last=False)
    is_last = shared == len(into) - 1
    frame = out[shared - 1] if shared else ""
    yield (
        frame,
        Segment(End("card", out[shared]), End("card", into[shared]), tensor, links, label if is_last else "", is_last),
    )
    for at in range(shared, len(into) - 1):
        is_last = at == len(into) - 2
        yield (
            into[at],
            Segment(End("entry", tensor), End("card", into[at + 1]), tensor, links, label if is_last else "", is_last),
        )


def _gathered(
    placed: Placed, sizes: Mapping[str, tuple[float, float]], cards: Sequence[Card], inner: Mapping[str, Framed]
) -> Framed:
    boxes: list[tuple[Card, Rect]] = []
    frames: list[Frame] = []
    lines = list(placed.lines)
    for card in cards:
        at, (width, height) = placed.centers[End("card", card.path)], sizes[card.path]
        left, top = at.x - width / 2, at.y - height / 2
        found = inner.get(card.path)
        if found is None:
            boxes.append((card, Rect(left, top, width, height)))
            continue
        boxes += [(item, rect.moved(left, top)) for item, rect in found.boxes]
        frames += [
            replace(item, rect=item.rect.moved(left, top), title_at=by(item.title_at, left, top))
            for item in found.frames
        ]
        lines += [shifted(line, left, top) for line in found.lines]
    ports: dict[tuple[PortKind, str], float] = {
        (end.kind, end.name): at.x for end, at in placed.centers.items() if end.kind != "card"
    }
    return Framed(tuple(boxes), tuple(frames), tuple(lines), placed.width, placed.height, ports)
