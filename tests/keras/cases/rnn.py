"""Cases of the recurrent layers, their cells and their wrappers.

Left out, since what Keras gives there makes no sense and the rules refuse it: a cell on sequences (GRUCell and LSTMCell
split and slice the wrong axis), one tensor as the states of LSTMCell or Bidirectional (Keras takes samples of the batch
for them), and a Bidirectional whose directions have different numbers of states (a state gets lost).
TimeDistributed lets global pooling take too few dimensions, and pools the wrong ones.
Unknown to the rules: TimeDistributed around a layer of another dtype, whose casts Keras skips.
"""

import random
from collections.abc import Callable
from typing import Any

from agreement import Case, Generator, pick

UNITS = [1, 2, 3, 4]
DTYPES = ["float32"] * 6 + ["float16", "int32", "bool", "float64", "bfloat16"]
POLICIES = [...] * 6 + ["mixed_float16", "float16", "float64", "mixed_bfloat16"]
STATES = {"SimpleRNN": 1, "GRU": 1, "LSTM": 2}


def of_input(rng: random.Random, shape: list[Any], *, fixed: float = 0.1, dtype: str | None = None) -> dict[str, Any]:
    """Return an input of a shape, at times of a dtype of its own and with a batch size."""
    given: dict[str, Any] = {"shape": shape, "dtype": dtype or rng.choice(DTYPES)}
    return given | ({"batch_size": 2} if rng.random() < fixed else {})


def cell_arguments(rng: random.Random, layer: str) -> dict[str, Any]:
    """Return arguments that a layer and its cell have in common."""
    arguments = pick(
        rng, units=UNITS, use_bias=[..., ..., False], activation=[..., ..., "relu"], dtype=POLICIES,
        dropout=[..., ..., 0.5], recurrent_dropout=[..., ..., ..., 0.5],
    )  # fmt: skip
    return arguments | (pick(rng, reset_after=[..., True, False]) if layer.startswith("GRU") else {})


def loop_arguments(rng: random.Random) -> dict[str, Any]:
    """Return arguments of how a layer goes over time."""
    return pick(
        rng, return_sequences=[True, False, ...], return_state=[True, False, ...], go_backwards=[True, ..., ...],
        stateful=[True, *[...] * 6], unroll=[True, ..., ...],
    )  # fmt: skip


def sequence(rng: random.Random) -> list[Any]:
    """Return the shape of sequences, at times of the wrong rank or of unknown features."""
    steps = rng.choice([1, 2, 4, None, "time", "steps"])
    features = rng.choice([1, 2, 3, 5, 5, 5, None, "time"]) if rng.random() < 0.3 else rng.choice([1, 2, 3, 5])
    return rng.choice([[steps, features]] * 9 + [[features], [2, steps, features]])


def state_shape(rng: random.Random, units: int) -> list[Any]:
    """Return the shape of a state, wrong now and then: but what broadcasts in Keras by luck."""
    return rng.choice([[units]] * 8 + [[None], [units + 1 if units > 1 else 1]])


def calls(rng: random.Random, shape: list[Any], units: int, count: int, *, unroll: bool) -> tuple[dict[str, Any], Any]:
    """Return inputs and how they feed a call: at times with states and a mask."""
    inputs = {"x": of_input(rng, shape, fixed=0.4)}
    feed: Any = "x"
    if rng.random() < 0.3:
        number = rng.choice([count] * 8 + [count + 1, max(count - 1, 1)])
        names = [f"h{i}" for i in range(number)]
        batch = {"batch_size": inputs["x"]["batch_size"]} if "batch_size" in inputs["x"] else {}
        inputs |= {name: {"shape": state_shape(rng, units)} | batch for name in names}
        feed = {"sequences": "x", "initial_state": names if number > 1 or rng.random() < 0.7 else names[0]}
    if rng.random() < 0.25:
        steps = shape[0] if rng.random() < 0.85 or unroll else 3
        inputs["m"] = {"shape": [steps], "dtype": "bool"}
        feed = {**(feed if isinstance(feed, dict) else {"sequences": "x"}), "mask": "m"}
    return inputs, feed


def recurrent(layer: str) -> Generator:
    """Return a generator of calls of SimpleRNN, GRU or LSTM."""

    def make(rng: random.Random) -> Case:
        arguments = cell_arguments(rng, layer) | loop_arguments(rng)
        inputs, feed = calls(rng, sequence(rng), arguments["units"], STATES[layer], unroll="unroll" in arguments)
        return Case(layer, arguments, inputs, feed)

    return make


def cell(layer: str) -> Generator:
    """Return a generator of calls of a cell by itself."""
    count = STATES[layer.removesuffix("Cell")]

    def make(rng: random.Random) -> Case:
        arguments = cell_arguments(rng, layer)
        features = rng.choice([1, 2, 3, 3, 3, None])
        number = rng.choice([count] * 8 + [count + 1, max(count - 1, 1)])
        states = [f"h{i}" for i in range(number)]
        shapes = {name: {"shape": state_shape(rng, arguments["units"])} for name in states}
        first = "sequence" if layer == "SimpleRNNCell" else "inputs"
        feed = {first: "x", "states": states}
        return Case(layer, arguments, {"x": of_input(rng, [features], fixed=0.0)} | shapes, feed)

    return make


def any_cell(rng: random.Random) -> tuple[dict[str, Any], int, int]:
    """Return a cell, its units and the number of its states."""
    name = rng.choice(["LSTM", "GRU", "SimpleRNN"])
    arguments = cell_arguments(rng, name)
    return {f"{name}Cell": arguments}, arguments["units"], STATES[name]


def rnn(rng: random.Random) -> Case:
    """Return a call of RNN over a cell, a list of cells, or what is no cell."""
    arguments = loop_arguments(rng) | pick(rng, dtype=POLICIES)
    kind = rng.choice(["one", "one", "list", "list", "stack", "wrong"])
    shape = sequence(rng)
    if kind in {"one", "wrong"}:
        inner, units, count = any_cell(rng)
        if kind == "wrong" and rng.random() < 0.3:
            inner = {"Dense": {"units": 2}}
        inputs, feed = calls(rng, shape, units, count, unroll="unroll" in arguments)
        if len(shape) == 3 and "SimpleRNNCell" in inner:
            return rnn(rng)
        return Case("RNN", {"cell": inner, **arguments}, inputs, feed)
    cells = [any_cell(rng) for _ in range(rng.choice([1, 2, 3]))]
    listed = [item for item, _, _ in cells]
    shape = shape if len(shape) < 3 else shape[1:]
    inputs: dict[str, Any] = {"x": of_input(rng, shape, fixed=0.4)}
    feed: Any = "x"
    if rng.random() < 0.3:
        states = []
        for number, (_, units, count) in enumerate(cells):
            names = [f"h{number}{i}" for i in range(count)]
            inputs |= {name: {"shape": state_shape(rng, units)} for name in names}
            states.append(names if count > 1 or rng.random() < 0.5 else names[0])
        feed = {"sequences": "x", "initial_state": states}
    given = listed if kind == "list" else {"StackedRNNCells": {"cells": listed}}
    return Case(
        "RNN", {"cell": given, **arguments}, inputs, feed, output="n.0" if arguments.get("return_state") else "n"
    )


def stacked(rng: random.Random) -> Case:
    """Return a call of StackedRNNCells by itself."""
    cells = [any_cell(rng) for _ in range(rng.choice([1, 2, 3]))]
    inputs = {"x": of_input(rng, [rng.choice([1, 2, 3, 3, 3, None])], fixed=0.0)}
    states: list[Any] = []
    for number, (_, units, count) in enumerate(cells):
        names = [f"h{number}{i}" for i in range(count)]
        inputs |= {name: {"shape": state_shape(rng, units)} for name in names}
        states.append(names)
    if len(states) > 1 and rng.random() < 0.1:
        states = states[1:]
    feed = {"inputs": "x", "states": states}
    return Case("StackedRNNCells", {"cells": [item for item, _, _ in cells]}, inputs, feed, output="n.0")


def conv_lstm(dims: int) -> Generator:
    """Return a generator of calls of ConvLSTM1D, ConvLSTM2D or ConvLSTM3D."""

    def make(rng: random.Random) -> Case:
        def either(values: list[int]) -> Any:
            return rng.choice(values) if rng.random() < 0.5 else [rng.choice(values) for _ in range(dims)]

        loop = {key: value for key, value in loop_arguments(rng).items() if key != "unroll"}
        arguments = conv_arguments(rng, either) | loop
        spatial = [rng.choice([2, 3, 4, 5]) if rng.random() > 0.04 else rng.choice([None, "time"]) for _ in range(dims)]
        channels = rng.choice([1, 2, 3]) if rng.random() > 0.04 else None
        steps = rng.choice([1, 2, 3, None, "time"])
        is_first = arguments.get("data_format") == "channels_first"
        shape = [steps, channels, *spatial] if is_first else [steps, *spatial, channels]
        shape = shape if rng.random() > 0.06 else shape[1:]
        inputs = {"x": of_input(rng, shape, fixed=0.4, dtype=rng.choice(["float32"] * 4 + ["float16"]))}
        return Case(f"ConvLSTM{dims}D", arguments, inputs, "x")

    return make


def conv_arguments(rng: random.Random, either: Callable[[list[int]], Any]) -> dict[str, Any]:
    """Return the arguments of a ConvLSTM that are not about time."""
    arguments = pick(
        rng, filters=[1, 2, 3], padding=[..., "same", "valid"], use_bias=[..., False], dropout=[..., ..., 0.5],
        data_format=[..., ..., ..., "channels_last", "channels_first"], dtype=[*[...] * 6, "mixed_float16", "float64"],
        recurrent_dropout=[..., ..., 0.5],
    )  # fmt: skip
    arguments["kernel_size"] = either([1, 2, 3])
    if rng.random() < 0.4:
        arguments["strides"] = either([1, 2, 3])
    if rng.random() < 0.25:
        arguments["dilation_rate"] = either([1, 2])
    return arguments


def directed(rng: random.Random, name: str, loop: dict[str, Any]) -> tuple[dict[str, Any], int, int]:
    """Return a recurrent layer of a kind, its units and the number of its states."""
    if name.startswith("ConvLSTM"):
        arguments = conv_arguments(rng, rng.choice)
        return {name: arguments | {key: value for key, value in loop.items() if key != "unroll"}}, 0, 2
    if name == "RNN":
        inner, units, count = any_cell(rng)
        return {"RNN": {"cell": inner, **loop} | pick(rng, dtype=POLICIES)}, units, count
    arguments = cell_arguments(rng, name)
    return {name: arguments | loop}, arguments["units"], STATES[name]


def bidirectional(rng: random.Random) -> Case:
    """Return a call of Bidirectional, at times with a layer for the way back."""
    name = rng.choice(["LSTM", "GRU", "SimpleRNN"] * 3 + ["RNN", "ConvLSTM1D", "ConvLSTM2D"])
    loop = {key: value for key, value in loop_arguments(rng).items() if key != "go_backwards"}
    inner, units, count = directed(rng, name, loop)
    arguments: dict[str, Any] = {"layer": inner}
    arguments |= pick(rng, merge_mode=[..., "concat", "sum", "mul", "ave", None], dtype=[*[...] * 4, "float16"])
    if rng.random() < 0.3:
        back, _, _ = directed(rng, name, loop)
        back[name]["go_backwards"] = rng.random() < 0.9
        if "units" in back[name] and rng.random() < 0.8:
            back[name]["units"] = units
        arguments["backward_layer"] = back
    if rng.random() < 0.08:
        inner[name]["go_backwards"] = True
    if rng.random() < 0.06:
        arguments["layer"] = rng.choice([{"Dense": {"units": 3}}, {"TimeDistributed": {"layer": inner}}])
    if rng.random() < 0.04 and "backward_layer" in arguments:
        arguments["backward_layer"][name]["return_sequences"] = rng.random() < 0.5
    return directed_call(rng, arguments, name, units, count, loop)


def directed_call(
    rng: random.Random, arguments: dict[str, Any], name: str, units: int, count: int, loop: dict[str, Any]
) -> Case:
    """Return a call of Bidirectional on sequences that its layer takes, mostly."""
    if name.startswith("ConvLSTM"):
        shape = [rng.choice([1, 2, 3, "time"]), *([5] * int(name[-2])), rng.choice([1, 2])]
        inputs: dict[str, Any] = {"x": of_input(rng, shape, dtype="float32", fixed=0.4)}
        feed: Any = "x"
    else:
        shape = sequence(rng)
        if name in {"RNN", "SimpleRNN"} and len(shape) == 3:
            shape = shape[1:]
        inputs, feed = calls(rng, shape, units, 2 * count, unroll="unroll" in loop)
        if isinstance(feed, dict) and isinstance(feed.get("initial_state", []), str):
            feed["initial_state"] = [feed["initial_state"]]
    is_list = arguments.get("merge_mode", "") is None or loop.get("return_state")
    return Case("Bidirectional", arguments, inputs, feed, output="n.0" if is_list else "n")


def step_layers(rng: random.Random) -> dict[str, Any]:
    """Return a layer to be applied at each time, with the shape of a step that it takes."""
    units = rng.choice(UNITS)
    dense = {"Dense": {"units": units}}
    lstm = {"LSTM": {"units": units} | pick(rng, return_sequences=[True, ...], return_state=[..., ..., ..., True])}
    twice = {"Bidirectional": {"layer": {"GRU": {"units": units}}} | pick(rng, merge_mode=[..., "sum", ..., None])}
    return rng.choice([
        {"layer": dense, "step": [3]},
        {"layer": dense, "step": [2, 3]},
        {"layer": {"Embedding": {"input_dim": 9, "output_dim": units}}, "step": [4], "dtype": "int32"},
        {"layer": lstm, "step": [4, 3]},
        {"layer": twice, "step": [4, 3]},
        {"layer": {"TimeDistributed": {"layer": dense}}, "step": [4, 3]},
        {"layer": {"Conv2D": {"filters": units, "kernel_size": 2}}, "step": [4, 4, 2]},
        {"layer": {"Conv1D": {"filters": units, "kernel_size": 3, "padding": "same"}}, "step": [4, 2]},
        {"layer": {"Flatten": {}}, "step": [4, 2]},
        {"layer": {"Dropout": {"rate": 0.5}}, "step": [4]},
        {"layer": {"LayerNormalization": {}}, "step": [4]},
        {"layer": {"GlobalAveragePooling1D": {}}, "step": [4, 2]},
        {"layer": {"Add": {}}, "step": [4]},
        {"layer": {"ref": "shared"}, "step": [3], "layers": {"shared": dense}},
        {"layer": {"ref": "inner"}, "step": [3], "models": {"inner": inner_model(units)}},
    ])  # fmt: skip


def inner_model(units: int) -> dict[str, Any]:
    """Return a nested model."""
    nodes = {"d": {"Dense": {"units": units}, "from": "x"}, "e": {"Dense": {"units": 2}, "from": "d"}}
    return {"inputs": {"x": [3]}, "nodes": nodes, "outputs": "e"}


def time_distributed(rng: random.Random) -> Case:
    """Return a call of TimeDistributed around one of many layers."""
    chosen = step_layers(rng)
    shape = [rng.choice([1, 2, 3, None, "time"]), *chosen["step"]]
    damage = rng.random()
    if damage < 0.05 and "GlobalAveragePooling1D" not in chosen["layer"]:
        shape = shape[1:]
    elif damage < 0.1:
        shape[-1] = rng.choice([None, 1, 5])
    inputs: dict[str, Any] = {"x": of_input(rng, shape, dtype=chosen.get("dtype", rng.choice(["float32", "float16"])))}
    feed: Any = "x"
    if rng.random() < 0.25:
        inputs["m"] = {"shape": rng.choice([shape[:1], shape[:1], shape[:2], [2], []]), "dtype": "bool"}
        feed = {"inputs": "x", "mask": "m"}
    return Case(
        "TimeDistributed", {"layer": chosen["layer"]}, inputs, feed,
        layers=chosen.get("layers", {}), models=chosen.get("models", {}),
    )  # fmt: skip


CASES: dict[str, Generator] = {
    **{name: recurrent(name) for name in STATES},
    **{f"{name}Cell": cell(f"{name}Cell") for name in STATES},
    **{f"ConvLSTM{dims}D": conv_lstm(dims) for dims in (1, 2, 3)},
    "Bidirectional": bidirectional,
    "RNN": rnn,
    "StackedRNNCells": stacked,
    "TimeDistributed": time_distributed,
}
