"""Specs to measure the front end with; run as a script, it prints the milliseconds that one of 1,000 specs takes."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

SPECS = 1000
HUGE = """\
graphspec: 1
inputs: {x: [1000000]}
nodes:
  hidden: {Dense: {units: 1000000}, from: x}
  label: {Dense: {units: 10}, from: hidden}
outputs: label
"""
SMALL = HUGE.replace("1000000", "10")


def row(count: int) -> str:
    """Return a spec of so many Dense layers, each a node that names the one before."""
    lines = (f"  n{number}: {{Dense: {{units: 64}}, from: n{number - 1}}}\n" for number in range(1, count + 1))
    return f"graphspec: 1\ninputs: {{n0: [64]}}\nnodes:\n{''.join(lines)}outputs: n{count}\n"


def chain(count: int) -> str:
    """Return a spec of so many Dense layers as one chain."""
    members = "      - Dense: {units: 64}\n" * count
    return f"graphspec: 1\ninputs: {{x: [64]}}\nnodes:\n  y:\n    chain:\n{members}    from: x\noutputs: y\n"


def twenty_nodes(number: int) -> dict[str, object]:
    """Return a spec of 20 nodes of several types; another number gives another spec."""
    width, size = 8 + number, 2 + number % 4
    wide = {"filters": width + 7, "kernel_size": 3, "padding": "same"}
    nodes: tuple[tuple[str, str, dict[str, object], object], ...] = (
        ("conv1", "Conv2D", {"filters": width, "kernel_size": size, "padding": "same", "activation": "relu"}, "image"),
        ("bn1", "BatchNormalization", {"epsilon": 1e-5}, "conv1"),
        ("pool1", "MaxPooling2D", {"pool_size": 2}, "bn1"),
        ("conv2", "Conv2D", {"filters": width + 3, "kernel_size": [size, size], "use_bias": False}, "pool1"),
        ("bn2", "BatchNormalization", {}, "conv2"),
        ("relu", "Activation", {"activation": "relu"}, "bn2"),
        ("separable", "SeparableConv2D", wide, "relu"),
        ("skip", "Conv2D", {"filters": width + 7, "kernel_size": 1}, "relu"),
        ("sum", "Add", {}, ["separable", "skip"]),
        ("spatial", "SpatialDropout2D", {"rate": 0.2}, "sum"),
        ("pool2", "GlobalAveragePooling2D", {}, "spatial"),
        ("embedded", "Embedding", {"input_dim": 1000 + width, "output_dim": 32}, "words"),
        ("lstm", "LSTM", {"units": width, "return_sequences": True}, "embedded"),
        ("gru", "GRU", {"units": 16 + size}, "lstm"),
        ("both", "Concatenate", {}, ["pool2", "gru"]),
        ("norm", "LayerNormalization", {}, "both"),
        ("dropout", "Dropout", {"rate": 0.5}, "norm"),
        ("hidden", "Dense", {"units": width, "kernel_initializer": {"HeNormal": {"seed": size}}}, "dropout"),
        ("label", "Dense", {"units": 10, "activation": "softmax"}, "hidden"),
        ("score", "Dense", {"units": 1, "activation": "sigmoid"}, "hidden"),
    )
    return {
        "graphspec": 1,
        "name": f"model_{number}",
        "inputs": {"image": [64, 64, 3], "words": [None]},
        "nodes": {name: {layer: arguments, "from": source} for name, layer, arguments, source in nodes},
        "outputs": ["label", "score"],
        "compile": {
            "optimizer": {"Adam": {"learning_rate": 1e-3}},
            "loss": {"label": "sparse_categorical_crossentropy", "score": "binary_crossentropy"},
        },
    }


def flow(spec: dict[str, object]) -> str:
    """Return a spec as one line of JSON."""
    return json.dumps(spec)


def block(spec: dict[str, object]) -> str:
    """Return a spec as people write it: a line for each entry of a section."""
    lines = []
    for key, value in spec.items():
        if not isinstance(value, dict):
            lines.append(f"{key}: {_inline(value)}")
            continue
        lines.append(f"{key}:")
        lines += [f"  {name}: {_inline(entry)}" for name, entry in value.items()]
    return "\n".join(lines) + "\n"


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_inline(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return value if isinstance(value, str) else json.dumps(value)


def main() -> None:
    """Print how many milliseconds of processor time a spec takes, once everything is loaded."""
    from graphspec.compiler import Options, compile_bytes

    written = {"flow": flow, "block": block}[sys.argv[1]]
    texts = [written(twenty_nodes(number)).encode() for number in range(SPECS)]
    options, folder = Options(), Path.cwd()
    for text in texts[:50]:
        result = compile_bytes(text, "spec.yaml", options, folder)
        assert not result.has_errors, result.diagnostics
    start = time.process_time()
    for text in texts:
        compile_bytes(text, "spec.yaml", options, folder)
    print((time.process_time() - start) / SPECS * 1000)


if __name__ == "__main__":
    main()
