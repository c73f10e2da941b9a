"""What CI, hooks and shells use: the recipes of docs/ci.md run, and the files that others read are what they take."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from graphspec.cli.main import run

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
GOOD = "graphspec: 1\ninputs: {x: [4]}\nnodes: {y: {Dense: {units: 2}, from: x}}\noutputs: y\n"
BAD = GOOD.replace("units", "unitz")
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="runs shells")


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"^```\w+ {kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "graphspec"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m graphspec "$@"\n')
    program.chmod(0o755)
    (tmp_path / "specs" / "drafts").mkdir(parents=True)
    (tmp_path / "specs" / "good one.yaml").write_text(GOOD)
    return tmp_path


def _environment(folder: Path, **more: str) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI_", "GIT_"))}
    path = f"{folder / 'bin'}{os.pathsep}{clean['PATH']}"
    who = {f"GIT_{role}_{field}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}
    return {**clean, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(folder), **who, **more}


def _shell(
    folder: Path, script: str, *arguments: str, shell: str = "sh", **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shell, *arguments, "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env=_environment(folder, **more),
    )  # fmt: skip


@pytest.mark.parametrize("script", _blocks("recipe"))
def test_recipes_run(folder: Path, script: str) -> None:
    done = _shell(folder, script)
    assert done.returncode == 0, done.stderr
    (folder / "specs" / "bad.yaml").write_text(BAD)
    assert _shell(folder, script).returncode == int("--exit-zero" not in script)


def test_the_script_for_gitlab_runs(folder: Path) -> None:
    [job] = yaml.safe_load(_blocks("gitlab")[0]).values()
    install, check = job["script"]
    assert install == "pip install graphspec"
    assert _shell(folder, check).returncode == 0
    for file in job["artifacts"]["reports"].values():
        assert (folder / file).stat().st_size > 0


@pytest.mark.parametrize("block", _blocks("workflow"))
def test_the_steps_for_github_run(folder: Path, block: str) -> None:
    steps = yaml.safe_load(block)["jobs"]["validate"]["steps"]
    own = [step for step in steps if "graphspec@" in step.get("uses", "")]
    assert all(step["with"].keys() <= ACTION["inputs"].keys() for step in own)
    scripts = [step["run"] for step in steps if step.get("run", "").startswith("graphspec ")]
    assert len(own) + len(scripts) == 1
    for script in scripts:
        assert _shell(folder, script, GITHUB_ACTIONS="true").returncode == 0
        assert (folder / "graphspec.sarif").exists()


INPUTS = [
    ({"paths": "specs"}, 0), ({"paths": "specs/bad.yaml"}, 1), ({"paths": "specs\n$(touch pwned)\n"}, 2),
    ({"paths": "specs/bad.yaml", "options": "--exit-zero\n--format=json=out file.json"}, 0),
    ({"paths": ".", "options": "--exclude\nbad.yaml"}, 0), ({"paths": "--help"}, 2),
]  # fmt: skip


@pytest.mark.parametrize(("given", "status"), INPUTS, ids=str)
def test_the_action_runs(folder: Path, given: dict[str, str], status: int) -> None:
    (folder / "specs" / "bad.yaml").write_text(BAD) if "bad" in str(given) else None
    values = {name: given.get(name, declared["default"]) for name, declared in ACTION["inputs"].items()}
    step = ACTION["runs"]["steps"][-1]
    environment = {
        key: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: values[found[1]], value)
        for key, value in step["env"].items()
    }
    done = _shell(folder, step["run"], "--noprofile", "--norc", "-eo", "pipefail", shell="bash", **environment)  # noqa: S604
    assert done.returncode == status, done.stdout + done.stderr
    assert not (folder / "pwned").exists()


def test_the_action_never_pastes_an_input_into_a_script() -> None:
    assert not [step for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")]


SCHEMAS = [
    *(pytest.param("vendor.github-workflows", block, id="workflow") for block in _blocks("workflow")),
    *(pytest.param("vendor.gitlab-ci", block, id="gitlab") for block in _blocks("gitlab")),
    pytest.param("vendor.github-actions", (ROOT / "action.yml").read_text(), id="action"),
]


@pytest.mark.parametrize(("schema", "text"), SCHEMAS)
def test_files_fit_the_schemas_of_their_readers(folder: Path, schema: str, text: str) -> None:
    pytest.importorskip("check_jsonschema")
    (folder / "file.yml").write_text(text)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, "file.yml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_hooks_that_are_documented_are_there() -> None:
    used = {
        hook["id"]
        for block in _blocks("pre-commit")
        for repo in yaml.safe_load(block)["repos"]
        for hook in repo["hooks"]
    }
    assert used <= {hook["id"] for hook in HOOKS}
    assert all(f"`{hook['id']}`" in PAGE for hook in HOOKS)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_hooks_run(folder: Path, hook: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "pyproject.toml").write_text("[tool.graphspec]\nexclude = ['drafts']\n")
    (folder / "specs" / "drafts" / "bad.yaml").write_text(BAD)
    _, *options = hook["entry"].split()
    passes_names = hook.get("pass_filenames", True)
    assert run([*options, *(["specs/drafts/bad.yaml"] if passes_names else [])]) == 0
    (folder / "specs" / "bad.yaml").write_text(BAD)
    assert run([*options, *(["specs/good one.yaml", "specs/bad.yaml"] if passes_names else [])]) == 1


@pytest.mark.skipif(
    shutil.which("pre-commit") is None, reason="pre-commit is not installed; it installs from the network"
)
@pytest.mark.parametrize("hook", [hook["id"] for hook in HOOKS])
def test_pre_commit_takes_the_hooks(folder: Path, hook: str) -> None:
    script = f"git init -q . && git add specs && pre-commit try-repo {shlex.quote(str(ROOT))} {hook} --all-files"
    home = {"PRE_COMMIT_HOME": str(folder / "home")}
    assert _shell(folder, script, **home).returncode == 0
    (folder / "specs" / "bad.yaml").write_text(BAD)
    done = _shell(folder, script, **home)
    assert (done.returncode, "GS402" in done.stdout) == (1, True)


def test_the_hook_of_git_runs(folder: Path) -> None:
    [hook] = _blocks("hook")
    assert _shell(folder, "git init -q . && git add specs").returncode == 0
    file = folder / ".git" / "hooks" / "pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text(hook)
    file.chmod(0o755)
    assert _shell(folder, "git commit -qm one").returncode == 0
    (folder / "specs" / "bad.yaml").write_text(BAD)
    refused = _shell(folder, "git add specs && git commit -qm two")
    assert (refused.returncode, "GS402" in refused.stdout + refused.stderr) == (1, True)
    assert _shell(folder, "git rm -q --cached specs/bad.yaml && git commit -q --allow-empty -m three").returncode == 0


WORDS = [
    ("graphspec val", ["validate"]),
    ("graphspec validate --str", ["--strict"]),
    ("graphspec validate --format sa", ["sarif"]),
    ("graphspec summary sp", ["specs/drafts/", "specs/good one.yaml", "specs/models.yaml"]),
    ("graphspec summary specs/m", ["specs/models.yaml"]),
    ("graphspec summary specs/models.yaml --model enc", ["encoder"]),
    ("graphspec build nowhere/", []),
    ("graphspec layers conv2d", ["Conv2D", "Conv2DTranspose"]),
    ("graphspec layers ops.argmi", ["ops.argmin"]),
    ("graphspec explain gs40", [f"GS40{number}" for number in range(1, 10)]),
]
MODELS = f"models:\n  encoder: {{}}\n  decoder: {{}}\n{GOOD}"


@pytest.mark.parametrize(("typed", "offered"), WORDS, ids=[words for words, _ in WORDS])
def test_completion(folder: Path, typed: str, offered: list[str]) -> None:
    (folder / "specs" / "models.yaml").write_text(MODELS)
    (folder / "specs" / "notes.txt").write_text("")
    (folder / "specs" / ".hidden").mkdir()
    count = str(len(typed.split()) - 1)
    done = _shell(folder, "graphspec", COMP_WORDS=typed, COMP_CWORD=count, _GRAPHSPEC_COMPLETE="bash_complete")
    lines = [line for line in done.stdout.splitlines() if line]
    assert (lines, done.stderr) == ([f"plain,{item}" for item in offered], "")


STRANGE = [
    b"",
    b"[",
    b"\xff\xfe",
    b"models: 3\n",
    b"models: [a]\n",
    b"models: {1: {}, en: {}}\n",
    b"- a\n",
    b"[" * 9999,
]


@pytest.mark.parametrize("data", STRANGE, ids=range(len(STRANGE)))
def test_completion_never_fails(folder: Path, data: bytes) -> None:
    (folder / "spec.yaml").write_bytes(data)
    typed = "graphspec summary spec.yaml --model e"
    done = _shell(folder, "graphspec", COMP_WORDS=typed, COMP_CWORD="4", _GRAPHSPEC_COMPLETE="bash_complete")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_take_the_completion(folder: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = _shell(folder, "graphspec", _GRAPHSPEC_COMPLETE=f"{shell}_source")
    (folder / "completion").write_text(script.stdout)
    asked = {
        "bash": "source completion; COMP_WORDS=(graphspec summary specs/); COMP_CWORD=2; "
        '_graphspec_completion graphspec; printf "%s\\n" "${COMPREPLY[@]}"',
        "zsh": "autoload -U compinit; compinit -u; source completion; whence -w _graphspec_completion",
        "fish": 'source completion; complete -C "graphspec summary specs/"',
    }[shell]
    done = _shell(folder, asked, shell=shell)
    assert (done.returncode, done.stderr) == (0, "")
    expected = "_graphspec_completion: function" if shell == "zsh" else "specs/good one.yaml"
    assert expected in done.stdout.replace("\\ ", " ").replace("'", "")
