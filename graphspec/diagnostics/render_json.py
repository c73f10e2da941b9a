"""Diagnostics as JSON, for programs."""

import json
from collections.abc import Sequence

from graphspec.diagnostics.diagnostic import Diagnostic


def render_json(diagnostics: Sequence[Diagnostic], files: int) -> str:
    """Return every diagnostic as one JSON document; lines and columns count from 1, ends are exclusive."""
    errors = sum(item.severity == "error" for item in diagnostics)
    document = {
        "version": 1,
        "files": files,
        "errors": errors,
        "warnings": len(diagnostics) - errors,
        "diagnostics": [_as_dict(item) for item in diagnostics],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _as_dict(item: Diagnostic) -> dict[str, object]:
    return {
        "code": item.code,
        "severity": item.severity,
        "message": item.message,
        "help": item.help,
        "path": item.span.path,
        "line": item.span.line,
        "column": item.span.column,
        "end_line": item.span.end_line,
        "end_column": item.span.end_column,
        "node": item.node,
        "related": [
            {
                "message": related.message,
                "path": related.span.path,
                "line": related.span.line,
                "column": related.span.column,
            }
            for related in item.related
        ],
    }
