"""MultiHeadAttention and GroupQueryAttention."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import Count, Shape, agreed, as_known, differ, plus, product, show, times
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import (
    Argument,
    Effect,
    LayerType,
    ShapeError,
    TensorType,
    Weight,
    need_min_rank,
    need_rank,
    need_size,
)

_FEATURES = "give the last dimension a size"
_STEPS = "attention works on (batch, steps, features)"
# Fused attention takes a batch, steps, heads and what a head holds, whatever the attention axes are.
_FUSED_RANK = 3


@dataclass(frozen=True, slots=True)
class Operands:
    """The tensors of a call; ``masks`` are those that it is given."""

    query: TensorType
    value: TensorType
    key: TensorType
    masks: Mapping[str, TensorType]
    is_causal: bool
    with_scores: bool


@dataclass(frozen=True, slots=True)
class Projection:
    """What a dense layer inside makes of each position of a tensor."""

    name: str
    x: TensorType
    features: tuple[int, ...]
    outputs: tuple[int, ...]

    def weights(self, layer: LayerType) -> tuple[Weight, ...]:
        """Return the kernel, and the bias where the layer has them."""
        kernel = Weight(f"{self.name}/kernel", (*self.features, *self.outputs), layer.variable_dtype)
        bias = Weight(f"{self.name}/bias", self.outputs, layer.variable_dtype)
        return (kernel, bias) if layer["use_bias"] else (kernel,)

    def flops(self, layer: LayerType) -> Count:
        """Return a multiply-add for each weight at each position, and an addition for the bias."""
        bias = product(self.outputs) if layer["use_bias"] else 0
        each = plus(times(2, product((*self.features, *self.outputs))), bias)
        return times(product(self.x.shape[1:-1]), each)


def multi_head_attention(  # noqa: PLR0913 - as Keras calls it
    layer: LayerType,
    query: TensorType,
    value: TensorType,
    key: TensorType | None = None,
    query_mask: TensorType | None = None,  # noqa: ARG001 - Keras does without it
    value_mask: TensorType | None = None,
    key_mask: TensorType | None = None,
    attention_mask: TensorType | None = None,
    *,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
) -> Effect:
    """Return the effect of MultiHeadAttention: query ``(batch, ..., dim)``, value and key ``(batch, ..., dim)``.

    The scores are ``(batch, heads, T, S)``, though Keras' symbolic ones are ``(batch, heads, T, T)``.
    FLOPs: the projections, scaling, a multiply-add for each score and element of its head's key and value, and softmax.
    Source: https://arxiv.org/abs/1706.03762
    """
    key = value if key is None else key
    masks = _given(value_mask=value_mask, key_mask=key_mask, attention_mask=attention_mask)
    call = Operands(query, value, key, masks, use_causal_mask, return_attention_scores)
    need_min_rank(query, 2, help=_STEPS)
    need_rank(value, query.rank, help="the query and the value need as many dimensions")
    key_head, value_head = (layer["num_heads"], layer["key_dim"]), (layer["num_heads"], layer["value_dim"])
    value_head = key_head if layer["value_dim"] is None else value_head
    axes = _attention_axes(layer, value)
    is_fused = query.rank == _FUSED_RANK and not layer["dropout"] and not return_attention_scores
    scores = _scores(call, key_head, (1,) if is_fused else axes, layer.compute_dtype)
    _check_masks(layer, call, scores, len(axes))
    given = layer["output_shape"]
    outputs = (given,) if isinstance(given, int) else given
    return _attended(layer, call, scores, (key_head, key_head, value_head), outputs)


def group_query_attention(  # noqa: PLR0913 - as Keras calls it
    layer: LayerType,
    query: TensorType,
    value: TensorType,
    key: TensorType | None = None,
    query_mask: TensorType | None = None,
    value_mask: TensorType | None = None,
    key_mask: TensorType | None = None,
    attention_mask: TensorType | None = None,
    *,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
) -> Effect:
    """Return the effect of GroupQueryAttention: heads of the query share those of key and value.

    FLOPs: as for MultiHeadAttention. Source: https://arxiv.org/abs/2305.13245
    """
    key = value if key is None else key
    masks = _given(query_mask=query_mask, value_mask=value_mask, key_mask=key_mask, attention_mask=attention_mask)
    call = Operands(query, value, key, masks, use_causal_mask, return_attention_scores)
    heads, shared = layer["num_query_heads"], layer["num_key_value_heads"]
    if heads % shared:
        raise ShapeError(f"has num_query_heads {heads}, which its num_key_value_heads {shared} do not divide")
    for x in (query, value, key):
        need_rank(x, 3, help=_STEPS)
    if need_size(query, -1, help=_FEATURES) != need_size(value, -1, help=_FEATURES):
        raise ShapeError("needs as many features in the query as in the value, and gets ", query, " and ", value)
    head, shared_head = (heads, layer["head_dim"]), (shared, layer["head_dim"])
    scores = _scores(call, head, (1,), layer.compute_dtype)
    _check_masks(layer, call, scores, 1)
    return _attended(layer, call, scores, (head, shared_head, shared_head), None)


def _given(**masks: TensorType | None) -> Mapping[str, TensorType]:
    return {name: mask for name, mask in masks.items() if mask is not None}


def _attended(
    layer: LayerType,
    call: Operands,
    scores: TensorType,
    heads: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]],
    outputs: tuple[int, ...] | None,
) -> Effect:
    if layer["flash_attention"] and (layer["dropout"] or call.with_scores):
        raise ShapeError("has flash_attention, which goes with neither dropout nor return_attention_scores")
    features = need_size(call.query, -1, help=_FEATURES)
    query_head, key_head, value_head = heads
    inside = (query_head[0], value_head[1])
    projections = [
        Projection("query", call.query, (features,), query_head),
        Projection("key", call.key, (need_size(call.key, -1, help=_FEATURES),), key_head),
        Projection("value", call.value, (need_size(call.value, -1, help=_FEATURES),), value_head),
        Projection("attention_output", call.query, inside, outputs or (features,)),
    ]
    if layer["use_gate"]:
        projections.insert(2, Projection("gate", call.query, (features,), inside))
    shape = (*call.query.shape[:-1], *(outputs or (features,)))
    output = TensorType(shape, layer.compute_dtype)
    return Effect(
        (output, scores) if call.with_scores else output,
        tuple(weight for projection in projections for weight in projection.weights(layer)),
        _flops(layer, call, scores, projections, query_head, inside),
        fixed=call.query.rank,
    )


def _flops(
    layer: LayerType,
    call: Operands,
    scores: TensorType,
    projections: list[Projection],
    query_head: tuple[int, ...],
    inside: tuple[int, ...],
) -> Count:
    positions = product(call.query.shape[1:-1])
    # The query is scaled; a gate takes a sigmoid and a product.
    each = plus(product(query_head), 2 * inside[0] * inside[1] if layer["use_gate"] else 0)
    total = plus(times(positions, each), times(product(scores.shape[1:]), 2 * query_head[1] + 2 * inside[1] + 1))
    for projection in projections:
        total = plus(total, projection.flops(layer))
    return total


def _attention_axes(layer: LayerType, value: TensorType) -> tuple[int, ...]:
    given = layer["attention_axes"]
    if given is None:
        return tuple(range(1, value.rank - 1))
    axes = tuple(axis if axis >= 0 else value.rank + axis for axis in ((given,) if isinstance(given, int) else given))
    if len(set(axes)) < len(axes) or not all(0 <= axis < value.rank for axis in axes):
        raise ShapeError(f"has attention_axes {given}, which are no different axes of ", value)
    return axes


def _scores(call: Operands, head: tuple[int, ...], axes: tuple[int, ...], dtype: str) -> TensorType:
    """Return the scores: the axes that are not attended, the heads among them, then those of the query and the key."""
    _check_key(call.value, call.key)
    if not axes:
        raise ShapeError("has no axis to attend over in ", call.query, help=_STEPS)
    query, key = (*call.query.shape[:-1], head[0]), (*call.key.shape[:-1], head[0])
    kept = [axis for axis in range(len(query)) if axis not in axes]
    for axis in kept:
        if differ(query[axis], key[axis]):
            raise ShapeError(
                "cannot attend from ", call.query, " to ", call.key,
                f": dimension {axis} is {show(query[axis])} and {show(key[axis])}",
            )  # fmt: skip
    shape = (*(agreed(query[axis], key[axis]) for axis in kept), *(query[i] for i in axes), *(key[i] for i in axes))
    return TensorType(shape, dtype)


def _check_key(value: TensorType, key: TensorType) -> None:
    steps, own = value.shape[1:-1], key.shape[1:-1]
    # Keras compares what it knows, so that a number and None differ.
    is_other = [as_known(size) for size in steps] != [as_known(size) for size in own]
    if is_other or any(differ(size, other) for size, other in zip(steps, own, strict=True)):
        raise ShapeError("needs a key with the steps of the value, and gets ", key, " and ", value)


def _check_masks(layer: LayerType, call: Operands, scores: TensorType, attended: int) -> None:
    masks: list[Argument] = list(call.masks.values())
    shapes = [_placed(name, mask.shape) for name, mask in call.masks.items()]
    if call.is_causal or layer["sliding_window"] is not None:
        shapes.append((1, call.query.shape[1], call.value.shape[1]))
    if not shapes:
        return
    shown = [part for mask in masks for part in (mask, " and ")][:-1]
    try:
        joined = broadcast(*(TensorType(shape, "bool") for shape in shapes))
        _check_fits(_expanded(joined, scores.rank, attended), scores)
    except ShapeError:
        told = shown or ["its own mask, which is for one attention axis"]
        raise ShapeError("cannot mask scores of ", scores, " with ", *told) from None


def _check_fits(shape: Shape, scores: TensorType) -> None:
    # A mask that is larger than the scores does not repeat them.
    broadcast(TensorType(shape, "bool"), scores)
    for size, own in zip(reversed(shape), reversed(scores.shape), strict=False):
        if size != 1 and differ(size, own):
            raise ShapeError("is larger than the scores")


def _placed(name: str, shape: Shape) -> Shape:
    if name == "attention_mask" or not shape:
        return shape
    return (*shape, 1) if name == "query_mask" else (*shape[:-1], 1, shape[-1])


def _expanded(shape: Shape, rank: int, attended: int) -> Shape:
    """Return the shape of a mask with ones where the scores have heads, and what else it lacks."""
    while len(shape) < rank:
        place = len(shape) - 2 * attended
        if place < 0:
            raise ShapeError("lacks attention axes")
        shape = (*shape[:place], 1, *shape[place:])
    return shape


RULES: dict[str, Rule] = {
    "GroupQueryAttention": group_query_attention,
    "MultiHeadAttention": multi_head_attention,
}
