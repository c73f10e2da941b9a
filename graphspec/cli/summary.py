"""``graphspec summary``: what is in a model."""

import sys
from pathlib import Path
from typing import Any

import click

from graphspec.cli import status
from graphspec.cli.complete import complete_spec
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
from graphspec.diagnostics.diagnostic import SpecError, UsageError
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.spec import Spec, spec_of
from graphspec.views.summary import Summary
from graphspec.views.table import COLUMNS, SORTS, Layout, render_table


@click.command("summary", epilog="Example: graphspec summary specs/multi_output.yaml --columns flops,weights")
@click.argument("spec", shell_complete=complete_spec)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv", "markdown"]), default="text", help="How to print it."
)
@click.option("--columns", metavar="NAME,...", default="", help=f"Further columns: {', '.join(COLUMNS)}.")
@click.option("--sort", type=click.Choice(SORTS), help="The order of the calls: by name, or the largest first.")
@click.option(
    "--depth", type=click.IntRange(0), metavar="N",
    help="How many levels to open. Without it, every chain, block and copy, and no expression or nested model.",
)  # fmt: skip
@click.option("--deep", is_flag=True, help="Ask Keras, without allocating weights, for what is not known without it.")
@MODEL
@reading_options
def command(spec: str, form: str, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Show every call of SPEC, with output shapes and parameters, and the totals.

    Nothing is built: a model that fits in no memory is shown as fast as a small one.
    """
    options = options_of(given, read_settings(Path.cwd()))
    layout = Layout(
        width=table_width(sys.stdout), columns=_columns(given["columns"]), sort=given["sort"], depth=given["depth"]
    )
    result = compile_argument(spec, options, given["model"])
    report(result, result.diagnostics, given["color"], quiet=given["quiet"])
    loaded = spec_of(result, options, allow_download=True)
    if loaded is None:
        return status.FOUND
    try:
        summary = _examined(loaded, given)
    except SpecError as error:
        report(result, error.diagnostics, given["color"], quiet=given["quiet"])
        return status.FOUND
    write_out(_rendered(summary, form, layout))
    return status.OK


def _columns(given: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in given.split(",") if name.strip())
    for name in names:
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS) or f"; there are {', '.join(COLUMNS)}"
            raise UsageError(f'there is no column "{name}"{hint}')
    return tuple(dict.fromkeys(names))


def _examined(loaded: Spec, given: dict[str, Any]) -> Summary:
    if not given["deep"]:
        return loaded.examine(given["model"])
    progress = Progress(quiet=given["quiet"])
    try:
        open_keras(progress)
        return loaded.examine(given["model"], deep=True)
    finally:
        progress.done()


def _rendered(summary: Summary, form: str, layout: Layout) -> str:
    if form == "text":
        return render_table(summary, layout)
    from graphspec.views.summary_formats import render_csv, render_json, render_markdown  # noqa: PLC0415 - on demand

    renderers = {"json": render_json, "csv": render_csv, "markdown": render_markdown}
    return renderers[form](summary, layout)
