"""Ops that make one tensor of several."""

from functools import reduce

from graphspec.shapes.axes import axis_of
from graphspec.shapes.dimension import Dimension, Shape, agreed, differ, plus, product, show
from graphspec.shapes.dtypes import result_type
from graphspec.shapes.literals import need_tensor, need_tensors
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, need_min_rank


def concatenate(xs: Argument, axis: int | None = 0) -> Effect:
    """Return the effect of ``concatenate``: the sizes on the axis are added, all others agree."""
    tensors = need_tensors(xs, "xs")
    if axis is None:
        raise ShapeError("needs an axis, not null")
    return _joined(tensors, axis_of(tensors[0], axis))


def vstack(xs: Argument) -> Effect:
    """Return the effect of ``vstack``, which joins along the batch."""
    return _joined_along(need_tensors(xs, "xs"), 0)


def hstack(xs: Argument) -> Effect:
    """Return the effect of ``hstack``, which joins along axis 1."""
    return _joined_along(need_tensors(xs, "xs"), 1)


def _joined_along(tensors: tuple[TensorType, ...], axis: int) -> Effect:
    for x in tensors:
        need_min_rank(x, axis + 1)
    return _joined(tensors, axis)


def dstack(xs: Argument) -> Effect:
    """Return the effect of ``dstack``, which joins along axis 2, adding axes where there are less than three."""
    tensors = need_tensors(xs, "xs")
    deep = [_deep(x.shape) for x in tensors]
    shape = _shape(tensors, deep, 2)
    return Effect(TensorType(shape, _dtype(tensors)))


def _deep(shape: Shape) -> Shape:
    if len(shape) > 1:
        return shape if len(shape) > 2 else (*shape, 1)  # noqa: PLR2004 - axis 2 is there
    return (1, *shape, 1) if shape else (1, 1, 1)


def stack(x: Argument, axis: int = 0) -> Effect:
    """Return the effect of ``stack``: equal shapes, and a new axis as long as their list."""
    tensors = need_tensors(x, "x")
    place = axis_of(tensors[0], axis, more=1)
    shape = _shape(tensors, [x.shape for x in tensors], None)
    return Effect(TensorType((*shape[:place], len(tensors), *shape[place:]), _dtype(tensors)))


def append(x1: Argument, x2: Argument, axis: int | None = None) -> Effect:
    """Return the effect of ``append``: two tensors after one another, flat where no axis is named.

    Along an axis, Keras' has to know how long both are on it.
    """
    tensors = (need_tensor(x1, "x1"), need_tensor(x2, "x2"))
    dtype = result_type(*(x.dtype for x in tensors))
    if axis is None:
        return Effect(TensorType((plus(*(product(x.shape) for x in tensors)),), dtype))
    place = axis_of(tensors[0], axis)
    shape = _shape(tensors, [x.shape for x in tensors], place)
    if not isinstance(shape[place], int):
        raise ShapeError(
            "cannot append ",
            tensors[1],
            " to ",
            tensors[0],
            f": dimension {place} is not known",
            help="use ops.concatenate",
        )
    return Effect(TensorType(shape, dtype))


def _joined(tensors: tuple[TensorType, ...], axis: int) -> Effect:
    return Effect(TensorType(_shape(tensors, [x.shape for x in tensors], axis), _dtype(tensors)))


def _shape(tensors: tuple[TensorType, ...], shapes: list[Shape], along: int | None) -> Shape:
    """Return the shape of tensors that are joined along an axis, or put beside each other along a new one."""
    first = tensors[0]
    for x, shape in zip(tensors, shapes, strict=True):
        if len(shape) != len(shapes[0]):
            raise ShapeError("cannot join ", first, " and ", x, ": they have different numbers of dimensions")
    return tuple(
        reduce(plus, sizes) if axis == along else _agreed(axis, sizes, tensors)
        for axis, sizes in enumerate(zip(*shapes, strict=True))
    )


def _agreed(axis: int, sizes: tuple[Dimension, ...], tensors: tuple[TensorType, ...]) -> Dimension:
    result, holder = sizes[0], tensors[0]
    for size, x in zip(sizes, tensors, strict=True):
        if differ(result, size):
            raise ShapeError(
                "cannot join ", holder, " and ", x, f": dimension {axis} is {show(result)} and {show(size)}"
            )
        if agreed(result, size) != result:
            result, holder = size, x
    return result


def _dtype(tensors: tuple[TensorType, ...]) -> str:
    """Return the dtype of tensors together; where all have one, that."""
    dtypes = {x.dtype for x in tensors}
    return dtypes.pop() if len(dtypes) == 1 else result_type(*dtypes)


def meshgrid(x: Argument, indexing: str = "xy") -> Effect:
    """Return the effect of ``meshgrid``: as many grids as tensors; "xy" swaps the first two axes of each.

    FLOPs: a product for each element, as Keras multiplies with ones.
    """
    tensors = need_tensors(x, "x")
    sizes = [product(item.shape) for item in tensors]
    if indexing == "xy" and len(sizes) < 2:  # noqa: PLR2004 - the axes that are swapped
        raise ShapeError('needs two tensors for indexing "xy", and gets ', tensors[0], help='"ij" takes one')
    shape = (sizes[1], sizes[0], *sizes[2:]) if indexing == "xy" else tuple(sizes)
    grids = tuple(TensorType(shape, _times_ones(item.dtype, tensors[0].dtype)) for item in tensors)
    return Effect(grids, flops=product([len(tensors), *shape[1:]]))


def _times_ones(dtype: str, ones: str) -> str:
    """Return the dtype of a product with ones of the first tensor's dtype; with bool, TensorFlow's is bool."""
    if dtype != ones and "bool" not in {dtype, ones}:
        raise ShapeError(f"needs tensors of one dtype, not {ones} and {dtype}", help="cast them, as with ops.cast")
    return dtype if dtype == ones else "bool"


RULES: dict[str, Rule] = {
    "append": append,
    "concatenate": concatenate,
    "dstack": dstack,
    "hstack": hstack,
    "meshgrid": meshgrid,
    "stack": stack,
    "vstack": vstack,
}
