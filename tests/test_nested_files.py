"""Models that lie in files of their own: found inside the root, read once, reported where their mistakes are."""

from pathlib import Path

import pytest

import graphspec
from graphspec.cli.main import run

INNER = "graphspec: 1\ninputs: {x: [4]}\nnodes: {y: {Dense: {units: 2}, from: x}}\noutputs: y\n"
OUTER = "graphspec: 1\nmodels: {inner: %s}\ninputs: {a: [4]}\nnodes: {b: {call: inner, from: a}}\noutputs: b\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.yaml").write_text(INNER)
    (tmp_path / "root" / "parts").mkdir(parents=True)
    (tmp_path / "root" / "pyproject.toml").write_text("")
    (tmp_path / "root" / "shared.yaml").write_text(INNER)
    (tmp_path / "root" / "parts" / "inner.yaml").write_text(INNER)
    (tmp_path / "root" / "parts" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (tmp_path / "root" / "parts" / "folder").symlink_to(tmp_path)
    (tmp_path / "root" / "parts" / "kind.yaml").symlink_to("inner.yaml")
    return tmp_path / "root"


def messages(root: Path, named: str) -> list[tuple[str, str]]:
    spec = root / "parts" / "outer.yaml"
    spec.write_text(OUTER % named)
    return [(item.code, item.message) for item in graphspec.validate(spec)]


INSIDE = ["inner.yaml", "./inner.yaml", "../shared.yaml", "../parts/inner.yaml", "kind.yaml"]


@pytest.mark.parametrize("named", INSIDE)
def test_a_file_inside_the_root_is_read(root: Path, named: str) -> None:
    assert messages(root, named) == []


OUTSIDE = [
    ("../../secret.yaml", 'it leads out of the spec\'s root, "root"'),
    ("link.yaml", 'it is a link that leads out of the spec\'s root, "root"'),
    ("folder/secret.yaml", 'it is a link that leads out of the spec\'s root, "root"'),
    ("/etc/hostname", "an absolute path is not inside the spec's folder"),
    ("~/secret.yaml", "an absolute path is not inside the spec's folder"),
    ("http://host/spec.yaml", "a URL or a drive is not a path inside the spec's folder"),
    ("C:/spec.yaml", "a URL or a drive is not a path inside the spec's folder"),
    ("..\\..\\secret.yaml", "a path is written with forward slashes"),
]


@pytest.mark.parametrize(("named", "reason"), OUTSIDE)
def test_error_a_path_out_of_the_root(root: Path, named: str, reason: str) -> None:
    if named.startswith("C:"):
        named = f'"{named}"'
    assert messages(root, named) == [("GS301", f'"{named.strip(chr(34))}" cannot be read: {reason}')]


NEAR = [
    ("iner.yaml", "inner.yaml"), ("inner", "inner.yaml"), ("../inner.yaml", "inner.yaml"),
    ("../share.yaml", "../shared.yaml"), ("../shared", "../shared.yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("named", "meant"), NEAR)
def test_error_no_such_file_names_the_nearest(root: Path, named: str, meant: str) -> None:
    assert messages(root, named) == [("GS302", f'there is no file "{named}"; did you mean "{meant}"?')]


def test_error_no_such_file_is_not_the_spec_itself(root: Path) -> None:
    assert messages(root, "outr.yaml") == [("GS302", 'there is no file "outr.yaml"')]


def test_error_a_folder_is_no_spec(root: Path) -> None:
    ((code, message),) = messages(root, "../parts")
    assert code == "GS302"
    assert "it is a folder" in message


def test_a_mistake_is_reported_in_its_own_file_once(root: Path) -> None:
    (root / "parts" / "inner.yaml").write_text(INNER.replace("units", "unitz"))
    spec = root / "parts" / "outer.yaml"
    text = OUTER % "inner.yaml"
    spec.write_text(text.replace("{inner: inner.yaml}", "{inner: inner.yaml, again: inner.yaml}"))
    found = graphspec.validate(spec)
    assert [(item.code, Path(item.span.path).name, item.span.line) for item in found] == [("GS402", "inner.yaml", 3)]


def test_error_files_that_name_each_other(root: Path) -> None:
    parts = root / "parts"
    (parts / "a.yaml").write_text(OUTER % "b.yaml")
    (parts / "b.yaml").write_text(OUTER % "a.yaml")
    (item,) = graphspec.validate(parts / "a.yaml")
    assert item.code == "GS303"
    names = [Path(part).name for part in item.message.split(": ", 1)[1].split(" -> ")]
    assert names == ["a.yaml", "b.yaml", "a.yaml"]


def test_error_a_file_that_names_itself(root: Path) -> None:
    assert [code for code, _ in messages(root, "outer.yaml")] == ["GS303"]


def test_the_root_without_a_marker_is_the_folder_of_the_spec(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    (tmp_path / "sub").mkdir()
    spec = tmp_path / "sub" / "outer.yaml"
    spec.write_text(OUTER % "../inner.yaml")
    if any((folder / marker).exists() for folder in tmp_path.parents for marker in (".git", "pyproject.toml")):
        pytest.skip("the temporary folder lies inside a project")
    assert [item.code for item in graphspec.validate(spec)] == ["GS301"]


def test_a_file_under_two_entries_is_two_models_named_after_the_entries(root: Path) -> None:
    (root / "parts" / "inner.yaml").write_text(INNER + "name: own\n")
    spec = root / "parts" / "outer.yaml"
    nodes = "nodes: {c: {call: a, from: x}, d: {call: b, from: x}}"
    spec.write_text(
        f"graphspec: 1\nmodels: {{a: inner.yaml, b: inner.yaml}}\ninputs: {{x: [4]}}\n{nodes}\noutputs: [c, d]\n"
    )
    graph = graphspec.load(spec).graph
    models = {key: made.graph for key, made in graph.callables.items()}
    assert {key: made.name for key, made in models.items() if made is not None} == {"a": "a", "b": "b"}


def test_error_in_the_call_of_a_file_names_the_entry(root: Path) -> None:
    swapped = INNER.replace("{x: [4]}", "{x: [4], b: [4]}").replace(
        "{y: {Dense: {units: 2}, from: x}}", "{y: {Add: {}, from: [x, b]}}"
    )
    (root / "parts" / "inner.yaml").write_text(swapped + "name: own\n")
    spec = root / "parts" / "outer.yaml"
    spec.write_text(OUTER.replace("from: a}", "from: [a, a]}") % "inner.yaml")
    assert [item.message for item in graphspec.validate(spec)] == [
        'the inputs of model "inner" have names and no order, so a list does not say which is which'
    ]


PART = """graphspec: 1
blocks:
  layer:
    params: {units: 4}
    inputs: [x]
    nodes: {y: {Dense: {units: $unit}, from: x}}
    outputs: y
"""


@pytest.mark.parametrize("with_part", [True, False])
def test_mistake_in_an_imported_file_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], with_part: bool
) -> None:
    (tmp_path / "part.yaml").write_text(PART)
    for name in ("a", "z"):
        (tmp_path / f"{name}.yaml").write_text(
            f"graphspec: 1\nimports: {{{name}: part.yaml}}\ninputs: {{x: [4]}}\n"
            f"nodes: {{y: {{block: {name}.layer, from: x}}}}\noutputs: y\n"
        )
    monkeypatch.chdir(tmp_path)
    assert run(["validate", "a.yaml", "z.yaml", *(["part.yaml"] if with_part else [])]) == 1
    out = capsys.readouterr().out
    assert out.count("error[GS305]") == 1
    assert ("a.yaml:4:" in out, "z.yaml:4:" in out) == (not with_part, not with_part)
