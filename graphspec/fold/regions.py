"""The regions of a graph with one entry and one exit, and the strings in which these follow each other.

A node's region is what lies between it and its immediate dominator, the nearest node through which every path to it
goes, if nothing inside is used outside. A layer with one source is a region of its own; the addition that ends a
residual block is one with everything since the block began. Dominators: Cooper, Harvey, Kennedy, "A simple, fast
dominance algorithm"; the ancestors of a node are skipped over as in Myers, "An applicative random-access stack".
"""

from collections.abc import Hashable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from graphspec.fold.pieces import Code, Path, Piece, Ref, Template, Value, is_name, lines_of

_ROOT = ""
_MOST_NODES = 128


class Region(NamedTuple):
    """The nodes in order, the exit last.

    ``loose`` is the same for regions that differ in numbers and names, ``strict`` for those that differ in names alone.
    """

    exit: str
    entry: Ref
    nodes: tuple[str, ...]
    loose: int
    strict: int
    lines: float


@dataclass(slots=True)
class Numbers:
    """Numbers for structures, the same in all graphs, and the lines of nodes; each node is looked at once."""

    known: dict[Hashable, int] = field(default_factory=dict)
    pieces: dict[int, tuple[Piece, tuple[int, int]]] = field(default_factory=dict)
    lines: dict[int, tuple[Piece, float]] = field(default_factory=dict)

    def of(self, structure: Hashable) -> int:
        """Return the number of a structure."""
        return self.known.setdefault(structure, len(self.known) + 1)

    def of_piece(self, piece: Piece) -> tuple[int, int]:
        """Return the numbers of what a node is, loosely and strictly."""
        found = self.pieces.get(id(piece))
        if found is None:
            loose, strict = structures_of(piece)
            found = self.pieces[id(piece)] = piece, (self.of(loose), self.of(strict))
        return found[1]

    def lines_of(self, piece: Piece) -> float:
        """Return how many lines a node is to a reader."""
        found = self.lines.get(id(piece))
        if found is None:
            found = self.lines[id(piece)] = piece, lines_of(piece)
        return found[1]


def strings_of(
    pieces: Mapping[str, Piece], fixed: AbstractSet[str], output: str | None, numbers: Numbers
) -> list[list[Region]]:
    """Return the regions of a graph in strings; each is the only user of the one before.

    ``fixed`` nodes are in none; ``output`` is used outside the graph.
    """
    users: dict[str, set[str]] = {} if output is None else {output: {_ROOT}}
    for name, piece in pieces.items():
        for ref in piece.refs:
            users.setdefault(ref.node, set()).add(name)
    dominators = _dominators(pieces)
    places = {name: place for place, name in enumerate(pieces)}
    last_uses = {name: max(places.get(user, len(pieces)) for user in found) for name, found in users.items()}
    regions: dict[str, Region] = {}
    for name in pieces:
        if name not in fixed:
            inside = _between(name, dominators[name], pieces, places[name], last_uses)
            region = None if inside is None else _region(inside, dominators[name], pieces, users, fixed, numbers)
            if region is not None:
                regions[name] = region
    following = {
        region.entry.node: region
        for region in regions.values()
        if not region.entry.suffix and region.entry.node in regions and users[region.entry.node] <= set(region.nodes)
    }
    begun = {region.exit for region in following.values()}
    strings = []
    for region in regions.values():
        if region.exit not in begun:
            string = [region]
            while string[-1].exit in following:
                string.append(following[string[-1].exit])
            strings.append(string)
    return strings


def structures_of(piece: Piece) -> tuple[Hashable, Hashable]:
    """Return what two nodes have in common that may be one node of a block: all but numbers and names, or but names."""
    leaves = sorted((leaf for leaf in piece.leaves.items() if not is_name(leaf[0])), key=lambda leaf: leaf[0])
    loose = tuple((path, repr(value)) for path, value in leaves if not _is_loose(path, value))
    strict = tuple((path, repr(value)) for path, value in leaves)
    return (piece.kind, piece.form, loose), (piece.kind, piece.form, strict)


def _is_loose(path: Path, value: Value) -> bool:
    if isinstance(value, Code | Template):
        return True
    if isinstance(value, bool) or len(path) > 2:  # noqa: PLR2004 - an argument's own argument
        return False
    items = value if isinstance(value, tuple) else (value,)
    return all(isinstance(item, int | float | Code) for item in items)


def _dominators(pieces: Mapping[str, Piece]) -> dict[str, str]:
    parents: dict[str, str] = {_ROOT: _ROOT}
    depths: dict[str, int] = {_ROOT: 0}
    jumps: dict[str, str] = {_ROOT: _ROOT}

    def common(one: str, other: str) -> str:
        while one != other:
            if depths[one] < depths[other]:
                one, other = other, one
            is_far = depths[jumps[one]] >= depths[other]
            if depths[one] == depths[other]:
                is_far = jumps[one] != jumps[other]
                other = jumps[other] if is_far else parents[other]
            one = jumps[one] if is_far else parents[one]
        return one

    def add(name: str, parent: str) -> None:
        far = jumps[parent]
        parents[name], depths[name] = parent, depths[parent] + 1
        is_even = depths[parent] - depths[far] == depths[far] - depths[jumps[far]]
        jumps[name] = jumps[far] if is_even else parent

    for name, piece in pieces.items():
        at: str | None = None
        for ref in piece.refs:
            if ref.node not in parents:
                add(ref.node, _ROOT)
            at = ref.node if at is None else common(at, ref.node)
        if name not in parents:
            add(name, _ROOT if at is None else at)
    return parents


def _region(
    nodes: tuple[str, ...],
    dominator: str,
    pieces: Mapping[str, Piece],
    users: Mapping[str, set[str]],
    fixed: AbstractSet[str],
    numbers: Numbers,
) -> Region | None:
    inside = set(nodes)
    if any(node in fixed or not users[node] <= inside for node in nodes[:-1]):
        return None
    entries = {ref for node in nodes for ref in pieces[node].refs if ref.node == dominator}
    if len(entries) != 1:
        return None
    places = {node: place for place, node in enumerate(nodes)}
    wiring = tuple(tuple((places.get(ref.node, -1), ref.suffix) for ref in pieces[node].refs) for node in nodes)
    loose, strict = zip(*(numbers.of_piece(pieces[node]) for node in nodes), strict=True)
    lines = sum(numbers.lines_of(pieces[node]) for node in nodes)
    return Region(nodes[-1], entries.pop(), nodes, numbers.of((wiring, loose)), numbers.of((wiring, strict)), lines)


def _between(
    name: str, dominator: str, pieces: Mapping[str, Piece], place: int, last_uses: Mapping[str, int]
) -> tuple[str, ...] | None:
    """Return the nodes between two, each after those that feed it.

    None where there is no dominator, where there are too many, or where one is used by a node after the last.
    """
    done: dict[str, None] = {}
    waiting = [] if dominator == _ROOT else [(name, False)]
    while waiting:
        node, is_fed = waiting.pop()
        if is_fed:
            done[node] = None
            continue
        if node in done:
            continue
        is_outside = node not in pieces or (node != name and last_uses[node] > place)
        if is_outside or len(done) + len(waiting) > 2 * _MOST_NODES:
            return None
        waiting.append((node, True))
        waiting += [(ref.node, False) for ref in reversed(pieces[node].refs) if ref.node != dominator]
    return tuple(done) if 0 < len(done) <= _MOST_NODES else None
