"""Ask Keras what is in a model, without allocating its weights."""

from typing import Any

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.graph.ir import Graph, Node, operands_of
from graphspec.target.backend import load_keras
from graphspec.target.lower import Lowered, lower
from graphspec.views.summary import Port, Row, Shape, Summary


def examine(graph: Graph, diagnostics: Diagnostics, *, trust: bool = False) -> Summary | None:
    """Return the summary of a graph as Keras infers it, or None where Keras refuses.

    Variables get shapes and no values, so a model that would not fit in memory is examined as fast as a small one.
    """
    keras = load_keras()
    with keras.StatelessScope(initialize_variables=False):
        lowered = lower(graph, diagnostics, trust=trust, compiled=False, fetch=False)
        return None if lowered is None else summarize(graph, lowered)


def summarize(graph: Graph, lowered: Lowered) -> Summary:
    """Return the summary of a graph that has been lowered."""
    model = lowered.model
    trainable = sum(_size(variable) for variable in model.trainable_variables)
    return Summary(
        name=graph.name,
        inputs=tuple(_port(item.name, lowered.results[item.name]) for item in graph.inputs),
        outputs=tuple(
            _port(name, tensor) for name, tensor in zip(graph.outputs.names, _flat_outputs(model, graph), strict=True)
        ),
        rows=_rows(graph, lowered),
        parameters=model.count_params(),
        trainable=trainable,
        weights_bytes=sum(_size(variable) * _item_bytes(variable.dtype) for variable in model.weights),
    )


def _flat_outputs(model: Any, graph: Graph) -> list[Any]:  # noqa: ANN401 - tensors of Keras
    structure = model.output
    if graph.outputs.form == "mapping":
        return [structure[name] for name in graph.outputs.names]
    return list(structure) if isinstance(structure, list | tuple) else [structure]


def _rows(graph: Graph, lowered: Lowered) -> tuple[Row, ...]:
    first_call: dict[str, str] = {}
    return tuple(_row(node, graph, lowered, first_call) for node in graph.nodes if node.name in lowered.results)


def _row(node: Node, graph: Graph, lowered: Lowered, first_call: dict[str, str]) -> Row:
    keras = load_keras()
    tensors = keras.tree.flatten(lowered.results[node.name])
    layer = lowered.layers.get(node.target) if node.kind == "call" else None
    shared_with = first_call.get(node.target) if layer is not None else None
    if layer is not None:
        first_call.setdefault(node.target, node.name)
    counted = layer is not None and shared_with is None
    kind = graph.callables[node.target].type if node.target in graph.callables and node.kind == "call" else None
    return Row(
        name=node.name,
        type=kind or ("get_item" if node.kind == "index" else f"ops.{node.target}"),
        sources=tuple(dict.fromkeys(_source(tensor.node, tensor.output) for tensor in operands_of(node))),
        shapes=tuple(_shape(tensor) for tensor in tensors),
        dtype=str(keras.backend.standardize_dtype(tensors[0].dtype)) if tensors else None,
        parameters=layer.count_params() if layer is not None and counted else 0,
        trainable=sum(_size(item) for item in layer.trainable_variables) if layer is not None and counted else 0,
        shared_with=shared_with,
    )


def _source(node: str, output: int | str | None) -> str:
    return node if output in {None, ""} else f"{node}.{output}"


def _port(name: str, tensor: Any) -> Port:  # noqa: ANN401 - a tensor of Keras
    return Port(name=name, shape=_shape(tensor), dtype=str(tensor.dtype))


def _shape(tensor: Any) -> Shape:  # noqa: ANN401 - a tensor of Keras
    return tuple(tensor.shape)


def _size(variable: Any) -> int:  # noqa: ANN401 - a variable of Keras
    size = 1
    for dimension in variable.shape:
        size *= dimension
    return size


def _item_bytes(dtype: str) -> int:
    sizes = {"bool": 1, "bfloat16": 2, "string": 0}
    digits = "".join(character for character in dtype.split("_", maxsplit=1)[0] if character.isdigit())
    return sizes.get(dtype, max(1, int(digits or 8) // 8))
