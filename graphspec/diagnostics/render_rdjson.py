"""Diagnostics in the format of reviewdog, which writes them beside the lines of a pull request."""

import json
import re
from collections.abc import Mapping

from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.diagnostics.plain import encodable, full_message
from graphspec.diagnostics.report import Report
from graphspec.diagnostics.span import Span

_BREAK = re.compile(r"\r\n|\r|\n")
_Lines = Mapping[str, list[str]]


def render_rdjson(report: Report) -> str:
    """Return a DiagnosticResult; columns count the bytes of UTF-8, as this format wants them."""
    lines = {path: _BREAK.split(text) for path, text in report.sources.items()}
    document = {
        "source": {"name": "graphspec"},
        "diagnostics": [_diagnostic(item, lines) for item in report.diagnostics],
    }
    return json.dumps(document, indent=2)


def _diagnostic(item: Diagnostic, lines: _Lines) -> dict[str, object]:
    path = encodable(item.span.path.replace("\\", "/"))
    result: dict[str, object] = {
        "message": full_message(item),
        "location": {"path": path, "range": _range(item.span, lines)},
        "severity": item.severity.upper(),
        "code": {"value": item.code},
    }
    if item.fix is not None and not item.fix.shift and item.fix.span.path == item.span.path:
        result["suggestions"] = [{"range": _range(item.fix.span, lines), "text": encodable(item.fix.new)}]
    return result


def _range(span: Span, lines: _Lines) -> dict[str, object]:
    of_file = lines.get(span.path, [])
    return {
        "start": _position(span.line, span.column, of_file),
        "end": _position(span.end_line, span.end_column, of_file),
    }


def _position(line: int, column: int, lines: list[str]) -> dict[str, int]:
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    return {"line": line, "column": column + len(before.encode("utf-8", "surrogatepass")) - len(before)}
