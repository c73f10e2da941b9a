"""Cases of convolutions: windows over the size, channels at either end, groups, dilation, dtypes.

Keras builds a layer that is an activation at the first run, so that PReLU takes sizes that are unknown before; no case
asks for that. With padding ``same``, an even kernel and ``output_padding`` 0, TensorFlow runs only what comes out
empty, and the rule refuses that too.
"""

import random
from collections.abc import Mapping
from functools import partial
from typing import Any

from agreement import Case, Generator, pick, sizes

COUNT = {"1D": 1, "2D": 2, "3D": 3}
ACTIVATIONS = [..., ..., "relu", "softmax", "glu", "linear", {"LeakyReLU": {}}, {"PReLU": {}}]
DTYPES = [..., ..., ..., "float16", "mixed_float16", "float64", "bfloat16", "mixed_bfloat16"]

NUMBERS = ["float32"] * 8 + ["float16", "float64", "bfloat16", "int32", "uint8", "bool"]


def spatial_count(name: str) -> int:
    """Return over how many axes a layer slides."""
    return COUNT[name.removesuffix("Transpose")[-2:]]


def one_or_each(rng: random.Random, count: int, choices: list[int]) -> Any:
    """Return one number, or a list with one for each axis."""
    if rng.random() < 0.6:
        return rng.choice(choices)
    return [rng.choice(choices) for _ in range(count)]


def spatial_input(rng: random.Random, count: int, dtypes: list[str] = NUMBERS) -> dict[str, Any]:
    """Return an input for a layer over so many axes, at times of a wrong rank, or without channels."""
    rank = count + 1 if rng.random() < 0.93 else rng.randrange(5)
    shape = sizes(rng, rank, among=(1, 2, 3, 4, 5, 6, 7, 8), unknown=0.12)
    for axis in (0, -1):
        if shape and rng.random() < 0.85:
            shape[axis] = rng.choice([1, 2, 3, 4, 6])
    spec: dict[str, Any] = {"shape": shape, "dtype": rng.choice(dtypes)}
    if rng.random() < 0.1:
        spec["batch_size"] = 2
    return spec


def window_arguments(rng: random.Random, count: int, x: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that all convolutions have."""
    known = all(isinstance(size, int) for size in x["shape"])
    arguments = pick(
        rng,
        use_bias=[True, False, ...],
        activation=ACTIVATIONS if known else ACTIVATIONS[:-1],
        dtype=DTYPES,
        autocast=[..., ..., ..., False],
        data_format=[..., ..., "channels_last", "channels_first"],
    )
    arguments["kernel_size"] = one_or_each(rng, count, [1, 1, 2, 3, 3, 5])
    which = rng.random()
    if which < 0.4:
        arguments["strides"] = one_or_each(rng, count, [1, 2, 3])
    if which > 0.3 and rng.random() < 0.4:
        arguments["dilation_rate"] = one_or_each(rng, count, [1, 2, 3])
    return arguments


def convolution(name: str, rng: random.Random) -> Case:
    """Return a call of Conv1D, Conv2D or Conv3D."""
    count = spatial_count(name)
    paddings = ["valid", "same", ..., "causal"] if count == 1 else ["valid", "same", ...]
    x = spatial_input(rng, count)
    arguments = window_arguments(rng, count, x)
    arguments |= pick(rng, filters=[1, 2, 4, 6], padding=paddings, groups=[..., ..., ..., 1, 2, 3])
    if rng.random() < 0.15:
        arguments["lora_rank"] = rng.choice([1, 2])
        arguments |= pick(rng, lora_alpha=[..., 2.0], kernel_constraint=[..., ..., "non_neg"])
    return Case(name, arguments, {"x": x}, "x")


def transposed(name: str, rng: random.Random) -> Case:
    """Return a call of a transposed convolution."""
    count = spatial_count(name)
    x = spatial_input(rng, count)
    arguments = window_arguments(rng, count, x) | pick(rng, filters=[1, 2, 4], padding=["valid", "same", ...])
    if rng.random() < 0.4:
        arguments["output_padding"] = one_or_each(rng, count, [0, 0, 1, 2])
        x["shape"] = [2 if size == 1 else size for size in x["shape"]]
    return Case(name, arguments, {"x": x}, "x")


def depthwise(name: str, rng: random.Random) -> Case:
    """Return a call of a depthwise convolution."""
    count = spatial_count(name)
    x = spatial_input(rng, count)
    arguments = window_arguments(rng, count, x)
    arguments |= pick(rng, depth_multiplier=[..., 1, 2, 3], padding=["valid", "same", ...])
    return Case(name, arguments, {"x": x}, "x")


def separable(name: str, rng: random.Random) -> Case:
    """Return a call of a separable convolution."""
    case = depthwise(name, rng)
    return Case(name, {**case.arguments, "filters": rng.choice([1, 2, 5])}, case.inputs, "x")


CASES: dict[str, Generator] = {
    **{f"Conv{count}": partial(convolution, f"Conv{count}") for count in COUNT},
    **{f"Conv{count}Transpose": partial(transposed, f"Conv{count}Transpose") for count in COUNT},
    **{f"DepthwiseConv{count}": partial(depthwise, f"DepthwiseConv{count}") for count in ("1D", "2D")},
    **{f"SeparableConv{count}": partial(separable, f"SeparableConv{count}") for count in ("1D", "2D")},
}
