"""The structure of a spec, once its keys and its scalar types are known to be right.

Values that only the catalogue can judge (arguments, references, shapes) stay trees, so that they keep their places.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from graphspec.diagnostics.span import Span
from graphspec.frontend.tree import Mapping, Tree

TreeField = Annotated[Tree, SkipValidation]
MappingField = Annotated[Mapping, SkipValidation]
SpanField = Annotated[Span, SkipValidation]

WhatKind = Literal["layer", "op", "application", "plugin", "call", "expr", "chain"]
Dimension = int | str | None


class Strict(BaseModel):
    """What every part of a document shares: nothing is converted, nothing extra is let through."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True
    )


class What(Strict):
    """What a node is: a layer, an op, an application, a call of something named, an expression or a chain.

    ``name`` is the class, op or entry; ``arguments`` the constructor's or the op's literal ones. A chain has
    ``members`` instead.
    """

    kind: WhatKind
    name: str
    span: SpanField
    arguments: TreeField | None = None
    members: Annotated[tuple["Member", ...], SkipValidation] = ()


class Member(Strict):
    """One step of a chain."""

    what: Annotated[What, SkipValidation] | None
    span: SpanField
    with_: MappingField | None = Field(None, alias="with")
    trainable: bool | None = None
    name: str | None = None


class NodeSpec(Strict):
    """One entry of ``nodes``; ``what`` is None where the entry does not say a right one."""

    span: SpanField
    what: Annotated[What, SkipValidation] | None
    source: TreeField | None = Field(None, alias="from")
    with_: MappingField | None = Field(None, alias="with")
    trainable: bool | None = None
    name: str | None = None


class LayerSpec(Strict):
    """One entry of ``layers``: built once, called by several nodes."""

    span: SpanField
    what: Annotated[What, SkipValidation] | None
    trainable: bool | None = None
    name: str | None = None


class InputSpec(Strict):
    """One entry of ``inputs``; the shape leaves the batch dimension out."""

    span: SpanField
    shape: Annotated[tuple[Dimension, ...], SkipValidation]
    dtype: str | None = None
    batch_size: Annotated[int, Field(ge=1)] | None = None
    sparse: bool | None = None
    ragged: bool | None = None
    optional: bool | None = None


class FileModel(Strict):
    """An entry of ``models`` that lies in a spec of its own."""

    span: SpanField
    path: str


class Body(Strict):
    """A graph: what a spec, or an inline entry of ``models``, says of one."""

    span: SpanField
    description: str | None = None
    inputs: Annotated[dict[str, InputSpec], SkipValidation]
    nodes: Annotated[dict[str, NodeSpec], SkipValidation] = Field(default_factory=dict)
    edges: TreeField | None = None
    outputs: TreeField
    dtype: str | None = None


class BodyModel(Strict):
    """An inline entry of ``models``."""

    span: SpanField
    body: Annotated[Body, SkipValidation]


ModelSpec = FileModel | BodyModel


class Document(Body):
    """One spec."""

    graphspec: Literal[1]
    name: str | None = None
    layers: Annotated[dict[str, LayerSpec], SkipValidation] = Field(default_factory=dict)
    models: Annotated[dict[str, ModelSpec | None], SkipValidation] = Field(default_factory=dict)
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    compile: MappingField | None = None
    schema_: str | None = Field(None, alias="$schema")
