"""Normalization and losses."""

from graphspec.shapes.axes import axes_of, axis_of
from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import Dimension, differ, plus, product, show, times, unlike
from graphspec.shapes.dtypes import float_of, need_dtype, need_same_dtype, result_type
from graphspec.shapes.literals import array
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, as_array, need_min_rank, need_rank

_COMPUTED = frozenset({"bfloat16", "float16", "float32", "float64"})
_LENGTHS = frozenset({"uint8", "int8", "int32", "int64"})


def batch_normalization(
    x: TensorType,
    mean: TensorType,
    variance: TensorType,
    axis: int,
    offset: TensorType | None,
    scale: TensorType | None,
    epsilon: float,  # noqa: ARG001 - as every rule
) -> Effect:
    """Return the effect of ``batch_normalization``: a product and a sum for each element.

    Source: https://arxiv.org/abs/1502.03167, algorithm 2.
    """
    size = x.shape[axis_of(x, axis)]
    if offset is not None and scale is None:
        raise ShapeError("has an offset and no scale, which Keras fails at", help="give a scale of ones")
    given = [item for item in (mean, variance, offset, scale) if item is not None]
    for item in given:
        if item.rank != 1 or unlike(item.shape[0], size):
            raise ShapeError("cannot normalize ", x, " with ", item, f": it has to be ({show(size)},)")
        need_dtype(item, _COMPUTED)
        need_same_dtype(mean, item)
    if x.dtype == "bool":
        raise ShapeError("does not normalize bool: ", x, help="cast it before: ops.cast")
    return Effect(x, flops=times(2, product(x.shape[1:])))


def layer_normalization(
    x: TensorType,
    gamma: Argument,
    beta: Argument,
    axis: int | tuple[int, ...] | None,
    epsilon: float | None,  # noqa: ARG001 - as every rule
) -> Effect:
    """Return the effect of ``layer_normalization``.

    FLOPs for each element: one each for the mean, the deviation, its square, the variance, and the division, one to
    scale and one to center. Source: https://arxiv.org/abs/1607.06450, equation 4.
    """
    if axis is None:
        raise ShapeError("needs an axis, or several")
    axes = axes_of(x, axis)
    given = [as_array(item) for item in (gamma, beta) if item is not None]
    fitted = [_along(x, item, axes, axis) for item in given]
    shape = broadcast(x, *fitted, verb="normalize")
    return Effect(TensorType(shape, x.dtype), flops=times(5 + len(given), product(shape[1:])))


def _along(x: TensorType, factor: TensorType, axes: tuple[int, ...], axis: int | tuple[int, ...]) -> TensorType:
    """Return a factor as Keras broadcasts it: reshaped, where it has other dimensions than the tensor has."""
    literal = (axis,) if isinstance(axis, int) else axis
    if factor.rank == x.rank or literal == (x.rank - 1,):
        return factor
    sizes = tuple(x.shape[number] if number in axes else 1 for number in range(x.rank))
    if differ(product(sizes), product(factor.shape)):
        normalized = " by ".join(show(x.shape[number]) for number in sorted(axes))
        raise ShapeError("cannot scale ", x, " by ", factor, f": {normalized or 'no'} elements are normalized together")
    return TensorType(sizes, factor.dtype)


def rms_normalization(
    x: TensorType,
    scale: Argument,
    axis: int | tuple[int, ...] | None,
    epsilon: float | None,  # noqa: ARG001 - as every rule
) -> Effect:
    """Return the effect of ``rms_normalization``.

    FLOPs for each element: one each for the square, the mean, the division and the scale.
    Source: https://arxiv.org/abs/1910.07467, equation 4.
    """
    if axis is not None:
        axes_of(x, axis)
    shape = x.shape if scale is None else broadcast(x, as_array(scale), verb="scale")
    return Effect(TensorType(shape, x.dtype), flops=times(3 + (scale is not None), product(shape[1:])))


def binary_crossentropy(target: TensorType, output: TensorType, from_logits: bool) -> Effect:  # noqa: ARG001, FBT001
    """Return the effect of ``binary_crossentropy``: a loss for each element.

    FLOPs for each: two logarithms, two products, two differences, a sum and its negation.
    """
    _need_same_shape(target, output)
    need_same_dtype(target, output)
    need_dtype(output, _COMPUTED)
    return Effect(output, flops=times(8, product(output.shape[1:])))


def categorical_crossentropy(target: TensorType, output: TensorType, from_logits: bool, axis: int) -> Effect:  # noqa: FBT001
    """Return the effect of ``categorical_crossentropy``: a loss for the classes of each position.

    FLOPs for each element: exponential or quotient, sum, logarithm, product and sum.
    """
    _need_same_shape(target, output)
    need_dtype(output, _COMPUTED)
    if not from_logits:
        need_same_dtype(target, output)
    classes = axis_of(output, axis)
    shape = output.shape[:classes] + output.shape[classes + 1 :]
    return Effect(TensorType(shape, output.dtype), flops=times(5, product(output.shape[1:])))


def sparse_categorical_crossentropy(target: TensorType, output: TensorType, from_logits: bool, axis: int) -> Effect:  # noqa: FBT001
    """Return the effect of ``sparse_categorical_crossentropy``: a loss for the classes of each position.

    FLOPs for each element of the output: exponential and sum, and a logarithm where it is no logit.
    """
    need_min_rank(output, 1)
    if axis not in {-1, output.rank - 1}:
        raise ShapeError(f"has classes along axis {axis}, and Keras takes the last alone: ", output)
    need_dtype(output, _COMPUTED)
    positions = output.shape[:-1]
    labels = target.shape[:-1] if target.rank == output.rank and target.shape[-1] == 1 else target.shape
    if len(labels) != len(positions) or any(unlike(*pair) for pair in zip(labels, positions, strict=True)):
        raise ShapeError(
            "needs a label for each position of ", output, ", and gets ", target,
            help="one-hot targets take categorical_crossentropy" if target.shape == output.shape else None,
        )  # fmt: skip
    flops = times(2 if from_logits else 3, product(output.shape[1:]))
    return Effect(TensorType(positions, output.dtype), flops=flops)


def psnr(x1: TensorType, x2: TensorType, max_val: float) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of ``psnr``: a number, from the difference, its square and the sum of all elements."""
    if x1.rank != x2.rank or any(differ(*pair) for pair in zip(x1.shape, x2.shape, strict=True)):
        raise ShapeError("compares tensors of one shape, and gets ", x1, " and ", x2)
    need_same_dtype(x1, x2)
    if x1.dtype == "bool":
        raise ShapeError("does not compare bool: ", x1, help="cast it before: ops.cast")
    return Effect(TensorType((), float_of(x1.dtype)), flops=times(3, product(x1.shape[1:])))


def ctc_loss(
    target: TensorType,
    output: TensorType,
    target_length: TensorType,
    output_length: TensorType,
    mask_index: int,  # noqa: ARG001 - as every rule
) -> Effect:
    """Return the effect of ``ctc_loss``: ``(batch, labels)`` and ``(batch, steps, classes) -> (batch,)``.

    FLOPs: a softmax, and at each step 3 for each label, and for the blanks before, between and after them.
    Source: https://www.cs.toronto.edu/~graves/icml_2006.pdf, section 4.1.
    """
    need_rank(target, 2)
    need_rank(output, 3)
    for length in (target_length, output_length):
        need_rank(length, 1)
        need_dtype(length, _LENGTHS)
    for item in (target, target_length, output_length):
        if unlike(item.shape[0], output.shape[0]):
            raise _batches_differ(item, output)
    _, steps, classes = output.shape
    states: Dimension = plus(times(2, target.shape[1]), 1)
    flops = times(steps, plus(classes, times(3, states)))
    return Effect(TensorType(target.shape[:1], result_type(output.dtype, "float32")), flops=flops)


def ctc_decode(
    inputs: TensorType,
    sequence_lengths: Argument,
    strategy: str,
    beam_width: int,
    top_paths: int,
    merge_repeated: bool,  # noqa: ARG001, FBT001 - as every rule
    mask_index: int,
) -> Effect:
    """Return the effect of ``ctc_decode``: paths ``(paths, batch, steps)`` and scores ``(batch, paths)``.

    FLOPs: one for each class at each step, and with a beam for each path in it.
    """
    need_rank(inputs, 3)
    lengths = array(sequence_lengths)
    need_rank(lengths, 1)
    if differ(lengths.shape[0], inputs.shape[0]):
        raise _batches_differ(lengths, inputs)
    batch, steps, classes = inputs.shape
    greedy = strategy == "greedy"
    if greedy and isinstance(classes, int) and not -classes <= mask_index < classes:
        raise ShapeError(f"has mask_index {mask_index}, and gets {classes} classes: ", inputs)
    if not greedy and top_paths > beam_width:
        raise ShapeError(f"cannot choose {top_paths} paths from a beam of {beam_width}")
    paths = 1 if greedy else top_paths
    flops = times(product((steps, classes)), 1 if greedy else beam_width)
    scores = TensorType((batch, paths), result_type(inputs.dtype, "float32"))
    return Effect((TensorType((paths, batch, steps), "int32"), scores), flops=flops)


def _need_same_shape(target: TensorType, output: TensorType) -> None:
    if target.rank == output.rank and not any(unlike(*pair) for pair in zip(target.shape, output.shape, strict=True)):
        return
    raise ShapeError(
        "needs target and output of one shape, and gets ", target, " and ", output,
        help="labels as integers take sparse_categorical_crossentropy" if target.rank == output.rank - 1 else None,
    )  # fmt: skip


def _batches_differ(one: TensorType, other: TensorType) -> ShapeError:
    return ShapeError("needs one batch, and gets ", one, " and ", other)


RULES = {
    "batch_normalization": batch_normalization,
    "binary_crossentropy": binary_crossentropy,
    "categorical_crossentropy": categorical_crossentropy,
    "ctc_decode": ctc_decode,
    "ctc_loss": ctc_loss,
    "layer_normalization": layer_normalization,
    "psnr": psnr,
    "rms_normalization": rms_normalization,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
}
