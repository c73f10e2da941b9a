"""Cases of ops that work on each element, or broadcast two tensors."""

import random

from agreement import Case, Generator, sizes

DTYPES = ["float32", "float32", "float16", "bfloat16", "int32", "int64", "uint8", "bool"]


def add(rng: random.Random) -> Case:
    """Return an addition of two tensors, one of them at times a number."""
    inputs = {
        name: {"shape": sizes(rng, rng.randrange(4), among=(1, 2, 3)), "dtype": rng.choice(DTYPES)} for name in "ab"
    }
    if rng.random() < 0.2:
        return Case("ops.add", {"x2": rng.choice([1, 0.5])}, {"a": inputs["a"]}, {"x1": "a"})
    return Case("ops.add", {}, inputs, ["a", "b"])


CASES: dict[str, Generator] = {"ops.add": add}
