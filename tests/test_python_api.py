"""What ``import graphspec`` offers to programs: diffs and locks, loaded when they are first asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

import graphspec

SPEC = """\
graphspec: 1
params: {units: 2}
variants: {wide: {units: 8}}
models: {m: {inputs: {v: [2]}, nodes: {w: {Dense: {units: 3}, from: v}}, outputs: w}}
inputs: {x: [4]}
nodes:
  y: {Dense: {units: $units, activation: relu}, from: x}
  z: {Dense: {units: 2}, from: y}
  u: {call: m, from: z}
outputs: u
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    return path


def other(spec: Path, before: str, after: str) -> Path:
    path = spec.with_name("other.yaml")
    path.write_text(SPEC.replace(before, after))
    return path


def test_a_diff_has_each_change_with_its_classes_node_and_message(spec: Path) -> None:
    new = other(spec, "units: $units, activation: relu", "units: 3, activation: relu")
    diff = graphspec.diff(spec, new)
    (change,) = diff.changes
    assert isinstance(diff, graphspec.Diff)
    assert isinstance(change, graphspec.Change)
    assert (change.node, change.kind, change.classes) == ("y", "changed", ("weights", "behaviour", "cost"))
    assert change.message.startswith('changed Dense "y": units: 2 -> 3; ')
    assert change.new_span is not None
    assert (change.new_span.path, change.new_span.line) == (str(new), 7)
    assert diff.classes == {"weights": 1, "behaviour": 1, "cost": 1}
    assert diff.parameters == (25, 32)
    assert diff
    assert "units: 2 -> 3" in str(diff)


def test_equal_models_have_no_diff(spec: Path) -> None:
    new = other(spec, "activation: relu", "activation: relu, use_bias: true")
    assert not graphspec.diff(spec, new)
    assert graphspec.load(spec).diff(graphspec.load(new)).changes == ()
    assert graphspec.load(spec).diff(graphspec.load(spec, variant="wide"))


def test_an_entry_of_models_is_compared_alone(spec: Path) -> None:
    new = other(spec, "units: 3", "units: 5")
    old = graphspec.load(spec)
    (change,) = old.diff(graphspec.load(new), model="m").changes
    assert change.node == "w"
    with pytest.raises(graphspec.UsageError):
        old.diff(graphspec.load(new), model="n")


def test_a_side_that_cannot_be_read_is_told(spec: Path) -> None:
    with pytest.raises(graphspec.SpecError):
        graphspec.diff(spec, other(spec, "activation", "activatoin"))
    with pytest.raises(graphspec.UsageError):
        graphspec.diff(spec, "none.yaml")


def test_a_lock_holds_a_spec_and_its_variants(spec: Path) -> None:
    with pytest.raises(graphspec.UsageError, match="there is no"):
        graphspec.check_lock(spec)
    file = graphspec.lock(spec)
    assert file.name == "graphspec.lock"
    assert graphspec.check_lock(spec) == ()
    spec.write_text(SPEC.replace("wide: {units: 8}", "wide: {units: 9}"))
    (found,) = graphspec.check_lock(spec)
    assert (found.code, found.span.line) == ("GS801", 3)
    assert found.message.startswith('changed variant "wide"')
    graphspec.lock(spec, other(spec, "relu", "tanh"), lock_file="mine.lock")
    assert graphspec.check_lock("other.yaml", lock_file="mine.lock") == ()
    before = Path("mine.lock").read_text()
    spec.write_text(SPEC.replace("relu", "rellu"))
    with pytest.raises(graphspec.SpecError):
        graphspec.lock("other.yaml", spec, lock_file="mine.lock")
    assert Path("mine.lock").read_text() == before
    with pytest.raises(graphspec.UsageError, match="no file"):
        graphspec.lock("none.yaml")
    with pytest.raises(graphspec.SpecError):
        graphspec.check_lock(spec)


def test_every_public_name_is_there_and_typed() -> None:
    for name in graphspec.__all__:
        assert getattr(graphspec, name) is not None


def test_diffs_and_locks_are_loaded_when_asked_for() -> None:
    script = (
        "import sys, graphspec\ngraphspec.load\nloaded = [name for name in sys.modules if name.startswith("
        "('graphspec.changes', 'graphspec.locks', 'graphspec.views.diff'))]\nassert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
