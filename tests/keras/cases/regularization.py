"""Cases of the layers that regularize."""

import random
from typing import Any

from agreement import Case, Generator, pick

from cases.activation import POLICIES, one_input

RATES = [0, 0.0, 0.3, 1]


def simple(layer: str, rank: int | None = None, **choices: list[Any]) -> Generator:
    """Return a generator for a layer, most of whose inputs have the rank that it needs."""

    def case(rng: random.Random) -> Case:
        inputs = one_input(rng, rank if rng.random() < 0.6 else None)
        return Case(layer, pick(rng, dtype=POLICIES, **choices), inputs, "x")

    return case


FORMATS = [..., "channels_first", "channels_last"]
CASES: dict[str, Generator] = {
    "ActivityRegularization": simple("ActivityRegularization", l1=[..., 0.1], l2=[..., 0.2]),
    "AlphaDropout": simple("AlphaDropout", rate=RATES, noise_shape=[..., [None, 1]], seed=[..., 3]),
    "Dropout": simple("Dropout", rate=RATES, noise_shape=[..., [None, 1]], seed=[..., 3]),
    "GaussianDropout": simple("GaussianDropout", rate=RATES, seed=[..., 3]),
    "GaussianNoise": simple("GaussianNoise", stddev=RATES, seed=[..., 3]),
    "SpatialDropout1D": simple("SpatialDropout1D", 2, rate=RATES, seed=[..., 3]),
    "SpatialDropout2D": simple("SpatialDropout2D", 3, rate=RATES, data_format=FORMATS),
    "SpatialDropout3D": simple("SpatialDropout3D", 4, rate=RATES, data_format=FORMATS),
}
