"""The outline of a spec and the lines that fold: what is in the tree, by its lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from graphspec.diagnostics.span import Span
from graphspec.frontend.structure import NODE
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree
from graphspec.frontend.whats import is_what_name

OutlineKind = Literal["section", "input", "node", "layer", "model", "member", "entry", "block", "param"]
_OF_SECTION: dict[str, OutlineKind] = {
    "params": "param", "variants": "entry", "imports": "entry", "blocks": "block", "inputs": "input", "nodes": "node",
    "layers": "layer", "models": "model",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the outline: its name, what it is, all of it and its key."""

    name: str
    detail: str
    kind: OutlineKind
    whole: Span
    key: Span
    items: tuple["Item", ...] = ()


def outline_of(tree: Mapping) -> list[Item]:
    """Return the sections of a spec with what they name."""
    return [_section(entry) for entry in _own(tree)]


def _section(entry: Entry) -> Item:
    kind = _OF_SECTION.get(entry.key)
    items: list[Item] = []
    if kind is not None and isinstance(entry.value, Mapping):
        items = [_named(item, kind) for item in _own(entry.value)]
    return Item(entry.key, "", "section", whole(entry), entry.span, tuple(items))


def _named(entry: Entry, kind: OutlineKind) -> Item:
    value = entry.value
    items: tuple[Item, ...] = ()
    if kind in {"model", "block"} and isinstance(value, Mapping):
        items = tuple(_section(item) for item in _own(value) if item.key in _OF_SECTION)
    elif isinstance(value, Mapping):
        items = tuple(_members(value.get("chain")))
    return Item(entry.key, _detail(value), kind, whole(entry), entry.span, items)


def _members(chain: Tree | None) -> Iterator[Item]:
    for item in chain.items if isinstance(chain, Sequence) else ():
        if isinstance(item, Scalar) and item.text:
            yield Item(item.text, "", "member", item.span, item.span)
        elif isinstance(item, Mapping) and (own := _own(item)):
            what = next((entry for entry in own if entry.key not in NODE.keys), own[0])
            place = Span(*what.span[:3], *_later(whole(what), what.span)[3:])
            yield Item(what.key, "", "member", place, what.span, tuple(_members(item.get("chain"))))


def _detail(value: Tree) -> str:
    if isinstance(value, Mapping):
        what = next((key for key in value.entries if is_what_name(key)), "")
        called = value.get(what) if what in {"call", "expr"} else None
        return f"{what} {called.text}" if isinstance(called, Scalar) else what
    if isinstance(value, Sequence):
        sizes = (item.text or "null" for item in value.items if isinstance(item, Scalar))
        return f"[{', '.join(sizes)}]"
    return value.text


def _own(mapping: Mapping) -> list[Entry]:
    """Return the entries that stand in the mapping, without those that it merges from elsewhere."""
    span = mapping.span
    return [
        entry
        for entry in mapping.entries.values()
        if span.line <= entry.span.line <= max(span.end_line, entry.span.line) and entry.span.path == span.path
    ]


def whole(entry: Entry) -> Span:
    """Return the span from a key to the end of its value."""
    end = _later(entry.span, end_of(entry.value))
    return Span(*entry.span[:3], end.end_line, end.end_column)


def end_of(tree: Tree) -> Span:
    """Return the span with which a value ends; that of a block mapping itself may reach to the next key."""
    if isinstance(tree, Scalar):
        return tree.span
    if isinstance(tree, Sequence):
        spans = [end_of(item) for item in tree.items]
    else:
        spans = [_later(entry.span, end_of(entry.value)) for entry in tree.entries.values()]
    inside = [span for span in spans if (span.line, span.column) >= (tree.span.line, tree.span.column)]
    return max(inside, key=lambda span: (span.end_line, span.end_column), default=tree.span)


def _later(one: Span, other: Span) -> Span:
    return other if (other.end_line, other.end_column) > (one.end_line, one.end_column) else one


def folds_of(tree: Tree) -> list[tuple[int, int]]:
    """Return the first and the last line of everything that has a key and more than one line."""
    found: dict[int, int] = {}
    for first, last in _folds(tree):
        found[first] = max(last, found.get(first, 0))
    return sorted(found.items())


def _folds(tree: Tree) -> Iterator[tuple[int, int]]:
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield from _fold(item.span.line, item)
    elif isinstance(tree, Mapping):
        for entry in tree.entries.values():
            yield from _fold(entry.span.line, entry.value)


def _fold(first: int, value: Tree) -> Iterator[tuple[int, int]]:
    last = end_of(value).end_line
    if last > first:
        yield first, last
        yield from _folds(value)
