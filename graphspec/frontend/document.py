"""The structure of a spec, once its keys and its scalar types are known to be right.

Values that only the catalogue can judge (arguments, references, shapes) stay trees, so that they keep their places.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from graphspec.diagnostics.span import Span
from graphspec.frontend.tree import Mapping, Tree

WhatKind = Literal["layer", "op", "application", "plugin", "call", "expr", "chain"]
Dimension = int | str | None


if TYPE_CHECKING:
    Place: TypeAlias = Span
    TreeField: TypeAlias = Tree
    MappingField: TypeAlias = Mapping
    WhatField: TypeAlias = "What"
    ShapeField: TypeAlias = tuple[Dimension, ...]
    InputsField: TypeAlias = "dict[str, InputSpec]"
    NodesField: TypeAlias = "dict[str, NodeSpec]"
    LayersField: TypeAlias = "dict[str, LayerSpec]"
    ModelsField: TypeAlias = "dict[str, ModelSpec | None]"
else:
    # Our own code makes these; pydantic would only spend start-up time on them.
    Place = TreeField = MappingField = WhatField = ShapeField = Any
    InputsField = NodesField = LayersField = ModelsField = Any


class Strict(BaseModel):
    """What every part of a document shares: nothing is converted, nothing extra is let through."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class What:
    """What a node is: a layer, an op, an application, a call of something named, an expression or a chain.

    ``name`` is the class, op or entry; ``arguments`` the constructor's or the op's literal ones. A chain has
    ``members`` instead.
    """

    kind: WhatKind
    name: str
    span: Span
    arguments: Tree | None = None
    members: "tuple[Member, ...]" = ()


class Member(Strict):
    """One step of a chain."""

    what: WhatField | None
    span: Place
    with_: MappingField | None = Field(None, alias="with")
    trainable: bool | None = None
    name: str | None = None


class NodeSpec(Strict):
    """One entry of ``nodes``; ``what`` is None where the entry does not say a right one."""

    span: Place
    what: WhatField | None
    source: TreeField | None = Field(None, alias="from")
    with_: MappingField | None = Field(None, alias="with")
    trainable: bool | None = None
    name: str | None = None


class LayerSpec(Strict):
    """One entry of ``layers``: built once, called by several nodes."""

    span: Place
    what: WhatField | None
    trainable: bool | None = None
    name: str | None = None


class InputSpec(Strict):
    """One entry of ``inputs``; the shape leaves the batch dimension out."""

    span: Place
    shape: ShapeField
    dtype: str | None = None
    batch_size: int | None = Field(None, ge=1)
    sparse: bool | None = None
    ragged: bool | None = None
    optional: bool | None = None


@dataclass(frozen=True, slots=True)
class FileModel:
    """An entry of ``models`` that lies in a spec of its own."""

    span: Span
    path: str


class Body(Strict):
    """A graph: what a spec, or an inline entry of ``models``, says of one."""

    span: Place
    description: str | None = None
    inputs: InputsField
    nodes: NodesField = Field(default_factory=dict)
    edges: TreeField | None = None
    outputs: TreeField
    dtype: str | None = None


@dataclass(frozen=True, slots=True)
class BodyModel:
    """An inline entry of ``models``."""

    span: Span
    body: Body


ModelSpec = FileModel | BodyModel


class Document(Body):
    """One spec."""

    graphspec: Literal[1]
    name: str | None = None
    layers: LayersField = Field(default_factory=dict)
    models: ModelsField = Field(default_factory=dict)
    seed: int | None = Field(None, ge=0, lt=2**32)
    compile: MappingField | None = None
    schema_: str | None = Field(None, alias="$schema")
