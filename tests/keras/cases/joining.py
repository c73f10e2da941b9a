"""Cases of ops that make one tensor of several.

Keras' ``hstack`` fails on vectors and ``append`` on unknown sizes of its axis, where numpy's do not. Symbolically
``meshgrid`` by "ij" is always float32.
"""

import random
from typing import Any

from agreement import Case, Generator, pick, tensor

from cases.structure import DTYPES, axis

SOME = ("float32", "float32", "float16", "bfloat16", "int32", "int64", "uint8", "bool", "int8", "uint32", "float64")


def alike(rng: random.Random, rank: int, along: int, count: int) -> dict[str, Any]:
    """Return inputs of one shape but for an axis; at times something does not fit."""
    first = tensor(rng, rank, SOME)
    inputs = {}
    for name in "abcd"[:count]:
        x = {**first, "shape": list(first["shape"])}
        if rng.random() < 0.5:
            x["dtype"] = rng.choice(SOME)
        for place in range(rank - 1):
            is_other = place + 1 == along % rank if rng.random() < 0.9 else rng.random() < 0.4
            if is_other:
                x["shape"][place] = rng.choice([1, 2, 3, None, "time"])
            elif rng.random() < 0.1:
                x["shape"][place] = rng.choice([None, "time", "steps"])
        if rank > 1 and rng.random() < 0.05:
            x["shape"] = [*x["shape"], 2]
        if rng.random() < 0.15:
            x.pop("batch_size", None)
        inputs[name] = x
    return inputs


def listed(op: str, argument: str, more: int | None = None, lowest: int = 1) -> Generator:
    """Return the generator of an op on a list; ``more`` is how many axes its result has more, if it has an axis."""

    def generate(rng: random.Random) -> Case:
        rank = rng.randint(lowest, 4)
        given: dict[str, Any] = {}
        along = 2 if op == "dstack" else 1 if op == "hstack" else 0
        if more is not None:
            given = pick(rng, axis=[..., axis(rng, rank + more), axis(rng, rank + more)])
            along = given.get("axis", 0) if not more else 0
        inputs = alike(rng, rank, along, rng.randint(1, 3))
        return Case(f"ops.{op}", given, inputs, {argument: list(inputs)})

    return generate


def append(rng: random.Random) -> Case:
    """Return one tensor after another."""
    rank = rng.randint(1, 3)
    given = pick(rng, axis=[..., None, axis(rng, rank), axis(rng, rank)])
    inputs = alike(rng, rank, given.get("axis") or 0, 2)
    for x in inputs.values():
        x.update({"batch_size": 3} if rng.random() < 0.7 else {})
    return Case("ops.append", given, inputs, ["a", "b"])


def meshgrid(rng: random.Random) -> Case:
    """Return the grids of up to three tensors, mostly of one dtype."""
    dtype = rng.choice(DTYPES)
    inputs = {
        name: tensor(rng, rng.randint(1, 2), (dtype,), fixed=0.6) for name in "abc"[: rng.choice([1, 2, 2, 2, 3])]
    }
    if rng.random() < 0.1:
        inputs["a"]["dtype"] = "float32"
    return Case("ops.meshgrid", pick(rng, indexing=[..., "xy", "ij"]), inputs, list(inputs), output="n.0")


CASES: dict[str, Generator] = {
    "ops.concatenate": listed("concatenate", "xs", 0),
    "ops.stack": listed("stack", "x", 1),
    "ops.hstack": listed("hstack", "xs"),
    "ops.vstack": listed("vstack", "xs"),
    "ops.dstack": listed("dstack", "xs"),
    "ops.append": append,
    "ops.meshgrid": meshgrid,
}
