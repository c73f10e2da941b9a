"""graph -> types: the shape and dtype of every tensor, the weights of every layer, the FLOPs of every call.

A call whose inputs do not fit is reported once, at its node; what depends on it is unknown, and unknown is silent.
"""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace

from graphspec.catalog import catalog
from graphspec.catalog.application_layers import APPLICATION_LAYERS
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.graph.application import application_graph
from graphspec.graph.fitted import fitted
from graphspec.graph.ir import Callable, Graph, LayerReference, Node, Tensor, Value
from graphspec.graph.layer_types import SCALARS, argument_of, defaults_of, dtypes_of, op_defaults_of
from graphspec.graph.origins import Origins, meeting
from graphspec.graph.shape_mistakes import Operands, report
from graphspec.graph.tensor_arguments import check_tensors
from graphspec.graph.typed import TypedGraph, input_type, port_type, total_flops, weights_of
from graphspec.shapes.dimension import Count
from graphspec.shapes.dtypes import FLOATX, is_float
from graphspec.shapes.literals import with_tensors
from graphspec.shapes.nested import UNCAST
from graphspec.shapes.rules import layer_rule, op_rule
from graphspec.shapes.types import (
    Argument,
    Effect,
    LayerType,
    Outputs,
    ShapeError,
    TensorType,
    UnknownEffectError,
    Weight,
)

# The family of the layers that no spec can name.
_OF_APPLICATIONS = "application"


class _Silence(Exception):  # noqa: N818 - no error of anyone: a mistake further up has been told
    """What a call takes is unknown, so nothing can be said of it."""


@dataclass(slots=True)
class _Builds:
    """What building has settled, by callable, for a whole run: a shared layer is built by its first call."""

    effects: dict[int, Effect] = field(default_factory=dict)
    trainable: dict[int, bool] = field(default_factory=dict)
    models: dict[tuple[object, ...], "TypedGraph | ShapeError"] = field(default_factory=dict)
    # Holds what identities stand for, so that no other object can take one over.
    kept: list[object] = field(default_factory=list)


def infer(graph: Graph, diagnostics: Diagnostics, outer: Mapping[str, Callable] | None = None) -> TypedGraph:
    """Return what is known of a graph; each call that cannot be is reported at its node."""
    inference = _Inference(graph, diagnostics, _Builds(), dict(outer or {}))
    return inference.run({item.name: input_type(item) for item in graph.inputs})


@dataclass(slots=True)
class _Inference:
    """One graph on its way to types; ``outer`` holds the callables of the graphs around it."""

    graph: Graph
    diagnostics: Diagnostics
    builds: _Builds
    outer: MutableMapping[str, Callable]
    policy: str = FLOATX
    types: dict[str, Outputs | None] = field(default_factory=dict)
    flops: dict[str, Count] = field(default_factory=dict)
    weights: dict[str, tuple[Weight, ...] | None] = field(default_factory=dict)
    models: dict[str, TypedGraph] = field(default_factory=dict)
    layers: dict[int, LayerType] = field(default_factory=dict)
    alike: dict[int, LayerType] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    culprits: set[object] = field(default_factory=set)
    callables: MutableMapping[str, Callable] = field(init=False)
    origins: Origins = field(init=False)

    def __post_init__(self) -> None:
        """Put what is in sight together."""
        own = dict(self.graph.callables)
        self.callables = ChainMap(own, self.outer) if self.outer else own
        self.origins = Origins(self.graph, self.types, self.weights)

    def run(self, given: Mapping[str, TensorType | None]) -> TypedGraph:
        """Infer all calls from the types of the inputs."""
        self.policy = self.graph.dtype or self.policy
        for item in self.graph.inputs:
            self.types[item.name] = given[item.name]
            self.spans[item.name] = item.span
        for made in self.graph.callables.values():
            # A Sequential, which only applications have, gets its sizes from its call.
            if made.graph is not None and made.type != "Sequential":
                self.alone(made, made.graph)
        for node in self.graph.nodes:
            self.spans[node.name] = node.span
            self.diagnostics.origin = node.origin
            self.node(node)
        self.diagnostics.origin = None
        return TypedGraph(
            graph=self.graph, callables=self.callables, types=self.types, flops=self.flops, weights=self.weights,
            models=self.models, trainable=self.builds.trainable,
        )  # fmt: skip

    def node(self, node: Node) -> None:
        sources: dict[int, str] = {}
        try:
            effect = self.effect(node, sources)
        except ShapeError as error:
            if not self.is_told(error, sources):
                made = self.callables[node.target] if node.kind == "call" else None
                called = None if made is None else f"call: {made.key}" if made.kind == "model" else made.type
                report(node, called, error, Operands(sources, self.types, self.spans), self.diagnostics)
        except (_Silence, UnknownEffectError):
            pass
        else:
            self.types[node.name] = effect.outputs
            self.flops[node.name] = effect.flops
            return
        self.types[node.name] = None
        self.flops[node.name] = None

    def is_told(self, error: ShapeError, sources: dict[int, str]) -> bool:
        """Say whether another call has shown the mistake, which is not its own but that of what it takes."""
        culprit = sources.get(id(error.culprit)) if isinstance(error.culprit, TensorType) else error.culprit
        culprit = culprit or meeting(error, sources, self.origins)
        if culprit is None:
            return False
        found = culprit in self.culprits
        self.culprits.add(culprit)
        return found

    def effect(self, node: Node, sources: dict[int, str]) -> Effect:
        if node.kind != "call":
            return self.op_effect(node, sources)
        made = self.callables[node.target]
        self.weights.setdefault(made.key, None)
        effect = self.call_effect(made, node, sources)
        self.weights[made.key] = effect.weights
        return effect

    def op_effect(self, node: Node, sources: dict[int, str]) -> Effect:
        name = "get_item" if node.kind == "index" else node.target
        rule = op_rule(name)
        if rule is None:
            raise UnknownEffectError
        args = tuple(self.argument(value, sources, None) for value in node.args)
        given = {key: self.argument(value, sources, None) for key, value in node.kwargs.items()}
        if node.kind == "index":
            return rule(**given)
        return rule(**with_tensors(rule, {**op_defaults_of(name), **positional(name, args), **given}))

    def call_effect(self, made: Callable, node: Node, sources: dict[int, str]) -> Effect:
        if not made.complete or (made.kind == "plugin" and made.type not in APPLICATION_LAYERS):
            raise UnknownEffectError
        layer = self.layer_type(made)
        is_cast = made.kind == "layer" and made.type not in UNCAST and layer.arguments.get("autocast") is not False
        dtype = layer if is_cast else None
        args = [self.argument(value, sources, dtype) for value in node.args]
        kwargs = {key: self.argument(value, sources, dtype) for key, value in node.kwargs.items() if key != "training"}
        check_tensors(made, args, kwargs)
        return self.built(made, layer.effect(*args, **kwargs))

    def built(self, made: Callable, effect: Effect) -> Effect:
        """Return the effect with the weights that the first call has built; they have to be as large as now."""
        first = self.builds.effects.setdefault(id(made), effect)
        if first is effect:
            self.builds.kept.append(made)
            if made.trainable is not None:
                self.builds.trainable.update((id(weight), made.trainable) for weight in effect.weights)
            return effect
        for before, now in zip(first.weights, effect.weights, strict=False):
            if before.shape != now.shape:
                raise ShapeError(
                    f'is shared, and its first call has built "{before.name}" of shape {before.shape}; '
                    f"this call would need {now.shape}",
                    help="give this call a layer of its own, or the same sizes",
                )
        if not _agree(first.fixed, effect.fixed):
            raise ShapeError("is shared, and its first call has built it for other sizes than these")
        return replace(effect, weights=first.weights)

    def layer_type(self, made: Callable) -> LayerType:
        found = self.layers.get(id(made))
        if found is None:
            try:
                found = self.new_layer_type(made)
            except ShapeError:
                # Arguments that Keras refuses are told at the first call alone.
                self.layers[id(made)] = LayerType(made.type, {}, FLOATX, FLOATX, _unknown)
                raise
            self.layers[id(made)] = found
        return found

    def new_layer_type(self, made: Callable) -> LayerType:
        # Copies of a node in a block are layers of their own with the very same arguments.
        found = self.alike.get(id(made.arguments))
        if found is None or made.kind != "layer" or found.type != made.type:
            found = self.alike[id(made.arguments)] = self.read_layer_type(made)
        return found

    def read_layer_type(self, made: Callable) -> LayerType:
        graph = application_graph(made) if made.kind == "application" else made.graph
        policy = made.arguments.get("dtype")
        compute, variable = dtypes_of(policy if isinstance(policy, str) else self.policy)
        if graph is not None:
            return LayerType(made.type, {}, compute, variable, _ModelRule(self, made, graph))
        found = catalog.layer(made.type) if made.kind == "layer" else None
        name = made.type.rpartition(".")[2]
        rule = layer_rule(_OF_APPLICATIONS if found is None else found.family, name)
        if rule is None or not made.complete:
            raise UnknownEffectError
        given = {key: self.argument(value, {}, None) for key, value in made.arguments.items()}
        return LayerType(made.type, {**defaults_of(made.type), **given}, compute, variable, rule)

    def argument(self, value: Value, sources: dict[int, str], cast_for: LayerType | None) -> Argument:
        """Return a value as rules take it, and note in ``sources`` where each tensor comes from."""
        if value is None or isinstance(value, SCALARS):
            return value

        def tensor(reference: Tensor) -> Argument:
            found = self.tensor(reference)
            label = reference.node if reference.output in {None, ""} else f"{reference.node}.{reference.output}"
            return _cast(found, cast_for, sources, label)

        return argument_of(value, tensor, self.argument_layer)

    def tensor(self, reference: Tensor) -> Outputs:
        found = self.types.get(reference.node)
        if found is None:
            raise _Silence
        if isinstance(found, TensorType) and reference.output is None:
            return found
        if reference.output is None:
            return found[""] if isinstance(found, Mapping) and "" in found else found
        try:
            return found[reference.output]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            raise UnknownEffectError from None

    def argument_layer(self, value: LayerReference | Callable) -> LayerType:
        if isinstance(value, Callable):
            return self.layer_type(value)
        made = self.callables[value.name]
        layer = self.layer_type(made)
        unshared = replace(layer, rule=_CopyRule(self, made, layer))
        return replace(layer, rule=_SharedRule(self, made, layer), unshared=unshared)

    def alone(self, made: Callable, graph: Graph) -> None:
        """Infer a nested model by itself, from the inputs that it declares: its mistakes are its own, told once."""
        given = {item.name: input_type(item) for item in graph.inputs}
        key = _key(graph, self.policy, given)
        found = self.builds.models.get(key)
        if found is None:
            before = len(self.diagnostics)
            found = self.inner(graph, self.diagnostics).run(given)
            if len(self.diagnostics) > before:
                found = ShapeError("is wrong inside")
            self.builds.models[key] = found
        if isinstance(found, ShapeError):
            self.layers[id(made)] = LayerType(made.type, {}, FLOATX, FLOATX, _unknown)
        else:
            self.models[made.key] = found

    def called(self, made: Callable, graph: Graph, given: Mapping[str, TensorType]) -> TypedGraph:
        """Infer a nested model from what a call gives it; what does not fit is the call's mistake."""
        key = _key(graph, self.policy, given)
        found = self.builds.models.get(key)
        if found is None:
            diagnostics = Diagnostics()
            found = self.inner(graph, diagnostics).run(given)
            problem = next(iter(diagnostics), None)
            if problem is not None:
                found = ShapeError(f"cannot be called so: inside it, {problem.message}")
            self.builds.models[key] = found
        if isinstance(found, ShapeError):
            raise found
        self.models.setdefault(made.key, found)
        return found

    def inner(self, graph: Graph, diagnostics: Diagnostics) -> "_Inference":
        self.builds.kept.append(graph)
        return _Inference(graph, diagnostics, self.builds, self.callables, self.policy)


@dataclass(frozen=True, slots=True)
class _SharedRule:
    """The effect of an entry of ``layers`` or ``models`` that an argument refers to."""

    inference: _Inference
    made: Callable
    layer: LayerType

    def __call__(self, _: LayerType, *args: Argument, **kwargs: Argument) -> Effect:
        return self.inference.built(self.made, self.layer.effect(*args, **kwargs))


@dataclass(frozen=True, slots=True)
class _CopyRule:
    """The effect of a copy that is made of such an entry: it has weights of its own, which train as the entry's do."""

    inference: _Inference
    made: Callable
    layer: LayerType

    def __call__(self, _: LayerType, *args: Argument, **kwargs: Argument) -> Effect:
        effect = self.layer.effect(*args, **kwargs)
        builds = self.inference.builds
        if self.made.trainable is not None:
            builds.kept.append(effect)
            builds.trainable.update((id(weight), self.made.trainable) for weight in effect.weights)
        return effect


@dataclass(frozen=True, slots=True)
class _ModelRule:
    """The effect of a nested model: that of its graph, with what the call knows better than the model's inputs say."""

    inference: _Inference
    made: Callable
    graph: Graph

    def __call__(self, _: LayerType, *args: Argument, **__: Argument) -> Effect:
        values = args[0] if args and isinstance(args[0], tuple) else args
        given = {
            item.name: fitted(item, value, self.made) for item, value in zip(self.graph.inputs, values, strict=False)
            if isinstance(value, TensorType)
        }  # fmt: skip
        if len(given) != len(self.graph.inputs):
            raise UnknownEffectError
        return _model_effect(self.inference.called(self.made, self.graph, given))


def _key(graph: Graph, policy: str, given: Mapping[str, TensorType | None]) -> tuple[object, ...]:
    return (id(graph), policy, *(given[item.name] for item in graph.inputs))


def _agree(one: object, other: object) -> bool:
    """Say whether what two calls fix can be the same; None fixes nothing."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_agree(*pair) for pair in zip(one, other, strict=True))
    return one is None or other is None or one == other


def _unknown(*_: Argument, **__: Argument) -> Effect:
    raise UnknownEffectError


def _model_effect(typed: TypedGraph) -> Effect:
    outputs = typed.graph.outputs
    found = [port_type(typed, tensor) for tensor in outputs.tensors]
    known = [item for item in found if item is not None]
    if len(known) != len(found):
        raise UnknownEffectError
    weights = weights_of(typed)
    if weights is None:
        raise UnknownEffectError
    result: Outputs = tuple(known)
    if outputs.form == "one" or (outputs.form == "list" and len(known) == 1):
        result = known[0]
    elif outputs.form == "mapping":
        result = dict(zip(outputs.names, known, strict=True))
    return Effect(result, weights, total_flops(typed))


def positional(op: str, args: tuple[Argument, ...]) -> dict[str, Argument]:
    """Return the positional arguments of an op by name; one that takes any number takes all that are left."""
    if not args:
        return {}
    found = catalog.op(op)
    declared = found.arguments if found is not None else ()
    named: dict[str, Argument] = {}
    for number, argument in enumerate(declared):
        if argument.variadic:
            named[argument.name] = args[number:]
            break
        if number < len(args):
            named[argument.name] = args[number]
    return named


def _cast(found: Outputs, layer: LayerType | None, sources: dict[int, str], label: str) -> Argument:
    if isinstance(found, TensorType):
        if layer is not None and found.dtype != layer.compute_dtype and is_float(found.dtype):
            found = TensorType(found.shape, layer.compute_dtype)
        sources[id(found)] = label
        return found
    if isinstance(found, tuple):
        return tuple(_cast(item, layer, sources, f"{label}.{number}") for number, item in enumerate(found))
    return {key: _cast(item, layer, sources, f"{label}.{key}") for key, item in found.items()}
