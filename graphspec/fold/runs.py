"""Copies of a block in a row -> one use of it, with what it gives the params over ``index``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from graphspec.fold.pieces import Code, Piece, Ref, Value, codes_in, use_of
from graphspec.fold.regions import Region
from graphspec.fold.repeats import Place
from graphspec.fold.unify import Block, Param
from graphspec.fold.wording import common_start, counted, line, shares
from graphspec.frontend.taken import Taken
from graphspec.frontend.whats import NAME

_LEAST_FOR_A_RULE = 3


@dataclass(slots=True)
class Body:
    """A graph that is folded: its nodes in pieces, and those that stay as they are."""

    pieces: dict[str, Piece]
    kept: dict[str, Any]
    order: list[str]
    fixed: set[str]
    names: Taken
    output: str | None = None

    def sort(self) -> None:
        """Bring the nodes in order."""
        self.pieces = {key: self.pieces[key] for key in self.order if key in self.pieces}


@dataclass(frozen=True, slots=True)
class Copy:
    """One of the pieces of graph that are alike."""

    body: Body
    entry: Ref
    nodes: tuple[str, ...]

    @classmethod
    def of(cls, strings: Sequence[Sequence[Region]], owners: Sequence[Body], place: Place, length: int) -> "Copy":
        """Return the copy that stands at a place."""
        regions = strings[place.string][place.start : place.start + length]
        nodes = tuple(node for region in regions for node in region.nodes)
        return cls(owners[place.string], regions[0].entry, nodes)

    @property
    def pieces(self) -> list[Piece]:
        """Return its nodes."""
        return [self.body.pieces[node] for node in self.nodes]

    def wiring(self) -> list[list[int]]:
        """Return for each reference of each node the place of the node that it is to, or -1 for the source."""
        places = {node: place for place, node in enumerate(self.nodes)}
        return [[places.get(ref.node, -1) for ref in piece.refs] for piece in self.pieces]


@dataclass(frozen=True, slots=True)
class Run:
    """Copies in a row that are one use: where they begin and end, and what they give the params."""

    body: Body
    entry: Ref
    exit: str
    nodes: tuple[str, ...]
    values: Mapping[str, Value]
    count: int
    names: tuple[Value, ...]

    def use(self, block: Block) -> Piece:
        """Return the node that stands for the copies."""
        naming = {name for name, param in block.params.items() if param.is_name}
        return use_of(block.key, self.values, naming, self.entry, self.count)


def only(rows: Sequence[Sequence[Copy]], chosen: set[int]) -> Iterator[list[Copy]]:
    """Yield the rows of the copies with these numbers."""
    number = 0
    for row in rows:
        found: list[Copy] = []
        for copy in row:
            if number in chosen:
                found.append(copy)
            elif found:
                yield found
                found = []
            number += 1
        if found:
            yield found


def runs_in(block: Block, row: Sequence[Copy], first: int) -> Iterator[Run]:
    """Yield the uses of a row of copies: as many as can be counted are one."""
    at = 0
    while at < len(row):
        end, values = _longest(block, first + at, len(row) - at)
        end += at
        copies = row[at:end]
        nodes = tuple(node for copy in copies for node in copy.nodes)
        names = next((param.values[first + at : first + end] for param in block.params.values() if param.is_name), ())
        yield Run(copies[0].body, copies[0].entry, nodes[-1], nodes, values, len(copies), names)
        at = end


def _longest(block: Block, first: int, count: int) -> tuple[int, dict[str, Value]]:
    """Return how many copies from this one on can be one use, and what this gives the params."""
    best = _LEAST_FOR_A_RULE
    values = _counted(block, first, best) if count >= best else None
    if values is None:
        # Two numbers are on any line: two copies are a row where names alone are counted.
        best = min(2, count)
        values = _counted(block, first, best) if _is_row(block, first, best) else None
        return (1, block.given(first)) if values is None else (best, values)
    step = best
    while step:
        size = min(count, best + step)
        longer = _counted(block, first, size) if size > best else None
        if longer is None:
            step //= 2
            continue
        best, values = size, longer
        step *= 2
    return best, values


def _is_row(block: Block, first: int, count: int) -> bool:
    """Say whether copies differ in their names alone."""
    rest = (param for param in block.params.values() if not param.is_name)
    return all(len({repr(value) for value in param.values[first : first + count]}) == 1 for param in rest)


def _counted(block: Block, first: int, count: int) -> dict[str, Value] | None:
    """Return what copies in a row give the params, over their number, or None."""
    found: dict[str, Value] = {}
    for param in block.params.values():
        value = _over_index(param.values[first : first + count], param)
        if value is None:
            return None
        if value[0] != param.default or type(value[0]) is not type(param.default):
            found[param.name] = value[0]
    return found


def _over_index(values: Sequence[Value], param: Param) -> tuple[Value] | None:
    """Return the value over the number of a copy, alone in a tuple since null is one."""
    if len({repr(value) for value in values}) == 1:
        return (values[0],)
    if any(map(codes_in, values)):
        return None
    if param.is_name and all(isinstance(value, str) for value in values):
        text = counted([str(value) for value in values])
        # An expression alone would be a number, and not the text of one.
        return None if text is None or isinstance(text, Code) else (text,)
    if all(type(value) is float for value in values):
        share = shares([float(str(value)) for value in values])
        return None if share is None else (Code(share, is_index=True),)
    if not all(type(value) is int for value in values):
        return None
    numbers = [int(str(value)) for value in values]
    steps = {after - before for before, after in pairwise(numbers)}
    if len(steps) == 1:
        return (Code(line(numbers[0], steps.pop()), is_index=True),)
    ratios = {after / before for before, after in pairwise(numbers) if before}
    ratio = ratios.pop() if len(numbers) >= _LEAST_FOR_A_RULE and 0 not in numbers else 0
    if ratios or ratio < 2 or ratio != int(ratio):  # noqa: PLR2004 - doubling is the slowest
        return None
    power = f"{int(ratio)} ** index"
    return (Code(power if numbers[0] == 1 else f"{numbers[0]} * {power}", is_index=True),)


def use_key(run: Run) -> str:
    """Return the name of a use: what its layers are named after, or the name of its last node."""
    texts = [name for name in run.names if isinstance(name, str)]
    if len(texts) < run.count:
        return run.exit
    end = "" if run.count == 1 else f"_to_{texts[-1][_start_of_number(texts) :]}"
    wish = re.sub(r"\W", "_", texts[0] + end, flags=re.ASCII).strip("_")
    if NAME.match(wish) and wish not in run.body.names:
        run.body.names.add(wish)
        return wish
    return run.exit


def _start_of_number(texts: Sequence[str]) -> int:
    """Return where the first number begins in which texts differ, or the first letter."""
    start = common_start(texts)
    while start and texts[0][start - 1].isdigit() and texts[0][start : start + 1].isdigit():
        start -= 1
    return start
