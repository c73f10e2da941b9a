"""What inference finds: a graph with the type of every tensor, and what can be asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphspec.graph.ir import Callable, Graph, Input, Tensor
from graphspec.graph.lint import reached
from graphspec.shapes.dimension import Count, Dimension, plus
from graphspec.shapes.dimension import named as named_size
from graphspec.shapes.dtypes import FLOATX
from graphspec.shapes.types import Outputs, TensorType, Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedGraph:
    """A graph and what is known of it; None stands for what is not.

    ``types`` are by input and node, ``flops`` by node and for one sample, ``weights`` and ``models`` by callable: those
    of the first call. ``callables`` holds those of the graphs around a nested one too; ``trainable`` says of
    weights, by identity, what the spec says of their layer.
    """

    graph: Graph
    callables: Mapping[str, Callable]
    types: Mapping[str, Outputs | None]
    flops: Mapping[str, Count]
    weights: Mapping[str, tuple[Weight, ...] | None]
    models: Mapping[str, "TypedGraph"]
    trainable: Mapping[int, bool]


def input_type(item: Input) -> TensorType | None:
    """Return the type of an input, batch included, or None where its entry is wrong."""
    if item.shape is None:
        return None
    sizes: tuple[Dimension, ...] = tuple(named_size(size) if isinstance(size, str) else size for size in item.shape)
    return TensorType((item.batch_size, *sizes), item.dtype or FLOATX)


def port_type(typed: TypedGraph, tensor: Tensor) -> Outputs | None:
    """Return the type of what a reference stands for, or None where it is not known."""
    found = typed.types.get(tensor.node)
    if found is None or tensor.output is None:
        return found[""] if isinstance(found, Mapping) and "" in found else found
    return found[tensor.output]  # type: ignore[index]


def weights_of(typed: TypedGraph) -> tuple[Weight, ...] | None:
    """Return all weights of a model, each once, or None where those of a layer are unknown."""
    found: dict[int, Weight] = {}
    needed = reached(typed.graph)
    for node in typed.graph.nodes:
        if node.kind != "call" or node.name not in needed:
            continue
        weights = typed.weights[node.target]
        if weights is None:
            return None
        found.update((id(weight), weight) for weight in weights)
    return tuple(found.values())


def output_types(typed: TypedGraph) -> dict[str, TensorType | None]:
    """Return the types of a graph's outputs by name, None for one that is not known."""
    outputs = typed.graph.outputs
    found = {name: port_type(typed, tensor) for name, tensor in zip(outputs.names, outputs.tensors, strict=True)}
    return {name: item if isinstance(item, TensorType) else None for name, item in found.items()}


def is_trainable(typed: TypedGraph, weight: Weight) -> bool:
    """Say whether a weight trains: its layer has to allow it, and the spec must not have frozen that."""
    return weight.trainable and typed.trainable.get(id(weight), True)


def total_flops(typed: TypedGraph) -> Count:
    """Return the FLOPs of one sample through a model, or None where a part is unknown."""
    total: Count = 0
    needed = reached(typed.graph)
    for name, flops in typed.flops.items():
        total = plus(total, flops if name in needed else 0)
    return total
