"""The names of a spec: where each is given, and everywhere it is used.

A name belongs to a graph: to the spec's own, whose scope is "", or to that of an inline model, whose scope is its
name. Layers and models belong to the spec. What blocks and params name would be gathered here as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import Body, Document, FileModel, ModelSpec, NodeSpec, What
from graphspec.frontend.edges import read_edges, within
from graphspec.frontend.expressions import Apply, Expression, ExpressionError, Index, Items, Name, parse_expression
from graphspec.frontend.expressions import Slice as SliceOf
from graphspec.frontend.program import Program
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.tree import Scalar, Sequence, Tree

Kind = Literal["input", "node", "member", "layer", "model", "output", "file"]
SPEC = ""


class Symbol(NamedTuple):
    """A thing that has a name: its scope, its kind and its dotted path there."""

    scope: str
    kind: Kind
    path: str


class Use(NamedTuple):
    """One place where a name is written; ``span`` is that of its last part alone."""

    symbol: Symbol
    span: Span
    is_definition: bool = False


class Anchor(NamedTuple):
    """A call in the text: the key of a node, or what a member of a chain is."""

    scope: str
    path: str
    span: Span
    is_member: bool


@dataclass(slots=True)
class Names:
    """Every use of every name, in the order of the walk, and the calls that have places of their own.

    ``calls`` has the scope and the path of a call by the place of what it is.
    """

    uses: list[Use] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    defined: dict[tuple[str, str], Symbol] = field(default_factory=dict)
    calls: dict[Span, tuple[str, str]] = field(default_factory=dict)
    models: dict[str, ModelSpec | None] = field(default_factory=dict)

    def at(self, line: int, column: int) -> Use | None:
        """Return the use at a place, or None."""
        return next((use for use in self.uses if _touches(use.span, line, column)), None)

    def of(self, symbol: Symbol) -> list[Use]:
        """Return every use of a symbol, each place once."""
        return list({use.span: use for use in self.uses if use.symbol == symbol}.values())

    def definition(self, symbol: Symbol) -> Span | None:
        """Return where a symbol is given, or None where it has only uses."""
        return next((use.span for use in self.uses if use.symbol == symbol and use.is_definition), None)


def _touches(span: Span, line: int, column: int) -> bool:
    return span.line == line == span.end_line and span.column <= column <= span.end_column


def names_of(tree: TreeMapping, document: Document, program: Program | None) -> Names:
    """Return the names of a document."""
    names = Names(models=dict(document.models))
    sections = tree.get("models")
    for name, layer in document.layers.items():
        _define(names, Symbol(SPEC, "layer", name), layer.span)
    for entry in sections.entries.values() if isinstance(sections, TreeMapping) else ():
        _define(names, Symbol(SPEC, "model", entry.key), entry.span)
    walks = [_Walk(names, SPEC, document.body, _paths(program))]
    for name, model in document.models.items():
        inner = None if program is None else program.models.get(name)
        if isinstance(model, Body):
            walks.append(_Walk(names, name, model, _paths(inner if isinstance(inner, Program) else None)))
        elif isinstance(model, FileModel):
            names.uses.append(Use(Symbol(SPEC, "file", model.path), model.span, is_definition=True))
    for walk in walks:
        walk.define()
    for walk in walks:
        walk.use()
    for layer in document.layers.values():
        walks[0].references_in(layer.what)
    walks[0].outputs_named(document.compile, document.expect)
    return names


def _define(names: Names, symbol: Symbol, span: Span) -> None:
    names.defined.setdefault((symbol.scope, symbol.path), symbol)
    names.uses.append(Use(symbol, span, is_definition=True))


def _paths(program: Program | None) -> dict[Span, str]:
    """Return the path of each call by where what it is stands."""
    return {} if program is None else {call.span: call.path for call in program.calls}


@dataclass(slots=True)
class _Walk:
    names: Names
    scope: str
    body: Body
    paths: Mapping[Span, str]

    def define(self) -> None:
        for name, item in self.body.inputs.items():
            _define(self.names, Symbol(self.scope, "input", name), item.span)
        for name, node in self.body.nodes.items():
            _define(self.names, Symbol(self.scope, "node", name), node.span)
            self.names.anchors.append(Anchor(self.scope, name, node.span, is_member=False))
            if node.what is not None:
                self.names.calls[node.what.span] = (self.scope, name)
            self.define_members(name, node)
        outputs = self.body.outputs
        if isinstance(outputs, TreeMapping):
            for entry in outputs.entries.values():
                symbol = Symbol(self.scope, "output", entry.key)
                self.names.uses.append(Use(symbol, entry.span, is_definition=True))

    def define_members(self, path: str, node: NodeSpec) -> None:
        for member in node.what.members if node.what is not None else ():
            if member.what is None:
                continue
            inner = self.paths.get(member.what.span)
            if member.name is not None and "name" in member.places:
                inner = f"{path}.{member.name}"
                _define(self.names, Symbol(self.scope, "member", inner), member.places["name"])
            if inner is not None:
                self.names.anchors.append(Anchor(self.scope, inner, member.what.span, is_member=True))
                self.names.calls[member.what.span] = (self.scope, inner)
                self.names.defined.setdefault((self.scope, inner), Symbol(self.scope, "member", inner))
                self.define_members(inner, member)

    def use(self) -> None:
        for node in self.body.nodes.values():
            self.use_node(node)
        wiring = read_edges(self.body.edges, {*self.body.inputs, *self.body.nodes}, Diagnostics())
        for target in wiring.targets:
            self.refer(target.path, target.span)
        for arrows in wiring.arrows.values():
            for source in (source for arrow in arrows for source in arrow.sources):
                self.refer(source.path, source.span)
        outputs = self.body.outputs
        self.refer_in(outputs)

    def use_node(self, node: NodeSpec) -> None:
        what = node.what
        called = what.name if what is not None and what.kind == "call" else None
        if node.source is not None:
            self.refer_in(node.source, called)
        if what is None:
            return
        if what.kind == "call":
            self.call(what.name, what.span)
        if what.kind == "expr" and isinstance(what.arguments, Scalar):
            self.refer_in_expression(what.arguments)
        for member in what.members:
            self.use_node(member)
        self.references_in(what)

    def call(self, name: str, span: Span) -> None:
        symbol = self.names.defined.get((SPEC, name))
        if symbol is not None and symbol.kind in {"layer", "model"}:
            self.names.uses.append(Use(symbol, span))

    def references_in(self, what: What | None) -> None:
        """Gather the layers that arguments name: ``{layer: {ref: scorer}}``."""
        for scalar in _refs(None if what is None else what.arguments):
            self.call(str(scalar.value), within(scalar, 0, len(scalar.text)))

    def refer_in(self, tree: Tree, called: str | None = None) -> None:
        if isinstance(tree, Sequence):
            for item in tree.items:
                self.refer_in(item)
        elif isinstance(tree, TreeMapping):
            model = self.names.models.get(called) if called is not None else None
            for entry in tree.entries.values():
                if called is not None and isinstance(model, Body) and entry.key in model.inputs:
                    self.names.uses.append(Use(Symbol(called, "input", entry.key), entry.span))
                self.refer_in(entry.value)
        elif isinstance(tree.value, str):
            self.refer(tree.value, within(tree, 0, len(tree.text)))

    def refer_in_expression(self, text: Scalar) -> None:
        try:
            expression = parse_expression(text.text)
        except (ExpressionError, RecursionError):
            return
        for name in _paths_in(expression):
            self.refer(name.path, within(text, name.start, name.end - name.start))

    def refer(self, path: str, span: Span) -> None:
        """Note each part of a dotted path that names something, all of it where it is written in another form."""
        is_literal = span.line == span.end_line and span.end_column - span.column == len(path)
        parts = path.split(".")
        start = span.column
        for number, part in enumerate(parts):
            symbol = self.symbol(parts[:number], part)
            place = span._replace(column=start, end_column=start + len(part))
            start += len(part) + 1
            if symbol is None:
                return
            self.names.uses.append(Use(symbol, place if is_literal else span))

    def symbol(self, before: list[str], part: str) -> Symbol | None:
        """Return what a part of a path names, after the parts before it."""
        found = self.names.defined.get((self.scope, ".".join([*before, part])))
        if found is not None:
            return None if found.kind in {"layer", "model"} else found
        node = self.body.nodes.get(before[0]) if len(before) == 1 else None
        if node is None or node.what is None or node.what.kind != "call":
            return None
        model = self.names.models.get(node.what.name)
        return output_symbol(self.names, node.what.name, model, part) if isinstance(model, Body) else None

    def outputs_named(self, compile_: TreeMapping | None, expect: TreeMapping | None) -> None:
        """Note the outputs that the keys of ``compile`` and ``expect`` speak of."""
        sections = [entry.value for entry in compile_.entries.values()] if compile_ is not None else []
        expected = expect.get("outputs") if expect is not None else None
        for section in [*sections, expected]:
            for entry in section.entries.values() if isinstance(section, TreeMapping) else ():
                symbol = output_symbol(self.names, self.scope, self.body, entry.key)
                if symbol is not None:
                    self.names.uses.append(Use(symbol, entry.span))


def output_symbol(names: Names, scope: str, body: Body, name: str) -> Symbol | None:
    """Return what an output's name stands for: itself in a mapping, else the node that is the output."""
    outputs = body.outputs
    if isinstance(outputs, TreeMapping):
        return Symbol(scope, "output", name) if name in outputs.entries else None
    items = outputs.items if isinstance(outputs, Sequence) else (outputs,)
    is_output = any(isinstance(item, Scalar) and item.value == name for item in items)
    return names.defined.get((scope, name)) if is_output else None


def _refs(tree: Tree | None) -> Iterator[Scalar]:
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield from _refs(item)
    elif isinstance(tree, TreeMapping):
        for key, entry in tree.entries.items():
            if key == "ref" and isinstance(entry.value, Scalar):
                yield entry.value
            else:
                yield from _refs(entry.value)


def _paths_in(expression: Expression | None) -> Iterator[Name]:
    if isinstance(expression, Name):
        yield expression
    elif isinstance(expression, Apply):
        for part in (*expression.operands, *(value for _, value in expression.keywords)):
            yield from _paths_in(part)
    elif isinstance(expression, Items):
        for part in expression.items:
            yield from _paths_in(part)
    elif isinstance(expression, Index):
        for part in (expression.operand, *expression.keys):
            yield from _paths_in(part)
    elif isinstance(expression, SliceOf):
        for bound in expression.parts:
            yield from _paths_in(bound)
