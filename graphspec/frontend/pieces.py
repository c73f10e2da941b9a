"""The contents of a block for certain values of its params: calls, chains, uses and copies, not yet placed anywhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from graphspec.diagnostics.diagnostic import Related
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import BlockSpec, NodeSpec
from graphspec.frontend.program import Operand, Operands, Outputs, Reference


@dataclass(frozen=True, slots=True, eq=False)
class ReadyCall:
    """One call; ``names`` are those in its expression."""

    node: NodeSpec
    span: Span
    names: tuple[Reference, ...] = ()
    size: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class ReadyChain:
    """What stands in a row: each with the part of its path that it adds to the chain's."""

    members: tuple[tuple[str, "Ready"], ...]
    trainable: bool | None
    size: int
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ReadyUse:
    """A use of a block with ``values`` for its params; ``use`` is what diagnostics say of it."""

    piece: "Piece"
    block: BlockSpec
    trainable: bool | None
    use: Related
    size: int
    span: Span
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class ReadyCopies:
    """Copies: in a row, or side by side where ``is_each``; ``count`` is where it stands how many."""

    items: tuple["Ready", ...]
    is_each: bool
    size: int
    span: Span
    count: Span


@dataclass(frozen=True, slots=True, eq=False)
class ReadyUnknown:
    """What has a mistake that was reported."""

    span: Span
    size: int = 1


Ready = ReadyCall | ReadyChain | ReadyUse | ReadyCopies | ReadyUnknown


class Row(NamedTuple):
    """A node with what feeds it; ``wired`` is False where that is unknown."""

    name: str
    ready: Ready
    operand: Operand
    wired: bool


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A graph whose names are relative; ``size`` is how many calls it is, ``absent`` what a ``when`` left out."""

    rows: tuple[Row, ...]
    inputs: tuple[str, ...]
    outputs: Outputs | None
    absent: Mapping[str, Span]
    size: int


def in_order(rows: Mapping[str, Row]) -> tuple[Row, ...]:
    """Return nodes with each after what feeds it, as far as cycles let them; otherwise as they were written."""
    ordered: dict[str, Row] = {}
    entered: set[str] = set()
    waiting = [(name, False) for name in reversed(list(rows))]
    while waiting:
        name, is_left = waiting.pop()
        if is_left:
            ordered[name] = rows[name]
        elif name not in entered:
            entered.add(name)
            waiting.append((name, True))
            row = rows[name]
            heads = [*_heads(row.operand), *(_head(item) for item in names_of(row.ready))]
            waiting.extend((head, False) for head in reversed(heads) if head in rows and head not in entered)
    return tuple(ordered.values())


def _head(reference: Reference) -> str:
    return reference.path.partition(".")[0]


def _heads(operand: Operand) -> Iterator[str]:
    if isinstance(operand, Reference):
        yield _head(operand)
    elif isinstance(operand, Operands):
        for item in operand.items.values() if isinstance(operand.items, Mapping) else operand.items:
            yield from _heads(item)


def names_of(ready: Ready) -> Iterator[Reference]:
    """Yield the names in the expressions of a node, whose scope is that of the node."""
    if isinstance(ready, ReadyCall):
        yield from ready.names
    elif isinstance(ready, ReadyChain):
        for _, member in ready.members:
            yield from names_of(member)
    elif isinstance(ready, ReadyCopies):
        for item in dict.fromkeys(ready.items):
            yield from names_of(item)
