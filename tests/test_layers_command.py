"""``graphspec layers`` shows the catalogue."""

import json

import pytest

from graphspec.catalog import catalog
from graphspec.cli.layers import _names
from graphspec.cli.main import run

Capture = pytest.CaptureFixture[str]


def test_lists_every_name(capsys: Capture) -> None:
    assert run(["layers", "--format", "json"]) == 0
    groups = json.loads(capsys.readouterr().out)
    every = {name for names in groups.values() for name in names}
    assert every >= {"Dense", "ops.matmul", "applications.VGG16", "HeNormal", "Adam", "BinaryCrossentropy", "relu"}
    assert len(groups["ops"]) == len(catalog.op_names())


def test_lists_what_matches(capsys: Capture) -> None:
    assert run(["layers", "conv2d*"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[:2] == ["layers: convolution (2)", "  Conv2D, Conv2DTranspose"]


def test_shows_arguments_with_kind_and_default(capsys: Capture) -> None:
    assert run(["layers", "Conv2D"]) == 0
    out = capsys.readouterr().out
    assert "  filters: a positive integer; required\n" in out
    assert '  padding: one of "valid", "same"; default "valid"\n' in out


def test_shows_the_outputs_that_a_layer_names(capsys: Capture) -> None:
    assert run(["layers", "LSTM"]) == 0
    assert "  .state_h, with return_state: true\n" in capsys.readouterr().out


def test_says_what_needs_trust(capsys: Capture) -> None:
    assert run(["layers", "Lambda"]) == 0
    assert "Needs --trust" in capsys.readouterr().out


@pytest.mark.parametrize("name", [name for names in _names().values() for name in names][::7])
def test_every_page_can_be_shown(name: str, capsys: Capture) -> None:
    assert run(["layers", name]) == 0
    assert name in capsys.readouterr().out
    assert run(["layers", name, "--format", "json"]) == 0
    assert name in {item["name"] for item in json.loads(capsys.readouterr().out)}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Conv2d", 'did you mean "Conv2D"?'),
        ("matmul", 'did you mean the op "ops.matmul"?'),
        ("VGG16", 'did you mean "applications.VGG16"?'),
        ("Merge", "it was split into"),
        ("he_norml", 'did you mean "he_normal"?'),
        ("Zzzz*", "nothing in Keras"),
    ],
)
def test_unknown_names_get_the_nearest(name: str, told: str, capsys: Capture) -> None:
    assert run(["layers", name]) == 2
    assert told in capsys.readouterr().err
