"""What inference knows of each call, in the words of the editor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphspec.graph.typed import TypedGraph, is_trainable
from graphspec.shapes.dimension import Count, plus
from graphspec.shapes.types import Outputs, TensorType, Weight

MOST_SHAPES = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """A call or an input: its outputs, its weights, its FLOPs for one sample; None stands for what is not known."""

    type: str | None
    outputs: Outputs | None
    weights: tuple[Weight, ...] | None
    trainable: int | None
    flops: Count
    shared_with: str | None = None

    @property
    def parameters(self) -> int | None:
        """Return how many numbers the call brings along: none for a layer that an earlier call has built."""
        if self.shared_with is not None:
            return 0
        return None if self.weights is None else sum(weight.size for weight in self.weights)


def facts_of(typed: TypedGraph, aliases: Mapping[str, str]) -> dict[str, Fact]:
    """Return what is known of each input and call of a graph, and of each chain and block by what is in it.

    ``aliases`` has the call that the name of a block, or of a chain with named members, stands for.
    """
    found: dict[str, Fact] = {
        item.name: Fact(None, typed.types.get(item.name), (), 0, 0) for item in typed.graph.inputs
    }
    first: dict[str, str] = {}
    for node in typed.graph.nodes:
        outputs, flops = typed.types.get(node.name), typed.flops.get(node.name)
        if node.kind != "call":
            found[node.name] = Fact(f"ops.{node.target}" if node.kind == "op" else None, outputs, (), 0, flops)
            continue
        before = first.setdefault(node.target, node.name)
        weights = typed.weights.get(node.target)
        trainable = None if weights is None else sum(item.size for item in weights if is_trainable(typed, item))
        shared = before if before != node.name else None
        found[node.name] = Fact(typed.callables[node.target].type, outputs, weights, trainable, flops, shared)
    groups = typed.graph.groups
    members: dict[str, list[Fact]] = {name: [] for name in groups}
    for name, fact in found.items():
        for group in _around(name):
            if group in groups:
                members[group].append(fact)
    return found | {
        name: _together(kind, members[name], found.get(_end(name, aliases))) for name, kind in groups.items()
    }


def _around(name: str) -> Iterator[str]:
    """Yield the names of the groups that a call may be in: its own, since the last of a chain goes by the chain's."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _end(name: str, aliases: Mapping[str, str]) -> str:
    while name in aliases:
        name = aliases[name]
    return name


def _together(kind: str, members: list[Fact], last: Fact | None) -> Fact:
    """Return what is known of a chain or a block: what its last call puts out, and what all of them hold."""
    flops: Count = 0
    weights: tuple[Weight, ...] | None = ()
    trainable: int | None = 0
    for fact in members:
        flops = plus(flops, fact.flops)
        if fact.shared_with is not None:
            continue
        weights = None if weights is None or fact.weights is None else (*weights, *fact.weights)
        trainable = None if trainable is None or fact.trainable is None else trainable + fact.trainable
    return Fact(kind, None if last is None else last.outputs, weights, trainable, flops)


def shown_outputs(outputs: Outputs | None) -> str | None:
    """Return the shapes of outputs as people read them, or None where one is not known."""
    if outputs is None:
        return None
    if isinstance(outputs, TensorType):
        return str(outputs)
    items = outputs.items() if isinstance(outputs, Mapping) else ((None, item) for item in outputs)
    parts = []
    for name, item in items:
        shown = shown_outputs(item)
        if shown is None:
            return None
        parts.append(f"{name}: {shown}" if name else shown)
    return ", ".join(parts if len(parts) <= MOST_SHAPES else [*parts[:MOST_SHAPES], f"{len(parts) - MOST_SHAPES} more"])


def shown_dtypes(outputs: Outputs | None) -> str | None:
    """Return the dtypes of outputs, each once, or None where they are not known."""
    found = dict.fromkeys(_dtypes(outputs))
    return ", ".join(found) or None


def _dtypes(outputs: Outputs | None) -> list[str]:
    if outputs is None:
        return []
    if isinstance(outputs, TensorType):
        return [outputs.dtype]
    items = outputs.values() if isinstance(outputs, Mapping) else outputs
    return [dtype for item in items for dtype in _dtypes(item)]
