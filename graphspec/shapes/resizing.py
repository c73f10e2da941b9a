"""Images that get another size: what numbers they may hold, and what interpolating between pixels takes."""

import math

from graphspec.shapes.dimension import Count, Dimension, product, times
from graphspec.shapes.dtypes import is_float
from graphspec.shapes.types import ShapeError, TensorType

# How many pixels of an axis count for one.
_TAPS = {"nearest": 0, "bilinear": 2, "bicubic": 4, "lanczos3": 6, "lanczos5": 10}
_INTEGERS = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16"})


def need_pixels(images: TensorType) -> None:
    """Raise ShapeError unless a tensor holds numbers that can be interpolated; they keep their dtype."""
    if not is_float(images.dtype) and images.dtype not in _INTEGERS:
        raise ShapeError(
            f"cannot resize {images.dtype}: ", images, help="convert it first: {ops.cast: {dtype: float32}}"
        )


def resizing_flops(
    before: TensorType, after: TensorType, axes: tuple[int, ...], interpolation: str, *, antialias: bool = False
) -> Count:
    """Return the FLOPs of resizing over these axes: a multiply-add for each pixel that counts for one that comes out.

    An axis has as many as the interpolation names (2 for bilinear, 4 for bicubic, 2a for lanczos-a); with antialias as
    many more as it shrinks. ``area`` reads each pixel that goes in once.
    """
    if interpolation == "area":
        return product(before.shape[1:])
    taps = _TAPS[interpolation]
    each = product(taps * (_shrunk(before.shape[axis], after.shape[axis]) if antialias else 1) for axis in axes)
    return times(product(after.shape[1:]), times(each, 2))


def _shrunk(before: Dimension, after: Dimension) -> int:
    if isinstance(before, int) and isinstance(after, int) and after:
        return max(1, math.ceil(before / after))
    return 1
