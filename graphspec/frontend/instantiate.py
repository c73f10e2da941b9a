"""Blocks -> pieces: what each use of a block holds, once its formulas are computed, made once for the same values.

A piece is relative: names in it are its own. It knows how many calls it will be, so that nothing too large is placed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NoReturn

from graphspec.diagnostics.diagnostic import Diagnostics, Origin, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, respelling
from graphspec.frontend.block_names import named_by_block, names_of_what, report_absent
from graphspec.frontend.conditions import absence
from graphspec.frontend.copies import copies_of, sight_beside
from graphspec.frontend.document import BlockSpec, Body, Control, NodeSpec, What
from graphspec.frontend.edges import read_edges, unknown_targets
from graphspec.frontend.evaluate import OF_COPIES, UnknownValueError
from graphspec.frontend.expand import (
    check_beside_chain,
    member_in,
    operands_for,
    path_of_member,
    read_outputs,
    report_target,
)
from graphspec.frontend.fields import holds_formula
from graphspec.frontend.given import Giving
from graphspec.frontend.least import Least
from graphspec.frontend.params import Given, bind_params, unbound
from graphspec.frontend.pieces import (
    Piece,
    Ready,
    ReadyCall,
    ReadyChain,
    ReadyCopies,
    ReadyUnknown,
    ReadyUse,
    Row,
    in_order,
    names_of,
)
from graphspec.frontend.program import Operand, Operands, Outputs, Reference
from graphspec.frontend.templates import Sight, filled, has_templates, names_used
from graphspec.frontend.tree import Entry, Scalar, Tree
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.units import Unit
from graphspec.frontend.validate import read_node
from graphspec.frontend.whats import CONTROLS, UNKNOWN_SOURCE, read_member

MAX_NESTING = 64
_MOST_SHOWN = 8
_ENDLESS = 'the block uses itself: end it by a "when" that a param makes false'
# What uses no block, and no names of nodes.
_ALONE = ("layer", "op", "application", "plugin")


class ExpansionStoppedError(Exception):
    """Ends an expansion that would not end, or is too large; it was reported."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What a node stands in: its file, what its formulas see, and whether that is a block."""

    unit: Unit
    sight: Sight
    block: BlockSpec | None = None


class Instantiation:
    """Makes pieces; ``limit`` is how many calls there may be."""

    def __init__(self, limit: int, diagnostics: Diagnostics) -> None:
        """Start with no pieces."""
        self.limit = limit
        self.diagnostics = diagnostics
        self.pieces: dict[tuple[int, str], Piece] = {}
        self.open: list[tuple[int, str, str]] = []
        self.dynamic: dict[int, frozenset[str]] = {}
        self.used: set[int] = set()
        self.made = 0
        self.told: set[tuple[int, str]] = set()
        self.least = Least()

    def of_body(self, body: Body, unit: Unit) -> Piece:
        """Return the piece of a graph that is no block."""
        return self._piece(body, tuple(body.inputs), _Around(unit, unit.sight))

    def of_use(
        self, what: What, literals: TreeMapping | None, unit: Unit, span: Span
    ) -> tuple[BlockSpec, Sight, Piece, Related] | None:
        """Return the block of a use, what its formulas see and its piece, or None once the mistake was reported."""
        found = unit.block(what.name, what.span, self.diagnostics)
        if found is None:
            return None
        block, home = found
        self.used.add(id(block))
        entries = literals.entries.values() if literals is not None else ()
        given = {entry.key: Given(entry.span, entry.value) for entry in entries}
        params = home.params_of(block, self.diagnostics)
        if any(item[0] == id(block) for item in self.open):
            for item in given.values():
                home.sight.hints.setdefault(item.value.span, _ENDLESS)
        sight = bind_params(params, given, f'block "{what.name}"', span, home.sight, self.diagnostics)
        unit.givings[what.span] = Giving(given, params)
        use = Related(f'block "{what.name}" is used here', what.span)
        values = repr((sorted(sight.values.items()), sorted(sight.unknown)))
        key = (id(block), values)
        if key in self.pieces:
            return block, sight, self.pieces[key], use
        self._check_nesting(block, values, what, is_told=bool(sight.unknown))
        self.open.append((*key, what.name))
        outer = self.diagnostics.origin
        self.diagnostics.origin = Origin(use, outer)
        piece = self._piece(block.body, tuple(block.inputs), _Around(home, sight, block))
        self.diagnostics.origin = outer
        self.open.pop()
        self.pieces[key] = piece
        return block, sight, piece, use

    def of_unused(self, block: BlockSpec, unit: Unit) -> Piece | None:
        """Return the piece of a block of whose params nothing is known, or None where something uses it."""
        if id(block) in self.used:
            return None
        self.diagnostics.origin = Origin(None)
        declared = unit.params_of(block, self.diagnostics)
        sight = unbound(declared, f'block "{block.name}"', unit.sight, self.diagnostics)
        try:
            return self._piece(block.body, tuple(block.inputs), _Around(unit, sight, block))
        except ExpansionStoppedError:
            self.open.clear()
            return None
        finally:
            self.diagnostics.origin = None

    def _check_nesting(self, block: BlockSpec, values: str, what: What, *, is_told: bool) -> None:
        is_same = any(item[:2] == (id(block), values) for item in self.open)
        if not is_same and len(self.open) < MAX_NESTING:
            return
        if is_told:
            raise ExpansionStoppedError
        names = [name for _, _, name in self.open] + [what.name]
        start = next((at for at, item in enumerate(self.open) if item[0] == id(block)), 0)
        cycle = names[start:]
        shown = cycle if len(cycle) <= _MOST_SHOWN else [*cycle[:_MOST_SHOWN], "..."]
        how = "without end" if is_same else f"more than {MAX_NESTING} deep"
        self.diagnostics.error(
            "GS312", f"blocks use each other {how}: {' -> '.join(shown)}", what.span,
            help='end it by a "when" that a param makes false',
        )  # fmt: skip
        raise ExpansionStoppedError

    def _refuse(self, size: int, span: Span) -> NoReturn:
        self.diagnostics.error(
            "GS108", f"the graph has {size} nodes from here, more than {self.limit}", span,
            help="raise the limit with --max-graph-nodes",
        )  # fmt: skip
        raise ExpansionStoppedError

    def _piece(self, body: Body, inputs: tuple[str, ...], around: _Around) -> Piece:
        absent: dict[str, Span] = {}
        specs: dict[str, NodeSpec] = {}
        readys: dict[str, Ready] = {}
        for name, spec in body.nodes.items():
            seen = self._evaluated(name, spec, around)
            if seen.control is None:
                specs[name], readys[name] = seen, self._ready(seen, name, around)
                continue
            try:
                when = absence(seen.control, around.sight, self.diagnostics)
            except UnknownValueError:
                specs[name] = NodeSpec(seen.span, None, UNKNOWN_SOURCE)
                readys[name] = self._doubtful(seen, seen.control, name, around)
                continue
            if when is not None:
                absent[name] = when
                continue
            specs[name] = seen._replace(source=self._source(seen.control, around))
            readys[name] = self._controlled(seen, seen.control, name, around)
        names = (*inputs, *body.nodes)
        rows, lost = self._rows(body, specs, readys, names, absent, around)
        size = sum(row.ready.size for row in rows)
        if size > self.limit:
            self._refuse(size, max(rows, key=lambda row: row.ready.size).ready.span)
        return Piece(rows, inputs, self._outputs(body, names, lost, absent, around), absent, max(1, size))

    def _doubtful(
        self, spec: NodeSpec, control: Control, name: str, around: _Around, *, is_copied: bool = False
    ) -> Ready:
        """Return a node that may not be there: what is wrong with it whatever the values are is reported."""
        inner = _Around(around.unit, around.sight.hidden(), around.block)
        if spec.what is not None and spec.what.kind in _ALONE and not is_copied:
            return self._controlled(spec, control, name, inner)
        if spec.what is not None and spec.what.kind == "block" and not holds_formula(spec.what.arguments):
            self._check_use(spec.what, control.raw.get("with"), inner)
        return ReadyUnknown(spec.span)

    def _check_use(self, what: What, literals: Tree | None, around: _Around) -> None:
        """Report what is wrong with a use of a block that may not be there, or any number of times."""
        found = around.unit.block(what.name, what.span, self.diagnostics)
        given = None if literals is None else filled(literals, around.sight, self.diagnostics)
        if found is None or isinstance(given, Scalar):
            return
        block, home = found
        self.used.add(id(block))
        entries = given.entries.values() if isinstance(given, TreeMapping) else ()
        values = {entry.key: Given(entry.span, entry.value) for entry in entries}
        declared = home.params_of(block, self.diagnostics)
        bind_params(declared, values, f'block "{what.name}"', what.span, home.sight, self.diagnostics)

    def _evaluated(self, name: str, spec: NodeSpec, around: _Around) -> NodeSpec:
        block = around.block
        if block is None or spec.control is not None or name not in self._dynamic_of(block):
            return spec
        entry = block.raw[name]
        return read_node(entry._replace(value=filled(entry.value, around.sight, self.diagnostics)), self.diagnostics)

    def _dynamic_of(self, block: BlockSpec) -> frozenset[str]:
        found = self.dynamic.get(id(block))
        if found is None:
            found = frozenset(name for name, entry in block.raw.items() if has_templates(entry.value))
            self.dynamic[id(block)] = found
        return found

    def _rows(
        self, body: Body, specs: Mapping[str, NodeSpec], readys: Mapping[str, Ready], names: tuple[str, ...],
        absent: Mapping[str, Span], around: _Around,
    ) -> tuple[tuple[Row, ...], Collection[str]]:  # fmt: skip
        """Return the nodes with what feeds them, and the names that arrows lead to and nothing has."""
        edges = self._substituted(body.edges, around)
        wiring = read_edges(edges, names, self.diagnostics)
        unknown = {item.path: item for item in reversed(unknown_targets(wiring, body.nodes))}
        for target in unknown.values():
            report_target(target, body, self.diagnostics)
        wiring.complete = wiring.complete and not unknown
        wiring.unknown = unknown.keys() - set(names)
        rows: dict[str, Row] = {}
        for name, spec in specs.items():
            operand, wired = operands_for(name, spec, wiring, names, self.diagnostics)
            if around.block is not None:
                operand, is_known = self._checked(operand, names, absent, around.block)
                wired = wired and is_known and self._has_known_names(readys[name], names, absent, around.block)
            rows[name] = Row(name, readys[name], operand, wired)
        return in_order(rows), wiring.unknown

    def _outputs(
        self, body: Body, names: tuple[str, ...], lost: Collection[str], absent: Mapping[str, Span], around: _Around
    ) -> Outputs | None:
        tree = self._substituted(body.outputs, around)
        outputs = None if tree is None else read_outputs(tree, names, lost, self.diagnostics)
        if outputs is None or around.block is None:
            return outputs
        for reference in outputs.references:
            if not self._checked(reference, names, absent, around.block)[1]:
                return None
        for name, reference in zip(outputs.names, outputs.references, strict=True):
            if name in body.nodes and name != reference.path:
                self.diagnostics.error(
                    "GS213", f'the output "{name}" has the name of another node', reference.span,
                    help="rename one of the two", related=[Related("the node is here", body.nodes[name].span)],
                )  # fmt: skip
                return None
        return outputs

    def _substituted(self, tree: Tree | None, around: _Around) -> Tree | None:
        if tree is None or around.block is None:
            return tree
        return filled(tree, around.sight, self.diagnostics)

    def _checked(
        self, operand: Operand, names: tuple[str, ...], absent: Mapping[str, Span], block: BlockSpec
    ) -> tuple[Operand, bool]:
        """Report references to what is not in the block, and say whether there were none."""
        if isinstance(operand, Reference):
            is_known = self._is_known(operand, names, absent, block)
            return (operand if is_known else None), is_known
        if not isinstance(operand, Operands):
            return operand, True
        items = operand.items.values() if isinstance(operand.items, Mapping) else operand.items
        found = [self._checked(item, names, absent, block)[1] for item in items]
        return (operand, True) if all(found) else (None, False)

    def _is_known(
        self, reference: Reference, names: tuple[str, ...], absent: Mapping[str, Span], block: BlockSpec
    ) -> bool:
        head, dot, rest = reference.path.partition(".")
        if head in absent:
            report_absent(reference, head, absent[head], self.diagnostics)
            return False
        if head in names:
            return True
        if (id(block), head) in self.told:
            return False
        self.told.add((id(block), head))
        hint = did_you_mean(head, names)
        help_ = None if hint else f"a block sees its own inputs and nodes: {', '.join(names[:_MOST_SHOWN])}"
        message = f'nothing in block "{block.name}" is named "{head}"{hint}'
        fix = respelling(head, names, reference.span, after=dot + rest)
        self.diagnostics.error("GS408", message, reference.span, help=help_, fix=fix)
        return False

    def _has_known_names(
        self, ready: Ready, names: tuple[str, ...], absent: Mapping[str, Span], block: BlockSpec
    ) -> bool:
        checked = [self._is_known(name, names, absent, block) for name in names_of(ready) if name.path != "_"]
        return all(checked)

    def _source(self, control: Control, around: _Around) -> Tree | None:
        tree = control.raw.get("from")
        if tree is None:
            return None
        return filled(tree, sight_beside(tree, "from", control, around.sight), self.diagnostics)

    def _controlled(self, spec: NodeSpec, control: Control, name: str, around: _Around) -> Ready:
        span = spec.span
        entries = control.raw.entries
        # Of a member the name is part of its path, and has been read.
        taken = {*CONTROLS, "name" if control.is_member else "from"}
        rest = TreeMapping({key: entry for key, entry in entries.items() if key not in taken}, control.raw.span)
        if "repeat" not in entries and "each" not in entries:
            return self._read(control, rest, name, span, around)
        copies = copies_of(spec.what, control, around.sight, self.diagnostics)
        if copies is None:
            sight = around.sight.and_also(**dict.fromkeys(OF_COPIES))
            return self._doubtful(spec, control, name, _Around(around.unit, sight, around.block), is_copied=True)
        least = max(copies.number, copies.number * self.least.of_node(rest, around.unit))
        if least > self.limit:
            self._refuse(least, copies.span)
        is_alike = OF_COPIES.keys().isdisjoint(names_used(rest))
        made = range(min(copies.number, 1) if is_alike else copies.number)
        items = tuple(self._copy(control, rest, name, span, around, copies.sees(number)) for number in made)
        items *= copies.number if is_alike else 1
        size = sum(item.size for item in items)
        if size > self.limit:
            self._refuse(size, copies.span)
        return ReadyCopies(items, "each" in entries, size, span, copies.span)

    def _copy(
        self, control: Control, rest: TreeMapping, name: str, span: Span, around: _Around, values: dict[str, object]
    ) -> Ready:
        inner = _Around(around.unit, around.sight.and_also(**values), around.block)
        outer = self.diagnostics.origin
        self.diagnostics.origin = Origin(None, outer)
        ready = self._read(control, rest, name, span, inner)
        self.diagnostics.origin = outer
        return ready

    def _read(self, control: Control, rest: TreeMapping, name: str, span: Span, around: _Around) -> Ready:
        tree = filled(rest, around.sight, self.diagnostics)
        if control.is_member:
            return self._ready(read_member(tree, control.subject, self.diagnostics), name, around)
        return self._ready(read_node(Entry(name, span, tree), self.diagnostics), name, around)

    def _ready(self, spec: NodeSpec, name: str, around: _Around) -> Ready:
        self.made += 1
        if self.made > self.limit + 1000:
            self._refuse(self.made, spec.span)
        what = spec.what
        if what is None:
            return ReadyUnknown(spec.span)
        if what.kind == "chain":
            return self._chain(spec, what, name, around)
        if what.kind == "block":
            return self._use(spec, what, around)
        if what.kind == "call" and around.block is not None and what.name in around.block.misplaced:
            return ReadyUnknown(what.span)
        spec = around.unit.settled(spec, self.diagnostics)
        return ReadyCall(spec, what.span, names_of_what(what))

    def _chain(self, spec: NodeSpec, chain: What, name: str, around: _Around) -> Ready:
        check_beside_chain(name, spec, self.diagnostics)
        counts: dict[str, int] = {}
        members: list[tuple[str, Ready]] = []
        last = len(chain.members) - 1
        for number, written in enumerate(chain.members):
            member = member_in(spec, written, is_last=number == last)
            is_plain = written.control is None and (written.what is None or written.what.kind != "block")
            named = written if written.what is None or written.what.kind != "block" else named_by_block(written)
            segment = path_of_member("", named, counts, is_last=number == last and is_plain)
            if written.control is None:
                members.append((segment, self._ready(member, f"{name}{segment}", around)))
            else:
                members += self._members(written, segment, f"{name}{segment}", around)
        return ReadyChain(tuple(members), spec.trainable, sum(ready.size for _, ready in members), chain.span)

    def _members(self, spec: NodeSpec, segment: str, name: str, around: _Around) -> list[tuple[str, Ready]]:
        """Return the member of a chain that a ``when`` or a number of copies decides on, if it is there."""
        if spec.control is None:
            return []
        try:
            if absence(spec.control, around.sight, self.diagnostics) is not None:
                return []
        except UnknownValueError:
            return [(segment, ReadyUnknown(spec.span))]
        return [(segment, self._controlled(spec, spec.control, name, around))]

    def _use(self, spec: NodeSpec, what: What, around: _Around) -> Ready:
        if spec.name is not None:
            self.diagnostics.error(
                "GS215", '"name" beside a block says nothing: each layer in it has a name of its own',
                spec.places.get("name", what.span), help='put "name" on a layer in the block',
            )  # fmt: skip
        found = self.of_use(what, spec.literals, around.unit, what.span)
        if found is None:
            return ReadyUnknown(what.span)
        block, sight, piece, use = found
        return ReadyUse(piece, block, spec.trainable, use, piece.size, what.span, sight.values)
