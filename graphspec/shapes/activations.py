"""What an activation does to a tensor: a function by name, a layer, or nothing."""

from graphspec.shapes.dimension import Shape, plus, product, quotient
from graphspec.shapes.dtypes import FLOATX, is_float
from graphspec.shapes.nested import effect_inside
from graphspec.shapes.types import Argument, Effect, LayerType, ShapeError, TensorType, need_min_rank, same

_AS_IT_IS = frozenset({"relu", "relu6"})
_IN_FLOATS = frozenset({"exponential", "leaky_relu", "tanh"})


def activated(layer: LayerType, effect: Effect) -> Effect:
    """Return the effect of a layer with that of the activation that it ends in."""
    activation = layer["activation"]
    if activation is None or activation == "linear" or not isinstance(effect.outputs, TensorType):
        return effect
    after = activation_effect(activation, effect.outputs)
    weights, flops = effect.weights + after.weights, plus(effect.flops, after.flops)
    return Effect(after.outputs, weights, flops, effect.fixed)


def activation_effect(activation: Argument, x: TensorType) -> Effect:
    """Return the effect of an activation; one FLOP for each element that it makes, and none for ``linear``."""
    if activation is None or activation == "linear":
        return Effect(x)
    if isinstance(activation, LayerType):
        return effect_inside(activation, x)
    if activation == "threshold":
        raise ShapeError("cannot apply threshold: it has no value to compare with", help="write ops.threshold")
    dtype = activated_dtype(activation, x)
    shape = _gated(x) if activation == "glu" else x.shape
    return same(TensorType(shape, dtype), product(shape[1:]))


def activated_dtype(activation: str, x: TensorType) -> str:
    """Return the dtype that an activation makes; raises ShapeError where it computes nothing of this one."""
    if is_float(x.dtype) or (activation in _AS_IT_IS and x.dtype not in {"bool", "string"}):
        return x.dtype
    if activation in _IN_FLOATS and x.dtype != "string" and (activation, x.dtype) != ("leaky_relu", "bool"):
        return FLOATX
    raise ShapeError(f"cannot apply {activation} to {x.dtype}: ", x, help="cast it before: ops.cast")


def _gated(x: TensorType) -> Shape:
    # Source: https://arxiv.org/abs/1612.08083, one half of the last dimension gates the other.
    need_min_rank(x, 1)
    size = x.shape[-1]
    if isinstance(size, int) and size % 2:
        raise ShapeError("cannot apply glu, which takes the last dimension as two halves: ", x)
    return (*x.shape[:-1], quotient(size, 2))
