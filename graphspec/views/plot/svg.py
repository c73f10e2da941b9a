"""Picture -> SVG: plain shapes and text, no styles, no references, the same bytes for the same picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphspec.views.plot.drawing import Mistake
from graphspec.views.plot.engine import Point
from graphspec.views.plot.face import (
    FOOT,
    FOOT_SIZE,
    HEAD,
    LABEL_SIZE,
    NAME_SIZE,
    PAD,
    ROW,
    ROW_SIZE,
    STACK,
    TITLE_GAP,
    TITLE_LINE,
    TITLE_SIZE,
    TYPE_SIZE,
    Foot,
    title_of,
)
from graphspec.views.plot.measure import is_covered, runs, text_width, wrapped
from graphspec.views.plot.outlines import (
    CORNER,
    arrow_path,
    at,
    escape,
    foot_path,
    head_path,
    line_path,
    path,
    shown,
    stripe_path,
)
from graphspec.views.plot.piece import Line
from graphspec.views.plot.places import MARGIN, Box, Frame, Picture, Rect
from graphspec.views.plot.theme import Theme

FAMILY = "DejaVu Sans, Verdana, Geneva, sans-serif"
_NOTES_ROOM = 560.0
_NOTE = 17.0


def render_svg(picture: Picture, theme: Theme, *, without_fonts: bool = False, bare: bool = False) -> str:
    """Return a picture as SVG.

    ``without_fonts`` draws the signs that the font lacks as their code points, for where no other font is at hand.
    ``bare`` leaves out the background and the list of mistakes, for a page that has its own.
    """
    return _Writer(theme, picture, without_fonts=without_fonts, bare=bare).svg()


def measure_svg(picture: Picture) -> tuple[float, float]:
    """Return the width and height of a picture with its list of mistakes."""
    notes = list(_notes(picture.drawing.mistakes))
    if not notes:
        return picture.width, picture.height
    return max(picture.width, _NOTES_ROOM + 2 * MARGIN), picture.height + (len(notes) + 1) * _NOTE


def unknown_signs(picture: Picture) -> str:
    """Return the signs in a picture that the font lacks, each once."""
    texts = [item.message for item in picture.drawing.mistakes]
    texts += [line.label for line in picture.lines]
    texts += [part for frame in picture.frames for part in title_of(frame.card, picture.show)]
    for box in picture.boxes:
        face = box.face
        texts += [
            face.name,
            face.type,
            *(part for row in face.rows for part in row),
            *(foot.text for foot in face.feet),
        ]
    found = {sign: None for text in texts if not is_covered(text) for sign, is_known in runs(text) if not is_known}
    return "".join(sign for sign in found if text_width(sign, 1.0))


@dataclass(slots=True)
class _Writer:
    theme: Theme
    picture: Picture
    without_fonts: bool = False
    bare: bool = False

    def svg(self) -> str:
        picture, theme = self.picture, self.theme
        notes = [] if self.bare else list(_notes(picture.drawing.mistakes))
        width, height = (picture.width, picture.height) if self.bare else measure_svg(picture)
        size = f'width="{shown(width)}" height="{shown(height)}" viewBox="0 0 {shown(width)} {shown(height)}"'
        text = f'font-family="{FAMILY}" font-kerning="none" role="img" aria-label="{escape(picture.drawing.name)}"'
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {text}>',
            f"<title>{escape(picture.drawing.name)}</title>",
        ]
        if not self.bare:
            parts.append(f'<rect width="100%" height="100%" fill="{theme.background}"/>')
        parts += [self.frame(frame) for frame in picture.frames]
        parts += [self.tie(tie.start, tie.end) for tie in picture.ties]
        parts.append(f'<g fill="none" stroke="{theme.line}" stroke-width="1.4">')
        parts += [f'<path d="{line_path(line)}"{_links(line)}/>' for line in picture.lines]
        parts.append(f'</g><g fill="{theme.line}">')
        parts += [f'<path d="{arrow_path(line)}"{_links(line)}/>' for line in picture.lines if line.is_last]
        parts.append("</g>")
        parts += [self.box(box) for box in picture.boxes]
        parts += [self.title(frame) for frame in picture.frames]
        parts += [self.label(line) for line in picture.lines if line.label_at is not None]
        parts += self.listed(notes)
        return "\n".join(parts) + "\n</svg>\n"

    def frame(self, frame: Frame) -> str:
        fill = self.theme.frames[frame.depth % 2]
        border = self.theme.mistake if frame.card.mistakes else self.theme.frame_border
        return (
            f'<rect {at(frame.rect)} rx="8" fill="{fill}" stroke="{border}" stroke-width="1.2"'
            f' data-frame="{escape(frame.card.path)}"/>'
        )

    def title(self, frame: Frame) -> str:
        name, more = title_of(frame.card, self.picture.show)
        x, y = frame.title_at.x, frame.title_at.y + TITLE_LINE + 2
        named = self.text(name, x, y, TITLE_SIZE, self.theme.ink, bold=True)
        if self.picture.direction == "down":
            return named + self.text(more, x, y + TITLE_LINE, FOOT_SIZE, self.theme.soft_ink)
        right = x + text_width(name, TITLE_SIZE, bold=True) + TITLE_GAP
        return named + self.text(more, right, y, FOOT_SIZE, self.theme.soft_ink)

    def tie(self, start: Point, end: Point) -> str:
        stroke = f'stroke="{self.theme.shared_ink}" stroke-width="1.6" stroke-dasharray="2 4" stroke-linecap="round"'
        return f'<path d="{path("M", start.x, start.y, "H", end.x)}" {stroke} fill="none"/>'

    def label(self, line: Line) -> str:
        center = line.label_at
        if center is None:
            return ""
        width = text_width(line.label, LABEL_SIZE)
        back = Rect(center.x - width / 2 - 2, center.y - 7, width + 4, 14)
        return f'<rect {at(back)} rx="3" fill="{self.theme.background}" fill-opacity="0.85"/>' + self.text(
            line.label, center.x - width / 2, center.y + 3.8, LABEL_SIZE, self.theme.label
        )

    def box(self, box: Box) -> str:
        card, face, theme, rect = box.card, box.face, self.theme, box.rect
        stack = STACK if card.is_closed else 0.0
        front = Rect(rect.x, rect.y, rect.width - stack, rect.height - stack)
        border = theme.mistake if card.mistakes else theme.border
        width = 2 if card.mistakes else 1.2
        is_port = card.kind in {"input", "output"}
        radius = 13.0 if is_port else CORNER
        tint = theme.tints[card.family]
        parts = [f'<g data-card="{escape(card.path)}"><title>{escape(_tooltip(box))}</title>']
        if stack:
            parts.append(f'<rect {at(front.moved(stack, stack))} rx="{shown(radius)}" fill="{theme.paper}"'
                         f' stroke="{border}" stroke-width="1"/>')  # fmt: skip
        parts.append(f'<rect {at(front)} rx="{shown(radius)}" fill="{theme.paper}"/>')
        parts.append(f'<path d="{head_path(front, radius, closed=front.height <= HEAD)}" fill="{tint.head}"/>')
        if not is_port:
            parts.append(f'<path d="{stripe_path(front)}" fill="{tint.stripe}"/>')
        ink = theme.port_ink if is_port else theme.ink
        soft = theme.port_ink if is_port else theme.soft_ink
        y = front.y + HEAD - 8.5
        left, right = front.x + PAD, front.x + front.width - PAD
        parts.append(self.text(face.name, left, y, NAME_SIZE, ink, bold=True))
        parts.append(self.text(face.type, right, y, TYPE_SIZE, soft, end=True))
        y = front.y + HEAD + 3
        for one, other in face.rows:
            parts.append(self.text(one, left, y + 12.5, ROW_SIZE, theme.ink))
            parts.append(self.text(other, right, y + 12.5, ROW_SIZE, theme.soft_ink, end=True))
            y += ROW
        parts += self.feet(face.feet, front, radius)
        dash = ' stroke-dasharray="5 3"' if card.kind == "unknown" else ""
        parts.append(
            f'<rect {at(front)} rx="{shown(radius)}" fill="none" stroke="{border}" stroke-width="{width}"{dash}/>'
        )
        return "".join(part for part in parts if part) + "</g>"

    def feet(self, feet: Sequence[Foot], rect: Rect, radius: float) -> Iterator[str]:
        colors = {
            "output": (self.theme.port, self.theme.port_ink),
            "shared": (self.theme.shared, self.theme.shared_ink),
            "mistake": (self.theme.mistake, self.theme.mistake_ink),
        }
        for number, foot in enumerate(feet):
            fill, ink = colors[foot.kind]
            y = rect.y + rect.height - FOOT * (len(feet) - number)
            strip = Rect(rect.x, y, rect.width, FOOT)
            yield f'<path d="{foot_path(strip, radius if number == len(feet) - 1 else 0.0)}" fill="{fill}"/>'
            yield self.text(foot.text, rect.x + PAD, y + 12, FOOT_SIZE, ink)

    def listed(self, notes: Sequence[tuple[str, bool]]) -> Iterator[str]:
        y = self.picture.height
        for text, is_first in notes:
            yield self.text(text, MARGIN + (0 if is_first else 22), y, ROW_SIZE, self.theme.mistake)
            y += _NOTE

    def text(
        self, text: str, x: float, y: float, size: float, color: str, *, bold: bool = False, end: bool = False
    ) -> str:
        """Return text at a place, as wide as it was measured whatever font draws it."""
        if not text:
            return ""
        width = text_width(text, size, bold=bold)
        left = x - width if end else x
        if self.without_fonts and not is_covered(text):
            return "".join(self.pieces(text, left, y, size, color, bold=bold))
        return _text(text, left, y, size, color, None if self.without_fonts else width, bold=bold)

    def pieces(self, text: str, x: float, y: float, size: float, color: str, *, bold: bool) -> Iterator[str]:
        for run, is_known in runs(text):
            width = text_width(run, size, bold=bold)
            if is_known:
                yield _text(run, x, y, size, color, None, bold=bold)
            elif width:
                yield from _code_point(run, Rect(x + 0.5, y - size * 0.82, width - 1, size), color)
            x += width


def _text(text: str, x: float, y: float, size: float, color: str, width: float | None, *, bold: bool) -> str:
    weight = ' font-weight="bold"' if bold else ""
    length = "" if width is None else f' textLength="{shown(width)}" lengthAdjust="spacingAndGlyphs"'
    place = f'x="{shown(x)}" y="{shown(y)}" font-size="{shown(size)}"{weight}{length}'
    return f'<text {place} fill="{color}" xml:space="preserve">{escape(text)}</text>'


def _code_point(sign: str, rect: Rect, color: str) -> Iterator[str]:
    """Yield a box with the code point of a sign in it: two rows of digits."""
    digits = f"{ord(sign):04X}"
    half = (len(digits) + 1) // 2
    size = rect.height * 0.42
    yield f'<rect {at(rect)} fill="none" stroke="{color}" stroke-width="0.6"/>'
    for row, part in enumerate((digits[:half], digits[half:])):
        width = min(text_width(part, size), rect.width - 1)
        y = rect.y + rect.height * (0.44 + 0.46 * row)
        yield _text(part, rect.x + (rect.width - width) / 2, y, size, color, width, bold=False)


def _notes(mistakes: Sequence[Mistake]) -> Iterator[tuple[str, bool]]:
    for number, mistake in enumerate(mistakes, 1):
        text = f"{number}: {mistake.code}, line {mistake.line}: {mistake.message}"
        for row, line in enumerate(wrapped(text, ROW_SIZE, _NOTES_ROOM)):
            yield line, row == 0


def _tooltip(box: Box) -> str:
    card = box.card
    lines = [f"{card.path.removesuffix('.=')} ({card.type or card.name})", *card.shapes]
    lines += [f"{name}: {value}" for name, value in card.arguments]
    return "\n".join(lines)


def _links(line: Line) -> str:
    return f' data-links="{" ".join(str(link) for link in line.links)}"'
