"""Cases of pooling: windows over the size, strides over the window, channels at either end, numbers of every dtype.

TensorFlow has no MaxPooling3D for float64, as other backends have, and no case asks for it. Where adaptive pooling over
two axes gets a tensor with one or three, Keras promises one shape and gives another; the rule refuses that.
"""

import random
from functools import partial
from typing import Any

from agreement import Case, Generator, pick

from cases.convolution import DTYPES, one_or_each, spatial_input

ANY = ["float32"] * 6 + ["float16", "bfloat16", "float64", "int32", "int64", "int8", "uint8", "bool"]

LACKING_3D = {
    "MaxPooling": frozenset({"float64"}),
    "AdaptiveMaxPooling": frozenset({"float64", "float16", "mixed_float16"}),
    "AdaptiveAveragePooling": frozenset({"float64", "float16", "mixed_float16"}),
}


def base(rng: random.Random) -> dict[str, Any]:
    """Return the arguments that all pooling layers have."""
    formats = [..., ..., "channels_last", "channels_first"]
    return pick(rng, data_format=formats, dtype=DTYPES, autocast=[..., ..., False])


def float32_for_3d(name: str, count: int, arguments: dict[str, Any], x: dict[str, Any]) -> dict[str, Any]:
    """Return an input for a layer over three axes whose dtype TensorFlow's kernels have."""
    lacking = LACKING_3D.get(name, frozenset())
    if count == 3 and lacking & {x["dtype"], arguments.get("dtype")}:
        x["dtype"] = arguments["dtype"] = "float32"
    return x


def window(name: str, count: int, rng: random.Random) -> Case:
    """Return a call of MaxPooling or AveragePooling."""
    arguments = base(rng) | pick(rng, padding=["valid", "same", ...])
    if name.startswith("Average") or rng.random() < 0.8:
        arguments["pool_size"] = one_or_each(rng, count, [1, 2, 2, 3, 4])
    if rng.random() < 0.5:
        arguments["strides"] = rng.choice([None, one_or_each(rng, count, [1, 2, 3, 5])])
    x = float32_for_3d(name, count, arguments, spatial_input(rng, count, dtypes=ANY))
    return Case(f"{name}{count}D", arguments, {"x": x}, "x")


def whole(name: str, count: int, rng: random.Random) -> Case:
    """Return a call of a global pooling, of an average over one axis at times with a mask."""
    arguments = base(rng) | pick(rng, keepdims=[..., True, False])
    inputs = {"x": spatial_input(rng, count, dtypes=ANY)}
    feed: Any = "x"
    if f"{name}{count}D" == "GlobalAveragePooling1D" and len(inputs["x"]["shape"]) == 2 and rng.random() < 0.3:
        axis = 1 if arguments.get("data_format") == "channels_first" else 0
        steps = inputs["x"]["shape"][axis] if rng.random() < 0.8 else rng.choice([1, 3, "time"])
        shape = [steps] if rng.random() < 0.9 else []
        inputs["m"] = {**inputs["x"], "shape": shape, "dtype": rng.choice(["bool", "int32", "float32"])}
        feed = {"inputs": "x", "mask": "m"}
    return Case(f"{name}{count}D", arguments, inputs, feed)


def adaptive(name: str, count: int, rng: random.Random) -> Case:
    """Return a call of AdaptiveMaxPooling or AdaptiveAveragePooling."""
    arguments = base(rng) | {"output_size": one_or_each(rng, count, [1, 2, 3, 5, 9])}
    x = float32_for_3d(name, count, arguments, spatial_input(rng, count, dtypes=ANY))
    if len(x["shape"]) in {2, 3, 4} and len(x["shape"]) != count + 1:
        x["shape"] = x["shape"][:1]
    return Case(f"{name}{count}D", arguments, {"x": x}, "x")


KINDS = {
    "MaxPooling": window,
    "AveragePooling": window,
    "GlobalMaxPooling": whole,
    "GlobalAveragePooling": whole,
    "AdaptiveMaxPooling": adaptive,
    "AdaptiveAveragePooling": adaptive,
}
CASES: dict[str, Generator] = {
    f"{name}{count}D": partial(case, name, count) for name, case in KINDS.items() for count in (1, 2, 3)
}
