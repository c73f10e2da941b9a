"""What a spec says without effect: inputs, nodes, layers and models that no output needs."""

from collections.abc import Collection, Iterator, Mapping

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.graph.ir import Graph, Node, operands_of


def lint(graph: Graph, named: Mapping[str, tuple[str, Span]], used: Collection[str], diagnostics: Diagnostics) -> None:
    """Warn of each thing that no output needs, once for a run of nodes: at the node where it ends.

    ``named`` maps the entries of layers and models to their kind and place, ``used`` holds those that are called.
    """
    needed = reached(graph)
    nodes = [node for node in graph.nodes if node.name not in needed]
    feeding = {tensor.node for node in nodes for tensor in operands_of(node)}
    ends = [node for node in nodes if node.name not in feeding]
    elsewhere = _needed_elsewhere(ends, graph, needed)
    for node in ends:
        diagnostics.origin = node.origin
        if node.name not in elsewhere:
            diagnostics.warning(
                "GS702", f'no output needs node "{node.name}", so it is not part of the model', node.span,
                help='add it to "outputs", or remove it', node=node.name,
            )  # fmt: skip
    diagnostics.origin = None
    for item in graph.inputs:
        if item.name not in needed and item.name not in feeding:
            diagnostics.warning(
                "GS701", f'no node takes the input "{item.name}"', item.span, help="remove it", node=item.name
            )
    for name, (kind, place) in named.items():
        if name not in used:
            diagnostics.warning("GS703", f'no node calls the {kind} "{name}"', place, help="call it, or remove it")


def _needed_elsewhere(ends: Collection[Node], graph: Graph, needed: Collection[str]) -> set[str]:
    """Return nodes of a block that another copy or use of it needs, where other nodes of this one are needed."""
    places = {node.span for node in ends if node.origin is not None}
    wholes: set[str] = set()
    parts: set[tuple[Span, str]] = set()
    for node in graph.nodes if places else ():
        if node.name not in needed:
            continue
        for whole, part in _splits(node.name):
            wholes.add(whole)
            if node.span in places:
                parts.add((node.span, part))
    return {
        node.name
        for node in ends
        if any(whole in wholes and (node.span, part) in parts for whole, part in _splits(node.name))
    }


def _splits(path: str) -> Iterator[tuple[str, str]]:
    """Yield every way to take a path as something in a whole."""
    names = path.split(".")
    for size in range(1, len(names)):
        yield ".".join(names[:size]), ".".join(names[size:])


def reached(graph: Graph) -> set[str]:
    """Return the names of the inputs and nodes that some output needs."""
    nodes = {node.name: node for node in graph.nodes}
    needed: set[str] = set()
    waiting = [tensor.node for tensor in graph.outputs.tensors]
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in nodes:
            waiting.extend(tensor.node for tensor in operands_of(nodes[name]))
    return needed
