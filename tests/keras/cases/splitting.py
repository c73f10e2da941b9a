"""Cases of ops that make several tensors of one."""

import random
from typing import Any

from agreement import Case, Generator, pick

from cases.structure import axis, one, several


def parts(rng: random.Random) -> Any:
    """Return a number of parts, or the indices of cuts that mostly rise."""
    if rng.random() < 0.5:
        return rng.choice([1, 2, 2, 3, 4])
    indices = [rng.randint(0, 5) for _ in range(rng.randint(0, 3))]
    return sorted(indices) if rng.random() < 0.85 else indices


def split(rng: random.Random) -> Case:
    """Return a split into equal parts or at indices."""
    rank = rng.randint(1, 4)
    given = {"indices_or_sections": parts(rng), **pick(rng, axis=[..., axis(rng, rank), axis(rng, rank)])}
    return several(one(rng, rank, "split", given, among=(1, 2, 4, 6, 6, 8, 12)))


def split_along(op: str) -> Generator:
    """Return the generator of a split along an axis of its own."""

    def generate(rng: random.Random) -> Case:
        return several(
            one(rng, rng.randint(1, 4), op, {"indices_or_sections": parts(rng)}, among=(1, 2, 4, 6, 6, 8, 12))
        )

    return generate


def array_split(rng: random.Random) -> Case:
    """Return a split into parts that may differ by one."""
    rank = rng.randint(1, 4)
    sections: Any = rng.randint(1, 5) if rng.random() < 0.9 else [1, 2]
    given = {"indices_or_sections": sections, **pick(rng, axis=[..., axis(rng, rank), axis(rng, rank)])}
    return several(one(rng, rank, "array_split", given))


def unstack(rng: random.Random) -> Case:
    """Return the tensors along an axis; of an unknown size their number is said."""
    rank = rng.randint(1, 4)
    return several(one(rng, rank, "unstack", pick(rng, num=[..., ..., None, 1, 2, 3], axis=[..., axis(rng, rank), -1])))


CASES: dict[str, Generator] = {
    "ops.split": split,
    "ops.vsplit": split_along("vsplit"),
    "ops.hsplit": split_along("hsplit"),
    "ops.dsplit": split_along("dsplit"),
    "ops.array_split": array_split,
    "ops.unstack": unstack,
}
