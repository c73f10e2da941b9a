"""Every code has a page, and every example on it gives what the page says."""

import re
from pathlib import Path

import pytest

from graphspec.cli.explain import _GROUPS
from graphspec.cli.main import run
from graphspec.compiler import Options, compile_bytes
from graphspec.diagnostics import pages

ROOT = Path(__file__).parent.parent
SOURCES = [file.read_text(encoding="utf-8") for file in (ROOT / "graphspec").rglob("*.py")]
IN_SOURCE = sorted({code for text in SOURCES for code in re.findall(r'"(GS\d{3})"', text)})
EXAMPLE = re.compile(r"(Wrong|Right):\n\n```([^\n]*)\n(.*?)```", re.DOTALL)
# Each needs several files, the command line or Keras.
NOT_RUN = {"GS102", "GS103", "GS108", "GS303", "GS411", "GS601"}


def _examples(code: str) -> dict[str, tuple[str, str]]:
    return {side: (fence, text) for side, fence, text in re.findall(EXAMPLE, pages.page(code))}


def _codes_of(text: str, folder: Path) -> list[str]:
    return [item.code for item in compile_bytes(text.encode(), "spec.yaml", Options(), folder).diagnostics]


def test_every_code_has_a_page() -> None:
    assert list(pages.codes()) == IN_SOURCE


@pytest.mark.parametrize("code", pages.codes())
def test_page_has_its_form(code: str) -> None:
    text = pages.page(code)
    assert re.match(rf"# {code}: [A-Z].+[^.]\n\n[^#]{{40,}}", text)
    assert list(_examples(code)) == ["Wrong", "Right"]
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("code", sorted(set(pages.codes()) - NOT_RUN))
def test_wrong_example_gives_exactly_the_code(code: str, tmp_path: Path) -> None:
    fence, text = _examples(code)["Wrong"]
    assert fence == "yaml"
    assert _codes_of(text, tmp_path) == [code]


@pytest.mark.parametrize("code", [code for code in pages.codes() if _examples(code)["Right"][0] == "yaml"])
def test_right_example_gives_nothing(code: str, tmp_path: Path) -> None:
    assert _codes_of(_examples(code)["Right"][1], tmp_path) == []


def test_only_few_right_examples_are_fragments() -> None:
    assert {code for code in pages.codes() if _examples(code)["Right"][0] != "yaml"} == (NOT_RUN - {"GS601"}) | {
        "GS301",
        "GS302",
    }


@pytest.mark.parametrize("written", ["GS402", "gs402", "402"])
def test_explain_shows_a_page(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", written]) == 0
    out = capsys.readouterr().out
    assert out.startswith("GS402: An unknown argument\n")
    assert "\n    graphspec: 1\n" in out
    assert "`" not in out


def test_explain_lists_every_code_under_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^  (GS\d{3})  ", out, re.MULTILINE) == list(pages.codes())
    assert {code[:3] for code in pages.codes()} == set(_GROUPS)


@pytest.mark.parametrize("written", ["GS999", "nonsense", "4022", ""])
def test_explain_refuses_what_is_no_code(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", written]) == 2
    assert "there is no diagnostic" in capsys.readouterr().err
