"""What is compared of a model: its graph as plain data, without places, defaults and what no output needs.

It can be written down and read again, so that a lock and a spec are compared as two specs are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphspec.catalog import catalog
from graphspec.diagnostics.span import Span
from graphspec.graph.infer import positional
from graphspec.graph.ir import Callable, Graph, GraphOutputs, Node, Tensor, Value
from graphspec.graph.lint import reached
from graphspec.graph.typed import TypedGraph, output_types, total_flops, weights_of
from graphspec.shapes.dimension import Count
from graphspec.shapes.types import TensorType, tensors_of
from graphspec.views.diff.canonical import Json, arguments_of, call_arguments, canonical, compile_of, op_of, type_of
from graphspec.views.diff.load_order import callables_in_order, saved_class, slots_of

# One tensor that a call takes: the node or input, and which of its outputs, as text; the whole of it is "".
Wire = tuple[str, str]
Shapes = tuple[tuple[str, tuple[int, ...]], ...]
FLOAT = "float32"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFact:
    """An input: ``type`` is as Keras sees it, ``declared`` as the spec names its sizes."""

    name: str
    type: str
    declared: str
    more: Mapping[str, Json] = field(default_factory=dict)
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFact:
    """A layer, an application or a nested model; ``weights`` has its variables by the path that saving gives them.

    ``shares`` are the layers that it holds inside it. None in ``weights`` is for what only Keras knows.
    """

    key: str
    kind: str
    type: str
    arguments: Mapping[str, Json]
    trainable: bool = True
    weights: Mapping[str, Shapes] | None = field(default_factory=dict)
    shares: tuple[str, ...] = ()
    model: "Snapshot | None" = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFact:
    """A call: ``type`` of an op is its name, of a call the key of its layer; ``form`` is the call without its tensors.

    ``outputs`` are the types of what comes out, or None where they are not known.
    """

    name: str
    kind: str
    type: str
    wires: tuple[Wire, ...]
    form: Json
    outputs: tuple[str, ...] | None
    flops: int | str | None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A model as plain data; ``order`` has the keys of its layers in the order in which Keras saves their weights."""

    name: str
    inputs: tuple[InputFact, ...]
    layers: Mapping[str, LayerFact]
    nodes: tuple[NodeFact, ...]
    form: str
    outputs: Mapping[str, Wire]
    output_types: Mapping[str, str]
    order: tuple[str, ...]
    dtype: str = FLOAT
    seed: int | None = None
    compile: Mapping[str, Json] | None = None
    parameters: int | None = 0
    flops: int | str | None = 0
    span: Span | None = None


def snapshot(typed: TypedGraph) -> Snapshot:
    """Return what is compared of a typed graph."""
    return _Taking({}).of(typed)


@dataclass(slots=True)
class _Taking:
    """One graph on its way; ``owners`` says of each weight, by identity, which layer has it."""

    owners: dict[int, str]
    prefix: str = ""

    def of(self, typed: TypedGraph) -> Snapshot:
        graph = typed.graph
        needed = reached(graph)
        nodes = [node for node in graph.nodes if node.name in needed]
        called = dict.fromkeys(node.target for node in nodes if node.kind == "call")
        weights = weights_of(typed)
        return Snapshot(
            name=graph.name,
            inputs=tuple(_input(typed, number) for number in range(len(graph.inputs))),
            layers={key: self.layer(typed, key) for key in called},
            nodes=tuple(_node(node, typed) for node in nodes),
            form=graph.outputs.form,
            outputs=dict(_output_wires(graph.outputs)),
            output_types={name: _shown(found) for name, found in output_types(typed).items()},
            order=tuple(callables_in_order(graph, typed.callables)),
            dtype=graph.dtype or FLOAT,
            seed=graph.seed,
            compile=compile_of(graph.compile, _model_name),
            parameters=None if weights is None else sum(weight.size for weight in weights),
            flops=_count(total_flops(typed)),
            span=graph.span,
        )  # fmt: skip

    def layer(self, typed: TypedGraph, key: str) -> LayerFact:
        made = typed.callables[key]
        inner = typed.models.get(key)
        model = inner if made.kind == "model" and key in typed.graph.callables else None
        shares: dict[str, None] = {}
        return LayerFact(
            key=key,
            kind=made.kind,
            type=type_of(made),
            arguments=arguments_of(made, _model_name),
            trainable=made.trainable is not False,
            weights={} if model is not None else self.weights(made, typed, inner, shares),
            shares=tuple(shares),
            model=None if model is None else _Taking(self.owners, f"{self.prefix}{key}/").of(model),
            span=made.span,
        )

    def weights(
        self, made: Callable, typed: TypedGraph, inner: TypedGraph | None, shares: dict[str, None]
    ) -> Mapping[str, Shapes] | None:
        own = typed.weights.get(made.key)
        if own is None:
            return None
        full = f"{self.prefix}{made.key}"
        if made.key not in typed.graph.callables:
            shares[made.key] = None
            return {}
        if inner is not None:
            return dict(_inside(inner, ""))
        for weight in own:
            owner = self.owners.setdefault(id(weight), full)
            if owner != full:
                shares[owner] = None
        shapes = tuple((weight.name, weight.shape) for weight in own)
        return {"": shapes} if shapes else {}


def _inside(typed: TypedGraph, path: str) -> Iterator[tuple[str, Shapes]]:
    """Yield the variables of an application by path."""
    for slot, key in slots_of(callables_in_order(typed.graph, typed.callables), _classes(typed)):
        inner = typed.models.get(key)
        if inner is not None:
            yield from _inside(inner, f"{path}{slot}/")
            continue
        weights = typed.weights.get(key) or ()
        if weights:
            yield f"{path}{slot}", tuple((weight.name, weight.shape) for weight in weights)


def _classes(typed: TypedGraph) -> Mapping[str, str]:
    return {key: saved_class(type_of(made), made.kind) for key, made in typed.callables.items()}


def _input(typed: TypedGraph, number: int) -> InputFact:
    item = typed.graph.inputs[number]
    given = {"sparse": item.sparse, "ragged": item.ragged, "optional": item.optional}
    found = typed.types[item.name]
    declared = "?" if item.shape is None else f"[{', '.join(_size(size) for size in item.shape)}]"
    return InputFact(
        name=item.name,
        type=_shown(found if isinstance(found, TensorType) else None),
        declared=declared,
        more={key: value for key, value in given.items() if value},
        span=item.span,
    )


def _size(size: int | str | None) -> str:
    return "null" if size is None else str(size)


def _node(node: Node, typed: TypedGraph) -> NodeFact:
    wires: list[Wire] = []

    def wire(tensor: Tensor) -> Json:
        wires.append((tensor.node, _port(tensor)))
        return {"tensor": len(wires) - 1}

    is_call = node.kind == "call"
    target = node.target if is_call else op_of(node.target)
    named = _by_name(node, typed)
    if is_call:
        form = {key: canonical(value, None, _model_name, wire) for key, value in sorted(named.items())}
        form = {key: value for key, value in form.items() if value is not None}
    else:
        form = call_arguments(target, named, wire, _model_name)
    outputs = typed.types[node.name]
    return NodeFact(
        name=node.name,
        kind=node.kind,
        type=target,
        wires=tuple(wires),
        form=form,
        outputs=None if outputs is None else tuple(_shown(x) for x in tensors_of(outputs)),
        flops=_count(typed.flops[node.name]),
        span=node.span,
    )


def _by_name(node: Node, typed: TypedGraph) -> dict[str, Value]:
    """Return the arguments of a call by name as far as names are known."""
    if node.kind != "call":
        return {**positional(node.target, node.args), **node.kwargs}
    made = typed.callables[node.target]
    found = catalog.layer(made.type) if made.kind == "layer" else None
    names = [] if found is None else [argument.name for argument in found.call]
    placed = {names[at] if at < len(names) else str(at): value for at, value in enumerate(node.args)}
    return {**placed, **node.kwargs}


def _port(tensor: Tensor) -> str:
    return "" if tensor.output is None else str(tensor.output)


def _output_wires(outputs: GraphOutputs) -> Iterator[tuple[str, Wire]]:
    for name, tensor in zip(outputs.names, outputs.tensors, strict=True):
        yield name, (tensor.node, _port(tensor))


def _shown(x: TensorType | None) -> str:
    """Return a type as Keras sees it, to which a size with a name is any size."""
    if x is None:
        return "?"
    sizes = ", ".join(str(size) if isinstance(size, int) else "None" for size in x.shape)
    return f"({sizes}{',' if len(x.shape) == 1 else ''}) {x.dtype}"


def _count(count: Count) -> int | str | None:
    return count if count is None or isinstance(count, int) else str(count)


def _model_name(made: Callable) -> Json:
    graph: Graph | None = made.graph
    return made.type if graph is None else graph.name
