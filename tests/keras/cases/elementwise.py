"""Cases of ops that work on each element, broadcast two tensors, or choose among them.

Left out, since TensorFlow alone lacks a kernel: ``i0`` of bfloat16, ``isin`` of complex numbers, and bool as a plain
operand beside bfloat16.
"""

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from agreement import Case, Generator, array_of, pick, sizes

from graphspec.catalog import catalog
from graphspec.shapes.ops import elementwise, selection

INTEGERS = ["int32", "int64", "uint8", "int16", "uint32", "int8", "uint16"]
FLOATS = ["float32", "float16", "bfloat16", "float64"]
DTYPES = [*FLOATS, *FLOATS, "float32", *INTEGERS, "bool", "complex64"]
NUMBERS = [0, 1, 2, 0.5, 2.0]
LISTS = [[1, 2, 3], [0.5, 1.0], [[1], [2]], [True]]
ARRAYS = [
    {"constant": [1, 2, 3], "dtype": "int32"},
    {"constant": [[0.5], [1.5]], "dtype": "float32"},
    {"constant": 2, "dtype": "int64"},
]
EXTRA: Mapping[str, Mapping[str, list[Any]]] = {
    "cast": {"dtype": [*FLOATS, *INTEGERS, "bool", "complex64"]},
    "saturate_cast": {"dtype": [*FLOATS, *INTEGERS]},
    "array": {"dtype": ["float16", "int32", None, ...]},
    "convert_to_tensor": {"dtype": ["float16", "int32", None, ...]},
    "threshold": {"threshold": [0.5, 0], "default_value": [0, 1.5]},
    "celu": {"alpha": [0.5, ...]},
    "elu": {"alpha": [0.5, ...]},
    "gelu": {"approximate": [False, ...]},
    "leaky_relu": {"negative_slope": [0.3, ...]},
    "nan_to_num": {"nan": [1.0, ...], "posinf": [2.0, ...]},
    "round": {"decimals": [1, 2, ...]},
    "squareplus": {"b": [2, ...]},
    "softmax": {"axis": [0, 1, -1, -2, 3, None, [0, 1], [1], ...]},
    "log_softmax": {"axis": [0, 1, -1, -2, 3, None, [0, 1], ...]},
    "sparsemax": {"axis": [0, 1, -1, -2, 3, ...]},
    "glu": {"axis": [0, 1, -1, -2, 3, ...]},
    "isclose": {"equal_nan": [True, ...]},
    "allclose": {"rtol": [0.1, ...]},
    "isin": {"invert": [True, ...], "assume_unique": [True, ...]},
}
WHOLE_TENSORS = {"hypot", "heaviside", "bitwise_and", "bitwise_or", "bitwise_xor", "lcm", "gcd"}
OF_INTEGERS = {"gcd", "lcm"} | {name for name in elementwise.RULES if name.startswith(("bitwise", "left_", "right_"))}
# An integer is not divided by 0.
DIVISIONS = {"floor_divide", "mod", "fmod"}
BINARY = {
    **dict.fromkeys(elementwise.RULES, ("x1", "x2")),
    **dict.fromkeys(OF_INTEGERS - {"gcd", "lcm"}, ("x", "y")),
    "polar": ("abs_", "angle"),
    "isin": ("x1", "x2"),
}


def tensor(rng: random.Random, *, dtypes: list[str] = DTYPES, among: tuple[Any, ...] = (1, 2, 3)) -> dict[str, Any]:
    """Return an input of any dtype, at times with a batch of a fixed size."""
    found: dict[str, Any] = {"shape": sizes(rng, rng.randrange(4), among), "dtype": rng.choice(dtypes)}
    return {**found, "batch_size": rng.choice([1, 2, 3])} if rng.random() < 0.2 else found


def alike(rng: random.Random, other: Mapping[str, Any], dtypes: list[str] = DTYPES) -> dict[str, Any]:
    """Return an input that mostly broadcasts with another."""
    if rng.random() < 0.35:
        return tensor(rng, dtypes=dtypes)
    shape = [size if rng.random() < 0.7 else 1 for size in other["shape"]]
    dtype = rng.choice([other["dtype"], other["dtype"], *dtypes])
    return {**other, "shape": shape[rng.randrange(2) if len(shape) > 2 else 0 :], "dtype": dtype}


def unary(rng: random.Random, name: str) -> Case:
    """Return a call with one tensor."""
    dtypes = [dtype for dtype in DTYPES if (name, dtype) != ("i0", "bfloat16")]
    if name in OF_INTEGERS:
        dtypes += INTEGERS
    among = (1, 2, 4, 6, 8, 3) if name == "glu" else (1, 2, 3)
    return Case(f"ops.{name}", pick(rng, **EXTRA.get(name, {})), {"x": tensor(rng, dtypes=dtypes, among=among)}, "x")


def binary(rng: random.Random, name: str) -> Case:
    """Return a call with two tensors, one of them at times a number, a list or a constant."""
    first, second = BINARY[name]
    dtypes = DTYPES + INTEGERS * 3 if name in OF_INTEGERS else DTYPES[:-1] if name == "isin" else DTYPES
    a = tensor(rng, dtypes=dtypes)
    arguments = pick(rng, **EXTRA.get(name, {}))
    if rng.random() < 0.25:
        own, other = rng.choice([(first, second), (first, second), (second, first)])
        if name in DIVISIONS:
            return Case(f"ops.{name}", {"x2": rng.choice([1, 2, 0.5])}, {"a": a}, {"x1": "a"})
        choices = ARRAYS if name in WHOLE_TENSORS and rng.random() < 0.8 else [*NUMBERS, *NUMBERS, *LISTS, *ARRAYS]
        return Case(f"ops.{name}", {**arguments, other: rng.choice(choices)}, {"a": a}, {own: "a"})
    b = alike(rng, a, dtypes)
    if name not in DIVISIONS or "float" in b["dtype"]:
        return Case(f"ops.{name}", arguments, {"a": a, "b": b}, [*"ab"])
    b["batch_size"] = b.get("batch_size", 3)
    divisors = np.ones_like(array_of(np.random.default_rng(0), b["shape"], b["dtype"], b["batch_size"]))
    return Case(f"ops.{name}", arguments, {"a": a, "b": b}, [*"ab"], data={"b": divisors})


def ldexp(rng: random.Random) -> Case:
    """Return a power of two: the exponent is mostly an integer."""
    a = tensor(rng)
    if rng.random() < 0.2:
        return Case("ops.ldexp", {"x2": rng.choice(NUMBERS)}, {"a": a}, {"x1": "a"})
    b = alike(rng, a) | {"dtype": rng.choice([*INTEGERS, *INTEGERS, *DTYPES])}
    return Case("ops.ldexp", {}, {"a": a, "b": b}, ["a", "b"])


def polar(rng: random.Random) -> Case:
    """Return complex numbers of lengths and angles: mostly of one dtype."""
    a = tensor(rng, dtypes=["float32", "float32", "float64", "float16", "int32"])
    if rng.random() < 0.2:
        return Case("ops.polar", {"angle": rng.choice(NUMBERS)}, {"a": a}, {"abs_": "a"})
    return Case("ops.polar", {}, {"a": a, "b": alike(rng, a)}, ["a", "b"])


def stop_gradient(rng: random.Random) -> Case:
    """Return a call that changes nothing."""
    return Case("ops.stop_gradient", {}, {"x": tensor(rng)}, "x")


def where(rng: random.Random) -> Case:
    """Return a choice of two, each a tensor, a number, a constant or missing."""
    condition = tensor(rng, dtypes=["bool", "bool", "int32", "float32"])
    inputs, feed, arguments = {"c": condition}, {"condition": "c"}, {}
    if rng.random() < 0.1:
        return Case("ops.where", {}, inputs, feed)
    for name in ("x1", "x2"):
        if rng.random() < 0.6:
            inputs[name] = alike(rng, condition)
            feed[name] = name
        elif rng.random() < 0.9:
            arguments[name] = rng.choice([*NUMBERS, *NUMBERS, *NUMBERS, *LISTS, *ARRAYS])
    return Case("ops.where", arguments, inputs, feed)


def select(rng: random.Random) -> Case:
    """Return a choice among several; TensorFlow gives the dtype that NumPy would, and NumPy has no bfloat16."""
    dtypes = [dtype for dtype in DTYPES if dtype not in {"complex64", "bfloat16"}]
    first = tensor(rng, dtypes=["float32", "float16", *dtypes])
    conditions = rng.choice([1, 1, 2])
    inputs = {f"c{number}": alike(rng, first) | {"dtype": "bool"} for number in range(conditions)}
    choices = {"v0": first}
    for number in range(1, conditions + (rng.random() < 0.1)):
        choices[f"v{number}"] = alike(rng, first, dtypes)
    feed: dict[str, Any] = {"condlist": list(inputs), "choicelist": list(choices)}
    arguments = pick(rng, default=[..., ..., 0, 1, 0.5])
    if rng.random() < 0.2:
        arguments, choices["d"], feed["default"] = {}, alike(rng, first, dtypes), "d"
    return Case("ops.select", arguments, {**inputs, **choices}, feed)


def clip(rng: random.Random) -> Case:
    """Return limits, which are numbers, lists as large as the tensor or larger, or missing."""
    x = tensor(rng)
    small = [0, 0, 0, 0.25, None, [0, 0, 0], [0.5], [[0], [1]], ARRAYS[0], ARRAYS[1]]
    return Case("ops.clip", pick(rng, x_min=small, x_max=[1, 1, 1, 2, 0.75, None, [1, 1, 1]]), {"x": x}, "x")


def digitize(rng: random.Random) -> Case:
    """Return edges of bins, which Keras takes as an array alone."""
    bins = [{"constant": [0.1, 0.5]}, {"constant": [0, 1, 2]}, {"constant": [[0.5]]}, {"constant": 1}, [0.5, 1.0], 1.0]
    if rng.random() < 0.6:
        return Case("ops.digitize", {"bins": rng.choice(bins[:2])}, {"x": tensor(rng)}, "x")
    return Case("ops.digitize", {"bins": rng.choice(bins)}, {"x": tensor(rng)}, "x")


def in_top_k(rng: random.Random) -> Case:
    """Return targets and predictions, at times of one dimension more or of a wrong dtype."""
    targets = {"shape": rng.choice([[], [], [], [], [1]]), "dtype": rng.choice([*["int32", "int64"] * 3, *DTYPES])}
    dtype = rng.choice(["float32", "float32", "float32", "float16", "int32"])
    predictions: dict[str, Any] = {"shape": sizes(rng, rng.choice([1, 1, 1, 1, 0, 2])), "dtype": dtype}
    if rng.random() < 0.3:
        predictions["batch_size"], targets["batch_size"] = rng.choice([2, 3]), 3
    inputs = {"t": targets, "p": predictions}
    zeros = {"t": np.zeros([targets.get("batch_size", 3), *targets["shape"]])} if "batch_size" in targets else {}
    feed = {"targets": "t", "predictions": "p"}
    return Case("ops.in_top_k", {"k": rng.choice([1, 2, 9])}, inputs, feed, data=zeros)


OWN: dict[str, Callable[[random.Random], Case]] = {
    "clip": clip,
    "digitize": digitize,
    "in_top_k": in_top_k,
    "ldexp": ldexp,
    "polar": polar,
    "select": select,
    "stop_gradient": stop_gradient,
    "where": where,
}
NAMES = [*elementwise.RULES, *selection.RULES, "softmax", "log_softmax", "sparsemax", "glu"]


def generator(name: str) -> Generator:
    """Return the generator of an op's cases."""
    takes = [argument.name for argument in catalog.op(name).arguments if argument.role == "tensor"]
    return OWN.get(name) or partial(binary if len(takes) == 2 else unary, name=name)


CASES: dict[str, Generator] = {f"ops.{name}": generator(name) for name in NAMES}
