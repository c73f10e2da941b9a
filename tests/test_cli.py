"""The command line: statuses, streams, files, and whatever a user can cause."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = "graphspec: 1\ninputs: {x: [4]}\nnodes: {y: {Dense: {units: 2}, from: x}}\noutputs: y\n"
BAD = GOOD.replace("units", "unitz")
DOUBTFUL = GOOD.replace("{x: [4]}", "{x: [4], z: [1]}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "doubtful.yaml").write_text(DOUBTFUL)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "good.yml").write_text(GOOD)
    (tmp_path / "more" / "other.yaml").write_text("services: {}\n")
    return tmp_path


def graphspec(folder: Path, *arguments: str, stdin: str | None = None, **more: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "graphspec", *arguments], cwd=folder, capture_output=True, text=True, check=False,
        input=stdin, timeout=120, **more,
    )  # fmt: skip


STATUSES = [
    (["validate", "good.yaml"], 0, "no mistakes in 1 file"),
    (["validate", "bad.yaml"], 1, 'unknown argument "unitz" of Dense; did you mean "units"?'),
    (["validate", "doubtful.yaml"], 0, "warning[GS701]"),
    (["validate", "doubtful.yaml", "--strict"], 1, "warning[GS701]"),
    (["validate", "more"], 0, "no mistakes in 1 file"),
    (["validate", "."], 1, "in 4 files"),
    (["validate", "*.yaml"], 1, "in 3 files"),
    (["validate", ".", "--exclude", "bad.yaml"], 0, "in 3 files"),
    (["validate", "bad.yaml", "--exclude", "bad.yaml", "--force-exclude", "--allow-empty"], 0, "in 0 files"),
    (["validate", ".", "--exclude", "more", "--exclude", "./bad.yaml"], 0, "in 2 files"),
    (["validate", "more/other.yaml"], 1, ""),
    (["validate", "-q", "good.yaml"], 0, ""),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "status", "shown"), STATUSES, ids=str)
def test_validate(folder: Path, arguments: list[str], status: int, shown: str) -> None:
    done = graphspec(folder, *arguments)
    assert done.returncode == status, done.stdout + done.stderr
    assert shown in done.stdout
    assert done.stderr == ""


USAGE = [
    (["validate", "goood.yaml"], 'did you mean "good.yaml"?'),
    (["validate", "*.json"], "there is no spec under *.json"),
    (["validate", "more", "--exclude", "more"], "there is no spec under more"),
    (["validate"], "Missing argument"),
    (["validate", "good.yaml", "--formt", "json"], "--format"),
    (["validate", "good.yaml", "--format", "jsn"], 'did you mean "json"?'),
    (["validat", "good.yaml"], 'did you mean "validate"?'),
    (["build", "more"], "is a folder"),
    (["build", "good.yaml", "-o", "model.h6"], "must end in .keras, .weights.h5, .json"),
    (["build", "missing.yaml"], 'there is no file "missing.yaml"'),
    (["explain", "GS999"], 'there is no diagnostic "GS999"; did you mean "GS'),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "shown"), USAGE, ids=str)
def test_wrong_usage_is_status_two_and_one_sentence(folder: Path, arguments: list[str], shown: str) -> None:
    done = graphspec(folder, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert shown in done.stderr
    assert "Traceback" not in done.stderr


def test_json_goes_to_standard_output_alone(folder: Path) -> None:
    done = graphspec(folder, "validate", "bad.yaml", "--format", "json")
    document = json.loads(done.stdout)
    assert (document["version"], document["files"], document["errors"], document["warnings"]) == (1, 1, 1, 0)
    item = document["diagnostics"][0]
    assert (item["code"], item["path"], item["line"], item["column"], item["end_column"]) == (
        "GS402", "bad.yaml", 3, 21, 26,
    )  # fmt: skip


def test_a_format_can_go_to_a_file(folder: Path) -> None:
    done = graphspec(folder, "validate", "bad.yaml", "--format", "text", "--format", "json=out.json")
    assert "GS402" in done.stdout
    assert json.loads((folder / "out.json").read_text())["errors"] == 1


def test_standard_input_is_a_spec(folder: Path) -> None:
    done = graphspec(folder, "validate", "-", "--stdin-filename", "typed.yaml", stdin=BAD)
    assert done.returncode == 1
    assert done.stdout.startswith("typed.yaml:3:21: error[GS402]:")


def test_an_unknown_setting_is_wrong_usage(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.graphspec]\nplugin = ['x']\n")
    done = graphspec(folder, "validate", "good.yaml")
    assert done.returncode == 2
    assert 'unknown setting "plugin" under [tool.graphspec]; did you mean "plugins"?' in done.stderr


COLORS = [({}, [], False), ({"FORCE_COLOR": "1"}, [], True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
          ({"NO_COLOR": "1"}, ["--color", "always"], True)]  # fmt: skip


@pytest.mark.parametrize(("environment", "arguments", "colored"), COLORS)
def test_colors(folder: Path, environment: dict[str, str], arguments: list[str], colored: bool) -> None:
    clean = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR"}}
    done = graphspec(folder, "validate", "bad.yaml", *arguments, env=clean | environment)
    assert ("\x1b[" in done.stdout) is colored


def test_a_reader_that_goes_away_is_no_mistake(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "graphspec", "validate", "bad.yaml"], cwd=folder, stdout=writer,
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "graphspec", "validate", "bad.yaml"], cwd=folder, stdout=full,
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "graphspec: cannot write to standard output: no space left on device\n"


@pytest.mark.keras
def test_build_saves_whole_files_by_their_ending(folder: Path) -> None:
    for name in ("out/model.keras", "model.weights.h5", "model.json"):
        done = graphspec(folder, "build", "good.yaml", "-o", name, "--plot", "good.svg")
        assert done.returncode == 0, done.stderr
        assert (folder / "good.svg").read_text().startswith("<svg")
        assert done.stdout.startswith(f"{name}: ")
        assert "10 parameters" in done.stdout
        assert (folder / name).stat().st_size > 0
    assert json.loads((folder / "model.json").read_text())["class_name"] == "Functional"
    assert not list(folder.rglob(".graphspec-*"))


PLUGIN = """
import keras

class Twice(keras.layers.Layer):
    def call(self, x):
        return 2 * x
"""


@pytest.mark.keras
@pytest.mark.parametrize("by_setting", [True, False])
def test_a_plugin_beside_the_project_loads(folder: Path, by_setting: bool) -> None:
    (folder / "my_layers.py").write_text(PLUGIN)
    (folder / "pyproject.toml").write_text("[tool.graphspec]\nplugins = ['my_layers']\n" if by_setting else "")
    (folder / "more" / "twice.yaml").write_text(GOOD.replace("Dense: {units: 2}", "my_layers.Twice: {}"))
    start = (folder / "more", "twice.yaml") if by_setting else (folder, "more/twice.yaml", "--plugin", "my_layers")
    done = graphspec(start[0], "build", *start[1:], "-o", "out.keras")
    assert done.returncode == 0, done.stderr


@pytest.mark.keras
def test_keras_tells_what_a_plugin_makes(folder: Path) -> None:
    (folder / "my_layers.py").write_text(PLUGIN)
    spec = GOOD.replace("Dense: {units: 2}", "my_layers.Twice: {}") + "expect: {parameters: 7}\n"
    (folder / "twice.yaml").write_text(spec)
    shallow = graphspec(folder, "validate", "twice.yaml", "--plugin", "my_layers")
    assert (shallow.returncode, "warning[GS712]" in shallow.stdout) == (0, True)
    deep = graphspec(folder, "validate", "twice.yaml", "--plugin", "my_layers", "--deep")
    assert (deep.returncode, "GS712" in deep.stdout, "error[GS502]" in deep.stdout) == (1, False, True)
    document = json.loads(
        graphspec(folder, "summary", "twice.yaml", "--plugin", "my_layers", "--format", "json").stdout
    )
    assert (document["exact"], document["parameters"]["total"]) == (False, None)
    asked = graphspec(folder, "summary", "twice.yaml", "--plugin", "my_layers", "--format", "json", "--deep")
    assert json.loads(asked.stdout)["parameters"]["total"] == 0


SHARED = """
graphspec: 1
layers: {scorer: {Dense: {units: 1}}}
inputs: {series: [3, 1]}
nodes:
  scores: {TimeDistributed: {layer: {ref: scorer}}, from: series}
  score: {call: scorer, from: scores}
outputs: [scores, score]
"""
NOT_LOADED = [
    ("m.keras", "graphspec: warning: Keras cannot load this file, because"),
    ("m.json", "graphspec: warning: Keras loads this file with separate weights, because"),
    ("m.weights.h5", ""),
]


@pytest.mark.keras
@pytest.mark.parametrize(("name", "said"), NOT_LOADED)
def test_build_warns_of_sharing_that_keras_does_not_load(folder: Path, name: str, said: str) -> None:
    (folder / "shared.yaml").write_text(SHARED)
    done = graphspec(folder, "build", "shared.yaml", "-o", name)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(said)
    assert ('wrappers: "scorer"; save' in done.stderr) is bool(said)


@pytest.mark.keras
def test_a_failed_build_leaves_what_was_there(folder: Path) -> None:
    (folder / "model.keras").write_text("old")
    assert graphspec(folder, "build", "bad.yaml", "-o", "model.keras").returncode == 1
    done = graphspec(folder, "build", "good.yaml", "-o", "model.keras", "--no-clobber")
    assert done.returncode == 2
    assert (folder / "model.keras").read_text() == "old"


@pytest.mark.keras
def test_summary_as_json(folder: Path) -> None:
    done = graphspec(folder, "summary", "good.yaml", "--format", "json")
    document = json.loads(done.stdout)
    assert document["inputs"] == [{"name": "x", "shape": [None, 4], "dtype": "float32"}]
    assert document["outputs"] == [{"name": "y", "shape": [None, 2], "dtype": "float32"}]
    assert document["parameters"] == {"total": 10, "trainable": 10, "non_trainable": 0}
    assert document["nodes"][0]["type"] == "Dense"
    assert document["weights_bytes"] == 40


@pytest.mark.keras
def test_summary_of_a_model_that_fits_in_no_memory(folder: Path) -> None:
    (folder / "huge.yaml").write_text(GOOD.replace("units: 2", "units: 1000000").replace("[4]", "[1000000]"))
    done = graphspec(folder, "summary", "huge.yaml")
    assert done.returncode == 0, done.stderr
    assert "1,000,001,000,000" in done.stdout
