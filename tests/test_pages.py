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
FORM = re.compile(
    r"# (GS\d{3}): ([A-Z][^\n]*[^\n.])\n\n(.+?)\n\n"
    r"Wrong:\n\n```([^\n]*)\n(.*?)```\n\nRight:\n\n```([^\n]*)\n(.*?)```\n",
    re.DOTALL,
)
# Each needs the command line, several files or Keras, which a single text cannot show.
NOT_RUN = {
    "GS102": ("sh", "sh"), "GS103": ("sh", "sh"), "GS108": ("sh", "sh"), "GS411": ("sh", "sh"), "GS602": ("sh", "sh"),
    "GS603": ("sh", "sh"), "GS604": ("sh", "sh"),
    "GS801": ("sh", "sh"),
    "GS316": ("sh", "sh"),
    "GS303": ("yaml fragment", "yaml fragment"),
    "GS601": ("yaml deep", "yaml"),
}  # fmt: skip
TOWER = "graphspec: 1\ninputs: {a: [8]}\nnodes: {b: {Dense: {units: 2}, from: a}}\noutputs: b\n"


def _parts(code: str) -> re.Match[str]:
    match = FORM.fullmatch(pages.page(code) or "")
    assert match, f"the page of {code} has another form"
    return match


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Hold the specs that examples name under ``models``."""
    (tmp_path / "parts").mkdir()
    for name in ("tower.yaml", "parts/tower.yaml"):
        (tmp_path / name).write_text(TOWER)
    return tmp_path


def _codes_of(text: str, folder: Path) -> list[str]:
    return [item.code for item in compile_bytes(text.encode(), "spec.yaml", Options(), folder).diagnostics]


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert list(pages.codes()) == IN_SOURCE


@pytest.mark.parametrize("code", pages.codes())
def test_page_has_its_form(code: str) -> None:
    parts = _parts(code)
    assert (parts[1], parts[2]) == (code, pages.title(code))
    assert (parts[4], parts[6]) == NOT_RUN.get(code, ("yaml", "yaml"))
    sentences = re.findall(r"[.?!](?=\s|$)", parts[3])
    assert 2 <= len(sentences) <= 6
    assert max(map(len, parts[0].splitlines())) <= 100


@pytest.mark.parametrize("code", sorted(set(pages.codes()) - set(NOT_RUN)))
def test_wrong_example_gives_exactly_the_code(code: str, folder: Path) -> None:
    assert _codes_of(_parts(code)[5], folder) == [code]


@pytest.mark.parametrize("code", [code for code in pages.codes() if NOT_RUN.get(code, ("", "yaml"))[1] == "yaml"])
def test_right_example_gives_nothing(code: str, folder: Path) -> None:
    assert _codes_of(_parts(code)[7], folder) == []


def test_only_keras_finds_what_is_wrong_with_a_deep_example(folder: Path) -> None:
    assert _codes_of(_parts("GS601")[5], folder) == []


@pytest.mark.parametrize("code", ["GS999", "", "../pages", "GS402.md"])
def test_what_is_no_code_has_no_page(code: str) -> None:
    assert pages.page(code) is None
    assert pages.title(code) == ""


@pytest.mark.parametrize("written", ["GS402", "gs402", "402"])
def test_explain_shows_a_page(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", written]) == 0
    out = capsys.readouterr().out
    assert out.startswith("GS402: An unknown argument\n\nThe layer, op or object has no such argument.")
    assert "\n\nWrong:\n\n    graphspec: 1\n    inputs: {image: [8, 8, 3]}\n    nodes:\n      y: {Conv2D:" in out


@pytest.mark.parametrize("code", pages.codes())
def test_explain_shows_no_marks_of_markdown(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", code]) == 0
    out = capsys.readouterr().out
    assert "`" not in out
    assert not out.startswith("#")
    assert not re.search(r"[ \n]\n$", out)


def test_explain_lists_every_code_under_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^  (GS\d{3})  \S", out, re.MULTILINE) == list(pages.codes())
    headings = re.findall(r"^(GS\d)xx: (.+)$", out, re.MULTILINE)
    assert headings == [(group, name) for group, name in _GROUPS.items() if any(c[:3] == group for c in pages.codes())]


UNKNOWN = [
    ("GS403x", '; did you mean "GS403"?'),
    ("gs4022", '; did you mean "GS402"?'),
    ("4022", '; did you mean "GS402"?'),
    ("nonsense", '; "graphspec explain" lists the codes'),
    ("", ""),
]


@pytest.mark.parametrize(("written", "hint"), UNKNOWN)
def test_explain_refuses_what_is_no_code(written: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", written]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f'there is no diagnostic "{written}"{hint}' in shown.err
