"""``graphspec plot``: a picture of a model."""

import os
from pathlib import Path
from typing import Any, Literal, cast

import click

from graphspec.cli import status
from graphspec.cli.options import MODEL, compile_argument, options_of, read_settings, reading_options, report
from graphspec.cli.terminal import write_out
from graphspec.compiler import Compilation
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.frontend.files import model_name
from graphspec.output import write_bytes
from graphspec.spec import spec_of
from graphspec.views.plot.depict import depict
from graphspec.views.plot.drawing import Drawing
from graphspec.views.plot.face import SHOWABLE, SHOWN
from graphspec.views.plot.plot import ENDINGS, Plot, PlotOptions, check_options, form_of


@click.command("plot", epilog="Example: graphspec plot specs/multi_output.yaml -o multi_output.png")
@click.argument("spec")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help=f"The picture: {', '.join(ENDINGS)}."
)
@click.option("--no-clobber", is_flag=True, help="Refuse to replace a file.")
@click.option("--direction", type=click.Choice(["down", "right"]), default="down", help="Which way the data flows.")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", help="The colours.")
@click.option(
    "--show", metavar="NAME,...", default=",".join(SHOWN), show_default=True,
    help=f"What to write: {', '.join(SHOWABLE)}. The last is the shape beside each edge.",
)  # fmt: skip
@click.option(
    "--depth", type=click.IntRange(0), metavar="N",
    help="How many levels of frames to open. Without it, as many as stay legible.",
)  # fmt: skip
@click.option("--expand", metavar="NAME", multiple=True, help="Open this one too, or all.")
@click.option(
    "--scale", type=click.FloatRange(0, min_open=True), metavar="X",
    help="Pixels of a PNG to a unit of the SVG. Without it, 2, or less where that is large.",
)  # fmt: skip
@MODEL
@reading_options
def command(spec: str, output: Path, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Draw SPEC: every call with its class, output shape and parameters, and what feeds it.

    The ending of the file says what is made. A spec with mistakes is drawn as far as it is known, with the mistakes
    marked, and the status is 1.
    """
    form = _checked_form(output, no_clobber=given["no_clobber"])
    drawn = _plot_options(given)
    check_options(drawn)
    options = options_of(given, read_settings(Path.cwd()))
    result = compile_argument(spec, options, given["model"])
    report(result, result.diagnostics, given["color"], quiet=given["quiet"])
    loaded = spec_of(result, options, allow_download=True)
    drawing = depict(loaded.chosen(given["model"])) if loaded is not None else _drawing_of_mistakes(result)
    plot = Plot(drawing, drawn)
    data, notes = plot.rendered(form)
    write_bytes(output, data)
    if not given["quiet"]:
        write_out("\n".join([_summary(output, plot, form), *(f"note: {note}" for note in notes)]))
    return status.OK if loaded is not None else status.FOUND


def _checked_form(path: Path, *, no_clobber: bool) -> str:
    form = form_of(path)
    if path.is_dir():
        raise UsageError(f'"{path}" is a folder')
    if no_clobber and os.path.lexists(path):
        raise UsageError(f'"{path}" exists, and --no-clobber says to keep it')
    return form


def _plot_options(given: dict[str, Any]) -> PlotOptions:
    names = tuple(name.strip() for name in given["show"].split(",") if name.strip())
    return PlotOptions(
        direction=cast("Literal['down', 'right']", given["direction"]), theme=given["theme"], show=names,
        depth=given["depth"], expand=given["expand"], scale=given["scale"],
    )  # fmt: skip


def _drawing_of_mistakes(result: Compilation) -> Drawing:
    from graphspec.views.plot.broken import Broken, depict_broken  # noqa: PLC0415 - for specs with mistakes alone

    known = result.typed or result.unfinished
    name = known.graph.name if known is not None else model_name(Path(result.path))
    return depict_broken(Broken(name, result.tree, result.program, known, result.diagnostics))


def _summary(output: Path, plot: Plot, form: str) -> str:
    boxes = len(plot.picture.boxes) if form in {".svg", ".png", ".html"} else len(plot.folded.cards)
    return f"{output}: {boxes} boxes"
