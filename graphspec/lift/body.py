"""One saved model -> a body: its inputs, nodes and outputs, by the names that its layers have in Keras."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from graphspec.catalog import catalog
from graphspec.catalog.catalog import CallArgument
from graphspec.frontend.taken import Taken
from graphspec.lift.calls import UnsayableError, Wiring, bind_free, bind_layer, wire, wire_freely
from graphspec.lift.chains import Chain, stem_of, written
from graphspec.lift.formulas import SIGNS, Text, bound, formula, op_of
from graphspec.lift.masks import drop_masks
from graphspec.lift.names import name_beside
from graphspec.lift.objects import Objects
from graphspec.lift.plan import Plan
from graphspec.lift.problems import Notes
from graphspec.lift.saved import Call, Model, Operation, Source, flatten, sources_of

_TRAINING = CallArgument("training", "literal", "null|bool", None, required=False, doc="")
_MASK = CallArgument("mask", "mask", "any", None, required=False, doc="")
_OF_MODEL = (CallArgument("inputs", "tensors", "any", None, required=True, doc=""), _TRAINING, _MASK)
_STRENGTH_OF_NAME = 6


@dataclass(slots=True)
class Body:
    """One model on its way."""

    plan: Plan
    objects: Objects
    notes: Notes
    is_whole: bool
    outputs: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    model: Model = field(init=False)

    def __post_init__(self) -> None:
        """Take the model out of the plan."""
        self.model = self.plan.model

    def lift(self) -> dict[str, Any]:
        """Return the body as plain data, without ``dtype``."""
        drop_masks(self.model)
        self.plan.make()
        inputs = {self.plan.names[made.name, 0]: self.input(made) for made in self.model.operations if made.is_input}
        nodes = self.nodes()
        return {"inputs": inputs, "nodes": nodes, "outputs": self.model_outputs()}

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

    def nodes(self) -> dict[str, Any]:
        """Return the nodes, with the members of chains inside these."""
        made: dict[str, dict[str, Any]] = {}
        for operation, call in self.plan.calls():
            node = self.node(operation, call)
            if node is not None:
                made[self.plan.names[operation.name, call.number]] = node
        ends = {chain.members[-1]: chain for chain in self.plan.chains if all(name in made for name in chain.members)}
        inside = {name for chain in ends.values() for name in chain.members}
        nodes: dict[str, Any] = {
            name: {"ops.convert_to_tensor": {"x": value}} for name, value in self.plan.constants.items()
        }
        for name, node in made.items():
            if name in ends:
                nodes[ends[name].name] = self.chain(ends[name], made)
            elif name not in inside:
                nodes[name] = node
        return nodes

    def chain(self, chain: Chain, made: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Return the node of a chain, with what feeds its first member."""
        first = made[chain.members[0]]
        feed = {"from": first["from"]} if "from" in first else {}
        bare = {name: {key: value for key, value in made[name].items() if key != "from"} for name in chain.members}
        stems = {name: stem_of(bare[name]) for name in chain.members}
        return {"chain": written(chain.name, chain.members, bare, stems.__getitem__, self.plan.members)} | feed

    def node(self, made: Operation, call: Call) -> dict[str, Any] | None:
        """Return one node, or None once it is refused."""
        if made.name in self.plan.refused:
            return None
        try:
            if made.is_op:
                found = self.op(made, call)
                return None if found is None else found | self.name_beside(made, call)
            what = self.what(made)
            if what is None:
                return None
            wiring = self.wiring(made, call)
        except UnsayableError as problem:
            self.notes.refuse(f'"{made.name}" cannot be written: {problem}')
            return None
        is_frozen = made.config.get("trainable") is False
        # A nested model that is frozen says so itself, where it is called; the whole model cannot.
        freezes = is_frozen if self.model.trainable else self.is_whole
        is_layer = made.is_model or made.name not in self.plan.entries
        frozen = {"trainable": False} if freezes and is_layer else {}
        return what | _beside(wiring) | frozen | self.name_beside(made, call)

    def name_beside(self, made: Operation, call: Call) -> dict[str, str]:
        """Return the name in Keras of a node whose key is another."""
        if made.name in self.plan.entries:
            return {}
        return name_beside(self.plan.names[made.name, call.number], made.name)

    def what(self, made: Operation) -> dict[str, Any] | None:
        """Return what a node says that it is, or None once it is refused."""
        if made.name in self.plan.entries:
            return {"call": self.plan.entries[made.name].key}
        return self.objects.what(made, made.name)

    def wiring(self, made: Operation, call: Call) -> Wiring:
        """Return what feeds a call of a layer or a nested model."""
        if made.is_model:
            return self.model_wiring(made, call)
        found = catalog.layer(made.class_name) if made.is_keras else None
        if found is None:
            return wire_freely(bind_free(call), self.plan.reference)
        return wire(bind_layer(call, found.call), found.call, self.plan.reference, by_place=False)

    def model_wiring(self, made: Operation, call: Call) -> Wiring:
        """Return what feeds a call of a nested model."""
        inputs = self.plan.entries[made.name].inputs
        given = bind_layer(call, _OF_MODEL)
        if not flatten(given.get("mask")):
            given.pop("mask", None)
        sources = flatten(given.pop("inputs", []))
        if len(sources) != len(inputs) or given.keys() - {"training"}:
            raise UnsayableError("a nested model takes a tensor for each of its inputs, and training")
        references = [self.plan.reference(source) for source in sources]
        source = references[0] if len(inputs) == 1 else dict(zip(inputs, references, strict=True))
        return Wiring(source, given)

    def op(self, made: Operation, call: Call) -> dict[str, Any] | None:
        """Return a node of an op or an expression, or None once it is refused."""
        op = op_of(made)
        if op is None:
            self.notes.refuse(f'"{made.name}" is the operation {made.class_name} of "{made.module}", which no op is')
            return None
        if op.name in SIGNS or any(source.operation in self.plan.inlined for source in sources_of(call)):
            text = self.formula(made)
            if text is not None:
                return {"expr": text.text}
        wiring = wire(bound(made, op), op.arguments, self.plan.reference, by_place=True)
        return {f"ops.{op.name}": wiring.literals} | _beside(Wiring(wiring.source))

    def formula(self, made: Operation) -> Text | None:
        """Return an op as an expression, or None where it cannot be one."""
        op = op_of(made)
        return None if op is None else formula(op, bound(made, op), self.operand)

    def operand(self, source: Source) -> Text | None:
        """Return an operand of an expression, which may be an expression itself."""
        if source.operation in self.plan.inlined:
            return self.formula(self.plan.operations[source.operation])
        return Text(self.plan.reference(source), _STRENGTH_OF_NAME)

    def model_outputs(self) -> Any:  # noqa: ANN401 - a reference, a list or a mapping
        """Return the outputs of the model; keep their names in Keras' order, and by what Keras calls them."""
        outputs = self.model.outputs
        found: Any = None
        if isinstance(outputs, Source):
            found = self.plan.reference(outputs)
            self.outputs = (found,)
            self.named = {outputs.operation: found}
        elif isinstance(outputs, list) and all(isinstance(item, Source) for item in outputs):
            found = [self.plan.reference(item) for item in outputs]
            self.outputs = tuple(found)
            self.named = {item.operation: name for item, name in zip(outputs, found, strict=True)}
            self.tell_names(outputs, found)
        elif isinstance(outputs, dict) and all(isinstance(item, Source) for item in outputs.values()):
            taken = Taken(outputs)
            found = {self.plan.proper(key, taken): self.plan.reference(item) for key, item in outputs.items()}
            self.named = dict(zip(outputs, found, strict=True))
            self.outputs = tuple(name for _, name in sorted(self.named.items()))
        else:
            self.notes.warn(
                f'the outputs of "{self.model.name}" are nested: here they are one list, in the order of Keras'
            )
            self.model.outputs = flatten(outputs)
            return self.model_outputs()
        return found

    def tell_names(self, outputs: list[Source], found: list[str]) -> None:
        """Warn of outputs in a list that a build names otherwise: Keras names them after the layer or model."""
        counts = Counter(source.operation for source in outputs)
        for source, name in zip(outputs, found, strict=True):
            made = source.operation
            is_other = name != made if made in self.plan.entries else self.plan.suffix(source) != ""
            if len(outputs) > 1 and counts[made] == 1 and is_other:
                self.notes.warn(f'the output "{made}" is named "{name}"')


def _beside(wiring: Wiring) -> dict[str, Any]:
    source = {} if wiring.source is None else {"from": wiring.source}
    return source | ({"with": wiring.literals} if wiring.literals else {})
