"""What .h5 files say otherwise, and what Keras 2 does."""

import copy
import re
from typing import Any

import pytest
from saved_models import Json, call, functional, given, layer, op, sequential, tensor

from graphspec.lift.lift import lift
from graphspec.lift.problems import LiftError

X = given("x")
Y = layer("Dense", "y", call(tensor("x")), units=2)
OUT = ["y", 0, 0]


def without_modules(value: Any) -> Any:
    if isinstance(value, list):
        return [without_modules(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: without_modules(item) for key, item in value.items() if key not in {"module", "registered_name"}}


def everything() -> Json:
    inner = sequential(given("i"), layer("ReLU", "r"), name="inner", calls=[call(tensor("added"))])
    added, folded = (
        op("Add", "added", tensor("x"), tensor("joined")),
        op("Reshape", "y", tensor("inner"), newshape=[2, 2]),
    )
    joined = layer("Add", "joined", call([tensor("x"), tensor("x")]))
    return functional(X, joined, added, inner, folded, outputs=OUT)


def test_modules_that_an_h5_file_leaves_out_are_known_from_the_classes():
    saved = everything()
    expected = lift(copy.deepcopy(saved)).document
    assert lift(without_modules(saved)).document == expected


def test_a_class_of_an_h5_file_that_keras_does_not_have_is_refused():
    gate = layer("Custom>Gate", "y", call(tensor("x")))
    with pytest.raises(LiftError, match='"y" is a Custom>Gate of a script'):
        lift(without_modules(functional(X, gate, outputs=OUT)))


def of_keras_2(**head: Any) -> Json:
    dense = {**Y, "inbound_nodes": [[["x", 0, 0, {}]]]}
    return {**without_modules(functional(X, dense, outputs=[OUT])), **head}


@pytest.mark.parametrize(
    "saved",
    [
        of_keras_2(),
        of_keras_2(keras_version="2.11.0", backend="tensorflow"),
        of_keras_2()["config"],
        without_modules(
            sequential(layer("InputLayer", "x", batch_input_shape=[None, 4]), layer("Dense", "y", units=2))
        ),
        sequential(layer("Dense", "y", units=2)) | {"keras_version": "2.4.0"},
    ],
    ids=["functional", "with its version", "config alone", "sequential", "sequential by its version"],
)
def test_a_model_of_keras_2_gets_one_refusal_that_says_what_to_do(saved):
    with pytest.raises(LiftError, match=re.escape("saved by Keras 2: load its .h5 file with Keras 3")) as refused:
        lift(saved)
    assert len(refused.value.problems) == 1
