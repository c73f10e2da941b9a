"""``graphspec diff``: specs, saved models and commits, statuses, and what is told of a side that cannot be read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

INNER = "graphspec: 1\ninputs: {t: [4]}\nnodes: {h: {Dense: {units: 3}, from: t}}\noutputs: h\n"
OUTER = (
    "graphspec: 1\nmodels: {m: ../parts/inner.yaml}\ninputs: {x: [4]}\nnodes:\n  y: {call: m, from: x}\n"
    "  z: {Dense: {units: 2, activation: relu}, from: y}\noutputs: {o: z}\n"
)
SAVED = {
    "class_name": "Functional", "module": "keras.src.models.functional",
    "config": {
        "name": "m",
        "layers": [
            {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "x"},
             "name": "x", "inbound_nodes": []},
            {"module": "keras.layers", "class_name": "Dense", "config": {"name": "y", "units": 2}, "name": "y",
             "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {
                 "shape": [None, 4], "dtype": "float32", "keras_history": ["x", 0, 0]}}], "kwargs": {}}]},
        ],
        "input_layers": [["x", 0, 0]], "output_layers": [["y", 0, 0]],
    },
}  # fmt: skip


def graphspec(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "graphspec", *arguments], cwd=folder, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


def git(folder: Path, *arguments: str) -> None:
    names = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Hold a spec and the file that it names at one commit, and both changed since."""
    git(tmp_path, "init", "-q")
    for name, text in (("specs/outer.yaml", OUTER), ("parts/inner.yaml", INNER)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    (tmp_path / "specs" / "outer.yaml").write_text(OUTER.replace("relu", "tanh"))
    (tmp_path / "parts" / "inner.yaml").write_text(INNER.replace("units: 3", "units: 5"))
    return tmp_path


def test_against_a_commit_reads_nested_files_at_that_commit_too(repository: Path) -> None:
    done = graphspec(repository, "diff", "specs/outer.yaml", "--against", "HEAD", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [(item["where"], item["classes"]) for item in found["changes"]] == [
        ("m/h", ["weights", "behaviour", "cost"]), ("z", ["behaviour"]),
    ]  # fmt: skip
    assert found["changes"][1]["old_place"] == {"path": "HEAD:specs/outer.yaml", "line": 6, "column": 7}


@pytest.mark.parametrize("old", ["HEAD:specs/outer.yaml", "HEAD:./specs/outer.yaml"])
def test_a_side_may_be_a_file_of_a_commit(repository: Path, old: str) -> None:
    assert "2 changes" in graphspec(repository, "diff", old, "specs/outer.yaml").stdout


def test_a_path_at_a_commit_may_start_from_here(repository: Path) -> None:
    assert "2 changes" in graphspec(repository / "specs", "diff", "HEAD:outer.yaml", "outer.yaml").stdout
    assert "2 changes" in graphspec(repository / "specs", "diff", "outer.yaml", "--against", "HEAD").stdout


STATUSES = [
    ([], 0), (["--fail-on", "interface"], 0), (["--fail-on", "weights"], 1), (["--fail-on", "interface,cost"], 1),
    (["--fail-on", "any"], 1), (["--fail-on", "cosmetic"], 0),
]  # fmt: skip


@pytest.mark.parametrize(("options", "status"), STATUSES, ids=str)
def test_fail_on(repository: Path, options: list[str], status: int) -> None:
    assert graphspec(repository, "diff", "specs/outer.yaml", "--against", "HEAD", *options).returncode == status


USAGE = [
    (["HEAD:nothing.yaml", "specs/outer.yaml"], 'there is no file "nothing.yaml" at "HEAD"'),
    (["v9:specs/outer.yaml", "specs/outer.yaml"], 'git knows no commit "v9"'),
    (["--upload-pack=x:specs/outer.yaml", "specs/outer.yaml"], ""),
    (["specs/outer.yaml", "specs/other.yaml"], 'there is no file "specs/other.yaml"; did you mean "outer.yaml"?'),
    (["specs/outer.yaml"], "give two sides, or one and --against"),
    (["specs/outer.yaml", "specs/outer.yaml", "--fail-on", "weight"], 'did you mean "weights"?'),
    (["missing.keras", "specs/outer.yaml"], 'there is no file "missing.keras"'),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "shown"), USAGE, ids=str)
def test_wrong_usage_is_one_sentence(repository: Path, arguments: list[str], shown: str) -> None:
    done = graphspec(repository, "diff", *arguments)
    assert done.returncode == 2
    assert shown in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_repository_git_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(INNER)
    done = graphspec(tmp_path, "diff", "a.yaml", "--against", "HEAD")
    assert (done.returncode, "not a git repository" in done.stderr) == (2, True)


def test_a_side_with_mistakes_is_named(repository: Path) -> None:
    (repository / "specs" / "outer.yaml").write_text(OUTER.replace("units: 2", "unit: 2"))
    done = graphspec(repository, "diff", "specs/outer.yaml", "--against", "HEAD")
    assert done.returncode == 1
    assert done.stderr.startswith("graphspec: specs/outer.yaml has mistakes")
    assert 'unknown argument "unit"' in done.stderr


def test_a_saved_model_is_a_side(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(SAVED))
    (tmp_path / "m.yaml").write_text(
        "graphspec: 1\ninputs: {x: [4]}\nnodes: {y: {Dense: {units: 3}, from: x}}\noutputs: y\n"
    )
    done = graphspec(tmp_path, "diff", "m.json", "m.yaml")
    assert 'changed Dense "y"' in done.stdout, done.stderr
    (tmp_path / "m.json").write_text("{}")
    done = graphspec(tmp_path, "diff", "m.json", "m.yaml")
    assert (done.returncode, done.stderr.startswith("graphspec: m.json cannot be read as a graph")) == (1, True)


def test_a_spec_in_json_is_a_side(tmp_path: Path) -> None:
    nodes = {"y": {"Dense": {"units": 3}, "from": "x"}}
    (tmp_path / "m.json").write_text(json.dumps({"graphspec": 1, "inputs": {"x": [4]}, "nodes": nodes, "outputs": "y"}))
    done = graphspec(tmp_path, "diff", "m.json", "m.json")
    assert (done.returncode, done.stderr) == (0, "")
