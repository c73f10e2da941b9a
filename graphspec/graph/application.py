"""A model of ``keras.applications`` as a graph of its own."""

from collections.abc import Callable as CallableABC
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphspec.catalog import catalog
from graphspec.catalog.designs import Design, DesignLayer, Row, Shape, design
from graphspec.diagnostics.span import Span
from graphspec.frontend.expand import snake_case
from graphspec.graph.application_arguments import check_arguments, shape_of
from graphspec.graph.ir import Callable, Graph, GraphOutputs, Input, Node, Tensor, Value
from graphspec.shapes.types import ShapeError

_INPUT = "input_layer"


def application_graph(made: Callable) -> Graph | None:
    """Return the graph of an application with these arguments, or None where it is not known.

    Raises ShapeError where Keras refuses the arguments.
    """
    found, designed = catalog.application(made.type), design(made.type)
    if found is None or designed is None:
        return None
    defaults: dict[str, Value] = {
        name: argument.default for name, argument in found.arguments.items()  # type: ignore[misc]
    }  # fmt: skip
    arguments = {**defaults, **made.arguments}
    shape = shape_of(made.type, arguments, designed)
    check_arguments(made.type, arguments, shape, designed)
    layers = designed.layers(_facts(arguments, shape))
    if layers is None:
        return None
    return _Assembly(made, arguments, shape, designed).graph(layers)


def _facts(arguments: Mapping[str, Value], shape: Shape) -> dict[str, object]:
    """Return what variants are told apart by: the arguments, and what follows from them."""
    rate = arguments.get("dropout_rate")
    return {
        **arguments,
        "rgb": shape[-1] == 3,  # noqa: PLR2004 - red, green and blue
        "sized": shape[1] is not None,
        "drops": isinstance(rate, int | float) and rate > 0,
    }


@dataclass(slots=True)
class _Assembly:
    """One application on its way to a graph."""

    made: Callable
    given: Mapping[str, Value]
    shape: Shape
    design: Design
    callables: dict[str, Callable] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def graph(self, layers: tuple[DesignLayer, ...]) -> Graph:
        """Return the graph of all layers, with the outputs that are used."""
        rows = [self.arguments(row) for row in self.design.rows]
        self.numbers = {}
        taken = {layer.name for layer in layers}
        names = [layer.name or self.made_up(layer, taken) for layer in layers]
        made_by = [_INPUT, *names]
        nodes = []
        for number, (name, layer) in enumerate(zip(names, layers, strict=True), 1):
            feeds = tuple(Tensor(made_by[number - feed]) for feed in layer.feeds)
            nodes.append(self.node(name, self.design.rows[layer.row], rows[layer.row], feeds))
        return _graph(self.made.keras_name, self.shape, self.callables, nodes, self.outputs(names), self.made.span)

    def made_up(self, layer: DesignLayer, taken: set[str | None]) -> str:
        """Return the name that Keras gives a layer in a new session."""
        stem = snake_case(self.design.rows[layer.row].type.removeprefix("ops."))
        while True:
            number = self.numbers[stem] = self.numbers.get(stem, -1) + 1
            name = f"{stem}_{number}" if number else stem
            if name not in taken:
                return name

    def node(self, name: str, row: Row, arguments: Mapping[str, Value], feeds: tuple[Tensor, ...]) -> Node:
        if row.type.startswith("ops."):
            return Node(
                name=name, keras_name=name, kind="op", target=row.type.removeprefix("ops."), args=feeds,
                kwargs=arguments, span=self.made.span,
            )  # fmt: skip
        if row.type == "Sequential":
            self.callables[name] = self.sequence(name, row)
        else:
            self.callables[name] = self.layer(name, row.type, arguments)
        args = feeds if len(feeds) == 1 else (feeds,)
        return _call(name, args, self.made.span)

    def layer(self, name: str, kind: str, arguments: Mapping[str, Value]) -> Callable:
        return Callable(
            key=name, keras_name=name, kind="layer", type=kind, arguments=arguments, span=self.made.span
        )  # fmt: skip

    def sequence(self, name: str, row: Row) -> Callable:
        """Return layers one after the other as a nested model."""
        shape = (None, None, self.value(row.arguments["channels"]))
        callables, nodes, before = {}, [], _INPUT
        for inner, number in row.arguments["layers"]:
            inside = self.design.rows[number]
            callables[inner] = self.layer(inner, inside.type, self.arguments(inside))
            nodes.append(_call(inner, (Tensor(before),), self.made.span))
            before = inner
        outputs = _one(before, self.made.span)
        graph = _graph(name, shape, callables, nodes, outputs, self.made.span)  # type: ignore[arg-type]
        return Callable(key=name, keras_name=name, kind="model", type="Sequential", graph=graph, span=self.made.span)

    def outputs(self, names: list[str]) -> GraphOutputs:
        taps = self.made.taps
        if taps in {(), ("",)}:
            return _one(names[-1], self.made.span)
        known = set(names)
        for tap in taps:
            if tap and tap not in known:
                raise ShapeError(f'has no layer "{tap}" with these arguments')
        return GraphOutputs(
            form="mapping", names=taps, tensors=tuple(Tensor(tap or names[-1]) for tap in taps), span=self.made.span
        )

    def arguments(self, row: Row) -> Mapping[str, Value]:
        return {name: self.value(value) for name, value in row.arguments.items() if name not in _OF_SEQUENCES}

    def value(self, value: Value) -> Value:
        """Return a value with what it says of the application's arguments replaced by what they are."""
        if isinstance(value, str) and value.startswith("$"):
            name = value[1:]
            return self.shape[-1] if name == "channels" else self.given[name]
        if not isinstance(value, tuple):
            return value
        if value and isinstance(value[0], str) and value[0] in _COMPUTED:
            return _COMPUTED[value[0]](self, *value[1:])
        return tuple(self.value(item) for item in value)

    def padding(self, kernel: int, halvings: int, trimmed: bool) -> Value:  # noqa: FBT001 - as the data have it
        """Return what pads an image to where halving it loses nothing.

        An odd size that a window of odd size halves takes half the window on both sides, an even one an element less
        before; so does a size that is not known.
        """
        half = kernel // 2
        return tuple((half - self.is_even(size, halvings, trimmed=trimmed), half) for size in self.shape[:2])

    def is_even(self, size: int | None, halvings: int, *, trimmed: bool) -> bool:
        if size is None or self.shape[0] is None:
            return True
        for number in range(halvings):
            size = (size - 1 if trimmed and number == 0 else size + 1) // 2
        return size % 2 == 0

    def scaled(self, filters: int) -> Value:
        """Return a number of filters for the application's ``alpha``."""
        alpha = self.given["alpha"]
        number = int(filters * alpha) if isinstance(alpha, int | float) else filters
        if number < 1:
            raise ShapeError(f"has no filters left with alpha: {alpha}")
        return number


_OF_SEQUENCES = frozenset({"channels", "layers"})
_COMPUTED: Mapping[str, CallableABC[..., Value]] = {"$padding": _Assembly.padding, "$alpha": _Assembly.scaled}


def _call(name: str, args: tuple[Value, ...], span: Span) -> Node:
    return Node(name=name, keras_name=name, kind="call", target=name, args=args, kwargs={}, span=span)


def _one(name: str, span: Span) -> GraphOutputs:
    return GraphOutputs(form="one", names=("output",), tensors=(Tensor(name),), span=span)


def _graph(
    name: str, shape: Shape, callables: Mapping[str, Callable], nodes: list[Node], outputs: GraphOutputs, span: Span
) -> Graph:
    inputs = (Input(name=_INPUT, shape=shape, span=span),)
    return Graph(name=name, inputs=inputs, callables=callables, nodes=tuple(nodes), outputs=outputs, span=span)
