"""Wrap what is long into columns, cut where next to nothing crosses."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from graphspec.views.plot.engine import Point
from graphspec.views.plot.piece import PORT, End, Line, Piece, Placed, Segment, place, reaching, shifted

_LONG = 2200.0
_SLENDER = 2.2
_GUTTER = 20.0
_LANE = 9.0
_MOST_CROSSING = 2
_GAIN = 0.8
_GAIN_MORE = 0.95


def place_wrapped(piece: Piece) -> Placed:
    """Return a level with places: in columns where it is long and slender, and columns make it smaller to look at."""
    whole = place(piece)
    if whole.height <= _LONG or whole.height <= _SLENDER * whole.width:
        return whole
    layer_of = _layers(whole)
    fitting = round((whole.height / whole.width) ** 0.5)
    best, least = whole, _GAIN * whole.height
    before: list[frozenset[End]] = []
    for count in range(max(2, fitting), fitting + 3):
        for most in range(1, _MOST_CROSSING + 1):
            columns = _columns(piece, whole, layer_of, count, most)
            if columns == before or _tallest(columns, whole) >= least:
                continue
            before = columns
            wrapped = _assembled(piece, columns)
            side = max(wrapped.width, wrapped.height)
            if side < least:
                best, least = wrapped, _GAIN_MORE * side
    return best


def _tallest(columns: Sequence[frozenset[End]], whole: Placed) -> float:
    """Return about how high the highest column is, as long as nothing is laid out anew."""
    tops = [[whole.centers[end].y for end in column] for column in columns]
    return max(max(column) - min(column) for column in tops)


def _layers(whole: Placed) -> dict[End, int]:
    """Return which layer each end is in, from the top."""
    tops = sorted({round(at.y) for at in whole.centers.values()})
    number = {top: at for at, top in enumerate(tops)}
    return {end: number[round(at.y)] for end, at in whole.centers.items()}


def _columns(piece: Piece, whole: Placed, layer_of: Mapping[End, int], count: int, most: int) -> list[frozenset[End]]:
    """Return the ends of each column, as even as cuts that few tensors cross allow."""
    layers = max(layer_of.values()) + 1
    crossing: list[set[str]] = [set() for _ in range(layers)]
    for segment in piece.segments:
        if segment.source.kind == "entry":
            continue
        low, high = sorted((layer_of[segment.source], layer_of[segment.target]))
        for at in range(low, high):
            crossing[at].add(segment.tensor)
    bottom = [0.0] * layers
    for end, center in whole.centers.items():
        height = piece.sizes[end.name][1] if end.kind == "card" else 0.0
        bottom[layer_of[end]] = max(bottom[layer_of[end]], center.y + height / 2)
    backward = any(layer_of[segment.source] >= layer_of[segment.target] for segment in piece.segments)
    cuts = [] if backward else [at for at in range(layers - 1) if len(crossing[at]) <= most]
    ends_at = _even(cuts, bottom, count)
    column_of = [sum(1 for cut in ends_at if at > cut) for at in range(layers)]
    return [
        frozenset(end for end, layer in layer_of.items() if column_of[layer] == number)
        for number in range(len(ends_at) + 1)
    ]


def _even(cuts: Sequence[int], bottom: Sequence[float], count: int) -> list[int]:
    """Return the cuts that keep the longest column shortest, for at most so many columns."""
    low, high = bottom[-1] / count, bottom[-1]
    best: list[int] = []
    for _ in range(20):
        middle = (low + high) / 2
        chosen = _greedy(cuts, bottom, middle)
        if chosen is not None and len(chosen) < count:
            best, high = chosen, middle
        else:
            low = middle
    return best


def _greedy(cuts: Sequence[int], bottom: Sequence[float], most: float) -> list[int] | None:
    chosen: list[int] = []
    start, last = 0.0, None
    for cut in [*cuts, len(bottom) - 1]:
        if bottom[cut] - start > most:
            if last is None or bottom[cut] - bottom[last] > most:
                return None
            chosen.append(last)
            start = bottom[last]
        last = cut
    return chosen


def _assembled(piece: Piece, columns: Sequence[frozenset[End]]) -> Placed:
    """Return the columns side by side, joined by lines through the gutters between them."""
    column_of = {end: at for at, column in enumerate(columns) for end in column}
    placed = [place(_column(piece, columns[at], column_of, at)) for at in range(len(columns))]
    crossing = [_crossing(piece, column_of, at) for at in range(len(columns) - 1)]
    above = _GUTTER + _LANE * max((len(found) for found in crossing), default=0)
    lines: list[Line] = []
    centers: dict[End, Point] = {}
    left, height, lefts = 0.0, 0.0, []
    for at, column in enumerate(placed):
        lefts.append(left)
        is_first, is_last = at == 0, at == len(placed) - 1
        lines += [
            replace(
                shifted(line, left, above),
                comes_in=line.comes_in and is_first,
                goes_out=line.goes_out and is_last,
            )
            for line in column.lines
        ]
        for end, point in column.centers.items():
            is_own = column_of.get(end) == at
            if is_own:
                centers[end] = Point(point.x + left, point.y + above)
        lanes = len(crossing[at]) if at < len(crossing) else 0
        left += column.width + 2 * _GUTTER + _LANE * max(lanes - 1, 0)
        height = max(height, above + column.height + (_GUTTER + _LANE * lanes if lanes else 0.0))
    for at, found in enumerate(crossing):
        lines += _joined(placed[at], placed[at + 1], (lefts[at], lefts[at + 1]), above, found)
    width = lefts[-1] + placed[-1].width
    return _flush(Placed(centers, tuple(lines), width, height))


def _flush(placed: Placed) -> Placed:
    """Return a level whose ports are on its borders, whichever column they are in."""
    lines = [reaching(line, 0.0, placed.height) for line in placed.lines]
    centers = {
        end: at if end.kind == "card" else Point(at.x, 0.0 if end.kind == "entry" else placed.height)
        for end, at in placed.centers.items()
    }
    return replace(placed, lines=tuple(lines), centers=centers)


def _column(piece: Piece, column: frozenset[End], column_of: Mapping[End, int], at: int) -> Piece:
    """Return what is in one column: a tensor that crosses a cut goes out there and comes in again."""
    sizes = {name: size for name, size in piece.sizes.items() if End("card", name) in column}
    segments: dict[tuple[End, End, str, str], Segment] = {}
    for segment in piece.segments:
        first, last = column_of[segment.source], column_of[segment.target]
        if not first <= at <= last:
            continue
        source = segment.source if first == at else End("entry", segment.tensor)
        target = segment.target if last == at else End("exit", segment.tensor)
        is_here = last == at
        key = (source, target, segment.tensor, segment.label if is_here else "")
        links = segment.links
        if key in segments:
            links = tuple(dict.fromkeys((*segments[key].links, *links)))
        segments[key] = replace(
            segment, source=source, target=target, links=links, label=segment.label if is_here else "",
            is_last=segment.is_last and is_here,
        )  # fmt: skip
    return Piece(sizes, tuple(segments.values()), piece.labels, piece.ports)


def _crossing(piece: Piece, column_of: Mapping[End, int], at: int) -> dict[str, tuple[int, ...]]:
    """Return the tensors that cross the cut after a column, each with its links."""
    found: dict[str, tuple[int, ...]] = {}
    for segment in piece.segments:
        if column_of[segment.source] <= at < column_of[segment.target]:
            found[segment.tensor] = tuple(dict.fromkeys((*found.get(segment.tensor, ()), *segment.links)))
    return found


def _joined(
    one: Placed, other: Placed, lefts: tuple[float, float], above: float, crossing: Mapping[str, tuple[int, ...]]
) -> list[Line]:
    lines = []
    order = sorted(crossing, key=lambda tensor: -one.centers[End("exit", tensor)].x)
    for lane, tensor in enumerate(order):
        start, end = one.centers[End("exit", tensor)], other.centers[End("entry", tensor)]
        below = above + one.height + _GUTTER / 2 + lane * _LANE
        over = above - _GUTTER / 2 - lane * _LANE
        across = lefts[0] + one.width + _GUTTER + lane * _LANE
        points = (
            Point(start.x + lefts[0], start.y + above - PORT / 2),
            Point(start.x + lefts[0], below),
            Point(across, below),
            Point(across, over),
            Point(end.x + lefts[1], over),
            Point(end.x + lefts[1], end.y + above + PORT / 2),
        )
        lines.append(Line(points, crossing[tensor]))
    return lines
