"""Rules of the layers that regularize; outside of training they leave a tensor as it is, at no FLOPs."""

from graphspec.shapes.bits import bits_of
from graphspec.shapes.dtypes import WIDE, is_float
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, need_rank, same

_RANKS = {"SpatialDropout1D": 3, "SpatialDropout2D": 4, "SpatialDropout3D": 5}
_FLOAT = "cast it before: ops.cast"
_SHAPES = {
    3: "(batch, steps, channels)",
    4: "two spatial dimensions and the channels",
    5: "three spatial dimensions and the channels",
}


def untouched(layer: LayerType, inputs: TensorType) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of a layer that only training knows."""
    return same(inputs)


def spatial_dropout(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of SpatialDropout1D, 2D and 3D, which drop whole channels."""
    rank = _RANKS[layer.type]
    need_rank(inputs, rank, help=f"{layer.type} drops channels of {_SHAPES[rank]}")
    return same(inputs)


def activity_regularization(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of ActivityRegularization, whose penalty is computed even outside of training.

    It is no part of the result, and counts no FLOPs.
    """
    penalized = layer["l1"] or layer["l2"]
    if penalized and not is_float(inputs.dtype) and bits_of(inputs.dtype) < WIDE:
        raise ShapeError(f"cannot sum a penalty of {inputs.dtype}: ", inputs, help=_FLOAT)
    return same(inputs)


_UNTOUCHED = ("AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise")
RULES: dict[str, Rule] = {
    "ActivityRegularization": activity_regularization,
    **dict.fromkeys(_UNTOUCHED, untouched),
    **dict.fromkeys(_RANKS, spatial_dropout),
}
