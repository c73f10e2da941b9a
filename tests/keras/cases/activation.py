"""Cases of the activation layers."""

import random
from typing import Any

from agreement import Case, Generator, pick, sizes

DTYPES = ["float32"] * 6 + ["float16", "bfloat16", "float64", "int32", "int8", "uint8", "bool"]
POLICIES = [...] * 4 + ["float16", "mixed_float16", "float64", "bfloat16"]
ACTIVATIONS: list[Any] = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "glu",
    "glu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
    None,
    {"ReLU": {"max_value": 3}},
    {"PReLU": {}},
    {"Softmax": {"axis": 1}},
    {"ELU": {}},
]


def one_input(rng: random.Random, rank: int | None = None, unknown: float = 0.15) -> dict[str, Any]:
    """Return an input of any shape and dtype, now and then with a fixed batch."""
    shape = sizes(rng, rng.randrange(5) if rank is None else rank, unknown=unknown)
    return {"x": {"shape": shape, "dtype": rng.choice(DTYPES), **pick(rng, batch_size=[...] * 15 + [1, 4])}}


def activation(rng: random.Random) -> Case:
    """Return a call of Activation with any function, or with a layer."""
    chosen = rng.choice(ACTIVATIONS)
    # Keras makes the weights of a PReLU in an argument only when the model runs, and then for any sizes.
    inputs = one_input(rng, unknown=0 if chosen == {"PReLU": {}} else 0.15)
    return Case("Activation", {"activation": chosen, **pick(rng, dtype=POLICIES)}, inputs, "x")


def simple(layer: str, **choices: list[Any]) -> Generator:
    """Return a generator for a layer that works on each element."""

    def case(rng: random.Random) -> Case:
        return Case(layer, pick(rng, dtype=POLICIES, **choices), one_input(rng), "x")

    return case


def prelu(rng: random.Random) -> Case:
    """Return a call of PReLU, at times with unknown sizes that are shared, or axes that are not there."""
    inputs = one_input(rng, rng.choice([0, 1, 2, 2, 3]), unknown=0.1)
    shape = inputs["x"]["shape"]
    shared: Any = [axis for axis, size in enumerate(shape, 1) if not isinstance(size, int) or rng.random() < 0.3]
    if rng.random() < 0.2:
        shared = rng.choice([..., [], None, rng.randint(-3, 5), [rng.randint(-3, 3)]])
    if rng.random() < 0.3 and shape:
        inputs["x"]["dtype"] = "float32"
    return Case("PReLU", pick(rng, shared_axes=[shared], dtype=POLICIES), inputs, "x")


def softmax(rng: random.Random) -> Case:
    """Return a call of Softmax along one or several axes, at times with a mask."""
    inputs = one_input(rng)
    rank = len(inputs["x"]["shape"]) + 1
    axes: list[Any] = [..., None, rng.randint(-rank, rank - 1), rng.sample(range(rank), rng.randint(1, rank))]
    axes += [rng.randint(-5, 5), [rng.randint(-4, 4), rng.randint(-4, 4)], []]
    arguments = {**pick(rng, axis=axes, dtype=POLICIES)}
    if rng.random() < 0.6:
        return Case("Softmax", arguments, inputs, "x")
    shape = [rng.choice([1, size, size, size, size, None, 3]) for size in inputs["x"]["shape"]]
    shape = rng.choice([shape, shape, shape, shape[1:], [2, *shape]])
    inputs["m"] = {"shape": shape, "dtype": rng.choice(["bool", "bool", "int32", "float32"])}
    return Case("Softmax", arguments, inputs, {"inputs": "x", "mask": "m"})


CASES: dict[str, Generator] = {
    "Activation": activation,
    "ELU": simple("ELU", alpha=[..., 0.5]),
    "LeakyReLU": simple("LeakyReLU", negative_slope=[..., 0.1, 0.0]),
    "ReLU": simple("ReLU", negative_slope=[..., 0.0, 0.2], max_value=[..., 6, 2.5], threshold=[..., 0.0, 0.5]),
    "PReLU": prelu,
    "Softmax": softmax,
}
