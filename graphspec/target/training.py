"""The compile section -> ``keras.Model.compile``."""

from collections.abc import Mapping
from typing import Any

from graphspec.graph.ir import Graph, Value
from graphspec.target.values import to_keras

_PER_OUTPUT = frozenset({"loss", "loss_weights", "metrics", "weighted_metrics"})


def compile_model(model: Any, graph: Graph) -> None:  # noqa: ANN401 - a model of Keras
    """Compile a model as its graph says, in the forms that Keras takes for the graph's outputs."""
    arguments: dict[str, Any] = {}
    for key, value in (graph.compile or {}).items():
        shaped = _per_output(key, value, graph) if key in _PER_OUTPUT and isinstance(value, Mapping) else value
        arguments[key] = to_keras(shaped, _nothing, _nothing, _nothing)
    if isinstance(arguments.get("loss_weights"), dict) and isinstance(arguments.get("loss"), dict):
        given = arguments["loss_weights"]
        arguments["loss_weights"] = {name: given.get(name, 1.0) for name in arguments["loss"]}
    model.compile(**arguments)


def _per_output(key: str, value: Mapping[str, Value], graph: Graph) -> Value:
    """Return a mapping from output as Keras takes it: of one output the value itself, of a list every name."""
    outputs = graph.outputs
    if len(outputs.names) == 1 and outputs.form != "mapping":
        single = value.get(outputs.names[0])
        return (single,) if key == "loss_weights" else single
    if outputs.form == "list" and key == "loss":
        return {name: value.get(name) for name in outputs.names}
    if key == "loss_weights":
        return {name: value.get(name, 1.0) for name in outputs.names}
    return value


def _nothing(reference: object) -> Any:  # noqa: ANN401 - never returns
    raise TypeError(f"compile refers to no layer and no tensor: {reference!r}")
