"""One state of a document: its text, what the compiler made of it, and what an editor asks about both."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from graphspec.compiler import Compilation, Options, compile_unsaved
from graphspec.diagnostics.span import Span
from graphspec.frontend.program import Program
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.graph.typed import TypedGraph
from graphspec.lsp.facts import Fact, facts_of
from graphspec.lsp.names import SPEC, Names, names_of
from graphspec.lsp.positions import Text
from graphspec.lsp.shift import Shift, shift_between

_IS_SPEC = re.compile(r"^[\ufeff{ \t]*[\"']?graphspec[\"']?[ \t]*:", re.MULTILINE)
# Each answer walks through them all.
_MOST_SHIFTS = 100


def is_spec(text: str) -> bool:
    """Say whether a text has a ``graphspec`` key: other YAML is none of our business."""
    return _IS_SPEC.search(text) is not None


@dataclass(frozen=True)
class Analysis:
    """A text that was compiled."""

    path: Path
    text: Text
    result: Compilation

    @property
    def is_whole(self) -> bool:
        """Say whether enough of the text could be read to know its names."""
        return self.result.document is not None and self.result.tree is not None

    @cached_property
    def names(self) -> Names:
        """Return every name and its uses; of a text that could not be read, none."""
        if self.result.tree is None or self.result.document is None:
            return Names()
        return names_of(self.result.tree, self.result.document, self.result.program)

    @property
    def tree(self) -> TreeMapping | None:
        """Return the tree of the text."""
        return self.result.tree

    @cached_property
    def _facts(self) -> dict[str, dict[str, Fact]]:
        return {}

    def facts(self, scope: str) -> Mapping[str, Fact]:
        """Return what is known of the calls of a scope; of an inline model, as its first call has it."""
        if scope not in self._facts:
            typed = self.typed(scope)
            self._facts[scope] = {} if typed is None else facts_of(typed, self._aliases(scope))
        return self._facts[scope]

    def _aliases(self, scope: str) -> Mapping[str, str]:
        program = self.result.program
        inner = program.models.get(scope) if program is not None and scope != SPEC else program
        return inner.aliases if isinstance(inner, Program) else {}

    def typed(self, scope: str) -> TypedGraph | None:
        """Return the typed graph of a scope, or None where nothing is known of it."""
        typed = self.result.typed
        return typed if typed is None or scope == SPEC else typed.models.get(scope)


@dataclass(frozen=True)
class Document:
    """What is open in the editor: the text of now, and the last state of it that could be read.

    ``shifts`` lead from that state to now, one for each change since.
    """

    now: Analysis
    good: Analysis
    shifts: tuple[Shift, ...] = ()

    def here(self, span: Span) -> Span | None:
        """Return where a span of the good state is now, or None where that has been edited."""
        place: Span | None = span
        for shift in self.shifts:
            place = None if place is None else shift.to_now(place)
        return place

    def then(self, line: int) -> int | None:
        """Return the line of the good state that a line of now was, or None where it has been edited."""
        before: int | None = line
        for shift in reversed(self.shifts):
            before = None if before is None else shift.line_before(before)
        return before


def analyse(path: Path, text: Text, options: Options, unsaved: Mapping[Path, str], before: Document | None) -> Document:
    """Return the next state of a document; where it cannot be read, the last good one stays."""
    now = Analysis(path, text, compile_unsaved(path, options, unsaved))
    if now.is_whole or before is None:
        return Document(now, now)
    if len(before.shifts) < _MOST_SHIFTS:
        return Document(now, before.good, (*before.shifts, shift_between(before.now.text.lines, text.lines)))
    return Document(now, before.good, (shift_between(before.good.text.lines, text.lines),))
