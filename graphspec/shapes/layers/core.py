"""Rules of Dense, EinsumDense, the embeddings, and the layers that leave a tensor's shape as it is."""

from graphspec.shapes.activations import activated
from graphspec.shapes.dimension import product, times
from graphspec.shapes.dtypes import result_type
from graphspec.shapes.layers.einsum import einsum_dense
from graphspec.shapes.low_rank import need_plain_weights, with_low_rank
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import (
    Effect,
    LayerType,
    ShapeError,
    TensorType,
    UnknownEffectError,
    Weight,
    need_min_rank,
    need_size,
    same,
)

_UNKNOWN_LAST = "give the dimension a size; after Flatten, every dimension before it needs one"
_FLOPS_OF_A_CAP = 3


def dense(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Dense: ``(batch, ..., features) -> (batch, ..., units)``.

    FLOPs: a multiply-add for each weight at each position, an addition for the bias, one for the activation.
    """
    need_plain_weights(layer)
    need_min_rank(inputs, 2, help="a Dense layer works on the last dimension of (batch, ..., features)")
    units, features = layer["units"], need_size(inputs, -1, help=_UNKNOWN_LAST)
    weights = with_low_rank(layer, Weight("kernel", (features, units), layer.variable_dtype))
    if layer["use_bias"]:
        weights += (Weight("bias", (units,), layer.variable_dtype),)
    positions = product(inputs.shape[1:-1])
    flops = times(positions, 2 * features * units + (units if layer["use_bias"] else 0))
    made = TensorType((*inputs.shape[:-1], units), result_type(inputs.dtype, layer.compute_dtype))
    return activated(layer, Effect(made, weights, flops))


def embedding(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Embedding: ``(batch, ...) -> (batch, ..., output_dim)``; looking up takes no FLOPs."""
    need_plain_weights(layer)
    shape = (*inputs.shape, layer["output_dim"])
    table = Weight("embeddings", (layer["input_dim"], layer["output_dim"]), layer.variable_dtype)
    return Effect(TensorType(shape, layer.compute_dtype), with_low_rank(layer, table, names="embeddings"))


def reversible_embedding(layer: LayerType, inputs: TensorType, reverse: bool = False) -> Effect:  # noqa: FBT001, FBT002
    """Return the effect of ReversibleEmbedding, which ``reverse`` turns into a projection on the vocabulary.

    FLOPs in reverse: a multiply-add for each weight at each position, and three for each capped logit.
    """
    need_plain_weights(layer)
    entries, features = layer["input_dim"], layer["output_dim"]
    shapes = {"embeddings": (entries, features)} | (
        {} if layer["tie_weights"] else {"reverse_embeddings": (features, entries)}
    )
    weights = tuple(Weight(name, shape, layer.variable_dtype) for name, shape in shapes.items())
    if not reverse:
        return Effect(TensorType((*inputs.shape, features), layer.compute_dtype), weights)
    need_min_rank(inputs, 2, help="in reverse it works on the last dimension of (batch, ..., output_dim)")
    if isinstance(inputs.shape[-1], int) and inputs.shape[-1] != features:
        raise ShapeError(f"is reversed with output_dim {features}, which the last dimension of ", inputs, " is not")
    dtype = layer["reverse_dtype"] or result_type(inputs.dtype, layer.compute_dtype)
    cap = 0 if layer["logit_soft_cap"] is None else _FLOPS_OF_A_CAP
    flops = times(product(inputs.shape[1:-1]), entries * (2 * features + cap))
    return Effect(TensorType((*inputs.shape[:-1], entries), dtype), weights, flops)


def identity(layer: LayerType, inputs: TensorType) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of what leaves a tensor as it is."""
    return same(inputs)


def code(layer: LayerType, inputs: TensorType, mask: TensorType | None = None) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of Lambda as far as it states one: ``output_shape``; its FLOPs are not known."""
    stated = layer["output_shape"]
    if not isinstance(stated, tuple):
        raise UnknownEffectError
    return Effect(TensorType((inputs.shape[0], *stated), layer.compute_dtype), flops=None)


def masking(layer: LayerType, inputs: TensorType) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of Masking; FLOPs for each element: to compare it, to reduce that, and to select."""
    return same(inputs, times(product(inputs.shape[1:]), 3), result_type(inputs.dtype, "int"))


RULES: dict[str, Rule] = {
    "Dense": dense,
    "EinsumDense": einsum_dense,
    "Embedding": embedding,
    "Identity": identity,
    "Lambda": code,
    "Masking": masking,
    "ReversibleEmbedding": reversible_embedding,
}
