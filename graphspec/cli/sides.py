"""What is compared: a spec, a saved model, or either of them at a commit."""

import tempfile
from pathlib import Path

from graphspec.cli.git import is_at_commit, lay_out
from graphspec.cli.options import compile_argument
from graphspec.compared import MistakenError, model_in
from graphspec.compiler import Options, compile_file
from graphspec.lift.load import UNREADABLE
from graphspec.views.diff.snapshot import Snapshot


def side(argument: str, options: Options, model: str | None) -> Snapshot:
    """Return the model that an argument names.

    Raises MistakenError where it has mistakes, and UsageError where there is no such file.
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
        raise MistakenError(f"{argument} cannot be read as a graph: {refused[0]}{more}")
    return model_in(result, argument, model)
