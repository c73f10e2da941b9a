"""Attention, losses, windows, transforms and images: names of sizes, FLOPs counted by hand, and what is said."""

from collections.abc import Mapping
from typing import Any

import pytest

from graphspec.graph.layer_types import op_defaults_of
from graphspec.shapes.dimension import named
from graphspec.shapes.rules import op_rule
from graphspec.shapes.types import Effect, ShapeError, TensorType

TIME = named("time")


def x(*shape: Any, dtype: str = "float32") -> TensorType:
    return TensorType(tuple(named(size) if isinstance(size, str) else size for size in shape), dtype)


def called(op: str, given: Mapping[str, Any]) -> Effect:
    rule = op_rule(op)
    assert rule is not None
    return rule(**{**op_defaults_of(op), **given})


QKV = {"query": x(None, "time", 8, 64), "key": x(None, 12, 2, 64), "value": x(None, 12, 2, 32)}
CONV = {"inputs": x(None, 10, 10, 3), "kernel": x(3, 3, 3, 16)}


@pytest.mark.parametrize(
    ("op", "given", "shape", "flops"),
    [
        ("dot_product_attention", QKV, (None, TIME, 8, 32), TIME * (8 * 12 * (2 * (64 + 32) + 2))),
        ("batch_normalization", {"x": x(None, 5, 4), "mean": x(4), "variance": x(4), "axis": -1}, (None, 5, 4), 40),
        ("layer_normalization", {"x": x(None, "time", 4), "gamma": x(4)}, (None, TIME, 4), TIME * 24),
        ("binary_crossentropy", {"target": x(None, 3), "output": x(None, 3)}, (None, 3), 24),
        ("categorical_crossentropy", {"target": x(None, 3), "output": x(None, 3)}, (None,), 15),
        ("conv", CONV, (None, 8, 8, 16), 2 * 8 * 8 * 3 * 3 * 3 * 16),
        ("conv", {**CONV, "strides": 2, "padding": "same"}, (None, 5, 5, 16), 2 * 5 * 5 * 3 * 3 * 3 * 16),
        (
            "conv_transpose",
            {"inputs": x(None, "time", 3), "kernel": x(4, 2, 3), "strides": 2, "padding": "same"},
            (None, TIME * 2, 2),
            TIME * (2 * 4 * 2 * 3),
        ),
        ("depthwise_conv", {"inputs": x(None, 6, 2), "kernel": x(3, 2, 4)}, (None, 4, 8), 2 * 4 * 3 * 2 * 4),
        ("max_pool", {"inputs": x(None, 6, 6, 2), "pool_size": 2}, (None, 3, 3, 2), 6 * 6 * 2),
        ("extract_sequences", {"x": x(None, 10), "sequence_length": 4, "sequence_stride": 2}, (None, 4, 4), 0),
        ("irfft", {"x": (x(None, 5), x(None, 5))}, (None, 8), 5 * 8 * 3 // 2),
        ("image.resize", {"images": x(None, "time", 8, 3), "size": (4, 4)}, (None, 4, 4, 3), 4 * 4 * 3 * 8),
        (
            "image.pad_images",
            {
                "images": x(None, "time", 8, 3),
                "top_padding": 1,
                "bottom_padding": 2,
                "left_padding": 0,
                "target_width": 9,
            },
            (None, TIME + 3, 9, 3),
            0,
        ),
        ("image.extract_patches", {"images": x(None, 8, 8, 3), "size": 4}, (None, 2, 2, 48), 0),
    ],
)
def test_shape_and_flops(op: str, given: dict[str, Any], shape: tuple[Any, ...], flops: Any) -> None:
    effect = called(op, given)
    assert isinstance(effect.outputs, TensorType)
    assert (effect.outputs.shape, effect.flops) == (shape, flops)


@pytest.mark.parametrize(
    ("op", "given", "sentence"),
    [
        (
            "dot_product_attention", {**QKV, "key": x(None, 12, 2, 32)},
            "cannot match queries (batch, time, 8, 64) with keys (batch, 12, 2, 32): heads of size 64 and 32",
        ),
        (
            "dot_product_attention", {**QKV, "key": x(None, 12, 3, 64), "value": x(None, 12, 3, 64)},
            "cannot match queries (batch, time, 8, 64) with keys (batch, 12, 3, 64): 8 heads do not divide among 3",
        ),
        (
            "dot_product_attention", {**QKV, "mask": x(None, 1, 7, 13, dtype="bool")},
            "cannot put onto logits of (batch, 8, time, 12) a mask, bias or scale of (batch, 1, 7, 13)",
        ),
        (
            "categorical_crossentropy", {"target": x(None), "output": x(None, 10)},
            "needs target and output of one shape, and gets (batch,) and (batch, 10)",
        ),
        (
            "conv", {**CONV, "inputs": x(None, 3, 10, 10)},
            "cannot slide (3, 3, 3, 16) over (batch, 3, 10, 10): the kernel takes 3 channels, and there are 10",
        ),
        ("fft", {"x": (x(None, "time"),) * 2}, "needs the size of the last dimension, and gets (batch, time)"),
        (
            "image.rgb_to_hsv", {"images": x(None, 8, 8, 4)},
            "takes images of 3 channels, not of 4: (batch, 8, 8, 4)",
        ),
    ],
)  # fmt: skip
def test_sentence(op: str, given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ShapeError) as caught:
        called(op, given)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("op", "given", "cure"),
    [
        ("conv", {**CONV, "inputs": x(None, 3, 10, 10)}, "channels_first"),
        ("conv", {**CONV, "inputs": x(None, 2, 2, 3)}, "padding: same"),
        ("categorical_crossentropy", {"target": x(None), "output": x(None, 10)}, "sparse_categorical_crossentropy"),
        ("image.rgb_to_hsv", {"images": x(None, 3, 8, 8)}, "channels_first"),
    ],
)
def test_help(op: str, given: dict[str, Any], cure: str) -> None:
    with pytest.raises(ShapeError) as caught:
        called(op, given)
    assert cure in (caught.value.help or "")
