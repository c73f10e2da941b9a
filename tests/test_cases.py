"""Each spec under ``tests/cases`` against the text beside it: a graph, one mistake, or ten."""

import re
from pathlib import Path

import pytest

from graphspec.compiler import Choice, Compilation, Options, compile_file
from graphspec.diagnostics.render_text import render_count, render_text
from graphspec.views.emit import emit

CASES = Path(__file__).parent / "cases"
SOURCE = Path(__file__).parent.parent / "graphspec"

# Codes that no file of ours can show to "validate", and why.
SHOWN_ELSEWHERE = {
    "GS102": "it is about a file that cannot be opened",
    "GS316": "a variant is chosen on the command line",
    "GS411": "build alone asks for weights from the network",
    "GS601": "Keras says it, and these cases do without Keras",
    "GS602": "it is a fault of ours, found by asking Keras",
    "GS603": "it is about a file of Keras, which is no spec",
    "GS604": "as GS603",
    "GS801": "it takes a lock beside the spec",
}


def _specs(folder: str) -> list[pytest.ParameterSet]:
    return [pytest.param(path, id=path.stem) for path in sorted((CASES / folder).glob("*.yaml"))]


def _compiled(spec: Path) -> Compilation:
    return compile_file(spec, Options(choice=Choice(every_variant=True)), spec.name)


def _report(found: Compilation) -> str:
    """Return what ``graphspec validate --color never`` prints."""
    shown = render_text(found.diagnostics, found.sources, color=False)
    return f"{shown}\n{render_count(found.diagnostics, 1)}\n"


def _check_golden(spec: Path, text: str, *, update: bool) -> None:
    golden = spec.with_suffix(".txt")
    if update:
        golden.write_text(text, encoding="utf-8")
    assert golden.exists(), f"{golden.name} is not there yet: run pytest with --update-golden, and read what it holds"
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("spec", _specs("ok"))
def test_right_spec_gives_its_graph_and_no_diagnostic(spec: Path, update_golden: bool) -> None:
    found = _compiled(spec)
    assert _report(found) == "\nno mistakes in 1 file\n"
    assert found.graph is not None
    _check_golden(spec, emit(found.graph) + "\n", update=update_golden)


@pytest.mark.parametrize("spec", _specs("err"))
def test_one_mistake_gives_one_diagnostic(spec: Path, update_golden: bool) -> None:
    found = _compiled(spec)
    assert len(found.diagnostics) == 1, _report(found)
    _check_golden(spec, _report(found), update=update_golden)


@pytest.mark.parametrize("spec", _specs("many"))
def test_ten_mistakes_give_ten_diagnostics(spec: Path, update_golden: bool) -> None:
    found = _compiled(spec)
    assert len(found.diagnostics) == 10, _report(found)
    _check_golden(spec, _report(found), update=update_golden)


def test_no_golden_is_left_without_its_spec() -> None:
    assert not [golden for golden in CASES.glob("*/*.txt") if not golden.with_suffix(".yaml").exists()]


def test_each_code_that_one_file_can_show_is_shown() -> None:
    sources = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    codes = {code for text in sources for code in re.findall(r'"(GS\d{3})"', text)}
    goldens = [path.read_text(encoding="utf-8") for path in (CASES / "err").glob("*.txt")]
    shown = {code for text in goldens for code in re.findall(r"\[(GS\d{3})\]: ", text)}
    assert codes - shown == SHOWN_ELSEWHERE.keys()
