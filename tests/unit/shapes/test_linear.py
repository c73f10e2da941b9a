"""Products and decompositions: names of sizes, FLOPs counted by hand, and what is said of what does not fit."""

from typing import Any

import pytest

from graphspec.shapes.dimension import named
from graphspec.shapes.rules import op_rule
from graphspec.shapes.types import Effect, ShapeError, TensorType

TIME = named("time")


def x(*shape: Any, dtype: str = "float32") -> TensorType:
    return TensorType(tuple(named(size) if isinstance(size, str) else size for size in shape), dtype)


def called(op: str, *operands: Any, **arguments: Any) -> Effect:
    rule = op_rule(op)
    assert rule is not None
    if op == "einsum":
        return rule(operands=operands, **arguments)
    names = ("x",) if len(operands) == 1 else ("a", "b") if op == "solve" else ("x1", "x2")
    return rule(**dict(zip(names, operands, strict=True)), **arguments)


@pytest.mark.parametrize(
    ("op", "operands", "arguments", "shape", "flops"),
    [
        ("matmul", (x(None, 3, 4), x(None, 4, 5)), {}, (None, 3, 5), 2 * 3 * 4 * 5),
        ("matmul", (x(None, "time", 4), x(4, 5)), {}, (None, TIME, 5), TIME * 40),
        ("matmul", (x(None, 8, "time", 4), x(None, 8, 4, "time")), {}, (None, 8, TIME, TIME), TIME * TIME * 64),
        ("matmul", (x(None, 4), x(4)), {}, (None,), 2 * 4),
        ("matmul", (x(None, 3, None), x(None, None, 5)), {}, (None, 3, 5), None),
        ("dot", (x(None, 3, 4), x(2, 4, 5)), {}, (None, 3, 2, 5), 2 * 3 * 4 * 2 * 5),
        ("dot", (x(None, 3), 2), {}, (None, 3), 3),
        ("inner", (x(None, 4), x(3, 4)), {}, (None, 3), 2 * 3 * 4),
        ("tensordot", (x(None, 3, 4), x(4, 3, 5)), {"axes": ((1, 2), (1, 0))}, (None, 5), 2 * 3 * 4 * 5),
        ("outer", (x(4), x(None, 5)), {}, (4, None), 5),
        ("kron", (x(None, "time"), x(2, 3)), {}, (None, TIME * 3), TIME * 3),
        ("einsum", (x(None, 3, 4), x(4, 5)), {"subscripts": "bij,jk->bik"}, (None, 3, 5), 2 * 3 * 4 * 5),
        (
            "einsum",
            (x(None, "time", 8, 64), x(None, "steps", 8, 64)),
            {"subscripts": "bqhd,bkhd->bhqk"},
            (None, 8, TIME, named("steps")),
            TIME * named("steps") * (2 * 8 * 64),
        ),
        ("einsum", (x(None, 2), x(2, 3), x(3, 4)), {"subscripts": "ij,jk,kl->il"}, (None, 4), 2 * 6 + 2 * 12),
        ("einsum", (x(None, 3, 5, 5),), {"subscripts": "...ii->...i"}, (None, 3, 5), 0),
        ("einsum", (x(None, 3, 4),), {"subscripts": "bij->b"}, (None,), 12),
        ("trace", (x(None, 5, 5),), {"offset": 0, "axis1": 1, "axis2": 2}, (None,), 5),
        ("cholesky", (x(None, 6, 6),), {"upper": False}, (None, 6, 6), 6**3 // 3),
        ("solve", (x(None, 3, 3), x(None, 3)), {}, (None, 3), 2 * 27 // 3 + 2 * 9),
    ],
)
def test_shape_and_flops(
    op: str, operands: tuple[Any, ...], arguments: dict[str, Any], shape: tuple[Any, ...], flops: Any
) -> None:
    effect = called(op, *operands, **arguments)
    assert isinstance(effect.outputs, TensorType)
    assert (effect.outputs.shape, effect.flops) == (shape, flops)


@pytest.mark.parametrize(
    ("op", "operands", "arguments", "sentence"),
    [
        (
            "matmul", (x(None, 3, 4), x(None, 5, 6)), {},
            "cannot multiply (batch, 3, 4) and (batch, 5, 6): inner dimensions are 4 and 5",
        ),
        (
            "matmul", (x(None, 2, 3, 4), x(None, 5, 4, 6)), {},
            "cannot multiply (batch, 2, 3, 4) and (batch, 5, 4, 6): dimension 1 is 2 and 5",
        ),
        (
            "tensordot", (x(None, 3), x(None, 5)), {"axes": ((1,), (1,))},
            "cannot multiply (batch, 3) and (batch, 5): dimension 1 of the first is 3, dimension 1 of the second 5",
        ),
        (
            "einsum", (x(None, 3, 4), x(None, 5, 6)), {"subscripts": "bij,bjk->bik"},
            'cannot take "bij,bjk->bik" of (batch, 3, 4) and (batch, 5, 6): "j" is 4 and 5',
        ),
        (
            "einsum", (x(None, 3, 4),), {"subscripts": "ij->ji"},
            'has "ij" for 2 dimensions, and gets 3: (batch, 3, 4)',
        ),
        (
            "einsum", (x(None, 3),), {"subscripts": "bi->bj"},
            'cannot read "bi->bj": it has "j" after "->" and not before',
        ),
        ("det", (x(None, 3, 4),), {}, "needs square matrices, and gets 3 by 4: (batch, 3, 4)"),
        ("det", (x(None, 3, 3, dtype="int32"),), {}, "takes float32 or float64, and gets int32: (batch, 3, 3)"),
    ],
)  # fmt: skip
def test_sentence(op: str, operands: tuple[Any, ...], arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ShapeError) as caught:
        called(op, *operands, **arguments)
    assert str(caught.value) == sentence


def test_transposed_second_is_helped() -> None:
    with pytest.raises(ShapeError) as caught:
        called("matmul", x(None, 10, 64), x(None, 12, 64))
    assert "ops.swapaxes" in (caught.value.help or "")
