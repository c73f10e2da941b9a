"""Cases of ops that change how far axes reach.

TensorFlow's ``pad`` takes one width for all axes only of a vector, and none of numpy's modes but three; its ``diag``
and ``diagonal`` of a matrix refuse a diagonal that lies outside, where numpy's is empty. A third number in the
arguments of ``fold``, but for its kernel's, Keras does not look at; it is refused.
"""

import random
from typing import Any

from agreement import Case, Generator, pick, tensor

from cases.structure import DTYPES, axes, axis, one


def pad(rng: random.Random) -> Case:
    """Return a padding, at times of too few pairs or by more than a mode finds."""
    rank = rng.randint(1, 4)
    count = rank if rng.random() < 0.85 else rng.randint(1, 4)
    pairs: list[Any] = [[rng.randint(0, 3) for _ in range(2)] for _ in range(count)]
    if rng.random() < 0.1:
        pairs = [row[:1] for row in pairs]
    elif rng.random() < 0.05:
        pairs[0] = pairs[0][: rng.randint(1, 2)] + [1] * rng.randrange(2)
    width = rng.choice([pairs, pairs, pairs, pairs, pairs, rng.randint(0, 2), pairs[0]])
    given = pick(
        rng,
        mode=[..., "constant", "constant", "reflect", "symmetric", "edge", "wrap"],
        constant_values=[..., ..., ..., 0, 1, 0.5, 0.0],
    )
    return one(rng, rank, "pad", {"pad_width": width, **given})


def repeat(rng: random.Random) -> Case:
    """Return a repetition of all elements, or of those of an axis."""
    rank = rng.randint(1, 3)
    x = tensor(rng, rank, DTYPES)
    along = rng.choice([None, axis(rng, rank), axis(rng, rank)])
    sizes = [x.get("batch_size"), *x["shape"]]
    size = sizes[along] if along is not None and -rank <= along < rank else 4
    each = [rng.randint(0, 3) for _ in range(size if isinstance(size, int) and rng.random() < 0.8 else 3)]
    repeats = rng.choice([0, 1, 2, 3, [2], each, each])
    return Case("ops.repeat", {"repeats": repeats, "axis": along}, {"x": x}, "x")


def tile(rng: random.Random) -> Case:
    """Return a tiling by fewer, as many or more numbers than there are axes."""
    repeats = [rng.randint(0, 3) for _ in range(rng.randint(1, 4))]
    return one(rng, rng.randint(1, 3), "tile", {"repeats": repeats if rng.random() < 0.8 else 2})


def diag(rng: random.Random) -> Case:
    """Return a diagonal made or taken."""
    return one(rng, rng.choice([1, 2, 2, 3]), "diag", pick(rng, k=[..., 0, 1, -1, 2, -2, 5]), fixed=0.6)


def diagflat(rng: random.Random) -> Case:
    """Return a matrix with all elements on a diagonal."""
    return one(rng, rng.randint(1, 3), "diagflat", pick(rng, k=[..., 0, 1, -1, 4]), among=(1, 2, 3))


def diagonal(rng: random.Random) -> Case:
    """Return the diagonals of two axes."""
    rank = rng.randint(1, 4)
    given = pick(rng, offset=[..., 0, 1, -1, 2, -3, 6])
    if rng.random() < 0.8:
        first, second = (axes(rng, rank, 2) * 2)[:2]
        given |= {"axis1": first, "axis2": second}
    return one(rng, rank, "diagonal", given, fixed=0.5)


def blocks(op: str) -> Generator:
    """Return the generator of ``depth_to_space`` or ``space_to_depth``."""

    def generate(rng: random.Random) -> Case:
        given = pick(rng, data_format=[..., "channels_last", "channels_first", None], block_size=[1, 2, 2, 2, 2, 2, 3])
        rank = 4 if rng.random() < 0.9 else rng.choice([3, 5])
        return one(rng, rank, op, given, among=(2, 4, 4, 8, 9, 36) if op == "depth_to_space" else (2, 4, 6, 6, 6, 9))

    return generate


def _windows(rng: random.Random) -> dict[str, Any]:
    given = pick(
        rng,
        kernel_size=[1, 2, 2, 3, [2, 1], [1, 3]],
        dilation=[..., ..., 1, 2, [1, 2]],
        padding=[..., ..., 1, [0, 1], [2, 1]],
        stride=[..., ..., 2, [1, 2], [3, 1]],
    )
    if rng.random() < 0.05:
        given[rng.choice(["kernel_size", "dilation", "padding", "stride"])] = [1]
    return given


def unfold(rng: random.Random) -> Case:
    """Return the windows of images; an unknown size fails in Keras, but for the batch.

    Where a stride of 3 leaves less than no place, Keras' symbolic size is negative.
    """
    given = _windows(rng) | pick(rng, stride=[1, 1, 2, [1, 2]])
    rank = 4 if rng.random() < 0.9 else rng.choice([3, 5])
    return one(rng, rank, "unfold", given, among=(1, 3, 4, 5, 6), unknown=0.05)


def fold(rng: random.Random) -> Case:
    """Return images of windows, mostly of as many as there are places for."""
    given = {"output_size": rng.choice([2, 4, 5, [4, 3], [6, 5]]), **_windows(rng)}
    pairs = {
        name: [*value, 1][:2] if isinstance(value, list) else [value] * 2
        for name, value in {"dilation": 1, "padding": 0, "stride": 1, **given}.items()
    }
    window, places = 1, 1
    for number in range(2):
        size, kernel, dilation, padding, stride = (
            pairs[name][number] for name in ("output_size", "kernel_size", "dilation", "padding", "stride")
        )
        window *= kernel
        places *= (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    shape: list[Any] = [window * rng.randint(1, 3), max(places, 1)]
    if rng.random() < 0.35:
        shape[rng.randrange(2)] = rng.choice([None, 3, 4, 5, "time"])
    x = {"shape": shape if rng.random() < 0.95 else shape[:1], "dtype": rng.choice(DTYPES)}
    return Case("ops.fold", given, {"x": x}, "x")


CASES: dict[str, Generator] = {
    "ops.pad": pad,
    "ops.repeat": repeat,
    "ops.tile": tile,
    "ops.diag": diag,
    "ops.diagflat": diagflat,
    "ops.diagonal": diagonal,
    "ops.depth_to_space": blocks("depth_to_space"),
    "ops.space_to_depth": blocks("space_to_depth"),
    "ops.unfold": unfold,
    "ops.fold": fold,
}
