"""The order in which Keras saves and loads the layers of a graph, which decides what file a model can read.

A layer's weights are saved under its class and a count, not its name; counted is in the order of ``Functional.layers``:
by the distance to the outputs, and among equals as a search in depth from the outputs first meets them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphspec.frontend.expand import snake_case
from graphspec.graph.ir import Callable, Graph, Node, Tensor, Value, operands_of
from graphspec.graph.output_names import keras_output_names

# An operation of Keras: the key of a layer, or the name of a node or an input that is none.
_Operation = tuple[str, str]


def callables_in_order(graph: Graph, callables: Mapping[str, Callable]) -> Iterator[str]:
    """Yield the keys of the layers that a graph calls, in the order of Keras."""
    search = _Search(graph)
    search.run()
    wrapped = set(_wrapped(graph, callables))
    depths = _depths(search, wrapped)
    indices = {operation: number for number, operation in enumerate(search.met)}
    for kind, key in sorted(depths, key=lambda operation: (-depths[operation], indices[operation])):
        if kind == "call":
            yield key


def slots_of(order: Iterable[str], classes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the group of a file that each layer is saved in, with its key."""
    counts: dict[str, int] = {}
    for key in order:
        stem = snake_case(classes[key])
        count = counts.get(stem, 0)
        counts[stem] = count + 1
        yield (f"{stem}_{count}" if count else stem), key


def saved_class(name: str, kind: str) -> str:
    """Return the class that a layer is saved under: an application is a functional model."""
    return "Functional" if kind == "application" else name.rpartition(".")[2]


@dataclass(slots=True)
class _Search:
    """The search of Keras: nodes as they are finished, operations as they are met."""

    graph: Graph
    nodes: dict[str, Node] = field(default_factory=dict)
    finished: dict[str, None] = field(default_factory=dict)
    met: dict[_Operation, None] = field(default_factory=dict)

    def run(self) -> None:
        self.nodes = {node.name: node for node in self.graph.nodes}
        for tensor in ordered_outputs(self.graph):
            self.visit(tensor.node)

    def visit(self, start: str) -> None:
        stack = [(start, iter(self.enter(start)))]
        while stack:
            name, sources = stack[-1]
            following = next((source for source in sources if source not in self.finished), None)
            if following is None:
                self.finished[name] = None
                stack.pop()
            else:
                stack.append((following, iter(self.enter(following))))

    def enter(self, name: str) -> list[str]:
        self.met.setdefault(self.operation(name))
        return self.sources(name)

    def operation(self, name: str) -> _Operation:
        node = self.nodes.get(name)
        return ("input", name) if node is None else ("call", node.target) if node.kind == "call" else ("op", name)

    def sources(self, name: str) -> list[str]:
        node = self.nodes.get(name)
        if node is None:
            return []
        if not node.kwargs:
            return [tensor.node for tensor in operands_of(node)]
        values: list[Value] = [*node.args, *(node.kwargs[key] for key in sorted(node.kwargs))]
        return [tensor.node for value in values for tensor in _tensors(value)]


def _tensors(value: Value) -> Iterator[Tensor]:
    """Yield tensors as Keras flattens a structure, in which the keys of a mapping are sorted."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from _tensors(value[key])


def ordered_outputs(graph: Graph) -> list[Tensor]:
    """Return the outputs as Keras flattens them."""
    outputs = graph.outputs
    if outputs.form != "mapping":
        return list(outputs.tensors)
    named = dict(zip(outputs.names, outputs.tensors, strict=True))
    return [named[name] for name in sorted(named)]


def _depths(search: _Search, wrapped: set[str]) -> dict[_Operation, int]:
    """Return how far each operation is from the outputs at most."""
    depths: dict[str, int] = {}
    result: dict[_Operation, int] = {}
    for name in wrapped:
        depths[name] = 1
    for name in reversed(search.finished):
        operation = search.operation(name)
        depth = max(depths.get(name, 0), result.get(operation, 0))
        result[operation] = depths[name] = depth
        for source in search.sources(name):
            depths[source] = max(depth + 1, depths.get(source, 0))
    return result


def _wrapped(graph: Graph, callables: Mapping[str, Callable]) -> Iterator[str]:
    """Yield the nodes whose output Keras would name otherwise, so that building puts an Identity after them."""
    outputs = graph.outputs
    if outputs.form != "list" or len(outputs.names) == 1:
        return
    named = {item.name: item.name for item in graph.inputs}
    named |= {
        node.name: callables[node.target].keras_name if node.kind == "call" else node.keras_name for node in graph.nodes
    }
    taken = {named[tensor.node] for tensor in outputs.tensors}
    for name, tensor in zip(keras_output_names(graph), outputs.tensors, strict=True):
        if named[tensor.node] != name and name not in taken:
            taken.add(name)
            yield tensor.node
