"""A spec with mistakes -> drawing: what is known of it, and the mistakes at what has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.diagnostics.span import Span
from graphspec.frontend.program import Call, Operand, Operands, Program, Reference
from graphspec.frontend.tree import Entry
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.graph.ir import CHAIN, Graph, GraphOutputs
from graphspec.graph.typed import TypedGraph
from graphspec.views.plot.depict import depict
from graphspec.views.plot.drawing import Card, Drawing, Link, Mistake
from graphspec.views.plot.families import family_of_layer, family_of_op

_SECTIONS = ("inputs", "nodes", "layers", "models")


class Broken(NamedTuple):
    """What is left of a spec with mistakes: its text as a tree, its calls, and what is known of its graph."""

    name: str
    tree: TreeMapping | None
    program: Program | None
    typed: TypedGraph | None
    diagnostics: Sequence[Diagnostic]


def depict_broken(broken: Broken) -> Drawing:
    """Return the drawing of a spec with mistakes; each is marked at the call that has it, and listed."""
    errors = [item for item in broken.diagnostics if item.severity == "error"]
    typed = broken.typed or _empty(broken)
    known = {item.name for item in typed.graph.inputs} | {node.name for node in typed.graph.nodes}
    calls = [] if broken.program is None else [call for call in broken.program.calls if call.path not in known]
    inputs = [] if broken.program is None else [name for name in broken.program.inputs if name not in known]
    cards = [*(_input(name) for name in inputs), *(_card(call) for call in calls)]
    drawing = depict(typed, everything=True, besides=cards)
    places = {path: card.path for card in drawing.cards for path in _paths(card)}
    links = [link for call in calls for link in _links(call, broken.program, places)]
    marks = _Places(broken, typed).marks(errors, places)
    return replace(
        drawing,
        cards=tuple(_marked(card, marks) for card in drawing.cards),
        links=(*drawing.links, *links),
        mistakes=tuple(Mistake(item.code, item.message, item.span.line) for item in errors),
    )


def _empty(broken: Broken) -> TypedGraph:
    """Return the graph of a spec that nothing is known of."""
    span = Span.of_file("")
    groups = {} if broken.program is None else {
        ".".join(parts[:size]): broken.program.groups.get(".".join(parts[:size]), CHAIN)
        for call in broken.program.calls
        for parts in [call.path.split(".")]
        for size in range(1, len(parts))
    }  # fmt: skip
    nothing = GraphOutputs(form="one", names=(), tensors=(), span=span)
    graph = Graph(name=broken.name, inputs=(), callables={}, nodes=(), outputs=nothing, groups=groups, span=span)
    return TypedGraph(graph=graph, callables={}, types={}, flops={}, weights={}, models={}, trainable={})


def _input(name: str) -> Card:
    return Card(path=name, name=name, type="Input", kind="input", family="input", shapes=("?",))


def _card(call: Call) -> Card:
    name = "" if call.what is None else call.what.name
    family = family_of_op(name.removeprefix("ops.")) if name.startswith("ops.") else family_of_layer(name)
    return Card(
        path=call.path, name=call.path.rpartition(".")[2], type=name or "?", kind="unknown", family=family,
        shapes=("?",),
    )  # fmt: skip


def _paths(card: Card) -> Iterator[str]:
    """Yield the names by which a card, and each inside it, can be referred to."""
    yield card.path
    for item in card.inside:
        yield from _paths(item)


def _links(call: Call, program: Program | None, places: Mapping[str, str]) -> Iterator[Link]:
    target = _leaf(call.path, places)
    aliases = {} if program is None else program.aliases
    for reference in (*_references(call.operands), *([call.before] if call.before else ())):
        path = reference.path if isinstance(reference, Reference) else reference
        source = _source(path, aliases, places)
        if source is not None and target is not None and source != target:
            yield Link(source=source, target=target)


def _references(operand: Operand) -> Iterator[Reference]:
    if isinstance(operand, Reference):
        yield operand
    elif isinstance(operand, Operands):
        items = operand.items.values() if isinstance(operand.items, Mapping) else operand.items
        for item in items:
            yield from _references(item)


def _source(path: str, aliases: Mapping[str, str], places: Mapping[str, str]) -> str | None:
    """Return the card that a reference leads to, which may name an output of it."""
    while path:
        found = _leaf(aliases.get(path, path), places)
        if found is not None:
            return found
        path = path.rpartition(".")[0]
    return None


def _leaf(path: str, places: Mapping[str, str]) -> str | None:
    return next((found for found in (f"{path}.=", path) if found in places), None)


def _marked(card: Card, marks: Mapping[str, tuple[int, ...]]) -> Card:
    inside = tuple(_marked(item, marks) for item in card.inside)
    return replace(card, inside=inside, mistakes=marks.get(card.path, ()))


def _holds(entry: Entry, place: Span) -> bool:
    end = entry.value.span
    return entry.span.path == place.path and entry.span[1:3] <= place[1:3] <= (end.end_line, end.end_column)


@dataclass(frozen=True, slots=True)
class _Places:
    """Finds the card that a place in the text belongs to."""

    broken: Broken
    typed: TypedGraph

    def marks(self, errors: Sequence[Diagnostic], places: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
        """Return the numbers of the mistakes that each card has."""
        found: dict[str, tuple[int, ...]] = {}
        for number, error in enumerate(errors, 1):
            for name in self.names(error):
                path = _leaf(name, places)
                if path is not None and number not in found.get(path, ()):
                    found[path] = (*found.get(path, ()), number)
        return found

    def names(self, error: Diagnostic) -> list[str]:
        section, entry = self.entry(error.span)
        if entry is None:
            found = error.node or self.in_block(error)
            return [found] if found else []
        if section in {"layers", "models"}:
            return self.callers(entry.key)
        return [self.member(entry, error.span)]

    def entry(self, place: Span) -> tuple[str, Entry | None]:
        """Return the section and the entry that a place is in."""
        for section in _SECTIONS:
            found = None if self.broken.tree is None else self.broken.tree.get(section)
            for entry in found.entries.values() if isinstance(found, TreeMapping) else ():
                if _holds(entry, place):
                    return section, entry
        return "", None

    def in_block(self, error: Diagnostic) -> str | None:
        """Return the first call of a node in a block that a place is in, of the use that the mistake tells."""
        uses = [related.span for related in error.related]
        inside = [
            call for call in (() if self.broken.program is None else self.broken.program.calls)
            if call.origin is not None and call.span.path == error.span.path
            and all(use.span in uses for use in call.origin.uses())
        ]  # fmt: skip
        node = next((entry for entry in self.nodes_of_blocks() if _holds(entry, error.span)), None)
        found = [] if node is None else [call for call in inside if _holds(node, call.span)]
        before = [call for call in found if call.span[1:3] <= error.span[1:3]] or found
        return max(before, key=lambda call: call.span[1:3]).path if before else None

    def nodes_of_blocks(self) -> Iterator[Entry]:
        blocks = None if self.broken.tree is None else self.broken.tree.get("blocks")
        for block in blocks.entries.values() if isinstance(blocks, TreeMapping) else ():
            nodes = block.value.get("nodes") if isinstance(block.value, TreeMapping) else None
            yield from nodes.entries.values() if isinstance(nodes, TreeMapping) else ()

    def callers(self, key: str) -> list[str]:
        calls = () if self.broken.program is None else self.broken.program.calls
        named = [call.path for call in calls if call.what is not None and call.what.name == key]
        return named + [node.name for node in self.typed.graph.nodes if node.target == key]

    def member(self, entry: Entry, place: Span) -> str:
        """Return the call of an entry that a place is in: the last that begins before it, and stands in the entry."""
        key = entry.key
        calls = () if self.broken.program is None else self.broken.program.calls
        inside = [call for call in calls if call.path == key or call.path.startswith(f"{key}.")]
        before = [call for call in inside if _holds(entry, call.span) and call.span[1:3] <= place[1:3]]
        return max(before, key=lambda call: call.span[1:3]).path if before else key
