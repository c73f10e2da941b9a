"""The time that a large model takes grows as the model does, whatever it is made of."""

import time
from itertools import product

import pytest
from saved_models import Json, call, functional, given, layer, op, tensor

from graphspec.lift.lift import lift

MANY = 6000
SECONDS = 4


def row(*layers: Json) -> Json:
    return functional(given("x"), *layers, outputs=[layers[-1]["name"], len(layers[-1]["inbound_nodes"]) - 1, 0])


def one_layer_called_often() -> Json:
    calls = [call(tensor("x")), *(call(tensor("d", number)) for number in range(MANY - 1))]
    return row(layer("Dense", "d", *calls, units=4))


def names_that_become_the_same() -> Json:
    names = ["x", *("".join(signs) for signs in product("-/", repeat=13))][: MANY + 1]
    return row(*(layer("ReLU", name, call(tensor(names[at]))) for at, name in enumerate(names[1:])))


def layers_shared_by_wrappers() -> Json:
    def wrapped(number: int) -> Json:
        inner = layer("Dense", f"d{number}", units=4) | {"shared_object_id": number}
        return layer("TimeDistributed", f"t{number}", call(tensor(f"t{number - 1}" if number else "x")), layer=inner)

    return row(*(wrapped(number) for number in range(MANY)))


def steps_of_a_mask_that_is_used() -> Json:
    masking = layer("Masking", "masking", call(tensor("x")), mask_value=0.0)
    first = op("NotEqual", "m0", tensor("x"), 0.0)
    steps = [op("ExpandDims", f"m{number + 1}", tensor(f"m{number}"), axis=1) for number in range(MANY)]
    return row(masking, first, *steps, layer("Identity", "y", call(tensor(f"m{MANY}"))))


@pytest.mark.parametrize(
    "make",
    [one_layer_called_often, names_that_become_the_same, layers_shared_by_wrappers, steps_of_a_mask_that_is_used],
)
def test_a_large_model_takes_time_by_its_size(make):
    saved = make()
    started = time.process_time()
    document = lift(saved).document
    assert time.process_time() - started < SECONDS
    assert len(document["nodes"]) >= MANY
