"""``graphspec import``: what it writes, what it refuses, and what it leaves alone."""

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

import graphspec
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


def test_what_comes_again_is_a_block_unless_the_spec_is_to_be_flat(capsys):
    layers = [given("x")]
    for number in range(8):
        source = tensor(f"block{number - 1}_relu" if number else "x")
        layers.append(layer("Dense", f"block{number}_dense", call(source), units=4))
        layers.append(layer("ReLU", f"block{number}_relu", call(tensor(f"block{number}_dense"))))
    layers.append(layer("Dense", "y", call(tensor("block7_relu")), units=1))
    Path("deep.json").write_text(json.dumps(functional(*layers, outputs=["y", 0, 0])))
    assert run(["import", "deep.json", "-o", "deep.yaml"]) == 0
    assert run(["import", "deep.json", "-o", "flat.yaml", "--flat"]) == 0
    assert capsys.readouterr() == ("deep.yaml: 17 nodes\nflat.yaml: 17 nodes\n", "")
    assert 'name: "block${index}"}, repeat: 8}' in Path("deep.yaml").read_text()
    assert "block" not in [key.strip() for key in Path("flat.yaml").read_text().split(":")]
    assert run(["validate", "deep.yaml", "flat.yaml"]) == 0
    assert run(["diff", "deep.yaml", "flat.yaml", "--fail-on", "interface,weights,behaviour,cost"]) == 0
    capsys.readouterr()
    assert run(["export", "deep.json"]) == 0
    assert "for index in range(8):" in capsys.readouterr().out


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
        (["good.txt"], '"good.txt" must end in .keras, .json, .h5 or .hdf5'),
        (["good.json", "-o", "good.keras", "--no-clobber"], "--no-clobber says to keep it"),
        (["good.json", "--check", "-o", "x.yaml"], '"--check" writes nothing'),
    ],
)
def test_wrong_usage_is_status_2(arguments, said, capsys):
    assert run(["import", *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("file", ["good.json", "good.keras", "good.h5"])
def test_a_model_file_stands_for_its_spec(file, capsys):
    h5py = pytest.importorskip("h5py")
    with h5py.File("good.h5", "w") as saved:
        saved.attrs["model_config"] = json.dumps(GOOD)
    assert run(["summary", file]) == 0
    assert "Total parameters: 10 " in capsys.readouterr().out
    assert run(["validate", file]) == 0
    assert run(["export", file]) == 0
    assert 'layers.Dense(2, name="y")(x)' in capsys.readouterr().out
    assert graphspec.load(file).graph.graph.name == "good"


def test_what_no_spec_can_say_is_a_diagnostic(capsys):
    assert run(["validate", "bad.keras", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert [item["code"] for item in found] == ["GS603", "GS603"]
    assert run(["summary", "bad.json"]) == 1
    assert capsys.readouterr().err.count("bad.json:1:1: error[GS603]: ") == 2


def test_a_spec_in_json_is_a_spec():
    spec = {"graphspec": 1, "inputs": {"x": [4]}, "nodes": {"y": {"Dense": {"units": 2}, "from": "x"}}, "outputs": "y"}
    Path("spec.json").write_text(json.dumps(spec))
    assert run(["validate", "spec.json"]) == 0


@pytest.mark.parametrize("content", [b"text", b"", b"\x89HDF\r\n\x1a\n" + b"\xff" * 2000])
def test_what_is_no_hdf5_file_is_told(content, capsys):
    pytest.importorskip("h5py")
    Path("model.h5").write_bytes(content)
    assert run(["import", "model.h5"]) == 1
    assert "model.h5: error: the file is no HDF5 file that can be read" in capsys.readouterr().err


def test_only_the_description_in_an_hdf5_file_is_opened(capsys, folder):
    h5py = pytest.importorskip("h5py")
    with h5py.File(folder / "secret.h5", "w") as secret:
        secret.attrs["model_config"] = json.dumps(GOOD)
    with h5py.File("links.h5", "w") as saved:
        saved["model_config"] = h5py.ExternalLink("secret.h5", "/")
        saved["model_weights"] = h5py.SoftLink("/nowhere")
    with h5py.File("array.h5", "w") as saved:
        saved.attrs["model_config"] = ["a", "b"]
    for file, said in (("links.h5", "weights and no model"), ("array.h5", "is no text")):
        assert run(["import", file]) == 1
        assert said in capsys.readouterr().err


def test_without_h5py_the_message_says_what_to_install(monkeypatch, capsys):
    Path("model.h5").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert run(["import", "model.h5"]) == 2
    assert 'takes h5py to read: pip install "graphspec[tensorflow]"' in capsys.readouterr().err


def test_a_class_of_a_plugin_is_written_by_its_path(capsys):
    gate = layer("Gate", "gate", call(tensor("x"), training=False), module="my.layers", size=3, init={
        "module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": None,
    })  # fmt: skip
    out = layer("Dense", "y", call(tensor("gate", place=1)), units=2)
    Path("gate.json").write_text(json.dumps(functional(given("x"), gate, out, outputs=["y", 0, 0])))
    assert run(["import", "gate.json"]) == 1
    assert "if you trust that module, add --plugin my.layers" in capsys.readouterr().err
    assert run(["import", "gate.json", "--plugin", "my.layers"]) == 0
    text = capsys.readouterr().out
    assert "  gate: {my.layers.Gate: {size: 3, init: zeros}, from: x}\n" in text
    assert "  y: {Dense: {units: 2}, from: gate.1}\n" in text
    assert run(["validate", "gate.json", "--plugin", "my.layers"]) == 0


def test_a_class_of_a_script_is_one_of_the_only_plugin(capsys):
    gate = layer("Gate", "gate", call(tensor("x")), module="__main__")
    Path("gate.json").write_text(json.dumps(functional(given("x"), gate, outputs=["gate", 0, 0])))
    assert run(["import", "gate.json", "--plugin", "my_layers"]) == 0
    out, err = capsys.readouterr()
    assert "gate: {my_layers.Gate: {}, from: x}" in out
    assert "it is taken for that of the plugin my_layers" in err


def test_the_layers_of_applications_are_known(capsys):
    module = "keras.src.applications.convnext"
    scale = layer("LayerScale", "scale", call(tensor("x")), module=module, init_values=1e-6, projection_dim=4)
    Path("scale.json").write_text(json.dumps(functional(given("x"), scale, outputs=["scale", 0, 0])))
    assert run(["import", "scale.json"]) == 0
    assert (
        f"scale: {{{module}.LayerScale: {{init_values: 1e-6, projection_dim: 4}}, from: x}}" in capsys.readouterr().out
    )
    assert run(["summary", "scale.json"]) == 0
    assert "Total parameters: 4 " in capsys.readouterr().out
    Path("spec.yaml").write_text(SPEC.replace("Dense: {units: 2}", f"{module}.LayerScale: {{init_values: 1}}"))
    assert run(["validate", "spec.yaml"]) == 1
    assert 'LayerScale needs "projection_dim", a number' in capsys.readouterr().out


NAME = "../../etc/\x1b[2J\n!!python/object/apply:os.system [id]"
DEEP = layer("Dense", "d", units=2)
for depth in range(300):
    DEEP = layer("TimeDistributed", f"t{depth}", layer=DEEP)
NESTED = GOOD
for depth in range(100):
    NESTED = functional(given("x"), {**NESTED, "name": f"m{depth}", "inbound_nodes": [call(tensor("x"))]},
                        outputs=[f"m{depth}", 1, 0], name=f"m{depth + 1}")  # fmt: skip
FUNCTION = {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"}
MALICIOUS = {
    "code as an activation": (
        layer("Dense", "y", call(tensor("x")), units=2, activation={"class_name": "__lambda__", "config": {}}),
        'is a __lambda__ of "?": code from outside Keras',
    ),
    "a function of Keras": (
        layer("Dense", "y", call(tensor("x")), units=2, activation=FUNCTION),
        'is the function "get_file", which Keras does not know by that name',
    ),
    "a module of Python": (layer("system", "y", call(tensor("x")), module="os"), 'is a system of the module "os"'),
    "a file as a vocabulary": (
        layer("StringLookup", "y", call(tensor("x")), vocabulary="/etc/hostname"),
        'would read the file "/etc/hostname"',
    ),
    "a saved model in a file": (layer("TFSMLayer", "y", call(tensor("x")), filepath="/"), "is a TFSMLayer: it loads"),
    "a pickle": (layer("TorchModuleWrapper", "y", call(tensor("x"))), "it runs a PyTorch module"),
    "layers in layers": ({**DEEP, "name": "y", "inbound_nodes": [call(tensor("x"))]}, "is nested too deeply"),
    "models in models": ({**NESTED, "name": "y", "inbound_nodes": [call(tensor("x"))]}, "is nested too deeply"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALICIOUS)
def test_a_malicious_file_gets_one_refusal(case, capsys):
    # Keras raises the limit of whatever process it builds a deep model in.
    sys.setrecursionlimit(1000)
    made, said = MALICIOUS[case]
    Path("bad.json").write_text(json.dumps(functional(given("x"), made, outputs=["y", int("models" in case), 0])))
    assert run(["import", "--check", "bad.json"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert said in lines[0]


def test_a_name_cannot_write_to_the_terminal(capsys):
    named = functional(given("x"), layer("Dense", NAME, call(tensor("x")), units=2), outputs=[NAME, 0, 0])
    Path("named.json").write_text(json.dumps(named))
    assert run(["import", "named.json"]) == 0
    out, err = capsys.readouterr()
    assert r'"../../etc/\x1b[2J\n!!python' in err
    assert (out + err).replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, '{"a": ' + "9" * 5000 + "}", "[" + "1," * 5_000_000 + "1]"],
    ids=["lists", "objects", "an integer", "values"],
)  # fmt: skip
def test_json_past_every_limit_gets_one_refusal(text, capsys):
    Path("bad.json").write_text(text)
    assert run(["import", "--check", "bad.json"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_pipe_is_not_waited_for(folder, capsys):
    os.mkfifo(folder / "pipe.keras")
    assert run(["import", "pipe.keras"]) == 2
    assert "is no regular file" in capsys.readouterr().err
