"""``graphspec summary``: what is in a model."""

import sys
from pathlib import Path
from typing import Any

import click

from graphspec.cli import status
from graphspec.cli.options import (
    MODEL,
    compile_argument,
    open_keras,
    options_of,
    read_settings,
    reading_options,
    report,
)
from graphspec.cli.terminal import Progress, table_width, write_out
from graphspec.diagnostics.diagnostic import SpecError
from graphspec.spec import spec_of
from graphspec.views.summary import render_json, render_table


@click.command("summary", epilog="Example: graphspec summary specs/multi_output.yaml --format json")
@click.argument("spec")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="A table, or JSON.")
@MODEL
@reading_options
def command(spec: str, form: str, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Show every call of SPEC, with output shapes and parameters.

    Keras infers the shapes without allocating weights.
    """
    options = options_of(given, read_settings(Path.cwd()))
    result = compile_argument(spec, options)
    report(result, result.diagnostics, given["color"], quiet=given["quiet"])
    loaded = spec_of(result, options, allow_download=True)
    if loaded is None:
        return status.FOUND
    progress = Progress(quiet=given["quiet"])
    try:
        open_keras(progress)
        summary = loaded.examine(given["model"])
    except SpecError as error:
        report(result, error.diagnostics, given["color"], quiet=given["quiet"])
        return status.FOUND
    finally:
        progress.done()
    write_out(render_json(summary) if form == "json" else render_table(summary, table_width(sys.stdout)))
    return status.OK
