"""Fourier transforms, and the frames that they are taken of."""

from collections.abc import Callable

from graphspec.shapes.dimension import Count, Dimension, Shape, plus, product, quotient, show, times, unlike
from graphspec.shapes.dtypes import need_dtype, need_same_dtype
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, need_min_rank
from graphspec.shapes.windows import slid

_FLOATS = frozenset({"float32", "float64"})
Pair = tuple[TensorType, TensorType]


def fft_flops(length: Dimension) -> Count:
    """Return the FLOPs of a transform of so many complex numbers: 5 n log2(n), the logarithm rounded up.

    Source: https://www.fftw.org/speed/method.html
    """
    return 5 * length * (length - 1).bit_length() if isinstance(length, int) else None


def transform(axes: int) -> Callable[..., Effect]:
    """Return the rule of a transform along the last axes of a real and an imaginary part."""

    def rule(x: Pair) -> Effect:
        real, _ = _pair(x, axes)
        sizes = real.shape[-axes:]
        if not all(isinstance(size, int) for size in sizes):
            last = "dimension" if axes == 1 else f"{axes} dimensions"
            raise ShapeError(f"needs the size of the last {last}, and gets ", real)
        others = product(real.shape[1:-axes])
        flops = times(others, fft_flops(product(sizes)))
        return Effect(x, flops=flops)

    return rule


def rfft(x: TensorType, fft_length: int | None) -> Effect:
    """Return the effect of ``rfft``: of n real numbers, n // 2 + 1 complex ones in two parts; half the FLOPs."""
    need_min_rank(x, 1)
    need_dtype(x, _FLOATS)
    length = x.shape[-1] if fft_length is None else fft_length
    part = TensorType((*x.shape[:-1], plus(quotient(length, 2), 1)), x.dtype)
    return Effect((part, part), flops=_halved(product(x.shape[1:-1]), length))


def irfft(x: Pair, fft_length: int | None) -> Effect:
    """Return the effect of ``irfft``: of n complex numbers in two parts, 2 (n - 1) real ones; FLOPs as ``rfft``."""
    real, _ = _pair(x, 1)
    length = times(2, plus(real.shape[-1], -1)) if fft_length is None else fft_length
    if length == 0:
        raise ShapeError("would make no samples of ", real, help="give fft_length")
    shape: Shape = (*real.shape[:-1], length)
    return Effect(TensorType(shape, real.dtype), flops=_halved(product(shape[1:-1]), length))


def stft(
    x: TensorType,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Argument,
    *,
    center: bool,
) -> Effect:
    """Return the effect of ``stft``: ``(..., n) -> (..., frames, fft_length // 2 + 1)``, in two parts.

    FLOPs: a product with the window and a real transform for each frame.
    """
    need_dtype(x, _FLOATS)
    need_min_rank(x, 1)
    _check_lengths(sequence_length, fft_length, window)
    reach = fft_length // 2 if center else 0
    samples = x.shape[-1]
    if isinstance(samples, int) and samples <= reach:
        raise ShapeError(
            f"reflects {reach} samples at either end, and gets {samples}: ", x,
            help="use center: false, or a smaller fft_length",
        )  # fmt: skip
    frames = _frames(x, plus(samples, 2 * reach), fft_length, sequence_stride)
    part = TensorType((*x.shape[:-1], frames, fft_length // 2 + 1), x.dtype)
    count = product((*x.shape[1:-1], frames))
    return Effect((part, part), flops=plus(times(count, fft_length), _halved(count, fft_length)))


def istft(
    x: Pair,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None,
    window: Argument,
    *,
    center: bool,
) -> Effect:
    """Return the effect of ``istft``: ``(..., frames, fft_length // 2 + 1) -> (..., n)``, of two parts.

    FLOPs: a real transform, a product with the window and a sum for each frame.
    """
    real, _ = _pair(x, 2)
    if window is not None:
        _check_lengths(sequence_length, fft_length, window)
    frames = real.shape[-2]
    reach = fft_length // 2 if center else 0
    whole = plus(times(plus(frames, -1), sequence_stride), fft_length)
    samples = plus(whole, -2 * reach) if length is None else _at_most(plus(whole, -reach), length)
    count = product(real.shape[1:-1])
    flops = plus(times(count, 2 * fft_length), _halved(count, fft_length))
    return Effect(TensorType((*real.shape[:-2], samples), real.dtype), flops=flops)


def _at_most(samples: Dimension, length: int) -> int:
    return max(0, min(samples, length)) if isinstance(samples, int) else length


def extract_sequences(x: TensorType, sequence_length: int, sequence_stride: int) -> Effect:
    """Return the effect of ``extract_sequences``: ``(..., n) -> (..., sequences, sequence_length)``."""
    need_min_rank(x, 1)
    count = _frames(x, x.shape[-1], sequence_length, sequence_stride)
    return Effect(TensorType((*x.shape[:-1], count, sequence_length), x.dtype))


def _frames(x: TensorType, samples: Dimension, length: int, stride: int) -> Dimension:
    found = slid(samples, length, stride, "valid")
    if isinstance(found, int) and found < 0:
        raise ShapeError(f"cannot take frames of {length} from {show(samples)} samples: ", x)
    return found


def _halved(count: Count, length: Dimension) -> Count:
    flops = fft_flops(length)
    return times(count, quotient(flops, 2))


def _check_lengths(sequence_length: int, fft_length: int, window: Argument) -> None:
    if fft_length < sequence_length:
        raise ShapeError(
            f"needs an fft_length of {sequence_length} at least, its sequence_length, and has {fft_length}"
        )
    if isinstance(window, tuple) and len(window) != sequence_length:
        raise ShapeError(f"needs a window of {sequence_length} numbers, its sequence_length, and has {len(window)}")


def _pair(x: Pair, rank: int) -> Pair:
    real, imaginary = x
    if real.rank != imaginary.rank or any(unlike(*pair) for pair in zip(real.shape, imaginary.shape, strict=True)):
        raise ShapeError("needs a real and an imaginary part of one shape, and gets ", real, " and ", imaginary)
    need_min_rank(real, rank)
    need_dtype(real, _FLOATS)
    need_same_dtype(real, imaginary)
    return real, imaginary


RULES = {
    "extract_sequences": extract_sequences,
    "fft": transform(1),
    "fft2": transform(2),
    "ifft2": transform(2),
    "irfft": irfft,
    "istft": istft,
    "rfft": rfft,
    "stft": stft,
}
