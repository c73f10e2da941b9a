"""Attention and AdditiveAttention: one query, value and key as they are."""

from dataclasses import dataclass

from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import Count, Dimension, Shape, agreed, differ, plus, product, show, times
from graphspec.shapes.dtypes import float_of, is_float, need_same_dtype, result_type
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, LayerType, ShapeError, TensorType, Weight, need_min_rank, need_size


@dataclass(frozen=True, slots=True)
class _Scoring:
    """How scores are made: FLOPs for each of the features and each score, whether features broadcast, the dtype."""

    each: int
    more: int
    is_summed: bool
    dtype: str


def attention(
    layer: LayerType,
    inputs: tuple[TensorType, ...],
    mask: Argument = None,
    *,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,  # noqa: ARG001 - as every rule
) -> Effect:
    """Return the effect of Attention: query ``(batch, T, dim)``, value and key ``(batch, S, dim)``.

    FLOPs: those of the scores, a softmax of each, and a multiply-add for each score and element of the value.
    Source: https://arxiv.org/abs/1508.04025
    """
    weights = [Weight("scale", (), layer.variable_dtype)] if layer["use_scale"] else []
    dtype = _joint_dtype(inputs, layer.compute_dtype if layer["use_scale"] else None)
    if layer["score_mode"] == "concat":
        weights.append(Weight("concat_score_weight", (), layer.variable_dtype))
        scoring = _Scoring(
            each=4 if layer["use_scale"] else 3,
            more=1,
            is_summed=True,
            dtype=result_type(float_of(dtype), layer.compute_dtype),
        )
    else:
        scoring = _Scoring(each=2, more=len(weights), is_summed=False, dtype=dtype)
    return _attended(inputs, mask, tuple(weights), scoring, with_scores=return_attention_scores)


def additive_attention(
    layer: LayerType,
    inputs: tuple[TensorType, ...],
    mask: Argument = None,
    *,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,  # noqa: ARG001 - as every rule
) -> Effect:
    """Return the effect of AdditiveAttention, whose scores are ``sum(scale * tanh(query + key))``.

    FLOPs: as for Attention. Source: https://arxiv.org/abs/1409.0473
    """
    weights: tuple[Weight, ...] = ()
    if layer["use_scale"]:
        need_min_rank(inputs[0], 1)
        size = need_size(inputs[0], -1, help="give the last dimension a size, or write use_scale: false")
        weights = (Weight("scale", (size,), layer.variable_dtype),)
    need_same_dtype(inputs[0], inputs[-1])
    dtype = float_of(_joint_dtype(inputs, None))
    scoring = _Scoring(
        each=4, more=0, is_summed=True, dtype=result_type(dtype, layer.compute_dtype) if weights else dtype
    )
    return _attended(inputs, mask, weights, scoring, with_scores=return_attention_scores)


def _joint_dtype(inputs: tuple[TensorType, ...], other: str | None) -> str:
    query, value, *rest = (x.dtype for x in inputs)
    return result_type(query, rest[0] if rest else value, *([] if other is None else [other]))


def _attended(
    inputs: tuple[TensorType, ...],
    mask: Argument,
    weights: tuple[Weight, ...],
    kind: _Scoring,
    *,
    with_scores: bool,
) -> Effect:
    query, value, *rest = inputs
    key = rest[0] if rest else value
    for x in inputs:
        need_min_rank(x, 2, help="attention works on (batch, steps, features)")
    if not is_float(kind.dtype):
        raise ShapeError(
            f"takes the softmax of scores, which need floating numbers, and gets {query.dtype}: ", query, " and ", key,
            help="cast them with ops.cast, or write use_scale: true",
        )  # fmt: skip
    features = _features(query, key, summed=kind.is_summed)
    _agree(key, value, -2, -2)
    scores = TensorType((*_lead(query, key), query.shape[-2], key.shape[-2]), kind.dtype)
    shape = (*_lead(scores, value), query.shape[-2], value.shape[-1])
    output = TensorType(shape, result_type(kind.dtype, value.dtype))
    _check_masks(mask, scores, output)
    count = product(scores.shape[1:])
    per_score: Count = plus(times(kind.each, features), times(2, value.shape[-1]))
    flops = times(count, plus(per_score, kind.more + 1))
    return Effect((output, scores) if with_scores else output, weights, flops)


def _features(query: TensorType, key: TensorType, *, summed: bool) -> Dimension:
    if summed and 1 in {query.shape[-1], key.shape[-1]}:
        return key.shape[-1] if query.shape[-1] == 1 else query.shape[-1]
    _agree(query, key, -1, -1)
    return agreed(query.shape[-1], key.shape[-1])


def _agree(one: TensorType, other: TensorType, axis: int, other_axis: int) -> None:
    size, other_size = one.shape[axis], other.shape[other_axis]
    if differ(size, other_size):
        raise ShapeError(
            "cannot attend with ", one, " and ", other,
            f": dimension {one.rank + axis} is {show(size)} and {show(other_size)}",
        )  # fmt: skip


def _lead(one: TensorType, other: TensorType) -> Shape:
    try:
        return broadcast(TensorType(one.shape[:-2], one.dtype), TensorType(other.shape[:-2], other.dtype))
    except ShapeError:
        raise ShapeError("cannot attend with ", one, " and ", other, ": their first dimensions differ") from None


def _check_masks(mask: Argument, scores: TensorType, output: TensorType) -> None:
    if mask is None:
        return
    if not isinstance(mask, tuple) or not 2 <= len(mask) <= 3:  # noqa: PLR2004 - as many as inputs
        raise ShapeError("needs a list of masks, of the query and of the value")
    query_mask, value_mask = mask[:2]
    if value_mask is not None and value_mask.rank:
        _check_mask(value_mask, (*value_mask.shape[:-1], 1, value_mask.shape[-1]), scores)
    if query_mask is not None:
        _check_mask(query_mask, (*query_mask.shape, 1), output)


def _check_mask(mask: TensorType, shape: Shape, masked: TensorType) -> None:
    try:
        broadcast(TensorType(shape, mask.dtype), masked)
    except ShapeError:
        raise ShapeError("cannot mask ", masked, " with ", mask) from None


RULES: dict[str, Rule] = {"AdditiveAttention": additive_attention, "Attention": attention}
