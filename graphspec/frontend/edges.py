"""Arrows -> operands: ``flat1, flat2 -> merge -> hidden`` wires nodes apart from where they are declared."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from graphspec.catalog import catalog
from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.frontend.fields import describe_value
from graphspec.frontend.program import Operand, Operands, Reference
from graphspec.frontend.tree import Scalar, Sequence, Tree, Unknown

COMMUTATIVE = frozenset({"Add", "Multiply", "Average", "Maximum", "Minimum"})
REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*\Z")
_NODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_MOST_CUT = 64
_BROKEN_ARROW = re.compile(r"- +>|=>|-->|<-|\u2192")


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow into a node: the references at its tail."""

    sources: tuple[Reference, ...]
    span: Span


@dataclass(slots=True)
class Wiring:
    """The arrows into each node; ``complete`` is False where a mistake may hide some.

    ``unknown`` holds the names at their heads that are no node, and so are reported as tails no more.
    """

    arrows: dict[str, list[Arrow]] = field(default_factory=dict)
    targets: list[Reference] = field(default_factory=list)
    complete: bool = True
    unknown: set[str] = field(default_factory=set)


def read_edges(tree: Tree | None, names: Collection[str], diagnostics: Diagnostics) -> Wiring:
    """Return the arrows of ``edges``, by the node they lead to; ``names`` are those of inputs and nodes."""
    wiring = Wiring()
    if isinstance(tree, Unknown):
        wiring.complete = False
        return wiring
    if tree is None or (isinstance(tree, Scalar) and tree.value is None):
        return wiring
    if not isinstance(tree, Sequence):
        diagnostics.error(
            "GS210", f'"edges" must be a list of arrows (- a -> b), not {describe_value(tree)}', tree.span,
            help='put each on a line of its own that starts with "- "',
        )  # fmt: skip
        wiring.complete = False
        return wiring
    skipped = 0
    for at, item in enumerate(tree.items):
        if skipped:
            skipped -= 1
            continue
        skipped = _report_cut(tree.items[at : at + _MOST_CUT], diagnostics) if _is_name(item) else 0
        if skipped:
            wiring.complete = False
            continue
        _read_line(item, wiring, names, diagnostics)
    return wiring


def _is_name(item: Tree) -> bool:
    return isinstance(item, Scalar) and item.plain and REFERENCE.match(item.text) is not None


def _report_cut(items: tuple[Tree, ...], diagnostics: Diagnostics) -> int:
    """Report an edge that a comma in brackets cuts, ``[a, b -> c]``; return how many items it has after the first."""
    names = list(takewhile(_is_name, items))
    last = items[len(names)] if len(names) < len(items) else None
    if not isinstance(last, Scalar) or "->" not in last.text or last.span.line != names[0].span.line:
        return 0
    whole = ", ".join(item.text for item in (*names, last) if isinstance(item, Scalar))
    diagnostics.error(
        "GS210", "in brackets a comma ends an edge, and this one has several names before its arrow", names[0].span,
        help=f'put it in quotes: "{whole}"',
    )  # fmt: skip
    return len(names)


def operands_of(node: str, layer: str | None, arrows: list[Arrow], diagnostics: Diagnostics) -> Operand:
    """Return the operands that a node's arrows bring, where their order is certain."""
    if len(arrows) == 1:
        sources = arrows[0].sources
        return sources[0] if len(sources) == 1 else Operands(sources, arrows[0].span)
    is_unknown = layer is not None and catalog.layer(layer) is None
    if layer not in COMMUTATIVE and not is_unknown and not _takes_one(layer):
        names = ", ".join(source.path for arrow in arrows for source in arrow.sources)
        diagnostics.error(
            "GS211",
            f'the order of the operands of "{node}" matters, and {len(arrows)} arrows bring them one by one',
            arrows[1].span,
            help=f"write one arrow: {names} -> {node}",
            related=[Related("the first arrow is here", arrows[0].span)],
            node=node,
        )
    return Operands(tuple(source for arrow in arrows for source in arrow.sources), arrows[1].span)


def _takes_one(layer: str | None) -> bool:
    """Say whether a layer takes one tensor, so that what is wrong with two arrows is not their order."""
    found = None if layer is None else catalog.layer(layer)
    return (
        found is not None
        and sum(argument.role in {"tensor", "tensors"} for argument in found.call) == 1
        and (found.call[0].role == "tensor")
    )


def _read_line(item: Tree, wiring: Wiring, names: Collection[str], diagnostics: Diagnostics) -> None:
    if not isinstance(item, Scalar) or not isinstance(item.value, str):
        wiring.complete = False
        if isinstance(item, Unknown):
            return
        help_ = None
        if isinstance(item, Sequence) and all(isinstance(part, Scalar) and part.text for part in item.items):
            help_ = f"write {' -> '.join(part.text for part in item.items if isinstance(part, Scalar))}"
        diagnostics.error(
            "GS210", f'an edge must be text like "a -> b", not {describe_value(item)}', item.span, help=help_
        )
        return
    groups = _groups(item, names, diagnostics)
    if groups is None:
        wiring.complete = False
        return
    for tail, head in pairwise(groups):
        for target in head:
            wiring.arrows.setdefault(target.path, []).append(Arrow(tail, target.span))
            wiring.targets.append(target)


def _groups(item: Scalar, names: Collection[str], diagnostics: Diagnostics) -> list[tuple[Reference, ...]] | None:
    text = str(item.value)
    if "->" not in text:
        diagnostics.error("GS210", f'the edge "{text}" has no arrow', item.span, help='write it as "source -> target"')
        return None
    groups: list[tuple[Reference, ...]] = []
    offset = 0
    for position, segment in enumerate(text.split("->")):
        pattern = REFERENCE if position == 0 else _NODE
        group = _group(segment, offset, item, pattern, names, diagnostics)
        if group is None:
            return None
        groups.append(group)
        offset += len(segment) + 2
    return groups


def _group(
    segment: str,
    offset: int,
    item: Scalar,
    pattern: re.Pattern[str],
    names: Collection[str],
    diagnostics: Diagnostics,
) -> tuple[Reference, ...] | None:
    references: list[Reference] = []
    for word in segment.split(","):
        name = word.strip()
        start = offset + len(word) - len(word.lstrip())
        place = within(item, start, len(name))
        offset += len(word) + 1
        if not name:
            diagnostics.error("GS210", f'the edge "{item.value}" has an arrow or a comma with nothing beside it', place)
            return None
        if not pattern.match(name) and name not in names:
            _report_end(name, place, is_head=pattern is _NODE, diagnostics=diagnostics)
            return None
        references.append(Reference(name, place))
    return tuple(references)


def _report_end(name: str, place: Span, diagnostics: Diagnostics, *, is_head: bool) -> None:
    """Report an end of an arrow that is no name."""
    help_ = None
    if is_head and REFERENCE.match(name):
        help_ = f"an arrow leads to a whole node: {name.split('.', 1)[0]}"
    elif " - " in name:
        help_ = "an edge that is indented deeper continues the one above: indent them alike"
    elif _BROKEN_ARROW.search(name):
        help_ = 'an arrow is written "->"'
    elif " " in name:
        help_ = 'names stand apart by "->" or ","'
    expected = "a node" if is_head else "a reference"
    diagnostics.error("GS210", f'"{name}" in the edge is not {expected}', place, help=help_)


def within(item: Scalar, start: int, length: int) -> Span:
    """Return the place of a part of a scalar's text, or the whole scalar where the text was written otherwise."""
    span = item.span
    quotes = 0 if item.plain else 1
    one_line = span.line == span.end_line and span.end_column - span.column == len(item.text) + 2 * quotes
    if not one_line:
        return span
    column = span.column + quotes + start
    return Span(span.path, span.line, column, span.line, column + max(1, length))


def unknown_targets(wiring: Wiring, nodes: Collection[str]) -> list[Reference]:
    """Return the heads of arrows that are no node."""
    return [target for target in wiring.targets if target.path not in nodes]
