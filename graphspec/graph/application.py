"""A model of ``keras.applications`` as a graph of its own."""

from graphspec.graph.ir import Callable, Graph


def application_graph(made: Callable) -> Graph | None:  # noqa: ARG001 - until the catalogue holds their layers
    """Return the graph of an application with these arguments, or None where it is not known."""
    return None
