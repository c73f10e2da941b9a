"""Layers that give images another size; they take a batch of images, or one image without a batch."""

from collections.abc import Mapping
from dataclasses import replace

from graphspec.shapes.dimension import Count, Shape
from graphspec.shapes.dtypes import FLOATX, is_float
from graphspec.shapes.resizing import need_pixels, resizing_flops
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, LayerType, ShapeError, TensorType, need_rank

_IMAGES = "images are (batch, height, width, channels), or (height, width, channels) for one"


def resizing(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of Resizing: ``(batch, height, width, channels)`` with another height and width.

    FLOPs: those of the interpolation.
    """
    sized, axes = _sized(layer, data)
    need_pixels(data)
    if layer["crop_to_aspect_ratio"] and layer["pad_to_aspect_ratio"]:
        raise ShapeError("cannot both crop and pad to an aspect ratio")
    if layer["pad_to_aspect_ratio"]:
        _need_fill(layer, data, axes)
    image = TensorType(sized, data.dtype)
    return Effect(image, flops=resizing_flops(data, image, axes, layer["interpolation"], antialias=layer["antialias"]))


def center_crop(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of CenterCrop; an image that is too small is resized, and that gives float32.

    FLOPs: none for a crop, those of a bilinear resizing where the image is too small.
    """
    sized, axes = _sized(layer, data)
    if not _any_smaller(data, sized, axes):
        flops: Count = 0 if all(isinstance(data.shape[axis], int) for axis in axes) else None
        return Effect(TensorType(sized, layer.compute_dtype), flops=flops)
    image = TensorType(sized, FLOATX)
    return Effect(image, flops=resizing_flops(data, image, axes, "bilinear"))


def random_crop(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of RandomCrop; FLOPs as those of CenterCrop."""
    effect = center_crop(layer, data)
    sized, _ = _sized(layer, data)
    return replace(effect, outputs=TensorType(sized, layer.compute_dtype))


def max_num_bounding_boxes(layer: LayerType, data: Argument) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of MaxNumBoundingBoxes: images and labels stay as they are."""
    images = data.get("images") if isinstance(data, Mapping) else data
    if not isinstance(images, TensorType):
        raise ShapeError("takes images, or a mapping with images in it")
    need_rank(images, 3, 4, help=_IMAGES)
    if isinstance(data, Mapping) and "bounding_boxes" in data:
        raise ShapeError("cannot tell how its bounding boxes are written: Keras wants a bounding_box_format")
    return Effect(data)


def _sized(layer: LayerType, data: TensorType) -> tuple[Shape, tuple[int, int]]:
    need_rank(data, 3, 4, help=_IMAGES)
    first = layer["data_format"] == "channels_first"
    height = data.rank - (2 if first else 3)
    shape = list(data.shape)
    shape[height : height + 2] = layer["height"], layer["width"]
    return tuple(shape), (height, height + 1)


def _any_smaller(data: TensorType, sized: Shape, axes: tuple[int, ...]) -> bool:
    return any(
        isinstance(before, int) and isinstance(after, int) and before < after
        for before, after in ((data.shape[axis], sized[axis]) for axis in axes)
    )


def _need_fill(layer: LayerType, data: TensorType, axes: tuple[int, int]) -> None:
    """Raise ShapeError where bars have to be added to integers, and are to hold a float."""
    height, width = (data.shape[axis] for axis in axes)
    if is_float(data.dtype) or not isinstance(height, int) or not isinstance(width, int):
        return
    above = (int(width * layer["height"] / layer["width"]) - height) // 2
    beside = (int(height * layer["width"] / layer["height"]) - width) // 2
    if (above > 0 or beside > 0) and isinstance(layer["fill_value"], float):
        raise ShapeError(
            f"cannot fill bars with {layer['fill_value']} in {data.dtype}: ",
            data,
            help="convert it first: {ops.cast: {dtype: float32}}",
        )


RULES: dict[str, Rule] = {
    "Resizing": resizing,
    "CenterCrop": center_crop,
    "RandomCrop": random_crop,
    "MaxNumBoundingBoxes": max_num_bounding_boxes,
}
