"""What is compared: a spec, a saved model, or either of them at a commit."""

import tempfile
from dataclasses import replace
from pathlib import Path

from graphspec.cli.git import is_at_commit, lay_out
from graphspec.cli.options import compile_argument
from graphspec.compiler import Compilation, Options, compile_file
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.render_text import render_text
from graphspec.graph.infer import infer
from graphspec.graph.select import model_of
from graphspec.lift.load import UNREADABLE
from graphspec.views.diff.snapshot import Snapshot, snapshot


class SideError(Exception):
    """A side cannot be compared; says which, and why."""


def side(argument: str, options: Options, model: str | None) -> Snapshot:
    """Return the model that an argument names.

    Raises SideError where it has mistakes, and UsageError where there is no such file.
    """
    if not is_at_commit(argument):
        return _read(argument, None, options, model)
    with tempfile.TemporaryDirectory(prefix="graphspec-") as folder:
        return _read(argument, lay_out(argument, Path(folder)), options, model)


def _read(argument: str, laid_out: Path | None, options: Options, model: str | None) -> Snapshot:
    """Return the model in a file, which may lie elsewhere than what it is shown as."""
    result = (
        compile_argument(argument, options, model) if laid_out is None else compile_file(laid_out, options, argument)
    )
    refused = [item.message for item in result.diagnostics if item.code == UNREADABLE]
    if refused:
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        raise SideError(f"{argument} cannot be read as a graph: {refused[0]}{more}")
    return of_compilation(result, argument, model)


def of_compilation(result: Compilation, shown: str, model: str | None) -> Snapshot:
    """Return the model that a spec has become; one that has only the name of its file is without a name.

    Raises SideError where it has mistakes.
    """
    if result.typed is None or result.has_errors:
        errors = [item for item in result.diagnostics if item.severity == "error"]
        first = render_text(errors[:1], result.sources, color=False)
        more = f"\n{len(errors) - 1} more: graphspec validate shows all" if len(errors) > 1 else ""
        raise SideError(f"{shown} has mistakes, so that there is nothing to compare:\n{first}{more}")
    typed = result.typed if model is None else infer(model_of(result.typed.graph, model), Diagnostics())
    found = snapshot(typed)
    is_named = result.document is None or result.document.name is not None
    return found if is_named or model is not None else replace(found, name="")
