"""``graphspec expand``: what is really built."""

import os
from pathlib import Path
from typing import Any

import click

from graphspec.cli import status
from graphspec.cli.options import compile_argument, options_of, read_settings, reading_options, report
from graphspec.cli.terminal import write_out
from graphspec.compiler import Compilation
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.frontend.tree import plain
from graphspec.frontend.write import write
from graphspec.output import write_text
from graphspec.views.expanded import expanded


@click.command("expand", epilog="Example: graphspec expand specs/zoo/resnet.yaml --variant 50 -o resnet50.yaml")
@click.argument("spec")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The file to write; without it, or with -, print."
)
@click.option("--no-clobber", is_flag=True, help="Refuse to replace a file.")
@click.option("--provenance", is_flag=True, help="Say above each node where it comes from.")
@reading_options
def command(spec: str, output: Path | None, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Write SPEC with its params, variants, defaults, blocks and imports written out.

    The flat spec makes the model that SPEC makes, with the same names.
    """
    path = None if output is None or str(output) == "-" else output
    if path is not None and path.is_dir():
        raise UsageError(f'"{path}" is a folder')
    if path is not None and given["no_clobber"] and os.path.lexists(path):
        raise UsageError(f'"{path}" exists, and --no-clobber says to keep it')
    result = compile_argument(spec, options_of(given, read_settings(Path.cwd())))
    report(result, result.diagnostics, given["color"], quiet=given["quiet"])
    if result.has_errors or result.graph is None:
        return status.FOUND
    text = _text(result, provenance=given["provenance"])
    if path is None:
        write_out(text.rstrip("\n"))
    else:
        write_text(path, text)
    return status.OK


def _text(result: Compilation, *, provenance: bool) -> str:
    """Return the flat spec; one without params and the like is that already."""
    if result.tree is None or result.document is None or result.program is None or result.graph is None:
        return ""
    if result.unit is None and not provenance:
        return write(plain(result.tree))  # type: ignore[arg-type]
    return expanded(result.document, result.program, result.graph.name, provenance=provenance)
