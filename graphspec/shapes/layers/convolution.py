"""Convolutions: plain, transposed, depthwise and separable ones, over one, two or three spatial axes."""

import math
from dataclasses import replace

from graphspec.shapes.activations import activated
from graphspec.shapes.dimension import Count, Shape, plus, product, times
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, Weight, need_rank, need_size
from graphspec.shapes.windows import channel_axis, per_axis, rank_help, slid_over, spatial_sizes, spread, with_channels

_CHANNELS = "the channels are the last dimension, or dimension 1 with data_format: channels_first; they need a size"


def convolution(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Conv1D, Conv2D and Conv3D: ``(batch, *spatial, channels) -> (batch, *new, filters)``.

    FLOPs: for each element that comes out a multiply-add for each weight of its filter, and an addition for the bias.
    """
    window, channels = _window_and_channels(layer, inputs)
    _need_no_dilated_strides(layer, len(window))
    filters, groups = layer["filters"], layer["groups"]
    if filters % groups:
        raise ShapeError(f"cannot make {filters} filters in {groups} groups of equal size")
    if channels % groups:
        raise ShapeError(
            f"cannot divide the {channels} channels of ",
            inputs,
            f" into {groups} groups of equal size",
            help=_groups_help(layer, inputs),
        )
    kernel = Weight("kernel", (*window, channels // groups, filters), layer.variable_dtype)
    spatial = _slid(layer, inputs, window)
    effect = _convolved(layer, inputs, spatial, filters, (kernel,), times(product(spatial), product(kernel.shape)))
    return activated(layer, effect if layer["lora_rank"] is None else _with_lora(layer, effect))


def transposed_convolution(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Conv1DTranspose and its siblings: ``(batch, *spatial, channels) -> (batch, *new, filters)``.

    FLOPs: for each element that goes in a multiply-add for each weight that it meets, an addition for the bias.
    """
    window, channels = _window_and_channels(layer, inputs)
    _need_no_dilated_strides(layer, len(window))
    filters, padding = layer["filters"], layer["padding"]
    strides, dilations = _strides(layer, len(window)), _dilations(layer, len(window))
    extras = _output_padding(layer, window, strides)
    before = spatial_sizes(inputs, layer["data_format"])
    spatial = tuple(
        spread(size, reach, stride, padding, dilation, extra)
        for size, reach, stride, dilation, extra in zip(before, window, strides, dilations, extras, strict=True)
    )
    kernel = Weight("kernel", (*window, filters, channels), layer.variable_dtype)
    macs = times(product(before), product(kernel.shape))
    return activated(layer, _convolved(layer, inputs, spatial, filters, (kernel,), macs))


def depthwise_convolution(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of DepthwiseConv1D and DepthwiseConv2D: every channel gets ``depth_multiplier`` filters.

    FLOPs: for each element that comes out a multiply-add for each weight of its window, an addition for the bias.
    """
    window, channels = _window_and_channels(layer, inputs)
    kernel = Weight("kernel", (*window, channels, layer["depth_multiplier"]), layer.variable_dtype)
    spatial = _slid(layer, inputs, window)
    macs = times(product(spatial), product(kernel.shape))
    filters = channels * layer["depth_multiplier"]
    return activated(layer, _convolved(layer, inputs, spatial, filters, (kernel,), macs))


def separable_convolution(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of SeparableConv1D and SeparableConv2D: a depthwise convolution, and one of windows of 1.

    FLOPs: those of both. Source: https://arxiv.org/abs/1610.02357
    """
    window, channels = _window_and_channels(layer, inputs)
    filters, between = layer["filters"], channels * layer["depth_multiplier"]
    weights = (
        Weight("depthwise_kernel", (*window, channels, layer["depth_multiplier"]), layer.variable_dtype),
        Weight("pointwise_kernel", (*(1,) * len(window), between, filters), layer.variable_dtype),
    )
    spatial = _slid(layer, inputs, window)
    macs = times(product(spatial), sum(math.prod(weight.shape) for weight in weights))
    return activated(layer, _convolved(layer, inputs, spatial, filters, weights, macs))


def _window_and_channels(layer: LayerType, inputs: TensorType) -> tuple[tuple[int, ...], int]:
    count = _spatial_count(layer)
    need_rank(inputs, count + 2, help=rank_help(count, inputs.rank - 2))
    if inputs.dtype != layer.compute_dtype:
        raise ShapeError(
            f"convolves {layer.compute_dtype} numbers, and gets {inputs.dtype}: ",
            inputs,
            help=f"convert them first: {{ops.cast: {{dtype: {layer.compute_dtype}}}}}",
        )
    channels = need_size(inputs, channel_axis(layer["data_format"]), help=_CHANNELS)
    return per_axis(layer["kernel_size"], count), channels


def _spatial_count(layer: LayerType) -> int:
    return int(layer.type.removesuffix("Transpose")[-2])


def _groups_help(layer: LayerType, inputs: TensorType) -> str | None:
    other = "channels_last" if layer["data_format"] == "channels_first" else "channels_first"
    size = inputs.shape[channel_axis(other)]
    fits = isinstance(size, int) and size % layer["groups"] == 0
    return f"dimension {channel_axis(other) % inputs.rank} would divide: data_format: {other}" if fits else None


def _need_no_dilated_strides(layer: LayerType, count: int) -> None:
    strides, dilations = _strides(layer, count), _dilations(layer, count)
    if max(strides) > 1 and max(dilations) > 1:
        raise ShapeError(f"cannot have strides {_shown(strides)} and dilation_rate {_shown(dilations)} at once")


def _output_padding(layer: LayerType, window: tuple[int, ...], strides: tuple[int, ...]) -> tuple[int | None, ...]:
    if layer["output_padding"] is None:
        return (None,) * len(strides)
    extras = per_axis(layer["output_padding"], len(strides))
    if any(extra >= stride for extra, stride in zip(extras, strides, strict=True)):
        raise ShapeError(
            f"cannot have output_padding {_shown(extras)} with strides {_shown(strides)}",
            help="each output_padding has to be smaller than its stride",
        )
    # A convolution with these windows and strides would have to lead back to the size that goes in.
    dilations = _dilations(layer, len(window))
    reaches = tuple((size - 1) * dilation + 1 for size, dilation in zip(window, dilations, strict=True))
    if layer["padding"] == "same" and any(
        not extra and reach % 2 == 0 for extra, reach in zip(extras, reaches, strict=True)
    ):
        raise ShapeError(
            f"cannot have output_padding {_shown(extras)} with a kernel of {_shown(window)} and padding same",
            help="where the kernel is even, output_padding has to be 1 at least; or leave it out",
        )
    return extras


def _strides(layer: LayerType, count: int) -> tuple[int, ...]:
    return per_axis(layer["strides"], count)


def _dilations(layer: LayerType, count: int) -> tuple[int, ...]:
    return per_axis(layer["dilation_rate"], count)


def _slid(layer: LayerType, inputs: TensorType, window: tuple[int, ...]) -> Shape:
    count = len(window)
    return slid_over(
        inputs, window, _strides(layer, count), layer["padding"], layer["data_format"], _dilations(layer, count)
    )


def _convolved(
    layer: LayerType, inputs: TensorType, spatial: Shape, filters: int, weights: tuple[Weight, ...], macs: Count
) -> Effect:
    shape = with_channels(inputs.shape[0], spatial, filters, layer["data_format"])
    flops = times(macs, 2)
    if layer["use_bias"]:
        weights = (*weights, Weight("bias", (filters,), layer.variable_dtype))
        flops = plus(flops, times(product(spatial), filters))
    return Effect(TensorType(shape, layer.compute_dtype), weights, flops)


def _with_lora(layer: LayerType, effect: Effect) -> Effect:
    # Source: https://arxiv.org/abs/2106.09685; the kernel stays as it is, and what is added to it for a batch is not
    # work for any one sample.
    if layer["kernel_constraint"] is not None:
        raise ShapeError("cannot have both lora_rank and kernel_constraint")
    kernel, *others = effect.weights
    rank = layer["lora_rank"]
    factors = (
        Weight("lora_kernel_a", (*kernel.shape[:-1], rank), "float32"),
        Weight("lora_kernel_b", (rank, kernel.shape[-1]), "float32"),
    )
    return replace(effect, weights=(replace(kernel, trainable=False), *others, *factors))


def _shown(values: tuple[int | None, ...]) -> str:
    return str(values[0]) if len(values) == 1 else str(list(values))


RULES: dict[str, Rule] = {
    "Conv1D": convolution,
    "Conv2D": convolution,
    "Conv3D": convolution,
    "Conv1DTranspose": transposed_convolution,
    "Conv2DTranspose": transposed_convolution,
    "Conv3DTranspose": transposed_convolution,
    "DepthwiseConv1D": depthwise_convolution,
    "DepthwiseConv2D": depthwise_convolution,
    "SeparableConv1D": separable_convolution,
    "SeparableConv2D": separable_convolution,
}
