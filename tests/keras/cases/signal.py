"""Cases of Fourier transforms and frames.

Left out: ``irfft`` of one number to none, which ends the process; centered ``istft`` of an ``fft_length`` of 1, of
which TensorFlow cuts off everything.
"""

import random
from typing import Any

from agreement import Case, Generator, pick, sizes

from cases.linear import spoiled, tensor

DTYPES = ["float32"] * 6 + ["float64", "float64", "float16", "int32"]


def parts(rng: random.Random, shape: list[Any]) -> dict[str, Any]:
    """Return a real and an imaginary part, mostly of one shape and dtype."""
    dtypes = [rng.choice(DTYPES)] if rng.random() < 0.9 else DTYPES
    return {"re": tensor(rng, shape, dtypes), "im": tensor(rng, spoiled(rng, shape, 0.08), dtypes)}


def of_pair(what: str, **choices: list[Any]) -> Generator:
    """Return a generator of transforms of two parts."""

    def generate(rng: random.Random) -> Case:
        shape = sizes(rng, rng.choice([0, 1, 2, 2, 3, 3]), unknown=0.06)
        arguments = pick(rng, **choices)
        if what == "ops.irfft" and arguments.get("fft_length") is None:
            shape = [*shape[:-1], rng.choice([2, 5, 8, None, "steps"])]
        return Case(what, arguments, parts(rng, shape), {"x": ["re", "im"]})

    return generate


def rfft(rng: random.Random) -> Case:
    """Return a transform of real numbers."""
    x = tensor(rng, sizes(rng, rng.randrange(4)), DTYPES)
    return Case("ops.rfft", pick(rng, fft_length=[..., None, 1, 4, 9]), {"x": x}, "x")


def framing(rng: random.Random) -> dict[str, Any]:
    """Return lengths of frames that mostly go together."""
    length = rng.choice([2, 3, 4, 8])
    arguments = pick(
        rng, sequence_stride=[1, 2, 3, 5], fft_length=[length, length, 8, 9, 2],
        window=[..., ..., "hamming", None, [1.0] * length, [0.5] * 3], center=[..., False, False],
    )  # fmt: skip
    return {"sequence_length": length, **arguments}


def stft(rng: random.Random) -> Case:
    """Return a transform of frames."""
    x = tensor(rng, [*sizes(rng, rng.randrange(2)), rng.choice([3, 6, 16, 21, None, "steps"])], DTYPES)
    return Case("ops.stft", framing(rng), {"x": x}, "x")


def istft(rng: random.Random) -> Case:
    """Return the inverse transform of frames."""
    arguments = {**framing(rng), **pick(rng, length=[..., ..., None, 3, 5])}
    bins = rng.choice([arguments["fft_length"] // 2 + 1] * 8 + [3, None])
    frames = rng.choice([1, 2, 5, 7, None, "steps"])
    x = parts(rng, [*sizes(rng, rng.randrange(2), unknown=0), frames, bins])
    return Case("ops.istft", arguments, x, {"x": ["re", "im"]})


def extract_sequences(rng: random.Random) -> Case:
    """Return frames of a signal."""
    x = tensor(rng, [*sizes(rng, rng.randrange(2)), rng.choice([1, 6, 16, None, "steps"])], [*DTYPES, "bool", "uint8"])
    arguments = pick(rng, sequence_length=[1, 3, 4, 8], sequence_stride=[1, 2, 5, 20])
    return Case("ops.extract_sequences", arguments, {"x": x}, "x")


CASES: dict[str, Generator] = {
    "ops.extract_sequences": extract_sequences,
    "ops.fft": of_pair("ops.fft"),
    "ops.fft2": of_pair("ops.fft2"),
    "ops.ifft2": of_pair("ops.ifft2"),
    "ops.irfft": of_pair("ops.irfft", fft_length=[..., None, 1, 4, 9]),
    "ops.istft": istft,
    "ops.rfft": rfft,
    "ops.stft": stft,
}
