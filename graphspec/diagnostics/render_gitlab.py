"""Diagnostics as GitLab's code quality report."""

import json

from graphspec.diagnostics.fingerprints import fingerprints
from graphspec.diagnostics.plain import encodable, path_below, visible
from graphspec.diagnostics.report import Report

_SEVERITIES = {"error": "major", "warning": "minor"}


def render_gitlab(report: Report) -> str:
    """Return a JSON list with an issue a diagnostic."""
    issues = [
        {
            "type": "issue",
            "check_name": item.code,
            "description": visible(item.message) + (f" ({visible(item.help)})" if item.help else ""),
            "categories": ["Bug Risk"],
            "severity": _SEVERITIES[item.severity],
            "fingerprint": mark,
            "location": {
                "path": encodable(path_below(item.span.path, report.root)),
                "positions": {
                    "begin": {"line": item.span.line, "column": item.span.column},
                    "end": {"line": item.span.end_line, "column": item.span.end_column},
                },
            },
        }
        for item, mark in zip(report.diagnostics, fingerprints(report.diagnostics, report.root), strict=True)
    ]
    return json.dumps(issues, indent=2)
