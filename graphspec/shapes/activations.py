"""The activation that a layer ends with: a function by name, or a layer."""

from dataclasses import replace

from graphspec.shapes.dimension import plus, product, quotient, show
from graphspec.shapes.dtypes import is_float
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType


def activated(layer: LayerType, effect: Effect) -> Effect:
    """Return the effect of a layer with that of its activation after it, at one FLOP for each element."""
    activation, x = layer["activation"], effect.outputs
    if activation is None or activation == "linear" or not isinstance(x, TensorType):
        return effect
    if isinstance(activation, LayerType):
        return _then(effect, activation.effect(_cast(x, activation)))
    flops = plus(effect.flops, product(x.shape[1:]))
    return replace(effect, outputs=_gated(x) if activation == "glu" else x, flops=flops)


def _then(effect: Effect, after: Effect) -> Effect:
    return replace(
        effect, outputs=after.outputs, weights=effect.weights + after.weights, flops=plus(effect.flops, after.flops)
    )


def _cast(x: TensorType, layer: LayerType) -> TensorType:
    return TensorType(x.shape, layer.compute_dtype) if is_float(x.dtype) and layer["autocast"] else x


def _gated(x: TensorType) -> TensorType:
    # Source: https://arxiv.org/abs/1612.08083, one half of the last dimension gates the other.
    size = x.shape[-1]
    if isinstance(size, int) and size % 2:
        raise ShapeError(f"cannot halve the last dimension for the activation glu, which is {show(size)}: ", x)
    return TensorType((*x.shape[:-1], quotient(size, 2)), x.dtype)
