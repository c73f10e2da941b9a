"""``graphspec export``: a spec as plain Keras code."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from graphspec.cli import status
from graphspec.cli.complete import complete_spec
from graphspec.cli.options import MODEL, compile_argument, options_of, read_settings, reading_options, report
from graphspec.cli.terminal import write_out
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.frontend.document import Body, Document
from graphspec.output import write_text
from graphspec.spec import spec_of
from graphspec.views.python import render_python


@click.command("export", epilog="Example: graphspec export specs/multi_output.yaml -o model.py")
@click.argument("spec", shell_complete=complete_spec)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; - prints.")
@click.option("--no-clobber", is_flag=True, help="Refuse to replace a file.")
@MODEL
@reading_options
def command(spec: str, output: Path | None, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Write SPEC as plain Keras code.

    The code makes the model that "graphspec build" makes, and needs Keras alone. Keras is not loaded to write it.
    """
    path = None if output is None or str(output) == "-" else output
    if path is not None:
        _check_output(path, no_clobber=given["no_clobber"])
    options = replace(options_of(given, read_settings(Path.cwd())), folds=True)
    result = compile_argument(spec, options, given["model"])
    report(result, result.diagnostics, given["color"], quiet=given["quiet"])
    loaded = spec_of(result, options, allow_download=True)
    if loaded is None:
        return status.FOUND
    text = render_python(loaded.chosen(given["model"]), _description(result.document, given["model"]))
    if path is None:
        write_out(text.rstrip("\n"))
    else:
        write_text(path, text)
    return status.OK


def _description(document: Document | None, model: str | None) -> str | None:
    if document is None:
        return None
    body = document.body if model is None else document.models.get(model)
    return body.description if isinstance(body, Body) else None


def _check_output(path: Path, *, no_clobber: bool) -> None:
    if path.is_dir():
        raise UsageError(f'"{path}" is a folder')
    if no_clobber and os.path.lexists(path):
        raise UsageError(f'"{path}" exists, and --no-clobber says to keep it')
