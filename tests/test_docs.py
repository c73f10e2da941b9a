"""The documents are true: their specs are right, their options exist, their links lead somewhere."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from graphspec.cli.main import COMMANDS
from graphspec.compiler import Options, compile_bytes

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```([a-z]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
BLOCKS = [
    pytest.param(language, text, id=f"{path.stem}-{number}")
    for path in DOCUMENTS
    for number, (language, text) in enumerate(BLOCK.findall(path.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize(("language", "text"), BLOCKS)
def test_example_is_right(language: str, text: str, tmp_path: Path) -> None:
    if language == "yaml":
        assert text.startswith("graphspec: 1\n")
        assert compile_bytes(text.encode(), "spec.yaml", Options(), tmp_path).diagnostics == ()
    elif language == "python":
        ast.parse(text)
    else:
        assert language in {"", "console", "sh", "text"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_option_is_documented_and_none_besides() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    options = {
        option
        for name in COMMANDS
        for parameter in importlib.import_module(f"graphspec.cli.{name}").command.params
        for option in parameter.opts
        if option.startswith("--")
    }
    documented = set(re.findall(r"--[a-z][a-z-]+", text)) - {"--help"}
    short = {"--quiet", "--verbose", "--output", "--folder"}
    assert options - short == documented - short


def test_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
