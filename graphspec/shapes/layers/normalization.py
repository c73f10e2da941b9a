"""Rules of the layers that normalize; FLOPs are those outside of training."""

from graphspec.shapes.axes import axes_of, axis_of
from graphspec.shapes.dimension import differ, product, show, times
from graphspec.shapes.dtypes import is_float
from graphspec.shapes.layers import spectral
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, Weight, need_size, same

_UNKNOWN = "give that dimension a size, or normalize another: axis"
_FLOAT = "cast it before: ops.cast"


def batch_normalization(layer: LayerType, inputs: TensorType, mask: TensorType | None = None) -> Effect:
    """Return the effect of BatchNormalization.

    FLOPs: two for each element, since the statistics are constants that fold into a factor and a summand.
    Source: https://arxiv.org/abs/1502.03167, algorithm 2, step 11.
    """
    if mask is not None and mask.rank != inputs.rank - 1:
        raise ShapeError("needs a mask of one dimension less than ", inputs, ", not ", mask)
    size = need_size(inputs, axis_of(inputs, layer["axis"]), help=_UNKNOWN)
    moving: tuple[str, ...] = ("moving_mean", "moving_variance")
    moving += ("moving_stddev", "renorm_mean", "renorm_stddev") if layer["renorm"] else ()
    statistics = tuple(Weight(name, (size,), layer.variable_dtype, trainable=False) for name in moving)
    flops = times(product(inputs.shape[1:]), 2)
    weights = (*_scale_and_center(layer, (size,)), *statistics)
    return Effect(TensorType(inputs.shape, layer.compute_dtype), weights, flops, fixed=inputs.rank)


def layer_normalization(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of LayerNormalization, whose weights have the axes in their sorted order.

    FLOPs for each element: one each for the mean, the deviation, its square, the variance, and the division, one to
    scale and one to center. Source: https://arxiv.org/abs/1607.06450, equation 4.
    """
    axis = layer["axis"]
    names = (axis,) if isinstance(axis, int) else tuple(sorted(axis))
    axes = axes_of(inputs, names)
    weighted = layer["scale"] or layer["center"]
    sizes = tuple(need_size(inputs, number, help=_UNKNOWN) for number in axes) if weighted else ()
    flops = times(product(inputs.shape[1:]), 5 + layer["scale"] + layer["center"])
    return Effect(TensorType(inputs.shape, layer.compute_dtype), _scale_and_center(layer, sizes), flops)


def group_normalization(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of GroupNormalization; FLOPs as of LayerNormalization.

    Source: https://arxiv.org/abs/1803.08494, section 3.1.
    """
    axis = axis_of(inputs, layer["axis"])
    if axis == 0 and layer["axis"] < 0:
        raise ShapeError("cannot group the batch: ", inputs, help="normalize another dimension: axis")
    size = need_size(inputs, axis, help=_UNKNOWN)
    groups = size if layer["groups"] == -1 else layer["groups"]
    if size % groups:
        raise ShapeError(f"cannot divide the {size} channels at axis {axis} of ", inputs, f" into {groups} groups")
    flops = times(product(inputs.shape[1:]), 5 + layer["scale"] + layer["center"])
    weights = _scale_and_center(layer, (size,))
    return Effect(TensorType(inputs.shape, layer.compute_dtype), weights, flops, fixed=inputs.rank)


def rms_normalization(layer: LayerType, x: TensorType) -> Effect:
    """Return the effect of RMSNormalization.

    FLOPs for each element: one each for the square, the mean, the division and the scale.
    Source: https://arxiv.org/abs/1910.07467, equation 4.
    """
    axis = axis_of(x, layer["axis"])
    size = need_size(x, axis, help=_UNKNOWN)
    # Keras multiplies the scale along the last dimension, whichever one it has normalized.
    if size != 1 and x.shape[-1] != 1 and differ(size, x.shape[-1]):
        raise ShapeError(
            f"makes {size} factors for dimension {axis} and applies them to the last, of {show(x.shape[-1])}: ", x,
            help="move that dimension last, with Permute, and back",
        )  # fmt: skip
    shape = (*x.shape[:-1], size if x.shape[-1] == 1 else x.shape[-1])
    weight = Weight("scale", (size,), layer.variable_dtype)
    return Effect(TensorType(shape, x.dtype), (weight,), times(product(x.shape[1:]), 4))


def unit_normalization(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of UnitNormalization; FLOPs for each element: the square, the sum and the division."""
    axes_of(inputs, layer["axis"])
    if not is_float(inputs.dtype):
        raise ShapeError(f"cannot normalize {inputs.dtype}: ", inputs, help=_FLOAT)
    return same(inputs, times(product(inputs.shape[1:]), 3))


def _scale_and_center(layer: LayerType, shape: tuple[int, ...]) -> tuple[Weight, ...]:
    names = [name for name, wanted in (("gamma", layer["scale"]), ("beta", layer["center"])) if wanted]
    return tuple(Weight(name, shape, layer.variable_dtype) for name in names)


RULES: dict[str, Rule] = {
    "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization,
    "GroupNormalization": group_normalization,
    "RMSNormalization": rms_normalization,
    "UnitNormalization": unit_normalization,
    **spectral.RULES,
}
