"""FLOPs of products of tensors that sum over shared dimensions, which labels tell apart."""

from collections.abc import Hashable, Sequence

from graphspec.shapes.dimension import Count, Dimension, Shape, agreed, plus, product, times

Labels = tuple[Hashable, ...]


def contraction_flops(shapes: Sequence[Shape], labels: Sequence[Labels], output: Labels) -> Count:
    """Return a multiply-add for each combination of indices, one pair of operands after the other from the left.

    Between two pairs, the labels stay that a later operand or the output has. One operand alone is read once where it
    is summed, and else only moved. The batch, a first dimension of unknown size, counts as one sample.

    >>> contraction_flops([(None, 3, 4), (4, 5)], ["bij", "jk"], "bik")
    120
    """
    sizes = _sizes_of_one_sample(shapes, labels, output)
    left = set(labels[0])
    if len(labels) == 1:
        return 0 if left <= set(output) else product(sizes[label] for label in left)
    total: Count = 0
    for number, right in enumerate(labels[1:], 2):
        combined = left | set(right)
        total = plus(total, times(2, product(sizes[label] for label in combined)))
        left = combined & {*output, *(label for later in labels[number:] for label in later)}
    return total


def _sizes_of_one_sample(
    shapes: Sequence[Shape], labels: Sequence[Labels], output: Labels
) -> dict[Hashable, Dimension]:
    sizes: dict[Hashable, Dimension] = {}
    for shape, names in zip(shapes, labels, strict=True):
        for label, size in zip(names, shape, strict=True):
            before = sizes.get(label, 1)
            sizes[label] = size if before == 1 else before if size == 1 else agreed(before, size)
    first = [(names[0], shape[0]) for shape, names in zip(shapes, labels, strict=True) if shape]
    batches = [label for label, size in first if size is None] or [label for label, _ in first if label in output[:1]]
    return {**sizes, **dict.fromkeys(batches, 1)}
