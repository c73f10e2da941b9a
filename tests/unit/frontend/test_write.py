"""What a written spec looks like."""

import pytest

from graphspec.frontend.write import write

SPEC = {
    "outputs": ["label", "series"],
    "edges": ["a -> b"],
    "graphspec": 1,
    "models": {"tower": {"outputs": "y", "inputs": {"x": [4]}, "nodes": {"y": {"Dense": {"units": 2}, "from": "x"}}}},
    "nodes": {
        "stem": {
            "chain": [
                "Flatten",
                {"Dense": {"units": 3}},
                {"Dense": {"units": 3, "activation": "relu", "kernel_initializer": "he_normal"}, "name": "wide"},
                {"Conv2DTranspose": {"filters": 32, "kernel_size": 4, "strides": 2, "padding": "same", "a": "x" * 40}},
            ],
            "from": "tower",
        },
        "scaled": {"expr": "stem * 0.5"},
    },
    "description": "Squeeze, and draw again.",
    "inputs": {"x": {"shape": [None], "dtype": "int32"}},
    "seed": 1,
    "compile": {"optimizer": {"Adam": {"learning_rate": 1e-05}}, "loss": "mse"},
}
TEXT = """\
graphspec: 1
description: Squeeze, and draw again.
models:
  tower:
    inputs:
      x: [4]
    nodes:
      y: {Dense: {units: 2}, from: x}
    outputs: y
inputs:
  x: {shape: [null], dtype: int32}
nodes:
  stem:
    chain:
      - Flatten
      - Dense: {units: 3}
      - {Dense: {units: 3, activation: relu, kernel_initializer: he_normal}, name: wide}
      - Conv2DTranspose:
          filters: 32
          kernel_size: 4
          strides: 2
          padding: same
          a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    from: tower
  scaled: {expr: stem * 0.5}
edges:
  - a -> b
outputs: [label, series]
seed: 1
compile: {optimizer: {Adam: {learning_rate: 1e-5}}, loss: mse}
"""


def test_a_spec_is_written_as_a_person_would():
    assert write(SPEC) == TEXT


def test_a_long_list_of_numbers_fills_its_lines():
    text = write({"a": list(range(70))})

    assert text.count("\n") == 3
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1e-3, "0.001"), (1e-07, "1e-7"), (1e22, "1e22"), (-0.0, "-0.0"), (2.0, "2.0"), (float("inf"), ".inf"),
        ("1e-3", '"1e-3"'), ("null", '"null"'), ("yes", '"yes"'), ("2024-01-31", '"2024-01-31"'), ("", '""'),
        ("1:30", '"1:30"'), ("a: b", '"a: b"'), ('say "no"', "'say \"no\"'"), ("a\nb", '"a\\nb"'),
        ("\ufeff", '"\\ufeff"'),
        ("x[:, -1]", '"x[:, -1]"'), ("mu + ops.exp(eps)", "mu + ops.exp(eps)"), ([], "[]"), ({}, "{}"),
    ],
)  # fmt: skip
def test_a_scalar_has_quotes_where_it_needs_them(value, written):
    assert write({"a": value}) == f"a: {written}\n"


@pytest.mark.parametrize("value", ["\ud800", 10**400, {"": 1}, {"k" * 2000: 1}])
def test_what_yaml_cannot_hold_is_refused(value):
    with pytest.raises(ValueError, match=r"surrogate|integer|key"):
        write({"a": value})
