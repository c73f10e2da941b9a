"""One state of a document: its text, what the compiler made of it, and what an editor asks about both."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from graphspec.compiler import Compilation, Options, Stepwise, compile_stepwise
from graphspec.diagnostics.span import Span
from graphspec.frontend.program import Program
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.graph.typed import TypedGraph
from graphspec.lsp.facts import Fact, facts_of
from graphspec.lsp.names import BLOCKS, SPEC, Names, names_of
from graphspec.lsp.positions import Text
from graphspec.lsp.shift import Shift, shift_between

if TYPE_CHECKING:
    from graphspec.frontend.units import Unit

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
        return names_of(self.result.tree, self.result.document, self.result.program, self.result.sources)

    @property
    def tree(self) -> TreeMapping | None:
        """Return the tree of the text."""
        return self.result.tree

    @cached_property
    def _facts(self) -> dict[str, dict[str, Fact]]:
        return {}

    def facts(self, scope: str) -> Mapping[str, Fact]:
        """Return what is known of the calls of a scope; of a model and a block, as the first call or use has it."""
        if scope.startswith(BLOCKS) and scope not in self._facts:
            self._facts[scope] = self._facts_of_block(scope.removeprefix(BLOCKS))
        if scope not in self._facts:
            typed = self.typed(scope)
            self._facts[scope] = {} if typed is None else facts_of(typed, self._aliases(scope))
        return self._facts[scope]

    def first_use(self, block: str) -> tuple[str, str] | None:
        """Return the scope and the path of the first copy of a block in the text's own graphs."""
        spec = None if self.result.document is None else self.result.document.blocks.get(block)
        typed = self.result.typed
        if spec is None or typed is None:
            return None
        places = {node.what.span: name for name, node in spec.body.nodes.items() if node.what is not None}
        for scope, graph in ((SPEC, typed.graph), *((name, inner.graph) for name, inner in typed.models.items())):
            for node in graph.nodes:
                uses = [] if node.origin is None else [use.span for use in node.origin.uses()]
                name = next((places[span] for span in (node.span, *uses) if span in places), None)
                head, inside, _ = f"{node.name}.".partition(f".{name}.")
                if name is not None and inside:
                    return scope, head
        return None

    def _facts_of_block(self, block: str) -> dict[str, Fact]:
        use = self.first_use(block)
        if use is None:
            return {}
        prefix = f"{use[1]}."
        found = self.facts(use[0])
        return {path.removeprefix(prefix): fact for path, fact in found.items() if path.startswith(prefix)}

    def _aliases(self, scope: str) -> Mapping[str, str]:
        program = self.result.program
        inner = program.models.get(scope) if program is not None and scope != SPEC else program
        return inner.aliases if isinstance(inner, Program) else {}

    def typed(self, scope: str) -> TypedGraph | None:
        """Return the typed graph of a scope, or None where nothing is known of it."""
        typed = self.result.typed
        return typed if typed is None or scope == SPEC else typed.models.get(scope)

    def imported(self, alias: str) -> "Unit | None":
        """Return the file that an alias stands for, where the spec has read it."""
        unit = self.result.unit
        for part in alias.split("."):
            unit = None if unit is None else unit.units.get(part)
        return unit


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


def start(path: Path, options: Options, unsaved: Mapping[Path, str]) -> Stepwise:
    """Start to compile a text; its variants, each of which takes as long as the whole did, are still to come."""
    options = replace(options, choice=replace(options.choice, every_variant=True))
    return compile_stepwise(path, options, unsaved)


def analyse(path: Path, text: Text, result: Compilation, before: Document | None) -> Document:
    """Return the next state of a document; where it cannot be read, the last good one stays."""
    now = Analysis(path, text, result)
    if now.is_whole or before is None:
        return Document(now, now)
    if len(before.shifts) < _MOST_SHIFTS:
        return Document(now, before.good, (*before.shifts, shift_between(before.now.text.lines, text.lines)))
    return Document(now, before.good, (shift_between(before.good.text.lines, text.lines),))
