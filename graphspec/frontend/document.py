"""The structure of a spec, once its keys and its scalar types are known to be right.

Values that only the catalogue can judge (arguments, references) stay trees, so that they keep their places.
"""

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from graphspec.diagnostics.span import Span
from graphspec.frontend.tree import Entry, Mapping, Tree

WhatKind = Literal["layer", "op", "application", "plugin", "call", "expr", "chain", "block"]
Dimension = int | str | None
NO_PLACES: MappingABC[str, Span] = MappingProxyType({})


class What(NamedTuple):
    """What a node is: a layer, an op, an application, a call of something named, an expression or a chain.

    ``name`` is the class, op or entry; ``arguments`` the constructor's or the op's literal ones. A chain has
    ``members`` instead.
    """

    kind: WhatKind
    name: str
    span: Span
    arguments: Tree | None = None
    members: "tuple[NodeSpec, ...]" = ()


class Control(NamedTuple):
    """A node as it is written, where it may be there several times or not at all: ``when``, ``repeat``, ``each``."""

    raw: Mapping
    subject: str
    is_member: bool


class NodeSpec(NamedTuple):
    """One entry of ``nodes``, or one member of a chain; ``what`` is None where it does not say a right one.

    ``places`` has where the values of ``trainable`` and ``name`` stand, of those that were written.
    """

    span: Span
    what: What | None
    source: Tree | None = None
    literals: Mapping | None = None
    trainable: bool | None = None
    name: str | None = None
    places: MappingABC[str, Span] = NO_PLACES
    control: Control | None = None


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One entry of ``layers``: built once, called by several nodes."""

    span: Span
    what: What | None
    trainable: bool | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One entry of ``inputs``; the shape leaves the batch dimension out, and is None where the entry is wrong."""

    span: Span
    shape: tuple[Dimension, ...] | None
    dtype: str | None = None
    batch_size: int | None = None
    sparse: bool | None = None
    ragged: bool | None = None
    optional: bool | None = None


@dataclass(frozen=True, slots=True)
class FileModel:
    """An entry of ``models`` that lies in a spec of its own."""

    span: Span
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A graph: what a spec, or an inline entry of ``models``, says of one; ``name`` is the latter's in Keras."""

    span: Span
    inputs: MappingABC[str, InputSpec]
    nodes: MappingABC[str, NodeSpec]
    edges: Tree | None
    outputs: Tree
    name: str | None = None
    description: str | None = None
    dtype: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockModel:
    """An entry of ``models`` that is a block: ``inputs`` are the shapes that the block itself does not give."""

    span: Span
    block: Tree
    literals: Tree | None = None
    inputs: MappingABC[str, InputSpec] | None = None
    name: str | None = None
    description: str | None = None
    dtype: str | None = None


ModelSpec = FileModel | Body | BlockModel


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSpec:
    """An entry of ``blocks``: a graph with params, whose values are put in by each use.

    ``inputs`` maps each name to its place; ``shapes`` has what it says of their shapes where it does.
    ``is_ordered`` says that the inputs are a list. ``misplaced`` has the names of entries that were put into the block.
    """

    name: str
    span: Span
    params: Tree | None
    inputs: MappingABC[str, Span]
    is_ordered: bool
    shapes: Mapping | None
    raw: MappingABC[str, Entry]
    body: Body
    misplaced: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One spec: its top graph, and what stands around it."""

    body: Body
    name: str | None = None
    blocks: MappingABC[str, BlockSpec | None] = field(default_factory=dict)
    layers: MappingABC[str, LayerSpec] = field(default_factory=dict)
    models: MappingABC[str, ModelSpec | None] = field(default_factory=dict)
    seed: int | None = None
    compile: Mapping | None = None
    expect: Mapping | None = None
