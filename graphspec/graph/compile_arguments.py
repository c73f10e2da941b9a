"""The compile section in the forms that ``keras.Model.compile`` takes for a graph's outputs."""

from collections.abc import Mapping

from graphspec.graph.ir import Graph, Value
from graphspec.graph.output_names import keras_output_names

_PER_OUTPUT = frozenset({"loss", "loss_weights", "metrics", "weighted_metrics"})


def compile_arguments(graph: Graph) -> dict[str, Value]:
    """Return the arguments of ``compile``, still as values of the graph."""
    arguments: dict[str, Value] = {}
    for key, value in (graph.compile or {}).items():
        if key in _PER_OUTPUT and isinstance(value, Mapping):
            arguments[key] = _per_output(key, value, graph)
        else:
            arguments[key] = value
    weights, losses = arguments.get("loss_weights"), arguments.get("loss")
    if isinstance(weights, Mapping) and isinstance(losses, Mapping):
        arguments["loss_weights"] = {name: weights.get(name, 1.0) for name in losses}
    return arguments


def _per_output(key: str, value: Mapping[str, Value], graph: Graph) -> Value:
    """Return a mapping from output as Keras takes it: of one output the value itself, of a list every name."""
    outputs = graph.outputs
    if len(outputs.names) == 1 and outputs.form != "mapping":
        single = value.get(outputs.names[0])
        return (single,) if key == "loss_weights" else single
    names = dict(zip(outputs.names, keras_output_names(graph), strict=True))
    if outputs.form == "list" and key == "loss":
        return {meant: value.get(name) for name, meant in names.items()}
    if key == "loss_weights":
        return {meant: value.get(name, 1.0) for name, meant in names.items()}
    return {names.get(name, name): item for name, item in value.items()}
