"""The compile section -> ``keras.Model.compile``."""

from typing import Any

from graphspec.graph.compile_arguments import compile_arguments
from graphspec.graph.ir import Graph
from graphspec.target.values import to_keras


def compile_model(model: Any, graph: Graph) -> None:  # noqa: ANN401 - a model of Keras
    """Compile a model as its graph says."""
    values = compile_arguments(graph)
    model.compile(**{key: to_keras(value, _nothing, _nothing, _nothing) for key, value in values.items()})


def _nothing(reference: object) -> Any:  # noqa: ANN401 - never returns
    raise TypeError(f"compile refers to no layer and no tensor: {reference!r}")
