"""Which operations need a name of their own: Keras counts those of ``keras.ops`` by what they are."""

import re

from graphspec.graph.ir import Graph, Node
from graphspec.graph.lint import reached
from graphspec.views.python_uses import symbolic

_COUNT = re.compile(r"_\d+\Z")
# Where the class of an operation has another name than its function.
_CLASSES = {
    "abs": "absolute",
    "conj": "conjugate",
    "swish": "silu",
    "hardswish": "hardsilu",
    "batchnormalization": "batchnorm",
    "layernormalization": "layernorm",
    "rmsnormalization": "rmsnorm",
}


def operations_to_rename(graph: Graph) -> set[str]:
    """Return the nodes whose operations could get the name of a layer, or are outputs that go by name."""
    names = {item.name for item in graph.inputs}
    names |= {made.keras_name if made.graph is None else made.graph.name for made in graph.callables.values()}
    taken = {_stem(name) for name in names}
    outputs = graph.outputs
    listed = {tensor.node for tensor in outputs.tensors} if outputs.form == "list" and len(outputs.names) > 1 else set()
    needed = reached(graph) & symbolic(graph)
    return {
        node.name
        for node in graph.nodes
        if node.kind != "call" and node.name in needed and (node.name in listed or _class(node) in taken)
    }


def _stem(name: str) -> str:
    return _COUNT.sub("", name).replace("_", "")


def _class(node: Node) -> str:
    stem = node.target.rpartition(".")[2].replace("_", "")
    return _CLASSES.get(stem, stem)
