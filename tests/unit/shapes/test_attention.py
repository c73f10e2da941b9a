"""Attention layers: named sizes, FLOPs by hand, and what is said of mistakes."""

from typing import Any

import pytest

from graphspec.graph.layer_types import defaults_of
from graphspec.shapes.dimension import Shape, named
from graphspec.shapes.layers import attention
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType

TIME, STEPS = named("time"), named("steps")
HEADS = {"num_heads": 2, "key_dim": 3}
GROUPS = {"num_query_heads": 4, "num_key_value_heads": 2, "head_dim": 3}


def tensor(*shape: Any, dtype: str = "float32") -> TensorType:
    return TensorType(shape, dtype)


def call(kind: str, arguments: dict[str, Any], *args: Any, **kwargs: Any) -> Effect:
    layer = LayerType(kind, {**defaults_of(kind), **arguments}, "float32", "float32")
    return attention.RULES[kind](layer, *args, **kwargs)


def shapes(effect: Effect) -> tuple[Shape, ...]:
    outputs: Any = effect.outputs
    return tuple(item.shape for item in (outputs if isinstance(outputs, tuple) else (outputs,)))


@pytest.mark.parametrize(
    ("kind", "arguments", "args", "expected"),
    [
        ("MultiHeadAttention", HEADS, (tensor(None, TIME, 5), tensor(None, STEPS, 6)),
         ((None, TIME, 5), (None, 2, TIME, STEPS))),
        ("MultiHeadAttention", {**HEADS, "output_shape": (7, 8)}, (tensor(2, 4, 5), tensor(2, TIME, 6)),
         ((2, 4, 7, 8), (2, 2, 4, TIME))),
        ("MultiHeadAttention", {**HEADS, "attention_axes": 2}, (tensor(None, 9, TIME, 5), tensor(None, 9, STEPS, 6)),
         ((None, 9, TIME, 5), (None, 9, 2, TIME, STEPS))),
        ("GroupQueryAttention", GROUPS, (tensor(None, TIME, 5), tensor(None, STEPS, 5)),
         ((None, TIME, 5), (None, 4, TIME, STEPS))),
        ("Attention", {}, ((tensor(None, TIME, 5), tensor(None, STEPS, 7), tensor(None, STEPS, 5)),),
         ((None, TIME, 7), (None, TIME, STEPS))),
        ("AdditiveAttention", {}, ((tensor(None, TIME, 5), tensor(None, 3, 5)),), ((None, TIME, 5), (None, TIME, 3))),
    ],
)  # fmt: skip
def test_names_stay(kind: str, arguments: dict[str, Any], args: tuple[Any, ...], expected: tuple[Shape, ...]) -> None:
    assert shapes(call(kind, arguments, *args, return_attention_scores=True)) == expected


def test_flops_of_many_heads_are_those_by_hand() -> None:
    effect = call("MultiHeadAttention", HEADS, tensor(None, 4, 5), tensor(None, 7, 6))
    query, key, value, output = 4 * (2 * 5 * 6 + 6), 7 * (2 * 6 * 6 + 6), 7 * (2 * 6 * 6 + 6), 4 * (2 * 6 * 5 + 5)
    scores = 2 * 4 * 7
    assert effect.flops == query + key + value + output + 4 * 6 + scores * (2 * 3 + 2 * 3 + 1)


def test_flops_of_one_head_are_those_by_hand() -> None:
    inputs = (tensor(None, 4, 5), tensor(None, 7, 5))
    assert call("Attention", {}, inputs).flops == 4 * 7 * (2 * 5 + 1 + 2 * 5)
    assert call("AdditiveAttention", {}, inputs).flops == 4 * 7 * (4 * 5 + 1 + 2 * 5)


def test_weights_are_those_of_the_projections() -> None:
    weights = call("MultiHeadAttention", {**HEADS, "use_gate": True}, tensor(None, 4, 5), tensor(None, 7, 6)).weights
    kernels = [weight.shape for weight in weights if weight.name.endswith("kernel")]
    assert kernels == [(5, 2, 3), (6, 2, 3), (5, 2, 3), (6, 2, 3), (2, 3, 5)]


@pytest.mark.parametrize(
    ("kind", "arguments", "args", "kwargs", "told"),
    [
        ("MultiHeadAttention", HEADS, (tensor(None, 4, 5), tensor(None, 6)), {},
         "needs 3 dimensions, the batch included, and gets 2: (batch, 6)"),
        ("MultiHeadAttention", HEADS, (tensor(None, 4, 5), tensor(None, 7, 6), tensor(None, 8, 6)), {},
         "needs a key with the steps of the value, and gets (batch, 8, 6) and (batch, 7, 6)"),
        ("MultiHeadAttention", HEADS, (tensor(None, 4, 5), tensor(None, 7, 6)),
         {"attention_mask": tensor(None, 4, 8, dtype="bool")},
         "cannot mask scores of (batch, 2, 4, 7) with (batch, 4, 8)"),
        ("GroupQueryAttention", {**GROUPS, "num_query_heads": 3}, (tensor(None, 4, 5), tensor(None, 7, 5)), {},
         "has num_query_heads 3, which its num_key_value_heads 2 do not divide"),
        ("GroupQueryAttention", GROUPS, (tensor(None, 4, 5), tensor(None, 7, 6)), {},
         "needs as many features in the query as in the value, and gets (batch, 4, 5) and (batch, 7, 6)"),
        ("Attention", {}, ((tensor(None, 4, 5), tensor(None, 7, 6)),), {},
         "cannot attend with (batch, 4, 5) and (batch, 7, 6): dimension 2 is 5 and 6"),
    ],
)  # fmt: skip
def test_mistakes_are_told(
    kind: str, arguments: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any], told: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        call(kind, arguments, *args, **kwargs)
    assert str(caught.value) == told
