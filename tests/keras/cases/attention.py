"""Cases of the attention layers.

Left out, since Keras gives there what nobody means and the rules refuse it: a mask with more steps than scores of one
step, where Keras' fused attention repeats them; attention axes that do not exist, where it ignores them; a value
that is no sequence beside a key that is one, where a batch of the right size fits. And what the backend decides: whole
and floating numbers in one sum, and scores of more than five dimensions.
"""

import random
from typing import Any

from agreement import Case, Generator, pick

DTYPES = ["float32"] * 6 + ["float16", "int32", "float64"]
POLICIES = [...] * 6 + ["mixed_float16", "float16", "float64"]
LENGTHS = [2, 3, 4, 6]


def length(rng: random.Random) -> Any:
    """Return a number of steps, at times a name or unknown."""
    return rng.choice(LENGTHS) if rng.random() > 0.2 else rng.choice([None, "time", "steps"])


def tensor(rng: random.Random, shape: list[Any]) -> dict[str, Any]:
    """Return an input, at times with a size that does not fit."""
    if rng.random() < 0.06:
        shape = [*shape]
        shape[rng.randrange(len(shape))] = rng.choice([None, 5, "steps"])
    return {"shape": shape, "dtype": rng.choice(DTYPES)}


def operands(rng: random.Random, *, same_features: bool, inner: int) -> tuple[dict[str, Any], Any, Any, list[Any]]:
    """Return inputs named q, v and maybe k, the steps of query and value, and the dimensions before these."""
    before = [length(rng) for _ in range(inner)]
    target = [length(rng)]
    source = target if rng.random() < 0.3 else [length(rng)]
    features = rng.choice([2, 3, 4])
    others = features if same_features else rng.choice([2, 3, 4])
    inputs = {"q": tensor(rng, [*before, *target, features]), "v": tensor(rng, [*before, *source, others])}
    if rng.random() < 0.4:
        size = others if same_features and rng.random() < 0.5 else rng.choice([2, 3, 4])
        inputs["k"] = tensor(rng, [*before, *source, size])
    return inputs, target[0], source[0], before


def headed(name: str, arguments: dict[str, Any], rng: random.Random, inner: int) -> Case:
    """Return a call of a layer with heads."""
    inputs, target, source, before = operands(rng, same_features=name == "GroupQueryAttention", inner=inner)
    if rng.random() < 0.05:
        inputs["q"]["shape"] = inputs["q"]["shape"][1:]
    feed = {"query": "q", "value": "v", **({"key": "k"} if "k" in inputs else {})}
    if rng.random() < 0.3 and not before:
        shape = rng.choice([[target, source]] * 4 + [[1, target, source], [source], [target, 5]])
        inputs["m"] = {"shape": shape, "dtype": "bool"}
        feed["attention_mask"] = "m"
    for mask, steps in (("query_mask", target), ("value_mask", source), ("key_mask", source)):
        is_four = "m" in inputs and len(inputs["m"]["shape"]) == 3
        if rng.random() < 0.12 and not is_four and not before and (mask != "key_mask" or "k" in inputs):
            inputs[mask] = {"shape": [steps if rng.random() < 0.85 else 5], "dtype": "bool"}
            feed[mask] = mask
    if name == "MultiHeadAttention":
        inputs, feed = ({key: value for key, value in each.items() if key != "query_mask"} for each in (inputs, feed))
    call = pick(rng, return_attention_scores=[True, ..., ...], use_causal_mask=[True, ..., ...])
    return Case(name, arguments, inputs, feed, call)


def multi_head(rng: random.Random) -> Case:
    """Return a call of MultiHeadAttention, at times over axes of its own."""
    arguments = pick(
        rng, num_heads=[1, 2, 3], key_dim=[1, 2, 3], value_dim=[..., ..., 1, 4], dropout=[..., ..., 0.5],
        use_bias=[..., ..., False], output_shape=[..., ..., ..., 3, [5], [2, 3]], sliding_window=[*[...] * 5, 2],
        use_gate=[..., ..., True], flash_attention=[*[...] * 9, False], dtype=POLICIES,
    )  # fmt: skip
    inner = rng.choice([0, 0, 0, 1, 2])
    if rng.random() < 0.3:
        last = inner + 1
        among = [[last], [last], last, -1, [1], list(range(1, last + 1)), [-1]]
        among = among if inner == 1 else [[2, 3], [1, 2, 3]] if inner else [1, [1], -1]
        arguments["attention_axes"] = rng.choice(among)
    if rng.random() < 0.03 and arguments.get("dropout"):
        arguments["flash_attention"] = True
    return headed("MultiHeadAttention", arguments, rng, inner)


def group_query(rng: random.Random) -> Case:
    """Return a call of GroupQueryAttention, at times with heads that do not divide."""
    arguments = pick(
        rng, head_dim=[1, 2, 3], dropout=[..., ..., 0.5], use_bias=[..., ..., False], sliding_window=[*[...] * 5, 2],
        use_gate=[..., ..., True], dtype=POLICIES,
    )  # fmt: skip
    shared = rng.choice([1, 2, 3])
    arguments["num_query_heads"] = shared * rng.choice([1, 2]) + (rng.random() < 0.05)
    arguments["num_key_value_heads"] = shared
    return headed("GroupQueryAttention", arguments, rng, rng.choice([0] * 12 + [1]))


def plain(name: str) -> Generator:
    """Return a generator of calls of Attention or AdditiveAttention."""

    def make(rng: random.Random) -> Case:
        arguments = pick(rng, use_scale=[..., True, False], dropout=[..., 0.5], dtype=POLICIES)
        if name == "Attention":
            arguments |= pick(rng, score_mode=[..., "dot", "concat"])
        inputs, target, source, before = operands(
            rng, same_features=rng.random() < 0.85, inner=rng.choice([0, 0, 0, 1])
        )
        if "k" in inputs:
            inputs["k"]["shape"] = [*inputs["k"]["shape"][:-1], inputs["q"]["shape"][-1]]
        if rng.random() < 0.05 and "k" not in inputs:
            inputs["v"]["shape"] = inputs["v"]["shape"][1:]
        if "int32" in {item["dtype"] for item in inputs.values()}:
            inputs = {name: {**item, "dtype": "int32"} for name, item in inputs.items()}
        feed: Any = list(inputs)
        if rng.random() < 0.3 and not before:
            inputs["qm"] = {"shape": [target if rng.random() < 0.85 else 5], "dtype": "bool"}
            inputs["vm"] = {"shape": [source if rng.random() < 0.85 else 5], "dtype": "bool"}
            feed = {"inputs": feed, "mask": ["qm", "vm"] if rng.random() < 0.9 else "qm"}
        call = pick(rng, return_attention_scores=[True, ..., ...], use_causal_mask=[True, ..., ...])
        return Case(name, arguments, inputs, feed, call)

    return make


CASES: dict[str, Generator] = {
    "AdditiveAttention": plain("AdditiveAttention"),
    "Attention": plain("Attention"),
    "GroupQueryAttention": group_query,
    "MultiHeadAttention": multi_head,
}
