"""Recurrent layers and their wrappers: named sizes, FLOPs by hand, and what is said of mistakes."""

from collections.abc import Mapping
from typing import Any

import pytest

from graphspec.graph.layer_types import defaults_of
from graphspec.shapes.dimension import Shape, named, show
from graphspec.shapes.layers import core, pipeline, rnn, spectral
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType

TIME = named("time")
RULES = {**rnn.RULES, **core.RULES, **spectral.RULES, **pipeline.RULES}


def layer(kind: str, **arguments: Any) -> LayerType:
    return LayerType(kind, {**defaults_of(kind), **arguments}, "float32", "float32", RULES[kind])


def tensor(*shape: Any) -> TensorType:
    return TensorType(shape, "float32")


def call(made: LayerType, *args: Any, **kwargs: Any) -> Effect:
    return made.effect(*args, **kwargs)


def shapes(outputs: Any) -> Any:
    if isinstance(outputs, TensorType):
        return outputs.shape
    if isinstance(outputs, Mapping):
        return {name: shapes(item) for name, item in outputs.items()}
    return tuple(shapes(item) for item in outputs)


@pytest.mark.parametrize(
    ("made", "x", "expected"),
    [
        (layer("LSTM", units=3, return_sequences=True), tensor(None, TIME, 4), (None, TIME, 3)),
        (layer("GRU", units=3, return_state=True), tensor(2, TIME, 4), ((2, 3), (2, 3))),
        (
            layer("RNN", cell=(layer("LSTMCell", units=3), layer("GRUCell", units=2)), return_state=True),
            tensor(None, 5, 4),
            ((None, 2), ((None, 3), (None, 3)), (None, 2)),
        ),
        (
            layer("Bidirectional", layer=layer("LSTM", units=3, return_state=True), merge_mode=None),
            tensor(None, 5, 4),
            ((None, 3),) * 6,
        ),
        (
            layer("Bidirectional", layer=layer("GRU", units=3, return_sequences=True)),
            tensor(None, TIME, 4),
            (None, TIME, 6),
        ),
        (layer("TimeDistributed", layer=layer("Dense", units=3)), tensor(None, TIME, 7, 4), (None, TIME, 7, 3)),
        (
            layer(
                "ConvLSTM2D", filters=3, kernel_size=3, strides=2, data_format="channels_first", return_sequences=True
            ),
            tensor(None, TIME, 2, 9, 8),
            (None, TIME, 3, 4, 3),
        ),
    ],
)
def test_names_stay_and_structures_follow(made: LayerType, x: TensorType, expected: Shape) -> None:
    assert shapes(call(made, x).outputs) == expected


@pytest.mark.parametrize(
    ("made", "x", "flops"),
    [
        (layer("SimpleRNN", units=2), tensor(None, 5, 3), 5 * (2 * (6 + 4) + 2 + 4)),
        (layer("LSTM", units=2), tensor(None, 5, 3), 5 * (2 * 4 * (6 + 4) + 8 + 26)),
        (layer("GRU", units=2, use_bias=False), tensor(None, 5, 3), 5 * (2 * 3 * (6 + 4) + 22)),
        (layer("GRU", units=2), tensor(None, 5, 3), 5 * (2 * 3 * (6 + 4) + 12 + 22)),
        (layer("GRU", units=2, reset_after=False), tensor(None, 5, 3), 5 * (2 * 3 * (6 + 4) + 6 + 22)),
        (layer("ConvLSTM1D", filters=2, kernel_size=3), tensor(None, 5, 6, 1), 5 * 4 * (3 * 2 * 8 * (1 + 2) + 8 + 26)),
        (layer("Bidirectional", layer=layer("SimpleRNN", units=2), merge_mode="ave"), tensor(None, 5, 3), 2 * 130 + 4),
        (layer("TimeDistributed", layer=layer("Dense", units=2)), tensor(None, 5, 3), 5 * (12 + 2)),
    ],
)
def test_flops_are_those_by_hand(made: LayerType, x: TensorType, flops: int) -> None:
    assert call(made, x).flops == flops


def test_flops_grow_with_a_named_time() -> None:
    flops = call(layer("LSTM", units=2), tensor(None, TIME, 3)).flops
    assert show(flops) == "114*time"


@pytest.mark.parametrize(
    ("made", "inputs", "told", "advice"),
    [
        (
            layer("LSTM", units=3), (tensor(None, 4),),
            "needs 3 dimensions, the batch included, and gets 2: (batch, 4)", "return_sequences: true",
        ),
        (
            layer("LSTM", units=3), (tensor(None, 4, 2), (tensor(None, 5), tensor(None, 3))),
            "has 3 units, so its states are (batch, 3), not (batch, 5)", None,
        ),
        (layer("LSTM", units=3), (tensor(None, 4, 2), tensor(None, 3)), "starts from 2 states, and gets 1", None),
        (
            layer("GRU", units=3, stateful=True), (tensor(None, 4, 2),),
            "is stateful, so its batch needs a size; it gets (batch, 4, 2)", "batch_size",
        ),
        (layer("RNN", cell=layer("Dense", units=3)), (tensor(None, 4, 2),), "needs a cell, and Dense is none", "GRUC"),
        (
            layer("ConvLSTM1D", filters=3, kernel_size=7), (tensor(None, 4, 5, 1),),
            "has a kernel of 7 that is larger than a step of (batch, 4, 5, 1)", "padding: same",
        ),
        (
            layer("Bidirectional", layer=layer("Dense", units=3)), (tensor(None, 4, 2),),
            "needs a recurrent layer, and Dense is none", "LSTM",
        ),
        (
            layer("TimeDistributed", layer=layer("LSTM", units=3)), (tensor(None, 4, 2),),
            (
                "holds LSTM, which needs 3 dimensions, the batch included, and gets 2: (batch, 2), "
                "at each time of (batch, 4, 2)"
            ),
            "(batch, time",
        ),
        (
            layer("TimeDistributed", layer=layer("GRU", units=3, return_state=True)), (tensor(None, 4, 5, 2),),
            "holds GRU, which gives several tensors, and takes a layer that gives one", None,
        ),
        (
            layer("SpectralNormalization", layer=layer("LSTM", units=3)), (tensor(None, 4, 2),),
            "needs a layer with a kernel or embeddings, and LSTM has neither", "Dense",
        ),
        (layer("Pipeline", layers=()), (tensor(None, 4),), "needs at least one layer", None),
    ],
)  # fmt: skip
def test_mistakes_are_told(made: LayerType, inputs: tuple[Any, ...], told: str, advice: str | None) -> None:
    with pytest.raises(ShapeError) as caught:
        call(made, *inputs)
    assert str(caught.value) == told
    assert caught.value.help is None if advice is None else advice in str(caught.value.help)


def test_masks_and_states_of_other_times_do_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"dimension 1 is time and steps"):
        call(layer("LSTM", units=3), tensor(None, TIME, 2), mask=TensorType((None, named("steps")), "bool"))


def test_each_direction_has_weights_of_its_own() -> None:
    weights = call(layer("Bidirectional", layer=layer("GRU", units=3)), tensor(None, 5, 4)).weights
    assert len({id(weight) for weight in weights}) == 6
    assert [weight.shape for weight in weights[:3]] == [(4, 9), (3, 9), (2, 9)]


def test_the_vector_of_a_normalized_kernel_does_not_train() -> None:
    effect = call(layer("SpectralNormalization", layer=layer("Dense", units=3)), tensor(None, 4))
    vector = effect.weights[-1]
    assert (vector.shape, vector.trainable) == ((1, 3), False)


def test_a_pipeline_feeds_each_layer_by_the_one_before() -> None:
    layers = (layer("Dense", units=3), layer("LSTM", units=2))
    effect = call(layer("Pipeline", layers=layers), tensor(None, TIME, 4))
    assert shapes(effect.outputs) == (None, 2)
    assert len(effect.weights) == 5
