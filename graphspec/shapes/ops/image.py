"""Ops on images: one image of (height, width, channels), or a batch of them."""

import math

from graphspec.shapes.axes import axis_of
from graphspec.shapes.dimension import Count, Dimension, Shape, as_known, differ, plus, product, times
from graphspec.shapes.dtypes import need_dtype
from graphspec.shapes.literals import array
from graphspec.shapes.ops.window import convolved
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, need_min_rank, need_rank
from graphspec.shapes.windows import channel_axis, per_axis, slid_over, with_channels

Sizes = int | tuple[int, ...]
_IMAGE = "it works on (batch, height, width, channels), and on one image without the batch"
_RGB = 3
_SINGLE = ("height", "width", "channels")
_PARAMETERS = 8
_PATCHED = (2, 3)
_COMPUTED = frozenset({"bfloat16", "float16", "float32", "float64"})
_RESIZED = _COMPUTED | {"int8", "int16", "int32", "int64", "uint8", "uint16"}
_PROJECTED = _COMPUTED | {"uint8", "int32", "int64"}


def _need_image(x: TensorType, *ranks: int) -> None:
    need_rank(x, *(ranks or (3, 4)), help=_IMAGE)


def _axes(data_format: str | None) -> tuple[int, int, int]:
    """Return the axes of height, width and channels, from the end."""
    return (-2, -1, -3) if data_format == "channels_first" else (-3, -2, -1)


def _with(x: TensorType, sizes: dict[int, Dimension]) -> Shape:
    changed = {axis % x.rank: size for axis, size in sizes.items()}
    return tuple(changed.get(axis, size) for axis, size in enumerate(x.shape))


def _elements(shape: Shape, rank: int) -> Count:
    """Return how many elements one sample has: a single image is one sample."""
    return product(shape[max(rank - 3, 0) :])


def _need_channels(x: TensorType, data_format: str | None, *allowed: int) -> None:
    channels = x.shape[_axes(data_format)[2]]
    if not isinstance(channels, int) or channels in allowed:
        return
    other = "channels_last" if data_format == "channels_first" else "channels_first"
    fits = x.shape[_axes(other)[2]] in allowed
    wanted = " or ".join(str(number) for number in allowed)
    raise ShapeError(
        f"takes images of {wanted} channels, not of {channels}: ", x,
        help=f"it fits with data_format: {other}" if fits else None,
    )  # fmt: skip


def rgb_to_grayscale(images: TensorType, data_format: str | None) -> Effect:
    """Return the effect of ``rgb_to_grayscale``: three products and two sums for each pixel."""
    _need_image(images)
    _need_channels(images, data_format, 1, _RGB)
    channels = _axes(data_format)[2]
    shape = _with(images, {channels: 1})
    flops = 0 if images.shape[channels] == 1 else times(5, _elements(shape, images.rank))
    return Effect(TensorType(shape, images.dtype), flops=flops)


def of_colors(images: TensorType, data_format: str | None) -> Effect:
    """Return the effect of ``rgb_to_hsv`` and ``hsv_to_rgb``; FLOPs: ten for each pixel, about.

    Source: https://doi.org/10.1145/965139.807361
    """
    _need_image(images)
    need_dtype(images, _COMPUTED)
    _need_channels(images, data_format, _RGB)
    pixels = _elements(_with(images, {_axes(data_format)[2]: 1}), images.rank)
    return Effect(images, flops=times(10, pixels))


# How many elements go into one along one axis.
_TAPS = {"nearest": 1, "bilinear": 2, "area": 1, "bicubic": 4, "lanczos3": 6, "lanczos5": 10}


def resize(
    images: TensorType,
    size: tuple[int, int],
    interpolation: str,
    *,
    crop_to_aspect_ratio: bool,
    pad_to_aspect_ratio: bool,
    data_format: str | None,
    **_: Argument,
) -> Effect:
    """Return the effect of ``resize``: images of the height and width asked for.

    FLOPs: a multiply-add for each element that goes into one; none for what is nearest.
    """
    _need_image(images)
    need_dtype(images, _RESIZED)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ShapeError("has both crop_to_aspect_ratio and pad_to_aspect_ratio")
    height, width, _channels = _axes(data_format)
    shape = _with(images, {height: size[0], width: size[1]})
    taps = _TAPS[interpolation] ** 2
    flops = 0 if taps == 1 else times(2 * taps, _elements(shape, images.rank))
    return Effect(TensorType(shape, images.dtype), flops=flops)


def affine_transform(images: TensorType, transform: TensorType, interpolation: str, **_: Argument) -> Effect:
    """Return the effect of ``affine_transform``: 8 numbers for all images, or for each.

    FLOPs: four multiply-adds for each element where it is bilinear.
    """
    _need_image(images)
    need_dtype(images, _PROJECTED)
    need_rank(transform, 1, 2)
    if isinstance(transform.shape[-1], int) and transform.shape[-1] != _PARAMETERS:
        raise ShapeError("takes 8 numbers for a transform, and gets ", transform)
    _need_one_for_each(images, transform, 1)
    return _moved(images, interpolation)


def perspective_transform(
    images: TensorType, start_points: TensorType, end_points: TensorType, interpolation: str, **_: Argument
) -> Effect:
    """Return the effect of ``perspective_transform``: four points and where they go; FLOPs as ``affine_transform``."""
    _need_image(images)
    need_dtype(images, _PROJECTED)
    for points in (start_points, end_points):
        if points.rank not in {2, 3} or points.shape[-2:] != (4, 2):
            raise ShapeError("takes four points as (4, 2) or (images, 4, 2), and gets ", points)
    if start_points.rank != end_points.rank or as_known(start_points.shape[0]) != as_known(end_points.shape[0]):
        raise ShapeError("needs as many starts as ends, and gets ", start_points, " and ", end_points)
    _need_one_for_each(images, start_points, 2)
    return _moved(images, interpolation)


def _need_one_for_each(images: TensorType, transforms: TensorType, rank: int) -> None:
    """Raise ShapeError unless there is one transform for all images, or as many as images."""
    count = transforms.shape[0] if transforms.rank > rank else 1
    if count != 1 and differ(images.shape[0] if images.rank > len(_SINGLE) else 1, count):
        raise ShapeError("cannot transform ", images, " by ", transforms, ": one for each image, or one for all")


def _moved(images: TensorType, interpolation: str) -> Effect:
    taps = _TAPS[interpolation] ** 2
    return Effect(images, flops=0 if taps == 1 else times(2 * taps, _elements(images.shape, images.rank)))


def elastic_transform(images: TensorType, interpolation: str, **_: Argument) -> Effect:
    """Return the effect of ``elastic_transform``; FLOPs as ``affine_transform``."""
    _need_image(images)
    need_dtype(images, _COMPUTED)
    return _moved(images, interpolation)


def gaussian_blur(images: TensorType, kernel_size: Sizes, **_: Argument) -> Effect:
    """Return the effect of ``gaussian_blur``: a multiply-add for each element of the kernel, at each element."""
    _need_image(images)
    need_dtype(images, _COMPUTED)
    window = per_axis(kernel_size, 2)
    return Effect(images, flops=times(2 * math.prod(window), _elements(images.shape, images.rank)))


def sobel_edges(images: TensorType, data_format: str | None) -> Effect:
    """Return the effect of ``sobel_edges``: both derivatives in a new last dimension.

    FLOPs: a multiply-add for each of 3 x 3 elements, twice.
    """
    _need_image(images, 4)
    need_dtype(images, _COMPUTED)
    for axis in _axes(data_format)[:2]:
        if images.shape[axis] == 1:
            raise ShapeError(f"reflects its border, and dimension {axis % images.rank} is 1: ", images)
    return Effect(TensorType((*images.shape, 2), images.dtype), flops=times(36, product(images.shape[1:])))


def ssim(image1: TensorType, image2: TensorType, filter_size: int, data_format: str | None, **_: Argument) -> Effect:
    """Return the effect of ``ssim``: a number for each image.

    FLOPs: five blurs of what a window slides over. Source: https://doi.org/10.1109/TIP.2003.819861
    """
    for image in (image1, image2):
        _need_image(image)
    if image1.rank != image2.rank or any(differ(*pair) for pair in zip(image1.shape, image2.shape, strict=True)):
        raise ShapeError("compares images of one shape, and gets ", image1, " and ", image2)
    height, width, channels = (image1.shape[axis] for axis in _axes(data_format))
    places = [plus(size, 1 - filter_size) for size in (height, width)]
    if any(isinstance(size, int) and size <= 0 for size in places):
        raise ShapeError(f"slides a window of {filter_size} by {filter_size}, which does not fit into ", image1)
    flops = times(10 * filter_size**2, product((*places, channels)))
    return Effect(TensorType(image1.shape[: image1.rank - 3], image1.dtype), flops=flops)


def map_coordinates(inputs: TensorType, coordinates: TensorType, order: int, **_: Argument) -> Effect:
    """Return the effect of ``map_coordinates``: ``(rank, *shape)`` coordinates give ``shape``.

    FLOPs: for each element that comes out a multiply-add for each of its neighbours, where order is 1.
    """
    need_min_rank(coordinates, 2)
    if as_known(coordinates.shape[0]) != inputs.rank:
        raise ShapeError(
            f"needs {inputs.rank} coordinates along dimension 0, one for each dimension of ", inputs, ", and gets ",
            coordinates,
        )  # fmt: skip
    shape = coordinates.shape[1:]
    flops = times(2 * 2**inputs.rank, product(shape)) if order else 0
    return Effect(TensorType(shape, inputs.dtype), flops=flops)


def scale_and_translate(
    images: TensorType,
    output_shape: tuple[int, ...],
    scale: Argument,
    translation: Argument,
    spatial_dims: tuple[int, ...],
    method: str,
    **_: Argument,
) -> Effect:
    """Return the effect of ``scale_and_translate``: the shape that is asked for.

    FLOPs: along each axis in turn, a multiply-add for each element there and each that comes out.
    """
    if method == "triangle":
        raise ShapeError('has method "triangle", which Keras describes and does not take', help="linear is the same")
    if len(output_shape) != images.rank:
        raise ShapeError(f"has an output_shape of {len(output_shape)} dimensions for ", images)
    sizes = list(images.shape)
    flops: Count = 0
    for number, axis in enumerate(axis_of(images, dim) for dim in spatial_dims):
        before, sizes[axis] = sizes[axis], output_shape[axis]
        for item in (array(scale), array(translation)):
            if not item.rank or (isinstance(item.shape[0], int) and item.shape[0] <= number):
                raise ShapeError(f"needs {len(spatial_dims)} numbers, one for each of spatial_dims, and gets ", item)
        flops = plus(flops, times(2, times(before, product(sizes[1:]))))
    return Effect(TensorType(tuple(sizes), images.dtype), flops=flops)


def extract_patches(images: TensorType, size: Sizes, **arguments: Argument) -> Effect:
    """Return the effect of ``extract_patches``: the elements of each patch lie along the channels; none is computed."""
    return _patches(images, size, 2 if isinstance(size, int) else len(size), **arguments)


def extract_patches_3d(volumes: TensorType, size: Sizes, **arguments: Argument) -> Effect:
    """Return the effect of ``extract_patches_3d``, as that of ``extract_patches``."""
    return _patches(volumes, size, 3, **arguments)


def _patches(
    images: TensorType,
    size: Sizes,
    count: int,
    *,
    strides: Sizes | None,
    dilation_rate: Sizes,
    padding: str,
    data_format: str | None,
) -> Effect:
    window = per_axis(size, count)
    if count not in _PATCHED:
        raise ShapeError(f"has a size of {len(window)} numbers")
    need_dtype(images, convolved(count))
    need_rank(images, count + 1, count + 2)
    steps = per_axis(size if strides is None else strides, count)
    dilations = per_axis(dilation_rate, count)
    for name, given in (("size", window), ("strides", steps), ("dilation_rate", dilations)):
        if len(given) != count:
            raise ShapeError(f"has {name} of {len(given)} numbers for {count} spatial axes")
    if max(steps) > 1 and max(dilations) > 1:
        raise ShapeError(f"cannot have strides {list(steps)} and dilation_rate {list(dilations)} at once")
    whole = images if images.rank == count + 2 else TensorType((1, *images.shape), images.dtype)
    channels = whole.shape[channel_axis(data_format)]
    if not isinstance(channels, int):
        raise ShapeError("needs the number of channels, and gets ", images)
    spatial = slid_over(whole, window, steps, padding, data_format, dilations, what="a patch")
    shape = with_channels(whole.shape[0], spatial, channels * math.prod(window), data_format)
    return Effect(TensorType(shape[-images.rank :], images.dtype))


def _fitted(
    images: TensorType,
    axis: int,
    what: tuple[str, str, str],
    given: tuple[int | None, int | None, int | None],
    sign: int,
) -> Dimension:
    """Return the size that padding (sign 1) or cropping (-1) makes of an axis: two of three numbers are given."""
    if given.count(None) != 1:
        raise ShapeError(f"needs two of {', '.join(what[:2])} and {what[2]}")
    before, after, target = given
    size = images.shape[axis]
    found = plus(size, sign * ((before or 0) + (after or 0))) if target is None else target
    if isinstance(size, int) and isinstance(found, int):
        rest = sign * (found - size) - (before or 0) - (after or 0)
        if rest < 0 or found < 0:
            raise ShapeError(
                f"cannot make {target or found} of {size} along dimension {axis % images.rank} of ", images
            )
    return found


def pad_images(
    images: TensorType,
    top_padding: int | None,
    left_padding: int | None,
    data_format: str | None,
    **given: int | None,
) -> Effect:
    """Return the effect of ``pad_images``; it computes nothing."""
    return _framed(images, (top_padding, left_padding), given, data_format, "padding", 1)


def crop_images(
    images: TensorType,
    top_cropping: int | None,
    left_cropping: int | None,
    data_format: str | None,
    **given: int | None,
) -> Effect:
    """Return the effect of ``crop_images``; it computes nothing."""
    found = _framed(images, (top_cropping, left_cropping), given, data_format, "cropping", -1)
    for axis, target in zip(_axes(data_format), ("target_height", "target_width"), strict=False):
        if as_known(images.shape[axis]) is None and given[target] is None:
            raise ShapeError(
                f"needs {target}, since nothing else says the size of dimension {axis % images.rank} of ", images
            )
    return found


def _framed(
    images: TensorType,
    first: tuple[int | None, int | None],
    given: dict[str, int | None],
    data_format: str | None,
    kind: str,
    sign: int,
) -> Effect:
    _need_image(images)
    height, width, _channels = _axes(data_format)
    rows = (first[0], given[f"bottom_{kind}"], given["target_height"])
    columns = (first[1], given[f"right_{kind}"], given["target_width"])
    sizes = {
        height: _fitted(images, height, (f"top_{kind}", f"bottom_{kind}", "target_height"), rows, sign),
        width: _fitted(images, width, (f"left_{kind}", f"right_{kind}", "target_width"), columns, sign),
    }
    return Effect(TensorType(_with(images, sizes), images.dtype))


RULES = {
    "image.affine_transform": affine_transform,
    "image.crop_images": crop_images,
    "image.elastic_transform": elastic_transform,
    "image.extract_patches": extract_patches,
    "image.extract_patches_3d": extract_patches_3d,
    "image.gaussian_blur": gaussian_blur,
    "image.hsv_to_rgb": of_colors,
    "image.map_coordinates": map_coordinates,
    "image.pad_images": pad_images,
    "image.perspective_transform": perspective_transform,
    "image.resize": resize,
    "image.rgb_to_grayscale": rgb_to_grayscale,
    "image.rgb_to_hsv": of_colors,
    "image.scale_and_translate": scale_and_translate,
    "image.sobel_edges": sobel_edges,
    "image.ssim": ssim,
}
