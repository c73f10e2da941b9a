"""Pooling: over windows, over all of each channel, and to a size that is given."""

from dataclasses import replace

from graphspec.shapes.dimension import differ, product, show, times
from graphspec.shapes.dtypes import float_of, is_float
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, need_rank
from graphspec.shapes.windows import (
    channel_axis,
    elements_read,
    per_axis,
    rank_help,
    slid_over,
    spatial_axes,
    spatial_sizes,
    with_channels,
)

_OF_INTEGERS = frozenset({"MaxPooling1D", "MaxPooling2D", "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D"})
_INTEGERS = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16"})


def pooling(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of MaxPooling and AveragePooling: ``(batch, *spatial, channels) -> (batch, *new, channels)``.

    FLOPs: one for each element of each window.
    """
    count = _need_spatial(layer, inputs)
    _need_pooled(layer, inputs)
    window = per_axis(layer["pool_size"], count)
    strides = window if layer["strides"] is None else per_axis(layer["strides"], count)
    spatial = slid_over(inputs, window, strides, layer["padding"], layer["data_format"], what="a window")
    channels = inputs.shape[channel_axis(layer["data_format"])]
    shape = with_channels(inputs.shape[0], spatial, channels, layer["data_format"])
    return Effect(TensorType(shape, inputs.dtype), flops=product((*shape[1:], *window)))


def global_pooling(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of GlobalMaxPooling: ``(batch, *spatial, channels) -> (batch, channels)``.

    FLOPs: one for each element that goes in.
    """
    count = _need_spatial(layer, inputs)
    channels = inputs.shape[channel_axis(layer["data_format"])]
    spatial = (1,) * count if layer["keepdims"] else ()
    shape = with_channels(inputs.shape[0], spatial, channels, layer["data_format"])
    return Effect(TensorType(shape, inputs.dtype), flops=product(inputs.shape[1:]))


def global_average_pooling(layer: LayerType, inputs: TensorType, mask: TensorType | None = None) -> Effect:
    """Return the effect of GlobalAveragePooling: that of GlobalMaxPooling, in floats.

    With a mask of ``(batch, steps)``, Keras divides sums, and integers then give float64.
    """
    _need_spatial(layer, inputs)
    dtype = float_of(inputs.dtype)
    if mask is not None:
        _need_mask(layer, inputs, mask)
        dtype = inputs.dtype if is_float(inputs.dtype) else "float64"
    return global_pooling(layer, replace(inputs, dtype=dtype))


def adaptive_pooling(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of AdaptiveMaxPooling and AdaptiveAveragePooling: each spatial axis gets the size asked for.

    FLOPs: one for each element of each window.
    """
    count = _need_spatial(layer, inputs)
    _need_pooled(layer, inputs)
    spatial = per_axis(layer["output_size"], count)
    before = spatial_sizes(inputs, layer["data_format"])
    channels = inputs.shape[channel_axis(layer["data_format"])]
    shape = with_channels(inputs.shape[0], spatial, channels, layer["data_format"])
    read = product(elements_read(size, windows) for size, windows in zip(before, spatial, strict=True))
    return Effect(TensorType(shape, inputs.dtype), flops=times(read, channels))


def _need_spatial(layer: LayerType, inputs: TensorType) -> int:
    count = int(layer.type[-2])
    need_rank(inputs, count + 2, help=rank_help(count, inputs.rank - 2))
    return count


def _need_mask(layer: LayerType, inputs: TensorType, mask: TensorType) -> None:
    need_rank(mask, 2, help="a mask is (batch, steps)")
    axis = spatial_axes(inputs, layer["data_format"])[0]
    steps, masked = inputs.shape[axis], mask.shape[1]
    if differ(steps, masked) and 1 not in {steps, masked}:
        raise ShapeError("cannot mask ", inputs, " with ", mask, f": {show(steps)} steps and {show(masked)}")


def _need_pooled(layer: LayerType, inputs: TensorType) -> None:
    if is_float(inputs.dtype) or (layer.type in _OF_INTEGERS and inputs.dtype in _INTEGERS):
        return
    raise ShapeError(f"cannot pool {inputs.dtype}: ", inputs, help="convert it first: {ops.cast: {dtype: float32}}")


_KINDS: dict[str, Rule] = {
    "MaxPooling": pooling,
    "AveragePooling": pooling,
    "GlobalMaxPooling": global_pooling,
    "GlobalAveragePooling": global_average_pooling,
    "AdaptiveMaxPooling": adaptive_pooling,
    "AdaptiveAveragePooling": adaptive_pooling,
}
RULES: dict[str, Rule] = {f"{kind}{count}D": rule for kind, rule in _KINDS.items() for count in (1, 2, 3)}
