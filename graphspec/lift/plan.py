"""The calls of a saved model -> the nodes of a body: which of them stand in others, their names, and chains."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from graphspec.catalog import catalog
from graphspec.frontend.expressions import MAX_DEPTH
from graphspec.frontend.taken import Taken
from graphspec.frontend.whats import NAME
from graphspec.lift.calls import UnsayableError, literal
from graphspec.lift.chains import Chain, Member, find_chains
from graphspec.lift.formulas import is_sayable
from graphspec.lift.names import can_stand_beside, proper_name
from graphspec.lift.objects import Objects
from graphspec.lift.problems import LiftError, Notes
from graphspec.lift.saved import Call, Constant, Model, Operation, Source, flatten, sources_of

# Each step may take two levels of an expression: a sign, and parentheses.
_MOST_STEPS = MAX_DEPTH // 2


class Entry(NamedTuple):
    """An entry of ``layers`` or ``models``: its key and, of a model, the names of its inputs and outputs."""

    key: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


class Shelf(Protocol):
    """Where the entries of the whole spec stand, and the names that these may not have."""

    taken: Taken

    def layer(self, made: Operation, objects: Objects) -> Entry | None:
        """Return the entry of a layer that is called more than once, or None once it is refused."""

    def model(self, made: Operation) -> Entry | None:
        """Return the entry of a nested model, or None once it is refused."""


@dataclass(slots=True)
class Plan:
    """The nodes of one model, before they are written."""

    model: Model
    objects: Objects
    shelf: Shelf
    notes: Notes
    operations: dict[str, Operation] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    inlined: set[str] = field(default_factory=set)
    restored: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    uses: Counter[tuple[str, int]] = field(default_factory=Counter)
    many: set[tuple[str, int]] = field(default_factory=set)
    members: dict[str, Member] = field(default_factory=dict)
    chains: list[Chain] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    taken: Taken | None = None

    def make(self) -> None:
        """Decide all of it."""
        self.operations = {made.name: made for made in self.model.operations}
        self.count_uses()
        self.check_sources()
        self.find_inlined()
        self.choose_names()
        self.restore_outputs()
        self.members = self.find_members()
        self.chains = find_chains(self.members, {name: self.uses[key] for key, name in self.names.items()})
        self.rename()

    def calls(self) -> list[tuple[Operation, Call]]:
        """Return every call but those that stand inside an expression."""
        return [
            (made, call)
            for made in self.model.operations
            if not made.is_input and made.name not in self.inlined
            for call in made.calls
        ]

    def count_uses(self) -> None:
        """Count how often each call is used, and note which of them return several tensors that are."""
        found = flatten(self.model.outputs)
        for made in self.model.operations:
            for call in made.calls:
                found += sources_of(call)
        self.uses.update((source.operation, source.call) for source in found)
        self.many = {(source.operation, source.call) for source in found if source.place}

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
        sizes: Counter[str] = Counter()
        for source, user in users.items():
            head, dot, _ = source.operation.rpartition(".")
            made = self.operations.get(source.operation)
            if made is None or not dot or not made.is_op or len(made.calls) != 1:
                continue
            is_named_after = user.is_op and (user.name == head or user.name.rpartition(".")[0] == head)
            if not is_named_after or self.uses[source.operation, source.call] != 1 or source.operation in outputs:
                continue
            size = sizes[made.name] + 1
            if sizes[user.name] + size < _MOST_STEPS and is_sayable(made) and is_sayable(user):
                self.inlined.add(made.name)
                sizes[user.name] += size

    def choose_names(self) -> None:
        """Choose the name of each node: the layer's own, or a new one for each call of an entry."""
        listed = self.listed_calls()
        self.shelf.taken.update(name for name, _ in listed)
        self.make_entries()
        taken = Taken(self.operations)
        for made in self.model.operations:
            if made.is_input:
                self.names[made.name, 0] = self.proper(made.name, taken)
        for made in self.model.operations:
            is_entry = made.name in self.entries
            is_free = not is_entry or self.entries[made.name].key != made.name
            for call in made.calls:
                key = made.name, call.number
                is_own = is_free and (not is_entry or key in listed)
                self.names[key] = made.name if is_own else self.unused(proper_name(made.name), taken)

    def listed_calls(self) -> set[tuple[str, int]]:
        """Return the calls of entries whose output, one of a list, Keras knows by the name of the entry.

        The node has that name, and the entry another key: a build names an output that has another by an Identity.
        """
        outputs = self.model.outputs if isinstance(self.model.outputs, list) else []
        sources = flatten(outputs) if len(outputs) > 1 else []
        counts = Counter(source.operation for source in sources)
        return {
            (source.operation, source.call)
            for source in sources
            if counts[source.operation] == 1 and source.place == 0
            for made in (self.operations[source.operation],)
            if made.is_entry and not made.has_many_outputs
        }

    def make_entries(self) -> None:
        """Make the entries of the spec that this model calls."""
        for made in [item for item in self.model.operations if item.is_entry]:
            entry = self.shelf.model(made) if made.is_model else self.shelf.layer(made, self.objects)
            if entry is None:
                self.refused.add(made.name)
            self.entries[made.name] = entry or Entry(made.name)

    def proper(self, name: str, taken: Taken) -> str:
        """Return a name that a spec can hold, and tell where it is another."""
        if NAME.match(name):
            return name
        other = self.key_of(name, taken)
        self.notes.warn(f'"{name}" is named "{other}", since a spec cannot hold its name')
        return other

    def key_of(self, name: str, taken: Taken) -> str:
        """Return a name that a spec can hold, and that nothing else in it has."""
        meant = proper_name(name)
        other = meant if meant not in taken and meant not in self.shelf.taken else self.unused(meant, taken)
        taken.add(other)
        return other

    def unused(self, stem: str, taken: Taken) -> str:
        """Return a numbered name that neither this model nor an entry has."""
        name = taken.unused(stem)
        while name in self.shelf.taken:
            name = taken.unused(stem)
        return name

    def restore_outputs(self) -> None:
        """Find the Identity layers that only named an output: the spec has the reference that they are named after."""
        outputs = {source.operation for source in flatten(self.model.outputs)}
        is_list, listed = isinstance(self.model.outputs, list) and len(outputs) > 1, self.listed_calls()
        for made in self.model.operations:
            if made.class_name != "Identity" or made.name not in outputs or len(made.calls) != 1:
                continue
            sources = sources_of(made.calls[0])
            if len(sources) != 1 or self.uses[made.name, made.calls[0].number] != 1:
                continue
            source = sources[0]
            key = source.operation, source.call
            suffix = self.suffix(source)
            head = made.name.removesuffix(suffix)
            is_own = self.names[key] == head or (source.operation in self.entries and NAME.match(head) is not None)
            is_path = suffix != "" and head != made.name
            if is_own and (is_path or (suffix == "" and is_list and key not in listed)):
                self.names[key] = head
                self.restored.add(made.name)
                self.inlined.add(made.name)

    def find_members(self) -> dict[str, Member]:
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

    def rename(self) -> None:
        """Give the calls that stand in no chain names without dots."""
        in_chains = {name for chain in self.chains for name in chain.members}
        taken = Taken({*self.members, *self.names.values()})
        for key, name in self.names.items():
            if name not in self.members or name in in_chains or key[0] in self.inlined or NAME.match(name):
                continue
            self.names[key] = self.key_of(name, taken) if can_stand_beside(name) else self.proper(name, taken)
        self.members = {name: member for name, member in self.members.items() if name in in_chains}

    def reference(self, source: Source | Constant) -> str:
        """Return how a spec refers to a tensor, or to an array among tensors, which becomes a node."""
        if isinstance(source, Constant):
            if self.taken is None:
                self.taken = Taken({*self.operations, *self.names.values(), *self.shelf.taken})
            name = self.taken.unused("constant")
            self.constants[name] = literal(source, name)
            return name
        if source.operation in self.restored:
            return self.reference(sources_of(self.operations[source.operation].calls[0])[0])
        if source.operation in self.inlined:
            raise UnsayableError("a step of an expression cannot stand alone")
        return self.names[source.operation, source.call] + self.suffix(source)

    def tell_part(self, made: Operation, source: Source, stacked: list[int]) -> None:
        """Refuse one state of a cell with two: a spec refers to both."""
        if stacked.count(stacked[min(source.place, len(stacked) - 1)]) > 1:
            self.notes.refuse(f'"{made.name}" is used by one of the two states of a cell, and a spec has only both')

    def suffix(self, source: Source) -> str:
        """Return what follows a node's name in a reference to one of its outputs."""
        made = self.operations[source.operation]
        if made.is_model:
            names = self.entries[made.name].outputs if made.name in self.entries else ()
            return f".{names[source.place]}" if len(names) > max(1, source.place) else ""
        stacked = _stacked_states(made)
        if stacked is not None:
            self.tell_part(made, source, stacked)
            return f".{stacked[source.place]}" if source.place < len(stacked) else f".{source.place}"
        known = _outputs(made, made.calls[source.call] if source.call < len(made.calls) else None)
        if known is None or (not made.is_keras and (source.operation, source.call) in self.many):
            return f".{source.place}"
        if source.place == 0:
            return ""
        return f".{known[source.place]}" if source.place < len(known) else f".{source.place}"


def _stacked_states(made: Operation) -> list[int] | None:
    """Return the place of each output of an RNN of several cells, which has a state, or a list of them, for each."""
    cell = made.config.get("cell") if made.is_keras and made.class_name == "RNN" else None
    if (
        not isinstance(cell, Mapping)
        or cell.get("class_name") != "StackedRNNCells"
        or not made.config.get("return_state")
    ):
        return None
    cells = [item.get("class_name") for item in cell["config"]["cells"]]
    return [0, *(place for place, name in enumerate(cells, 1) for _ in range(2 if name == "LSTMCell" else 1))]


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
