"""A parsed YAML document: values, each with the place it stands at.

Named tuples, since a document has a great many and they are the quickest to make.
"""

from collections.abc import Mapping as MappingABC
from typing import NamedTuple

from graphspec.diagnostics.span import Span

ScalarValue = str | int | float | bool | None


class Scalar(NamedTuple):
    """A leaf, resolved by YAML 1.2's core schema; ``text`` is what was written, ``plain`` that it had no quotes."""

    value: ScalarValue
    span: Span
    text: str
    plain: bool = True


class Unknown(Scalar):
    """A value that could not be made out, and whose mistake was reported: nothing is said of what depends on it."""

    __slots__ = ()

    @classmethod
    def at(cls, span: Span) -> "Unknown":
        """Return an unknown value that stands at a place."""
        return cls(None, span, "?", plain=False)


class Sequence(NamedTuple):
    """An ordered list."""

    items: tuple["Tree", ...]
    span: Span


class Entry(NamedTuple):
    """A key of a mapping, its place, and its value."""

    key: str
    span: Span
    value: "Tree"


class Mapping(NamedTuple):
    """A mapping; keys are always text, in the order they were written."""

    entries: MappingABC[str, Entry]
    span: Span

    def get(self, key: str) -> "Tree | None":
        """Return the value under a key, or None where there is no such key."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value


Tree = Scalar | Sequence | Mapping


def holds_unknown(tree: Tree | None) -> bool:
    """Say whether a value, or a part of it, could not be made out."""
    if isinstance(tree, Scalar) or tree is None:
        return isinstance(tree, Unknown)
    if isinstance(tree, Sequence):
        return any(map(holds_unknown, tree.items))
    return any(holds_unknown(entry.value) for entry in tree.entries.values())


def plain(tree: Tree) -> object:
    """Return the Python value of a tree, without places."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Sequence):
        return [plain(item) for item in tree.items]
    return {key: plain(entry.value) for key, entry in tree.entries.items()}
