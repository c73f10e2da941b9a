"""Ask Keras for the types of a graph, without allocating its weights, and see whether inference says the same."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.graph.ir import Node, operands_of
from graphspec.graph.typed import TypedGraph
from graphspec.shapes.dimension import Dim
from graphspec.shapes.types import Outputs, TensorType, Weight, show_shape
from graphspec.target.backend import load_keras
from graphspec.target.lower import Lowered, compile_lowered, lower

# Keras' symbolic tensors are wrong here; what a run gives is what inference says.
_WRONG_IN_KERAS = frozenset({"MultiHeadAttention", "TextVectorization", "StringLookup", "IntegerLookup", "RNN"})


def ask(typed: TypedGraph, diagnostics: Diagnostics, *, trust: bool = False) -> TypedGraph | None:
    """Return a graph with the types that Keras infers, or None where it refuses the graph.

    Variables get shapes and no values, so a model that would not fit in memory is asked about as fast as a small one.
    FLOPs, of which Keras knows nothing, and the insides of nested models stay what inference says.
    """
    keras = load_keras()
    with keras.StatelessScope(initialize_variables=False):
        lowered = lower(typed.graph, diagnostics, trust=trust, compiled=False, fetch=False)
    if lowered is None:
        return None
    # An optimizer counts its steps in a variable, which cannot be made in there.
    compile_lowered(lowered.model, typed.graph, diagnostics)
    return _typed(typed, lowered)


def compare(typed: TypedGraph, asked: TypedGraph, diagnostics: Diagnostics) -> None:
    """Report each node whose type or weights inference and Keras do not agree on: a fault of ours."""
    doubtful: set[str] = set()
    for node in typed.graph.nodes:
        ours, theirs = typed.types.get(node.name), asked.types.get(node.name)
        if _is_doubtful(node, typed, doubtful):
            doubtful.add(node.name)
            continue
        if ours is None or theirs is None:
            continue
        problem = _difference(ours, theirs) or _weights_difference(node, typed, asked)
        if problem:
            diagnostics.error(
                "GS602", f'"{node.name}": {problem}', node.span, node=node.name,
                help="this is a fault of GraphSpec, not of your spec: please report it with the spec",
            )  # fmt: skip


def _is_doubtful(node: Node, typed: TypedGraph, doubtful: set[str]) -> bool:
    is_wrong = node.kind == "call" and typed.callables[node.target].type in _WRONG_IN_KERAS
    return is_wrong or any(tensor.node in doubtful for tensor in operands_of(node))


def _typed(typed: TypedGraph, lowered: Lowered) -> TypedGraph:
    found: dict[int, Weight] = {}
    weights: dict[str, tuple[Weight, ...] | None] = {
        key: tuple(_weight(variable, layer, found) for variable in layer.weights)
        for key, layer in lowered.layers.items()
        if hasattr(layer, "weights")
    }
    types = {name: _outputs(result) for name, result in lowered.results.items()}
    return replace(typed, types={**typed.types, **types}, weights={**typed.weights, **weights}, trainable={})


def _weight(variable: Any, layer: Any, found: dict[int, Weight]) -> Weight:  # noqa: ANN401 - objects of Keras
    if id(variable) not in found:
        trains = any(variable is item for item in layer.trainable_weights)
        found[id(variable)] = Weight(variable.path, tuple(variable.shape), str(variable.dtype), trains)
    return found[id(variable)]


def _outputs(result: Any) -> Outputs | None:  # noqa: ANN401 - tensors of Keras in the structure of a call
    if isinstance(result, Mapping):
        entries = {key: _outputs(item) for key, item in result.items()}
        known = {key: item for key, item in entries.items() if item is not None}
        return known if len(known) == len(entries) else None
    if isinstance(result, list | tuple):
        items = [_outputs(item) for item in result]
        present = tuple(item for item in items if item is not None)
        return present if len(present) == len(items) else None
    keras = load_keras()
    if not isinstance(result, keras.KerasTensor):
        return None
    return TensorType(tuple(result.shape), str(keras.backend.standardize_dtype(result.dtype)))


def _difference(ours: Outputs, theirs: Outputs) -> str:
    if isinstance(ours, TensorType) and isinstance(theirs, TensorType):
        same = ours.dtype == theirs.dtype and len(ours.shape) == len(theirs.shape)
        if same and all(_agree(a, b) for a, b in zip(ours.shape, theirs.shape, strict=True)):
            return ""
        return (
            f"inference says {show_shape(ours.shape)} {ours.dtype}, and Keras {show_shape(theirs.shape)} {theirs.dtype}"
        )
    one, other = _children(ours), _children(theirs)
    if len(one) != len(other):
        return f"inference says {len(one)} outputs, and Keras {len(other)}"
    return next((found for a, b in zip(one, other, strict=True) if (found := _difference(a, b))), "")


def _agree(ours: object, theirs: object) -> bool:
    return ours is None or isinstance(ours, Dim) or theirs is None or ours == theirs


def _children(outputs: Outputs) -> list[Outputs]:
    if isinstance(outputs, TensorType):
        return [outputs]
    return [outputs[key] for key in sorted(outputs)] if isinstance(outputs, Mapping) else list(outputs)


def _weights_difference(node: Node, typed: TypedGraph, asked: TypedGraph) -> str:
    ours = typed.weights.get(node.target) if node.kind == "call" else None
    theirs = asked.weights.get(node.target) if node.kind == "call" else None
    if ours is None or theirs is None:
        return ""
    one, other = (sorted(weight.shape for weight in weights) for weights in (ours, theirs))
    return "" if one == other else f"inference says weights of shapes {one}, and Keras {other}"
