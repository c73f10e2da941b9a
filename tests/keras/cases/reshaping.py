"""Cases of layers that move elements: sizes that do not multiply to the same, crops of all there is, named sizes."""

import math
import random
from functools import partial
from typing import Any

from agreement import Case, Generator, pick, sizes

from cases.convolution import DTYPES, one_or_each, spatial_input

ANY = ["float32"] * 6 + ["float16", "bfloat16", "float64", "int32", "int64", "int8", "uint8", "bool"]


def base(rng: random.Random) -> dict[str, Any]:
    """Return the arguments that all layers have."""
    return pick(rng, dtype=DTYPES, autocast=[..., ..., False])


def any_input(rng: random.Random, rank: int) -> dict[str, Any]:
    """Return an input of so many dimensions without the batch."""
    spec = {"shape": sizes(rng, rank, among=(1, 2, 3, 4, 6)), "dtype": rng.choice(ANY)}
    return {**spec, "batch_size": 2} if rng.random() < 0.1 else spec


def reshape(rng: random.Random) -> Case:
    """Return a call of Reshape, mostly to a shape that holds as many elements, or to one with an open size."""
    x = any_input(rng, rng.randrange(4))
    total = math.prod(size for size in x["shape"] if isinstance(size, int))
    first = rng.choice([number for number in range(1, total + 1) if total % number == 0])
    target: list[int | None] = [first, total // first]
    if rng.random() < 0.5:
        target[rng.randrange(2)] = rng.choice([-1, -1, None])
    if rng.random() < 0.3:
        target.insert(rng.randrange(3), rng.choice([1, 1, 2, 5, 0, -1]))
    if rng.random() < 0.1:
        target = rng.choice([[], [-1], [total], [None]])
    return Case("Reshape", base(rng) | {"target_shape": target}, {"x": x}, "x")


def flatten(rng: random.Random) -> Case:
    """Return a call of Flatten."""
    arguments = base(rng) | pick(rng, data_format=[..., "channels_last", "channels_first"])
    return Case("Flatten", arguments, {"x": any_input(rng, rng.randrange(5))}, "x")


def permute(rng: random.Random) -> Case:
    """Return a call of Permute, at times with too few dimensions, or one of them twice."""
    rank = rng.randrange(1, 5)
    dims = rng.sample(range(1, rank + 1), rank)
    if rng.random() < 0.2:
        dims[0] = rng.randrange(1, 6)
    x = any_input(rng, rank if rng.random() < 0.8 else rng.randrange(5))
    return Case("Permute", base(rng) | {"dims": dims}, {"x": x}, "x")


def repeat_vector(rng: random.Random) -> Case:
    """Return a call of RepeatVector."""
    x = any_input(rng, 1 if rng.random() < 0.8 else rng.randrange(4))
    return Case("RepeatVector", base(rng) | {"n": rng.choice([1, 2, 5])}, {"x": x}, "x")


def up_sampling(count: int, rng: random.Random) -> Case:
    """Return a call of UpSampling, over two axes at times with an interpolation."""
    arguments = base(rng) | {"size": rng.choice([1, 2, 3]) if count == 1 else one_or_each(rng, count, [1, 2, 3])}
    if count > 1:
        arguments |= pick(rng, data_format=[..., "channels_last", "channels_first"])
    if count == 2:
        arguments |= pick(rng, interpolation=[..., "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"])
    return Case(f"UpSampling{count}D", arguments, {"x": spatial_input(rng, count, dtypes=ANY)}, "x")


def sides(rng: random.Random, count: int) -> Any:
    """Return one number, a pair for one axis, or a number or pair for each."""
    numbers = [0, 0, 1, 1, 2, 3]
    if rng.random() < 0.3:
        return rng.choice(numbers)
    pairs = [[rng.choice(numbers), rng.choice(numbers)] for _ in range(count)]
    if count == 1:
        return pairs[0]
    return pairs if rng.random() < 0.6 else [rng.choice([pair, pair[0]]) for pair in pairs]


def padded(name: str, argument: str, count: int, rng: random.Random) -> Case:
    """Return a call of ZeroPadding or Cropping."""
    arguments = base(rng)
    if rng.random() < 0.85:
        arguments[argument] = sides(rng, count)
    if name == "ZeroPadding" or count > 1:
        arguments |= pick(rng, data_format=[..., "channels_last", "channels_first"])
    return Case(f"{name}{count}D", arguments, {"x": spatial_input(rng, count, dtypes=ANY)}, "x")


CASES: dict[str, Generator] = {
    "Reshape": reshape,
    "Flatten": flatten,
    "Permute": permute,
    "RepeatVector": repeat_vector,
    **{f"UpSampling{count}D": partial(up_sampling, count) for count in (1, 2, 3)},
    **{f"ZeroPadding{count}D": partial(padded, "ZeroPadding", "padding", count) for count in (1, 2, 3)},
    **{f"Cropping{count}D": partial(padded, "Cropping", "cropping", count) for count in (1, 2, 3)},
}
