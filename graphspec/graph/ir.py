"""The graph: what a spec means, frozen, comparable, and free of Keras."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Union

from graphspec.diagnostics.diagnostic import Origin
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import BlockSpec

Dimension = int | str | None
CallableKind = Literal["layer", "application", "plugin", "model"]


@dataclass(frozen=True, slots=True)
class Tensor:
    """The output of a node: ``output`` is an index or a name, or None for all that the call returned."""

    node: str
    output: int | str | None = None


@dataclass(frozen=True, slots=True)
class Array:
    """A constant: nested tuples of numbers and their dtype."""

    value: "Value"
    dtype: str | None


@dataclass(frozen=True, slots=True)
class SliceOf:
    """A ``start:stop:step`` in an index."""

    start: int | None
    stop: int | None
    step: int | None


@dataclass(frozen=True, slots=True)
class EllipsisOf:
    """A ``...`` in an index."""


@dataclass(frozen=True, slots=True)
class Object:
    """An initializer, a loss, an optimizer, ... that is constructed with arguments; ``name`` is Keras' attribute."""

    category: str
    name: str
    arguments: Mapping[str, "Value"]


@dataclass(frozen=True, slots=True)
class LayerReference:
    """A named layer or model that an argument takes: the same layer, with the same weights."""

    name: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A function that the spec names and the person who runs it has trusted: ``module:attribute``."""

    path: str


Value = Union[
    None, bool, int, float, str, tuple["Value", ...], Mapping[str, "Value"],
    Tensor, Array, SliceOf, EllipsisOf, Object, LayerReference, Imported, "Callable",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Callable:
    """A layer, an application or a nested model: built once, called by one or more nodes.

    ``type`` is the class. ``graph`` is a nested model's own graph; ``taps`` are the inner layers of an application
    whose outputs are used. ``complete`` is False where a mistake in its arguments has been reported.
    """

    key: str
    keras_name: str
    kind: CallableKind
    type: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    trainable: bool | None = None
    graph: "Graph | None" = None
    taps: tuple[str, ...] = ()
    complete: bool = True
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An input; ``shape`` leaves the batch dimension out, and is None where a mistake in it has been reported."""

    name: str
    shape: tuple[Dimension, ...] | None
    dtype: str | None = None
    batch_size: int | None = None
    sparse: bool | None = None
    ragged: bool | None = None
    optional: bool | None = None
    span: Span


CHAIN = "chain"


class Node(NamedTuple):
    """One call: of a callable (by its key), of an op (by its name in ``keras.ops``), or an index into a tensor.

    ``origin`` is the use of a block that it came out of.
    """

    name: str
    keras_name: str
    kind: Literal["call", "op", "index"]
    target: str
    args: tuple[Value, ...]
    kwargs: Mapping[str, Value]
    span: Span
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphOutputs:
    """What a graph returns; ``names`` runs beside ``tensors``."""

    form: Literal["one", "list", "mapping"]
    names: tuple[str, ...]
    tensors: tuple[Tensor, ...]
    span: Span


class BlockUse(NamedTuple):
    """A use of a block: the values of its params, and the names of its inputs by what fed them."""

    block: BlockSpec
    params: Mapping[str, object]
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A model: inputs sorted by name, callables by key, nodes in topological order, outputs.

    ``groups`` says of chains, blocks and copies, which the names of what is in them start with, what they are: a block
    goes by its own name, and ``uses`` has what it was given. Other names with a dot are steps of expressions.
    """

    name: str
    inputs: tuple[Input, ...]
    callables: Mapping[str, Callable]
    nodes: tuple[Node, ...]
    outputs: GraphOutputs
    groups: Mapping[str, str] = field(default_factory=dict)
    uses: Mapping[str, BlockUse] = field(default_factory=dict)
    dtype: str | None = None
    seed: int | None = None
    compile: Mapping[str, Value] | None = None
    span: Span


def operands_of(node: Node) -> list[Tensor]:
    """Return every tensor that feeds a node."""
    args = node.args
    if len(args) == 1 and isinstance(args[0], Tensor) and not node.kwargs:
        return [args[0]]
    found: list[Tensor] = []
    for value in args:
        _gather(value, found)
    for value in node.kwargs.values():
        _gather(value, found)
    return found


def _gather(value: Value, found: list[Tensor]) -> None:
    """Add every tensor in a value, however deep in lists and mappings."""
    if isinstance(value, Tensor):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _gather(item, found)
    elif isinstance(value, Mapping):
        for item in value.values():
            _gather(item, found)
