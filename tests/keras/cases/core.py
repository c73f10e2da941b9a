"""Cases of Dense, EinsumDense, the embeddings and their like."""

import random
from typing import Any

from agreement import Case, Generator, pick, sizes

from cases.activation import POLICIES, one_input

# Keras makes its weights only when the model runs, and then for any sizes.
PRELU: dict[str, Any] = {"PReLU": {}}
ACTIVATIONS: list[Any] = [..., ..., "relu", "softmax", "glu", PRELU, {"ReLU": {"max_value": 1}}]
EQUATIONS = [
    *[("ab,bc->ac", 2), ("abc,cd->abd", 3), ("abc,cde->abde", 3), ("abcd,cde->abe", 4), ("abc,bd->adc", 3)],
    *[("...x,xy->...y", 3), ("...x,xy->...y", 2), ("...x,xyz->...yz", 4), ("...xy,xyz->...z", 4), ("ab,b->ab", 2)],
    *[("ab...,bc->ac...", 4), ("abc...,cd->abd...", 4), ("ab...,bcd->acd...", 3), ("abc,b->abc", 3), ("ab,bc->a", 2)],
    *[("abc,cd->bd", 3), ("ab,cb->ac", 2), ("a...,bc->c...", 3), ("ab, bc->ac", 2), ("abc,cd->abe", 3)],
]


def dense(rng: random.Random) -> Case:
    """Return a call of Dense, at times of too few dimensions or an unknown last one."""
    arguments = pick(
        rng,
        units=[1, 3, 8],
        use_bias=[True, False, ...],
        activation=ACTIVATIONS,
        lora_rank=[..., ..., ..., 2],
        kernel_constraint=[..., ..., "non_neg"],
        dtype=POLICIES,
    )
    unknown = 0 if arguments.get("activation") == PRELU else 0.1
    return Case("Dense", arguments, one_input(rng, rng.choice([0, 1, 1, 2, 3]), unknown), "x")


def embedding(rng: random.Random) -> Case:
    """Return a call of Embedding."""
    arguments = pick(
        rng, input_dim=[2, 10], output_dim=[1, 4], mask_zero=[True, ...], lora_rank=[..., ..., 3], dtype=POLICIES
    )
    return Case("Embedding", arguments, one_input(rng, rng.randrange(4)), "x")


def reversible_embedding(rng: random.Random) -> Case:
    """Return a call of ReversibleEmbedding in one direction; without a dimension beside the batch none is reversed."""
    arguments = pick(
        rng,
        input_dim=[2, 10],
        output_dim=[4, 4, 8],
        tie_weights=[..., False],
        mask_zero=[True, ...],
        reverse_dtype=[..., ..., "float32", "float16"],
        logit_soft_cap=[..., 30.0],
        dtype=POLICIES,
    )
    reverse = rng.random() < 0.6
    inputs = one_input(rng, rng.randint(1, 3))
    if reverse:
        inputs["x"]["shape"][-1] = rng.choice([4, 4, 8, None, "time", arguments["output_dim"]])
    return Case("ReversibleEmbedding", arguments, inputs, "x", call={"reverse": True} if reverse else {})


def einsum_dense(rng: random.Random) -> Case:
    """Return a call of EinsumDense for an equation of every form, with an output shape that mostly fits.

    Two mistakes that Keras lets pass are left out: an output shape of too many sizes, with which the next layer finds
    another rank, and an input of too many dimensions for "ab,cb->ac".
    """
    equation, rank = rng.choice(EQUATIONS)
    activation = pick(rng, activation=[..., ..., *ACTIVATIONS])
    beside = rng.choice([0] * 12 + [1, -1]) if equation != "ab,cb->ac" else 0
    shape = sizes(rng, rank - 1 + beside, unknown=0 if activation.get("activation") == PRELU else 0.08)
    left, right = equation.replace(" ", "").split("->")
    inputs = left.split(",")[0]
    known = dict(
        zip(inputs.strip("."), [None, *shape] if inputs[0] != "." else shape[-len(inputs) + 3 :], strict=False)
    )
    letters = right.strip(".") if right[0] == "." else right.strip(".")[1:]
    wanted = [
        rng.choice([known[name], known[name], None]) if isinstance(known.get(name), int) else rng.choice([2, 3, 5])
        if name not in known else None
        for name in letters
    ]  # fmt: skip
    if wanted and rng.random() < 0.1:
        wanted[-1] = rng.choice([None, 4])
    arguments = pick(
        rng,
        bias_axes=[*[...] * 8, *[letters[-1:] or "a", letters or "a", letters[:1] or "a"] * 2, "", "q"],
        lora_rank=[..., ..., ..., 2],
        dtype=POLICIES,
    )
    output_shape: Any = wanted[0] if len(wanted) == 1 and isinstance(wanted[0], int) else wanted
    described = {"shape": shape, "dtype": rng.choice(["float32", "float32", "int32", "float16"])}
    return Case(
        "EinsumDense",
        {"equation": equation, "output_shape": output_shape, **activation, **arguments},
        {"x": described},
        "x",
    )


def any_input(layer: str, **choices: list[Any]) -> Generator:
    """Return a generator for a layer that takes any tensor."""

    def case(rng: random.Random) -> Case:
        return Case(layer, pick(rng, dtype=POLICIES, **choices), one_input(rng), "x")

    return case


CASES: dict[str, Generator] = {
    "Dense": dense,
    "EinsumDense": einsum_dense,
    "Embedding": embedding,
    "ReversibleEmbedding": reversible_embedding,
    "Identity": any_input("Identity"),
    "Masking": any_input("Masking", mask_value=[..., 0.0, 1.0]),
}
