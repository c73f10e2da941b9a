"""Pipeline."""

from graphspec.shapes.dimension import Count, plus
from graphspec.shapes.nested import effect_inside
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, LayerType, ShapeError, Weight


def pipeline(layer: LayerType, inputs: Argument, mask: Argument = None) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of Pipeline: its layers one after the other, each fed by the one before."""
    if not layer["layers"]:
        raise ShapeError("needs at least one layer")
    outputs: Argument = inputs
    weights: list[Weight] = []
    flops: Count = 0
    for inner in layer["layers"]:
        effect = effect_inside(inner, outputs)
        outputs = effect.outputs
        weights += effect.weights
        flops = plus(flops, effect.flops)
    return Effect(outputs, tuple(weights), flops)


RULES: dict[str, Rule] = {"Pipeline": pipeline}
