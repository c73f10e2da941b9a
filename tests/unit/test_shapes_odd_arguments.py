"""Arguments that the catalogue lets pass and that no rule had in mind: each is told, and none is an exception."""

import json
from pathlib import Path
from typing import Any

import pytest

from graphspec.compiler import Options, compile_bytes


def messages_of(what: str, arguments: dict[str, Any], **wired: Any) -> list[str]:
    inputs = {"image": [4, 4, 4, 2], "x": [3], "y": [3, 8]}
    node = {what: arguments} | ({"from": wired} if wired else {})
    spec = {"graphspec": 1, "inputs": inputs, "nodes": {"n": node}, "outputs": "n"}
    found = compile_bytes(json.dumps(spec).encode(), "spec.yaml", Options(), Path.cwd()).diagnostics
    return [item.message for item in found if item.severity == "error"]


@pytest.mark.parametrize(
    ("what", "arguments", "wired", "message"),
    [
        ("ops.cdist", {"y": [[1.0, 2.0]]}, {"x": "x"}, 'needs a tensor as "y", not [[1.0, 2.0]]'),
        ("ops.conv", {"kernel": 1.5}, {"inputs": "x"}, 'needs a tensor as "kernel", not 1.5'),
        ("ops.cholesky", {"x": None}, {}, '"x" of ops.cholesky must be numbers'),
        ("ops.det", {"x": [[1.0, 2.0], [3.0]]}, {}, "takes lists of one length"),
        ("ops.pad", {"pad_width": [[0, 1, 1], 1, 4]}, {"x": "x"}, "has numbers beside pairs in pad_width"),
        ("ops.view", {"dtype": "string"}, {"x": "x"}, "cannot view float32 as string"),
        (
            "ops.image.extract_patches_3d",
            {"size": 1, "dilation_rate": []},
            {"volumes": "image"},
            "has dilation_rate of 0 numbers for 3 spatial axes",
        ),
        (
            "ops.image.scale_and_translate",
            {"output_shape": [1, 4, 4, 4, 2], "spatial_dims": [1000], "method": "cubic", "scale": 1, "translation": 0},
            {"images": "image"},
            "has no axis 1000",
        ),
        (
            "StackedRNNCells",
            {"cells": [{"Conv2D": {"filters": 2, "kernel_size": 3}}]},
            {"inputs": "x", "states": ["x"]},
            "needs a cell, and Conv2D is none",
        ),
        ("GlobalAveragePooling1D", {}, {"inputs": "x", "mask": "x"}, "needs 3 dimensions"),
    ],
)  # fmt: skip
def test_an_odd_argument_is_told(what: str, arguments: dict[str, Any], wired: dict[str, Any], message: str) -> None:
    (found,) = messages_of(what, arguments, **wired)
    assert message in found


@pytest.mark.parametrize(
    ("what", "arguments", "wired"),
    [
        ("ops.ctc_decode", {"sequence_lengths": [3]}, {"inputs": "y"}),
        (
            "ops.image.scale_and_translate",
            {"output_shape": [1, 8, 4, 4, 2], "spatial_dims": [1], "method": "cubic", "scale": [2], "translation": [0]},
            {"images": "image"},
        ),
        ("AdaptiveAveragePooling1D", {"output_size": 10**18}, {"inputs": "y"}),
    ],
)
def test_an_odd_argument_that_keras_takes_is_taken(what: str, arguments: dict[str, Any], wired: dict[str, Any]) -> None:
    assert messages_of(what, arguments, **wired) == []
