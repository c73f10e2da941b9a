"""Ops that make a tensor of numbers, or one that is as large as another.

What depends on no input is computed once, when the model is built, and takes no FLOPs.
"""

import struct
from collections.abc import Callable
from functools import partial
from math import ceil

from graphspec.shapes.axes import Axes, axis_of
from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import Dimension, product, times
from graphspec.shapes.dtypes import FLOATS, FLOATX, result_type
from graphspec.shapes.literals import need_number, need_sizes, need_tensor, operand
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, need_rank

# Dtypes that TensorFlow has no range of.
_UNCOUNTED = frozenset({"bool", "uint8", "complex64", "complex128", "string"})


def filled(shape: Axes | tuple[int | None, ...], dtype: str | None = None) -> Effect:
    """Return the effect of ``zeros``, ``ones`` and ``empty``."""
    sizes = (shape,) if isinstance(shape, int) else need_sizes(shape, "shape")
    return Effect(TensorType(sizes, dtype or FLOATX))


def full(shape: Argument, fill_value: Argument, dtype: str | None = None) -> Effect:
    """Return the effect of ``full``: one value, or a tensor that broadcasts to the shape."""
    sizes = need_sizes(shape, "shape")
    result = TensorType(sizes, dtype or FLOATX)
    _need_fit(operand(fill_value), result)
    return Effect(result)


def full_like(x: Argument, fill_value: Argument, dtype: str | None = None) -> Effect:
    """Return the effect of ``full_like``."""
    x = operand(x)
    result = TensorType(x.shape, dtype or x.dtype)
    _need_fit(operand(fill_value), result, like=x)
    return Effect(result)


def _need_fit(value: TensorType, result: TensorType, like: TensorType | None = None) -> None:
    known = all(isinstance(size, int) for size in (*value.shape, *result.shape))
    shape = broadcast(value, like or result, verb="fill")
    if value.rank > result.rank or (known and shape != result.shape) or _is_wider(value, result):
        raise ShapeError("fills ", like or result, " with ", value, ", which does not broadcast to it")


def _is_wider(value: TensorType, result: TensorType) -> bool:
    places = result.shape[result.rank - value.rank :]
    return any(
        place == 1 and isinstance(size, int) and size > 1 for size, place in zip(value.shape, places, strict=False)
    )


def like(x: Argument, dtype: str | None = None) -> Effect:
    """Return the effect of ``zeros_like``, ``ones_like`` and ``empty_like``."""
    x = operand(x)
    return Effect(TensorType(x.shape, dtype or x.dtype))


def arange(start: float, stop: float | None = None, step: float | None = None, dtype: str | None = None) -> Effect:
    """Return the effect of ``arange``: ceil((stop - start) / step) numbers."""
    first, last = (0, start) if stop is None else (start, stop)
    by = 1 if step is None else step
    written = [type(value).__name__ for value in (start, stop, step) if value is not None]
    found = dtype or result_type(*written)
    if "int" in found and "float" in written:
        raise ShapeError(f"counts in {found} and has numbers with a fraction: from {first} to {last} by {by}")
    if found in _UNCOUNTED:
        raise ShapeError(f"cannot count in {found}", help="count in int32, and cast with ops.cast")
    if by == 0 or (first < last and by < 0) or (first > last and by > 0):
        raise ShapeError(f"never comes from {first} to {last} by {by}", help="give step the sign of the way")
    return Effect(TensorType((_steps(first, last, by, found),), found))


def _steps(first: float, last: float, by: float, dtype: str) -> int:
    if dtype not in FLOATS:
        return -(-int(last - first) // int(by))
    rounded = _ROUNDED.get(dtype, float)
    try:
        low, high, stride = rounded(first), rounded(last), rounded(by)
        return ceil(rounded(rounded(high - low) / stride))
    except (OverflowError, ValueError, ZeroDivisionError, struct.error):
        raise ShapeError(f"cannot count from {first} to {last} by {by} in {dtype}") from None


def _rounded(code: str, value: float) -> float:
    found: float = struct.unpack(code, struct.pack(code, value))[0]
    return found


def _rounded_to_bfloat16(value: float) -> float:
    """Return the nearest number of the upper half of a float32's bits, the even one of two."""
    bits: int = struct.unpack("I", struct.pack("f", value))[0]
    upper = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    found: float = struct.unpack("f", struct.pack("I", upper))[0]
    return found


# TensorFlow counts the steps in the precision of the dtype.
_ROUNDED: dict[str, Callable[[float], float]] = {
    "float16": partial(_rounded, "e"),
    "float32": partial(_rounded, "f"),
    "bfloat16": _rounded_to_bfloat16,
}


def eye(N: int, M: int | None = None, k: int = 0, dtype: str | None = None) -> Effect:  # noqa: N803 - as in Keras
    """Return the effect of ``eye``: ones on a diagonal.

    TensorFlow's, off the main diagonal of a matrix wider than high (or higher than wide), is larger than asked for.
    """
    rows, columns = N, N if M is None else M
    if k == 0:
        return Effect(TensorType((rows, columns), dtype or FLOATX))
    length = min(columns - k, rows + k)
    if length < 0:
        raise ShapeError(f"has no diagonal {k} in {rows} x {columns}")
    high = length + max(-k, 0) + max(rows - columns + k, 0)
    wide = length + max(k, 0) + max(columns - rows - k, 0)
    return Effect(TensorType((high, wide), dtype or FLOATX))


def identity(n: int, dtype: str | None = None) -> Effect:
    """Return the effect of ``identity``."""
    return eye(n, dtype=dtype)


def tri(N: int, M: int | None = None, k: int = 0, dtype: str | None = None) -> Effect:  # noqa: ARG001, N803 - as in Keras
    """Return the effect of ``tri``: ones at and below a diagonal."""
    return Effect(TensorType((N, N if M is None else M), dtype or FLOATX))


def window(x: int) -> Effect:
    """Return the effect of a window that weighs so many samples."""
    return Effect(TensorType((x,), FLOATX))


def kaiser(x: int, beta: float) -> Effect:  # noqa: ARG001 - as in Keras
    """Return the effect of ``kaiser``, which TensorFlow does not have for no samples."""
    if x == 0:
        raise ShapeError("needs at least one sample")
    return window(x)


def vander(x: Argument, N: int | None = None, increasing: bool = False) -> Effect:  # noqa: ARG001, FBT001, FBT002, N803
    """Return the effect of ``vander``: a column for each power; FLOPs: one power for each element."""
    x = need_tensor(x, "x")
    need_rank(x, 1)
    shape = (x.shape[0], x.shape[0] if N is None else N)
    return Effect(TensorType(shape, result_type(x.dtype)), flops=product(shape[1:]))


def geomspace(dtype: str | None = None, **arguments: Argument) -> Effect:
    """Return the effect of ``geomspace``, which takes logarithms in the default dtype if it is told none."""
    return spaced(4, dtype=dtype or FLOATX, **arguments)


def spaced(
    flops: int,
    start: Argument,
    stop: Argument,
    num: int = 50,
    endpoint: bool = True,  # noqa: ARG001, FBT001, FBT002 - as in Keras
    retstep: bool = False,  # noqa: FBT001, FBT002 - as in Keras
    dtype: str | None = None,
    axis: int = 0,
    **_: Argument,
) -> Effect:
    """Return the effect of numbers from one tensor to another, with so many FLOPs for each.

    ``linspace``: a product and a sum; ``logspace``: a power more; ``geomspace``: a sign more.
    """
    if dtype is None:
        for value, name in ((start, "start"), (stop, "stop")):
            need_number(value, name)
    ends = (operand(start), operand(stop))
    ground = broadcast(*ends, verb="go between")
    place = axis_of(TensorType(ground, FLOATX), axis, more=1)
    shape: tuple[Dimension, ...] = (*ground[:place], num, *ground[place:])
    found = dtype or result_type(*(end.dtype for end in ends), "float")
    is_constant = not any(isinstance(value, TensorType) for value in (start, stop))
    result = TensorType(shape, found)
    count = 0 if is_constant else times(flops, product(shape[1:]))
    return Effect((result, TensorType(ground, found)) if retstep else result, flops=count)


RULES: dict[str, Rule] = {
    "arange": arange,
    "bartlett": window,
    "blackman": window,
    "empty": filled,
    "empty_like": like,
    "eye": eye,
    "full": full,
    "full_like": full_like,
    "geomspace": geomspace,
    "hamming": window,
    "hanning": window,
    "identity": identity,
    "kaiser": kaiser,
    "linspace": partial(spaced, 2),
    "logspace": partial(spaced, 3),
    "ones": filled,
    "ones_like": like,
    "tri": tri,
    "vander": vander,
    "zeros": filled,
    "zeros_like": like,
}
