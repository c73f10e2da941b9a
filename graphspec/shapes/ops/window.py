"""Ops that slide a window: convolutions, with a kernel that is a tensor, and pooling."""

from graphspec.shapes.dimension import Shape, differ, plus, product, show, times
from graphspec.shapes.dtypes import need_dtype, need_same_dtype
from graphspec.shapes.types import Effect, ShapeError, TensorType, need_rank
from graphspec.shapes.windows import (
    channel_axis,
    elements_read,
    per_axis,
    slid,
    slid_over,
    spatial_sizes,
    spread,
    with_channels,
)

Sizes = int | tuple[int, ...]
_COMPUTED = frozenset({"bfloat16", "float16", "float32", "float64"})
_COMPARED = _COMPUTED | {"int8", "int16", "int32", "int64", "uint8", "uint16"}
_VOLUMES = 5


def conv(
    inputs: TensorType, kernel: TensorType, strides: Sizes, padding: str, data_format: str | None, dilation_rate: Sizes
) -> Effect:
    """Return the effect of ``conv`` with a kernel ``(*window, channels, filters)``.

    FLOPs: for each element that comes out a multiply-add for each weight of its filter.
    """
    window = _window(inputs, kernel, 3, 4, 5, dtypes=convolved(inputs.rank - 2))
    steps, dilations = _each(strides, window, "strides", repeats=True), _each(dilation_rate, window, "dilation_rate")
    if max(steps) > 1 and max(dilations) > 1:
        raise ShapeError(f"cannot have strides {strides} and dilation_rate {dilation_rate} at once")
    _need_channels(inputs, kernel, -2, data_format)
    spatial = slid_over(inputs, window, steps, padding, data_format, dilations)
    shape = with_channels(inputs.shape[0], spatial, kernel.shape[-1], data_format)
    return Effect(TensorType(shape, inputs.dtype), flops=times(2, product((*spatial, *kernel.shape))))


def conv_transpose(
    inputs: TensorType,
    kernel: TensorType,
    strides: Sizes,
    padding: str,
    output_padding: Sizes | None,
    data_format: str | None,
    dilation_rate: Sizes,
) -> Effect:
    """Return the effect of ``conv_transpose`` with a kernel ``(*window, filters, channels)``.

    FLOPs: for each element that goes in a multiply-add for each weight that it meets.
    """
    window = _window(inputs, kernel, 3, 4, 5, dtypes=convolved(inputs.rank - 2))
    steps, dilations = _each(strides, window, "strides"), _each(dilation_rate, window, "dilation_rate")
    extras: tuple[int | None, ...] = (None,) * len(window)
    if output_padding is not None:
        extras = _each(output_padding, window, "output_padding")
    _need_channels(inputs, kernel, -1, data_format)
    before = spatial_sizes(inputs, data_format)
    rows = list(zip(before, window, steps, dilations, extras, strict=True))
    spatial = tuple(spread(size, reach, step, padding, dilation, extra) for size, reach, step, dilation, extra in rows)
    for after, (size, reach, step, dilation, _) in zip(spatial, rows, strict=True):
        if differ(slid(after, reach, step, padding, dilation), size):
            raise ShapeError(
                f"cannot make {show(after)} of {show(size)} in ", inputs,
                f", since a convolution of it with strides {step} does not lead back",
                help="leave output_padding out, or make it smaller than the strides",
            )  # fmt: skip
    shape = with_channels(inputs.shape[0], spatial, kernel.shape[-2], data_format)
    return Effect(TensorType(shape, inputs.dtype), flops=times(2, product((*before, *kernel.shape))))


def depthwise_conv(
    inputs: TensorType, kernel: TensorType, strides: Sizes, padding: str, data_format: str | None, dilation_rate: Sizes
) -> Effect:
    """Return the effect of ``depthwise_conv`` with a kernel ``(*window, channels, multiplier)``; FLOPs as ``conv``."""
    spatial = _depthwise_spatial(inputs, kernel, strides, padding, data_format, dilation_rate)
    shape = with_channels(inputs.shape[0], spatial, product(kernel.shape[-2:]), data_format)
    return Effect(TensorType(shape, inputs.dtype), flops=times(2, product((*spatial, *kernel.shape))))


def separable_conv(
    inputs: TensorType,
    depthwise_kernel: TensorType,
    pointwise_kernel: TensorType,
    strides: Sizes,
    padding: str,
    data_format: str | None,
    dilation_rate: Sizes,
) -> Effect:
    """Return the effect of ``separable_conv``: a depthwise convolution, and one of windows of 1; FLOPs of both.

    Source: https://arxiv.org/abs/1610.02357
    """
    spatial = _depthwise_spatial(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    need_same_dtype(depthwise_kernel, pointwise_kernel)
    window = _window(inputs, pointwise_kernel, 3, 4)
    between = product(depthwise_kernel.shape[-2:])
    if any(size != 1 for size in window) or differ(pointwise_kernel.shape[-2], between):
        raise ShapeError(
            "cannot follow a kernel of ", depthwise_kernel, " by a pointwise one of ", pointwise_kernel,
            help=f"it has to be ({', '.join('1' for _ in window)}, {show(between)}, filters)",
        )  # fmt: skip
    weights = plus(product(depthwise_kernel.shape), product(pointwise_kernel.shape))
    shape = with_channels(inputs.shape[0], spatial, pointwise_kernel.shape[-1], data_format)
    return Effect(TensorType(shape, inputs.dtype), flops=times(2, times(product(spatial), weights)))


def _depthwise_spatial(
    inputs: TensorType, kernel: TensorType, strides: Sizes, padding: str, data_format: str | None, dilation_rate: Sizes
) -> Shape:
    window = _window(inputs, kernel, 3, 4)
    steps, dilations = _each(strides, window, "strides"), _each(dilation_rate, window, "dilation_rate")
    _need_channels(inputs, kernel, -2, data_format)
    return slid_over(inputs, window, steps, padding, data_format, dilations)


def max_pool(
    inputs: TensorType, pool_size: Sizes, strides: Sizes | None, padding: str, data_format: str | None
) -> Effect:
    """Return the effect of ``max_pool``: one FLOP for each element of each window."""
    need_rank(inputs, 3, 4, 5)
    need_dtype(inputs, _COMPARED if inputs.rank < _VOLUMES else _COMPUTED)
    return _pooled(inputs, pool_size, strides, padding, data_format)


def average_pool(
    inputs: TensorType, pool_size: Sizes, strides: Sizes | None, padding: str, data_format: str | None
) -> Effect:
    """Return the effect of ``average_pool``: one FLOP for each element of each window."""
    need_rank(inputs, 3, 4, 5)
    need_dtype(inputs, _COMPUTED)
    return _pooled(inputs, pool_size, strides, padding, data_format)


def _pooled(
    inputs: TensorType, pool_size: Sizes, strides: Sizes | None, padding: str, data_format: str | None
) -> Effect:
    spatial = spatial_sizes(inputs, data_format)
    window = _each(pool_size, spatial, "pool_size", repeats=True)
    steps = window if strides is None else _each(strides, spatial, "strides", repeats=True)
    after = slid_over(inputs, window, steps, padding, data_format, what="a window")
    shape = with_channels(inputs.shape[0], after, inputs.shape[channel_axis(data_format)], data_format)
    return Effect(TensorType(shape, inputs.dtype), flops=product((*shape[1:], *window)))


def adaptive_average_pool(inputs: TensorType, output_size: Sizes, data_format: str | None) -> Effect:
    """Return the effect of ``adaptive_average_pool``: each spatial axis gets the size asked for."""
    need_dtype(inputs, _COMPUTED)
    return _pooled_to(inputs, output_size, data_format)


def adaptive_max_pool(inputs: TensorType, output_size: Sizes, data_format: str | None) -> Effect:
    """Return the effect of ``adaptive_max_pool``: each spatial axis gets the size asked for."""
    need_dtype(inputs, _COMPARED if inputs.rank < _VOLUMES else _COMPUTED)
    return _pooled_to(inputs, output_size, data_format)


def _pooled_to(inputs: TensorType, output_size: Sizes, data_format: str | None) -> Effect:
    """Return the effect of pooling to a size; one FLOP for each element of each window."""
    need_rank(inputs, 3, 4, 5)
    before = spatial_sizes(inputs, data_format)
    if isinstance(output_size, int):
        raise ShapeError("takes a list as output_size", help=f"write {[output_size] * len(before)}")
    after = _each(output_size, before, "output_size")
    channels = inputs.shape[channel_axis(data_format)]
    read = product(elements_read(size, number) for size, number in zip(before, after, strict=True))
    shape = with_channels(inputs.shape[0], after, channels, data_format)
    return Effect(TensorType(shape, inputs.dtype), flops=times(read, channels))


def convolved(count: int) -> frozenset[str]:
    """Return the dtypes that convolutions over so many axes take."""
    return _COMPUTED | {"int32"} if count + 2 < _VOLUMES else _COMPUTED


def _window(inputs: TensorType, kernel: TensorType, *ranks: int, dtypes: frozenset[str] = _COMPUTED) -> tuple[int, ...]:
    """Return the size of a kernel's window; raise ShapeError unless both tensors slide over as many axes."""
    need_rank(inputs, *ranks)
    if kernel.rank != inputs.rank:
        raise ShapeError("cannot slide ", kernel, " over ", inputs, ": a kernel has as many dimensions as its input")
    need_dtype(inputs, dtypes)
    need_same_dtype(inputs, kernel)
    window = tuple(size for size in kernel.shape[:-2] if isinstance(size, int))
    if len(window) < kernel.rank - 2:
        raise ShapeError("needs the size of the kernel's window, and gets ", kernel)
    return window


def _need_channels(inputs: TensorType, kernel: TensorType, axis: int, data_format: str | None) -> None:
    at = channel_axis(data_format)
    channels = inputs.shape[at]
    if not differ(channels, kernel.shape[axis]):
        return
    other = "channels_last" if at == 1 else "channels_first"
    fits = inputs.shape[channel_axis(other)] == kernel.shape[axis]
    raise ShapeError(
        "cannot slide ", kernel, " over ", inputs,
        f": the kernel takes {show(kernel.shape[axis])} channels, and there are {show(channels)}",
        help=f"it fits with data_format: {other}" if fits else None,
    )  # fmt: skip


def _each(value: Sizes, axes: Shape, name: str, *, repeats: bool = False) -> tuple[int, ...]:
    """Return a number for each axis; where it ``repeats``, a list of one number does for all."""
    found = per_axis(value, len(axes))
    if len(found) == 1 and repeats:
        found *= len(axes)
    if len(found) != len(axes):
        raise ShapeError(f"has {name} of {len(found)} numbers for {len(axes)} spatial axes")
    return found


RULES = {
    "adaptive_average_pool": adaptive_average_pool,
    "adaptive_max_pool": adaptive_max_pool,
    "average_pool": average_pool,
    "conv": conv,
    "conv_transpose": conv_transpose,
    "depthwise_conv": depthwise_conv,
    "max_pool": max_pool,
    "separable_conv": separable_conv,
}
