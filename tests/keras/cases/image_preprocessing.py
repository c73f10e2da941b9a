"""Cases of layers that give images another size: larger, smaller, without a batch, of every dtype.

CenterCrop gives float32 where it has to resize, whatever its dtype is; over unknown sizes no case asks for another.
RandomCrop leaves images as they are in inference, whatever it promises; cases run it as in training.
What MaxNumBoundingBoxes gives is a mapping that no output can name, so that no case has it.
"""

import random
from functools import partial
from typing import Any

from agreement import Case, Generator, pick, sizes

from cases.convolution import DTYPES

ANY = ["float32"] * 6 + ["float16", "bfloat16", "float64", "int32", "int64", "int8", "uint8", "bool"]


def images(rng: random.Random, data_format: str | None, channels: tuple[int, ...] = (1, 2, 3, 4)) -> dict[str, Any]:
    """Return an input of images, at times of a wrong rank or with a fixed batch."""
    rank = 3 if rng.random() < 0.9 else rng.randrange(5)
    shape = sizes(rng, rank, among=(1, 2, 3, 5, 6, 8, 9), unknown=0.1)
    if rank == 3 and rng.random() < 0.95:
        shape[0 if data_format == "channels_first" else 2] = rng.choice(channels)
    spec = {"shape": shape, "dtype": rng.choice(ANY)}
    return {**spec, "batch_size": 2} if rng.random() < 0.1 else spec


def base(rng: random.Random) -> dict[str, Any]:
    """Return the arguments that all layers of images have."""
    formats = [..., ..., "channels_last", "channels_first"]
    return pick(rng, data_format=formats, dtype=DTYPES, autocast=[..., ..., False])


def sized(name: str, rng: random.Random) -> Case:
    """Return a call of a layer that makes images of one size."""
    arguments = base(rng) | pick(rng, height=[1, 2, 3, 5, 9], width=[1, 2, 4, 6, 9])
    if name == "Resizing":
        methods = [..., "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"]
        flags = [..., ..., False, True]
        arguments |= pick(
            rng,
            interpolation=methods,
            crop_to_aspect_ratio=flags,
            pad_to_aspect_ratio=flags,
            antialias=flags,
            fill_value=[..., ..., 1.0],
        )
    x = images(rng, arguments.get("data_format"))
    if name == "CenterCrop" and not all(isinstance(size, int) for size in x["shape"]):
        arguments.pop("dtype", None)
    return Case(name, arguments, {"x": x}, "x")


CASES: dict[str, Generator] = {name: partial(sized, name) for name in ("Resizing", "CenterCrop", "RandomCrop")}
