"""One level of two models: which nodes came, went and changed, and what follows from it further down the graph."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from graphspec.diagnostics.span import Span
from graphspec.views.diff.arguments import defaults_of, details_between, is_neutral, translated
from graphspec.views.diff.changes import Change, Detail, Kind
from graphspec.views.diff.level import BEHAVIOUR, Level
from graphspec.views.diff.ports import compare_inputs, compare_outputs
from graphspec.views.diff.runs import runs, shared_name
from graphspec.views.diff.snapshot import LayerFact, NodeFact, Snapshot
from graphspec.views.diff.wiring import Wiring

# What gives the same whatever the order of its tensors.
COMMUTATIVE = frozenset({"Add", "Multiply", "Average", "Maximum", "Minimum", "add", "multiply", "maximum", "minimum"})


@dataclass(slots=True)
class Part(Level):
    """The comparison of one level, from the inputs on."""

    def compare(self, feeding: list[Change], *, is_whole: bool) -> None:
        """Find the changes; of a nested model ``feeding`` has made the types of inputs others."""
        compare_inputs(self, feeding, is_whole=is_whole)
        self._match_layers()
        self._came_and_went()
        wiring = Wiring(*self.sides, self.found, self.added, self.removed)
        for node in self.new.nodes:
            if node.name in self.found.back:
                self._node(self.sides[0].nodes[self.found.back[node.name]], node, wiring)
            else:
                change = self.added[node.name]
                self.taint[node.name] = self._feeding(node) if id(change) in self.passive else [change]
        self._renames()
        compare_outputs(self, is_whole=is_whole)

    def _match_layers(self) -> None:
        """Say which layer is which, by the nodes that call them, and tell where layers are shared otherwise."""
        old_of: dict[str, str] = {}
        for name, other in self.found.forward.items():
            before, now = self.sides[0].nodes.get(name), self.sides[1].nodes.get(other)
            if before is None or now is None or before.kind != "call" or now.kind != "call":
                continue
            if now.type not in old_of and before.type not in self.layers:
                old_of[now.type], self.layers[before.type] = before.type, now.type
                self._same(self.old.layers[before.type], self.new.layers[now.type])
            elif old_of.get(now.type) != before.type:
                self._unshared(before, now)

    def _same(self, old: LayerFact, new: LayerFact) -> None:
        if old.weights is None or new.weights is None or (old.kind, old.type) == (new.kind, new.type):
            self.record.same[self.prefix + new.key] = self.prefix + old.key

    def _unshared(self, old: NodeFact, new: NodeFact) -> None:
        before, now = self._callers(self.old, old), self._callers(self.new, new)
        detail = Detail("shares its layer with", before or None, now or None)
        self._own(new, self._change("unshared", new, [detail], old.span, new.span))

    def _change(
        self, kind: Kind, node: NodeFact, details: list[Detail], old_span: Span | None, new_span: Span | None
    ) -> Change:
        return Change(
            kind=kind, where=self.prefix + node.name, type=self._type(self.new, node), details=details,
            flags=set(BEHAVIOUR), old_span=old_span, new_span=new_span,
        )  # fmt: skip

    def _callers(self, model: Snapshot, node: NodeFact) -> list[str]:
        return [
            item.name for item in model.nodes
            if item.kind == "call" and item.type == node.type and item.name != node.name
        ]  # fmt: skip

    def _own(self, node: NodeFact, change: Change) -> None:
        self.own.setdefault(node.name, []).append(self.record.add(change))

    def _came_and_went(self) -> None:
        came = [node for node in self.new.nodes if node.name not in self.found.back]
        went = [node for node in self.old.nodes if node.name not in self.found.forward]
        for nodes in runs(came):
            change = self._run("added", nodes, self.new, set(self.layers.values()), 1)
            self.added.update((node.name, change) for node in nodes)
        for nodes in runs(went):
            change = self._run("removed", nodes, self.old, set(self.layers), -1)
            self.removed.update((node.name, change) for node in nodes)

    def _run(self, kind: str, nodes: list[NodeFact], model: Snapshot, known: set[str], sign: int) -> Change:
        keys = dict.fromkeys(node.type for node in nodes if node.kind == "call" and node.type not in known)
        known.update(keys)
        alone = len(nodes) == 1
        change = Change(
            kind="added" if kind == "added" else "removed",
            where=self.prefix + (nodes[0].name if alone else shared_name([node.name for node in nodes])),
            type=self._type(model, nodes[0]) if alone else "",
            members=[(self.prefix + node.name, self._type(model, node)) for node in nodes],
            flags=set(BEHAVIOUR),
        )
        if kind == "added":
            change.new_span = nodes[0].span
            for key in keys:
                self._blame(model.layers[key], [change], f"{self.prefix}{key}")
        else:
            change.old_span = nodes[0].span
        if _keep_types(nodes, model):
            self.passive.add(id(change))
        change.parameters = sign * sum(size_of(model.layers[key]) or 0 for key in keys)
        change.flops = sign * sum(node.flops for node in nodes if isinstance(node.flops, int))
        return self.record.add(change)

    def _blame(self, layer: LayerFact, changes: list[Change], path: str) -> None:
        """Say which changes have made the weights of a layer, and of all in it, what they are."""
        self.record.causes.setdefault(path, []).extend(changes)
        for key, inner in (layer.model.layers if layer.model is not None else {}).items():
            self._blame(inner, changes, f"{path}/{key}")

    def _type(self, model: Snapshot, node: NodeFact) -> str:
        if node.kind == "call":
            layer = model.layers[node.type]
            return f"call: {layer.key}" if layer.kind == "model" else layer.type
        return "index" if node.kind == "index" else f"ops.{node.type}"

    def _node(self, old: NodeFact, new: NodeFact, wiring: Wiring) -> None:
        verdict, explaining = wiring.judge(old.wires, new.wires)
        if verdict in {"rewired", "reordered"}:
            self._rewired(old, new, is_order=verdict == "reordered")
        feeding = self._feeding(new)
        if self._type(self.old, old) != self._type(self.new, new) and not self._is_same_model(old, new):
            self._replaced(old, new)
        elif new.kind == "call" and self._is_first(old, new):
            self._layer(old, new, feeding)
        self._form(old, new, verdict)
        self._consequences(old, new, explaining, feeding)

    def _feeding(self, node: NodeFact) -> list[Change]:
        """Return the changes that have made what a node takes another."""
        return _unique(change for name, _ in node.wires for change in self.taint.get(name, ()))

    def _is_same_model(self, old: NodeFact, new: NodeFact) -> bool:
        if old.kind != "call" or new.kind != "call":
            return False
        return self.old.layers[old.type].kind == self.new.layers[new.type].kind == "model"

    def _is_first(self, old: NodeFact, new: NodeFact) -> bool:
        """Say whether a call is the first pair of calls of its layers, which tells of the layer for all."""
        return self.layers.get(old.type) == new.type and self.prefix + new.type not in self.record.causes

    def _rewired(self, old: NodeFact, new: NodeFact, *, is_order: bool) -> None:
        kind = self._type(self.new, new)
        is_harmless = is_order and kind.removeprefix("ops.") in COMMUTATIVE
        detail = Detail("from", _shown_wires(old), _shown_wires(new))
        change = self._change("reordered" if is_order else "rewired", new, [detail], old.span, new.span)
        change.flags = {"cosmetic"} if is_harmless else change.flags
        self._own(new, change)

    def _replaced(self, old: NodeFact, new: NodeFact) -> None:
        detail = Detail("type", self._type(self.old, old), self._type(self.new, new))
        change = self._change("replaced", new, [detail], old.span, new.span)
        self._own(new, change)
        before = self.old.layers.get(old.type) if old.kind == "call" else None
        now = self.new.layers.get(new.type) if new.kind == "call" else None
        if now is not None:
            self._blame(now, [change], self.prefix + now.key)
        change.parameters += (size_of(now) or 0) - (size_of(before) or 0)

    def _layer(self, old: NodeFact, new: NodeFact, feeding: list[Change]) -> None:
        before, now = self.old.layers[old.type], self.new.layers[new.type]
        arguments = translated(before.arguments, self.layers)
        details = list(details_between(arguments, now.arguments, defaults_of(now.kind, now.type)))
        if before.trainable != now.trainable:
            details.append(Detail("trainable", before.trainable, now.trainable))
        if details:
            change = self._change("changed", new, details, before.span, now.span)
            if before.weights is None or now.weights is None:
                change.flags.add("weights")
            self._own(new, change)
        if before.model is not None and now.model is not None:
            self._inside(new, before.model, now.model, feeding)
        causes = self._causes(new, [], feeding)
        self.record.causes[self.prefix + now.key] = causes
        if causes and before.model is None:
            causes[0].parameters += (size_of(now) or 0) - (size_of(before) or 0)

    def _inside(self, node: NodeFact, old: Snapshot, new: Snapshot, feeding: list[Change]) -> None:
        """Compare two nested models; what is found is the cause of what follows from their call."""
        before = len(self.record.changes)
        if (old.dtype, old.seed) != (new.dtype, new.seed):
            one, other = ({"dtype": model.dtype, "seed": model.seed} for model in (old, new))
            details = list(details_between(one, other))
            self.record.add(self._change("changed", node, details, old.span, new.span))
        inner = Part(self.record, old, new, f"{self.prefix}{node.type}/")
        inner.compare(feeding, is_whole=False)
        self.own.setdefault(node.name, []).extend(self.record.changes[before:])

    def _form(self, old: NodeFact, new: NodeFact, verdict: str) -> None:
        """Tell where the call itself has other arguments."""
        one, other = _literals(old.form), _literals(new.form)
        details = list(details_between(one, other, defaults_of(new.kind, new.type)))
        if not details and verdict == "same" and old.form != new.form:
            details = [Detail("from", _shown_wires(old), _shown_wires(new))]
        if details and old.kind == new.kind:
            self._own(new, self._change("changed", new, details, old.span, new.span))

    def _causes(self, node: NodeFact, explaining: list[Change], feeding: list[Change]) -> list[Change]:
        """Return the changes that can have made shapes others at a node: its own, and those further up."""
        own = self.own.get(node.name, [])
        shaping = [change for change in own if _can_shape(change)]
        if shaping:
            return shaping
        around = _unique([*(change for change in explaining if id(change) not in self.passive), *feeding])
        return around or own or ([] if self.record.dtype is None else [self.record.dtype])

    def _consequences(self, old: NodeFact, new: NodeFact, explaining: list[Change], feeding: list[Change]) -> None:
        causes = self._causes(new, explaining, feeding)
        if isinstance(old.flops, int) and isinstance(new.flops, int) and causes:
            inner = self.prefix + new.type + "/"
            counted = sum(change.flops for change in self.own.get(new.name, ()) if change.where.startswith(inner))
            causes[0].flops += new.flops - old.flops - counted
        if old.outputs == new.outputs or old.outputs is None or new.outputs is None:
            return
        self.taint[new.name] = causes
        where = self.prefix + new.name
        detail = Detail(where, _shown_types(old.outputs), _shown_types(new.outputs))
        for change in causes:
            if change.where == where and change.kind in {"changed", "replaced"}:
                change.details.append(Detail("output", detail.old, detail.new))
            else:
                change.shapes.append(detail)

    def _renames(self) -> None:
        for old, new in self.found.forward.items():
            if old != new and old in self.sides[0].nodes:
                self.record.renames.append((self.prefix + old, self.prefix + new))
        nodes = {*self.sides[0].nodes, *self.sides[1].nodes}
        for old, new in self.layers.items():
            if old != new and not {old, new} & nodes:
                self.record.renames.append((self.prefix + old, self.prefix + new))


def _keep_types(nodes: list[NodeFact], model: Snapshot) -> bool:
    """Say whether what comes out of every node is of the type that goes in."""
    types = {item.name: (item.type,) for item in model.inputs} | {item.name: item.outputs for item in model.nodes}
    return all(node.wires and types.get(node.wires[0][0]) == node.outputs for node in nodes)


def size_of(layer: LayerFact | None) -> int | None:
    """Return the number of parameters of a layer, or None where it is not known."""
    if layer is None:
        return 0
    if layer.model is not None:
        return layer.model.parameters
    if layer.weights is None:
        return None
    return sum(prod(shape) for shapes in layer.weights.values() for _, shape in shapes)


def _can_shape(change: Change) -> bool:
    return change.kind != "changed" or not all(is_neutral(detail) for detail in change.details)


def _unique(changes: Iterable[Change]) -> list[Change]:
    return list({id(change): change for change in changes}.values())


def _literals(form: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments of a call in which no tensor is."""
    return {key: value for key, value in form.items() if not _holds_tensor(value)}


def _holds_tensor(value: object) -> bool:
    if isinstance(value, dict):
        return set(value) == {"tensor"} or any(_holds_tensor(item) for item in value.values())
    return isinstance(value, list) and any(_holds_tensor(item) for item in value)


def _shown_wires(node: NodeFact) -> list[str]:
    return [f"{name}.{port}" if port else name for name, port in node.wires]


def _shown_types(outputs: tuple[str, ...]) -> str:
    return ", ".join(outputs)
