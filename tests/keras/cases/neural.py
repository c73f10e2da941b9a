"""Cases of normalization and losses.

Left out: ``categorical_crossentropy`` of logits along a negative axis but the last, which TensorFlow fails at; beams of
integers, or over no steps, where values decide whether there are as many paths as asked for.
"""

import random
from typing import Any

import numpy as np
from agreement import Case, Generator, pick

from cases.linear import sizes, spoiled, tensor, whole

DTYPES = ["float32", "float32", "float16", "float64", "bfloat16", "int32", "uint8", "bool"]


def of(what: str, arguments: dict[str, Any], inputs: dict[str, Any], **more: Any) -> Case:
    """Return a call whose inputs have the names of its arguments."""
    return Case(what, arguments, inputs, {name: name for name in inputs}, **more)


def some(rng: random.Random) -> list[str]:
    """Return one dtype for all tensors, mostly."""
    return [rng.choice(DTYPES)] if rng.random() < 0.85 else DTYPES


def batch_normalization(rng: random.Random) -> Case:
    """Return a normalization by vectors, each of a fixed batch."""
    axis = rng.choice([-1, 1, -2, 2, 0])
    shape = sizes(rng, rng.randrange(1, 4), unknown=0.05)
    size = ([None, *shape, *[2] * 3])[axis if axis >= 0 else len(shape) + 1 + axis]
    dtypes = [rng.choice(["float32", "float16", "float64"])] if rng.random() < 0.9 else DTYPES
    names = ["mean", "variance", *rng.choice([[], ["offset", "scale"], ["scale"], ["offset"]])]
    inputs = {name: whole(rng, spoiled(rng, [size], 0.06), dtypes) for name in names}
    return of("ops.batch_normalization", {"axis": axis}, {"x": tensor(rng, shape, DTYPES), **inputs})


def normalization(what: str, *names: str) -> Generator:
    """Return a generator of normalizations with factors for the last dimension, or for all that are normalized."""

    def generate(rng: random.Random) -> Case:
        shape = sizes(rng, rng.randrange(1, 4), unknown=0.08)
        axis = rng.choice([..., ..., -1, 1, 2, [-1], [1, 2], [1, -1], [-2], None, [], 5])
        axes = [-1] if axis is ... or axis is None else [axis] if isinstance(axis, int) else axis
        full = [3, *shape]
        along = [full[number] for number in axes if -len(full) <= number < len(full)]
        inputs = {"x": tensor(rng, shape, DTYPES)}
        for name in names:
            if rng.random() < 0.5:
                factor = rng.choice([along, along, shape[-1:], [1], full])
                inputs[name] = whole(rng, spoiled(rng, factor, 0.08), ["float32", "float16", "int32"])
        return of(what, {} if axis is ... else {"axis": axis}, inputs)

    return generate


def crossentropy(what: str, **choices: list[Any]) -> Generator:
    """Return a generator of losses whose target has the shape of the output."""

    def generate(rng: random.Random) -> Case:
        shape = sizes(rng, rng.randrange(4))
        dtypes = some(rng)
        arguments = pick(rng, from_logits=[..., True], **choices)
        if arguments.get("from_logits") and arguments.get("axis") == -2:
            del arguments["axis"]
        inputs = {"target": tensor(rng, spoiled(rng, shape, 0.2), dtypes), "output": tensor(rng, shape, dtypes)}
        return of(what, arguments, inputs)

    return generate


def sparse_categorical_crossentropy(rng: random.Random) -> Case:
    """Return a loss of labels, with a last dimension of 1 or without; all labels are 0, which any output has."""
    shape = sizes(rng, rng.randrange(1, 4))
    labels = rng.choice([shape[:-1], shape[:-1], [*shape[:-1], 1], spoiled(rng, shape[:-1], 1), shape])
    inputs = {
        "target": tensor(rng, labels, ["int32", "uint8", "float32", "int64", "bool"]),
        "output": tensor(rng, shape, DTYPES),
    }
    arguments = pick(rng, from_logits=[..., True], axis=[..., ..., ..., -1, 1, 2, -2])
    data = {"target": np.zeros([3, *labels])} if all(isinstance(size, int) for size in labels) else {}
    return of("ops.sparse_categorical_crossentropy", arguments, inputs, data=data)


def psnr(rng: random.Random) -> Case:
    """Return a comparison of two tensors."""
    shape = sizes(rng, rng.randrange(4))
    dtypes = some(rng)
    inputs = {"x1": tensor(rng, shape, dtypes), "x2": tensor(rng, spoiled(rng, shape, 0.3), dtypes)}
    return of("ops.psnr", {"max_val": 1.0}, inputs)


def ctc_loss(rng: random.Random) -> Case:
    """Return a loss of sequences of labels that are shorter than those of the output."""
    labels, steps, classes = rng.choice([1, 2, 3]), rng.choice([6, 8]), rng.choice([3, 5])
    length = spoiled(rng, [], 0.1)
    inputs = {
        "target": tensor(rng, spoiled(rng, [labels], 0.1), ["int32", "int64", "float32"]),
        "output": tensor(rng, spoiled(rng, [steps, classes], 0.1), ["float32", "float16", "float64", "int32"]),
        "target_length": tensor(rng, length if rng.random() < 0.9 else [1], ["int32", "int64", "float32"]),
        "output_length": tensor(rng, [], ["int32", "int64"]),
    }
    if rng.random() < 0.1:
        inputs["output_length"]["batch_size"] = rng.choice([3, 4])
    data = {"target_length": np.ones([3, *inputs["target_length"]["shape"]])}
    return of("ops.ctc_loss", pick(rng, mask_index=[..., 0]), inputs, data=data)


def ctc_decode(rng: random.Random) -> Case:
    """Return a decoding of sequences that are as long as the output."""
    shape = spoiled(rng, [rng.choice([4, 6]), rng.choice([3, 5, None, "time"])], 0.1)
    inputs = {
        "inputs": tensor(rng, shape, ["float32", "float16", "float64", "int32"]),
        "sequence_lengths": tensor(rng, rng.choice([[], [], [], [1]]), ["int32", "int64"]),
    }
    if rng.random() < 0.1:
        inputs["sequence_lengths"]["batch_size"] = inputs["inputs"]["batch_size"] = 3
    if rng.random() < 0.1:
        inputs["sequence_lengths"]["batch_size"], inputs["inputs"]["batch_size"] = 3, 4
    arguments = pick(
        rng, strategy=[..., "greedy", "beam_search"], beam_width=[..., 3], top_paths=[..., 1, 2, 4],
        merge_repeated=[..., False], mask_index=[..., 0, 1, -1, 9],
    )  # fmt: skip
    if arguments.get("strategy") == "beam_search":
        inputs["inputs"]["dtype"] = "float32"
    steps = shape[0] if shape and isinstance(shape[0], int) else 4
    data = {"sequence_lengths": np.full([3, *inputs["sequence_lengths"]["shape"]], steps)}
    return of("ops.ctc_decode", arguments, inputs, data=data)


CASES: dict[str, Generator] = {
    "ops.batch_normalization": batch_normalization,
    "ops.binary_crossentropy": crossentropy("ops.binary_crossentropy"),
    "ops.categorical_crossentropy": crossentropy("ops.categorical_crossentropy", axis=[..., ..., -1, 1, -2, 3]),
    "ops.ctc_decode": ctc_decode,
    "ops.ctc_loss": ctc_loss,
    "ops.layer_normalization": normalization("ops.layer_normalization", "gamma", "beta"),
    "ops.psnr": psnr,
    "ops.rms_normalization": normalization("ops.rms_normalization", "scale"),
    "ops.sparse_categorical_crossentropy": sparse_categorical_crossentropy,
}
