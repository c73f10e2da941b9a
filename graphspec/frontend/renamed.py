"""Rewrite the names under ``ref``: in an imported file they are those of that file."""

from collections.abc import Callable

from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree


def renamed(tree: Mapping, name_of: Callable[[Scalar], str]) -> Mapping:
    """Return arguments with the name under every ``ref`` rewritten; the same object where there is none."""
    changed: dict[str, Entry] = {}
    for key, entry in tree.entries.items():
        value = _reference(entry.value, name_of) if key == "ref" else _renamed(entry.value, name_of)
        if value is not entry.value:
            changed[key] = entry._replace(value=value)
    return Mapping({**tree.entries, **changed}, tree.span) if changed else tree


def _reference(tree: Tree, name_of: Callable[[Scalar], str]) -> Tree:
    if not isinstance(tree, Scalar) or not isinstance(tree.value, str):
        return tree
    name = name_of(tree)
    return tree if name == tree.value else Scalar(name, tree.span, name, tree.plain)


def _renamed(tree: Tree, name_of: Callable[[Scalar], str]) -> Tree:
    if isinstance(tree, Mapping):
        return renamed(tree, name_of)
    if isinstance(tree, Sequence):
        items = tuple(_renamed(item, name_of) for item in tree.items)
        same = all(new is old for new, old in zip(items, tree.items, strict=True))
        return tree if same else Sequence(items, tree.span)
    return tree
