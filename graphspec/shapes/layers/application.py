"""Layers that only the models of ``keras.applications`` have."""

from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import product, times
from graphspec.shapes.types import Effect, LayerType, TensorType, Weight, same


def layer_scale(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of LayerScale: a factor for each channel, which a ConvNeXt learns.

    FLOPs: a multiplication for each element. Source: https://arxiv.org/abs/2103.17239
    """
    gamma = Weight("gamma", (layer["projection_dim"],), layer.variable_dtype)
    effect = same(inputs, product(inputs.shape[1:]))
    return Effect(effect.outputs, (gamma,), effect.flops)


def scaled_sum(layer: LayerType, inputs: tuple[TensorType, TensorType]) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of CustomScaleLayer: a tensor and another times a number, at two FLOPs for each element."""
    shape = broadcast(*inputs, verb="add")
    return Effect(TensorType(shape, inputs[0].dtype), flops=times(2, product(shape[1:])))


RULES = {"CustomScaleLayer": scaled_sum, "LayerScale": layer_scale}
