"""Diagnostics as GitHub shows them: annotations of lines, and the summary of a step."""

import re

from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.diagnostics.plain import full_message, path_below, visible
from graphspec.diagnostics.render_text import render_count
from graphspec.diagnostics.report import Report

SHOWN_BY_GITHUB = 10
_ROWS = 100
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~<>&@])")


def render_github(report: Report) -> str:
    """Return a workflow command a diagnostic, errors first; of each severity GitHub shows the first ten of a step."""
    lines = [_annotation(item, report.root) for item in report.worst_first()]
    if max(report.errors, report.warnings) > SHOWN_BY_GITHUB:
        count = render_count(report.diagnostics, len(report.files))
        lines.append(f"::notice title=graphspec::{count}; GitHub shows the first {SHOWN_BY_GITHUB} of each kind here")
    return "\n".join(lines)


def _annotation(item: Diagnostic, root: str) -> str:
    span = item.span
    places = {"file": path_below(span.path, root), "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:
        places |= {"col": span.column, "endColumn": max(span.column, span.end_column)}
    places["title"] = f"graphspec {item.code}"
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in places.items())
    return f"::{item.severity} {shown}::{_data(full_message(item))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text, newlines=True)).replace(":", "%3A").replace(",", "%2C")


def render_summary(report: Report) -> str:
    """Return the Markdown of a step's summary: the count, and a table of the first hundred diagnostics."""
    lines = [f"### graphspec: {render_count(report.diagnostics, len(report.files))}", ""]
    if not report.diagnostics:
        return "\n".join(lines)
    lines += ["| place | diagnostic |", "| --- | --- |"]
    found = report.worst_first()
    for item in found[:_ROWS]:
        place = f"{path_below(item.span.path, report.root)}:{item.span.line}:{item.span.column}"
        text = visible(item.message) + (f" ({visible(item.help)})" if item.help else "")
        lines.append(f"| {_cell(place)} | {item.severity} {item.code}: {_cell(text)} |")
    if len(found) > _ROWS:
        lines += ["", f"and {len(found) - _ROWS} more"]
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", visible(text)).replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")
