"""The model that a diff and a lock take of a spec."""

from dataclasses import replace

from graphspec.compiler import Compilation
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.render_text import render_text
from graphspec.graph.infer import infer
from graphspec.graph.select import model_of
from graphspec.views.diff.snapshot import Snapshot, snapshot


class MistakenError(Exception):
    """A spec has mistakes, so that there is no model of it; says which, and the first of them."""


def model_in(result: Compilation, shown: str, model: str | None) -> Snapshot:
    """Return the model that a spec has become; one that has only the name of its file is without a name.

    Raises MistakenError where it has mistakes.
    """
    if result.typed is None or result.has_errors:
        errors = [item for item in result.diagnostics if item.severity == "error"]
        first = render_text(errors[:1], result.sources, color=False)
        more = f"\n{len(errors) - 1} more: graphspec validate shows all" if len(errors) > 1 else ""
        raise MistakenError(f"{shown} has mistakes, so that there is nothing to compare:\n{first}{more}")
    typed = result.typed if model is None else infer(model_of(result.typed.graph, model), Diagnostics())
    found = snapshot(typed)
    is_named = result.document is None or result.document.name is not None
    return found if is_named or model is not None else replace(found, name="")
