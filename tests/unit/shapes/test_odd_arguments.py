"""Arguments that the catalogue lets pass and that no rule had in mind: each is told, and none is an exception."""

import json
from pathlib import Path
from typing import Any

import pytest

from graphspec.compiler import Options, compile_bytes


def messages_of(what: str, arguments: dict[str, Any], **wired: Any) -> list[str]:
    inputs = {"image": [4, 4, 4, 2], "frames": [4, 4, 2], "mask": [4], "x": [3], "y": [3, 8]}
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


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"Add": {}, "from": ["x", "s"]}, 'needs at least 1 dimension, the batch included, and gets 0: () from "s"'),
        ({"Average": {}, "from": ["s", "s"]}, "needs at least 1 dimension"),
        ({"Concatenate": {}, "from": ["s", "s"]}, "has no axis -1 where there are 0 dimensions"),
        ({"Dot": {"axes": -1}, "from": ["x", "s"]}, "needs at least 2 dimensions"),
        ({"Activation": {"activation": "glu"}, "from": "s"}, "needs at least 1 dimension"),
        ({"AdditiveAttention": {}, "from": ["s", "y"]}, "needs at least 1 dimension"),
        ({"MelSpectrogram": {}, "from": "s"}, "needs at least 1 dimension"),
        ({"HashedCrossing": {"num_bins": 3}, "from": ["i", "i"]}, "crosses tensors of shape (batch,) or (batch, 1)"),
        ({"ops.sparse_categorical_crossentropy": {}, "from": {"target": "i", "output": "s"}}, "needs at least 1 dim"),
        ({"Softmax": {}, "from": {"inputs": "x", "mask": "several"}}, 'takes one tensor as "mask", not 3'),
        ({"BatchNormalization": {}, "from": {"inputs": "x", "mask": "several"}}, 'takes one tensor as "mask", not 3'),
        ({"RNN": {"cell": []}, "from": "y"}, "needs a cell, and gets an empty list of them"),
    ],
)  # fmt: skip
def test_a_scalar_or_a_list_where_none_belongs_is_told(node: dict[str, Any], message: str) -> None:
    nodes = {
        "s": {"ops.sum": {}, "from": "x"},
        "i": {"ops.argmax": {}, "from": "x"},
        "several": {"ops.split": {"indices_or_sections": 3, "axis": 1}, "from": "x"},
        "n": node,
    }
    spec = {"graphspec": 1, "inputs": {"x": [3], "y": [3, 8]}, "nodes": nodes, "outputs": "n"}
    (found,) = compile_bytes(json.dumps(spec).encode(), "spec.yaml", Options(), Path.cwd()).diagnostics
    assert message in found.message


def test_numbers_of_a_dtype_that_keras_does_not_convert_are_told() -> None:
    inputs = {"image": {"shape": [4, 4, 4, 2], "dtype": "int32"}, "x": [3, 8], "y": {"shape": [3, 8], "dtype": "int32"}}
    nodes = {
        "a": {"ConvLSTM2D": {"filters": 2, "kernel_size": 2}, "from": "image"},
        "b": {"AdditiveAttention": {}, "from": ["x", "y"]},
    }
    spec = {"graphspec": 1, "inputs": inputs, "nodes": nodes, "outputs": ["a", "b"]}
    found = compile_bytes(json.dumps(spec).encode(), "spec.yaml", Options(), Path.cwd()).diagnostics
    assert ["convolves float32" in found[0].message, "needs one dtype" in found[1].message] == [True, True]


def test_the_average_of_complex_numbers_is_complex() -> None:
    inputs = {"x": {"shape": [3], "dtype": "complex64"}}
    spec = {"graphspec": 1, "inputs": inputs, "nodes": {"n": {"Average": {}, "from": ["x", "x"]}}, "outputs": "n"}
    typed = compile_bytes(json.dumps(spec).encode(), "spec.yaml", Options(), Path.cwd()).typed
    assert typed is not None
    assert typed.types["n"].dtype == "complex64"  # type: ignore[union-attr]


def test_a_mask_reaches_the_layer_that_is_distributed() -> None:
    (found,) = messages_of("TimeDistributed", {"layer": {"GlobalAveragePooling1D": {}}}, inputs="frames", mask="mask")
    assert "needs 2 dimensions" in found


def test_what_an_op_gives_follows_from_its_arguments() -> None:
    nodes = {
        "values": {"ops.svd": {"compute_uv": False}, "from": "frames"},
        "y": {"ops.square": {}, "from": "values"},
    }
    spec = {"graphspec": 1, "inputs": {"frames": [4, 3]}, "nodes": nodes, "outputs": "y"}
    typed = compile_bytes(json.dumps(spec).encode(), "spec.yaml", Options(), Path.cwd()).typed
    assert typed is not None
    assert str(typed.types["y"]) == "(batch, 3)"
