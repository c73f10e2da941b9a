"""The names of a spec: where each is given, and everywhere it is used.

A name belongs to a graph: to the spec's own, whose scope is "", to that of an inline model, whose scope is its name, or
to that of a block. Layers and models belong to the spec. Blocks, imports and params have scopes of their own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import BlockModel, BlockSpec, Body, Document, FileModel, ModelSpec, NodeSpec, What
from graphspec.frontend.edges import read_edges, within
from graphspec.frontend.program import Program
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.graph.entries import refs_in
from graphspec.lsp.expression_names import references_in
from graphspec.lsp.formula_names import Mention, chosen_blocks, joined_references, mentions_of

Kind = Literal["input", "node", "member", "layer", "model", "output", "file", "block", "param", "import"]
SPEC = ""
# No name holds a colon.
BLOCKS = "block:"
PARAMS = "params:"
IMPORTS = "import:"


NO_SOURCES: Mapping[str, str] = MappingProxyType({})


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

    ``calls`` has the scope and the path of a call by the place of what it is. ``declared`` has the entries of params,
    blocks and imports, ``texts`` what formulas make references of: the scope, the text and its place. ``joined``
    are references that formulas are a part of, ``chosen`` blocks that a formula may choose, by where one does.
    """

    uses: list[Use] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    defined: dict[tuple[str, str], Symbol] = field(default_factory=dict)
    calls: dict[Span, tuple[str, str]] = field(default_factory=dict)
    models: dict[str, ModelSpec | None] = field(default_factory=dict)
    blocks: Mapping[str, BlockSpec | None] = field(default_factory=dict)
    declared: dict[Symbol, Entry] = field(default_factory=dict)
    texts: list[tuple[str, str, Span]] = field(default_factory=list)
    joined: list[Scalar] = field(default_factory=list)
    chosen: Mapping[str, Span] = field(default_factory=dict)

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


def names_of(
    tree: TreeMapping, document: Document, program: Program | None, sources: Mapping[str, str] = NO_SOURCES
) -> Names:
    """Return the names of a document; ``sources`` has its text."""
    names = Names(models=dict(document.models), blocks=document.blocks)
    sections = tree.get("models")
    for name, layer in document.layers.items():
        _define(names, Symbol(SPEC, "layer", name), layer.span)
    for entry in sections.entries.values() if isinstance(sections, TreeMapping) else ():
        _define(names, Symbol(SPEC, "model", entry.key), entry.span)
    _define_for_reuse(names, tree)
    if names.declared:
        names.joined = list(joined_references(tree))
        names.chosen = chosen_blocks(tree, document.blocks)
        for mention in mentions_of(tree, sources):
            _use_mention(names, mention)
    walks = list(_walks(names, document, program))
    for walk in walks:
        walk.define()
    for walk in walks:
        walk.use()
    walks[0].use_entries(document)
    walks[0].outputs_named(document.compile, document.expect)
    return names


def _walks(names: Names, document: Document, program: Program | None) -> Iterator["_Walk"]:
    """Yield a walk over each graph of the text, the spec's own first."""
    yield _walk(names, SPEC, document.body, program)
    for name, model in document.models.items():
        inner = None if program is None else program.models.get(name)
        if isinstance(model, Body):
            yield _walk(names, name, model, inner if isinstance(inner, Program) else None)
    for name, block in document.blocks.items():
        if block is not None:
            yield _Walk(names, f"{BLOCKS}{name}", block.body, {}, block.inputs)


def _define(names: Names, symbol: Symbol, span: Span) -> None:
    names.defined.setdefault((symbol.scope, symbol.path), symbol)
    names.uses.append(Use(symbol, span, is_definition=True))


def _define_for_reuse(names: Names, tree: TreeMapping) -> None:
    for entry in _entries(tree.get("blocks")):
        symbol = Symbol(BLOCKS, "block", entry.key)
        _define(names, symbol, entry.span)
        names.declared[symbol] = entry
        inner = entry.value.get("params") if isinstance(entry.value, TreeMapping) else None
        _define_all(names, inner, f"{PARAMS}{entry.key}", "param")
    _define_all(names, tree.get("params"), PARAMS, "param")
    _define_all(names, tree.get("imports"), IMPORTS, "import")
    for entry in _entries(tree.get("imports")):
        if isinstance(entry.value, Scalar):
            names.uses.append(Use(Symbol(SPEC, "file", entry.value.text), entry.value.span, is_definition=True))
    for variant in _entries(tree.get("variants")):
        for entry in _entries(variant.value):
            names.uses.append(Use(Symbol(PARAMS, "param", entry.key), entry.span))


def _define_all(names: Names, section: Tree | None, scope: str, kind: Kind) -> None:
    for entry in _entries(section):
        symbol = Symbol(scope, kind, entry.key)
        _define(names, symbol, entry.span)
        names.declared[symbol] = entry


def _entries(section: Tree | None) -> Iterable[Entry]:
    return section.entries.values() if isinstance(section, TreeMapping) else ()


def _use_mention(names: Names, mention: Mention) -> None:
    if not mention.is_text:
        symbol = Symbol(f"{PARAMS}{mention.block or ''}", "param", mention.name)
        if symbol in names.declared:
            names.uses.append(Use(symbol, mention.span))
        return
    scope = f"{BLOCKS}{mention.block}" if mention.block is not None else mention.model or SPEC
    names.texts.append((scope, mention.name, mention.span))


def _walk(names: Names, scope: str, body: Body, program: Program | None) -> "_Walk":
    return _Walk(names, scope, body, _paths(program), {name: item.span for name, item in body.inputs.items()})


def _paths(program: Program | None) -> dict[Span, str]:
    """Return the path of each call by where what it is stands."""
    return {} if program is None else {call.span: call.path for call in program.calls}


@dataclass(slots=True)
class _Walk:
    names: Names
    scope: str
    body: Body
    paths: Mapping[Span, str]
    inputs: Mapping[str, Span]

    def define(self) -> None:
        for name, place in self.inputs.items():
            _define(self.names, Symbol(self.scope, "input", name), place)
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
        for scope, path, span in self.names.texts:
            if scope == self.scope:
                self.refer(path, span)
        wiring = read_edges(self.body.edges, {*self.inputs, *self.body.nodes}, Diagnostics())
        for target in wiring.targets:
            self.refer(target.path, target.span)
        for arrows in wiring.arrows.values():
            for source in (source for arrow in arrows for source in arrow.sources):
                self.refer(source.path, source.span)
        self.refer_in(self.body.outputs)

    def use_entries(self, document: Document) -> None:
        """Note what the entries of layers and models are made of."""
        for layer in document.layers.values():
            self.references_in(layer.what)
        for model in document.models.values():
            if isinstance(model, FileModel):
                self.names.uses.append(Use(Symbol(SPEC, "file", model.path), model.span, is_definition=True))
            if isinstance(model, BlockModel) and isinstance(model.block, Scalar):
                self.use_block(model.block.text, model.block.span, model.literals)
                for name, item in (model.inputs or {}).items():
                    self.use_input(f"{BLOCKS}{model.block.text}", name, item.span)

    def use_node(self, node: NodeSpec) -> None:
        what = node.what
        if node.source is not None:
            self.refer_in(node.source, _scope_inside(what))
        if what is None:
            return
        if what.kind == "call":
            self.call(what.name, what.span)
        if what.kind == "block":
            self.use_block(what.name, what.span, node.literals)
        if what.kind == "expr" and isinstance(what.arguments, Scalar):
            self.refer_in_expression(what.arguments)
        for member in what.members:
            self.use_node(member)
        self.references_in(what)

    def call(self, name: str, span: Span) -> None:
        symbol = self.names.defined.get((SPEC, name))
        if symbol is not None and symbol.kind in {"layer", "model"}:
            self.names.uses.append(Use(symbol, span))
        elif "." in name:
            self.use_import(name, span)

    def use_import(self, name: str, span: Span) -> None:
        """Note the alias with which a name of another file starts."""
        alias = name.partition(".")[0]
        symbol = Symbol(IMPORTS, "import", alias)
        if symbol in self.names.declared:
            is_literal = span.line == span.end_line and span.end_column - span.column == len(name)
            self.names.uses.append(
                Use(symbol, span._replace(end_column=span.column + len(alias)) if is_literal else span)
            )

    def use_block(self, name: str, span: Span, literals: Tree | None) -> None:
        """Note a block and the params that a use of it gives."""
        symbol = Symbol(BLOCKS, "block", name)
        if symbol not in self.names.declared:
            self.use_import(name, span)
            return
        self.names.uses.append(Use(symbol, span))
        for entry in _entries(literals):
            param = Symbol(f"{PARAMS}{name}", "param", entry.key)
            if param in self.names.declared:
                self.names.uses.append(Use(param, entry.span))

    def use_input(self, scope: str, name: str, span: Span) -> None:
        """Note an input of a model or a block, by which a call names what feeds it."""
        symbol = self.names.defined.get((scope, name))
        if symbol is not None and symbol.kind == "input":
            self.names.uses.append(Use(symbol, span))

    def references_in(self, what: What | None) -> None:
        """Gather the layers that arguments name: ``{layer: {ref: scorer}}``."""
        for scalar in refs_in(None if what is None else what.arguments):
            self.call(str(scalar.value), within(scalar, 0, len(scalar.text)))

    def refer_in(self, tree: Tree, inside: str | None = None) -> None:
        if isinstance(tree, Sequence):
            for item in tree.items:
                self.refer_in(item)
        elif isinstance(tree, TreeMapping):
            for entry in tree.entries.values():
                if inside is not None:
                    self.use_input(inside, entry.key, entry.span)
                self.refer_in(entry.value)
        elif isinstance(tree.value, str):
            self.refer(tree.value, within(tree, 0, len(tree.text)))

    def refer_in_expression(self, text: Scalar) -> None:
        for path, place in references_in(text):
            self.refer(path, place)

    def refer(self, path: str, span: Span) -> None:
        """Note each part of a dotted path that names something, all of it where it is written in another form."""
        is_literal = span.line == span.end_line and span.end_column - span.column == len(path)
        parts = path.split(".")
        start = span.column
        for number, part in enumerate(parts):
            symbol = self.symbol(parts[:number], part)
            place = span._replace(column=start, end_column=start + len(part))
            start += len(part) + 1
            if symbol is not None:
                self.names.uses.append(Use(symbol, place if is_literal else span))
            elif not part.isdigit():
                return

    def symbol(self, before: list[str], part: str) -> Symbol | None:
        """Return what a part of a path names, after the parts before it."""
        found = self.names.defined.get((self.scope, ".".join([*before, part])))
        if found is not None:
            return None if found.kind in {"layer", "model"} else found
        node = self.body.nodes.get(before[0]) if before else None
        if node is None or node.what is None:
            return None
        if node.what.kind == "block":
            return _inside_block(self.names, node.what.name, [*before[1:], part])
        if node.what.kind != "call" or len(before) > 1:
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


def _scope_inside(what: What | None) -> str | None:
    """Return the scope of the graph that a node calls or copies."""
    if what is None or what.kind not in {"call", "block"}:
        return None
    return what.name if what.kind == "call" else f"{BLOCKS}{what.name}"


def _inside_block(names: Names, name: str, parts: list[str]) -> Symbol | None:
    """Return what a path names inside a block; the number of a copy names nothing of the block."""
    block = names.blocks.get(name)
    parts = [part for number, part in enumerate(parts) if number or not part.isdigit()]
    if block is None or not parts:
        return None
    scope = f"{BLOCKS}{name}"
    if len(parts) == 1:
        return names.defined.get((scope, parts[0])) or output_symbol(names, scope, block.body, parts[0])
    node = block.body.nodes.get(parts[0])
    if node is None or node.what is None or node.what.kind != "block":
        return names.defined.get((scope, ".".join(parts)))
    return _inside_block(names, node.what.name, parts[1:])


def output_symbol(names: Names, scope: str, body: Body, name: str) -> Symbol | None:
    """Return what an output's name stands for: itself in a mapping, else the node that is the output."""
    outputs = body.outputs
    if isinstance(outputs, TreeMapping):
        return Symbol(scope, "output", name) if name in outputs.entries else None
    items = outputs.items if isinstance(outputs, Sequence) else (outputs,)
    is_output = any(isinstance(item, Scalar) and item.value == name for item in items)
    return names.defined.get((scope, name)) if is_output else None
