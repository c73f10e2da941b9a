"""Cases of Pipeline."""

import random
from typing import Any

from agreement import Case, Generator, pick, sizes

POLICIES = [..., ..., ..., "mixed_float16", "float16"]


def any_layer(rng: random.Random) -> dict[str, Any]:
    """Return a layer that keeps the rank, and at times one that does not or that takes a list."""
    units = rng.choice([1, 2, 4])
    return rng.choice([
        {"Dense": {"units": units} | pick(rng, dtype=POLICIES)},
        {"Dense": {"units": units, "use_bias": False}},
        {"Identity": {}},
        {"LSTM": {"units": units, "return_sequences": True}},
        {"LSTM": {"units": units} | pick(rng, return_state=[..., ..., True])},
        {"TimeDistributed": {"layer": {"Dense": {"units": units}}}},
        {"Dropout": {"rate": 0.5}},
        {"Add": {}},
    ])  # fmt: skip


def pipeline(rng: random.Random) -> Case:
    """Return a call of Pipeline, at times of no layers."""
    layers = [any_layer(rng) for _ in range(rng.choice([0, 1, 1, 2, 2, 2, 3, 3]))]
    if layers and layers[-1].get("LSTM", {}).get("return_state"):
        layers.append({"Average": {}})
    inputs = {"x": {"shape": sizes(rng, rng.choice([1, 2, 2, 2, 3])), "dtype": rng.choice(["float32", "float16"])}}
    return Case("Pipeline", {"layers": layers}, inputs, "x")


CASES: dict[str, Generator] = {"Pipeline": pipeline}
