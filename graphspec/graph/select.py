"""Pick one model of a graph, and look at what building it would need."""

from collections.abc import Iterator
from dataclasses import replace

from graphspec.diagnostics.diagnostic import Diagnostic, UsageError
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.graph.ir import Callable, Graph


def model_of(graph: Graph, name: str) -> Graph:
    """Return the graph of an entry of ``models``, with the named layers that it may share.

    Raises UsageError where there is no such entry.
    """
    models = {key: made.graph for key, made in graph.callables.items() if made.graph is not None}
    chosen = models.get(name)
    if chosen is None:
        known = did_you_mean(name, models) or (f"; there are {', '.join(sorted(models))}" if models else "")
        raise UsageError(f'the spec has no model "{name}"{known}')
    seed = graph.seed if chosen.seed is None else chosen.seed
    return replace(chosen, callables={**graph.callables, **chosen.callables}, seed=seed)


def download_problem(graph: Graph) -> Diagnostic | None:
    """Return why a graph cannot be built without fetching weights, or None where it can."""
    for made in _callables(graph):
        weights = made.arguments.get("weights") if made.kind == "application" else None
        if weights is not None:
            return Diagnostic(
                "GS411",
                "error",
                f'"weights: {weights}" of {made.type} is fetched from the network, which was not allowed',
                made.span,
                "run again with --allow-download, or write weights: null",
            )
    return None


def _callables(graph: Graph) -> Iterator[Callable]:
    for made in graph.callables.values():
        yield made
        if made.graph is not None:
            yield from _callables(made.graph)
