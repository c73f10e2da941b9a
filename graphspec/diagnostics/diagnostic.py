"""A mistake as a value, the sink that collects them, and the errors that carry them.

GraphSpecError
 +-- SpecError        a spec has mistakes; ``.diagnostics`` holds every one
 +-- LiftError        a Keras model cannot become a spec; ``.problems`` says why
 +-- UsageError       the request itself cannot be met: no such file, a missing backend, an unwritable output
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from graphspec.diagnostics.span import Span

_WRONG_WORD = "GS405"
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a diagnostic speaks of."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """The use of a block that what is looked at came out of, and the origin of that use.

    ``use`` is None of a copy, which stands where it was written.
    """

    use: Related | None
    outer: "Origin | None" = None

    def uses(self) -> list[Related]:
        """Return every use that led here, the nearest first, each place once."""
        found: dict[Span, Related] = {}
        origin: Origin | None = self
        while origin is not None:
            if origin.use is not None:
                found.setdefault(origin.use.span, origin.use)
            origin = origin.outer
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Fix:
    """The one certain correction of a mistake: what a span holds, which may stand in quotes, and what it must hold.

    With a ``shift``, the lines of the span move by so many columns instead, and the span starts with ``old``.
    """

    span: Span
    old: str
    new: str
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: what is wrong, where, and what would be right."""

    code: str
    severity: Severity
    message: str
    span: Span
    help: str | None = None
    related: tuple[Related, ...] = ()
    node: str | None = None
    fix: Fix | None = None


class Diagnostics:
    """A sink that steps append to; it never forgets and never prints.

    While ``origin`` is set, what is recorded comes out of a block: the uses that led there are told with it, and of all
    the copies of a place that have a mistake the first one's is kept.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.origin: Origin | None = None
        self._items: list[Diagnostic] = []
        self._errors = 0
        self._repeated = 0
        self._first: dict[tuple[str, Span], Origin] = {}

    def add(self, item: Diagnostic) -> None:
        """Record a diagnostic that is already made."""
        self._items.append(item)
        self._errors += item.severity == "error"

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        help: str | None = None,  # noqa: A002 - the word that users read
        related: Iterable[Related] = (),
        node: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        """Record a mistake that keeps the spec from being built."""
        item = Diagnostic(code, "error", message, span, help, tuple(related), node, fix)
        if self.origin is None:
            self.add(item)
        else:
            self._add_of_block(item, self.origin)

    def warning(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        help: str | None = None,  # noqa: A002 - the word that users read
        related: Iterable[Related] = (),
        node: str | None = None,
    ) -> None:
        """Record a doubt that does not keep the spec from being built."""
        item = Diagnostic(code, "warning", message, span, help, tuple(related), node)
        if self.origin is None:
            self._items.append(item)
        else:
            self._add_of_block(item, self.origin)

    def _add_of_block(self, item: Diagnostic, origin: Origin) -> None:
        if self._first.setdefault((item.code, item.span), origin) is not origin:
            self._repeated += 1
            self._errors += item.severity == "error"
            return
        uses = [use for use in origin.uses() if use.span != item.span]
        self.add(replace(item, related=(*item.related, *uses)))

    def was_told(self, code: str, span: Span) -> bool:
        """Say whether a mistake of this place in a block was recorded for another of its copies."""
        return self.origin is not None and (code, span) in self._first

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items) + self._repeated

    @property
    def has_errors(self) -> bool:
        """Say whether any mistake, as opposed to a doubt, was recorded."""
        return self._errors > 0

    @property
    def errors(self) -> int:
        """Return how many mistakes, as opposed to doubts, were recorded."""
        return self._errors

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return every diagnostic once, ordered by place; a wrong word that several take by an alias is one."""
        once: dict[tuple[str, Span, str], Diagnostic] = {}
        for item in self._items:
            once.setdefault((item.code, item.span, "" if item.code == _WRONG_WORD else item.message), item)
        return tuple(sorted(once.values(), key=lambda item: (item.span, item.code, item.message)))


class GraphSpecError(Exception):
    """The root of every error that GraphSpec raises on purpose."""


class UsageError(GraphSpecError):
    """Raised when a request cannot be met whatever the spec says."""


class SpecError(GraphSpecError):
    """Raised when a spec has mistakes; ``diagnostics`` holds every one, ordered by place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Carry the diagnostics, and show the errors as the message."""
        self.diagnostics = tuple(diagnostics)
        super().__init__(
            "\n".join(
                f"{item.span.path}:{item.span.line}:{item.span.column}: {item.severity}[{item.code}]: {item.message}"
                for item in self.diagnostics
            )
        )
