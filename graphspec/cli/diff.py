"""``graphspec diff``: what changed in a model, not in its text."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from graphspec.cli import status
from graphspec.cli.git import path_at
from graphspec.cli.options import MODEL, options_of, read_settings, reading_options
from graphspec.cli.sides import side
from graphspec.cli.terminal import wants_color, write_err, write_out
from graphspec.compared import MistakenError
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.views.diff.changes import CLASSES, Diff
from graphspec.views.diff.compare import compare


@click.command("diff", epilog="Example: graphspec diff specs/cnn.yaml --against HEAD --fail-on interface,weights")
@click.argument("old")
@click.argument("new", required=False)
@click.option("--against", metavar="REV", help="Compare one spec with what it was at this commit, branch or tag.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print it."
)
@click.option(
    "--fail-on", metavar="CLASS,...", default="",
    help=f"End with status 1 where there is a change of these: {', '.join(CLASSES)}; any for all but cosmetic.",
)  # fmt: skip
@MODEL
@reading_options
def command(old: str, new: str | None, against: str | None, form: str, fail_on: str, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Show what changed from OLD to NEW: inputs and outputs, weights, behaviour, cost, names.

    Each side is a spec, a .keras file, the JSON of Keras, or REV:PATH of git. With --against, OLD is a spec of the
    working tree and the only one. What is the same model is no difference, however it is written.
    """
    failing = _classes(fail_on)
    if (new is None) == (against is None):
        raise click.UsageError("give two sides, or one and --against")
    before, now = (old, new) if new is not None else (path_at(str(against), old), old)
    options = options_of(given, read_settings(Path.cwd()))
    try:
        diff = compare(side(before, options, given["model"]), side(now, options, given["model"]), before, now)
    except MistakenError as error:
        write_err(f"graphspec: {error}")
        return status.FOUND
    if diff.changes or not given["quiet"]:
        write_out(_rendered(diff, form, given["color"]))
    return status.FOUND if failing & set(diff.classes) else status.OK


def _classes(given: str) -> set[str]:
    names = {name.strip() for name in given.split(",") if name.strip()}
    for name in sorted(names):
        if name not in CLASSES and name != "any":
            hint = did_you_mean(name, [*CLASSES, "any"]) or f"; there are {', '.join(CLASSES)}, and any"
            raise UsageError(f'there is no class "{name}" of changes{hint}')
    return names | (set(CLASSES) - {"cosmetic"} if "any" in names else set())


def _rendered(diff: Diff, form: str, color: str) -> str:
    if form == "text":
        from graphspec.views.diff.render_text import render_text  # noqa: PLC0415 - one format is asked for

        return render_text(diff, color=wants_color(color, sys.stdout, os.environ))
    if form == "json":
        from graphspec.views.diff.render_json import render_json  # noqa: PLC0415 - as above

        return render_json(diff)
    from graphspec.views.diff.render_markdown import render_markdown  # noqa: PLC0415 - as above

    return render_markdown(diff)
