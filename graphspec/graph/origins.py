"""Where sizes come from: tensors that do not fit each other may meet at several calls, and that is one mistake."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphspec.graph.ir import Graph, Node, operands_of
from graphspec.shapes.types import Outputs, ShapeError, TensorType, Weight


@dataclass(slots=True)
class Origins:
    """A graph with what is known of it so far; each tensor is followed once."""

    graph: Graph
    types: Mapping[str, Outputs | None]
    weights: Mapping[str, tuple[Weight, ...] | None]
    nodes: dict[str, Node] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)

    def of(self, label: str) -> str:
        """Return the tensor that first had the shape of this one, going back over calls that only change values."""
        if not self.nodes:
            self.nodes.update((node.name, node) for node in self.graph.nodes)
        trail: list[str] = []
        while label not in self.found and (before := self._before(label)) is not None:
            trail.append(label)
            label = before
        origin = self.found.get(label, label)
        self.found.update(dict.fromkeys(trail, origin))
        return origin

    def _before(self, label: str) -> str | None:
        node, own = self.nodes.get(label), self.types.get(label)
        if node is None or not isinstance(own, TensorType) or (node.kind == "call" and self._weighs(node)):
            return None
        same = {
            tensor.node if tensor.output is None else f"{tensor.node}.{tensor.output}"
            for tensor in operands_of(node) if self._shape(tensor.node, tensor.output) == own.shape
        }  # fmt: skip
        return same.pop() if len(same) == 1 else None

    def _weighs(self, node: Node) -> bool:
        made = self.graph.callables.get(node.target)
        return made is None or made.kind != "layer" or bool(self.weights.get(made.key, True))

    def _shape(self, name: str, output: str | int | None) -> object:
        found = self.types.get(name)
        if isinstance(found, Mapping) and isinstance(output, str):
            found = found.get(output)
        elif isinstance(found, tuple) and isinstance(output, int):
            found = found[output]
        return found.shape if isinstance(found, TensorType) else None


def meeting(error: ShapeError, sources: Mapping[int, str], origins: Origins) -> frozenset[object] | None:
    """Return what stands for the tensors of a mistake that do not fit each other, None where it is of one alone."""
    met = [part for part in error.parts if isinstance(part, TensorType) and id(part) in sources]
    if len({part.shape for part in met}) < 2:  # noqa: PLR2004 - two that differ
        return None
    return frozenset((origins.of(sources[id(part)]), part.shape) for part in met)
