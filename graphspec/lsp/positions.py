"""Places of a text in the units of an editor: lines from 0, columns in UTF-16 units unless both agree on others."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from graphspec.diagnostics.span import Span

Encoding = Literal["utf-8", "utf-16", "utf-32"]
# Those of YAML and of the protocol. U+2028 and its like break no line in either.
_BREAK = re.compile(r"\r\n|\r|\n")
_UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


@dataclass(frozen=True)
class Text:
    """A text by its lines, without their breaks."""

    text: str
    encoding: Encoding = "utf-16"

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines; there is always one."""
        return _BREAK.split(self.text)

    def line(self, number: int) -> str:
        """Return the line of a number from 1, or nothing where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def units(self, line: int, column: int) -> int:
        """Return how many units of the editor stand before a column; line and column count from 1."""
        before = self.line(line)[: max(0, column - 1)]
        return len(before) if before.isascii() else self._width(before)

    def column(self, line: int, units: int) -> int:
        """Return the column, from 1, that so many units of the editor lie before; a line from 1."""
        text = self.line(line)
        if text.isascii():
            return min(max(0, units), len(text)) + 1
        passed = 0
        for number, character in enumerate(text):
            if passed >= units:
                return number + 1
            passed += self._width(character)
        return len(text) + 1

    def _width(self, text: str) -> int:
        encoding = "utf-16-le" if self.encoding == "utf-16" else "utf-32-le" if self.encoding == "utf-32" else "utf-8"
        return len(text.encode(encoding, "surrogatepass")) // (_UNIT[self.encoding] if self.encoding != "utf-8" else 1)

    def slice(self, span: Span) -> str | None:
        """Return what a span within one line holds, or None where it is no such span of this text."""
        line = self.line(span.line)
        if span.line != span.end_line or not 1 <= span.column <= span.end_column <= len(line) + 1:
            return None
        return line[span.column - 1 : span.end_column - 1]


def holds(span: Span, line: int, column: int) -> bool:
    """Say whether a place, which counts from 1, touches a span; the end does, as a cursor stands there."""
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)
