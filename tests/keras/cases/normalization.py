"""Cases of the layers that normalize."""

import random
from typing import Any

from agreement import Case, Generator, pick

from cases.activation import POLICIES, one_input

SCALED: dict[str, list[Any]] = {"center": [True, False, ...], "scale": [True, False, ...]}


def near_axis(rng: random.Random, rank: int) -> Any:
    """Return an axis, mostly one that is there and not the batch."""
    inside = rng.choice([rng.randint(-1, 0) or rank - 1, rng.randrange(rank), rng.randint(-rank, -1)])
    return rng.choice([inside] * 6 + [..., rng.randint(-5, 5)])


def batch_normalization(rng: random.Random) -> Case:
    """Return a call of BatchNormalization, at times with a mask."""
    inputs = one_input(rng, unknown=0.08)
    axis = near_axis(rng, len(inputs["x"]["shape"]) + 1)
    arguments = pick(rng, axis=[axis], dtype=POLICIES, renorm=[..., ..., True], **SCALED)
    if rng.random() < 0.7:
        return Case("BatchNormalization", arguments, inputs, "x")
    shape = inputs["x"]["shape"]
    inputs["m"] = {"shape": rng.choice([shape[:-1], shape[:-1], shape, shape[:1]]), "dtype": "bool"}
    return Case("BatchNormalization", arguments, inputs, {"inputs": "x", "mask": "m"})


def layer_normalization(rng: random.Random) -> Case:
    """Return a call of LayerNormalization over one axis or several, all counted from the same end."""
    inputs = one_input(rng, unknown=0.08)
    rank = len(inputs["x"]["shape"]) + 1
    axes = rng.sample(range(1, rank), rng.randint(0, rank - 1))
    axis = rng.choice([near_axis(rng, rank), axes, axes, [item - rank for item in axes], [-1, rank - 1]])
    return Case("LayerNormalization", pick(rng, axis=[axis], dtype=POLICIES, **SCALED), inputs, "x")


def group_normalization(rng: random.Random) -> Case:
    """Return a call of GroupNormalization whose groups mostly divide the channels."""
    inputs = one_input(rng, unknown=0.05)
    shape = inputs["x"]["shape"]
    axis = near_axis(rng, len(shape) + 1)
    groups = pick(rng, groups=[-1, 1, 2, 2, 3, ...])
    if shape and rng.random() < 0.5:
        shape[-1] = rng.choice([2, 4, 6, 32, 64])
    return Case("GroupNormalization", {**groups, **pick(rng, axis=[axis], dtype=POLICIES, **SCALED)}, inputs, "x")


def rms_normalization(rng: random.Random) -> Case:
    """Return a call of RMSNormalization."""
    inputs = one_input(rng, unknown=0.08)
    axis = near_axis(rng, len(inputs["x"]["shape"]) + 1)
    return Case("RMSNormalization", pick(rng, axis=[axis], dtype=POLICIES), inputs, "x")


def unit_normalization(rng: random.Random) -> Case:
    """Return a call of UnitNormalization over one axis or several."""
    inputs = one_input(rng)
    rank = len(inputs["x"]["shape"]) + 1
    axis = rng.choice([near_axis(rng, rank), rng.sample(range(rank), rng.randint(0, rank)), [-1, rank - 1]])
    return Case("UnitNormalization", pick(rng, axis=[axis], dtype=POLICIES), inputs, "x")


CASES: dict[str, Generator] = {
    "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization,
    "GroupNormalization": group_normalization,
    "RMSNormalization": rms_normalization,
    "UnitNormalization": unit_normalization,
}
