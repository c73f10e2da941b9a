"""The calls of a spec: what is left once every shorthand is written out.

A chain has become its members, arrows have become operands, and every call has its dotted path.
"""

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from typing import NamedTuple, Union

from graphspec.diagnostics.diagnostic import Origin
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import NO_PLACES, BlockSpec, InputSpec, LayerSpec, What
from graphspec.frontend.tree import Mapping


class Reference(NamedTuple):
    """A dotted path to an output of a node, as it was written."""

    path: str
    span: Span


class Operands(NamedTuple):
    """A list or a mapping of operands, and its place; ``keys`` are the places of a mapping's keys."""

    items: tuple["Operand", ...] | MappingABC[str, "Operand"]
    span: Span
    keys: MappingABC[str, Span] = NO_PLACES


Operand = Union[Reference, Operands, None]  # noqa: UP007 - a forward reference cannot stand in X | Y


class Call(NamedTuple):
    """One use of a layer, an op, a model or an expression.

    ``what`` is None where it is unknown, ``operands`` None where there are none, ``wired`` False where what feeds the
    call is unknown: neither is then worth a second complaint. ``before`` is the chain member in front. ``places`` has
    where ``trainable`` and ``name`` were written for this call alone. Of a call that came out of a block, ``origin``
    has the use of the block, and ``names`` what the names in its expression mean there.
    """

    path: str
    keras_name: str
    span: Span
    what: What | None
    operands: Operand
    wired: bool = True
    literals: Mapping | None = None
    trainable: bool | None = None
    before: str | None = None
    places: MappingABC[str, Span] = NO_PLACES
    origin: Origin | None = None
    names: MappingABC[str, Operand] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What a graph returns: one tensor, a list or a mapping; ``names`` runs beside ``references``."""

    form: str
    names: tuple[str, ...]
    references: tuple[Reference, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProgram:
    """A nested model that another file describes."""

    path: str
    span: Span


class Use(NamedTuple):
    """A use of a block: the values of its params, and what its inputs are."""

    block: BlockSpec
    params: MappingABC[str, object]
    inputs: MappingABC[str, Operand]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The calls of one graph, in the order they were written; ``aliases`` maps a chain to its last member.

    ``absent`` has where the ``when`` of each node stands that is not there; ``groups`` says what blocks and copies
    there are, ``copies`` how many, ``uses`` what those blocks are given. ``name`` is that of a nested model in Keras.
    ``drafts`` are the blocks that nothing uses: they are checked, and no part of the graph.
    """

    inputs: MappingABC[str, InputSpec]
    calls: tuple[Call, ...]
    aliases: MappingABC[str, str]
    outputs: Outputs | None
    span: Span
    name: str | None = None
    dtype: str | None = None
    absent: MappingABC[str, Span] = field(default_factory=dict)
    groups: MappingABC[str, str] = field(default_factory=dict)
    uses: MappingABC[str, Use] = field(default_factory=dict)
    copies: MappingABC[str, int] = field(default_factory=dict)
    layers: MappingABC[str, LayerSpec] = field(default_factory=dict)
    models: MappingABC[str, "Program | FileProgram | None"] = field(default_factory=dict)
    drafts: tuple["Program", ...] = ()
