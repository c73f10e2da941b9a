"""The names by which Keras knows the outputs of a list: those of the spec, with what ``name`` makes of them."""

from graphspec.graph.ir import CHAIN, Graph, Node


def keras_output_names(graph: Graph) -> tuple[str, ...]:
    """Return the names of the outputs in Keras, beside the graph's own: a node with a ``name`` gives it to its output.

    A name that is a path inside the node (``stem.last`` of ``stem``) is that of a layer in it, and not of its output.
    """
    outputs = graph.outputs
    if outputs.form != "list":
        return outputs.names
    nodes = {node.name: node for node in graph.nodes}
    pairs = zip(outputs.names, outputs.tensors, strict=True)
    return tuple(_keras_name(name, nodes.get(tensor.node), graph) for name, tensor in pairs)


def _keras_name(name: str, node: Node | None, graph: Graph) -> str:
    if node is None or node.keras_name == node.name:
        return name
    is_chain = graph.groups.get(name) == CHAIN and node.name.startswith(f"{name}.")
    head = name if is_chain else node.name
    if node.keras_name.startswith(f"{head}.") or not f"{name}.".startswith(f"{head}."):
        return name
    return node.keras_name + name.removeprefix(head)
