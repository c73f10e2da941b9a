"""``graphspec init`` leaves a spec that is right, and touches nothing that is there."""

from pathlib import Path

import pytest
import yaml

from graphspec.cli.main import run
from graphspec.compiler import Options, compile_file
from graphspec.version import __version__


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("arguments", "path"), [([], "specs/model.yaml"), (["digits"], "specs/digits.yaml")])
def test_writes_a_spec_without_mistakes(
    arguments: list[str], path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", *arguments]) == 0
    assert compile_file(Path(path), Options(), path).diagnostics == ()
    assert f"graphspec build {path}" in capsys.readouterr().out
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()) == [
        "schemas/graphspec.schema.json",
        path,
    ]


def test_first_line_leads_to_the_schema() -> None:
    assert run(["init", "net", "--folder", "a/b"]) == 0
    first = Path("a/b/net.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../schemas/graphspec.schema.json"
    assert (Path("a/b") / first.partition("=")[2]).resolve().is_file()


def test_prints_a_workflow_that_is_yaml(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    workflow = yaml.safe_load(capsys.readouterr().out.partition("in CI:\n")[2])
    steps = [step["run"] for step in workflow["jobs"]["validate"]["steps"] if "run" in step]
    assert steps == [f'pip install "graphspec=={__version__}"', "graphspec validate --strict specs"]


def test_keeps_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    Path("schemas").mkdir()
    Path("schemas/graphspec.schema.json").write_text("mine", encoding="utf-8")
    assert run(["init"]) == 0
    before = Path("specs/model.yaml").read_bytes()
    assert run(["init"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert Path("specs/model.yaml").read_bytes() == before
    assert Path("schemas/graphspec.schema.json").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["2fast", "a-b", "a/b", "", "../x", "a.yaml"])
def test_refuses_what_is_no_name(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", name]) == 2
    assert "cannot be the name of a model" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("specs").write_text("a file", encoding="utf-8")
    assert run(["init"]) == 2
    assert "specs" in capsys.readouterr().err
    assert Path("specs").read_text(encoding="utf-8") == "a file"
