"""What the documentation shows is what happens: specs are right, output is real, links lead somewhere."""

import contextlib
import importlib
import io
import re
import shlex
from pathlib import Path

import pytest

from graphspec.cli.main import COMMANDS, module_of, run
from graphspec.compiler import Choice, Options, compile_bytes

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUN = frozenset(
    {"validate", "summary", "expand", "export", "explain", "layers"}
)  # the commands that print without loading Keras
CHECKED = Options(choice=Choice(every_variant=True))
_BLOCK = re.compile(r"^```(\w+(?: wrong)?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def _blocks(language: str) -> list[object]:
    """Return each block of a language, with the page and the line that it begins at as its name."""
    return [
        pytest.param(match[2], id=f"{page.name}:{text.count(chr(10), 0, match.start()) + 2}")
        for page in PAGES
        for text in [page.read_text(encoding="utf-8")]
        for match in _BLOCK.finditer(text)
        if match[1] == language
    ]


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-").lower() for heading in headings}


def _transcript(block: str) -> list[tuple[str, str]]:
    """Return the commands of a console block, each with what it printed."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("block", _blocks("yaml"))
def test_specs_have_no_mistakes(block: str) -> None:
    assert block.startswith("graphspec: 1\n")
    assert compile_bytes(block.encode(), "spec.yaml", CHECKED, ROOT / "specs").diagnostics == ()


@pytest.mark.parametrize("block", _blocks("yaml wrong"))
def test_wrong_specs_have_one_mistake(block: str) -> None:
    assert len(compile_bytes(block.encode(), "spec.yaml", CHECKED, ROOT / "specs").diagnostics) == 1


@pytest.mark.parametrize("block", _blocks("console"))
def test_output_is_real(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for line, printed in _transcript(block):
        text, _, command = line.rpartition(" | ")
        program, *arguments = shlex.split(command)
        assert program == "graphspec"
        if arguments[0] not in RUN or "broken.yaml" in arguments:
            continue
        given = shlex.split(text)[-1].encode().decode("unicode_escape") if text else ""
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
            run(arguments)
        assert (out.getvalue(), err.getvalue()) == (printed, "")


@pytest.mark.parametrize("block", _blocks("python"))
def test_python_compiles(block: str) -> None:
    compile(block, "example.py", "exec")


def test_every_option_is_documented_and_none_besides() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    options = {"--help"}
    for name in COMMANDS:
        assert f"\n## {name}\n" in text
        command = importlib.import_module(module_of(name)).command
        options |= {option for param in command.params for option in param.opts if option.startswith("-")}
    assert {option for option in options if not re.search(rf"`[^`\n]*{option}\b", text)} == set()
    assert set(re.findall(r"--[a-z][a-z-]+", text)) - options == set()


def test_the_picture_of_the_first_spec_is_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command = re.search(r"`graphspec (plot sentiment\.yaml -o (docs/\S+))`", text)
    spec = next(match[2] for match in _BLOCK.finditer(text) if match[1] == "yaml")
    assert command is not None
    (tmp_path / "sentiment.yaml").write_text(spec, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(shlex.split(command[1])) == 0
    assert (tmp_path / command[2]).read_bytes() == (ROOT / command[2]).read_bytes()


PICTURES = re.findall(r"^graphspec (plot (specs/\S+) .*-o (docs/pictures/\S+))$",
                      (ROOT / "docs" / "plot.md").read_text(encoding="utf-8"), re.MULTILINE)  # fmt: skip


@pytest.mark.parametrize(("command", "spec", "picture"), PICTURES, ids=[picture for _, _, picture in PICTURES])
def test_pictures_are_what_their_commands_write(
    command: str, spec: str, picture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(shlex.split(command.replace(spec, shlex.quote(str(ROOT / spec))))) == 0
    assert (tmp_path / picture).read_bytes() == (ROOT / picture).read_bytes(), f"run graphspec {command}"


def test_every_picture_is_shown() -> None:
    shown = {match for page in PAGES for match in re.findall(r"!\[[^]]*\]\((\S+\.svg)\)", page.read_text("utf-8"))}
    assert {path.name for path in (ROOT / "docs").rglob("*.svg")} == {Path(path).name for path in shown}
    assert {Path(picture).name for _, _, picture in PICTURES} == {
        path.name for path in (ROOT / "docs/pictures").iterdir()
    }


def test_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link
