"""Cases of ops that make a tensor of numbers.

What comes of numbers alone is a constant, which the cases tie to an input.
"""

import random
from typing import Any

from agreement import Case, Generator, pick, tensor

from cases.structure import DTYPES

TIE = "ops.max(x) + ops.cast(n, 'float32')"
X = {"x": {"shape": [3], "dtype": "float32"}}
TYPES = [..., ..., None, "float32", "float16", "bfloat16", "float64", "int32", "int64", "int8", "uint8"]


def constant(op: str, arguments: dict[str, Any]) -> Case:
    """Return an op on numbers alone."""
    return Case(f"ops.{op}", arguments, X, None, after=TIE)


def shape(rng: random.Random) -> Any:
    """Return a shape, at times with a size left open."""
    sizes: list[Any] = [rng.randint(0, 4) for _ in range(rng.randint(0, 3))]
    if sizes and rng.random() < 0.2:
        sizes[rng.randrange(len(sizes))] = rng.choice([None, -1])
    return sizes if rng.random() < 0.85 else rng.randint(0, 4)


def filled(op: str) -> Generator:
    """Return the generator of ``zeros``, ``ones`` or ``empty``."""
    return lambda rng: constant(op, {"shape": shape(rng), **pick(rng, dtype=[*TYPES, "bool"])})


def full(rng: random.Random) -> Case:
    """Return a shape filled with a number, a list or a tensor."""
    given = {"shape": shape(rng), **pick(rng, dtype=TYPES)}
    if rng.random() < 0.6:
        return constant("full", {**given, "fill_value": rng.choice([0, 1, 0.5, [1, 2], [[1], [2]]])})
    x = tensor(rng, rng.randint(1, 2), among=(1, 2, 3), fixed=0.9)
    return Case("ops.full", given, {"x": x}, {"fill_value": "x"})


def full_like(rng: random.Random) -> Case:
    """Return a tensor filled with a number, a list or another tensor."""
    inputs = {"x": tensor(rng, rng.randint(1, 3), DTYPES, among=(1, 2, 2, 3))}
    given = pick(rng, dtype=TYPES)
    if rng.random() < 0.5:
        value = rng.choice([0, 1, 1, [1, 2], [[1], [1]]])
        return Case("ops.full_like", {**given, "fill_value": value}, inputs, "x")
    inputs["v"] = tensor(rng, rng.randint(1, 3), among=(1, 1, 2, 3))
    return Case("ops.full_like", given, inputs, {"x": "x", "fill_value": "v"})


def like(op: str) -> Generator:
    """Return the generator of ``zeros_like`` and its kin."""

    def generate(rng: random.Random) -> Case:
        return Case(f"ops.{op}", pick(rng, dtype=TYPES), {"x": tensor(rng, rng.randint(1, 4), DTYPES)}, "x")

    return generate


def arange(rng: random.Random) -> Case:
    """Return numbers in steps, at times ones that lead nowhere, or whose fractions count."""
    numbers = [0, 1, 3, 5, 10, -2, 7] if rng.random() < 0.6 else [0, 0.5, 1.0, 0.3, 2.7, 10, -1.5, 0.1]
    steps = [..., None, 1, 2, 3, -1] if rng.random() < 0.6 else [..., 0.1, 0.3, 0.7, 0.01, -0.1, 0]
    stops = [..., ..., None, *numbers, 10, 10]
    return constant("arange", pick(rng, start=numbers, stop=stops, step=steps, dtype=[*TYPES, "bool"]))


def eye(rng: random.Random) -> Case:
    """Return ones on a diagonal; TensorFlow's is larger than asked for where a matrix is not square."""
    return constant("eye", pick(rng, N=[0, 1, 3, 5], M=[..., None, 2, 3, 7], k=[..., 0, 1, -1, 3, -4], dtype=TYPES))


def tri(rng: random.Random) -> Case:
    """Return ones below a diagonal."""
    return constant("tri", pick(rng, N=[0, 1, 3], M=[..., None, 2, 5], k=[..., 0, 1, -1, 9, -9], dtype=TYPES))


def identity(rng: random.Random) -> Case:
    """Return the unit matrix."""
    return constant("identity", pick(rng, n=[0, 1, 4], dtype=TYPES))


def window(op: str) -> Generator:
    """Return the generator of a window."""
    more = {"beta": 1.5} if op == "kaiser" else {}
    return lambda rng: constant(op, {"x": rng.choice([0, 1, 2, 5, 8]), **more})


def vander(rng: random.Random) -> Case:
    """Return powers of a vector, which has the batch alone."""
    given = pick(rng, N=[..., None, 0, 1, 3], increasing=[..., True, False])
    return Case("ops.vander", given, {"x": tensor(rng, rng.choice([1, 1, 1, 2]), fixed=0.5)}, "x")


def spaced(op: str) -> Generator:
    """Return the generator of ``linspace`` and its kin.

    A step returned beside them, Keras cannot say symbolically. The signs of ``geomspace`` it multiplies without
    regard to the axis, so that only the first is right in a run.
    """

    def generate(rng: random.Random) -> Case:
        lowest = 1 if op == "geomspace" else 0
        types = {"linspace": TYPES, "logspace": TYPES[:9], "geomspace": TYPES[:7]}[op]
        axes = [..., 0, 9] if op == "geomspace" else [..., 0, -1, 1, 2, -2]
        given = pick(rng, num=[..., 0, 1, 5], endpoint=[..., True, False], dtype=types, axis=axes)
        if op == "logspace":
            given |= pick(rng, base=[..., 2, 2.5])
        kind = rng.random()
        numbers = [lowest, 1, 2.5, 10]
        if kind < 0.35:
            return constant(op, {"start": rng.choice(numbers), "stop": rng.choice(numbers), **given})
        dtypes = ("float32", "float16", "bfloat16", "int32", "int64")
        inputs = {name: tensor(rng, rng.randint(1, 3), dtypes, among=(1, 1, 2, 3)) for name in "ab"}
        if kind < 0.65:
            inputs.pop("b")
            return Case(f"ops.{op}", {"stop": rng.choice(numbers), **given}, inputs, {"start": "a"})
        return Case(f"ops.{op}", given, inputs, {"start": "a", "stop": "b"})

    return generate


CASES: dict[str, Generator] = {
    **{f"ops.{op}": filled(op) for op in ("zeros", "ones", "empty")},
    **{f"ops.{op}": like(op) for op in ("zeros_like", "ones_like", "empty_like")},
    **{f"ops.{op}": window(op) for op in ("bartlett", "blackman", "hamming", "hanning", "kaiser")},
    **{f"ops.{op}": spaced(op) for op in ("linspace", "logspace", "geomspace")},
    "ops.full": full,
    "ops.full_like": full_like,
    "ops.arange": arange,
    "ops.eye": eye,
    "ops.identity": identity,
    "ops.tri": tri,
    "ops.vander": vander,
}
