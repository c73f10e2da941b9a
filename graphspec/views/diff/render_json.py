"""A diff for programs."""

import json
from typing import Any

from graphspec.diagnostics.span import Span
from graphspec.views.diff.changes import Change, Detail, Diff
from graphspec.views.diff.saved_weights import Misfit, Slot

VERSION = 1


def render_json(diff: Diff) -> str:
    """Return all that is known of every change."""
    document = {
        "version": VERSION,
        "old": diff.old,
        "new": diff.new,
        "classes": dict(diff.classes),
        "changes": [_change(change) for change in diff.changes],
        "parameters": {"old": diff.parameters[0], "new": diff.parameters[1]},
        "flops": {"old": diff.flops[0], "new": diff.flops[1]},
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "where": change.where,
        "type": change.type or None,
        "classes": list(change.classes),
        "details": [_detail(item) for item in change.details],
        "nodes": [{"name": name, "type": kind} for name, kind in change.members],
        "renames": [{"old": old, "new": new} for old, new in change.renames],
        "consequences": {
            "types": [_detail(item) for item in change.shapes],
            "outputs": [_detail(item) for item in change.outputs],
            "weights": [_misfit(item) for item in change.misfits],
            "parameters": change.parameters,
            "flops": change.flops,
        },
        "old_place": _place(change.old_span),
        "new_place": _place(change.new_span),
    }


def _detail(detail: Detail) -> dict[str, Any]:
    return {"what": detail.what, "old": detail.old, "new": detail.new}


def _misfit(misfit: Misfit) -> dict[str, Any]:
    return {
        "layer": misfit.layer,
        "loads": misfit.is_silent,
        "wanted": [[name, list(shape)] for name, shape in misfit.wanted],
        "found": None if misfit.found is None else _slot(misfit.found),
    }


def _slot(slot: Slot) -> dict[str, Any]:
    shapes = None if slot.shapes is None else [[name, list(shape)] for name, shape in slot.shapes]
    return {"layer": slot.layer, "variables": shapes}


def _place(span: Span | None) -> dict[str, Any] | None:
    return None if span is None else {"path": span.path, "line": span.line, "column": span.column}
