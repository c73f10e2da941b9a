"""Sizes that a window leaves as it slides: convolutions, transposed convolutions and pooling."""

from math import gcd

from graphspec.shapes.dimension import Dim, Dimension, Shape, plus, quotient, show, times
from graphspec.shapes.types import ShapeError, TensorType


def per_axis(value: int | tuple[int, ...], count: int) -> tuple[int, ...]:
    """Return an argument that is one integer for all spatial axes, or one for each, as one for each."""
    return (value,) * count if isinstance(value, int) else tuple(value)


def slid(size: Dimension, window: int, stride: int, padding: str, dilation: int = 1) -> Dimension:
    """Return how many places a window takes; zero or less means that it does not fit.

    ``valid``: floor((size - reach) / stride) + 1, where reach is (window - 1) * dilation + 1; ``same`` and ``causal``:
    ceil(size / stride); ``full``, where it also takes all places that it shares one element with: as ``valid`` with
    reach - 1 more elements on both sides. Source: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2

    >>> slid(10, 3, 2, "valid"), slid(10, 3, 3, "same"), slid(10, 3, 1, "full"), slid(None, 3, 1, "valid")
    (4, 4, 12, None)
    """
    overlap = (window - 1) * dilation
    if padding == "valid":
        return plus(_floored(plus(size, -overlap - 1), stride), 1)
    if padding == "full":
        return plus(_floored(plus(size, overlap - 1), stride), 1)
    return _floored(plus(size, stride - 1), stride)


def spread(
    size: Dimension, window: int, stride: int, padding: str, dilation: int = 1, extra: int | None = None
) -> Dimension:
    """Return the size that a transposed convolution makes; ``extra`` is its ``output_padding``.

    ``valid``: (size - 1) * stride + max(reach, stride); ``same``: size * stride; with ``extra`` it is
    (size - 1) * stride + reach + extra, and for ``same`` reach is replaced by its remainder by 2.
    Source: https://arxiv.org/abs/1603.07285, section 4, with what Keras takes for the padding where it is not given.

    >>> spread(4, 3, 2, "valid"), spread(4, 3, 2, "same"), spread(4, 3, 2, "same", extra=0)
    (9, 8, 7)
    """
    reach = (window - 1) * dilation + 1
    steps = times(plus(size, -1), stride)
    if extra is not None:
        return plus(steps, (reach if padding == "valid" else reach % 2) + extra)
    return plus(steps, max(reach, stride)) if padding == "valid" else times(size, stride)


def elements_read(size: Dimension, windows: int) -> Dimension:
    """Return how many elements are in so many windows that adaptive pooling lays over an axis, each time one is read.

    Window i of n reaches from floor(i * size / n) to ceil((i + 1) * size / n): two that meet share an element, but
    where i * size / n is whole, as it is gcd(size, n) - 1 times.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html

    >>> elements_read(7, 3), elements_read(6, 3), elements_read(2, 4)
    (9, 6, 4)
    """
    return size + windows - gcd(size, windows) if isinstance(size, int) else None


def channel_axis(data_format: str | None) -> int:
    """Return the axis of the channels in a tensor with a batch."""
    return 1 if data_format == "channels_first" else -1


def spatial_axes(x: TensorType, data_format: str | None) -> range:
    """Return the axes of a tensor with a batch that are neither batch nor channels."""
    return range(2, x.rank) if data_format == "channels_first" else range(1, x.rank - 1)


def spatial_sizes(x: TensorType, data_format: str | None) -> Shape:
    """Return the sizes of a tensor with a batch but for batch and channels."""
    return x.shape[2:] if data_format == "channels_first" else x.shape[1:-1]


def with_channels(batch: Dimension, spatial: Shape, channels: Dimension, data_format: str | None) -> Shape:
    """Return the shape with the channels where the data format says."""
    if data_format == "channels_first":
        return (batch, channels, *spatial)
    return (batch, *spatial, channels)


def rank_help(wanted: int, got: int) -> str:
    """Return the help for a tensor with another number of spatial axes than a layer slides over."""
    axes = ("time", "height, width", "depth, height, width")[wanted - 1]
    shape = f"it works on (batch, {axes}, channels)"
    if got == wanted - 1:
        return f"{shape}; a dimension of 1 can be added with Reshape"
    return shape


def slid_over(
    x: TensorType,
    windows: tuple[int, ...],
    strides: tuple[int, ...],
    padding: str,
    data_format: str | None,
    dilations: tuple[int, ...] | None = None,
    what: str = "a kernel",
) -> Shape:
    """Return the spatial sizes that windows leave of a tensor; raises ShapeError where one does not fit.

    The tensor has as many spatial axes as there are windows.
    """
    reaches = windows
    if dilations is not None:
        reaches = tuple((window - 1) * dilation + 1 for window, dilation in zip(windows, dilations, strict=True))
    after = _slid_all(spatial_sizes(x, data_format), reaches, strides, padding)
    for number, left in enumerate(after):
        if isinstance(left, int) and left <= 0:
            axis = spatial_axes(x, data_format)[number]
            reach, window = reaches[number], windows[number]
            dilated = f" that dilation spreads over {reach}" if reach != window else ""
            raise ShapeError(
                f"cannot slide {what} of {window}{dilated} over dimension {axis} of ",
                x,
                f", which is {show(x.shape[axis])}",
                help=_fitting_help(x, reaches, strides, padding, data_format),
                culprit=x,
            )
    return after


def _slid_all(sizes: Shape, reaches: tuple[int, ...], strides: tuple[int, ...], padding: str) -> Shape:
    return tuple(
        slid(size, reach, stride, padding) for size, reach, stride in zip(sizes, reaches, strides, strict=True)
    )


def _fitting_help(
    x: TensorType, reaches: tuple[int, ...], strides: tuple[int, ...], padding: str, data_format: str | None
) -> str | None:
    if padding != "valid":
        return None
    other = "channels_last" if data_format == "channels_first" else "channels_first"
    if all(
        not isinstance(left, int) or left > 0 for left in _slid_all(spatial_sizes(x, other), reaches, strides, padding)
    ):
        return f"it fits with data_format: {other}; else use padding: same, or a smaller window"
    return "use padding: same, or a smaller window"


def _floored(size: Dimension, divisor: int) -> Dimension:
    # A number that is left over is rounded away: floor((2*time + 1) / 2) is time, whatever time is.
    rest = dict(size.terms).get((), 0) % divisor if isinstance(size, Dim) else 0
    return quotient(plus(size, -rest), divisor)
