"""The law of inference: whatever the catalogue lets pass as an argument, it never raises, and it is quick."""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphspec.catalog import catalog
from graphspec.catalog.kinds import Alternative, Kind, parse_kind
from graphspec.compiler import Options, compile_bytes
from graphspec.graph.literals import fits

DTYPES = ["float32", "float32", "int32", "bool", "string", "complex64", "float16", "uint8"]
EDGES = [0, 1, -1, 2, -2, 3, 5, 7, -9, 10**3, 2**31, 10**19, -(10**19), 10**400]
FLOATS: list[float] = [0.0, 1.0, -1.0, 0.5, 1e300, -1e300, 1e-300, 2, 3, 0, -1]
TEXTS = ["", "a", "abc,cd->abd", "ab->ba", "...a,ab->...b", "->", ",", "a->", "b c -> (b c)", "channels_last", "same",
         "é", "nan", "0", "fro", "b (h 2) -> b h 2"]  # fmt: skip
LAYERS: list[dict[str, Any]] = [
    {"Dense": {"units": 3}},
    {"LSTM": {"units": 2}},
    {"LSTM": {"units": 2, "return_state": True}},
    {"Conv2D": {"filters": 2, "kernel_size": 3}},
    {"LSTMCell": {"units": 2}},
    {"GRUCell": {"units": 0}},
    {"TimeDistributed": {"layer": {"Flatten": {}}}},
    {"Add": {}},
    {"Embedding": {"input_dim": 3, "output_dim": 2}},
    {"RandomFlip": {}},
    {"InputLayer": {"shape": [3]}},
]
OBJECTS: dict[str, list[Any]] = {
    "activation": ["relu", "softmax", "glu", {"PReLU": {}}, {"LeakyReLU": {"negative_slope": 0.1}}],
    "initializer": ["zeros", "orthogonal", {"Constant": {"value": 2}}, "identity"],
    "regularizer": ["l2", {"L1": {"l1": 0.1}}, {"OrthogonalRegularizer": {"mode": "columns"}}],
    "constraint": ["non_neg", {"MaxNorm": {"axis": 7}}],
}
SQUASHED: list[dict[str, Any]] = [
    {"ops.sum": {}},
    {"ops.isnan": {}},
    {"ops.reshape": {"newshape": [-1]}},
    {"ops.reshape": {"newshape": []}},
    {"ops.reshape": {"newshape": [2, 0]}},
    {"ops.split": {"indices_or_sections": 1}},
    {"ops.expand_dims": {"axis": 0}},
]
ODD: list[Any] = [
    *[
        None,
        True,
        0,
        -1,
        1.5,
        10**400,
        "a",
        "",
        {},
        {"a": 1},
        [],
        [[]],
        [[], [1]],
        [1, [2, 3]],
        [1, 2, 3],
        [[1, 2], [3]],
    ],
    *[[None], ["a"], [-1], [True], [0.5], [10**19, 10**19]],
    *[{"constant": [[1, 2]]}, {"constant": []}, {"constant": 3}],
]


def value_of(rng: random.Random, kind: Kind) -> Any:
    """Return a value that an argument of a kind may hold, preferably an odd one."""
    alternative = rng.choice(kind)
    return MAKERS.get(alternative.name, lambda chance, _: chance.choice(ODD))(rng, alternative)


def integer(rng: random.Random, alternative: Alternative) -> int:
    low, high = (value if value is None else int(value) for value in (alternative.low, alternative.high))
    small = rng.choice([1, 1, 2, 3, 4])
    found = rng.choice([small, small, rng.choice(EDGES)])
    found = found if low is None else max(found, low)
    return found if high is None else min(found, high)


def floating(rng: random.Random, alternative: Alternative) -> float:
    return rng.choice([value for value in FLOATS if fits(value, alternative)] or [0.5])


def listed(rng: random.Random, alternative: Alternative) -> list[Any]:
    low = alternative.min_count or 0
    high = low + 4 if alternative.max_count is None else alternative.max_count
    return [value_of(rng, alternative.item or ()) for _ in range(rng.randint(low, high))]


MAKERS: dict[str, Callable[[random.Random, Alternative], Any]] = {
    "null": lambda _, __: None,
    "bool": lambda rng, _: rng.random() < 0.5,
    "string": lambda rng, _: rng.choice(TEXTS),
    "literal": lambda _, alternative: alternative.literal,
    "int": integer,
    "float": floating,
    "list": listed,
    "dtype": lambda rng, _: rng.choice([*DTYPES, "mixed_float16", "float8", "int8_from_float32"]),
    "shape": lambda rng, _: [rng.choice([None, 1, 2, 10**19]) for _ in range(rng.randrange(4))],
    "layer": lambda rng, _: rng.choice(LAYERS),
    "dict": lambda rng, _: rng.choice([{}, {"a": 1}, {"block_size": 3}]),
    **{name: lambda rng, alternative: rng.choice(OBJECTS[alternative.name]) for name in OBJECTS},
}


def inputs(rng: random.Random, count: int) -> dict[str, Any]:
    """Return inputs of random shapes."""
    sizes = [1, 2, 3, 4, 8, None, "time", 10**9]
    weights = [3, 5, 5, 5, 5, 2, 2, 1]
    return {
        f"x{number}": {
            "shape": rng.choices(sizes, weights, k=rng.randrange(5)),
            "dtype": rng.choice(DTYPES),
            **({"batch_size": rng.choice([1, 2])} if rng.random() < 0.2 else {}),
        }
        for number in range(count)
    }


def arguments(rng: random.Random, declared: Any, chance: float) -> dict[str, Any]:
    """Return arguments that are needed, and others now and then."""
    return {
        item.name: value_of(rng, parse_kind(item.kind)) for item in declared if item.required or rng.random() < chance
    }


def layer_case(rng: random.Random, name: str) -> dict[str, Any]:
    found = catalog.layer(name)
    assert found is not None
    takers = [item for item in found.call if item.role != "literal"]
    given = inputs(rng, 3)
    wired: dict[str, Any] = {}
    for number, item in enumerate(takers):
        if item.required or rng.random() < 0.3:
            several = [rng.choice(list(given)) for _ in range(rng.randint(max(item.min_count, 1), 3))]
            wired[item.name] = several if item.role == "tensors" else rng.choice(list(given))
        if number == 2:
            break
    node: dict[str, Any] = {name: arguments(rng, found.arguments.values(), rng.choice([0.05, 0.2, 0.5]))}
    if wired:
        node["from"] = wired
    literals = arguments(rng, [item for item in found.call if item.role == "literal"], 0.2)
    return spec(rng, given, node | ({"with": literals} if literals else {}))


def op_case(rng: random.Random, name: str) -> dict[str, Any]:
    found = catalog.op(name)
    assert found is not None
    given = inputs(rng, 2)
    wired: dict[str, Any] = {}
    literals: dict[str, Any] = {}
    for item in found.arguments:
        if not item.required and rng.random() > 0.3:
            continue
        if item.role == "literal" or (item.role == "tensor" and rng.random() < 0.3):
            literals[item.name] = value_of(rng, parse_kind(item.kind))
        else:
            several = [rng.choice(list(given)) for _ in range(rng.randint(max(item.min_count, 1), 3))]
            wired[item.name] = several if item.role == "tensors" else rng.choice(list(given))
    return spec(rng, given, {f"ops.{name}": literals} | ({"from": wired} if wired else {}))


def spec(rng: random.Random, given: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return a spec of one node, with another before it, now and then, that leaves no batch, no size or no tensor."""
    before = rng.choice(list(given)) if rng.random() < 0.4 else None
    odd: dict[str, Any] = {} if before is None else {before: {**rng.choice(SQUASHED), "from": f"{before}_in"}}
    inputs = {f"{name}_in" if name == before else name: item for name, item in given.items()}
    return {"graphspec": 1, "inputs": inputs, "nodes": {**odd, "n": node}, "outputs": "n"}


CASES = dict.fromkeys(catalog.layer_names(), layer_case) | dict.fromkeys(catalog.op_names(), op_case)


@pytest.mark.parametrize("name", sorted(CASES))
def test_inference_never_raises(name: str, pytestconfig: pytest.Config) -> None:
    for number in range(max(pytestconfig.getoption("--cases") // 5, 1)):
        case = CASES[name](random.Random(f"{name}:{number}"), name)
        data = json.dumps(case).encode()
        start = time.perf_counter()
        try:
            compile_bytes(data, "spec.yaml", Options(trust=True), Path.cwd())
        except Exception as error:
            raise AssertionError(f"{type(error).__name__} for {data.decode()[:2000]}") from error
        assert time.perf_counter() - start < 1, data.decode()[:2000]
