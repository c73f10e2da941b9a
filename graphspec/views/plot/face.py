"""What is written on a card, and how large that makes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from graphspec.views.plot.drawing import Card, Mistake
from graphspec.views.plot.measure import text_width, wrapped

NAME_SIZE = 13.0
TYPE_SIZE = 12.0
ROW_SIZE = 11.5
FOOT_SIZE = 10.5
LABEL_SIZE = 10.5
TITLE_GAP = 7.0
TITLE_SIZE = 12.0
HEAD = 26.0
ROW = 18.0
FOOT = 17.0
TITLE_LINE = 15.0
PAD = 11.0
STACK = 4.0
_GAP = 16.0
_LEAST = 72.0
_MOST_SHAPES = 4
_ARGUMENT_ROOM = 260.0
_CONTENTS_ROOM = 228.0
_CONTENTS_LINES = 2
_TIMES = "\N{MULTIPLICATION SIGN}"
SHOWN = ("type", "shape", "parameters")
SHOWABLE = (*SHOWN, "dtype", "arguments", "edges")


@dataclass(frozen=True, slots=True)
class Foot:
    """A strip at the bottom of a card: an output, a shared layer, a mistake."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Face:
    """The text of a card: what it is, a line for each fact, and strips; with the size that they need."""

    name: str
    type: str
    rows: tuple[tuple[str, str], ...]
    feet: tuple[Foot, ...]
    width: float
    height: float


def face_of(card: Card, show: Collection[str], mistakes: Sequence[Mistake] = ()) -> Face:
    """Return what is written on a card."""
    kind = _kind(card) if "type" in show else ""
    rows = tuple(_rows(card, show))
    feet = tuple(_feet(card, mistakes))
    stack = STACK if card.is_closed else 0.0
    gap = _GAP if card.name and kind else 0.0
    head = text_width(card.name, NAME_SIZE, bold=True) + gap + text_width(kind, TYPE_SIZE)
    widths = [head, *(_row_width(row) for row in rows), *(text_width(foot.text, FOOT_SIZE) for foot in feet)]
    body = ROW * len(rows) + 6 if rows else 0.0
    width = round(max(_LEAST, *widths) + 2 * PAD + stack, 2)
    return Face(card.name, kind, rows, feet, width, HEAD + body + FOOT * len(feet) + stack)


def title_of(card: Card, show: Collection[str]) -> tuple[str, str]:
    """Return the name on a frame, and what stands after it."""
    wrong = f"mistake {', '.join(map(str, card.mistakes))}" if card.mistakes else ""
    parts = [card.type, _parameters(card) if "parameters" in show else "", _shared(card), wrong]
    return card.name, " · ".join(part for part in parts if part)


def title_width(card: Card, show: Collection[str], *, in_lines: bool) -> float:
    """Return how wide the title of a frame is, on one line or on two."""
    name, more = title_of(card, show)
    widths = text_width(name, TITLE_SIZE, bold=True), text_width(more, FOOT_SIZE)
    return max(widths) if in_lines else sum(widths) + TITLE_GAP


def _kind(card: Card) -> str:
    if not card.is_closed:
        return card.type
    return f"{card.type} of {card.count}"


def _rows(card: Card, show: Collection[str]) -> list[tuple[str, str]]:
    shapes = list(card.shapes) if "shape" in show else []
    if len(shapes) > _MOST_SHAPES:
        shapes = [*shapes[: _MOST_SHAPES - 1], f"and {len(shapes) - _MOST_SHAPES + 1} more"]
    if "dtype" in show and card.dtype:
        shapes = [*shapes[:-1], f"{shapes[-1]} {card.dtype}"] if shapes else [card.dtype]
    parameters = _parameters(card) if "parameters" in show else ""
    rows = [(shape, "") for shape in shapes]
    if parameters:
        rows[:1] = [(shapes[0] if shapes else "", parameters)]
    if "arguments" in show or card.type.startswith(("ops.", "get_item")) or not card.type:
        text = ", ".join(f"{name}={value}" for name, value in card.arguments)
        rows += [(line, "") for line in wrapped(text, ROW_SIZE, _ARGUMENT_ROOM)]
    if "type" in show and card.contents:
        rows += [(line, "") for line in _contents(card.contents)]
    return rows


def _contents(contents: Sequence[tuple[str, int]]) -> list[str]:
    """Return as many of the classes in a closed card as fit on a few lines."""
    named = [f"{kind} {_TIMES}{count}" if count > 1 else kind for kind, count in contents]
    for size in range(len(named), 1, -1):
        rest = [f"+{len(named) - size} more"] if size < len(named) else []
        lines = _packed([*named[:size], *rest])
        if len(lines) <= _CONTENTS_LINES:
            return lines
    return _packed([*named[:1], *([f"+{len(named) - 1} more"] if named[1:] else [])])


def _packed(items: Sequence[str]) -> list[str]:
    """Return items in lines that fit, none of them broken."""
    lines: list[str] = []
    for at, item in enumerate(items):
        ended = f"{item}," if at + 1 < len(items) else item
        longer = f"{lines[-1]} {ended}" if lines else ""
        if longer and text_width(longer, ROW_SIZE) <= _CONTENTS_ROOM:
            lines[-1] = longer
        else:
            lines.append(ended)
    return lines


def _parameters(card: Card) -> str:
    frozen = " ❄ frozen" if card.is_frozen else ""
    if card.shared is not None and card.shared.call > 1:
        return frozen.strip()
    if card.parameters is None:
        return "? params"
    return f"{card.parameters:,} params{frozen}" if card.parameters else ""


def _shared(card: Card) -> str:
    return "" if card.shared is None else f"call {card.shared.call} of {card.shared.calls}"


def _row_width(row: tuple[str, str]) -> float:
    left, right = (text_width(part, ROW_SIZE) for part in row)
    return left + right + (_GAP if left and right else 0.0)


def _feet(card: Card, mistakes: Sequence[Mistake]) -> list[Foot]:
    feet = []
    if card.shared is not None:
        again = f", weights of {card.shared.first}" if card.shared.call > 1 else ""
        feet.append(Foot("shared", f"call {card.shared.call} of {card.shared.calls}{again}"))
    feet += [Foot("output", "output" if name == card.name else f"output: {name}") for name in card.outputs]
    if card.mistakes:
        feet.append(Foot("mistake", ", ".join(f"{number}: {mistakes[number - 1].code}" for number in card.mistakes)))
    return feet
