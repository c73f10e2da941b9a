"""A number for a graph: the same for every way of writing it, on every machine."""

import hashlib
import json
from dataclasses import dataclass, field

from graphspec.views.diff.canonical import Json
from graphspec.views.diff.snapshot import NodeFact, Snapshot


def fingerprint(model: Snapshot) -> str:
    """Return the fingerprint of a model: names of nodes, layers and the model have no part in it.

    With a seed they have, since a layer gets its random numbers by name.
    """
    text = json.dumps(_Numbering(model).record(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(slots=True)
class _Numbering:
    """A walk from the outputs to the inputs, which numbers nodes and layers as it meets them."""

    model: Snapshot
    nodes: dict[str, NodeFact] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)

    def record(self) -> Json:
        self.nodes = {node.name: node for node in self.model.nodes}
        outputs = list(self.model.outputs.items())
        if self.model.form == "mapping":
            outputs.sort()
        for _, (name, _) in outputs:
            self.visit(name)
        calls = [self.call(self.nodes[name]) for name in self.numbers if name in self.nodes]
        inputs = sorted(
            (item.name, self.numbers.get(item.name), item.type, dict(item.more)) for item in self.model.inputs
        )
        return {
            "inputs": inputs,
            "calls": calls,
            "layers": [self.layer(key) for key in self.layers],
            "outputs": [self.model.form, [(name, self.numbers[node], port) for name, (node, port) in outputs]],
            "order": [self.layers[key] for key in self.model.order if key in self.layers],
            "dtype": self.model.dtype,
            "compile": self.model.compile,
            "seed": self.model.seed,
            "names": None if self.model.seed is None else [*self.numbers, *self.layers],
        }

    def visit(self, start: str) -> None:
        stack = [(start, iter(self.sources(start)))]
        while stack:
            name, sources = stack[-1]
            following = next((source for source in sources if source not in self.numbers), None)
            if following is not None:
                stack.append((following, iter(self.sources(following))))
                continue
            stack.pop()
            if name not in self.numbers:
                self.numbers[name] = len(self.numbers)
                node = self.nodes.get(name)
                if node is not None and node.kind == "call":
                    self.layers.setdefault(node.type, len(self.layers))

    def sources(self, name: str) -> list[str]:
        node = self.nodes.get(name)
        return [] if node is None else [source for source, _ in node.wires]

    def call(self, node: NodeFact) -> Json:
        what = self.layers[node.type] if node.kind == "call" else node.type
        return [node.kind, what, node.form, [(self.numbers[source], port) for source, port in node.wires]]

    def layer(self, key: str) -> Json:
        layer = self.model.layers[key]
        inner = None if layer.model is None else fingerprint(layer.model)
        return [layer.kind, layer.type, self.renamed(layer.arguments), layer.trainable, inner]

    def renamed(self, value: Json) -> Json:
        """Return arguments in which references to layers are their numbers."""
        if isinstance(value, dict):
            if set(value) == {"ref"}:
                return {"ref": self.layers.get(value["ref"], value["ref"])}
            return {key: self.renamed(item) for key, item in value.items()}
        return [self.renamed(item) for item in value] if isinstance(value, list | tuple) else value
