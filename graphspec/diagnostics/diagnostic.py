"""A mistake as a value, the sink that collects them, and the errors that carry them.

GraphSpecError
 +-- SpecError        a spec has mistakes; ``.diagnostics`` holds every one
 +-- LiftError        a Keras model cannot become a spec; ``.problems`` says why
 +-- UsageError       the request itself cannot be met: no such file, a missing backend, an unwritable output
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from graphspec.diagnostics.span import Span

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a diagnostic speaks of."""

    message: str
    span: Span


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
    """A sink that steps append to; it never forgets and never prints."""

    def __init__(self) -> None:
        """Start empty."""
        self._items: list[Diagnostic] = []
        self._errors = 0

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
        self.add(Diagnostic(code, "error", message, span, help, tuple(related), node, fix))

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
        self._items.append(Diagnostic(code, "warning", message, span, help, tuple(related), node))

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def has_errors(self) -> bool:
        """Say whether any mistake, as opposed to a doubt, was recorded."""
        return self._errors > 0

    @property
    def errors(self) -> int:
        """Return how many mistakes, as opposed to doubts, were recorded."""
        return self._errors

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return every diagnostic once, ordered by place."""
        return tuple(sorted(dict.fromkeys(self._items), key=lambda item: (item.span, item.code, item.message)))


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
