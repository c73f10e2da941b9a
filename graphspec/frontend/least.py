"""How many calls a node is at least, told from its text alone: what is too large is refused before anything is made."""

from graphspec.frontend.document import BlockSpec
from graphspec.frontend.fields import holds_formula
from graphspec.frontend.tree import Mapping, Scalar, Sequence, Tree
from graphspec.frontend.units import Unit


class Least:
    """Counts, each block once; what a param or a ``when`` decides counts as the least that it can be."""

    def __init__(self) -> None:
        """Start with no counts."""
        self._blocks: dict[int, int] = {}

    def of_node(self, node: Mapping, unit: Unit) -> int:
        """Return how many calls a node is at least."""
        if "when" in node.entries:
            return 0
        return _copies(node) * self._of_what(node, unit)

    def _of_what(self, node: Mapping, unit: Unit) -> int:
        chain = node.get("chain")
        if isinstance(chain, Sequence):
            return sum(self.of_node(item, unit) if isinstance(item, Mapping) else 1 for item in chain.items)
        name = node.get("block")
        if not isinstance(name, Scalar) or not isinstance(name.value, str) or holds_formula(name) or "." in name.value:
            return 1
        block = unit.document.blocks.get(name.value)
        return 1 if block is None else self._of_block(block, unit)

    def _of_block(self, block: BlockSpec, unit: Unit) -> int:
        known = self._blocks.get(id(block))
        if known is not None:
            return known
        # A block that uses itself counts as one where it does.
        self._blocks[id(block)] = 1
        nodes = [entry.value for entry in block.raw.values()]
        count = sum(self.of_node(node, unit) if isinstance(node, Mapping) else 1 for node in nodes)
        self._blocks[id(block)] = max(1, count)
        return self._blocks[id(block)]


def _copies(node: Mapping) -> int:
    if "repeat" in node.entries:
        return _whole(node.get("repeat"))
    each = node.get("each")
    if each is None:
        return 1
    return len(each.items) if isinstance(each, Sequence) else 0


def _whole(tree: Tree | None) -> int:
    value = tree.value if isinstance(tree, Scalar) else 0
    return value if isinstance(value, int) and value > 0 else 0
