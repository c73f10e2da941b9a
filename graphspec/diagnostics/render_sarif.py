"""Diagnostics as SARIF 2.1.0, which GitHub, Azure and editors read."""

import json
import os
from pathlib import Path
from urllib.parse import quote

from graphspec.diagnostics.diagnostic import Diagnostic, Fix
from graphspec.diagnostics.fingerprints import fingerprints
from graphspec.diagnostics.pages import page, title
from graphspec.diagnostics.plain import encodable, full_message, path_below, visible
from graphspec.diagnostics.report import Report
from graphspec.diagnostics.span import Span
from graphspec.version import __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"


def render_sarif(report: Report) -> str:
    """Return a SARIF log of one run: a rule a code, a result a diagnostic."""
    codes = sorted({item.code for item in report.diagnostics})
    marks = fingerprints(report.diagnostics, report.root)
    run = {
        "tool": {
            "driver": {
                "name": "graphspec",
                "semanticVersion": __version__,
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": True}],
        "results": [
            _result(item, codes.index(item.code), mark, report.root)
            for item, mark in zip(report.diagnostics, marks, strict=True)
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str) -> dict[str, object]:
    text = page(code) or code
    level = "warning" if code.startswith("GS7") else "error"
    return {
        "id": code,
        "shortDescription": {"text": title(code) or code},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": level},
    }


def _result(item: Diagnostic, rule: int, mark: str, root: str) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": item.severity,
        "message": {"text": _message(full_message(item))},
        "locations": [{"physicalLocation": _place(item.span, root)}],
        "partialFingerprints": {"graphspec/v1": mark},
    }
    if item.related:
        result["relatedLocations"] = [
            {"physicalLocation": _place(other.span, root), "message": {"text": _message(visible(other.message))}}
            for other in item.related
        ]
    if item.fix is not None and not item.fix.shift:
        result["fixes"] = [_fix(item.fix, root)]
    return result


def _fix(fix: Fix, root: str) -> dict[str, object]:
    replacement = {"deletedRegion": _region(fix.span), "insertedContent": {"text": encodable(fix.new)}}
    change = {"artifactLocation": _artifact(fix.span.path, root), "replacements": [replacement]}
    return {"description": {"text": f'write "{encodable(fix.new)}"'}, "artifactChanges": [change]}


def _message(text: str) -> str:
    """Return text that holds no link: SARIF reads one out of ``[text](target)``."""
    return text.replace("](", "] (")


def _place(span: Span, root: str) -> dict[str, object]:
    return {"artifactLocation": _artifact(span.path, root), "region": _region(span)}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _artifact(path: str, root: str) -> dict[str, str]:
    below = path_below(path, root)
    if Path(below).is_absolute():
        return {"uri": f"file://{_quoted(below if below[0] == '/' else f'/{below}')}"}
    return {"uri": _quoted(below), "uriBaseId": _ROOT}


def _quoted(path: str) -> str:
    try:
        return quote(os.fsencode(path))
    except UnicodeEncodeError:
        return quote(encodable(path))
