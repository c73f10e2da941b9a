"""Cases of decompositions of matrices.

Left out: ``lu_factor`` of stacks of matrices, where TensorFlow fails to invert more than one permutation;
``solve_triangular`` of numbers of dimensions that Keras does not describe, which TensorFlow broadcasts; ``lstsq`` of
bfloat16 beside another dtype, which some of TensorFlow's kernels mix.
"""

import random
from typing import Any

import numpy as np
from agreement import NAMED, UNKNOWN, Case, Generator, pick

from cases.linear import sizes, spoiled, tensor, whole

DTYPES = ["float32", "float32", "float32", "float64", "float64", "float16", "int32", "bool", "bfloat16"]


def definite(shape: list[Any], dtype: str) -> np.ndarray | None:
    """Return symmetric matrices that are positive definite, or None where a shape has no square ones."""
    numbers = [size if isinstance(size, int) else NAMED.get(size, UNKNOWN) for size in shape]
    if len(numbers) < 2 or numbers[-1] != numbers[-2]:
        return None
    matrix = np.eye(numbers[-1]) * 2 + np.full(numbers[-2:], 0.1)
    return np.broadcast_to(matrix, numbers).astype("float32" if dtype == "bfloat16" else dtype)


def squares(rng: random.Random) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return an input of square matrices, mostly, and its data."""
    n = sizes(rng, 1)[0]
    stack = sizes(rng, rng.randrange(2))
    if rng.random() < 0.2:
        found = whole(rng, [3, 3], DTYPES)
        shape = [3, 3]
    else:
        found = tensor(rng, spoiled(rng, [*stack, n, n], 0.2), DTYPES)
        shape = [3, *found["shape"]]
    data = definite(shape, found["dtype"])
    return {"x": found}, {} if data is None else {"x": data}


def of_squares(what: str, **choices: list[Any]) -> Generator:
    """Return a generator of calls that take square matrices."""

    def generate(rng: random.Random) -> Case:
        inputs, data = squares(rng)
        return Case(what, pick(rng, **choices), inputs, "x", data=data)

    return generate


def of_any(what: str, **choices: list[Any]) -> Generator:
    """Return a generator of calls that take matrices of any sizes."""

    def generate(rng: random.Random) -> Case:
        shape = sizes(rng, rng.randrange(1, 4), unknown=0.1)
        return Case(what, pick(rng, **choices), {"x": tensor(rng, shape, DTYPES)}, "x")

    return generate


def lu_factor(rng: random.Random) -> Case:
    """Return a decomposition of one matrix, of a fixed batch."""
    n = rng.choice([1, 2, 5])
    shape = rng.choice([[n, n], [n, n], [n, 3], [n, None], [n]])
    return Case("ops.lu_factor", {}, {"x": whole(rng, shape, DTYPES)}, "x")


def solve(what: str) -> Generator:
    """Return a generator of systems with one right-hand side or several."""

    def generate(rng: random.Random) -> Case:
        n = sizes(rng, 1)[0]
        stack = sizes(rng, rng.randrange(2), unknown=0.05)
        dtypes = [rng.choice(DTYPES)] if rng.random() < 0.9 else DTYPES
        a = tensor(rng, spoiled(rng, [*stack, n, n], 0.1), dtypes)
        if what == "ops.solve_triangular":
            stack = [rng.choice([1, size]) for size in stack]
        values = rng.choice([[*stack, n], [*stack, n, *sizes(rng, 1)]])
        b = tensor(rng, spoiled(rng, values, 0.15) if what == "ops.solve" else values, dtypes)
        data = definite([3, *a["shape"]], a["dtype"])
        return Case(what, {}, {"a": a, "b": b}, {"a": "a", "b": "b"}, data={} if data is None else {"a": data})

    return generate


def lstsq(rng: random.Random) -> Case:
    """Return a least-squares problem whose equations are the batch, or one of a fixed batch."""
    dtypes = [rng.choice(DTYPES)] if rng.random() < 0.9 else DTYPES[:-1]
    make = whole if rng.random() < 0.5 else tensor
    first = [] if make is tensor else [4]
    a = make(rng, spoiled(rng, [*first, *sizes(rng, 1)], 0.15), dtypes)
    b = make(rng, spoiled(rng, [*first, *sizes(rng, rng.randrange(2))], 0.15), dtypes)
    return Case("ops.lstsq", pick(rng, rcond=[..., 0.1]), {"a": a, "b": b}, {"a": "a", "b": "b"})


CASES: dict[str, Generator] = {
    "ops.cholesky": of_squares("ops.cholesky", upper=[..., True]),
    "ops.cholesky_inverse": of_squares("ops.cholesky_inverse", upper=[..., True]),
    "ops.det": of_squares("ops.det"),
    "ops.eig": of_squares("ops.eig"),
    "ops.eigh": of_squares("ops.eigh"),
    "ops.inv": of_squares("ops.inv"),
    "ops.logdet": of_squares("ops.logdet"),
    "ops.lstsq": lstsq,
    "ops.lu_factor": lu_factor,
    "ops.matrix_rank": of_any("ops.matrix_rank", tol=[..., 0.1]),
    "ops.pinv": of_any("ops.pinv", rcond=[..., 0.1]),
    "ops.qr": of_any("ops.qr", mode=[..., "reduced", "complete"]),
    "ops.slogdet": of_squares("ops.slogdet"),
    "ops.solve": solve("ops.solve"),
    "ops.solve_triangular": solve("ops.solve_triangular"),
    "ops.svd": of_any("ops.svd", full_matrices=[..., False], compute_uv=[..., False]),
}
