"""What the text of a block says of its params."""

import re
from collections.abc import Iterator

from graphspec.frontend.document import BlockSpec
from graphspec.frontend.templates import is_template
from graphspec.frontend.tree import Mapping, Scalar, Sequence, Tree

_PRODUCT = re.compile(r"\$\{\s*(?:(\d+)\s*\*\s*(\w+)|(\w+)\s*\*\s*(\d+))\s*\}", re.ASCII)


def defaults_of(block: BlockSpec) -> dict[str, object]:
    """Return the defaults of the params that have a plain one."""
    entries = block.params.entries if isinstance(block.params, Mapping) else {}
    given = {name: _default(entry.value) for name, entry in entries.items()}
    return {name: tree.value for name, tree in given.items() if isinstance(tree, Scalar) and not is_template(tree)}


def products_in(block: BlockSpec) -> set[tuple[int, str]]:
    """Return the products of a number and a param that stand in a block, as in ``${4 * filters}``."""
    found = [part for entry in block.raw.values() for text in _texts(entry.value) for part in _PRODUCT.findall(text)]
    return {(int(before or after), first or second) for before, first, second, after in found}


def _default(declared: Tree) -> Tree | None:
    return declared.get("default") if isinstance(declared, Mapping) else declared


def _texts(tree: Tree) -> Iterator[str]:
    if isinstance(tree, Scalar):
        yield from (tree.value,) if isinstance(tree.value, str) else ()
        return
    inside: list[Tree] = []
    if isinstance(tree, Mapping):
        inside = [entry.value for entry in tree.entries.values()]
    elif isinstance(tree, Sequence):
        inside = list(tree.items)
    for item in inside:
        yield from _texts(item)
