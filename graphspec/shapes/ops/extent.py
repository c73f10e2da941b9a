"""Ops that change how far axes reach: padding, repeating, diagonals, and blocks of pixels."""

from math import prod

from graphspec.shapes.axes import Axes, axes_of, axis_of, listed, without
from graphspec.shapes.dimension import Dimension, may_multiply_to, plus, product, quotient, show, times
from graphspec.shapes.literals import operand
from graphspec.shapes.ops.structure import shaped
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, need_min_rank, need_rank
from graphspec.shapes.windows import per_axis, slid

_PAIRS = "give a pair [before, after] for each dimension, [0, 0] for the batch"
# How much a mode can add to an axis beyond its size.
_REACH = {"reflect": -1, "symmetric": 0}


def pad(
    x: Argument,
    pad_width: int | tuple[int | tuple[int, ...], ...],
    mode: str = "constant",
    constant_values: float | None = None,
) -> Effect:
    """Return the effect of ``pad``: ``size + before + after`` for each axis, the batch included."""
    x = operand(x)
    pairs = _pairs(x, pad_width)
    if mode != "constant" and mode not in _REACH:
        raise ShapeError(
            f'pads by "{mode}", which TensorFlow does not have: ', x, help="constant, reflect or symmetric"
        )
    if constant_values is not None and mode != "constant":
        raise ShapeError(f'has constant_values, which mode "{mode}" does not use: ', x)
    if _is_lossy(constant_values, x.dtype):
        raise ShapeError(f"cannot pad {x.dtype} with {constant_values}: ", x)
    for axis, (size, pair) in enumerate(zip(x.shape, pairs, strict=True)):
        if mode in _REACH and isinstance(size, int) and max(pair) > size + _REACH[mode]:
            raise ShapeError(f'pads dimension {axis} by {max(pair)}, more than "{mode}" finds in ', x)
    return shaped(x, tuple(plus(size, sum(pair)) for size, pair in zip(x.shape, pairs, strict=True)))


def _pairs(x: TensorType, pad_width: int | tuple[int | tuple[int, ...], ...]) -> list[tuple[int, int]]:
    is_flat = isinstance(pad_width, int) or any(isinstance(row, int) for row in pad_width)
    rows = [per_axis(pad_width, 2)] if is_flat else [tuple(row) for row in pad_width]  # type: ignore[arg-type, union-attr]
    if any(not isinstance(width, int) for row in rows for width in row):
        raise ShapeError("has numbers beside pairs in pad_width", help=_PAIRS)
    counts = {len(row) for row in rows}
    if len(rows) != x.rank or not (counts == {2} or (counts == {1} and not is_flat)):
        raise ShapeError(f"needs one pair of widths for each of the {x.rank} dimensions of ", x, help=_PAIRS)
    return [(row[0], row[-1]) for row in rows]


def _is_lossy(value: float | None, dtype: str) -> bool:
    """Say whether a dtype cannot hold a number as it is written; each can hold 0."""
    if not value:
        return False
    return dtype == "bool" or ("int" in dtype and isinstance(value, float))


def repeat(x: Argument, repeats: Axes, axis: int | None = None) -> Effect:
    """Return the effect of ``repeat``: each element as often as all, or as its own number says."""
    x = operand(x)
    counts = listed(repeats)
    place = None if axis is None else axis_of(x, axis)
    size = product(x.shape) if place is None else x.shape[place]
    if len(counts) == 1:
        size = times(size, counts[0])
    elif not may_multiply_to(x.shape if place is None else [size], len(counts)):
        raise ShapeError(f"has {len(counts)} repeats, which is not one for each element that it repeats: ", x)
    else:
        size = sum(counts)
    return shaped(x, (size,) if place is None else (*x.shape[:place], size, *x.shape[place + 1 :]))


def tile(x: Argument, repeats: Axes) -> Effect:
    """Return the effect of ``tile``: each size times its number; the shorter list has 1 in front."""
    x = operand(x)
    counts = listed(repeats)
    counts = (1,) * (x.rank - len(counts)) + counts
    shape = (1,) * (len(counts) - x.rank) + x.shape
    return shaped(x, tuple(times(size, count) for size, count in zip(shape, counts, strict=True)))


def diag(x: Argument, k: int = 0) -> Effect:
    """Return the effect of ``diag``: a matrix of a vector, or the diagonal of a matrix."""
    x = operand(x)
    need_rank(x, 1, 2)
    if x.rank == 1:
        return shaped(x, (plus(x.shape[0], abs(k)),) * 2)
    rows, columns = x.shape
    return shaped(x, (_diagonal(x, rows, columns, k),))


def diagflat(x: Argument, k: int = 0) -> Effect:
    """Return the effect of ``diagflat``: a matrix with all elements on a diagonal."""
    x = operand(x)
    return shaped(x, (plus(product(x.shape), abs(k)),) * 2)


def diagonal(x: Argument, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Effect:
    """Return the effect of ``diagonal``: that of two axes becomes the last one."""
    x = operand(x)
    need_min_rank(x, 2)
    rows, columns = axes_of(x, (axis1, axis2))
    length = _diagonal(x, x.shape[rows], x.shape[columns], offset)
    return shaped(x, (*without(x.shape, (rows, columns)), length))


def _diagonal(x: TensorType, rows: Dimension, columns: Dimension, offset: int) -> Dimension:
    if offset == 0 and rows == columns:
        return rows
    # numpy's diagonal is empty there; TensorFlow has none.
    if (isinstance(columns, int) and 0 < offset >= columns) or (isinstance(rows, int) and 0 > offset <= -rows):
        raise ShapeError(f"takes the diagonal {offset}, and there is none in ", x)
    first, second = (rows, plus(columns, -offset)) if offset > 0 else (plus(rows, offset), columns)
    if not isinstance(first, int) or not isinstance(second, int):
        return None
    return max(0, min(first, second))


def depth_to_space(x: Argument, block_size: int, data_format: str | None = "channels_last") -> Effect:
    """Return the effect of ``depth_to_space``: blocks of pixels out of channels."""
    x, (height, width, channels) = _image(x, block_size, data_format)
    area = block_size**2
    if isinstance(channels, int) and channels % area:
        raise ShapeError(f"makes blocks of {area} pixels, and that does not divide the {channels} channels of ", x)
    sizes = (times(height, block_size), times(width, block_size), quotient(channels, area))
    return shaped(x, _with_format(x, sizes, data_format))


def space_to_depth(x: Argument, block_size: int, data_format: str | None = "channels_last") -> Effect:
    """Return the effect of ``space_to_depth``: channels out of blocks of pixels."""
    x, (height, width, channels) = _image(x, block_size, data_format)
    for name, size in (("height", height), ("width", width)):
        if isinstance(size, int) and size % block_size:
            raise ShapeError(f"makes blocks of {block_size} pixels, and that does not divide the {name} {size} of ", x)
    sizes = (quotient(height, block_size), quotient(width, block_size), times(channels, block_size**2))
    return shaped(x, _with_format(x, sizes, data_format))


def _image(x: Argument, block_size: int, data_format: str | None) -> tuple[TensorType, tuple[Dimension, ...]]:
    """Return the type of images, and their height, width and channels."""
    x = operand(x)
    need_rank(x, 4)
    if block_size < 2:  # noqa: PLR2004 - a block of one pixel is none
        raise ShapeError(f"needs a block_size of at least 2, not {block_size}: ", x)
    sizes = x.shape[1:]
    return x, ((*sizes[1:], sizes[0]) if data_format == "channels_first" else sizes)


def _with_format(x: TensorType, sizes: tuple[Dimension, ...], data_format: str | None) -> tuple[Dimension, ...]:
    if data_format == "channels_first":
        return (x.shape[0], sizes[-1], *sizes[:-1])
    return (x.shape[0], *sizes)


def unfold(x: Argument, kernel_size: Axes, dilation: Axes = 1, padding: Axes = 0, stride: Axes = 1) -> Effect:
    """Return the effect of ``unfold``: ``(batch, C, H, W) -> (batch, C * window, places)``; Keras' needs all sizes.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Unfold.html
    """
    x = operand(x)
    need_rank(x, 4)
    if not all(isinstance(size, int) for size in x.shape[1:]):
        raise ShapeError("needs every size but the batch, and gets ", x)
    kernel = _pair(kernel_size, "kernel_size")
    places = _places(x, x.shape[2:], 0, kernel, dilation, padding, stride)
    return shaped(x, (x.shape[0], times(x.shape[1], prod(kernel)), product(places)))


def fold(
    x: Argument, output_size: Axes, kernel_size: Axes, dilation: Axes = 1, padding: Axes = 0, stride: Axes = 1
) -> Effect:
    """Return the effect of ``fold``: ``(batch, C * window, places) -> (batch, C, H, W)``, an addition an element.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Fold.html
    """
    x = operand(x)
    need_rank(x, 3)
    kernel, image = _pair(kernel_size, "kernel_size"), _pair(output_size, "output_size")
    _, depth, length = x.shape
    window = prod(kernel)
    if isinstance(depth, int) and depth % window:
        raise ShapeError(f"has a kernel of {window} elements, and that does not divide dimension 1 of ", x)
    places = product(_places(x, image, 1, kernel, dilation, padding, stride))
    if isinstance(length, int) and length != places:
        raise ShapeError(f"has {show(places)} places for its kernel in {image}, and gets {length} of them: ", x)
    shape = (x.shape[0], quotient(depth, window), *image)
    return Effect(TensorType(shape, x.dtype), flops=product(x.shape[1:]))


def _places(
    x: TensorType,
    image: tuple[Dimension, ...],
    least: int,
    kernel: tuple[int, int],
    dilation: Axes,
    padding: Axes,
    stride: Axes,
) -> list[Dimension]:
    """Return how many places a window takes on each axis of an image; raise ShapeError where they are too few."""
    wide, pads, steps = _pair(dilation, "dilation"), _pair(padding, "padding"), _pair(stride, "stride")
    found = [
        slid(plus(image[axis], 2 * pads[axis]), kernel[axis], steps[axis], "valid", wide[axis]) for axis in range(2)
    ]
    if any(isinstance(count, int) and count < least for count in found):
        sizes = " x ".join(show(size) for size in image)
        raise ShapeError(
            f"has a kernel that does not fit {sizes}, padding included: ", x, help="use a smaller kernel_size"
        )
    return found


def _pair(value: Axes, name: str) -> tuple[int, int]:
    """Return the numbers for height and width; raise ShapeError where there are more or fewer."""
    numbers = per_axis(value, 2)
    if len(numbers) != 2:  # noqa: PLR2004 - height and width
        raise ShapeError(f'needs a number or two as "{name}", not {list(numbers)}')
    return numbers[0], numbers[1]


RULES: dict[str, Rule] = {
    "depth_to_space": depth_to_space,
    "diag": diag,
    "diagflat": diagflat,
    "diagonal": diagonal,
    "fold": fold,
    "pad": pad,
    "repeat": repeat,
    "space_to_depth": space_to_depth,
    "tile": tile,
    "unfold": unfold,
}
