"""How wide text is, in the font that comes with GraphSpec: the same on every machine."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("data")
FONTS = (DATA / "DejaVuSans.ttf", DATA / "DejaVuSans-Bold.ttf")
_EM = 1000
_WIDE = 1.1
_NARROW = 0.75


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide text is at a size."""
    widths = _widths()["bold" if bold else "regular"]
    found = 0.0
    for sign in text:
        known = widths.get(sign)
        found += (_width_elsewhere(sign) if known is None else known / _EM) * size
    return round(found, 2)


def is_covered(text: str) -> bool:
    """Say whether the font has every sign of a text."""
    if text.isascii():
        return True
    widths = _widths()["regular"]
    return all(sign in widths for sign in text)


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text, each with whether the font has it; a sign that it lacks is a piece of its own."""
    widths = _widths()["regular"]
    start = 0
    for at, sign in enumerate(text):
        if sign in widths:
            continue
        if at > start:
            yield text[start:at], True
        yield sign, False
        start = at + 1
    if start < len(text):
        yield text[start:], True


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Return a text in lines that fit, broken at spaces where there are any."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_width(longer, size) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        while text_width(word, size) > room and len(word) > 1:
            cut = _longest(word, size, room)
            lines.append(word[:cut])
            word = word[cut:]  # noqa: PLW2901 - what is left of it
        line = word
    return [*lines, line] if line else lines


def _longest(word: str, size: float, room: float) -> int:
    """Return how many signs of a word fit, one at least."""
    width = 0.0
    for at, sign in enumerate(word):
        width += text_width(sign, size)
        if width > room:
            return max(at, 1)
    return len(word)


def _width_elsewhere(sign: str) -> float:
    """Return a width that is enough for a sign of another font."""
    if unicodedata.combining(sign) or unicodedata.category(sign) in {"Cf", "Mn", "Me"}:
        return 0.0
    is_wide = unicodedata.east_asian_width(sign) in {"W", "F"} or ord(sign) >= 0x1F000  # noqa: PLR2004 - emoji
    return _WIDE if is_wide else _NARROW


@cache
def _widths() -> Mapping[str, Mapping[str, int]]:
    found: Mapping[str, Mapping[str, int]] = json.loads((DATA / "widths.json").read_text(encoding="ascii"))
    return found
