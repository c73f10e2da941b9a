"""Pieces -> calls: every use of a block gets its path, and what feeds it takes the place of its inputs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from graphspec.diagnostics.diagnostic import Diagnostics, Origin, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.frontend.document import BlockSpec
from graphspec.frontend.expand import BEFORE, has_no_weights
from graphspec.frontend.pieces import (
    Piece,
    Ready,
    ReadyCall,
    ReadyChain,
    ReadyCopies,
    ReadyUse,
)
from graphspec.frontend.program import Call, Operand, Operands, Outputs, Reference, Use

_MOST_SHOWN = 8


class _Frame(NamedTuple):
    """What a node is placed in: the path before its name, what the inputs are, and what the uses around it say."""

    prefix: str = ""
    bindings: Mapping[str, Operand] = {}
    origin: Origin | None = None
    trainable: bool | None = None


class _Fed(NamedTuple):
    """What feeds a node, and whether all of it is known."""

    operand: Operand
    wired: bool = True


class Placement:
    """Gathers calls.

    ``aliases`` maps a path to the one that it stands for, ``bundles`` to several; ``absent`` holds what is not there,
    ``groups`` which paths are blocks, and of which name, and which are copies; ``uses`` what those blocks are given,
    ``copies`` how many each of these is.
    """

    def __init__(self, diagnostics: Diagnostics, told: Collection[tuple[int, str]] = ()) -> None:
        """Start with no calls; ``told`` has the names that a block lacks, which was reported."""
        self.diagnostics = diagnostics
        self.told = told
        self.calls: list[Call] = []
        self.aliases: dict[str, str] = {}
        self.bundles: dict[str, Operands] = {}
        self.absent: dict[str, Span] = {}
        self.groups: dict[str, str] = {}
        self.uses: dict[str, Use] = {}
        self.copies: dict[str, int] = {}

    def place(self, piece: Piece) -> Outputs | None:
        """Place the piece of a whole graph, and return its outputs."""
        self._piece(piece, _Frame())
        self.diagnostics.origin = None
        self._report_cycles(piece)
        return None if piece.outputs is None else self._flat(piece.outputs)

    def place_model(self, ready: ReadyUse) -> Outputs | None:
        """Place the one block that a whole graph is, without a path before its names, and return its outputs."""
        bindings = {name: Reference(name, place) for name, place in ready.block.inputs.items()}
        self._piece(ready.piece, _Frame("", bindings, Origin(ready.use), ready.trainable))
        self.diagnostics.origin = None
        return None if ready.piece.outputs is None else self._flat(ready.piece.outputs)

    def place_draft(self, piece: Piece, block: BlockSpec) -> None:
        """Place a block of which it is not known what feeds it."""
        bindings: dict[str, Operand] = {name: self._unknown(f"?{name}", place) for name, place in block.inputs.items()}
        self._piece(piece, _Frame("", bindings, Origin(None)))
        self.diagnostics.origin = None

    def _report_cycles(self, piece: Piece) -> None:
        """Report nodes that let pass what feeds them, and feed each other: there is nothing that they stand for."""
        spans = {row.name: row.ready.span for row in piece.rows}
        for start, span in spans.items():
            trail = [start]
            while trail[-1] in self.aliases and self.aliases[trail[-1]] not in trail:
                trail.append(self.aliases[trail[-1]])
            if self.aliases.get(trail[-1]) != start:
                continue
            shown = " -> ".join([*reversed(trail), trail[-1]])
            message = f"these nodes feed each other in a cycle: {shown}"
            self.diagnostics.error("GS410", message, span)
            for path in trail:
                del self.aliases[path]
                self._unknown(path, span)

    def _flat(self, outputs: Outputs) -> Outputs:
        """Return outputs in which a name that stands for several is these."""
        if not self.bundles:
            return outputs
        names: list[str] = []
        references: list[Reference] = []
        form = outputs.form
        for name, reference in zip(outputs.names, outputs.references, strict=True):
            bundle = self.bundles.get(reference.path)
            found = [(name, reference)] if bundle is None else _leaves(reference.path, bundle)
            if bundle is not None and outputs.form == "mapping":
                self._report_several(reference, [path for path, _ in found])
                continue
            if bundle is not None and outputs.form == "one":
                form = "mapping" if isinstance(bundle.items, Mapping) else "list"
            names += [label.removeprefix(f"{name}.") if form == "mapping" else label for label, _ in found]
            references += [item._replace(span=reference.span) for _, item in found]
        return Outputs(form=form, names=tuple(names), references=tuple(references), span=outputs.span)

    def _report_several(self, reference: Reference, paths: Sequence[str]) -> None:
        self.diagnostics.error(
            "GS409", f'"{reference.path}" has {len(paths)} outputs, and one is needed here', reference.span,
            help=f"say which: {', '.join(paths[:_MOST_SHOWN])}",
        )  # fmt: skip

    def _piece(self, piece: Piece, frame: _Frame) -> None:
        for row in piece.rows:
            path = frame.prefix + row.name
            fed = _Fed(self._absolute(row.operand, path, frame), row.wired)
            result = self._node(row.ready, path, fed, frame)
            self._note(path, result)
        for name, span in piece.absent.items():
            self.absent[frame.prefix + name] = span

    def _note(self, path: str, result: Operand) -> None:
        """Note what a path stands for, where that is not the call of this path."""
        if isinstance(result, Operands):
            self.bundles[path] = result
        elif isinstance(result, Reference) and result.path != path:
            self.aliases[path] = result.path

    def _unknown(self, path: str, span: Span) -> Reference:
        """Return a reference of which nothing is known, so that nothing is said of what uses it."""
        self.calls.append(Call(path, path, span, None, None, wired=False))
        return Reference(path, span)

    def _absolute(self, operand: Operand, path: str, frame: _Frame) -> Operand:
        """Return an operand as the whole graph knows it."""
        if isinstance(operand, Reference):
            return self._reference(operand, path, frame)
        if not isinstance(operand, Operands):
            return None
        if isinstance(operand.items, Mapping):
            named = {key: self._absolute(item, path, frame) for key, item in operand.items.items()}
            return Operands(named, operand.span, operand.keys)
        return Operands(tuple(self._absolute(item, path, frame) for item in operand.items), operand.span)

    def _reference(self, reference: Reference, path: str, frame: _Frame) -> Operand:
        if frame.bindings:
            head, _, rest = reference.path.partition(".")
            if head in frame.bindings:
                bound = frame.bindings[head]
                return self._inside(bound, rest, reference, path, frame) if rest else bound
        full = frame.prefix + reference.path
        if full in self.bundles:
            return self.bundles[full]._replace(span=reference.span)
        return Reference(full, reference.span)

    def _inside(self, bound: Operand, rest: str, reference: Reference, path: str, frame: _Frame) -> Operand:
        """Return a part of what an input of a block is."""
        if isinstance(bound, Reference):
            # A number is an output of what feeds the block, which is the last of copies in a row.
            path = self.aliases.get(bound.path, bound.path) if bound.path in self.copies else bound.path
            return Reference(f"{path}.{rest}", reference.span)
        items = bound.items if isinstance(bound, Operands) else ()
        named = items if isinstance(items, Mapping) else {str(number): item for number, item in enumerate(items)}
        if rest in named:
            return named[rest]
        self.diagnostics.origin = frame.origin
        shown = ", ".join(f"{reference.path.partition('.')[0]}.{name}" for name in [*named][:_MOST_SHOWN])
        message = f'there is no "{reference.path}": this input is {len(named)} tensors'
        self.diagnostics.error("GS408", message, reference.span, help=f"they are {shown}")
        return self._unknown(f"{path}.?{rest}", reference.span)

    def _node(self, ready: Ready, path: str, fed: _Fed, frame: _Frame, before: str | None = None) -> Operand:
        if isinstance(ready, ReadyCall):
            return self._call(ready, path, fed, frame, before)
        if isinstance(ready, ReadyUse):
            return self._use(ready, path, fed, frame)
        if isinstance(ready, ReadyChain):
            return self._chain(ready, path, fed, frame)
        if isinstance(ready, ReadyCopies):
            return self._copies(ready, path, fed, frame)
        return self._unknown(path, ready.span)

    def _call(self, ready: ReadyCall, path: str, fed: _Fed, frame: _Frame, before: str | None) -> Operand:
        node = ready.node
        trainable = node.trainable
        if trainable is None and frame.trainable is not None and not has_no_weights(node):
            trainable = frame.trainable
        names = None
        if ready.names:
            names = {item.path: self._absolute(item, path, frame) for item in ready.names if item.path != BEFORE}
            if before is not None and any(item.path == BEFORE for item in ready.names):
                names[BEFORE] = fed.operand
        self.calls.append(
            Call(
                path, node.name or path, ready.span, node.what, *fed, node.literals, trainable, before or None,
                node.places, frame.origin, names,
            )
        )  # fmt: skip
        return Reference(path, ready.span)

    def _chain(self, ready: ReadyChain, path: str, fed: _Fed, frame: _Frame) -> Operand:
        if ready.trainable is not None:
            frame = frame._replace(trainable=ready.trainable)
        # The first has no member before it: what feeds it feeds the chain.
        before = ""
        for number, (segment, member) in enumerate(ready.members):
            inner = path + segment
            if number and isinstance(fed.operand, Reference):
                fed = _Fed(fed.operand._replace(span=member.span))
            fed = _Fed(self._node(member, inner, fed, frame, before))
            if segment:
                self._note(inner, fed.operand)
            before = inner
        return fed.operand

    def _copies(self, ready: ReadyCopies, path: str, fed: _Fed, frame: _Frame) -> Operand:
        results: list[Operand] = []
        self.groups[path] = "copies"
        self.copies[path] = len(ready.items)
        for number, item in enumerate(ready.items, 1):
            inner = f"{path}.{number}"
            result = self._node(item, inner, fed, frame._replace(origin=Origin(None, frame.origin)))
            self._note(inner, result)
            results.append(result)
            if not ready.is_each and number < len(ready.items):
                is_fed = self._feeds_next(item, ready.count, frame)
                fed = _Fed(_next(fed.operand, result, item)) if is_fed else _Fed(None, wired=False)
        if ready.is_each:
            return Operands(tuple(results), ready.span)
        last = ready.items[-1] if ready.items else None
        if isinstance(last, ReadyUse) and last.piece.outputs is not None:
            for name in last.piece.outputs.names:
                self.aliases[f"{path}.{name}"] = f"{path}.{len(ready.items)}.{name}"
        return results[-1] if results else fed.operand

    def _feeds_next(self, ready: Ready, place: Span, frame: _Frame) -> bool:
        """Say whether an output of a copy feeds the next one, and report it where none has the name of an input."""
        outputs = ready.piece.outputs if isinstance(ready, ReadyUse) else None
        if not isinstance(ready, ReadyUse) or outputs is None or outputs.form != "mapping" or len(outputs.names) == 1:
            return True
        inputs = ready.piece.inputs
        if not set(inputs).isdisjoint(outputs.names):
            return True
        self.diagnostics.origin = frame.origin
        meant = next(filter(None, (did_you_mean(name, inputs) for name in outputs.names)), "")
        message = (
            f'no output of block "{ready.block.name}" ({", ".join(outputs.names)}) has the name of an input'
            f" ({', '.join(inputs)}), so no copy feeds the next one{meant}"
        )
        help_ = "give each output the name of the input that it feeds, or write the outputs as a list, in their order"
        if len(inputs) == 1:
            help_ = f'give the output that feeds the next copy the name "{inputs[0]}"'
        self.diagnostics.error("GS315", message, place, help=help_, related=[_declared(ready.block)])
        return False

    def _use(self, ready: ReadyUse, path: str, fed: _Fed, frame: _Frame) -> Operand:
        bindings = self._bound(ready, path, fed, frame)
        trainable = frame.trainable if ready.trainable is None else ready.trainable
        inner = _Frame(f"{path}.", bindings, Origin(ready.use, frame.origin), trainable)
        self.groups[path] = ready.block.name
        self.uses[path] = Use(ready.block, ready.values, bindings)
        self._piece(ready.piece, inner)
        outputs = ready.piece.outputs
        if outputs is None:
            return self._unknown(path, ready.span)
        found = [self._reference(item, path, inner) for item in outputs.references]
        for name, result in zip(outputs.names, found, strict=True):
            self._note(f"{path}.{name}", result)
        if outputs.form == "one" or len(found) == 1:
            return found[0]
        if outputs.form == "list":
            return Operands(tuple(found), ready.span)
        return Operands(dict(zip(outputs.names, found, strict=True)), ready.span)

    def _bound(self, ready: ReadyUse, path: str, fed: _Fed, frame: _Frame) -> dict[str, Operand]:
        """Return what each input of a block is in one use of it."""
        names = ready.piece.inputs
        operand, wired = fed
        given: Mapping[str, Operand] = {}
        if isinstance(operand, Operands) and isinstance(operand.items, Mapping):
            given = operand.items
        elif isinstance(operand, Operands) and len(names) > 1 and len(operand.items) == len(names):
            given = dict(zip(names, _items(operand), strict=True))
            wired = self._has_order(ready, operand, frame) and wired
        elif operand is not None and len(names) == 1:
            given = {names[0]: operand}
        elif operand is not None and wired:
            wired = self._report_count(ready, operand, frame)
        if wired:
            self._check_inputs(ready, operand, given, frame)
        return {
            name: self._unknown(f"{path}.?{name}", ready.span) if given.get(name) is None else given[name]
            for name in names
        }

    def _has_order(self, ready: ReadyUse, operand: Operands, frame: _Frame) -> bool:
        if ready.block.is_ordered:
            return True
        self.diagnostics.origin = frame.origin
        names = ", ".join(f"{name}: ..." for name in ready.piece.inputs)
        message = f'the inputs of block "{ready.block.name}" are a mapping and have no order'
        self.diagnostics.error("GS315", message, operand.span, help=f"write from: {{{names}}}")
        return False

    def _report_count(self, ready: ReadyUse, operand: Operand, frame: _Frame) -> bool:
        self.diagnostics.origin = frame.origin
        names = ready.piece.inputs
        count = len(operand.items) if isinstance(operand, Operands) else 1
        given = f"{count} {'is' if count == 1 else 'are'} given"
        place = operand.span if isinstance(operand, Reference | Operands) else ready.span
        self.diagnostics.error(
            "GS315", f'block "{ready.block.name}" takes {len(names)} inputs ({", ".join(names)}), and {given}', place,
            related=[_declared(ready.block)],
        )  # fmt: skip
        return False

    def _check_inputs(self, ready: ReadyUse, operand: Operand, given: Mapping[str, Operand], frame: _Frame) -> None:
        names = ready.piece.inputs
        self.diagnostics.origin = frame.origin
        keys = operand.keys if isinstance(operand, Operands) else {}
        unknown = [name for name in given if name not in names]
        for name in unknown:
            if (id(ready.block), name) in self.told:
                continue
            place = keys.get(name, ready.span)
            hint = did_you_mean(name, [other for other in names if other not in given])
            message = f'block "{ready.block.name}" has no input "{name}"{hint}'
            self.diagnostics.error("GS315", message, place, related=[_declared(ready.block)])
        missing = [name for name in names if given.get(name) is None]
        if missing and not unknown:
            shown = " and ".join(f'"{name}"' for name in missing)
            noun = "input" if len(missing) == 1 else "inputs"
            self.diagnostics.error(
                "GS315", f'block "{ready.block.name}" lacks its {noun} {shown}',
                operand.span if isinstance(operand, Operands) else ready.span,
                help=None if isinstance(operand, Operands) else 'say with "from" what feeds it',
                related=[_declared(ready.block)],
            )  # fmt: skip


def _declared(block: BlockSpec) -> Related:
    return Related("its inputs are declared here", next(iter(block.inputs.values()), block.span))


def _items(operand: Operands) -> Iterable[Operand]:
    return operand.items.values() if isinstance(operand.items, Mapping) else operand.items


def _leaves(path: str, bundle: Operands) -> list[tuple[str, Reference]]:
    """Return every tensor that a name stands for, with a path to it."""
    items = bundle.items
    named = items.items() if isinstance(items, Mapping) else [(str(n), item) for n, item in enumerate(items, 1)]
    found: list[tuple[str, Reference]] = []
    for key, item in named:
        if isinstance(item, Operands):
            found += _leaves(f"{path}.{key}", item)
        elif isinstance(item, Reference):
            found.append((item.path if not isinstance(items, Mapping) else f"{path}.{key}", item))
    return found


def _next(before: Operand, result: Operand, ready: Ready) -> Operand:
    """Return what feeds the next copy in a row: what the one before returned, and beside it what fed that one."""
    names = ready.piece.inputs if isinstance(ready, ReadyUse) else ()
    is_mapping = isinstance(result, Operands) and isinstance(result.items, Mapping)
    if not names or result is None or (len(names) == 1 and not is_mapping):
        return result
    span = before.span if isinstance(before, Operands) else result.span
    fed = before.items if isinstance(before, Operands) else ()
    named = dict(fed) if isinstance(fed, Mapping) else dict(zip(names, fed, strict=False))
    if isinstance(result, Reference):
        named[names[0]] = result
    elif isinstance(result.items, Mapping):
        named |= {key: item for key, item in result.items.items() if key in names}
    else:
        named |= dict(zip(names, result.items, strict=False))
    return Operands(named, span, before.keys if isinstance(before, Operands) else {})
