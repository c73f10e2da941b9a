"""One saved model -> a body: its inputs, nodes and outputs, by the names that its layers have in Keras."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from graphspec.catalog import catalog
from graphspec.catalog.catalog import CallArgument
from graphspec.frontend.whats import NAME
from graphspec.lift.calls import UnsayableError, Wiring, bind_layer, bind_op, wire
from graphspec.lift.chains import Chain, Member, find_chains, stem_of, written
from graphspec.lift.formulas import SIGNS, Text, formula
from graphspec.lift.masks import drop_masks
from graphspec.lift.objects import Objects
from graphspec.lift.problems import LiftError, Notes
from graphspec.lift.saved import Call, Model, Operation, Source, flatten, sources_of

_TRAINING = CallArgument("training", "literal", "null|bool", None, required=False, doc="")
_MASK = CallArgument("mask", "mask", "any", None, required=False, doc="")
_STRENGTH_OF_NAME = 6


class Entry(NamedTuple):
    """An entry of ``layers`` or ``models``: its key and, of a model, the names of its inputs and outputs."""

    key: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


class Shelf(Protocol):
    """Where the entries of the whole spec stand."""

    def layer(self, made: Operation, what: dict[str, Any]) -> Entry:
        """Return the entry of a layer that several nodes call."""

    def model(self, made: Operation) -> Entry | None:
        """Return the entry of a nested model, or None once it is refused."""


@dataclass(slots=True)
class Body:
    """One model on its way."""

    model: Model
    objects: Objects
    shelf: Shelf
    notes: Notes
    policy: str
    operations: dict[str, Operation] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    inlined: set[str] = field(default_factory=set)
    uses: Counter[tuple[str, int]] = field(default_factory=Counter)
    outputs: tuple[str, ...] = ()

    def lift(self) -> dict[str, Any]:
        """Return the body as plain data, without ``dtype``."""
        drop_masks(self.model)
        self.operations = {made.name: made for made in self.model.operations}
        self.count_uses()
        self.check_sources()
        self.find_inlined()
        self.choose_names()
        restored = self.restore_outputs()
        calls = self.members()
        chains = find_chains(calls, self.uses_by_name())
        self.rename(calls, chains)
        inputs = {self.names[made.name, 0]: self.input(made) for made in self.model.operations if made.is_input}
        nodes = self.nodes(calls, chains)
        return {"inputs": inputs, "nodes": nodes, "outputs": self.model_outputs(restored)}

    def calls(self) -> list[tuple[Operation, Call]]:
        """Return every call but those that stand inside an expression."""
        return [
            (made, call)
            for made in self.model.operations
            if not made.is_input and made.name not in self.inlined
            for call in made.calls
        ]

    def count_uses(self) -> None:
        """Count how often each call is used."""
        for made in self.model.operations:
            for call in made.calls:
                self.uses.update((source.operation, source.call) for source in sources_of(call))
        self.uses.update((source.operation, source.call) for source in flatten(self.model.outputs))

    def check_sources(self) -> None:
        """Refuse a tensor that nothing makes: the file was made by other means than Keras."""
        known = {(made.name, call.number) for made in self.model.operations for call in made.calls}
        known |= {(made.name, 0) for made in self.model.operations if made.is_input}
        for name, number in self.uses:
            if (name, number) not in known:
                raise LiftError([f'the model "{self.model.name}" uses call {number} of "{name}", and there is none'])

    def find_inlined(self) -> None:
        """Find the ops that an expression named after itself: ``code.exp`` in the expression ``code``."""
        users = {source: made for made in self.model.operations for call in made.calls for source in sources_of(call)}
        outputs = {source.operation for source in flatten(self.model.outputs)}
        for source, user in users.items():
            head, dot, _ = source.operation.rpartition(".")
            made = self.operations.get(source.operation)
            is_step = dot and made is not None and made.is_op and len(made.calls) == 1
            if not is_step or self.uses[source.operation, source.call] != 1 or source.operation in outputs:
                continue
            if user.is_op and (user.name == head or user.name.rpartition(".")[0] == head):
                self.inlined.add(source.operation)

    def choose_names(self) -> None:
        """Choose the name of each node: the layer's own, or a new one for each call of an entry."""
        taken = set(self.operations)
        for made in self.model.operations:
            if made.is_input:
                self.names[made.name, 0] = self.proper(made.name, taken)
        for made in self.model.operations:
            if made.is_model:
                entry = self.shelf.model(made)
            elif len(made.calls) > 1:
                what = self.what(made)
                entry = None if what is None else self.shelf.layer(made, what)
            else:
                self.names.update({(made.name, call.number): made.name for call in made.calls})
                continue
            self.entries[made.name] = entry or Entry(made.name)
            for call in made.calls:
                self.names[made.name, call.number] = unused(f"{made.name.replace('.', '_')}_{{}}", taken)

    def proper(self, name: str, taken: set[str]) -> str:
        """Return a name that a spec can hold, and tell where it is another."""
        if NAME.match(name):
            return name
        meant = re.sub(r"\W", "_", name, flags=re.ASCII) or "_"
        meant = f"_{meant}" if meant[0].isdigit() else meant
        other = meant if meant not in taken else unused(f"{meant}_{{}}", taken)
        taken.add(other)
        self.notes.warn(f'"{name}" is named "{other}", since a spec cannot hold its name')
        return other

    def restore_outputs(self) -> dict[str, str]:
        """Return the references behind the Identity layers that only named an output, by the names of these layers."""
        restored: dict[str, str] = {}
        outputs = {source.operation for source in flatten(self.model.outputs)}
        for made in self.model.operations:
            head, dot, rest = made.name.partition(".")
            if made.class_name != "Identity" or not dot or made.name not in outputs or len(made.calls) != 1:
                continue
            sources = sources_of(made.calls[0])
            if len(sources) != 1 or self.uses[made.name, made.calls[0].number] != 1:
                continue
            source = sources[0]
            key = source.operation, source.call
            if self.suffix(source) == f".{rest}" and (self.names[key] == head or source.operation in self.entries):
                self.names[key] = head
                restored[made.name] = made.name
                self.inlined.add(made.name)
        return restored

    def members(self) -> dict[str, Member]:
        """Return every call by its name, with the only call that feeds it."""
        found: dict[str, Member] = {}
        for made, call in self.calls():
            feeding = {self.names.get((item.operation, item.call)) for item in self.outer_sources(call)}
            is_bare = len(call.args) == 1 and isinstance(call.args[0], Source) and len(sources_of(call)) == 1
            before = next(iter(feeding)) if len(feeding) == 1 and (is_bare or made.is_op) else None
            name = self.names[made.name, call.number]
            found[name] = Member(name, before, made.name in self.entries)
        return found

    def outer_sources(self, call: Call) -> list[Source]:
        """Return the tensors that feed a call through the steps of its expression."""
        found: list[Source] = []
        for source in sources_of(call):
            if source.operation in self.inlined:
                found += self.outer_sources(self.operations[source.operation].calls[0])
            else:
                found.append(source)
        return found

    def uses_by_name(self) -> dict[str, int]:
        """Return how often each node is used."""
        return {name: self.uses[key] for key, name in self.names.items()}

    def rename(self, calls: dict[str, Member], chains: list[Chain]) -> None:
        """Give the calls that stand in no chain names without dots."""
        in_chains = {name for chain in chains for name in chain.members}
        taken = {*calls, *self.names.values()}
        for key, name in self.names.items():
            if name in calls and name not in in_chains and key[0] not in self.inlined:
                self.names[key] = self.proper(name, taken)
        for name in [name for name in calls if name not in in_chains]:
            calls.pop(name)

    def input(self, made: Operation) -> Any:  # noqa: ANN401 - a shape, or a mapping with one
        """Return an input as a spec has it."""
        config = made.config
        shape = config.get("batch_shape")
        if not isinstance(shape, list) or not shape or any(type(size) not in (int, type(None)) for size in shape):
            self.notes.refuse(f'the input "{made.name}" has no shape')
            return []
        given = {"batch_size": shape[0], "dtype": None if config.get("dtype") == "float32" else config.get("dtype")}
        given |= {key: config.get(key) or None for key in ("sparse", "ragged", "optional")}
        more = {key: value for key, value in given.items() if value is not None}
        return {"shape": shape[1:], **more} if more else shape[1:]

    def nodes(self, calls: Mapping[str, Member], chains: list[Chain]) -> dict[str, Any]:
        """Return the nodes, with the members of chains inside these."""
        made: dict[str, dict[str, Any]] = {}
        for operation, call in self.calls():
            node = self.node(operation, call)
            if node is not None:
                made[self.names[operation.name, call.number]] = node
        ends = {chain.members[-1]: chain for chain in chains if all(name in made for name in chain.members)}
        inside = {name for chain in ends.values() for name in chain.members}
        nodes: dict[str, Any] = {}
        for name, node in made.items():
            if name in ends:
                chain = ends[name]
                first = made[chain.members[0]]
                feed = {"from": first["from"]} if "from" in first else {}
                bare = {
                    member: {key: value for key, value in made[member].items() if key != "from"}
                    for member in chain.members
                }
                stems = {member: stem_of(bare[member]) for member in chain.members}
                nodes[chain.name] = {"chain": written(chain.name, chain.members, bare, stems.__getitem__, calls)} | feed
            elif name not in inside:
                nodes[name] = node
        return nodes

    def node(self, made: Operation, call: Call) -> dict[str, Any] | None:
        """Return one node, or None once it is refused."""
        try:
            if made.is_op:
                return self.op(made, call)
            what, arguments = self.called(made)
            if what is None:
                return None
            wiring = self.model_wiring(made, call) if made.is_model else wire(
                bind_layer(call, arguments), arguments, self.reference, by_place=False
            )  # fmt: skip
        except UnsayableError as problem:
            self.notes.refuse(f'"{made.name}" cannot be written: {problem}')
            return None
        is_frozen = made.config.get("trainable") is False
        freezes = is_frozen and self.model.trainable and (made.is_model or made.name not in self.entries)
        return what | _beside(wiring) | ({"trainable": False} if freezes else {})

    def called(self, made: Operation) -> tuple[dict[str, Any] | None, tuple[CallArgument, ...]]:
        """Return what a node says that it is, and what its call takes."""
        found = catalog.layer(made.class_name)
        arguments = () if found is None else found.call
        if made.name in self.entries:
            return {"call": self.entries[made.name].key}, arguments
        return self.what(made), arguments

    def what(self, made: Operation) -> dict[str, Any] | None:
        """Return a layer with its arguments, or None once it is refused."""
        found = self.objects.known_layer(made.class_name, made.module, made.registered_name, made.name)
        if found is None:
            return None
        return {made.class_name: self.objects.layer_arguments(found, made.config, made.name, made.build)}

    def model_wiring(self, made: Operation, call: Call) -> Wiring:
        """Return what feeds a call of a nested model."""
        inputs = self.entries[made.name].inputs
        given = bind_layer(
            call, (CallArgument("inputs", "tensors", "any", None, required=True, doc=""), _TRAINING, _MASK)
        )
        sources = flatten(given.pop("inputs", []))
        if len(sources) != len(inputs) or given.keys() - {"training"}:
            raise UnsayableError("a nested model takes a tensor for each of its inputs, and training")
        references = [self.reference(source) for source in sources]
        source = references[0] if len(inputs) == 1 else dict(zip(inputs, references, strict=True))
        return Wiring(source, given)

    def op(self, made: Operation, call: Call) -> dict[str, Any] | None:
        """Return a node of an op or an expression, or None once it is refused."""
        operation = catalog.operation(made.class_name)
        op = None if operation is None else catalog.op(operation.op)
        if operation is None or op is None or op.refused is not None:
            self.notes.refuse(f'"{made.name}" is the operation {made.class_name} of "{made.module}", which no op is')
            return None
        if op.name in SIGNS or any(source.operation in self.inlined for source in sources_of(call)):
            text = self.formula(made)
            if text is not None:
                return {"expr": text.text}
        wiring = wire(bind_op(call, made.config, operation, op), op.arguments, self.reference, by_place=True)
        what: dict[str, Any] = {f"ops.{op.name}": wiring.literals}
        return what | _beside(Wiring(wiring.source))

    def formula(self, made: Operation) -> Text | None:
        """Return an op as an expression, or None where it cannot be one."""
        operation = catalog.operation(made.class_name)
        op = None if operation is None else catalog.op(operation.op)
        if operation is None or op is None or op.refused is not None:
            return None
        return formula(op, bind_op(made.calls[0], made.config, operation, op), self.operand)

    def operand(self, source: Source) -> Text | None:
        """Return an operand of an expression, which may be an expression itself."""
        if source.operation in self.inlined:
            return self.formula(self.operations[source.operation])
        return Text(self.reference(source), _STRENGTH_OF_NAME)

    def reference(self, source: Source) -> str:
        """Return how a spec refers to a tensor."""
        if source.operation in self.inlined:
            raise UnsayableError("a step of an expression cannot stand alone")
        return self.names[source.operation, source.call] + self.suffix(source)

    def suffix(self, source: Source) -> str:
        """Return what follows a node's name in a reference to one of its outputs."""
        made = self.operations[source.operation]
        if made.is_model:
            names = self.entries[made.name].outputs if made.name in self.entries else ()
            return f".{names[source.place]}" if len(names) > max(1, source.place) else ""
        known = _outputs(made, next((call for call in made.calls if call.number == source.call), None))
        if known is not None and source.place == 0:
            return ""
        return f".{known[source.place]}" if known and source.place < len(known) else f".{source.place}"

    def model_outputs(self, restored: Mapping[str, str]) -> Any:  # noqa: ANN401 - a reference, a list or a mapping
        """Return the outputs of the model, and keep their names in Keras' order."""
        outputs = self.model.outputs
        found: Any = None
        if isinstance(outputs, Source):
            found = restored.get(outputs.operation) or self.reference(outputs)
            self.outputs = (found,)
        elif isinstance(outputs, list) and all(isinstance(item, Source) for item in outputs):
            found = [restored.get(item.operation) or self.reference(item) for item in outputs]
            self.outputs = tuple(found)
        elif isinstance(outputs, dict) and all(isinstance(item, Source) for item in outputs.values()):
            taken = set(outputs)
            found = {self.proper(key, taken): self.reference(item) for key, item in outputs.items()}
            self.outputs = tuple(name for _, name in sorted(zip(outputs, found, strict=True)))
        else:
            self.notes.refuse(f'the outputs of "{self.model.name}" are nested: a spec has one, a list or a mapping')
        return found


def _beside(wiring: Wiring) -> dict[str, Any]:
    source = {} if wiring.source is None else {"from": wiring.source}
    return source | ({"with": wiring.literals} if wiring.literals else {})


def _outputs(made: Operation, call: Call | None) -> tuple[str, ...] | None:
    """Return the names of what a call returns; none are known where it is a list."""
    if made.is_input:
        return ("output",)
    if made.is_op:
        operation = catalog.operation(made.class_name)
        op = None if operation is None else catalog.op(operation.op)
        if op is None or op.outputs_count is not None:
            return None
        return tuple(output.name for output in op.outputs)
    found = catalog.layer(made.class_name)
    if found is None or found.outputs_of is not None:
        return ()
    given = made.config | ({} if call is None else call.kwargs)
    return tuple(output.name for output in found.outputs if output.when is None or given.get(output.when) is True)


def unused(pattern: str, taken: set[str]) -> str:
    """Return the first of the numbered names that is not taken, and take it.

    >>> unused("tower_{}", {"tower_1"})
    'tower_2'
    """
    number = 1
    while pattern.format(number) in taken:
        number += 1
    taken.add(pattern.format(number))
    return pattern.format(number)
