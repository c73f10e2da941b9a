"""``graphspec lock`` and ``validate --locked``: what is written, what is refused, and what may become of a lock."""

import contextlib
import io
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from graphspec.cli.check import check_against
from graphspec.cli.main import run
from graphspec.cli.pool import share_out
from graphspec.compiler import Options
from graphspec.locks import read_lock
from graphspec.views.lock import parse_lock, render_lock

SPEC = (
    "graphspec: 1\ninputs: {x: [4]}\nnodes:\n  y: {Dense: {units: 2}, from: x}\n  z: {ReLU: {}, from: y}\noutputs: z\n"
)
NESTED = "graphspec: 1\nmodels: {m: inner.yaml}\ninputs: {x: [4]}\nnodes: {y: {call: m, from: x}}\noutputs: {o: y}\n"


def graphspec(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a command line here, where its start costs nothing."""
    clean = {key: value for key, value in os.environ.items() if key not in {"CI", "GITHUB_ACTIONS"}}
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder), patch.dict(os.environ, {**clean, **environment}, clear=True),
        contextlib.redirect_stdout(out), contextlib.redirect_stderr(err),
    ):  # fmt: skip
        status = run(arguments)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def anew(folder: Path, *arguments: str, **environment: str) -> int:
    """Run a command line in a process of its own."""
    command = [sys.executable, "-m", "graphspec", *arguments]
    return subprocess.run(command, cwd=folder, check=False, timeout=120, env={**os.environ, **environment}).returncode


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
        assert anew(folder, "lock", CI="", PYTHONHASHSEED=seed) == 0
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


VARIANTS = """\
graphspec: 1
params: {units: 2, twice: false, rate: 0.1}
variants:
  small: {units: 3}
  wide: {units: 8, twice: true}
blocks:
  part: {inputs: [x], nodes: {d: {Dense: {units: 2, activation: relu}, from: x}}, outputs: d}
inputs: {x: [4]}
nodes:
  y: {Dense: {units: $units}, from: x}
  drop: {Dropout: {rate: $rate}, from: y, when: $twice}
  p: {block: part, from: "${'drop' if twice else 'y'}", repeat: 2}
outputs: p
"""
NEEDY = VARIANTS.replace("units: 2, twice", "units: {}, twice")


@pytest.fixture
def varied(tmp_path: Path) -> Path:
    """Hold a spec with variants and one that has its values in its variants alone, and their lock."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "v.yaml").write_text(VARIANTS)
    (tmp_path / "specs" / "n.yaml").write_text(NEEDY)
    assert graphspec(tmp_path, "lock").returncode == 0
    return tmp_path


def found(folder: Path, *arguments: str) -> list[dict]:
    done = graphspec(folder, "validate", "specs", "--locked", "--format", "json", *arguments)
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)["diagnostics"]


def test_each_variant_has_an_entry_in_short(varied: Path) -> None:
    text = (varied / "graphspec.lock").read_text()
    specs = json.loads(text)["specs"]
    assert "fingerprint" not in specs["specs/n.yaml"]
    small = specs["specs/v.yaml"]["variants"]["small"]
    assert small == {
        "fingerprint": small["fingerprint"], "parameters": 29, "flops": small["flops"],
        "inputs": {"x": "(None, 4) float32"}, "form": "one", "outputs": {"p": "(None, 2) float32"},
        "variables": {"p.1.d": "kernel 3x2, bias 2", "p.2.d": "kernel 2x2, bias 2", "y": "kernel 4x3, bias 3"},
    }  # fmt: skip
    assert render_lock(parse_lock(text, "graphspec.lock")) == text
    assert found(varied) == []
    assert graphspec(varied, "lock", "--check").returncode == 0


def test_a_changed_variant_is_named_at_its_place(varied: Path) -> None:
    edit(varied, "v", "wide: {units: 8", "wide: {units: 9")
    (item,) = found(varied)
    assert (item["path"], item["line"], item["column"]) == ("specs/v.yaml", 5, 3)
    assert item["message"].startswith('changed variant "wide", against graphspec.lock (weights, cost: variables of ')
    assert "y: kernel 4x8, bias 8 -> kernel 4x9, bias 9" in item["message"] or "2 layers" in item["message"]
    assert found(varied, "--variant", "small") == []
    assert len(found(varied, "--variant", "wide")) == 1
    assert 'changed specs/v.yaml, variant "wide" (weights' in graphspec(varied, "lock").stdout
    assert found(varied) == []


def test_what_several_variants_share_is_told_once(varied: Path) -> None:
    edit(varied, "v", "small: {", "small: {rate: 0.2, twice: true, ")
    edit(varied, "v", "wide: {", "wide: {rate: 0.2, ")
    (item,) = found(varied)
    assert item["message"] == 'changed 2 variants "small", "wide", against graphspec.lock'
    assert [place["line"] for place in item["related"]] == [4, 5]
    assert "(behaviour: other arguments or another wiring)" in item["related"][0]["message"]


def test_an_edit_of_the_body_is_told_at_its_place_with_the_variants(varied: Path) -> None:
    edit(varied, "v", "activation: relu", "activation: tanh")
    (item,) = found(varied)
    assert item["message"] == (
        'changed Dense "p.1.d" and 1 more from here, against graphspec.lock (behaviour): activation: relu -> tanh'
    )
    assert [place["message"].split(" (")[0] for place in item["related"]] == [
        'variant "small" has changed', 'variant "wide" has changed',
    ]  # fmt: skip


def test_names_alone_are_no_change_of_a_variant(varied: Path) -> None:
    for name in ("v", "n"):
        edit(varied, name, "nodes: {d: {Dense: {units: 2, activation: relu}, from: x}}, outputs: d",
             "nodes: {e: {Dense: {units: 2, activation: relu}, from: x}}, outputs: e")  # fmt: skip
    assert found(varied) == []


def test_a_lock_without_the_variants_is_out_of_date_in_one_message(varied: Path) -> None:
    lock = varied / "graphspec.lock"
    data = json.loads(lock.read_text())
    del data["specs"]["specs/v.yaml"]["variants"]
    del data["specs"]["specs/n.yaml"]
    lock.write_text(json.dumps(data))
    new, old = found(varied)
    assert new["message"] == "the model is not in graphspec.lock"
    assert old["message"] == 'graphspec.lock does not have variants "small", "wide" of this spec'
    assert (old["line"], old["help"]) == (4, "bring it up to date by: graphspec lock")
    assert found(varied, "--variant", "wide")[-1]["message"].endswith('does not have variant "wide" of this spec')
    assert graphspec(varied, "lock", "specs").returncode == 0
    assert found(varied) == []


def test_variants_that_come_and_go_are_one_message(varied: Path) -> None:
    edit(varied, "v", "small: {", "little: {")
    (item,) = found(varied)
    assert item["message"] == (
        'graphspec.lock does not have variant "little" of this spec, '
        'and has variant "small", which the spec does not have'
    )
    assert item["line"] == 4


def test_a_choice_is_not_locked(varied: Path) -> None:
    for arguments in (["lock", "--set", "units=4"], ["lock", "--variant", "small"]):
        done = graphspec(varied, *arguments)
        assert (done.returncode, "leave out --variant and --set" in done.stderr) == (2, True)
    done = graphspec(varied, "validate", "specs", "--locked", "--set", "units=4")
    assert (done.returncode, "leave out --set or --locked" in done.stderr) == (2, True)


def test_a_spec_for_others_has_no_entry(varied: Path) -> None:
    library = "graphspec: 1\nblocks: {b: {inputs: [x], nodes: {y: {ReLU: {}, from: x}}, outputs: y}}\n"
    (varied / "specs" / "library.yaml").write_text(library)
    assert graphspec(varied, "lock", "specs").returncode == 0
    assert "specs/library.yaml" not in json.loads((varied / "graphspec.lock").read_text())["specs"]
    assert found(varied) == []


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Hold as many specs as a cache is for, and their lock."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "specs").mkdir()
    for number in range(20):
        (tmp_path / "specs" / f"{number:02}.yaml").write_text(SPEC.replace("[4]", f"[{number + 1}]"))
    assert graphspec(tmp_path, "lock").returncode == 0
    return tmp_path


def told(folder: Path, *arguments: str) -> str:
    done = graphspec(folder, "validate", "specs", "--locked", "--format", "concise", *arguments)
    assert done.returncode in {0, 1}, done.stderr
    assert found(folder, "--no-cache", *arguments) == found(folder, *arguments)
    return done.stdout


def test_a_lock_is_part_of_what_a_cache_knows(many: Path) -> None:
    assert told(many) == ""
    assert graphspec(many, "validate", "specs").returncode == 0
    before = (many / "graphspec.lock").read_text()
    edit(many, "07", "units: 2", "units: 3")
    for _ in range(2):
        assert told(many).startswith("specs/07.yaml:4:7: ")
    assert graphspec(many, "lock").returncode == 0
    assert told(many) == ""
    (many / "graphspec.lock").write_text(before)
    assert told(many).startswith("specs/07.yaml:4:7: ")
    (many / "graphspec.lock").write_text("{}")
    for _ in range(2):
        assert graphspec(many, "validate", "specs", "--locked").returncode == 2


def test_a_cache_heeds_which_lock_and_which_spec_it_is(many: Path) -> None:
    assert told(many) == ""
    lock = many / "graphspec.lock"
    (many / "specs" / "graphspec.lock").write_text(lock.read_text())
    other = ["--lock-file", "specs/graphspec.lock"]
    assert told(many, *other).count("the model is not in") == 20
    assert told(many) == ""
    (many / "specs" / "03.yaml").rename(many / "03.yaml")
    (many / "specs" / "03.yaml").symlink_to("04.yaml")
    assert 'there is no file "specs/03.yaml"' not in told(many)
    (many / "specs" / "03.yaml").unlink()
    assert 'there is no file "specs/03.yaml" any more' in told(many)
    (many / "specs" / "03.yaml").symlink_to("../03.yaml")
    assert "specs/03.yaml:1:1: error[GS801]: the model is not in" in told(many).replace(": GS801", ": error[GS801]")


def test_processes_share_what_is_held_against_a_lock(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(many)
    edit(many, "07", "units: 2", "units: 3")
    work = partial(check_against, lock=read_lock(many / "graphspec.lock"), options=Options())
    specs = [f"specs/{number:02}.yaml" for number in range(20)]
    for start in ("fork", "spawn"):
        results = dict(share_out(work, specs, 2, start=start))
        assert [index for index in sorted(results) if results[index].diagnostics] == [7]
