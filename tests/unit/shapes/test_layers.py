"""Rules of merging, activation, normalization, regularization, core and preprocessing layers, without Keras."""

import json
from pathlib import Path
from typing import Any

import pytest

from graphspec.compiler import Compilation, Options, compile_bytes
from graphspec.shapes.types import TensorType


def compiled(what: dict[str, Any], inputs: dict[str, Any], **node: Any) -> Compilation:
    """Return the compilation of a spec with one node, which takes all inputs."""
    source = list(inputs) if len(inputs) > 1 else next(iter(inputs))
    spec = {"graphspec": 1, "inputs": inputs, "nodes": {"n": {**what, "from": source, **node}}, "outputs": "n"}
    return compile_bytes(json.dumps(spec).encode(), "spec.yaml", Options(trust=True), Path.cwd())


def message(found: Compilation) -> str:
    """Return the only mistake."""
    (problem,) = [item for item in found.diagnostics if item.severity == "error"]
    return problem.message


IMAGE = {"x": [4, 4, 8]}
TEXT = {"x": {"shape": [1], "dtype": "string"}}
PAIR = {"a": ["time", 8], "b": ["time", 8]}


@pytest.mark.parametrize(
    ("what", "inputs", "shape", "flops"),
    [
        ({"Add": {}}, PAIR, "(batch, time, 8)", "8*time"),
        ({"Add": {}}, {"a": [4, 1, 8], "b": [3, 1], "c": [8]}, "(batch, 4, 3, 8)", "192"),
        ({"Average": {}}, {"a": [4], "b": [4]}, "(batch, 4)", "8"),
        ({"Concatenate": {"axis": 1}}, PAIR, "(batch, 2*time, 8)", "0"),
        ({"Concatenate": {}}, {"a": ["time", 8], "b": [5, 3]}, "(batch, 5, 11)", "0"),
        ({"Dot": {"axes": 2}}, PAIR, "(batch, time, time)", "16*time*time"),
        ({"Dot": {"axes": 1, "normalize": True}}, {"a": [5], "b": [5]}, "(batch, 1)", "40"),
        ({"Activation": {"activation": "glu"}}, {"x": [6]}, "(batch, 3)", "3"),
        ({"Activation": {"activation": "linear"}}, {"x": [6]}, "(batch, 6)", "0"),
        ({"PReLU": {"shared_axes": [1]}}, {"x": ["time", 8]}, "(batch, time, 8)", "8*time"),
        ({"BatchNormalization": {}}, IMAGE, "(batch, 4, 4, 8)", "256"),
        ({"LayerNormalization": {"center": False}}, IMAGE, "(batch, 4, 4, 8)", "768"),
        ({"GroupNormalization": {"groups": 2}}, IMAGE, "(batch, 4, 4, 8)", "896"),
        ({"RMSNormalization": {}}, {"x": ["time", 8]}, "(batch, time, 8)", "32*time"),
        ({"UnitNormalization": {}}, {"x": [5]}, "(batch, 5)", "15"),
        ({"Dropout": {"rate": 0.5}}, {"x": ["time"]}, "(batch, time)", "0"),
        ({"Dense": {"units": 2, "activation": "relu"}}, {"x": ["time", 3]}, "(batch, time, 2)", "16*time"),
        ({"EinsumDense": {"equation": "abc,cd->abd", "output_shape": [None, 4], "bias_axes": "d"}},
         {"x": ["time", 3]}, "(batch, time, 4)", "28*time"),
        ({"EinsumDense": {"equation": "...x,xy->...y", "output_shape": 4}}, {"x": ["time", 2, 3]},
         "(batch, time, 2, 4)", "48*time"),
        ({"Rescaling": {"scale": [1.0, 2.0]}}, {"x": ["time", 1]}, "(batch, time, 2)", "4*time"),
        ({"CategoryEncoding": {"num_tokens": 7}}, {"x": {"shape": ["time"], "dtype": "int32"}}, "(batch, 7)", "0"),
        ({"StringLookup": {"vocabulary": ["a", "b"], "output_mode": "one_hot"}}, TEXT, "(batch, 3)", "0"),
        ({"TextVectorization": {"output_sequence_length": 9}}, TEXT, "(batch, 9)", "0"),
        ({"TextVectorization": {"vocabulary": ["a"], "output_mode": "multi_hot"}}, TEXT, "(batch, 2)", "0"),
        ({"Lambda": {"function": "math:sqrt", "output_shape": [3]}}, {"x": ["time"]}, "(batch, 3)", "None"),
        # A real FFT of 8 takes 60; 5 magnitudes of 5, each for 2 mel weights at 2; 6 for each of the 2 decibels.
        ({"MelSpectrogram": {"fft_length": 8, "sequence_stride": 4, "num_mel_bins": 2}}, {"x": [16]},
         "(batch, 2, 5)", str(5 * (60 + 5 * 5 + 5 * 2 * 2 + 2 * 6))),
        # 3 frequencies at 3 frames: two kernels of 4 multiply-adds each, and nothing after them.
        ({"STFTSpectrogram": {"mode": "stft", "frame_length": 4}}, {"x": [8, 1]}, "(batch, 3, 6)", "144"),
    ],
)  # fmt: skip
def test_a_layer_makes_this_shape_at_so_many_flops(
    what: dict[str, Any], inputs: dict[str, Any], shape: str, flops: str
) -> None:
    typed = compiled(what, inputs).typed
    assert typed is not None
    assert (str(typed.types["n"]), str(typed.flops["n"])) == (shape, flops)


@pytest.mark.parametrize(
    ("what", "inputs", "wanted"),
    [
        ({"Add": {}}, {"a": [32, 64], "b": [16, 64]},
         'cannot add (batch, 32, 64) from "a" and (batch, 16, 64) from "b": dimension 1 is 32 and 16'),
        ({"Add": {}}, {"a": ["time", 8], "b": ["steps", 8]},
         'cannot add (batch, time, 8) from "a" and (batch, steps, 8) from "b": dimension 1 is time and steps'),
        ({"Multiply": {}}, {"a": [4, 8], "b": [5]},
         'cannot multiply (batch, 4, 8) from "a" and (batch, 5) from "b": dimension -1 is 8 and 5'),
        ({"Concatenate": {}}, {"a": [4, 8], "b": [5, 8]},
         'cannot join (batch, 4, 8) from "a" and (batch, 5, 8) from "b" along dimension 2: dimension 1 is 4 and 5'),
        ({"Concatenate": {}}, {"a": [4, 8], "b": [8]},
         'cannot join (batch, 4, 8) from "a" and (batch, 8) from "b": they have 3 and 2 dimensions'),
        ({"Dot": {"axes": [2, 1]}}, {"a": [4, 8], "b": [5, 8]},
         ('cannot multiply (batch, 4, 8) from "a" and (batch, 5, 8) from "b": dimension 2 of one is 8 and '
          "dimension 1 of the other 5")),
        ({"Softmax": {"axis": 3}}, {"x": [4]},
         'has no axis 3 where there are 2 dimensions: (batch, 4) from "x"'),
        ({"GroupNormalization": {}}, {"x": [4, 8]},
         'cannot divide the 8 channels at axis 2 of (batch, 4, 8) from "x" into 32 groups'),
        ({"SpatialDropout2D": {"rate": 0.5}}, {"x": [4]},
         'needs 4 dimensions, the batch included, and gets 2: (batch, 4) from "x"'),
        ({"EinsumDense": {"equation": "abc,cd->abd", "output_shape": 4}}, {"x": [2, 3]},
         'makes "abd", for which output_shape has to hold 2 sizes, not 1: (batch, 2, 3) from "x"'),
        ({"StringLookup": {"vocabulary": ["a"]}}, {"x": [3]}, 'looks up strings, not float32: (batch, 3) from "x"'),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_every_shape(what: dict[str, Any], inputs: dict[str, Any], wanted: str) -> None:
    assert message(compiled(what, inputs)) == f'"n" ({next(iter(what))}) {wanted}'


@pytest.mark.parametrize(
    ("what", "inputs", "weights"),
    [
        ({"Dense": {"units": 2, "lora_rank": 1}}, {"x": [3]},
         [("kernel", (3, 2), False), ("lora_kernel_a", (3, 1), True), ("lora_kernel_b", (1, 2), True),
          ("bias", (2,), True)]),
        ({"BatchNormalization": {"scale": False}}, {"x": [3]},
         [("beta", (3,), True), ("moving_mean", (3,), False), ("moving_variance", (3,), False)]),
        ({"PReLU": {}}, {"x": [3, 2]}, [("alpha", (3, 2), True)]),
        ({"LayerNormalization": {"axis": [1, 2]}}, {"x": [3, 2]}, [("gamma", (3, 2), True), ("beta", (3, 2), True)]),
        ({"Normalization": {"axis": None}}, {"x": [3]},
         [("mean", (), False), ("variance", (), False), ("count", (), False)]),
    ],
)  # fmt: skip
def test_a_layer_owns_these_weights(
    what: dict[str, Any], inputs: dict[str, Any], weights: list[tuple[str, tuple[int, ...], bool]]
) -> None:
    typed = compiled(what, inputs).typed
    assert typed is not None
    (owned,) = typed.weights.values()
    assert [(weight.name, weight.shape, weight.trainable) for weight in owned or ()] == weights


def test_integers_stay_what_tensorflow_makes_of_them() -> None:
    inputs = {name: {"shape": [2], "dtype": "int32"} for name in "ab"}
    found = [compiled({layer: {}}, inputs).typed for layer in ("Add", "Average")]
    dtypes = [typed.types["n"].dtype for typed in found if typed and isinstance(typed.types["n"], TensorType)]
    assert dtypes == ["int32", "float64"]
