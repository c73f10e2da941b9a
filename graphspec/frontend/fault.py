"""The place where the YAML parser gave up, and the text around it."""

import re
from dataclasses import dataclass

from graphspec.frontend.mistakes import SYNTAX

TOKEN = re.compile(r"[^\s,\[\]{}]+|.", re.DOTALL)

_MOST_COMMENTS = 20
_LINE = re.compile(r"[^\r\n]{0,2000}")


@dataclass(frozen=True, slots=True)
class Finding:
    """A syntax error as it will be reported, its place as offsets into the text."""

    message: str
    start: int
    end: int
    help: str | None = None
    related: tuple[str, int] | None = None
    code: str = SYNTAX


@dataclass(frozen=True, slots=True)
class Fault:
    """Where and why the parser gave up; ``opened`` is where the construct that it was in starts."""

    text: str
    problem: str
    context: str
    index: int
    opened: int | None

    @property
    def char(self) -> str:
        """Return the character at fault, or nothing at the end of the text."""
        return self.text[self.index : self.index + 1]

    @property
    def token(self) -> str:
        """Return what a reader takes for one word at the fault."""
        match = TOKEN.match(self.text, self.index)
        return match.group() if match else ""

    @property
    def before(self) -> str:
        """Return the fault's line up to it."""
        return self.text[self.line_start(self.index) : self.index]

    @property
    def starts_line(self) -> bool:
        """Say whether nothing but blanks stands before the fault."""
        return not self.before.strip(" \t")

    def line_start(self, index: int) -> int:
        """Return where the line that holds an offset starts."""
        return max(self.text.rfind("\n", 0, index), self.text.rfind("\r", 0, index)) + 1

    def line(self, index: int) -> str:
        """Return the line that holds an offset, up to what is worth looking at."""
        start = self.line_start(index)
        match = _LINE.match(self.text, start)
        return match.group() if match else ""

    def line_above(self) -> tuple[int, str] | None:
        """Return where the nearest line above the fault starts that holds more than a comment, and the line."""
        start = self.line_start(self.index)
        for _ in range(_MOST_COMMENTS):
            end = len(self.text[:start].rstrip())
            if not end:
                return None
            start = self.line_start(end)
            line = self.line(start)
            if not line.lstrip().startswith("#"):
                return start, line
        return None

    def indentation(self, index: int) -> int:
        """Return how many blanks start the line that holds an offset."""
        line = self.line(index)
        return len(line) - len(line.lstrip(" \t"))
