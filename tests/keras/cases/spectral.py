"""Cases of SpectralNormalization."""

import random

from agreement import Case, Generator, pick, sizes

POLICIES = [..., ..., ..., "mixed_float16", "float16", "float64"]


def spectral_normalization(rng: random.Random) -> Case:
    """Return a call of SpectralNormalization, at times around a layer without a kernel."""
    own = pick(rng, dtype=POLICIES)
    dense = {"Dense": {"units": rng.choice([1, 3, 4])} | own}
    looked_up = {"Embedding": {"input_dim": 4, "output_dim": 3} | own}
    convolved = {"Conv1D": {"filters": 3, "kernel_size": 2, "padding": "same"} | own}
    other = rng.choice([{"LSTM": {"units": 2}}, {"Flatten": {}}, {"TimeDistributed": {"layer": dense}}])
    layer = rng.choice([dense, dense, looked_up, convolved, {"SpectralNormalization": {"layer": dense}}, other])
    inputs = {"x": {"shape": sizes(rng, rng.choice([1, 2, 2, 3])), "dtype": "float32"}}
    inputs["x"]["dtype"] = "int32" if layer is looked_up else rng.choice(["float32", "float16", "int32"])
    arguments = {"layer": layer} | pick(rng, power_iterations=[..., 1, 2], dtype=POLICIES)
    return Case("SpectralNormalization", arguments, inputs, "x")


CASES: dict[str, Generator] = {"SpectralNormalization": spectral_normalization}
