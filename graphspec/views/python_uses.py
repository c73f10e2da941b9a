"""Which layers and models a graph uses, and how often."""

from collections import Counter
from collections.abc import Iterator, Mapping

from graphspec.graph.ir import Callable, Graph, Imported, LayerReference, Object, Value, operands_of
from graphspec.graph.lint import reached


def uses_of(graph: Graph) -> Counter[str]:
    """Return how often each layer or model is called or taken as an argument by what the outputs need.

    Those that a nested model takes from the graph around it count once for it.
    """
    found: Counter[str] = Counter()
    needed = reached(graph)
    waiting: list[str] = []
    for node in graph.nodes:
        if node.name in needed:
            waiting += [node.target] if node.kind == "call" else []
            waiting += [*_references(node.args), *_references(node.kwargs)]
    while waiting:
        key = waiting.pop()
        found[key] += 1
        if found[key] == 1 and key in graph.callables:
            waiting += _needs(graph.callables[key])
    return found


def symbolic(graph: Graph) -> set[str]:
    """Return the inputs and the nodes that an input reaches: Keras computes all others at once."""
    found = {item.name for item in graph.inputs}
    for node in graph.nodes:
        if any(tensor.node in found for tensor in operands_of(node)):
            found.add(node.name)
    return found


def taken_from_around(graph: Graph) -> list[str]:
    """Return the layers and models that a nested graph uses and that belong to the graph around it."""
    return sorted(key for key in uses_of(graph) if key not in graph.callables)


def modules_of(graph: Graph) -> set[str]:
    """Return the first part of the name of each module outside Keras that a graph names."""
    parts = [part for made in graph.callables.values() for part in _parts(made)]
    plugins = {part.type for part in parts if isinstance(part, Callable) and part.kind == "plugin"}
    functions = {part.path for part in parts if isinstance(part, Imported)}
    return {path.partition(":")[0].partition(".")[0] for path in plugins | functions}


def _needs(made: Callable) -> Iterator[str]:
    yield from taken_from_around(made.graph) if made.graph is not None else ()
    for value in made.arguments.values():
        yield from _references(value)


def _references(value: Value) -> Iterator[str]:
    for part in _parts(value):
        if isinstance(part, LayerReference):
            yield part.name


def _parts(value: Value) -> Iterator[Value]:
    """Yield a value and every value inside it."""
    yield value
    inside: tuple[Value, ...] = ()
    if isinstance(value, tuple):
        inside = value
    elif isinstance(value, Mapping):
        inside = tuple(value.values())
    elif isinstance(value, Callable | Object):
        inside = tuple(value.arguments.values())
    for item in inside:
        yield from _parts(item)
