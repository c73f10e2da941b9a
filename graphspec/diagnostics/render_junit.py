"""Diagnostics as JUnit's XML: a test case a spec."""

import re
from collections import defaultdict
from pathlib import PurePath

from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.diagnostics.plain import encodable, path_below
from graphspec.diagnostics.render_text import render_text
from graphspec.diagnostics.report import Report

# XML 1.0, section 2.2: what may not stand in a document, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_IN_ATTRIBUTE = str.maketrans({"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


def render_junit(report: Report) -> str:
    """Return a suite with a case for each spec, which fails where the spec does."""
    by_path: defaultdict[str, list[Diagnostic]] = defaultdict(list)
    for item in report.diagnostics:
        by_path[item.span.path].append(item)
    paths = list(dict.fromkeys((*report.files, *by_path)))
    failing = {path for path in paths if any(_fails(item, report) for item in by_path[path])}
    counts = f'tests="{len(paths)}" failures="{len(failing)}" errors="0"'
    counts += f' time="{sum(report.seconds.values()):.3f}"'
    cases = [line for path in paths for line in _case(path, by_path[path], report, has_failed=path in failing)]
    return "\n".join([
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="graphspec" {counts}>',
        f'  <testsuite name="graphspec" {counts}>',
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ])  # fmt: skip


def _fails(item: Diagnostic, report: Report) -> bool:
    return item.severity == "error" or report.is_strict


def _case(path: str, found: list[Diagnostic], report: Report, *, has_failed: bool) -> list[str]:
    shown = path_below(path, report.root)
    folder = ".".join(("graphspec", *PurePath(shown).parent.parts))
    opening = (
        f'    <testcase classname="{_attribute(folder)}" name="{_attribute(shown)}"'
        f' time="{report.seconds.get(path, 0.0):.3f}"'
    )
    if not found:
        return [f"{opening}/>"]
    text = _text(render_text(found, report.sources, color=False))
    if not has_failed:
        return [f"{opening}>", f"      <system-out>{text}</system-out>", "    </testcase>"]
    worst = next(item for item in found if _fails(item, report))
    message = _attribute(worst.message if len(found) == 1 else f"{worst.message} (and {len(found) - 1} more)")
    failure = f'      <failure type="{worst.code}" message="{message}">{text}</failure>'
    return [f"{opening}>", failure, "    </testcase>"]


def _text(text: str) -> str:
    allowed = _FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", encodable(text))
    return allowed.translate(_ESCAPES)


def _attribute(text: str) -> str:
    return _text(text).translate(_IN_ATTRIBUTE)
