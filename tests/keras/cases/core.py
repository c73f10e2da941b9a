"""Cases of Dense, Embedding and their like."""

import random

from agreement import Case, Generator, pick, sizes


def dense(rng: random.Random) -> Case:
    """Return a call of Dense, at times of too few dimensions or an unknown last one."""
    arguments = pick(rng, units=[1, 3, 8], use_bias=[True, False, ...], activation=["relu", "softmax", ...])
    return Case(
        "Dense",
        arguments,
        {"x": {"shape": sizes(rng, rng.randrange(4)), "dtype": rng.choice(["float32", "int32", "float16"])}},
        "x",
    )


def embedding(rng: random.Random) -> Case:
    """Return a call of Embedding."""
    arguments = pick(rng, input_dim=[2, 10], output_dim=[1, 4], mask_zero=[True, ...])
    return Case("Embedding", arguments, {"x": {"shape": sizes(rng, rng.randrange(4)), "dtype": "int32"}}, "x")


CASES: dict[str, Generator] = {"Dense": dense, "Embedding": embedding}
