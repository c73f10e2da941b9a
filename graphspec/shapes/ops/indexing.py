"""Ops that look elements up by their places, or put them there."""

from graphspec.shapes.axes import axis_of
from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import Dimension, Shape, differ, plus, product, quotient, show, times
from graphspec.shapes.dtypes import FLOATX
from graphspec.shapes.literals import (
    need_integers,
    need_sizes,
    need_tensor,
    numbers_in,
    operand,
)
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, need_min_rank, need_rank, same

_SLICES = "an index holds integers, slices, null and ..."


def get_item(x: Argument, key: Argument) -> Effect:
    """Return the effect of ``x[key]``: an integer takes an axis away, null adds one, a slice cuts one."""
    x = operand(x)
    keys = _complete(x, key if isinstance(key, tuple) else (key,))
    sizes: list[Dimension] = []
    axis = 0
    for part in keys:
        if part is None:
            sizes.append(1)
            continue
        if isinstance(part, slice):
            sizes.append(_sliced(x.shape[axis], part))
        elif isinstance(part, int):
            _need_place(x, axis, part)
        else:
            raise ShapeError("cannot be indexed so: ", x, help=_SLICES)
        axis += 1
    return Effect(TensorType(tuple(sizes), x.dtype))


def _complete(x: TensorType, keys: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """Return an index with a part for each axis: what the ellipsis stands for, or what is left out at the end."""
    rests = [number for number, part in enumerate(keys) if part is ...]
    if len(rests) > 1:
        raise ShapeError('has more than one "..." in its index of ', x)
    named = sum(part is not None and part is not ... for part in keys)
    if named > x.rank:
        raise ShapeError(
            f"has {named} indices for the {x.rank} dimensions of ", x, help="the batch is the first of them"
        )
    whole = (slice(None),) * (x.rank - named)
    place = rests[0] if rests else len(keys)
    return (*keys[:place], *whole, *keys[place + 1 :])


def _need_place(x: TensorType, axis: int, place: int) -> None:
    size = x.shape[axis]
    if isinstance(size, int) and not -size <= place < size:
        raise ShapeError(f"takes place {place} of dimension {axis}, which has {size}: ", x)


def _sliced(size: Dimension, part: slice) -> Dimension:
    """Return how many places a slice takes; of a named size, as many as it has where it is long enough."""
    if isinstance(size, int):
        first, last, by = part.indices(size)
        return max(0, -((first - last) // by))
    step = part.step or 1
    if step == -1 and part.start is None and part.stop is None:
        return size
    start, stop = part.start or 0, part.stop
    if step < 0 or start < 0 or (stop is not None and stop >= 0):
        return 0 if step > 0 and start >= 0 and stop is not None and 0 <= stop <= start else None
    return quotient(plus(size, (stop or 0) - start + step - 1), step)


def take(x: Argument, indices: Argument, axis: int | None = None) -> Effect:
    """Return the effect of ``take``: the indices' shape instead of the axis, or of all where there is none."""
    x, places = operand(x), operand(indices)
    need_integers(places, "indices")
    axis = None if axis is None else axis_of(x, axis)
    size = product(x.shape) if axis is None else x.shape[axis]
    written = () if isinstance(indices, TensorType) else tuple(numbers_in(indices))
    if isinstance(size, int) and not all(-size <= place < size for place in written):
        raise ShapeError(f"takes the places {list(written)} where there are {size}: ", x)
    before, after = ((), ()) if axis is None else (x.shape[:axis], x.shape[axis + 1 :])
    return Effect(TensorType((*before, *places.shape, *after), x.dtype))


def take_along_axis(x: Argument, indices: Argument, axis: int | None = None) -> Effect:
    """Return the effect of ``take_along_axis``: on the axis as many as indices; the other axes broadcast."""
    x, places = need_tensor(x, "x"), need_tensor(indices, "indices")
    rank = 1 if axis is None else x.rank
    if places.rank != rank:
        raise ShapeError(f"needs indices of {rank} dimensions, and gets ", places, " for ", x)
    if axis is None:
        return Effect(TensorType(places.shape, x.dtype))
    place = axis_of(x, axis)
    level = TensorType((*x.shape[:place], 1, *x.shape[place + 1 :]), x.dtype)
    aligned = TensorType((*places.shape[:place], 1, *places.shape[place + 1 :]), places.dtype)
    try:
        shape = broadcast(level, aligned)
    except ShapeError:
        raise ShapeError("cannot look up ", places, " in ", x, f" along axis {place}: the other axes differ") from None
    return Effect(TensorType((*shape[:place], places.shape[place], *shape[place + 1 :]), x.dtype))


def slice_(inputs: Argument, start_indices: Argument, shape: Argument) -> Effect:
    """Return the effect of ``slice``: so many places from a start on each axis; -1 is all that are left."""
    x = operand(inputs)
    if isinstance(shape, int) or len(shape) != x.rank or None in shape:
        raise ShapeError(f"needs a number for each of the {x.rank} dimensions in its shape, and takes it out of ", x)
    starts = _starts(x, start_indices)
    sizes = []
    for axis, (size, wanted, start) in enumerate(zip(x.shape, shape, starts, strict=True)):
        left = plus(size, None if start is None else -start)
        least = 0 if wanted == -1 else wanted
        if (isinstance(left, int) and left < least) or (isinstance(size, int) and size < least):
            raise ShapeError(f"takes {wanted} places from {start} on of dimension {axis}, which has {show(size)}: ", x)
        sizes.append(left if wanted == -1 else wanted)
    return Effect(TensorType(tuple(sizes), x.dtype))


def slice_update(inputs: Argument, start_indices: Argument, updates: Argument) -> Effect:
    """Return the effect of ``slice_update``: what is put in is as small as the tensor, or smaller."""
    x, new = operand(inputs), operand(updates)
    _starts(x, start_indices, is_clamped=True)
    _need_dtype(x, new)
    if new.rank != x.rank or any(
        isinstance(size, int) and isinstance(most, int) and size > most
        for size, most in zip(new.shape, x.shape, strict=True)
    ):
        raise ShapeError("cannot put ", new, " into ", x)
    return same(x)


def _starts(x: TensorType, value: Argument, is_clamped: bool = False) -> tuple[int | None, ...]:  # noqa: FBT001, FBT002
    """Return where a slice starts on each axis; None where a tensor says so."""
    places = operand(value)
    need_integers(places, "start_indices")
    if places.rank != 1 or differ(places.shape[0], x.rank):
        raise ShapeError(f"needs a start for each of the {x.rank} dimensions, and gets ", places, " for ", x)
    if isinstance(value, TensorType):
        return (None,) * x.rank
    if min(value, default=0) < 0 and not is_clamped:
        raise ShapeError(f"starts at {list(value)}, before the first place of ", x)
    return tuple(value)


def scatter(indices: Argument, values: Argument, shape: Argument) -> Effect:
    """Return the effect of ``scatter``: values added up at places of zeros, a FLOP for each value."""
    places, new = operand(indices), need_tensor(values, "values")
    sizes = need_sizes(shape, "shape")
    result = TensorType(sizes, new.dtype)
    _need_updates(result, places, new)
    return Effect(result, flops=product(new.shape[1:]))


def scatter_update(inputs: Argument, indices: Argument, updates: Argument, reduction: str | None = None) -> Effect:
    """Return the effect of ``scatter_update``; a reduction takes a FLOP for each value that is put in."""
    x, places, new = need_tensor(inputs, "inputs"), operand(indices), operand(updates)
    _need_dtype(x, new)
    _need_updates(x, places, new)
    return same(x, flops=0 if reduction is None else product(new.shape[1:]))


def _need_updates(x: TensorType, places: TensorType, new: TensorType) -> None:
    """Raise ShapeError unless there is a value, or a slice of values, for each place."""
    need_integers(places, "indices")
    need_min_rank(places, 1)
    depth = places.shape[-1]
    if not isinstance(depth, int):
        return
    if depth > x.rank:
        raise ShapeError(f"has places of {depth} numbers for {x.rank} dimensions: ", places, " in ", x)
    wanted = (*places.shape[:-1], *x.shape[depth:])
    if len(wanted) != new.rank or any(differ(size, other) for size, other in zip(wanted, new.shape, strict=True)):
        needed = TensorType(wanted, new.dtype)
        raise ShapeError("puts ", new, " at places ", places, " of ", x, f", which take {needed}")


def _need_dtype(x: TensorType, new: TensorType) -> None:
    if x.dtype != new.dtype:
        raise ShapeError(f"puts {new.dtype} into {x.dtype}: ", new, " into ", x, help="cast one of them")


def one_hot(
    x: Argument,
    num_classes: int,
    axis: int = -1,
    dtype: str | None = None,
    sparse: bool = False,  # noqa: ARG001, FBT001, FBT002 - as in Keras
) -> Effect:
    """Return the effect of ``one_hot``, which adds an axis; looking up takes no FLOPs."""
    x = need_tensor(x, "x")
    return Effect(TensorType(_one_hot(x, num_classes, axis), dtype or FLOATX))


def multi_hot(
    inputs: Argument,
    num_classes: int,
    axis: int = -1,
    dtype: str | None = None,
    sparse: bool = False,  # noqa: ARG001, FBT001, FBT002 - as in Keras
) -> Effect:
    """Return the effect of ``multi_hot``: the largest of one-hot vectors along axis 1, a comparison for each number."""
    x = need_tensor(inputs, "inputs")
    need_min_rank(x, 1)
    shape = _one_hot(x, num_classes, axis)
    reduced = 1 if x.rank > 1 else 0
    result = TensorType((*shape[:reduced], *shape[reduced + 1 :]), dtype or FLOATX)
    return Effect(result, flops=times(product(x.shape[1:]), num_classes))


def _one_hot(x: TensorType, num_classes: int, axis: int) -> Shape:
    if axis != -1 and not 0 <= axis < x.rank:
        raise ShapeError(f"puts its classes at axis {axis}, and takes -1 or an axis of ", x)
    place = x.rank if axis == -1 else axis
    return (*x.shape[:place], num_classes, *x.shape[place:])


def segments(
    data: Argument,
    segment_ids: Argument,
    num_segments: int | None = None,
    sorted: bool = False,  # noqa: A002, FBT001, FBT002 - as in Keras
) -> Effect:
    """Return the effect of the reductions of segments, a FLOP for each element; without a number, ids say how many."""
    x, ids = need_tensor(data, "data"), need_tensor(segment_ids, "segment_ids")
    need_rank(ids, 1)
    need_min_rank(x, 1)
    need_integers(ids, "segment_ids")
    if differ(x.shape[0], ids.shape[0]):
        raise ShapeError("needs an id for each place of dimension 0, and gets ", ids, " for ", x)
    if sorted and num_segments is not None:
        raise ShapeError(f"takes num_segments, {num_segments}, only of ids that are not sorted: ", ids)
    return Effect(TensorType((num_segments, *x.shape[1:]), x.dtype), flops=product(x.shape[1:]))


def unravel_index(indices: Argument, shape: Argument) -> Effect:
    """Return the effect of ``unravel_index``: a tensor for each axis, a remainder and a quotient for each place."""
    x = need_tensor(indices, "indices")
    sizes = need_sizes(shape, "shape")
    return Effect((x,) * len(sizes), flops=times(2 * len(sizes), product(x.shape[1:])))


RULES: dict[str, Rule] = {
    "get_item": get_item,
    "multi_hot": multi_hot,
    "one_hot": one_hot,
    "scatter": scatter,
    "scatter_update": scatter_update,
    "segment_max": segments,
    "segment_min": segments,
    "segment_prod": segments,
    "segment_sum": segments,
    "slice": slice_,
    "slice_update": slice_update,
    "take": take,
    "take_along_axis": take_along_axis,
    "unravel_index": unravel_index,
}
