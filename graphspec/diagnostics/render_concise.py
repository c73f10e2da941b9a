"""Diagnostics as one line each, for whoever clicks or greps."""

from graphspec.diagnostics.plain import visible
from graphspec.diagnostics.report import Report


def render_concise(report: Report) -> str:
    """Return a line a diagnostic: its place, its code, and what it says."""
    return "\n".join(
        f"{visible(item.span.path)}:{item.span.line}:{item.span.column}: "
        f"{item.severity}[{item.code}]: {visible(item.message)}"
        for item in report.diagnostics
    )
