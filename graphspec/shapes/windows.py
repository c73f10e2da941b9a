"""Sizes that a window leaves as it slides: convolutions and pooling."""

from graphspec.shapes.dimension import Dimension, plus, quotient


def per_axis(value: int | tuple[int, ...], count: int) -> tuple[int, ...]:
    """Return an argument that is one integer for all spatial axes, or one for each, as one for each."""
    return (value,) * count if isinstance(value, int) else tuple(value)


def slid(size: Dimension, window: int, stride: int, padding: str, dilation: int = 1) -> Dimension:
    """Return how many places a window takes; zero or less means that it does not fit.

    ``valid``: floor((size - (window - 1) * dilation - 1) / stride) + 1; ``same`` and ``causal``: ceil(size / stride).
    Source: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2

    >>> slid(10, 3, 2, "valid"), slid(10, 3, 3, "same"), slid(None, 3, 1, "valid")
    (4, 4, None)
    """
    if padding == "valid":
        return plus(quotient(plus(size, -(window - 1) * dilation - 1), stride), 1)
    return quotient(plus(size, stride - 1), stride)
