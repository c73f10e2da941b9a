"""Cases of attention."""

import random
from typing import Any

from agreement import Case, Generator, pick

from cases.linear import sizes, spoiled, tensor

DTYPES = ["float32", "float32", "float16", "float64", "int32", "bool"]


def dot_product_attention(rng: random.Random) -> Case:
    """Return attention of some heads, at times to fewer, with masks and biases that mostly fit."""
    length, other, size, last = sizes(rng, 4, unknown=0.12)
    heads, served = rng.choice([(4, 4), (4, 2), (3, 3), (1, 1), (4, 1), (4, 3), (2, 4), (None, None), ("time", 2)])
    dtypes = [rng.choice(DTYPES)] if rng.random() < 0.7 else DTYPES
    chance = 0.08
    query = spoiled(rng, [length, heads, size], chance)
    key = spoiled(rng, [other, served, size], chance)
    value = spoiled(rng, [other, served, rng.choice([size, last])], chance)
    inputs: dict[str, Any] = {
        "query": tensor(rng, query, dtypes),
        "key": tensor(rng, key, dtypes),
        "value": tensor(rng, value, dtypes),
    }
    logits = [rng.choice([1, heads]), rng.choice([1, length]), rng.choice([1, other])]
    if rng.random() < 0.3:
        inputs["mask"] = tensor(rng, spoiled(rng, logits, 0.2), ["bool", "bool", "bool", "int32"])
    if rng.random() < 0.2:
        inputs["bias"] = tensor(rng, spoiled(rng, logits, 0.2), ["float32", "float16", "int32"])
    call = pick(rng, scale=[..., ..., 0.5, 2])
    arguments = pick(rng, is_causal=[..., ..., True], attn_logits_soft_cap=[*[...] * 20, 30.0])
    return Case("ops.dot_product_attention", arguments, inputs, {name: name for name in inputs}, call)


CASES: dict[str, Generator] = {"ops.dot_product_attention": dot_product_attention}
