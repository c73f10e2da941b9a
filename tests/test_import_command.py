"""``graphspec import``: what it writes, what it refuses, and what it leaves alone."""

import json
import sys
import zipfile
from pathlib import Path

import pytest

from graphspec.cli.main import run

sys.path.insert(0, str(Path(__file__).parent / "unit" / "lift"))

from saved_models import call, functional, given, layer, tensor

GOOD = functional(given("x"), layer("Dense", "y", call(tensor("x")), units=2), outputs=["y", 0, 0], name="good")
SPEC = "graphspec: 1\nname: good\ninputs:\n  x: [4]\nnodes:\n  y: {Dense: {units: 2}, from: x}\noutputs: y\n"
LAMBDA = layer("Lambda", "hidden", call(tensor("x")), function={"class_name": "__lambda__", "config": {"code": "4wEA"}})
GATE = layer("Gate", "gate", call(tensor("x")), module="my_package.layers")
BAD = functional(given("x"), LAMBDA, GATE, outputs=[["hidden", 0, 0], ["gate", 0, 0]])
# What Keras would have refused to build itself.
WRONG = functional(given("x"), layer("Conv2D", "y", call(tensor("x")), filters=2, kernel_size=3), outputs=["y", 0, 0])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, model in {"good": GOOD, "bad": BAD, "wrong": WRONG}.items():
        Path(f"{name}.json").write_text(json.dumps(model))
        with zipfile.ZipFile(f"{name}.keras", "w") as file:
            file.writestr("config.json", json.dumps(model))
            file.writestr("model.weights.h5", "these are not read")
    return tmp_path


@pytest.mark.parametrize("file", ["good.json", "good.keras"])
def test_the_spec_is_printed_or_written(file, capsys):
    assert run(["import", file]) == 0
    assert capsys.readouterr() == (SPEC, "")
    assert run(["import", file, "-o", "good.yaml"]) == 0
    assert capsys.readouterr() == ("good.yaml: 1 node\n", "")
    assert Path("good.yaml").read_text() == SPEC
    assert run(["validate", "good.yaml"]) == 0


def test_check_writes_nothing(capsys, folder):
    before = sorted(folder.iterdir())
    assert run(["import", "good.keras", "--check"]) == 0
    assert run(["import", "bad.keras", "--check"]) == 1
    out, err = capsys.readouterr()
    assert out == "good.keras: 1 node, and no code\n"
    assert 'bad.keras: error: "hidden" is a Lambda' in err
    assert sorted(folder.iterdir()) == before


def test_each_layer_that_carries_code_is_named(capsys):
    Path("spec.yaml").write_text("before")
    assert run(["import", "bad.json", "-o", "spec.yaml"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith('bad.json: error: "hidden" is a Lambda')
    assert lines[1].startswith('bad.json: error: "gate" is a Gate of the module "my_package.layers"')
    assert lines[2] == "2 errors; bad.json is not imported"
    assert Path("spec.yaml").read_text() == "before"


def test_a_model_that_keras_could_not_have_built_is_told(capsys):
    assert run(["import", "wrong.json"]) == 1
    assert 'wrong.json: error: "y" (Conv2D) needs 4 dimensions' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.keras"], 'there is no file "none.keras"'),
        (["good.h5"], '"good.h5" must end in .keras or .json'),
        (["good.json", "-o", "good.keras", "--no-clobber"], "--no-clobber says to keep it"),
        (["good.json", "--check", "-o", "x.yaml"], '"--check" writes nothing'),
    ],
)
def test_wrong_usage_is_status_2(arguments, said, capsys):
    assert run(["import", *arguments]) == 2
    assert said in capsys.readouterr().err
