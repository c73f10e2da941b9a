"""Tell what a rule says of tensors that do not fit: with their shapes, where they come from, and the node at fault."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.graph.ir import Node
from graphspec.shapes.types import Outputs, ShapeError, TensorType, show_shape

_MAX_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Operands:
    """The tensors of a call: where each comes from, by identity, and the types and places of all that may feed it."""

    sources: Mapping[int, str]
    types: Mapping[str, Outputs | None]
    spans: Mapping[str, Span]

    def shown(self, told: Collection[str]) -> Iterator[str]:
        """Yield the first few with their shapes, each source once, but for those that are told already."""
        others = [label for label in dict.fromkeys(self.sources.values()) if label not in told]
        for label in others[:_MAX_SHOWN]:
            yield f'{self._shape(label)} from "{label}"'

    def related(self, labels: list[str]) -> list[Related]:
        """Return the places that these come from."""
        nodes = dict.fromkeys(node for label in labels if (node := self._node(label)) is not None)
        return [Related(f'"{node}" is here', self.spans[node]) for node in nodes]

    def _node(self, label: str) -> str | None:
        return next((name for name in (label, label.rpartition(".")[0]) if name in self.spans), None)

    def _shape(self, label: str) -> str:
        node, _, output = label.rpartition(".")
        found = self.types[label] if label in self.types else self.types.get(node)
        if isinstance(found, tuple) and output.isdigit():
            found = found[int(output)]
        elif isinstance(found, Mapping):
            found = found.get(output)
        return show_shape(found.shape) if isinstance(found, TensorType) else "several tensors"


def report(node: Node, called: str | None, error: ShapeError, operands: Operands, diagnostics: Diagnostics) -> None:
    """Report a mistake at its node; a fact that names not even two tensors is followed by those that the call gets."""
    kind = called or ("[...]" if node.kind == "index" else f"ops.{node.target}")
    labels = [operands.sources[id(part)] for part in error.parts if id(part) in operands.sources]
    told = "".join(_told(part, operands.sources) for part in error.parts)
    if not any(isinstance(part, TensorType) for part in error.parts):
        gets = " and ".join(operands.shown(()))
        told += f"; it gets {gets}" if gets else ""
        labels = list(operands.sources.values())
    elif len(labels) == 1 and (others := " and ".join(operands.shown(labels))):
        told += f", beside {others}"
    diagnostics.error(
        "GS501", f'"{node.name}" ({kind}) {told}', node.span, help=error.help, related=operands.related(labels),
        node=node.name,
    )  # fmt: skip


def _told(part: str | TensorType, sources: Mapping[int, str]) -> str:
    if isinstance(part, str):
        return part
    label = sources.get(id(part))
    return show_shape(part.shape) if label is None else f'{show_shape(part.shape)} from "{label}"'
