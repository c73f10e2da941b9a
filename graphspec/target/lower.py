"""Graph -> keras.Model: a loop over the graph that constructs, calls and names, and decides nothing.

Keras is called by constructor and by call, inside its safe mode; nothing that a spec says is deserialised. Every layer
and every operation gets its name from the graph, so that a second build, or another model beside it, changes none.
"""

import importlib
import random
import sys
from collections.abc import Callable as CallableABC
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from graphspec.diagnostics.diagnostic import Diagnostics, UsageError
from graphspec.diagnostics.span import Span
from graphspec.graph.ir import Callable, Graph, GraphOutputs, Input, Node, Tensor, Value
from graphspec.graph.lint import reached
from graphspec.graph.output_names import keras_output_names
from graphspec.target.backend import load_keras
from graphspec.target.errors import keras_sentence
from graphspec.target.plugins import plugin_class
from graphspec.target.training import compile_model
from graphspec.target.values import to_keras

_FRAMES_PER_NODE = 8
_PLAIN_RECURSION = 900
# Where Keras takes a tuple and no list.
_TUPLES = {
    "TextVectorization": ("ngrams",),
    "ops.adaptive_average_pool": ("output_size",),
    "ops.adaptive_max_pool": ("output_size",),
    "ops.depthwise_conv": ("strides", "dilation_rate"),
    "ops.separable_conv": ("strides", "dilation_rate"),
}


@dataclass(slots=True)
class Lowered:
    """A model and how the graph's parts came into it: results by node, Keras objects by callable key."""

    model: Any
    results: dict[str, Any]
    layers: dict[str, Any]


class _Failed:
    """The result of a node that Keras refused, or that depends on one."""

    __slots__ = ()


_FAILED = _Failed()


def lower(
    graph: Graph, diagnostics: Diagnostics, *, trust: bool = False, compiled: bool = True, fetch: bool = True
) -> Lowered | None:
    """Return the Keras model of a graph, or None where Keras refuses; its sentences go into ``diagnostics``.

    Without ``fetch`` an application that names weights is built without them.
    """
    load_keras()
    serialization = importlib.import_module("keras.src.saving.serialization_lib")
    with serialization.SafeModeScope(safe_mode=not trust), _recursion(graph), _random_state():
        lowering = _Lowering(graph, diagnostics, seed=graph.seed, prefix="", fetch=fetch)
        model = lowering.model()
        if model is None:
            return None
        if compiled:
            compile_lowered(model, graph, diagnostics)
    return Lowered(model, lowering.results, lowering.layers)


def compile_lowered(model: Any, graph: Graph, diagnostics: Diagnostics) -> None:  # noqa: ANN401 - a model of Keras
    """Compile a model as its graph says, if it does; Keras' sentence goes into ``diagnostics`` where it refuses."""
    if graph.compile is None:
        return
    try:
        compile_model(model, graph)
    except Exception as error:  # noqa: BLE001 - whatever Keras raises is told to the user
        diagnostics.error("GS601", f"Keras cannot compile the model: {keras_sentence(error)}", graph.span)


@contextmanager
def _recursion(graph: Graph) -> Iterator[None]:
    """Let Keras recurse as deep as the graph is long: it visits the graph by recursion."""
    before = sys.getrecursionlimit()
    if len(graph.nodes) > _PLAIN_RECURSION // _FRAMES_PER_NODE:
        sys.setrecursionlimit(max(before, before + len(graph.nodes) * _FRAMES_PER_NODE))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def _random_state() -> Iterator[None]:
    """Leave the program's own random numbers as they were: a seed is for the model alone."""
    before = random.getstate()
    try:
        yield
    finally:
        random.setstate(before)


@dataclass(slots=True)
class _Lowering:
    """One graph on its way to Keras; ``outer`` finds the layers of the graph around a nested model."""

    graph: Graph
    diagnostics: Diagnostics
    seed: int | None
    prefix: str
    fetch: bool
    outer: CallableABC[[str], Any] | None = None
    results: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, Any] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)

    def model(self) -> Any | None:  # noqa: ANN401 - a model of Keras
        keras = load_keras()
        with _dtype_policy(self.graph.dtype):
            inputs = [self.input(item) for item in self.graph.inputs]
            needed = reached(self.graph)
            for node in self.graph.nodes:
                if node.name in needed:
                    self.results[node.name] = self.node(node)
            outputs = self.outputs(self.graph.outputs)
            if outputs is _FAILED:
                return None
            try:
                # A nested model of one input is called with a tensor. The whole model takes a list, also of one: only
                # then does Keras take data by name, as a mapping, without a warning.
                is_nested_single = self.prefix and len(inputs) == 1
                return keras.Model(inputs[0] if is_nested_single else inputs, outputs, name=self.graph.name)
            except Exception as error:  # noqa: BLE001 - whatever Keras raises is told to the user
                self.refused(error, self.graph.outputs.span, None)
                return None

    def refused(self, error: Exception, place: Span, node: str | None) -> None:
        subject = f'Keras refuses "{node}"' if node else "Keras refuses the model"
        self.diagnostics.error("GS601", f"{subject}: {keras_sentence(error)}", place, node=node)

    def input(self, item: Input) -> Any:  # noqa: ANN401 - a tensor of Keras
        shape = tuple(size if isinstance(size, int) else None for size in item.shape or ())
        chosen = {
            "dtype": item.dtype, "batch_size": item.batch_size, "sparse": item.sparse, "ragged": item.ragged,
            "optional": item.optional,
        }  # fmt: skip
        try:
            tensor = load_keras().Input(
                shape=shape, name=item.name, **{key: value for key, value in chosen.items() if value is not None}
            )
        except Exception as error:  # noqa: BLE001 - whatever Keras raises is told to the user
            self.refused(error, item.span, item.name)
            self.results[item.name] = _FAILED
            return _FAILED
        self.results[item.name] = tensor
        self.known.add(id(tensor._keras_history.operation))  # noqa: SLF001 - the record Keras keeps of its graph
        return tensor

    def node(self, node: Node) -> Any:  # noqa: ANN401 - tensors of Keras in the structure of the call
        try:
            callee = self.callee(node)
            args = [self.value(value) for value in node.args]
            kwargs = {key: self.value(value) for key, value in node.kwargs.items()}
            if _has_failed([callee, *args, *kwargs.values()]):
                return _FAILED
            self.reseed(self.seeded_by(node), "call")
            if node.kind == "op":
                kwargs = _with_tuples(f"ops.{node.target}", kwargs)
            result = callee(*args, **kwargs)
            self.name_operations(node.keras_name, result)
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever Keras raises is told to the user
            self.refused(error, node.span, node.name)
            return _FAILED
        return result

    def callee(self, node: Node) -> Any:  # noqa: ANN401 - a layer, a model or a function of Keras
        if node.kind == "index":
            return _indexed
        if node.kind == "call":
            return self.layer(node.target)
        function: Any = load_keras().ops
        for part in node.target.split("."):
            function = getattr(function, part)
        return function

    def layer(self, key: str) -> Any:  # noqa: ANN401 - a layer or a model of Keras
        if key in self.layers:
            return self.layers[key]
        if key not in self.graph.callables:
            return self.outer(key) if self.outer is not None else _FAILED
        made = self.graph.callables[key]
        self.layers[key] = layer = self.build(made)
        return layer

    def build(self, made: Callable) -> Any:  # noqa: ANN401 - a layer or a model of Keras
        if made.graph is not None:
            layer = self.nested(made.key, made.graph)
        else:
            self.reseed(made.keras_name, "build")
            layer = self.application(made) if made.kind == "application" else self.construct(made)
        if layer is _FAILED:
            return layer
        self.known.add(id(layer))
        if made.trainable is not None:
            layer.trainable = made.trainable
        return layer

    def construct(self, made: Callable) -> Any:  # noqa: ANN401 - a layer of Keras
        arguments = {key: self.value(value) for key, value in made.arguments.items()}
        if _has_failed(arguments.values()):
            return _FAILED
        if made.kind == "plugin":
            return plugin_class(made.type)(name=made.keras_name, **arguments)
        return getattr(load_keras().layers, made.type)(name=made.keras_name, **_with_tuples(made.type, arguments))

    def nested(self, key: str, graph: Graph) -> Any:  # noqa: ANN401 - a model of Keras
        inner = _Lowering(
            graph, self.diagnostics, self.seed, f"{self.prefix}{key}/", self.fetch, outer=self.layer, known=self.known
        )
        model = inner.model()
        return _FAILED if model is None else model

    def application(self, made: Callable) -> Any:  # noqa: ANN401 - a model of Keras
        keras = load_keras()
        arguments = {
            key: tuple(value) if isinstance(value, tuple) else self.value(value)
            for key, value in made.arguments.items()
        }
        if not self.fetch:
            arguments["weights"] = None
        base = getattr(keras.applications, made.type)(name=made.keras_name, **arguments)
        if made.taps in {(), ("",)}:
            return base
        outputs = {tap: base.get_layer(tap).output if tap else base.output for tap in made.taps}
        return keras.Model(base.inputs, outputs, name=made.keras_name)

    def value(self, value: Value) -> Any:  # noqa: ANN401 - what Keras takes
        return to_keras(value, self.layer, self.build, self.tensor)

    def tensor(self, tensor: Tensor) -> Any:  # noqa: ANN401 - a tensor of Keras
        result = self.results[tensor.node]
        if result is _FAILED:
            return result
        if tensor.output is None:
            return result[""] if isinstance(result, Mapping) and "" in result else result
        return result[tensor.output]

    def seeded_by(self, node: Node) -> str:
        """Return the name that a call's random numbers go by: that of the layer, which the first call builds."""
        made = self.graph.callables.get(node.target) if node.kind == "call" else None
        return node.keras_name if made is None or made.kind == "model" else made.keras_name

    def reseed(self, name: str, step: str) -> None:
        """Give each layer random numbers of its own, which no other layer and no order of the spec can shift."""
        if self.seed is not None:
            random.seed(f"{self.seed}:{self.prefix}{name}:{step}")

    def name_operations(self, name: str, result: Any) -> None:  # noqa: ANN401 - tensors of Keras
        """Name the operations that a call added to Keras' graph, masks included: Keras would count globally."""
        keras = load_keras()
        tensors = [item for item in keras.tree.flatten(result) if isinstance(item, keras.KerasTensor)]
        counts: dict[str, int] = {}
        is_first = True
        waiting = tensors[::-1]
        while waiting:
            history = getattr(waiting.pop(), "_keras_history", None)
            if history is None or history.operation is None:
                continue
            operation = history.operation
            if id(operation) not in self.known:
                self.known.add(id(operation))
                operation.name = name if is_first else _numbered(f"{name}.{_stem(operation)}", counts)
            elif not is_first:
                continue
            is_first = False
            waiting.extend(
                source
                for source in operation._inbound_nodes[history.node_index].input_tensors  # noqa: SLF001 - as above
                if id(source._keras_history.operation) not in self.known  # noqa: SLF001 - as above
            )

    def outputs(self, outputs: GraphOutputs) -> Any:  # noqa: ANN401 - tensors of Keras
        tensors = [self.tensor(tensor) for tensor in outputs.tensors]
        if _has_failed(tensors):
            return _FAILED
        keras = load_keras()
        for name, tensor in zip(outputs.names, tensors, strict=True):
            if not isinstance(tensor, keras.KerasTensor):
                self.diagnostics.error(
                    "GS601", f'the output "{name}" does not depend on any input, so it is a constant', outputs.span
                )
                return _FAILED
        if outputs.form == "one":
            return tensors[0]
        if outputs.form == "mapping":
            return dict(zip(outputs.names, tensors, strict=True))
        return _named_outputs(keras_output_names(self.graph), tensors)


def _named_outputs(names: tuple[str, ...], tensors: list[Any]) -> list[Any]:
    """Return a list of outputs that Keras knows by the spec's names, under which ``fit`` and ``compile`` speak of them.

    Keras takes the name of the operation; where that is another (a shared layer, a nested model), an Identity says it.
    """
    if len(names) == 1:
        return tensors
    keras = load_keras()
    taken = {tensor._keras_history.operation.name for tensor in tensors}  # noqa: SLF001 - as above
    result = []
    for name, tensor in zip(names, tensors, strict=True):
        if tensor._keras_history.operation.name == name or name in taken:  # noqa: SLF001 - as above
            result.append(tensor)
            continue
        taken.add(name)
        is_float = keras.backend.is_float_dtype(tensor.dtype)
        result.append(keras.layers.Identity(name=name, dtype=tensor.dtype if is_float else None)(tensor))
    return result


def _with_tuples(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    taken = _TUPLES.get(name, ())
    return {
        key: tuple(value) if key in taken and isinstance(value, list) else value for key, value in arguments.items()
    }


def _indexed(x: Any, key: list[Any]) -> Any:  # noqa: ANN401 - tensors of Keras
    return x[tuple(key)]


def _has_failed(values: Any) -> bool:  # noqa: ANN401 - anything that goes to Keras
    for value in values:
        if value is _FAILED:
            return True
        if isinstance(value, list) and _has_failed(value):
            return True
        if isinstance(value, dict) and _has_failed(value.values()):
            return True
    return False


def _stem(operation: Any) -> str:  # noqa: ANN401 - an operation of Keras
    from graphspec.frontend.expand import snake_case

    return snake_case(type(operation).__name__)


def _numbered(name: str, counts: dict[str, int]) -> str:
    count = counts.get(name, 0)
    counts[name] = count + 1
    return name if count == 0 else f"{name}_{count}"


@contextmanager
def _dtype_policy(policy: str | None) -> Iterator[None]:
    """Make a policy the one of every layer that names none, and put the user's own back afterwards."""
    if policy is None:
        yield
        return
    config = load_keras().config
    before = config.dtype_policy()
    config.set_dtype_policy(policy)
    try:
        yield
    finally:
        config.set_dtype_policy(before)
