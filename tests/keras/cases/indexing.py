"""Cases of ops that look elements up by their places, or put them there.

Symbolically Keras' ``multi_hot`` has the dtype of its input. Places are 0 or 1, so that sizes are at least 2.
"""

import random
from typing import Any

import numpy as np
from agreement import Case, Generator, pick, tensor

from cases.structure import DTYPES, axis, several

INTEGERS = ("int32", "int32", "int64", "int32", "int64", "uint8", "float32")
SIZES = (2, 3, 4, 5)
NUMBERS = ("float32", "float32", "float16", "int32", "int64", "float64")


def item(rng: random.Random) -> Case:
    """Return an index in an expression: integers, slices, new axes, an ellipsis, at times too many."""
    rank = rng.randint(1, 4)
    parts = [part(rng) for _ in range(rng.randint(1, rank + (rng.random() < 0.15)))]
    if rng.random() < 0.3:
        parts.insert(rng.randint(0, len(parts)), "...")
    if rng.random() < 0.3:
        parts.insert(rng.randint(0, len(parts)), "null")
    return Case("expr", f"x[{', '.join(parts)}]", {"x": tensor(rng, rank, DTYPES, unknown=0.35)}, None)


def part(rng: random.Random) -> str:
    """Return an integer or a slice; a name stands for 5 or 11, which slices do not exceed."""
    if rng.random() < 0.25:
        return str(rng.choice([0, 1, -1, 2, -3]))
    start, stop = (rng.choice(["", "", "0", "1", "2", "-1", "-2", "-3"]) for _ in range(2))
    step = rng.choice(["", "", "", ":1", ":2", ":-1", ":3", ":-2"])
    return f"{start}:{stop}{step}"


def get_item(rng: random.Random) -> Case:
    """Return an index by integers and new axes, as arguments can say it."""
    rank = rng.randint(1, 4)
    key: Any = [rng.choice([0, 1, -1, 3, None]) for _ in range(rng.randint(1, rank))]
    if rng.random() < 0.3:
        key = rng.choice([0, 1, -1, 5])
    return Case("ops.get_item", {"key": key}, {"x": tensor(rng, rank, DTYPES)}, {"x": "x"})


def take(rng: random.Random) -> Case:
    """Return a look-up by a tensor, a list or a number."""
    rank = rng.randint(1, 3)
    inputs = {"x": tensor(rng, rank, DTYPES, among=SIZES, fixed=0.1)}
    given = pick(rng, axis=[..., None, axis(rng, rank), axis(rng, rank), axis(rng, rank)])
    if rng.random() < 0.5:
        indices = rng.choice([0, 1, -1, [0, 1], [[0], [-2]], [0, 4], [-3, 1], 0.5, [], [0.5]])
        return Case("ops.take", {**given, "indices": indices}, inputs, {"x": "x"})
    inputs["x"].pop("batch_size", None)
    inputs["i"] = tensor(rng, rng.randint(1, 3), INTEGERS)
    return Case("ops.take", given, inputs, ["x", "i"])


def take_along_axis(rng: random.Random) -> Case:
    """Return a look-up along an axis; the indices are as large on the other axes, or 1."""
    rank = rng.randint(1, 3)
    x = tensor(rng, rank, DTYPES, among=SIZES, fixed=0.1)
    along = axis(rng, rank) if rng.random() < 0.85 else None
    shape = [rng.choice([1, 2, 6]) if along is not None and number + 1 == along % rank else size
             for number, size in enumerate(x["shape"])]  # fmt: skip
    if shape and rng.random() < 0.3:
        shape[rng.randrange(len(shape))] = rng.choice([1, 2, 3, None])
    if rng.random() < 0.1 or along is None:
        shape = shape[:-1] if rng.random() < 0.5 else []
    indices = {"shape": shape, "dtype": rng.choice(["int32", "int64", "uint8"])}
    return Case("ops.take_along_axis", {"axis": along}, {"x": x, "i": indices}, ["x", "i"])


def slice_(rng: random.Random) -> Case:
    """Return a slice from a start that is written or a tensor."""
    rank = rng.randint(1, 3)
    x = tensor(rng, rank, DTYPES, among=SIZES)
    size = rank if rng.random() < 0.9 else rng.randint(1, 3)
    shape = [rng.choice([-1, 1, 2, 2, 3]) for _ in range(size)]
    if rng.random() < 0.1:
        shape[0] = rng.choice([None, 5, 0])
    if rng.random() < 0.75:
        starts = [rng.choice([0, 0, 1, 1, 2, -1 if rng.random() < 0.2 else 0]) for _ in range(size)]
        return Case("ops.slice", {"shape": shape, "start_indices": starts}, {"x": x}, {"inputs": "x"})
    starts_in = {"shape": [], "batch_size": size, "dtype": rng.choice(INTEGERS)}
    data = {"s": np.zeros(size, "int32")}
    call = {"inputs": "x", "start_indices": "s"}
    return Case("ops.slice", {"shape": shape}, {"x": x, "s": starts_in}, call, data=data)


def slice_update(rng: random.Random) -> Case:
    """Return a tensor put into another, mostly a smaller one."""
    rank = rng.randint(1, 3)
    x = tensor(rng, rank, NUMBERS, among=SIZES)
    new = {**x, "shape": [min(size, rng.choice([1, 2, 9])) if isinstance(size, int) else size for size in x["shape"]]}
    if rng.random() < 0.3:
        new = tensor(rng, rng.choice([rank, rank, 2]), NUMBERS, among=SIZES)
    count = rank if rng.random() < 0.9 else 1
    starts = [rng.choice([0, 0, 1, 2, -1]) for _ in range(count)]
    call = {"inputs": "x", "updates": "u"}
    return Case("ops.slice_update", {"start_indices": starts}, {"x": x, "u": new}, call)


def places(rng: random.Random, sizes: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return places in a tensor, and what goes there, both with the batch of the model, or what does not fit."""
    depth = rng.randint(1, len(sizes))
    middle = [2] * rng.randrange(2)
    after = sizes[depth:]
    if after and rng.random() < 0.2:
        after[rng.randrange(len(after))] = rng.choice([2, 3, None])
    if rng.random() < 0.1:
        depth = rng.randint(1, len(sizes) + 1)
    kind = rng.choice(INTEGERS)
    return {"shape": [*middle, depth], "dtype": kind}, {"shape": [*middle, *after], "dtype": rng.choice(NUMBERS)}


def scatter(rng: random.Random) -> Case:
    """Return values at places of zeros."""
    sizes = [rng.choice(SIZES) for _ in range(rng.randint(1, 3))]
    indices, values = places(rng, sizes)
    shape: Any = sizes if rng.random() < 0.9 else rng.choice([[None, *sizes[1:]], [-1, *sizes[1:]], sizes[0]])
    return Case("ops.scatter", {"shape": shape}, {"i": indices, "v": values}, ["i", "v"])


def scatter_update(rng: random.Random) -> Case:
    """Return values put into a tensor, or reduced with what is there."""
    x = tensor(rng, rng.randint(1, 3), NUMBERS, among=SIZES, fixed=0.6)
    x.update({"batch_size": 3} if "batch_size" in x else {})
    indices, updates = places(rng, [3, *x["shape"]])
    updates["dtype"] = x["dtype"] if rng.random() < 0.9 else updates["dtype"]
    given = pick(rng, reduction=[..., None, "add", "max", "min", "mul"])
    return Case("ops.scatter_update", given, {"x": x, "i": indices, "u": updates}, ["x", "i", "u"])


def hot(op: str, argument: str) -> Generator:
    """Return the generator of ``one_hot`` or ``multi_hot``."""

    def generate(rng: random.Random) -> Case:
        given = pick(
            rng, num_classes=[1, 2, 5], axis=[..., -1, 0, 1, 2, -2, 3],
            dtype=[..., ..., None, "float16", "int32", "bool", "uint8"],
        )  # fmt: skip
        x = tensor(rng, rng.randint(1, 3), ("int32", "int64", "uint8", "float32", "bool"))
        return Case(f"ops.{op}", given, {"x": x}, {argument: "x"})

    return generate


def segments(op: str) -> Generator:
    """Return the generator of a reduction of segments."""

    def generate(rng: random.Random) -> Case:
        given = pick(rng, num_segments=[..., None, 2, 3], sorted=[..., ..., False, True])
        rank = rng.randint(1, 3)
        inputs = {"x": tensor(rng, rank, DTYPES, fixed=0.0), "ids": {"shape": [], "dtype": rng.choice(INTEGERS)}}
        if rng.random() < 0.1:
            inputs["ids"]["shape"] = [2]
        if rng.random() < 0.15:
            inputs["x"]["batch_size"], inputs["ids"]["batch_size"] = rng.choice([(3, 3), (3, 2), (2, 3)])
        data = {"ids": np.array([0, 0, 1])} if inputs["ids"] == {**inputs["ids"], "shape": []} else {}
        is_fixed = inputs["ids"].get("batch_size", 3) != 3
        return Case(f"ops.{op}", given, inputs, ["x", "ids"], data={} if is_fixed else data)

    return generate


def unravel_index(rng: random.Random) -> Case:
    """Return the places in a shape, with a size left open at times."""
    shape: Any = [rng.randint(1, 4) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.2:
        shape = rng.choice([[None, 2], 3, [2, None]])
    x = tensor(rng, rng.randint(1, 3), ("int32", "int64", "float32"))
    return several(Case("ops.unravel_index", {"shape": shape}, {"x": x}, "x"))


CASES: dict[str, Generator] = {
    "ops.get_item": get_item,
    "expr": item,
    "ops.take": take,
    "ops.take_along_axis": take_along_axis,
    "ops.slice": slice_,
    "ops.slice_update": slice_update,
    "ops.scatter": scatter,
    "ops.scatter_update": scatter_update,
    "ops.one_hot": hot("one_hot", "x"),
    "ops.multi_hot": hot("multi_hot", "inputs"),
    **{f"ops.segment_{name}": segments(f"segment_{name}") for name in ("sum", "max", "min", "prod")},
    "ops.unravel_index": unravel_index,
}
