"""``graphspec lock`` and ``validate --locked``: what is written, what is refused, and what may become of a lock."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphspec.views.lock import parse_lock, render_lock

SPEC = (
    "graphspec: 1\ninputs: {x: [4]}\nnodes:\n  y: {Dense: {units: 2}, from: x}\n  z: {ReLU: {}, from: y}\noutputs: z\n"
)
NESTED = "graphspec: 1\nmodels: {m: inner.yaml}\ninputs: {x: [4]}\nnodes: {y: {call: m, from: x}}\noutputs: {o: y}\n"


def graphspec(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    clean = {key: value for key, value in os.environ.items() if key not in {"CI", "GITHUB_ACTIONS"}}
    return subprocess.run(
        [sys.executable, "-m", "graphspec", *arguments], cwd=folder, capture_output=True, text=True, check=False,
        timeout=120, env={**clean, **environment},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Hold three specs and their lock."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "specs").mkdir()
    for name, text in (("a", SPEC), ("inner", SPEC), ("outer", NESTED)):
        (tmp_path / "specs" / f"{name}.yaml").write_text(text)
    assert graphspec(tmp_path, "lock").returncode == 0
    return tmp_path


def edit(folder: Path, name: str, before: str, after: str) -> None:
    path = folder / "specs" / f"{name}.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_the_lock_is_sorted_stable_and_reads_back(folder: Path) -> None:
    text = (folder / "graphspec.lock").read_text()
    data = json.loads(text)
    assert list(data["specs"]) == ["specs/a.yaml", "specs/inner.yaml", "specs/outer.yaml"]
    assert data["specs"]["specs/a.yaml"]["layers"]["y"]["weights"] == {"": [["kernel", [4, 2]], ["bias", [2]]]}
    assert render_lock(parse_lock(text, "graphspec.lock")) == text
    for seed in "12":
        (folder / "graphspec.lock").unlink()
        assert graphspec(folder, "lock", PYTHONHASHSEED=seed).returncode == 0
        assert (folder / "graphspec.lock").read_text() == text


def test_a_changed_model_fails_at_its_place(folder: Path) -> None:
    edit(folder, "a", "units: 2", "units: 3")
    done = graphspec(folder, "validate", "specs", "--locked")
    assert done.returncode == 1
    assert (
        'specs/a.yaml:4:7: error[GS801]: changed Dense "y", against graphspec.lock (interface, weights' in done.stdout
    )
    assert "units: 2 -> 3" in done.stdout
    assert graphspec(folder, "validate", "specs").returncode == 0
    assert graphspec(folder, "lock").stdout.startswith("changed specs/a.yaml: 1 change")
    assert graphspec(folder, "validate", "specs", "--locked").returncode == 0


def test_a_change_in_a_nested_file_fails_for_what_nests_it(folder: Path) -> None:
    edit(folder, "inner", "ReLU", "Flatten")
    done = graphspec(folder, "validate", "specs/outer.yaml", "--locked", "--format", "json")
    assert [item["path"] for item in json.loads(done.stdout)["diagnostics"]] == ["specs/inner.yaml"]


BODY = "y: {Dense: {units: 2}, from: x}\n  z: {ReLU: {}, from: y}"
COSMETIC = [
    ("units: 2", "units: 2, use_bias: true"),
    ("outputs", "# a comment\noutputs"),
    ("outputs", "description: A.\noutputs"),
    (BODY, "z: {from: yy, ReLU: }\n  yy: {Dense: {units: 2}, from: x}"),
]


@pytest.mark.parametrize(("before", "after"), COSMETIC, ids=str)
def test_what_is_the_same_model_passes(folder: Path, before: str, after: str) -> None:
    edit(folder, "a", before, after)
    assert graphspec(folder, "validate", "specs", "--locked").returncode == 0
    assert graphspec(folder, "lock", "--check").returncode == 0


def test_new_moved_and_deleted_specs(folder: Path) -> None:
    (folder / "specs" / "a.yaml").rename(folder / "specs" / "b.yaml")
    done = graphspec(folder, "validate", "specs", "--locked")
    assert done.returncode == 1
    assert "specs/b.yaml:1:1: error[GS801]: the model is not in graphspec.lock" in done.stdout
    assert 'there is no file "specs/a.yaml" any more' in done.stdout
    assert "moved specs/a.yaml -> specs/b.yaml" in graphspec(folder, "lock", "specs").stdout
    (folder / "specs" / "b.yaml").unlink()
    assert "removed specs/b.yaml" in graphspec(folder, "lock").stdout
    assert graphspec(folder, "validate", "specs", "--locked").returncode == 0


@pytest.mark.parametrize("arguments", [["lock"], ["lock", "--check"]], ids=str)
def test_nothing_is_written_in_ci(folder: Path, arguments: list[str]) -> None:
    before = (folder / "graphspec.lock").read_text()
    assert graphspec(folder, *arguments, CI="true").returncode == 0
    edit(folder, "a", "units: 2", "units: 3")
    done = graphspec(folder, *arguments, CI="true")
    assert done.returncode == 1
    assert "is not up to date" in done.stderr
    assert "units: 2 -> 3" in done.stdout
    assert (folder / "graphspec.lock").read_text() == before


def test_a_spec_with_mistakes_leaves_the_lock_as_it_is(folder: Path) -> None:
    before = (folder / "graphspec.lock").read_text()
    edit(folder, "a", "units: 2", "unit: 2")
    edit(folder, "inner", "units: 2", "units: 4")
    done = graphspec(folder, "lock")
    assert (done.returncode, 'unknown argument "unit"' in done.stderr) == (1, True)
    assert (folder / "graphspec.lock").read_text() == before


DAMAGED = [
    (lambda text: text[: len(text) // 2], "is damaged: it is no JSON"),
    (lambda text: text.replace('"version": 1', '"version": 2'), "is of version 2, and this GraphSpec reads up to 1"),
    (lambda _: "[]", "is damaged: it is no lock of GraphSpec"),
    (lambda text: text.replace('"units": 2', '"units": 7'), 'the entry of "specs/a.yaml" does not hold together'),
    (lambda text: text.replace('"from": ["x"]', '"from": ["z"]'), 'the entry of "specs/a.yaml" does not hold together'),
    (lambda text: text.replace('"from": ["x"]', '"from": 3'), 'the entry of "specs/a.yaml" does not hold together'),
    (lambda _: "[" * 100_000, "is damaged: it is nested too deeply"),
    (lambda _: "\ud800", "is damaged: it is no text"),
]


@pytest.mark.parametrize(("damage", "shown"), DAMAGED, ids=[item[1] for item in DAMAGED])
def test_a_damaged_lock_is_one_sentence(folder: Path, damage: object, shown: str) -> None:
    lock = folder / "graphspec.lock"
    lock.write_bytes(damage(lock.read_text()).encode("utf-8", errors="surrogatepass"))
    for arguments in (["validate", "specs", "--locked"], ["lock"]):
        done = graphspec(folder, *arguments)
        assert done.returncode == 2, done.stdout
        assert shown in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_conflict_markers_are_told_and_lock_writes_anew(folder: Path) -> None:
    lock = folder / "graphspec.lock"
    good = lock.read_text()
    line = next(line for line in good.splitlines() if "fingerprint" in line)
    lock.write_text(good.replace(line, f"<<<<<<< HEAD\n{line}\n=======\n{line.replace('a', 'b')}\n>>>>>>> other", 1))
    done = graphspec(folder, "validate", "specs", "--locked")
    assert done.returncode == 2
    assert "graphspec.lock:5 has the conflict markers of a git merge" in done.stderr
    assert graphspec(folder, "lock").returncode == 0
    assert lock.read_text() == good


def test_without_a_lock_nothing_is_locked(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SPEC)
    done = graphspec(tmp_path, "validate", "a.yaml", "--locked")
    assert (done.returncode, 'there is no "graphspec.lock"; run: graphspec lock' in done.stderr) == (2, True)
    assert graphspec(tmp_path, "lock", "a.yaml", "--lock-file", "other.lock").returncode == 0
    assert graphspec(tmp_path, "validate", "a.yaml", "--locked", "--lock-file", "other.lock").returncode == 0
