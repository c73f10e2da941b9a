"""Rules of the layers that turn signals into spectrograms."""

import math

from graphspec.shapes.dimension import Dimension, plus, product, show, times
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import (
    Effect,
    LayerType,
    ShapeError,
    TensorType,
    Weight,
    need_min_rank,
    need_rank,
    need_size,
)
from graphspec.shapes.windows import slid

_MEL_WINDOWS = ("hann", "hamming")
_FLOPS_OF_A_MAGNITUDE = 5
_FLOPS_OF_A_DECIBEL = 6
_STFT_FLOATS = frozenset({"float16", "float32", "float64"})
# What each mode computes for each frequency after the two convolutions.
_STFT_FLOPS = {"real": 0, "imag": 0, "stft": 0, "angle": 1, "psd": 4, "magnitude": 5, "log": 7}


def mel_spectrogram(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of MelSpectrogram: ``(..., samples) -> (..., num_mel_bins, frames)``.

    Frames are centred: half an FFT is padded at both ends. FLOPs for each frame: 2.5 N log2 N for a real FFT of length
    N (http://www.fftw.org/speed.html), five for each magnitude, a multiply-add for each mel weight, six for a decibel.
    """
    length, stride, mels = layer["fft_length"], layer["sequence_stride"], layer["num_mel_bins"]
    _need_mel_arguments(layer, inputs)
    need_min_rank(inputs, 1)
    samples, half = inputs.shape[-1], length // 2
    if isinstance(samples, int) and samples <= half:
        raise ShapeError(
            f"reflects {half} samples at both ends, and gets {samples}: ", inputs, help='lower "fft_length"'
        )
    frames = slid(plus(samples, 2 * half), length, stride, "valid")
    bins = length // 2 + 1
    decibels = _FLOPS_OF_A_DECIBEL * mels if layer["power_to_db"] else 0
    transform = round(2.5 * length * math.log2(length))
    per_frame = transform + bins * (_FLOPS_OF_A_MAGNITUDE + 2 * mels) + decibels
    shape = (*inputs.shape[:-1], mels, frames)
    return Effect(TensorType(shape, layer.compute_dtype), flops=times(product((*shape[1:-2], frames)), per_frame))


def _need_mel_arguments(layer: LayerType, inputs: TensorType) -> None:
    length = layer["sequence_length"] or layer["fft_length"]
    window = layer["window"]
    if length > layer["fft_length"]:
        raise ShapeError(f'has a "sequence_length" of {length}, more than its "fft_length" of {layer["fft_length"]}')
    if isinstance(window, str) and window not in _MEL_WINDOWS:
        raise ShapeError(f'knows no window "{window}"', help=f"it knows {' and '.join(_MEL_WINDOWS)}")
    if isinstance(window, tuple) and len(window) != length:
        raise ShapeError(f"has a window of {len(window)} values for frames of {length}")
    if inputs.dtype == "string":
        raise ShapeError("cannot transform string: ", inputs)
    if layer.compute_dtype == "float64" and layer["power_to_db"]:
        raise ShapeError("cannot compute decibels in float64", help='write "power_to_db: false", or another dtype')


def stft_spectrogram(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of STFTSpectrogram, a convolution with fixed kernels that Keras counts as trainable.

    FLOPs: a multiply-add for each weight at each frame and channel, and what the mode computes for each frequency.
    """
    need_rank(inputs, 3, help="an STFTSpectrogram takes (batch, samples, channels)")
    step, length = _stft_lengths(layer)
    if inputs.dtype not in _STFT_FLOATS:
        raise ShapeError(f"transforms float16, float32 and float64, not {inputs.dtype}: ", inputs)
    last = layer["data_format"] != "channels_first"
    channels = need_size(inputs, 2 if last else 1)
    samples = inputs.shape[1 if last else 2]
    frames = slid(samples, layer["frame_length"], step, layer["padding"])
    if isinstance(frames, int) and frames < 1:
        raise ShapeError(
            f"has frames of {layer['frame_length']} samples, and gets {show(samples)}: ", inputs,
            help='write "padding: same", or lower "frame_length"',
        )  # fmt: skip
    bins = length // 2 + 1
    kernels = [kind for kind in ("real", "imag") if layer["mode"] not in {"real", "imag"} - {kind}]
    shape = (layer["frame_length"], 1, bins)
    weights = tuple(Weight(f"{kind}_kernel", shape, layer.variable_dtype) for kind in kernels)
    per_frame = channels * bins * (2 * layer["frame_length"] * len(kernels) + _STFT_FLOPS[layer["mode"]])
    frequencies = 2 * bins if layer["mode"] == "stft" else bins
    made = (inputs.shape[0], *_arranged(layer, frames, frequencies, channels, last=last))
    return Effect(TensorType(made, inputs.dtype), weights, times(frames, per_frame))


def _stft_lengths(layer: LayerType) -> tuple[int, int]:
    """Return the step between frames and the length of the transform."""
    frame = layer["frame_length"]
    step = layer["frame_step"] or frame // 2
    if not 0 < step <= frame:
        raise ShapeError(f'has a "frame_step" of {step}, which has to be from 1 to the "frame_length" of {frame}')
    length = layer["fft_length"] or 2 ** math.ceil(math.log2(frame))
    if length < frame:
        raise ShapeError(f'has an "fft_length" of {length}, less than its "frame_length" of {frame}')
    if isinstance(layer["window"], tuple) and len(layer["window"]) != frame:
        raise ShapeError(f"has a window of {len(layer['window'])} values for frames of {frame}")
    return step, length


def _arranged(
    layer: LayerType, frames: Dimension, frequencies: int, channels: int, *, last: bool
) -> tuple[Dimension, ...]:
    if layer["expand_dims"]:
        return (frames, frequencies, channels) if last else (channels, frames, frequencies)
    return (frames, channels * frequencies) if last else (channels * frequencies, frames)


RULES: dict[str, Rule] = {"MelSpectrogram": mel_spectrogram, "STFTSpectrogram": stft_spectrogram}
