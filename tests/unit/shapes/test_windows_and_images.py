"""Convolutions, pooling, reshaping and images by rule: named sizes, FLOPs worked out by hand, words for misfits."""

from dataclasses import replace
from typing import Any

import pytest

from graphspec.catalog import catalog
from graphspec.graph.layer_types import defaults_of
from graphspec.shapes.dimension import named
from graphspec.shapes.rules import layer_rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, Weight
from graphspec.shapes.windows import slid, spread

TIME = named("time")


def called(name: str, shape: tuple[Any, ...], dtype: str = "float32", **arguments: Any) -> Effect:
    found = catalog.layer(name)
    assert found is not None
    rule = layer_rule(found.family, name)
    assert rule is not None
    layer = LayerType(name, {**defaults_of(name), **arguments}, "float32", "float32")
    return rule(layer, TensorType((None, *shape), dtype))


@pytest.mark.parametrize(
    ("name", "arguments", "shape", "shown"),
    [
        ("Conv1D", {"filters": 4, "kernel_size": 3}, (TIME, 2), "(batch, time - 2, 4)"),
        ("Conv1D", {"filters": 4, "kernel_size": 3, "padding": "causal"}, (TIME, 2), "(batch, time, 4)"),
        ("Conv1D", {"filters": 4, "kernel_size": 3, "strides": 2}, (TIME, 2), "(batch, ?, 4)"),
        (
            "Conv1D",
            {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"},
            (TIME * 2, 2),
            "(batch, time, 4)",
        ),
        ("Conv1DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2}, (TIME, 2), "(batch, 2*time + 1, 4)"),
        ("MaxPooling1D", {}, (TIME * 2, 2), "(batch, time, 2)"),
        ("GlobalMaxPooling2D", {"data_format": "channels_first"}, (TIME, 4, 4), "(batch, time)"),
        ("AdaptiveMaxPooling1D", {"output_size": 3}, (TIME, 2), "(batch, 3, 2)"),
        ("Flatten", {}, (TIME, 64), "(batch, 64*time)"),
        ("Reshape", {"target_shape": (-1, 3)}, (TIME, 6), "(batch, 2*time, 3)"),
        ("Reshape", {"target_shape": (-1, 4)}, (TIME, 6), "(batch, ?, 4)"),
        ("Permute", {"dims": (2, 1)}, (TIME, 6), "(batch, 6, time)"),
        ("RepeatVector", {"n": 2}, (TIME,), "(batch, 2, time)"),
        ("UpSampling1D", {"size": 3}, (TIME, 6), "(batch, 3*time, 6)"),
        ("ZeroPadding1D", {"padding": (1, 2)}, (TIME, 6), "(batch, time + 3, 6)"),
        ("Cropping2D", {"cropping": (1, (0, 3))}, (TIME, 6, 1), "(batch, time - 2, 3, 1)"),
        ("Resizing", {"height": 3, "width": 5, "data_format": "channels_first"}, (TIME, 4, 4), "(batch, time, 3, 5)"),
        ("RandomFlip", {}, (TIME, 4, 3), "(batch, time, 4, 3)"),
    ],
)
def test_follows_names(name: str, arguments: dict[str, Any], shape: tuple[Any, ...], shown: str) -> None:
    assert str(called(name, shape, **arguments).outputs) == shown


@pytest.mark.parametrize(
    ("name", "arguments", "shape", "flops"),
    [
        # 6 * 6 places, 5 filters of 3 * 3 * 2 weights, a bias and an activation for each element.
        ("Conv2D", {"filters": 5, "kernel_size": 3, "activation": "relu"}, (8, 8, 2), 36 * 5 * (2 * 18 + 1 + 1)),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 2, "use_bias": False}, (8, 8, 2), 36 * 4 * 2 * 9),
        ("Conv1DTranspose", {"filters": 5, "kernel_size": 3, "strides": 2}, (4, 2), 2 * 4 * 3 * 2 * 5 + 9 * 5),
        ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, (8, 4), 6 * 8 * (2 * 3 + 1)),
        ("SeparableConv1D", {"filters": 5, "kernel_size": 3}, (8, 4), 6 * (2 * (3 * 4 + 4 * 5) + 5)),
        ("MaxPooling2D", {}, (8, 8, 2), 4 * 4 * 2 * 4),
        ("GlobalAveragePooling1D", {}, (8, 2), 16),
        # Windows of 7 elements in 3 parts: 0-2, 2-4, 4-6.
        ("AdaptiveAveragePooling1D", {"output_size": 3}, (7, 2), 2 * 9),
        ("Reshape", {"target_shape": (16,)}, (8, 2), 0),
        ("UpSampling2D", {"interpolation": "bilinear"}, (2, 2, 3), 16 * 3 * 2 * 4),
        (
            "Resizing",
            {"height": 2, "width": 4, "interpolation": "bicubic", "antialias": True},
            (6, 4, 1),
            8 * 2 * 12 * 4,
        ),
        ("CenterCrop", {"height": 2, "width": 4}, (6, 4, 1), 0),
        ("Conv1D", {"filters": 4, "kernel_size": 3}, (None, 2), None),
    ],
)
def test_counts_flops(name: str, arguments: dict[str, Any], shape: tuple[Any, ...], flops: int | None) -> None:
    assert called(name, shape, **arguments).flops == flops


@pytest.mark.parametrize(
    ("name", "arguments", "shape", "dtype", "told", "cure"),
    [
        (
            "Conv2D", {"filters": 4, "kernel_size": 3}, (2, 9, 9), "float32",
            "cannot slide a kernel of 3 over dimension 1 of (batch, 2, 9, 9), which is 2",
            "it fits with data_format: channels_first",
        ),
        (
            "Conv1D", {"filters": 4, "kernel_size": 3, "dilation_rate": 2}, (4, 1), "float32",
            "cannot slide a kernel of 3 that dilation spreads over 5 over dimension 1 of (batch, 4, 1), which is 4",
            "use padding: same, or a smaller window",
        ),
        (
            "Conv2D", {"filters": 4, "kernel_size": 3, "groups": 2}, (9, 9, 3), "float32",
            "cannot divide the 3 channels of (batch, 9, 9, 3) into 2 groups of equal size", None,
        ),
        (
            "Conv2D", {"filters": 4, "kernel_size": 3}, (9, 3), "float32",
            "needs 4 dimensions, the batch included, and gets 3: (batch, 9, 3)",
            "it works on (batch, height, width, channels); a dimension of 1 can be added with Reshape",
        ),
        (
            "Conv1D", {"filters": 4, "kernel_size": 3}, (9, TIME), "float32",
            'makes weights as large as dimension 2, of which only the name "time" is known: (batch, 9, time)',
            "the channels are the last dimension",
        ),
        (
            "Conv1D", {"filters": 4, "kernel_size": 3}, (9, 3), "int32",
            "convolves float32 numbers, and gets int32: (batch, 9, 3)", "{ops.cast: {dtype: float32}}",
        ),
        ("AveragePooling1D", {"pool_size": 2}, (9, 3), "int32", "cannot pool int32: (batch, 9, 3)", "ops.cast"),
        (
            "Reshape", {"target_shape": (-1, 4)}, (3, 3), "float32",
            "cannot reshape (batch, 3, 3) to (batch, -1, 4): one sample has 9 elements", None,
        ),
        ("Cropping1D", {}, (2, 3), "float32", "cannot crop 2 from dimension 1 of (batch, 2, 3), which is 2", None),
        ("Permute", {"dims": (1, 3)}, (2, 3), "float32", "cannot permute dimensions by [1, 3]", "each of 1 to 2 once"),
        (
            "RandomHue", {"factor": 0.5}, (8, 8, 1), "float32",
            "needs images of 3 channels, and dimension 3 of (batch, 8, 8, 1) is 1", "images are (batch, height, width",
        ),
    ],
)  # fmt: skip
def test_says_what_does_not_fit(
    name: str, arguments: dict[str, Any], shape: tuple[Any, ...], dtype: str, told: str, cure: str | None
) -> None:
    with pytest.raises(ShapeError) as caught:
        called(name, shape, dtype, **arguments)
    assert str(caught.value).startswith(told)
    assert (cure or "") in (caught.value.help or "")
    assert (cure is None) == (caught.value.help is None)


def test_says_that_a_count_of_bounding_boxes_needs_images() -> None:
    rule = layer_rule("image_preprocessing", "MaxNumBoundingBoxes")
    assert rule is not None
    layer = LayerType("MaxNumBoundingBoxes", {}, "float32", "float32")
    with pytest.raises(ShapeError, match="takes images"):
        rule(layer, {"labels": TensorType((None, 3), "int32")})


def test_windows_slide_and_spread() -> None:
    assert [slid(10, 3, 2, padding) for padding in ("valid", "same", "full")] == [4, 5, 6]
    assert slid(2, 3, 1, "valid") == 0
    assert [spread(4, 3, 2, "valid", extra=extra) for extra in (None, 0, 1)] == [9, 9, 10]
    assert spread(TIME, 3, 2, "same") == TIME * 2


def test_activation_adds_what_it_does() -> None:
    gated = called("Conv1D", (8, 2), filters=4, kernel_size=1, activation="glu")
    assert str(gated.outputs) == "(batch, 8, 2)"
    inner = LayerType("PReLU", {"autocast": True}, "float32", "float32")
    alpha = Weight("alpha", (8, 4), "float32")
    inner = replace(inner, rule=lambda _, x: Effect(x, (alpha,), 7))
    effect = called("Conv1D", (8, 2), filters=4, kernel_size=1, activation=inner)
    assert effect.weights[-1] is alpha
    assert effect.flops == 8 * 4 * (2 * 2 + 1) + 7
