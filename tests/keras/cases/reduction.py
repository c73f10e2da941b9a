"""Cases of ops that reduce axes, or run along one.

Left out, since Keras is wrong and the rule says what is right: ``trapezoid`` over an axis below -1 (TensorFlow raises
within), ``norm`` by singular values with ``keepdims`` over axes that do not ascend (the ones come in wrong places),
``histogram`` of a vector (the op calls a function that no backend has), ``prod`` in another dtype (TensorFlow ignores
it), ``normalize`` over an axis twice (it goes unnoticed where the order is 1), and no axis at all for ``moments``
(sizes of 1 vanish) or ops of NaN (dtypes stay as they are).
"""

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from agreement import Case, Generator, pick, sizes

from cases.elementwise import DTYPES, tensor
from graphspec.catalog import catalog
from graphspec.shapes.ops import along_axis, reduction, statistics

AXES = [..., None, 0, 1, -1, -2, 1, -1, 2, 3, [0], [1], [0, 1], [-1, 0], [1, 2], [1, 1], [], [0, -5]]
ONE_AXIS = [..., None, 0, 1, -1, 1, -1, -2, 2, 4]
WEIGHTS = [
    {"constant": [1, 2, 3]},
    {"constant": [[0.5, 1.0], [1.0, 2.0]], "dtype": "float64"},
    {"constant": [1.0, 2.0], "dtype": "float16"},
]
EXTRA: Mapping[str, Mapping[str, list[Any]]] = {
    "max": {"initial": [..., ..., 0, 1, 0.5]},
    "min": {"initial": [..., ..., 0, 1, 0.5]},
    **{f"{nan}cum{name}": {"dtype": [..., ..., "float32", "int64"]} for nan in ("", "nan") for name in ("sum", "prod")},
    "average": {"weights": [..., ..., *WEIGHTS, [1, 2]]},
    "normalize": {"order": [..., ..., 1, 2, 3, 0, 2.5]},
    "norm": {"ord": [..., None, 1, 2, 3, 0, -1, -2, 0.5, "fro", "nuc"]},
    "diff": {"n": [..., 0, 1, 2, 3]},
    "bincount": {"weights": [..., ..., [1, 2, 3], [[1.0, 2.0]] * 3, *WEIGHTS], "minlength": [..., 5]},
    "trapezoid": {"x": [..., ..., ..., [0.0, 1.0, 2.0], [[0, 1, 2]], [1, 2], WEIGHTS[0]], "dx": [..., 0.5]},
}
QUANTILES = [
    0.5,
    0.25,
    [0.5],
    [0.1, 0.5, 0.9],
    {"constant": [0.1, 0.5], "dtype": "float32"},
    [[0.1, 0.2]],
    {"constant": 0.5},
]


def reduced(rng: random.Random, name: str) -> Case:
    """Return a call over some axes, at times over one twice or over one that is not there."""
    known = {argument.name: argument for argument in catalog.op(name).arguments}
    axis = "axes" if "axes" in known else "axis"
    is_one = "list" not in known[axis].kind
    axes = [value for value in (ONE_AXIS if is_one else AXES) if value is not None or "null" in known[axis].kind]
    if name == "normalize":
        axes = [value for value in axes if value not in ([1, 1], [-1, 0])]
    if name.startswith("nan") or name == "moments":
        axes = [value for value in axes if value != []]
    arguments = pick(rng, **{axis: axes}, **EXTRA.get(name, {}))
    if "keepdims" in known:
        arguments |= pick(rng, keepdims=[..., True, False])
    if known[axis].required:
        arguments.setdefault(axis, 1)
    return Case(f"ops.{name}", arguments, {"x": tensor(rng)}, "x")


def norm(rng: random.Random) -> Case:
    """Return a norm; where it has an order, over axes that ascend."""
    case = reduced(rng, "norm")
    if case.arguments.get("ord") is None:
        return case
    axes = pick(rng, axis=[..., 0, -1, 2, [], [0, 1], [1, 2], [0, 2], [1, 3], [0, 1, 2]])
    return Case("ops.norm", {**case.arguments, "axis": None, **axes}, case.inputs, "x")


def quantile(rng: random.Random, name: str) -> Case:
    """Return quantiles: one, several, or several rows of them."""
    case = reduced(rng, name)
    return Case(f"ops.{name}", {**case.arguments, "q": rng.choice(QUANTILES)}, case.inputs, "x")


def diff(rng: random.Random) -> Case:
    """Return differences of neighbours, at times of more than there are."""
    return Case("ops.diff", pick(rng, axis=[..., 0, 1, -1, -2, 3], **EXTRA["diff"]), {"a": tensor(rng)}, "a")


def trapezoid(rng: random.Random) -> Case:
    """Return an integral, at times over places that are given."""
    arguments = pick(rng, axis=[..., 0, 1, -1, 2, 4], **EXTRA["trapezoid"])
    return Case("ops.trapezoid", arguments, {"y": tensor(rng)}, {"y": "y"})


def average(rng: random.Random) -> Case:
    """Return an average, at times with the weights of a tensor."""
    case = reduced(rng, "average")
    if rng.random() < 0.6:
        return Case("ops.average", case.arguments, case.inputs, {"x": "x"})
    arguments = {name: value for name, value in case.arguments.items() if name != "weights"}
    same = {**case.inputs["x"], "dtype": rng.choice(DTYPES)}
    inputs = {**case.inputs, "w": rng.choice([same, same, tensor(rng)])}
    return Case("ops.average", arguments, inputs, {"x": "x", "weights": "w"})


def bincount(rng: random.Random) -> Case:
    """Return counts, at times of weights."""
    x = {"shape": sizes(rng, rng.choice([0, 0, 1, 1, 2])), "dtype": rng.choice(["int32", "int64", "uint8", *DTYPES])}
    return Case("ops.bincount", pick(rng, **EXTRA["bincount"]), {"x": x}, "x")


def corrcoef(rng: random.Random) -> Case:
    """Return correlations of vectors, whose size is not by chance their number, and of a tensor of one dimension."""
    x = {"shape": sizes(rng, rng.choice([1, 1, 1, 0]), among=(1, 2, 4, 6)), "dtype": rng.choice(DTYPES)}
    return Case("ops.corrcoef", {}, {"x": x}, "x")


def histogram(rng: random.Random) -> Case:
    """Return a histogram of too many dimensions."""
    x = {"shape": sizes(rng, rng.choice([1, 2])), "dtype": rng.choice(DTYPES)}
    return Case("ops.histogram", pick(rng, bins=[..., 3]), {"x": x}, "x")


def prod(rng: random.Random) -> Case:
    """Return a product, at times in the dtype that it has anyway."""
    case = reduced(rng, "prod")
    dtype = pick(rng, dtype=[..., case.inputs["x"]["dtype"]])
    return case if dtype == {"dtype": "bool"} else Case("ops.prod", {**case.arguments, **dtype}, case.inputs, "x")


OWN: dict[str, Callable[[random.Random], Case]] = {
    "average": average,
    "bincount": bincount,
    "corrcoef": corrcoef,
    "diff": diff,
    "histogram": histogram,
    "norm": norm,
    "prod": prod,
    "trapezoid": trapezoid,
    **{name: partial(quantile, name=name) for name in ("nanpercentile", "nanquantile", "percentile", "quantile")},
}
NAMES = dict.fromkeys([*reduction.RULES, *statistics.RULES, *along_axis.RULES])
CASES: dict[str, Generator] = {
    f"ops.{name}": OWN.get(name) or partial(reduced, name=name)
    for name in NAMES
    if name not in {"glu", "softmax", "log_softmax", "sparsemax"}
}
