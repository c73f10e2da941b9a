"""Which nodes of a graph stand together: those of a use of a block, and those of copies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Union

from graphspec.graph.ir import CHAIN, Graph, Node, operands_of
from graphspec.graph.lint import reached
from graphspec.graph.order import order

_COPIES = "copies"


@dataclass(slots=True, eq=False)
class Region:
    """A part of a graph, in the order in which it can be computed; a ``copy`` is one of a chain."""

    path: str
    kind: Literal["graph", "block", "copies", "copy"]
    block: str = ""
    items: list[Union[Node, "Region"]] = field(default_factory=list)

    @property
    def inner(self) -> list["Region"]:
        """Return the regions right inside."""
        return [item for item in self.items if isinstance(item, Region)]

    def nodes(self) -> Iterator[Node]:
        """Yield every node, those of the regions inside too."""
        for item in self.items:
            if isinstance(item, Region):
                yield from item.nodes()
            else:
                yield item


def regions_of(graph: Graph) -> Region:
    """Return what the outputs of a graph need, as a tree.

    A region is in the tree only where it can be computed as a whole: a part of it that needs what comes after another
    part of it is left to what is around it.
    """
    top = Region("", "graph")
    made: dict[str, Region] = {}
    needed = reached(graph)
    nodes = [node for node in graph.nodes if node.name in needed]
    for node in nodes:
        _region_of(node.name, graph.groups, top, made).items.append(node)
    _arrange(top, _sources(nodes))
    return top


def _region_of(name: str, groups: Mapping[str, str], top: Region, made: dict[str, Region]) -> Region:
    parts = name.split(".")
    region = top
    for size in range(1, len(parts) + 1):
        path = ".".join(parts[:size])
        if path not in made:
            found = _begun(path, parts[size:], region, groups)
            if found is None:
                continue
            made[path] = found
            region.items.append(found)
        region = made[path]
    return region


def _begun(path: str, rest: Sequence[str], around: Region, groups: Mapping[str, str]) -> Region | None:
    kind = groups.get(path, CHAIN)
    is_block = kind not in {CHAIN, _COPIES}
    if around.kind == "copies":
        return Region(path, "block", kind) if is_block else Region(path, "copy", around.path.rpartition(".")[2])
    if not rest or kind == CHAIN:
        return None
    # A block may have this name too, but no node in it is a number.
    return Region(path, "copies") if kind == _COPIES and rest[0].isdecimal() else Region(path, "block", kind)


def _sources(nodes: Sequence[Node]) -> dict[str, list[str]]:
    """Return what each node comes after: what feeds it, and earlier calls of the same layer, which Keras counts."""
    last: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for node in nodes:
        found[node.name] = [tensor.node for tensor in operands_of(node)]
        if node.kind == "call":
            found[node.name] += [last[node.target]] if node.target in last else []
            last[node.target] = node.name
    return found


def _arrange(region: Region, sources: Mapping[str, Sequence[str]]) -> None:
    for item in region.inner:
        _arrange(item, sources)
    while True:
        items = {f"{number}": item for number, item in enumerate(region.items)}
        ordered, left = order(_between(items, sources))
        stuck = set(left)
        if not stuck:
            region.items = [items[key] for key in ordered]
            return
        region.items = [
            part
            for key, item in items.items()
            for part in (item.items if key in stuck and isinstance(item, Region) else [item])
        ]


def _between(items: Mapping[str, Node | Region], sources: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return which of some items each of them comes after."""
    names = {key: _names(item) for key, item in items.items()}
    home = {name: key for key, inside in names.items() for name in inside}
    return {
        key: list(dict.fromkeys(
            home[source] for name in inside for source in sources[name] if source in home and home[source] != key
        ))
        for key, inside in names.items()
    }  # fmt: skip


def _names(item: Node | Region) -> list[str]:
    return [node.name for node in item.nodes()] if isinstance(item, Region) else [item.name]
