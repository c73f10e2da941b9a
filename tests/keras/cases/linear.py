"""Cases of products.

Left out, since TensorFlow's kernels fail where Keras' symbols and the other backends do not: ``cdist`` of two dtypes or
of bool; ``correlate`` of a vector with a longer one, in mode valid; ``trace`` beside the main diagonal of matrices that
are not square, and outside of them. ``tensordot`` over a number of pairs
compares no more than the product of their sizes.
"""

import random
from typing import Any

from agreement import Case, Generator, pick
from agreement import sizes as any_sizes

DTYPES = ["float32", "float32", "float32", "float16", "int32", "bool", "int8", "uint8", "float64", "int64"]


def sizes(rng: random.Random, rank: int, unknown: float = 0.15) -> list[Any]:
    """Return a shape of sizes that a batch may have too, since the batch may meet any of them."""
    return any_sizes(rng, rank, (1, 2, 3, 4), unknown)


def tensor(rng: random.Random, shape: list[Any], dtypes: list[str] | None = None, batch: int | None = None) -> Any:
    """Return an input of a shape and some dtype; with ``batch``, all of it is fixed."""
    found: dict[str, Any] = {"shape": shape, "dtype": rng.choice(dtypes or DTYPES)}
    return found if batch is None else {**found, "batch_size": batch}


def whole(rng: random.Random, shape: list[Any], dtypes: list[str] | None = None) -> Any:
    """Return an input whose whole shape this is, the first size being that of the batch."""
    first, *rest = shape or [3]
    return tensor(rng, rest, dtypes, first if isinstance(first, int) else None)


def spoiled(rng: random.Random, shape: list[Any], chance: float = 0.25) -> list[Any]:
    """Return a shape, at times with another size in it, one less or one more."""
    if not shape or rng.random() > chance:
        return shape
    change = rng.randrange(3)
    at = rng.randrange(len(shape))
    if change == 0:
        return shape[:at] + shape[at + 1 :]
    if change == 1:
        return [*shape[:at], rng.choice([2, 4, None, "steps"]), *shape[at:]]
    return [*shape[:at], rng.choice([1, 2, 4, None, "time"]), *shape[at + 1 :]]


def pair(rng: random.Random, what: str, arguments: dict[str, Any], a: Any, b: Any) -> Case:
    """Return a call of two tensors, of which one is at times a number."""
    if rng.random() < 0.06:
        return Case(what, arguments, {"a": a}, {"x1": "a"}, {"x2": rng.choice([2, 0.5, True])})
    return Case(what, arguments, {"a": a, "b": b}, {"x1": "a", "x2": "b"})


def matmul(rng: random.Random) -> Case:
    """Return a product of matrices, stacks of them or vectors."""
    if rng.random() < 0.2:
        inner = rng.choice([1, 3, 4])
        a, b = rng.choice([([inner], [inner, 5]), ([2, inner], [inner]), ([inner], [inner]), ([2, inner], [inner, 5])])
        return pair(rng, "ops.matmul", {}, whole(rng, spoiled(rng, a)), whole(rng, spoiled(rng, b)))
    n, k, m = sizes(rng, 3)
    stack = sizes(rng, rng.randrange(3), unknown=0.1)
    a, b = [*stack, n, k], [*(rng.choice([size, 1, size]) for size in stack), k, m]
    if rng.random() < 0.3:
        return pair(
            rng, "ops.matmul", {}, tensor(rng, spoiled(rng, a)), whole(rng, spoiled(rng, [rng.choice([1, 3, 4]), 2]))
        )
    return pair(rng, "ops.matmul", {}, tensor(rng, spoiled(rng, a)), tensor(rng, spoiled(rng, b)))


def dot(rng: random.Random) -> Case:
    """Return a dot product of tensors with some numbers of dimensions."""
    k = sizes(rng, 1)[0]
    a = [*sizes(rng, rng.randrange(3)), k]
    b = rng.choice([[k, 5], [k], [2, k, 3], [4, 2, k, 3], [3, 4]])
    if isinstance(b[0], int) and rng.random() < 0.6:
        return pair(rng, "ops.dot", {}, tensor(rng, spoiled(rng, a)), whole(rng, spoiled(rng, b)))
    return pair(rng, "ops.dot", {}, tensor(rng, spoiled(rng, a)), tensor(rng, spoiled(rng, b)))


def inner(rng: random.Random) -> Case:
    """Return an inner product over the last dimensions."""
    k = sizes(rng, 1)[0]
    a, b = [*sizes(rng, rng.randrange(3)), k], [*sizes(rng, rng.randrange(3)), k]
    return pair(rng, "ops.inner", {}, tensor(rng, spoiled(rng, a)), tensor(rng, spoiled(rng, b)))


def flat(what: str) -> Generator:
    """Return a generator of calls of two tensors that need nothing of each other."""

    def generate(rng: random.Random) -> Case:
        a, b = sizes(rng, rng.randrange(3)), sizes(rng, rng.randrange(3))
        return pair(rng, what, {}, tensor(rng, a), tensor(rng, b))

    return generate


def vdot(rng: random.Random) -> Case:
    """Return a product of two tensors flat, mostly of one size."""
    a = sizes(rng, rng.randrange(3))
    if rng.random() < 0.3:
        b = rng.choice([[12], [3, 4], [4, 4], [2, 3, 2]])
        return pair(rng, "ops.vdot", {}, whole(rng, [3, 4]), whole(rng, b))
    return Case("ops.vdot", {}, {"a": tensor(rng, a), "b": tensor(rng, a[::-1])}, {"x1": "a", "x2": "b"})


def tensordot(rng: random.Random) -> Case:
    """Return a product over one to three pairs of dimensions, named by their number or one by one."""
    a = sizes(rng, rng.randrange(1, 4))
    b = list(a)
    rng.shuffle(b)
    lists = [
        [[rng.randrange(-len(a) - 1, len(a) + 2)], [rng.randrange(-len(b) - 1, len(b) + 2)]],
        [[1, 2], [2, 1]], [[-1], [-1]], [[], []], [[1], [1, 2]], [[1, 1], [1, 1]], [1, 1], [[1], [-1]], [[0], [0]],
    ]  # fmt: skip
    if rng.random() < 0.3:
        count = rng.randrange(1, 3)
        shared = [rng.choice([2, 3, 4]) for _ in range(count)]
        other = spoiled(rng, shared, 0.4) if count == 1 else rng.choice([shared, [5, 5]])
        x, y = tensor(rng, [5, *shared]), whole(rng, [*other, 6])
        return pair(rng, "ops.tensordot", {"axes": count}, x, y)
    axes = rng.choice([0, 1, 9, -1, *lists, *lists])
    matched = isinstance(axes, list) and rng.random() < 0.7
    y = a if matched else spoiled(rng, b)
    return pair(rng, "ops.tensordot", {"axes": axes}, tensor(rng, a), tensor(rng, y))


def cross(rng: random.Random) -> Case:
    """Return a product of vectors of 2 or 3 elements along some axis."""
    stack = sizes(rng, rng.randrange(3))
    sort = rng.choice([2, 3, 3])
    a, b = [*stack, sort], [*stack, rng.choice([sort, sort, 2, 3, 4, None])]
    arguments = pick(
        rng, axisa=[..., ..., -1, 1], axisb=[..., ..., -1], axisc=[..., ..., 0, -1, 1, -2], axis=[..., ..., ..., -1, 1]
    )
    return pair(rng, "ops.cross", arguments, tensor(rng, spoiled(rng, a, 0.1)), tensor(rng, spoiled(rng, b, 0.1)))


def trace(rng: random.Random) -> Case:
    """Return a sum along a diagonal."""
    arguments = pick(rng, axis1=[..., 1, -2, 2], axis2=[..., 2, -1, 1, 3])
    shape = sizes(rng, rng.randrange(4))
    if rng.random() < 0.3:
        arguments, shape = {"offset": rng.choice([-1, 0, 1, 2]), "axis1": -2, "axis2": -1}, [*shape[:2], 4, 4]
    return Case("ops.trace", arguments, {"x": tensor(rng, shape)}, "x")


def correlate(rng: random.Random) -> Case:
    """Return a correlation of two vectors, mostly of known lengths."""
    arguments = pick(rng, mode=[..., "valid", "same", "full"])
    lengths = [rng.choice([1, 2, 3, 5, 8]) for _ in range(2)]
    if arguments.get("mode", "valid") == "valid":
        lengths.sort(reverse=True)
    a, b = (whole(rng, [length]) for length in lengths)
    if rng.random() < 0.2:
        b = rng.choice([tensor(rng, []), tensor(rng, [3]), whole(rng, [1, 1])])
    if rng.random() < 0.1:
        return Case("ops.correlate", arguments, {"a": a}, {"x1": "a"}, {"x2": 2})
    return Case("ops.correlate", arguments, {"a": a, "b": b}, {"x1": "a", "x2": "b"})


def cdist(rng: random.Random) -> Case:
    """Return distances between vectors of one dtype."""
    stack = sizes(rng, rng.randrange(2), unknown=0.1)
    m, n, d = sizes(rng, 3)
    dtypes = [rng.choice(["float32", "float16", "int32", "float64", "int64"])]
    a, b = [*stack, m, d], [*stack, n, d]
    return Case(
        "ops.cdist", {}, {"x": tensor(rng, spoiled(rng, a), dtypes), "y": tensor(rng, spoiled(rng, b), dtypes)},
        {"x": "x", "y": "y"},
    )  # fmt: skip


CASES: dict[str, Generator] = {
    "ops.cdist": cdist,
    "ops.correlate": correlate,
    "ops.cross": cross,
    "ops.dot": dot,
    "ops.inner": inner,
    "ops.kron": flat("ops.kron"),
    "ops.matmul": matmul,
    "ops.outer": flat("ops.outer"),
    "ops.tensordot": tensordot,
    "ops.trace": trace,
    "ops.vdot": vdot,
}
