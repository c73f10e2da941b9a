"""Rules of the ops that reshape, join, split, make, index and sort: names of sizes, FLOPs, and what mistakes say."""

from typing import Any

import pytest

from graphspec.shapes.dimension import named
from graphspec.shapes.rules import op_rule
from graphspec.shapes.types import Effect, ShapeError, TensorType

TIME, STEPS = named("time"), named("steps")


def t(*shape: Any, dtype: str = "float32") -> TensorType:
    return TensorType(shape, dtype)


def effect(op: str, **arguments: Any) -> Effect:
    rule = op_rule(op)
    assert rule is not None
    return rule(**arguments)


SEQUENCE = t(2, TIME, 64)


@pytest.mark.parametrize(
    ("op", "arguments", "shape"),
    [
        ("reshape", {"x": SEQUENCE, "newshape": (2, -1)}, "(2, 64*time)"),
        ("reshape", {"x": SEQUENCE, "newshape": (-1, 8)}, "(16*time, 8)"),
        ("reshape", {"x": t(None, 12), "newshape": (-1, 3, 4)}, "(batch, 3, 4)"),
        ("ravel", {"x": SEQUENCE}, "(128*time,)"),
        ("transpose", {"x": t(None, TIME, 3)}, "(3, time, ?)"),
        ("moveaxis", {"x": t(None, TIME, STEPS, 3), "source": -1, "destination": 1}, "(batch, 3, time, steps)"),
        ("swapaxes", {"x": t(None, TIME, 3), "axis1": 1, "axis2": 2}, "(batch, 3, time)"),
        ("expand_dims", {"x": t(None, TIME), "axis": (1, -1)}, "(batch, 1, time, 1)"),
        ("squeeze", {"x": t(None, 1, TIME)}, "(batch, time)"),
        ("rot90", {"array": t(None, TIME, 3), "k": 2, "axes": (1, 2)}, "(batch, time, 3)"),
        ("view", {"x": t(None, TIME), "dtype": "uint8"}, "(batch, 4*time)"),
        ("pad", {"x": t(None, TIME), "pad_width": ((0, 0), (1, 2))}, "(batch, time + 3)"),
        ("repeat", {"x": t(None, TIME), "repeats": 3, "axis": 1}, "(batch, 3*time)"),
        ("tile", {"x": t(None, TIME), "repeats": (1, 2)}, "(batch, 2*time)"),
        ("diagflat", {"x": t(TIME), "k": -2}, "(time + 2, time + 2)"),
        ("depth_to_space", {"x": t(None, TIME, 3, 8), "block_size": 2}, "(batch, 2*time, 6, 2)"),
        ("concatenate", {"xs": (t(None, TIME), t(None, STEPS), t(None, 2)), "axis": 1}, "(batch, steps + time + 2)"),
        ("concatenate", {"xs": (t(None, TIME, 1), t(3, None, 2)), "axis": -1}, "(3, time, 3)"),
        ("stack", {"x": (t(None, TIME), t(None, TIME)), "axis": 1}, "(batch, 2, time)"),
        ("linspace", {"start": t(TIME), "stop": 1.0, "num": 4, "axis": -1}, "(time, 4)"),
        ("arange", {"start": 0, "stop": 1, "step": 0.1}, "(10,)"),
        ("arange", {"start": 0, "stop": 0.3, "step": 0.01, "dtype": "bfloat16"}, "(30,)"),
        ("arange", {"start": 5, "stop": 0, "step": -2}, "(3,)"),
        ("get_item", {"x": SEQUENCE, "key": (slice(None), slice(1, -1))}, "(2, time - 2, 64)"),
        ("get_item", {"x": SEQUENCE, "key": (..., None, 0)}, "(2, time, 1)"),
        ("get_item", {"x": SEQUENCE, "key": (slice(None), slice(None, 3))}, "(2, ?, 64)"),
        ("get_item", {"x": SEQUENCE, "key": 0}, "(time, 64)"),
        ("take", {"x": SEQUENCE, "indices": ((0, 1), (2, 3)), "axis": 2}, "(2, time, 2, 2)"),
        ("slice", {"inputs": SEQUENCE, "start_indices": (0, 3, 0), "shape": (1, -1, 8)}, "(1, time - 3, 8)"),
        ("one_hot", {"x": t(None, TIME, dtype="int32"), "num_classes": 5}, "(batch, time, 5)"),
        ("sort", {"x": t(None, TIME)}, "(batch, time)"),
        ("unique", {"x": t(None, TIME), "size": 4, "axis": 1}, "(batch, 4)"),
    ],
)
def test_names_are_followed(op: str, arguments: dict[str, Any], shape: str) -> None:
    assert str(effect(op, **arguments).outputs) == shape


@pytest.mark.parametrize(
    ("op", "arguments", "shapes"),
    [
        ("split", {"x": t(None, TIME * 6), "indices_or_sections": 3, "axis": 1}, ["(batch, 2*time)"] * 3),
        ("split", {"x": t(None, TIME), "indices_or_sections": 3, "axis": 1}, ["(batch, ?)"] * 3),
        ("split", {"x": t(None, TIME), "indices_or_sections": (2, 5), "axis": 1},
         ["(batch, 2)", "(batch, 3)", "(batch, time - 5)"]),
        ("array_split", {"x": t(None, 5), "indices_or_sections": 2, "axis": 1}, ["(batch, 3)", "(batch, 2)"]),
        ("unstack", {"x": t(None, 2, TIME), "axis": 1}, ["(batch, time)"] * 2),
        ("meshgrid", {"x": (t(2), t(TIME))}, ["(time, 2)"] * 2),
        ("top_k", {"x": t(None, TIME, 9), "k": 2}, ["(batch, time, 2)"] * 2),
    ],
)  # fmt: skip
def test_names_are_followed_into_several_outputs(op: str, arguments: dict[str, Any], shapes: list[str]) -> None:
    assert [str(x) for x in effect(op, **arguments).outputs] == shapes


@pytest.mark.parametrize(
    ("op", "arguments", "flops"),
    [
        ("reshape", {"x": t(None, 12), "newshape": (-1, 3, 4)}, 0),
        ("concatenate", {"xs": (t(None, 3), t(None, 4)), "axis": 1}, 0),
        ("fold", {"x": t(None, 4, 9), "output_size": 4, "kernel_size": 2}, 36),
        ("linspace", {"start": t(None, 3), "stop": 1, "num": 5, "axis": -1}, 2 * 15),
        ("linspace", {"start": 0, "stop": 1, "num": 5}, 0),
        ("segment_sum", {"data": t(None, 4), "segment_ids": t(None, dtype="int32")}, 4),
        ("scatter_update", {"inputs": t(None, 4), "indices": t(None, 1, dtype="int32"), "updates": t(None, 4),
                            "reduction": "add"}, 4),
        ("sort", {"x": t(None, 3, 8)}, 24 * 3),
        ("sort", {"x": t(None, 3, None)}, None),
        ("multi_hot", {"inputs": t(None, 3, dtype="int32"), "num_classes": 5}, 15),
    ],
)  # fmt: skip
def test_flops_are_those_of_one_sample(op: str, arguments: dict[str, Any], flops: int | None) -> None:
    assert effect(op, **arguments).flops == flops


@pytest.mark.parametrize(
    ("op", "arguments", "sentence"),
    [
        ("reshape", {"x": t(None, 12), "newshape": (5, 5)}, "cannot reshape (batch, 12) to [5, 5]"),
        ("reshape", {"x": t(2, 12), "newshape": (-1, 5)}, "cannot reshape (2, 12), of 24 elements, to [-1, 5]"),
        ("squeeze", {"x": t(None, 3), "axis": 1}, "squeezes axis 1, whose size is not 1, out of (batch, 3)"),
        ("transpose", {"x": t(None, 3, 4), "axes": (1, 0)}, "names 2 axes, [1, 0], for the 3 of (batch, 3, 4)"),
        ("flip", {"x": t(None, 3), "axis": 2}, "has no axis 2 where there are 2 dimensions: (batch, 3)"),
        ("pad", {"x": t(None, 3), "pad_width": 1},
         "needs one pair of widths for each of the 2 dimensions of (batch, 3)"),
        ("concatenate", {"xs": (t(None, 3, 4), t(None, 5, 4))},
         "cannot join (batch, 3, 4) and (batch, 5, 4): dimension 1 is 3 and 5"),
        ("stack", {"x": (t(None, TIME), t(None, STEPS))},
         "cannot join (batch, time) and (batch, steps): dimension 1 is time and steps"),
        ("split", {"x": t(None, 7), "indices_or_sections": 2, "axis": 1},
         "cannot split dimension 1, of 7, into 2 equal parts: (batch, 7)"),
        ("get_item", {"x": t(None, 3), "key": (slice(None), 3)},
         "takes place 3 of dimension 1, which has 3: (batch, 3)"),
        ("get_item", {"x": t(None, 3), "key": (0, 0, 0)}, "has 3 indices for the 2 dimensions of (batch, 3)"),
        ("take", {"x": t(None, 3), "indices": t(None), "axis": 1},
         'needs integers as "indices", not float32: (batch,)'),
        ("arange", {"start": 5, "stop": 2}, "never comes from 5 to 2 by 1"),
        ("zeros", {"shape": (2, None)}, 'needs a number for every size of "shape", not [2, null]'),
        ("top_k", {"x": t(None, 3), "k": 4}, "takes the 4 largest of the last dimension, which has 3: (batch, 3)"),
    ],
)  # fmt: skip
def test_mistakes_say_what_does_not_fit(op: str, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ShapeError) as caught:
        effect(op, **arguments)
    assert str(caught.value) == sentence
