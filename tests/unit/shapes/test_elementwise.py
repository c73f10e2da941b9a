"""Types of ops on elements, reductions and statistics: names of dimensions, dtypes, FLOPs and messages."""

from typing import Any

import pytest

from graphspec.graph.layer_types import op_defaults_of
from graphspec.shapes.dimension import named
from graphspec.shapes.rules import op_rule
from graphspec.shapes.types import Effect, ShapeError, TensorType

TIME, STEPS = named("time"), named("steps")


def x(*shape: Any, dtype: str = "float32") -> TensorType:
    return TensorType((None, *shape), dtype)


def effect(op: str, **arguments: Any) -> Effect:
    rule = op_rule(op)
    assert rule is not None
    return rule(**{**op_defaults_of(op), **arguments})


@pytest.mark.parametrize(
    ("op", "arguments", "shape", "dtype", "flops"),
    [
        ("exp", {"x": x(TIME, 4)}, "(batch, time, 4)", "float32", TIME * 4),
        ("exp", {"x": x(3, dtype="int64")}, "(batch, 3)", "float32", 3),
        ("deg2rad", {"x": x(3, dtype="int64")}, "(batch, 3)", "float64", 3),
        ("relu", {"x": x(3, dtype="uint8")}, "(batch, 3)", "uint8", 3),
        ("square", {"x": x(3, dtype="bool")}, "(batch, 3)", "int32", 3),
        ("abs", {"x": x(3, dtype="complex64")}, "(batch, 3)", "float32", 3),
        ("add", {"x1": x(TIME, 4), "x2": x(1, 4)}, "(batch, time, 4)", "float32", TIME * 4),
        ("add", {"x1": x(4, dtype="float16"), "x2": 0.5}, "(batch, 4)", "float16", 4),
        ("mod", {"x1": x(4, dtype="float16"), "x2": 0.5}, "(batch, 4)", "float32", 4),
        ("divide", {"x1": x(4, dtype="int32"), "x2": 2}, "(batch, 4)", "float32", 4),
        ("equal", {"x1": x(2), "x2": (1, 2)}, "(batch, 2)", "bool", 2),
        ("left_shift", {"x": x(2, dtype="uint8"), "y": 1}, "(batch, 2)", "uint8", 2),
        ("polar", {"abs_": x(2), "angle": x(2)}, "(batch, 2)", "complex64", 8),
        ("cast", {"x": x(2), "dtype": "int32"}, "(batch, 2)", "int32", 0),
        ("clip", {"x": x(2, dtype="bool"), "x_min": 0, "x_max": 1}, "(batch, 2)", "int32", 4),
        ("where", {"condition": x(1), "x1": x(TIME), "x2": 0}, "(batch, time)", "float32", 0),
        (
            "select",
            {"condlist": (x(3),), "choicelist": (x(3, dtype="int32"),), "default": x(3, dtype="float16")},
            "(batch, 3)",
            "float64",
            0,
        ),
        ("glu", {"x": x(TIME * 2)}, "(batch, time)", "float32", TIME * 2),
        ("softmax", {"x": x(4, dtype="float16")}, "(batch, 4)", "float16", 4),
        ("cumsum", {"x": x(4), "axis": None}, "(batch,)", "float32", 4),
        ("diff", {"a": x(TIME), "n": 2}, "(batch, time - 2)", "float32", (TIME + -2) * 2),
        ("diff", {"a": x(2), "n": 3}, "(batch, 0)", "float32", 0),
        ("trapezoid", {"y": x(TIME, 5)}, "(batch, time)", "float32", TIME * 12),
        ("sum", {"x": x(TIME, 4, dtype="uint8"), "axis": (1, -1)}, "(batch,)", "uint32", TIME * 4),
        ("mean", {"x": x(TIME, 4), "axis": 1, "keepdims": True}, "(batch, 1, 4)", "float32", TIME * 4),
        ("argmax", {"x": x(4), "axis": -1}, "(batch,)", "int32", 4),
        ("norm", {"x": x(4, 5), "ord": 2, "axis": (1, 2)}, "(batch,)", "float32", 40),
        ("quantile", {"x": x(TIME), "q": (0.1, 0.9), "axis": 1}, "(2, ?)", "float32", TIME),
        ("average", {"x": x(4), "axis": 1, "weights": TensorType((4,), "float64")}, "(batch,)", "float64", 8),
        ("bincount", {"x": x(4, dtype="int32")}, "(batch, ?)", "int32", 4),
        ("corrcoef", {"x": x(4)}, "(batch, ?)", "float32", 12),
    ],
)
def test_op_has_type_and_flops(op: str, arguments: dict[str, Any], shape: str, dtype: str, flops: object) -> None:
    found = effect(op, **arguments)
    assert isinstance(found.outputs, TensorType)
    assert (str(found.outputs), found.outputs.dtype, found.flops) == (shape, dtype, flops)


def test_moments_are_two_tensors() -> None:
    found = effect("moments", x=x(4, dtype="float16"), axes=1)
    assert found.outputs == (TensorType((None,), "float16"),) * 2
    assert found.flops == 16


@pytest.mark.parametrize(
    ("op", "arguments", "message"),
    [
        ("gelu", {"x": x(4, dtype="int32")}, "takes floating numbers, and not int32: (batch, 4)"),
        ("add", {"x1": x(TIME), "x2": x(STEPS)}, "cannot add (batch, time) and (batch, steps): dimension 1 is time"),
        ("greater", {"x1": x(2, dtype="bool"), "x2": x(2, dtype="bool")}, "takes integers and floating numbers"),
        ("bitwise_and", {"x": x(2, dtype="int32"), "y": 1}, 'takes a tensor as "y", and no plain number'),
        ("add", {"x1": x(2), "x2": (1, 2)}, 'takes a tensor as "x2", and no plain list'),
        ("glu", {"x": x(3)}, "halves dimension 1, which is 3: (batch, 3)"),
        ("softmax", {"x": x(3), "axis": (0, 1)}, "takes one axis, and not [0, 1]: (batch, 3)"),
        ("sum", {"x": x(3), "axis": 2}, "axis 2"),
        ("sum", {"x": x(3), "axis": (1, -1)}, "names an axis twice in [1, -1]: (batch, 3)"),
        ("where", {"condition": x(3), "x1": 1}, 'takes both "x1" and "x2", or neither'),
        ("clip", {"x": x(3), "x_min": None, "x_max": 1}, 'needs a number as "x_min"'),
        ("in_top_k", {"targets": x(1, dtype="int32"), "predictions": x(5), "k": 1}, "needs 1 dimensions"),
        ("norm", {"x": x(3), "ord": 3}, "has no norm of order 3 over two axes: (batch, 3)"),
        ("average", {"x": x(3), "axis": 1, "weights": TensorType((4,), "float32")}, "takes weights of the shape"),
    ],
)
def test_op_refuses_with_message(op: str, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        effect(op, **arguments)
    assert message in str(caught.value)
