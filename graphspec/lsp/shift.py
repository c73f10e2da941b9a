"""Where the lines of an older text are now, so that what was known of it still answers while the text is broken."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphspec.diagnostics.span import Span


@dataclass(frozen=True, slots=True)
class Shift:
    """Lines up to ``head`` are where they were; those from ``tail`` on, of the older text, have moved by ``by``."""

    head: int
    tail: int
    by: int

    def to_now(self, span: Span) -> Span | None:
        """Return where a span of the older text is, or None where that has been edited."""
        if span.end_line <= self.head:
            return span
        if span.line < self.tail:
            return None
        return span._replace(line=span.line + self.by, end_line=span.end_line + self.by)

    def line_before(self, line: int) -> int | None:
        """Return the line of the older text that a line of the newer one was, or None where it has been edited."""
        if line <= self.head:
            return line
        return line - self.by if line - self.by >= self.tail else None


def shift_between(old: Sequence[str], new: Sequence[str]) -> Shift:
    """Return the shift from the lines of one text to those of another."""
    most = min(len(old), len(new))
    head = next((number for number in range(most) if old[number] != new[number]), most)
    same = next((number for number in range(most - head) if old[-1 - number] != new[-1 - number]), most - head)
    return Shift(head, len(old) - same + 1, len(new) - len(old))
