"""Layers that move elements: reshaping, permuting, repeating, padding and cropping; moving takes no FLOPs."""

from graphspec.shapes.dimension import Dimension, Shape, differ, plus, product, quotient, show, times
from graphspec.shapes.resizing import need_pixels, resizing_flops
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, need_min_rank, need_rank, show_shape
from graphspec.shapes.windows import per_axis, rank_help, spatial_axes

_UNKNOWN = frozenset({None, -1})
Sides = tuple[tuple[int, int], ...]


def reshape(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Reshape: ``(batch, ...) -> (batch, *target_shape)``, where one size may be -1 or null."""
    need_min_rank(inputs, 1)
    target = layer["target_shape"]
    total, known = product(inputs.shape[1:]), product(size for size in target if size not in _UNKNOWN)
    unknown = sum(size in _UNKNOWN for size in target)
    if unknown > 1:
        raise ShapeError(
            "cannot reshape ", inputs, f" to {_shown(target)}", help="leave one size of target_shape open at most"
        )
    if differ(total, known) if not unknown else _leaves_over(total, known):
        raise ShapeError(
            "cannot reshape ",
            inputs,
            f" to {_shown(target)}: one sample has {show(total)} elements, and target_shape {show(known)}"
            + (" for each of the open size" if unknown else ""),
        )
    open_size = quotient(total, known) if unknown else None
    return _moved(inputs, tuple(open_size if size in _UNKNOWN else size for size in target))


def flatten(layer: LayerType, inputs: TensorType) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of Flatten: ``(batch, a, b, ...) -> (batch, a*b*...)``."""
    need_min_rank(inputs, 1)
    return _moved(inputs, (product(inputs.shape[1:]),))


def permute(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Permute, whose ``dims`` count from 1 as the batch is 0."""
    dims = layer["dims"]
    if sorted(dims) != list(range(1, len(dims) + 1)):
        raise ShapeError(
            f"cannot permute dimensions by {list(dims)}", help=f"dims has to hold each of 1 to {len(dims)} once"
        )
    need_rank(inputs, len(dims) + 1, help="dims has to hold each dimension but the batch")
    return _moved(inputs, tuple(inputs.shape[axis] for axis in dims))


def repeat_vector(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of RepeatVector: ``(batch, features) -> (batch, n, features)``."""
    need_rank(inputs, 2, help="it repeats one vector for each sample")
    return _moved(inputs, (layer["n"], inputs.shape[1]))


def up_sampling(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of UpSampling1D, UpSampling2D and UpSampling3D: each spatial size times that of ``size``.

    FLOPs: none for repeating; for interpolation those of a resizing.
    """
    axes = _spatial_axes(layer, inputs)
    factors = dict(zip(axes, per_axis(layer["size"], len(axes)), strict=True))
    shape = tuple(times(size, factors.get(axis, 1)) for axis, size in enumerate(inputs.shape))
    interpolation = layer.arguments.get("interpolation", "nearest")
    if interpolation == "nearest":
        return _moved(inputs, shape[1:])
    need_pixels(inputs)
    larger = TensorType(shape, inputs.dtype)
    return Effect(larger, flops=resizing_flops(inputs, larger, tuple(axes), interpolation))


def zero_padding(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of ZeroPadding1D, ZeroPadding2D and ZeroPadding3D: zeros before and after each spatial axis."""
    axes = _spatial_axes(layer, inputs)
    added = {axis: sum(sides) for axis, sides in zip(axes, _sides(layer["padding"], len(axes)), strict=True)}
    return _moved(inputs, tuple(plus(size, added.get(axis, 0)) for axis, size in enumerate(inputs.shape))[1:])


def cropping(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Cropping1D, Cropping2D and Cropping3D: less at both ends of each spatial axis."""
    axes = _spatial_axes(layer, inputs)
    cut = {axis: sum(sides) for axis, sides in zip(axes, _sides(layer["cropping"], len(axes)), strict=True)}
    for axis, number in cut.items():
        size = inputs.shape[axis]
        if isinstance(size, int) and number >= size:
            raise ShapeError(f"cannot crop {number} from dimension {axis} of ", inputs, f", which is {size}")
    return _moved(inputs, tuple(plus(size, -cut.get(axis, 0)) for axis, size in enumerate(inputs.shape))[1:])


def _moved(inputs: TensorType, shape: Shape) -> Effect:
    return Effect(TensorType((inputs.shape[0], *shape), inputs.dtype))


def _leaves_over(total: Dimension, known: Dimension) -> bool:
    return known == 0 or (isinstance(total, int) and isinstance(known, int) and total % known != 0)


def _shown(target: tuple[int | None, ...]) -> str:
    return show_shape((None, *target)).replace("?", "null")


def _spatial_axes(layer: LayerType, inputs: TensorType) -> range:
    count = int(layer.type[-2])
    need_rank(inputs, count + 2, help=rank_help(count, inputs.rank - 2))
    return spatial_axes(inputs, layer.arguments.get("data_format"))


def _sides(value: int | tuple[int | tuple[int, int], ...], count: int) -> Sides:
    """Return what is written as one number for all, or a pair, or a number or pair for each axis, as pairs."""
    if count == 1 and isinstance(value, tuple):
        return (value,)  # type: ignore[return-value]
    each = (value,) * count if isinstance(value, int) else value
    return tuple((item, item) if isinstance(item, int) else item for item in each)


RULES: dict[str, Rule] = {
    "Reshape": reshape,
    "Flatten": flatten,
    "Permute": permute,
    "RepeatVector": repeat_vector,
    **{f"UpSampling{count}D": up_sampling for count in (1, 2, 3)},
    **{f"ZeroPadding{count}D": zero_padding for count in (1, 2, 3)},
    **{f"Cropping{count}D": cropping for count in (1, 2, 3)},
}
