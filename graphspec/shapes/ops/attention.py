"""Attention."""

from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import agreed, differ, plus, product, show, times
from graphspec.shapes.dtypes import FLOATS, need_dtype, result_type
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, as_tensor, need_rank

_FORM = "it works on (batch, length, heads, size); split the heads with ops.reshape"
_MASK_FORM = "a mask and a bias broadcast to (batch, heads, length of the query, length of the key)"
# Which dimensions of two tensors have to be the same, and what they are.
_QUERY_KEY = {0: "batches of {} and {}", 3: "heads of size {} and {}"}
_KEY_VALUE = {0: "batches of {} and {}", 1: "lengths {} and {}", 2: "{} and {} heads"}
_HEADS = 2


def dot_product_attention(
    query: TensorType,
    key: TensorType,
    value: TensorType,
    bias: Argument,
    mask: TensorType | None,
    scale: Argument,
    *,
    is_causal: bool,
    attn_logits_soft_cap: float | None,
    **_: Argument,
) -> Effect:
    """Return the effect of attention: queries ``(b, t, n, h)``, keys ``(b, s, n, h)``, values ``(b, s, n, v)``.

    Fewer heads of keys and values than of queries serve as many queries each. FLOPs: a multiply-add for each of h and
    of v at each of n, t and s, and there one each for the scale, the bias, the mask, the causal mask and the softmax.
    Source: https://arxiv.org/abs/1706.03762, section 3.2.1; https://arxiv.org/abs/2305.13245 for the groups of heads.
    """
    for x in (query, key, value):
        need_rank(x, 4, help=_FORM)
    if attn_logits_soft_cap is not None:
        raise ShapeError("has attn_logits_soft_cap, which Keras takes only with JAX on a TPU")
    dtype = result_type(query.dtype, key.dtype, value.dtype)
    need_dtype(TensorType(query.shape, dtype), FLOATS | {"int32", "int64"})
    _check_pair("queries ", query, "keys ", key, _QUERY_KEY)
    _check_pair("keys ", key, "values ", value, _KEY_VALUE)
    _check_heads(query, key)
    batch = agreed(agreed(query.shape[0], key.shape[0]), value.shape[0])
    length, size = agreed(key.shape[1], value.shape[1]), agreed(query.shape[3], key.shape[3])
    logits = TensorType((batch, query.shape[_HEADS], query.shape[1], length), dtype)
    steps = _masked(logits, bias, mask, scale)
    each = plus(times(2, plus(size, value.shape[3])), 2 + (bias is not None) + (mask is not None) + is_causal)
    flops = times(product((query.shape[_HEADS], steps, length)), each)
    return Effect(TensorType((batch, steps, query.shape[_HEADS], value.shape[3]), dtype), flops=flops)


def _check_pair(ours: str, one: TensorType, theirs: str, other: TensorType, what: dict[int, str]) -> None:
    for axis, words in what.items():
        if differ(one.shape[axis], other.shape[axis]):
            sizes = words.format(show(one.shape[axis]), show(other.shape[axis]))
            raise ShapeError(f"cannot match {ours}", one, f" with {theirs}", other, f": {sizes}")


def _check_heads(query: TensorType, key: TensorType) -> None:
    heads, served = query.shape[_HEADS], key.shape[_HEADS]
    if not differ(heads, served):
        return
    if isinstance(heads, int) and isinstance(served, int) and served > 1 and heads % served == 0:
        return
    raise ShapeError(
        "cannot match queries ", query, " with keys ", key,
        f": {show(heads)} heads do not divide among {show(served)}",
        help="repeat the one head with ops.repeat: {axis: 2}" if served == 1 else None,
    )  # fmt: skip


def _masked(logits: TensorType, bias: Argument, mask: TensorType | None, scale: Argument) -> Argument:
    """Return the number of queries once scale, bias and mask have met the logits."""
    if mask is not None and mask.dtype != "bool":
        raise ShapeError(f"takes a mask of bool, and gets {mask.dtype}: ", mask, help="cast it before: ops.cast")
    found = logits.shape
    for item in (scale, bias, mask):
        other = as_tensor(item)
        try:
            found = broadcast(TensorType(found, logits.dtype), other)
        except ShapeError as error:
            raise _unmaskable(logits, other) from error
        others = [axis for axis in (0, 1, 3) if differ(found[axis], logits.shape[axis])]
        if len(found) > logits.rank or others:
            raise _unmaskable(logits, other)
    return found[2]


def _unmaskable(logits: TensorType, other: TensorType) -> ShapeError:
    shown = ", ".join("batch" if not axis and size is None else show(size) for axis, size in enumerate(logits.shape))
    return ShapeError(f"cannot put onto logits of ({shown}) a mask, bias or scale of ", other, help=_MASK_FORM)


RULES = {"dot_product_attention": dot_product_attention}
