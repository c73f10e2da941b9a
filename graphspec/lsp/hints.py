"""Inlay hints: the output shape and the parameters of every call, after the line on which it is named."""

from typing import NamedTuple

from graphspec.lsp.analysis import Document
from graphspec.lsp.facts import Fact, shown_outputs


class Hint(NamedTuple):
    """What to show at the end of a line."""

    line: int
    label: str


def hints_of(document: Document, first: int, last: int) -> list[Hint]:
    """Return the hints of some lines, at most one a line: that of a node rather than those of its members."""
    good = document.good
    found: dict[int, Hint] = {}
    for anchor in good.names.anchors:
        place = document.here(anchor.span)
        if place is None or not first <= place.line <= last or place.line in found:
            continue
        fact = good.facts(anchor.scope).get(anchor.path)
        label = None if fact is None else label_of(fact)
        if label is not None:
            found[place.line] = Hint(place.line, label)
    return [found[line] for line in sorted(found)]


def label_of(fact: Fact) -> str | None:
    """Return the hint of a call, or None where its shape is not known."""
    shape = shown_outputs(fact.outputs)
    if shape is None:
        return None
    if fact.shared_with is not None and fact.weights:
        return f"\u2192 {shape}, weights of {fact.shared_with}"
    count = fact.parameters
    return f"\u2192 {shape}, {_counted(count)}" if count else f"\u2192 {shape}"


def _counted(count: int) -> str:
    return "1 parameter" if count == 1 else f"{count:,} parameters"
