"""What a spec says without effect: inputs, nodes, layers and models that no output needs."""

from collections.abc import Collection, Mapping

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.graph.ir import Graph, operands_of


def lint(graph: Graph, named: Mapping[str, tuple[str, Span]], used: Collection[str], diagnostics: Diagnostics) -> None:
    """Warn of each thing that no output needs, once for a run of nodes: at the node where it ends.

    ``named`` maps the entries of layers and models to their kind and place, ``used`` holds those that are called.
    """
    needed = reached(graph)
    nodes = [node for node in graph.nodes if node.name not in needed]
    feeding = {tensor.node for node in nodes for tensor in operands_of(node)}
    for node in nodes:
        diagnostics.origin = node.origin
        if node.name not in feeding:
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
