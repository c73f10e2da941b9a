"""``graphspec import``: a spec of what Keras saved, without Keras and without running anything in the file."""

from pathlib import Path

import click

from graphspec.cli import status
from graphspec.cli.options import PLUGIN, read_settings
from graphspec.cli.terminal import write_err, write_out
from graphspec.compiler import Compilation, Options, compile_bytes
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.lift.lift import Lifted
from graphspec.lift.load import lift_file
from graphspec.lift.problems import LiftError
from graphspec.lift.source import ENDINGS
from graphspec.output import write_text


@click.command("import", epilog="Example: graphspec import model.keras -o model.yaml")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the spec to this file; else print it.")
@click.option("--no-clobber", is_flag=True, help="Refuse to replace a file.")
@PLUGIN
@click.option("--check", is_flag=True, help="Say whether FILE can be imported, and why not; write nothing.")
@click.option("--flat", is_flag=True, help="Write a node for every call, where else what comes again is a block.")
@click.option("-q", "--quiet", is_flag=True, help="Print no warnings.")
def command(
    file: Path,
    output: Path | None,
    *,
    no_clobber: bool,
    plugins: tuple[str, ...],
    check: bool,
    flat: bool,
    quiet: bool,
) -> int:
    """Write the spec of the model in FILE: a .keras file, the JSON of Keras, or a whole model as .h5.

    Keras is not loaded, weights are not read, and nothing in the file is run: code in it is told and refused.
    """
    if check and output is not None:
        raise click.UsageError('"--check" writes nothing, so "--output" has no use with it')
    if file.suffix.lower() not in ENDINGS:
        raise UsageError(f'"{file}" must end in {", ".join(ENDINGS[:-1])} or {ENDINGS[-1]}')
    if output is not None and no_clobber and output.exists():
        raise UsageError(f'"{output}" exists, and --no-clobber says to keep it')
    try:
        plugins = (*plugins, *read_settings(Path.cwd()).plugins)
        lifted = lift_file(file, plugins)
        text = lifted.to_yaml(flat=flat or check)
    except LiftError as error:
        return _report(file, error.problems)
    result = compile_bytes(text.encode(), str(output or file), Options(plugins=plugins), Path.cwd())
    if result.has_errors:
        return _report(file, [item.message for item in result.diagnostics])
    if not quiet:
        for warning in lifted.warnings:
            write_err(f"{file}: warning: {warning}")
    if check:
        write_out(f"{file}: {_described(lifted, result)}, and no code")
    elif output is None:
        write_out(text.rstrip("\n"))
    else:
        write_text(output, text)
        if not quiet:
            write_out(f"{output}: {_described(lifted, result)}")
    return status.OK


def _report(file: Path, problems: list[str] | tuple[str, ...]) -> int:
    for problem in problems:
        write_err(f"{file}: error: {problem}")
    write_err(f"{len(problems)} error{'s' * (len(problems) != 1)}; {file} is not imported")
    return status.FOUND


def _described(lifted: Lifted, result: Compilation) -> str:
    count = 0 if result.graph is None else len(result.graph.nodes)
    models = len(lifted.document.get("models", {}))
    nested = f" and {models} nested model{'s' * (models != 1)}" if models else ""
    return f"{count} node{'s' * (count != 1)}{nested}"
