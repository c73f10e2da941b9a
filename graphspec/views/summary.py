"""What is in a model: a row for each call, with shapes, parameters and FLOPs, and the totals."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from graphspec.graph.ir import Callable, Node, operands_of
from graphspec.graph.lint import reached
from graphspec.graph.typed import TypedGraph, is_trainable, output_types
from graphspec.shapes.bits import bits_of
from graphspec.shapes.dimension import Count, Dim, plus, product, times
from graphspec.shapes.types import Outputs, TensorType, Weight, tensors_of

EXPRESSION = "expr"
Size = int | str | None
Shape = tuple[Size, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call, or a group of several, which are then its ``rows``, as is what a nested model holds.

    A group is a chain, an expression, a block, whose name is then the type, or copies.

    Shapes include the batch dimension. Parameters count at a layer's first call alone. FLOPs and the bytes of outputs
    are those of one sample. None stands for what is not known.
    """

    name: str
    type: str
    sources: tuple[str, ...]
    shapes: tuple[Shape, ...] | None
    dtype: str | None
    parameters: int | None
    trainable: int | None
    weights_bytes: int | None
    output_bytes: Count
    flops: Count
    shared_with: str | None = None
    rows: tuple["Row", ...] = ()
    is_group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An input or an output."""

    name: str
    shape: Shape | None
    dtype: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A model: its inputs, its outputs, a row for each call, and totals; sizes are in bytes.

    Where some part is not known, ``unknown`` names the nodes that nothing is known of by themselves.
    """

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    rows: tuple[Row, ...]
    parameters: int | None
    trainable: int | None
    weights_bytes: int | None
    flops: Count
    unknown: tuple[str, ...] = ()

    @property
    def calls(self) -> tuple[Row, ...]:
        """Return the rows of the graph's calls: those in groups too, without those inside nested models."""
        return tuple(_calls(self.rows))

    @property
    def exact(self) -> bool:
        """Say whether everything but FLOPs is known."""
        return not self.unknown


def _calls(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        if row.is_group:
            yield from _calls(row.rows)
        else:
            yield row


def summarize(typed: TypedGraph) -> Summary:
    """Return the summary of a typed graph, without what no output needs."""
    graph = typed.graph
    rows = _grouped(tuple(_rows(typed, _Counted())), graph.groups)
    return Summary(
        name=graph.name,
        inputs=tuple(_port(item.name, typed.types[item.name]) for item in graph.inputs),
        outputs=tuple(_port(name, found) for name, found in output_types(typed).items()),
        rows=rows,
        parameters=total_of(row.parameters for row in rows),
        trainable=total_of(row.trainable for row in rows),
        weights_bytes=total_of(row.weights_bytes for row in rows),
        flops=_total(row.flops for row in rows),
        unknown=tuple(_unknown(typed)),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """The weights that a row has counted, here or in the graph around, and the first call of each callable."""

    weights: set[int] = field(default_factory=set)
    first_call: dict[str, str] = field(default_factory=dict)
    outer: "_Counted | None" = None

    def has(self, weight: Weight) -> bool:
        return id(weight) in self.weights or (self.outer is not None and self.outer.has(weight))


def _rows(typed: TypedGraph, counted: _Counted) -> Iterator[Row]:
    needed = reached(typed.graph)
    for node in typed.graph.nodes:
        if node.name in needed:
            yield _row(node, typed, counted)


def _row(node: Node, typed: TypedGraph, counted: _Counted) -> Row:
    outputs = typed.types[node.name]
    tensors = None if outputs is None else tuple(tensors_of(outputs))
    row = Row(
        name=node.name,
        type="get_item" if node.kind == "index" else f"ops.{node.target}",
        sources=tuple(dict.fromkeys(_source(tensor.node, tensor.output) for tensor in operands_of(node))),
        shapes=None if tensors is None else tuple(shown_shape(x) for x in tensors),
        dtype=tensors[0].dtype if tensors else None,
        parameters=0,
        trainable=0,
        weights_bytes=0,
        output_bytes=None if tensors is None else _total(_bytes_of(x) for x in tensors),
        flops=typed.flops[node.name],
    )
    if node.kind != "call":
        return row
    made = typed.callables[node.target]
    first = counted.first_call.setdefault(node.target, node.name)
    if first != node.name:
        return replace(row, type=made.type, shared_with=first)
    return _with_weights(replace(row, type=made.type), made, typed, counted)


def _with_weights(row: Row, made: Callable, typed: TypedGraph, counted: _Counted) -> Row:
    inner = typed.models.get(made.key)
    rows = () if inner is None else _inside(inner, counted)
    weights = typed.weights.get(made.key)
    if weights is None:
        return replace(row, parameters=None, trainable=None, weights_bytes=None, rows=rows)
    new = [weight for weight in weights if not counted.has(weight)]
    counted.weights.update(id(weight) for weight in new)
    return replace(
        row,
        parameters=sum(weight.size for weight in new),
        trainable=sum(weight.size for weight in new if is_trainable(typed, weight)),
        weights_bytes=sum(weight.bytes for weight in new),
        rows=rows,
    )


def _inside(inner: TypedGraph, counted: _Counted) -> tuple[Row, ...]:
    return _grouped(tuple(_rows(inner, _Counted(outer=counted))), inner.graph.groups)


def _grouped(rows: tuple[Row, ...], groups: Mapping[str, str], prefix: str = "") -> tuple[Row, ...]:
    """Return rows with the calls of each chain, and the steps of each expression, under a row of its own."""
    result: list[Row] = []
    at = 0
    while at < len(rows):
        head = _head(rows[at].name, prefix)
        end = at + 1
        while end < len(rows) and (rows[end].name == head or rows[end].name.startswith(f"{head}.")):
            end += 1
        alone = end == at + 1 and rows[at].name == head
        result.append(rows[at] if alone else _group(head, rows[at:end], groups))
        at = end
    return tuple(result)


def _head(name: str, prefix: str) -> str:
    """Return the name of the outermost group that a call is in, below a prefix, or its own name."""
    return prefix + name.removeprefix(prefix).split(".", 1)[0]


def _group(head: str, rows: tuple[Row, ...], groups: Mapping[str, str]) -> Row:
    inside = {row.name for row in rows}
    last = rows[-1]
    return Row(
        name=head,
        type=groups.get(head, EXPRESSION),
        sources=tuple(dict.fromkeys(name for row in rows for name in row.sources if name not in inside)),
        shapes=last.shapes,
        dtype=last.dtype,
        parameters=total_of(row.parameters for row in rows),
        trainable=total_of(row.trainable for row in rows),
        weights_bytes=total_of(row.weights_bytes for row in rows),
        output_bytes=_total(row.output_bytes for row in rows),
        flops=_total(row.flops for row in rows),
        rows=_members(rows, head, groups),
        is_group=True,
    )


def _members(rows: tuple[Row, ...], head: str, groups: Mapping[str, str]) -> tuple[Row, ...]:
    """Return what is in a group; its last call may have the group's own name."""
    if rows[-1].name != head:
        return _grouped(rows, groups, f"{head}.")
    return (*_grouped(rows[:-1], groups, f"{head}."), rows[-1])


def _unknown(typed: TypedGraph) -> Iterator[str]:
    """Yield the nodes that are not known although everything that feeds them is."""
    needed = reached(typed.graph)
    for node in typed.graph.nodes:
        if node.name not in needed or any(typed.types.get(tensor.node) is None for tensor in operands_of(node)):
            continue
        if typed.types[node.name] is None:
            yield node.name


def shown_shape(x: TensorType) -> Shape:
    """Return a shape with its named sizes as text."""
    return tuple(str(size) if isinstance(size, Dim) else size for size in x.shape)


def _port(name: str, found: Outputs | None) -> Port:
    if not isinstance(found, TensorType):
        return Port(name=name, shape=None, dtype=None)
    return Port(name=name, shape=shown_shape(found), dtype=found.dtype)


def _source(node: str, output: int | str | None) -> str:
    return node if output in {None, ""} else f"{node}.{output}"


def _bytes_of(x: TensorType) -> Count:
    return times(product(x.shape[1:]), bits_of(x.dtype) // 8)


def total_of(counts: Iterable[int | None]) -> int | None:
    """Return the sum of counts, or None where one is not known."""
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _total(counts: Iterator[Count]) -> Count:
    total: Count = 0
    for count in counts:
        total = plus(total, count)
    return total
