"""The formats of ``validate``: each is what its readers take, whatever a spec or the name of a file holds."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from graphspec.diagnostics.diagnostic import Diagnostic, Fix, Related
from graphspec.diagnostics.render_concise import render_concise
from graphspec.diagnostics.render_github import render_github, render_summary
from graphspec.diagnostics.render_gitlab import render_gitlab
from graphspec.diagnostics.render_json import render_json
from graphspec.diagnostics.render_junit import render_junit
from graphspec.diagnostics.render_rdjson import render_rdjson
from graphspec.diagnostics.render_sarif import render_sarif
from graphspec.diagnostics.report import Report
from graphspec.diagnostics.span import Span

HOSTILE = [
    "new\nline", "cr\rlf\r\n", "100%0A", "::error::x", "a,b:c", "\x1b[31mred", "\"'<&>", "]]>", "nul\x00",
    "\ud800\udcff", "\u2028\u2029\x85", "\ufffe\uffff", "[x](http://evil)", "| a | `b` |", "日本😀", "{0}", "\u202ertl",
]  # fmt: skip


def _item(text: str, path: str = "a.yaml", severity: str = "error") -> Diagnostic:
    span = Span(path, 2, 3, 2, 7)
    related = (Related(f"here {text}", Span(path, 1, 1, 1, 2)),)
    code = "GS402" if severity == "error" else "GS701"
    return Diagnostic(code, severity, f"wrong {text}", span, f"help {text}", related, None, Fix(span, "old", text))  # type: ignore[arg-type]


def _report(*items: Diagnostic, **more: object) -> Report:
    files = list(dict.fromkeys([*(item.span.path for item in items), "clean.yaml"]))
    sources = {path: f"x: 1\n日😀{path}: 2\n" for path in files}
    return Report(items, files, sources, root=str(Path.cwd()), **more)  # type: ignore[arg-type]


def _everything() -> Report:
    texts = [_item(text) for text in HOSTILE]
    paths = [_item("x", f"dir/{text}.yaml".replace("\0", "")) for text in HOSTILE]
    return _report(*texts, *texts, *paths, _item("x", severity="warning"), _item("x", "/elsewhere/b.yaml"))


_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 1}


def _object(required: dict[str, object], **optional: object) -> dict[str, object]:
    properties = {**required, **optional}
    return {"type": "object", "required": [*required], "properties": properties, "additionalProperties": False}


_PLACE = _object({"line": _COUNT, "column": _COUNT})
# After "Code Quality report format" of GitLab's manual, and the Code Climate specification that it follows. It asks for
# more than the schema that GitLab itself drops findings by, app/validators/json_schemas/codeclimate.json: that wants
# a description, a fingerprint and a severity that are text, and a location whose first line is an integer.
GITLAB = {
    "type": "array",
    "items": _object(
        {
            "description": _TEXT,
            "check_name": _TEXT,
            "fingerprint": _TEXT,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": _object({"path": _TEXT, "positions": _object({"begin": _PLACE, "end": _PLACE})}),
        },
        type={"const": "issue"},
        categories={"type": "array", "items": {"enum": ["Bug Risk"]}},
    ),
}
# After reviewdog's rdf/reviewdog.proto, DiagnosticResult.
_RANGE = _object({"start": _PLACE}, end=_PLACE)
RDJSON = _object(
    {
        "diagnostics": {
            "type": "array",
            "items": _object(
                {"message": _TEXT, "location": _object({"path": _TEXT}, range=_RANGE)},
                severity={"enum": ["ERROR", "WARNING", "INFO"]},
                code=_object({"value": _TEXT}),
                suggestions={"type": "array", "items": _object({"range": _RANGE, "text": {"type": "string"}})},
            ),
        }
    },
    source=_object({"name": _TEXT}, url=_TEXT),
)


def _rendered_json(report: Report) -> str:
    return render_json(report.diagnostics, len(report.files))


@pytest.mark.parametrize("render", [_rendered_json, render_sarif, render_gitlab, render_rdjson])
def test_json_formats_are_json(render: Callable[[Report], str]) -> None:
    assert json.loads(render(_everything()))
    assert json.loads(render(_report())) is not None


@pytest.mark.parametrize(
    "render", [render_sarif, render_gitlab, render_rdjson, render_junit, render_github, render_concise]
)
def test_every_format_can_be_encoded(render: Callable[[Report], str]) -> None:
    assert render(_everything()).encode()


@pytest.mark.parametrize(("render", "schema"), [(render_gitlab, GITLAB), (render_rdjson, RDJSON)])
@pytest.mark.parametrize("report", [_everything(), _report()], ids=["hostile", "clean"])
def test_formats_fit_their_schemas(render: Callable[[Report], str], schema: dict[str, object], report: Report) -> None:
    jsonschema.Draft7Validator(schema).validate(json.loads(render(report)))


@pytest.mark.parametrize("report", [_everything(), _report()], ids=["hostile", "clean"])
def test_sarif_fits_its_schema(report: Report) -> None:
    model = pytest.importorskip("pydantic_sarif.model", reason="its classes are made from the schema of SARIF 2.1.0")
    log = json.loads(render_sarif(report))
    model.StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate(log)


def test_sarif_has_relative_places_and_a_rule_a_code() -> None:
    run = json.loads(render_sarif(_everything()))["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["GS402", "GS701"]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    marks = [result["partialFingerprints"]["graphspec/v1"] for result in run["results"]]
    assert len(set(marks)) == len(marks)
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in run["results"]]
    assert {place.get("uriBaseId") for place in places if not place["uri"].startswith("file://")} == {"%SRCROOT%"}
    assert places[-1] == {"uri": "file:///elsewhere/b.yaml"}
    assert all(re.fullmatch(r"[A-Za-z0-9._~/:%-]+", place["uri"]) for place in places)
    assert "](" not in "".join(result["message"]["text"] for result in run["results"])
    assert run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"]["startColumn"] == 3


def test_gitlab_keeps_every_finding() -> None:
    """It keeps findings by their fingerprints, so that one with the fingerprint of another takes its place."""
    issues = json.loads(render_gitlab(_everything()))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) > 1


def test_fingerprints_do_not_change_where_lines_move() -> None:
    moved = [_item(text) for text in HOSTILE]
    moved = [Diagnostic(item.code, item.severity, item.message, Span("a.yaml", 9, 9, 9, 9)) for item in moved]
    marks = [
        [issue["fingerprint"] for issue in json.loads(render_gitlab(_report(*items)))]
        for items in ([_item(text) for text in HOSTILE], moved)
    ]
    assert marks[0] == marks[1]


def test_junit_has_a_case_a_spec() -> None:
    tree = ET.fromstring(render_junit(_everything()))  # noqa: S314 - our own
    cases = tree.findall("testsuite/testcase")
    failing = [case for case in cases if case.find("failure") is not None]
    assert tree.attrib["tests"] == str(len(cases)) == str(len(HOSTILE) + 3)
    assert tree.attrib["failures"] == str(len(failing)) == str(len(cases) - 1)
    assert all(case.attrib.keys() == {"name", "classname", "time"} for case in cases)


@pytest.mark.parametrize("is_strict", [True, False])
def test_junit_fails_where_the_command_does(is_strict: bool) -> None:
    tree = ET.fromstring(render_junit(_report(_item("x", severity="warning"), is_strict=is_strict)))  # noqa: S314 - as above
    assert (tree.attrib["failures"], tree.find(".//system-out") is None) == (str(int(is_strict)), is_strict)


def test_junit_is_what_others_read() -> None:
    junitparser = pytest.importorskip("junitparser")
    read = junitparser.JUnitXml.fromstring(render_junit(_everything()))
    assert (read.tests, read.failures) == (len(HOSTILE) + 3, len(HOSTILE) + 2)


_COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def test_github_gets_one_line_a_diagnostic() -> None:
    report = _everything()
    lines = re.split(r"\r\n|\r|\n|\u2028|\u2029|\x85", render_github(report))
    assert len(lines) == len(report.diagnostics) + 1
    kinds = []
    for line in lines:
        found = _COMMAND.fullmatch(line)
        assert found, line
        kinds.append(found[1])
        properties = dict(part.split("=", 1) for part in found[2].split(","))
        assert properties.keys() <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert "\x1b" not in line
    assert kinds == ["error"] * (len(lines) - 2) + ["warning", "notice"]


def test_the_summary_of_a_step_is_one_table() -> None:
    text = render_summary(_everything())
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == len(_everything().diagnostics) + 2
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 3 for row in rows)
    assert "<" not in text.replace("<br>", "")
    assert "and 120 more" in render_summary(_report(*[_item(str(number)) for number in range(220)]))


def test_rdjson_counts_bytes() -> None:
    span = Span("a.yaml", 2, 3, 2, 4)
    document = json.loads(render_rdjson(_report(Diagnostic("GS402", "error", "m", span))))
    assert document["diagnostics"][0]["location"]["range"] == {
        "start": {"line": 2, "column": 8}, "end": {"line": 2, "column": 9},
    }  # fmt: skip


def test_concise_is_one_line_a_diagnostic() -> None:
    lines = render_concise(_everything()).split("\n")
    assert len(lines) == len(_everything().diagnostics)
    assert all(re.fullmatch(r".+:\d+:\d+: (error|warning)\[GS\d{3}\]: .+", line) for line in lines)


BAD = "graphspec: 1\ninputs: {x: [4]}\nnodes: {y: {Dense: {unitz: 2}, from: x}} # ::set-output name=x::y\noutputs: y\n"


def _validate(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI_"))}
    return subprocess.run(
        [sys.executable, "-m", "graphspec", "validate", *arguments], cwd=folder, capture_output=True, text=True,
        check=False, timeout=60, env=clean | environment,
    )  # fmt: skip


def test_on_github_there_are_annotations_and_a_summary(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "bad.yaml").write_text(BAD)
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    done = _validate(
        inner, ".", GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(tmp_path), GITHUB_STEP_SUMMARY=str(summary)
    )
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert len(token) == 32
    end = lines.index(f"::{token}::")
    assert "::set-output" in "\n".join(lines[1:end])
    assert "\n".join(lines[end + 1 :]) == (
        "::error file=inner/bad.yaml,line=3,endLine=3,col=21,endColumn=26,title=graphspec GS402::"
        'unknown argument "unitz" of Dense; did you mean "units"?'
    )
    assert summary.read_text().startswith("before\n### graphspec: 1 error in 1 file\n")


def test_a_format_that_is_asked_for_comes_alone(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    done = _validate(tmp_path, ".", "--format", "json", GITHUB_ACTIONS="true")
    assert json.loads(done.stdout)["errors"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_names_of_files_can_be_anything(tmp_path: Path) -> None:
    for text in HOSTILE:
        name = text.replace("\0", "").replace("/", "").encode("utf-8", "surrogatepass")
        (tmp_path / os.fsdecode(b"f" + name + b".yaml")).write_text(BAD)
    for form in ("text", "concise", "json", "github", "sarif", "junit", "gitlab", "rdjson"):
        done = _validate(tmp_path, ".", "--format", form, "--format", f"{form}=out")
        assert (done.returncode, done.stderr) == (1, ""), form
        assert (tmp_path / "out").read_bytes().decode()
