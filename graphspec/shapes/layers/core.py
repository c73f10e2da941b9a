"""Dense, Embedding and the layers that leave a tensor as it is."""

from graphspec.shapes.dimension import product, times
from graphspec.shapes.types import Effect, LayerType, TensorType, Weight, need_min_rank, need_size, same

_UNKNOWN_LAST = "give the dimension a size; after Flatten, every dimension before it needs one"


def dense(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Dense: ``(batch, ..., features) -> (batch, ..., units)``.

    FLOPs: a multiply-add for each weight at each position, an addition for the bias.
    """
    need_min_rank(inputs, 2, help="a Dense layer works on the last dimension of (batch, ..., features)")
    units, features = layer["units"], need_size(inputs, -1, help=_UNKNOWN_LAST)
    weights = [Weight("kernel", (features, units), layer.variable_dtype)]
    if layer["use_bias"]:
        weights.append(Weight("bias", (units,), layer.variable_dtype))
    positions = product(inputs.shape[1:-1])
    flops = times(positions, 2 * features * units + (units if layer["use_bias"] else 0))
    shape = (*inputs.shape[:-1], units)
    return Effect(TensorType(shape, layer.compute_dtype), tuple(weights), flops)


def embedding(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Embedding: ``(batch, ...) -> (batch, ..., output_dim)``; looking up takes no FLOPs."""
    shape = (*inputs.shape, layer["output_dim"])
    table = Weight("embeddings", (layer["input_dim"], layer["output_dim"]), layer.variable_dtype)
    return Effect(TensorType(shape, layer.compute_dtype), (table,))


def identity(layer: LayerType, inputs: TensorType) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of what leaves a tensor as it is."""
    return same(inputs)


RULES = {"Dense": dense, "Embedding": embedding, "Identity": identity}
