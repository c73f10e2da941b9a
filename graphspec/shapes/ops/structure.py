"""Ops that give a tensor another shape, or its elements another order, and change nothing else of it."""

import re
from math import prod

from graphspec.shapes.axes import Axes, axes_of, axis_of, listed, without
from graphspec.shapes.bits import bits_of
from graphspec.shapes.dimension import Shape, as_known, may_multiply_to, product, quotient, times
from graphspec.shapes.literals import need_sizes, need_tensor, operand, show_sizes
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import (
    Argument,
    Effect,
    ShapeError,
    TensorType,
    need_min_rank,
    same,
)

_OPEN_SIZE = "write -1 for the one size that follows from the others"


def shaped(x: TensorType, shape: Shape) -> Effect:
    """Return the effect of an op that moves data into another shape, which takes no FLOPs."""
    return Effect(TensorType(shape, x.dtype))


def reshape(x: Argument, newshape: Axes) -> Effect:
    """Return the effect of ``reshape``, which works on the whole shape; one size may be -1."""
    x = operand(x)
    wanted = listed(newshape)
    if None in wanted:
        raise ShapeError(f"has null in its shape, {show_sizes(wanted)}: ", x, help=_OPEN_SIZE)
    if wanted.count(-1) > 1:
        raise ShapeError(f"has more than one -1 in its shape, {show_sizes(wanted)}: ", x, help=_OPEN_SIZE)
    return shaped(x, reshaped(x, wanted))


def reshaped(x: TensorType, wanted: tuple[int, ...]) -> Shape:
    """Return a shape whose -1 has the size that is left; raise ShapeError where the elements cannot fill it."""
    rest = prod(size for size in wanted if size != -1)
    total = product(x.shape)
    if -1 not in wanted:
        fits = may_multiply_to(x.shape, rest)
    else:
        fits = rest != 0 and not (isinstance(total, int) and total % rest)
    if not fits:
        count = f", of {total} elements," if isinstance(total, int) else ""
        raise ShapeError("cannot reshape ", x, f"{count} to {show_sizes(wanted)}")
    return tuple(quotient(total, rest) if size == -1 else size for size in wanted)


def ravel(x: Argument) -> Effect:
    """Return the effect of ``ravel``, which leaves one dimension, the batch in it."""
    x = operand(x)
    return shaped(x, (product(x.shape),))


def broadcast_to(x: Argument, shape: Argument) -> Effect:
    """Return the effect of ``broadcast_to``; each size is the old one, or the old one is 1."""
    x = operand(x)
    sizes = need_sizes(shape, "shape")
    aligned = sizes[len(sizes) - x.rank :] if x.rank <= len(sizes) else ()
    fits = len(aligned) == x.rank and all(
        not isinstance(size, int) or size in {1, wanted} for size, wanted in zip(x.shape, aligned, strict=True)
    )
    if not fits:
        raise ShapeError("cannot broadcast ", x, f" to {show_sizes(sizes)}")
    return shaped(x, sizes)


def expand_dims(x: Argument, axis: Axes) -> Effect:
    """Return the effect of ``expand_dims``: a size of 1 at each axis of the result that is named."""
    x = operand(x)
    places = axes_of(x, axis, more=len(listed(axis)))
    left = iter(x.shape)
    return shaped(x, tuple(1 if place in places else next(left) for place in range(x.rank + len(places))))


def squeeze(x: Argument, axis: Axes | None = None) -> Effect:
    """Return the effect of ``squeeze``, which takes sizes of 1 away: all, where it is told no axis."""
    x = operand(x)
    if axis in {None, ()}:
        return shaped(x, tuple(size for size in x.shape if size != 1))
    places = {axis_of(x, one) for one in listed(axis)}
    for place in sorted(places):
        if x.shape[place] != 1:
            raise ShapeError(f"squeezes axis {place}, whose size is not 1, out of ", x)
    return shaped(x, without(x.shape, places))


def transpose(x: Argument, axes: tuple[int, ...] | None = None) -> Effect:
    """Return the effect of ``transpose``, which reverses the axes where it is told no order."""
    x = operand(x)
    order = axes_of(x, axes) if axes is not None else tuple(reversed(range(x.rank)))
    if len(order) != x.rank:
        raise ShapeError(f"names {len(order)} axes, {list(order)}, for the {x.rank} of ", x, help="the batch is axis 0")
    return shaped(x, tuple(x.shape[axis] for axis in order))


def moveaxis(x: Argument, source: Axes, destination: Axes) -> Effect:
    """Return the effect of ``moveaxis``; the other axes keep their order."""
    x = operand(x)
    sources, places = axes_of(x, source), axes_of(x, destination)
    if len(sources) != len(places):
        raise ShapeError(f"moves {len(sources)} axes to {len(places)} places in ", x)
    order = [axis for axis in range(x.rank) if axis not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
    return shaped(x, tuple(x.shape[axis] for axis in order))


def swapaxes(x: Argument, axis1: int, axis2: int) -> Effect:
    """Return the effect of ``swapaxes``."""
    x = operand(x)
    return shaped(x, _swapped(x, axis_of(x, axis1), axis_of(x, axis2)))


def rot90(array: Argument, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Effect:
    """Return the effect of ``rot90``, which swaps two sizes where it turns an odd number of times."""
    x = operand(array)
    need_min_rank(x, 2)
    first, second = axes_of(x, axes)
    return shaped(x, _swapped(x, first, second) if k % 2 else x.shape)


def _swapped(x: TensorType, first: int, second: int) -> Shape:
    sizes = list(x.shape)
    sizes[first], sizes[second] = sizes[second], sizes[first]
    return tuple(sizes)


def rearrange(tensor: Argument, pattern: str) -> Effect:
    """Return the effect of ``rearrange``; Keras' needs to know every size.

    Source of the notation: https://einops.rocks/api/rearrange/
    """
    x = operand(tensor)
    sides = [re.findall(r"\w+|\(.*?\)", side) for side in re.split(r"\s*->\s*", pattern)]
    if len(sides) != 2:  # noqa: PLR2004 - what stands on either side of the arrow
        raise ShapeError(f'needs one "->" in its pattern, "{pattern}"')
    before, after = ([re.findall(r"\w+", group) for group in side] for side in sides)
    if len(before) != x.rank:
        raise ShapeError(f'has {len(before)} axes on the left of "{pattern}", not the {x.rank} of ', x)
    if any(len(group) != 1 for group in before):
        raise ShapeError(f'splits an axis in "{pattern}", and a spec cannot say into what: ', x, help="use ops.reshape")
    names = [group[0] for group in before]
    if sorted(names) != sorted(name for group in after for name in group) or len(set(names)) != len(names):
        raise ShapeError(f'has other axes on the left of "{pattern}" than on its right: ', x)
    if any(as_known(size) is None for size in x.shape):
        raise ShapeError(
            "needs every size, the batch included, and gets ",
            x,
            help="use ops.transpose and ops.reshape, or batch_size",
        )
    of = dict(zip(names, x.shape, strict=True))
    return shaped(x, tuple(product(of[name] for name in group) for group in after))


def flip(x: Argument, axis: Axes | None = None) -> Effect:
    """Return the effect of ``flip``."""
    x = operand(x)
    axes_of(x, () if axis is None else axis)
    return same(x)


def fliplr(x: Argument) -> Effect:
    """Return the effect of ``fliplr``, which needs an axis 1."""
    x = operand(x)
    need_min_rank(x, 2)
    return same(x)


def flipud(x: Argument) -> Effect:
    """Return the effect of ``flipud``, which needs an axis 0."""
    x = operand(x)
    need_min_rank(x, 1)
    return same(x)


def roll(x: Argument, shift: Axes, axis: Axes | None = None) -> Effect:
    """Return the effect of ``roll``, with as many shifts as axes; without an axis all elements roll as one row."""
    x = operand(x)
    axes = (0,) if axis is None else listed(axis)
    is_paired = len(listed(shift)) == len(axes) and isinstance(shift, int) == (axis is None or isinstance(axis, int))
    if not is_paired:
        raise ShapeError(f"needs as many shifts as axes, and rolls by {shift} along {axis}: ", x)
    for one in axes if axis is not None else ():
        axis_of(x, one)
    return same(x)


def tril(x: Argument, k: int = 0) -> Effect:
    """Return the effect of ``tril``, which clears what is above a diagonal of the last two axes."""
    return _band(x, k, axis=-1, what="columns")


def triu(x: Argument, k: int = 0) -> Effect:
    """Return the effect of ``triu``, which clears what is below a diagonal of the last two axes."""
    return _band(x, -k, axis=-2, what="rows")


def _band(x: Argument, kept: int, axis: int, what: str) -> Effect:
    x = operand(x)
    need_min_rank(x, 2)
    size = x.shape[axis]
    # TensorFlow has no band that is wider than the matrix.
    if isinstance(size, int) and kept > size:
        raise ShapeError(f"keeps {kept} diagonals beside the main one, and there are {size} {what}: ", x)
    return same(x)


def view(x: Argument, dtype: str | None = None) -> Effect:
    """Return the effect of ``view``: the same bits as another dtype, the last size as many times larger or smaller."""
    x = operand(x)
    other = dtype or x.dtype
    if "string" in {x.dtype, other}:
        raise ShapeError(f"cannot view {x.dtype} as {other}: a string has no bits of its own: ", x)
    before, after = bits_of(x.dtype), bits_of(other)
    if before == after:
        return Effect(TensorType(x.shape, other))
    need_min_rank(x, 1)
    bits = times(x.shape[-1], before)
    if isinstance(bits, int) and bits % after:
        raise ShapeError(f"cannot view {x.dtype} as {other}, whose size does not divide the last dimension: ", x)
    return Effect(TensorType((*x.shape[:-1], quotient(bits, after)), other))


def view_as_complex(x: Argument) -> Effect:
    """Return the effect of ``view_as_complex``: the last two are a real and an imaginary part.

    FLOPs: a product with i and a sum for each number.
    """
    x = operand(x)
    need_min_rank(x, 1)
    size = x.shape[-1]
    if isinstance(size, int) and size != 2:  # noqa: PLR2004 - a real and an imaginary part
        raise ShapeError("needs a last dimension of 2, a real and an imaginary part, and gets ", x)
    if not x.dtype.startswith("complex"):
        # Keras multiplies by i in the dtype of the tensor.
        raise ShapeError(f"cannot be computed in {x.dtype} by Keras: ", x, help="cast it to complex64 first")
    return Effect(TensorType(x.shape[:-1], x.dtype), flops=times(2, product(x.shape[1:-1])))


def view_as_real(x: Argument) -> Effect:
    """Return the effect of ``view_as_real``, which adds a last axis for the real and the imaginary part."""
    x = operand(x)
    if x.dtype == "bool":
        raise ShapeError("needs numbers, not bool: ", x)
    parts = {"complex64": "float32", "complex128": "float64"}
    return Effect(TensorType((*x.shape, 2), parts.get(x.dtype, x.dtype)))


def count(x: Argument) -> Effect:
    """Return the effect of ``ndim`` and ``size``: one integer."""
    need_tensor(x, "x")
    return Effect(TensorType((), "int32"))


RULES: dict[str, Rule] = {
    "broadcast_to": broadcast_to,
    "expand_dims": expand_dims,
    "flip": flip,
    "fliplr": fliplr,
    "flipud": flipud,
    "moveaxis": moveaxis,
    "ndim": count,
    "ravel": ravel,
    "rearrange": rearrange,
    "reshape": reshape,
    "roll": roll,
    "rot90": rot90,
    "size": count,
    "squeeze": squeeze,
    "swapaxes": swapaxes,
    "transpose": transpose,
    "tril": tril,
    "triu": triu,
    "view": view,
    "view_as_complex": view_as_complex,
    "view_as_real": view_as_real,
}
