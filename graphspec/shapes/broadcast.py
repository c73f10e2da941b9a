"""How shapes meet in elementwise operations."""

from graphspec.shapes.dimension import Dimension, Shape, agreed, differ, show
from graphspec.shapes.types import ShapeError, TensorType, need_min_rank


def broadcast(*types: TensorType, verb: str = "combine", skip: int = 0) -> Shape:
    """Return the shape that these have together; raises ShapeError where two sizes differ and none is 1.

    The last dimensions, as many as ``skip`` says, are left out of it.

    Source: https://numpy.org/doc/stable/user/basics.broadcasting.html
    """
    rank = max((x.rank for x in types), default=0)
    return tuple(_meet(axis, rank, types, verb) for axis in range(-rank, -skip))


def broadcast_samples(*types: TensorType, verb: str) -> Shape:
    """Return the shape that batches have together, sample by sample: the batch stays first whatever the ranks.

    Raises ShapeError for what has no batch.
    """
    for x in types:
        need_min_rank(x, 1)
    rank = max(x.rank for x in types)
    return (common_batch(*types, verb=verb), *(_meet(axis, rank, types, verb, apart=1) for axis in range(1 - rank, 0)))


def common_batch(*types: TensorType, verb: str) -> Dimension:
    """Return the batch of several tensors; raises ShapeError where two have batches of different sizes.

    A batch of 1 beside an unknown one is unknown: it is repeated for however many samples come.
    """
    fixed = [x for x in types if x.shape[0] is not None]
    for x in fixed[1:]:
        if x.shape[0] != fixed[0].shape[0]:
            raise ShapeError(f"cannot {verb} ", fixed[0], " and ", x, ": their batches differ in size")
    if not fixed or (fixed[0].shape[0] == 1 and len(fixed) < len(types)):
        return None
    return fixed[0].shape[0]


def _meet(axis: int, rank: int, types: tuple[TensorType, ...], verb: str, apart: int = 0) -> Dimension:
    """Return the size at an axis, counted from the end; the first ``apart`` dimensions of each keep out of it."""
    result: Dimension = 1
    holder: TensorType | None = None
    for x in types:
        size = x.shape[axis] if -axis <= x.rank - apart else 1
        if size == 1:
            continue
        if holder is not None and differ(result, size):
            number = axis if holder.rank != x.rank else rank + axis
            raise ShapeError(
                f"cannot {verb} ", holder, " and ", x, f": dimension {number} is {show(result)} and {show(size)}"
            )
        if holder is None or agreed(result, size) != result:
            holder = x
            result = size if result == 1 else agreed(result, size)
    return result
