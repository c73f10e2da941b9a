"""Cases of ops that order elements, or find them by their values.

TensorFlow's ``argpartition`` fails by values where it partitions more rows than it has first elements.
"""

import random

from agreement import Case, Generator, pick, tensor

from cases.structure import axis, one, several

NUMBERS = ("float32", "float32", "float16", "bfloat16", "int32", "int64", "uint8", "int8", "bool", "float64", "uint16")


def order(op: str) -> Generator:
    """Return the generator of ``sort`` or ``argsort``."""

    def generate(rng: random.Random) -> Case:
        rank = rng.randint(1, 4)
        along = axis(rng, rank) if op == "sort" or rng.random() < 0.8 else None
        return Case(f"ops.{op}", pick(rng, axis=[..., along, along]), {"x": tensor(rng, rank, NUMBERS)}, "x")

    return generate


def argpartition(rng: random.Random) -> Case:
    """Return a partition of a vector, or of rows by their first element."""
    x = tensor(rng, rng.choice([1, 2]), ("float32", "int32"), among=(2, 3, 4), fixed=0.2)
    return Case("ops.argpartition", {"kth": 0, **pick(rng, axis=[..., -1, None, 3, -4])}, {"x": x}, "x")


def top_k(rng: random.Random) -> Case:
    """Return the largest elements, at times more than there are."""
    x = tensor(rng, rng.randint(1, 4), NUMBERS)
    given = pick(rng, k=[1, 1, 2, 3, 5], sorted=[..., True, False])
    return Case("ops.top_k", given, {"x": x}, "x", output="n.0")


def searchsorted(rng: random.Random) -> Case:
    """Return the places of values in a vector; TensorFlow takes one row of values of the same dtype."""
    dtype = rng.choice(["float32", "int32", "int64", "float16"])
    inputs = {name: tensor(rng, 1, (dtype,), fixed=0.5) for name in "ab"}
    if rng.random() < 0.2:
        inputs["a"] = tensor(rng, 2, (dtype,))
    if rng.random() < 0.3:
        inputs["b"] = tensor(rng, rng.randint(2, 3), (dtype,), among=(1, 2, 3), fixed=0.8)
    if rng.random() < 0.15:
        inputs["b"]["dtype"] = "float32"
    return Case("ops.searchsorted", pick(rng, side=[..., "left", "right"]), inputs, ["a", "b"])


def nonzero(rng: random.Random) -> Case:
    """Return the places of what is not zero."""
    return several(one(rng, rng.randint(1, 4), "nonzero", {}))


def unique(rng: random.Random) -> Case:
    """Return the different values, and what else is asked for."""
    rank = rng.randint(1, 3)
    given = pick(
        rng,
        sorted=[..., True, False],
        return_index=[..., ..., True],
        return_inverse=[..., ..., True],
        return_counts=[..., ..., True],
        axis=[..., ..., None, axis(rng, rank), axis(rng, rank)],
        size=[..., None, 1, 2, 4],
        fill_value=[..., ..., 0],
    )
    x = tensor(rng, rank, ("float32", "int32", "int64", "float16"))
    return Case("ops.unique", given, {"x": x}, "x")


CASES: dict[str, Generator] = {
    "ops.sort": order("sort"),
    "ops.argsort": order("argsort"),
    "ops.argpartition": argpartition,
    "ops.top_k": top_k,
    "ops.searchsorted": searchsorted,
    "ops.nonzero": nonzero,
    "ops.unique": unique,
}
