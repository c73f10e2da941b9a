"""``graphspec build``: the compiled model, saved."""

import sys
import time
import warnings
from pathlib import Path
from typing import Any

import click

from graphspec.cli import status
from graphspec.cli.complete import complete_spec
from graphspec.cli.options import (
    ALLOW_DOWNLOAD,
    MODEL,
    compile_argument,
    open_keras,
    options_of,
    read_settings,
    reading_options,
    report,
)
from graphspec.cli.terminal import Progress, table_width, write_err, write_out
from graphspec.compiler import Compilation
from graphspec.diagnostics.diagnostic import SpecError, UsageError
from graphspec.output import write_bytes
from graphspec.spec import Spec, spec_of

ENDINGS = (".keras", ".weights.h5", ".json")
_MOST_NAMES = 5


@click.command("build", epilog="Example: graphspec build specs/multi_output.yaml -o model.keras")
@click.argument("spec", shell_complete=complete_spec)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to save it: .keras, .weights.h5 or .json.")
@click.option("--no-clobber", is_flag=True, help="Refuse to replace a file.")
@click.option("--summary", "with_summary", is_flag=True, help="Print the table of the model as well.")
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), metavar="FILE",
    help="Draw the model as well; the ending says how, as for graphspec plot.",
)  # fmt: skip
@ALLOW_DOWNLOAD
@MODEL
@reading_options
def command(spec: str, output: Path | None, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Build the Keras model of SPEC and save it.

    The ending of the file says how: .keras is the whole model, .weights.h5 its weights, .json its architecture.
    Without -o it goes to build/NAME.keras.
    """
    started = time.perf_counter()
    if output is not None:
        _check_output(output, no_clobber=given["no_clobber"])
    if given["picture"] is not None:
        _check_picture(given["picture"], no_clobber=given["no_clobber"])
    options = options_of(given, read_settings(Path.cwd()))
    result = compile_argument(spec, options, given["model"])
    report(result, result.diagnostics, given["color"], quiet=given["quiet"])
    loaded = spec_of(result, options, allow_download=given["allow_download"])
    if loaded is None:
        return status.FOUND
    path = output or Path("build") / f"{given['model'] or loaded.graph.graph.name}.keras"
    _check_output(path, no_clobber=given["no_clobber"])
    return _build(loaded, path, result, given, started)


def _check_output(path: Path, *, no_clobber: bool) -> None:
    if not any(path.name.endswith(ending) and path.name != ending for ending in ENDINGS):
        raise UsageError(f'"{path}" must end in {", ".join(ENDINGS)}, which says how the model is saved')
    _check_place(path, no_clobber=no_clobber)


def _check_picture(path: Path, *, no_clobber: bool) -> None:
    from graphspec.views.plot.plot import form_of  # noqa: PLC0415 - drawn on demand

    form_of(path)
    _check_place(path, no_clobber=no_clobber)


def _check_place(path: Path, *, no_clobber: bool) -> None:
    if path.is_dir():
        raise UsageError(f'"{path}" is a folder')
    if no_clobber and path.exists():
        raise UsageError(f'"{path}" exists, and --no-clobber says to keep it')


def _build(loaded: Spec, path: Path, result: Compilation, given: dict[str, Any], started: float) -> int:
    progress = Progress(quiet=given["quiet"])
    picture = None if given["picture"] is None else _drawn(loaded, given["picture"], given["model"])
    warnings.showwarning = _show_warning
    try:
        open_keras(progress)
        from graphspec.target.backend import keras_version  # noqa: PLC0415 - as below
        from graphspec.target.save import save  # noqa: PLC0415 - Keras is loaded once a spec is good

        if given["verbose"]:
            write_err(f"Keras {keras_version()}")
        progress.say("building ...")
        model = loaded.build(given["model"])
        progress.say("saving ...")
        size = save(model, path)
    except SpecError as error:
        progress.done()
        report(result, error.diagnostics, given["color"], quiet=given["quiet"])
        return status.FOUND
    finally:
        progress.done()
    if not given["quiet"]:
        _warn_of_sharing(model, path)
    if given["with_summary"]:
        _print_summary(loaded, given["model"])
    if picture is not None:
        write_bytes(given["picture"], picture)
    if not given["quiet"]:
        seconds = time.perf_counter() - started
        write_out(f"{path}: {_size(size)}, {model.count_params():,} parameters, {seconds:.1f} s")
    return status.OK


def _warn_of_sharing(model: Any, path: Path) -> None:  # noqa: ANN401 - a model of Keras
    """Say what Keras does not read back of what it wrote; weights alone load into the model of a spec as they are."""
    from graphspec.target.save import lost_sharing  # noqa: PLC0415 - as above

    names = lost_sharing(model, path)
    if not names:
        return
    shown = ", ".join(f'"{name}"' for name in names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    loads = "cannot load this file" if path.name.endswith(".keras") else "loads this file with separate weights"
    write_err(
        f"graphspec: warning: Keras {loads}, because layers are shared between the model, nested models or wrappers:"
        f" {shown}{more}; save .weights.h5 instead, and load it into the model that is built from the spec"
    )


def _drawn(loaded: Spec, path: Path, model: str | None) -> bytes:
    """Return the picture of a model; what cannot be drawn is told before Keras is loaded."""
    from graphspec.views.plot.plot import form_of  # noqa: PLC0415 - drawn on demand

    data, _ = loaded.plot(model=model).rendered(form_of(path))
    return data


def _print_summary(loaded: Spec, model: str | None) -> None:
    from graphspec.views.table import Layout, render_table  # noqa: PLC0415 - drawn on demand

    write_out(render_table(loaded.examine(model), Layout(width=table_width(sys.stdout))))


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    write_err(f"graphspec: Keras warns: {' '.join(str(message).split())}")


def _size(count: int) -> str:
    if count < 1024:  # noqa: PLR2004 - the step of binary units
        return f"{count} bytes"
    return f"{count / 1024:.1f} KiB" if count < 1024**2 else f"{count / 1024**2:.1f} MiB"
