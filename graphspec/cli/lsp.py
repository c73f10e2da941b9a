"""``graphspec lsp``: the language server that an editor starts."""

from pathlib import Path

import click

from graphspec.cli import status
from graphspec.cli.options import PLUGIN, TRUST, read_settings
from graphspec.compiler import Options
from graphspec.diagnostics.diagnostic import UsageError


@click.command("lsp", epilog="Example: graphspec lsp --check")
@click.option("--stdio", is_flag=True, help="Speak on standard input and output, as it always does.")
@click.option("--check", is_flag=True, help="Say whether the server can start, and stop.")
@TRUST
@PLUGIN
def command(*, stdio: bool, check: bool, trust: bool, plugins: tuple[str, ...]) -> int:  # noqa: ARG001 - editors add it
    """Serve an editor: diagnostics, shapes, hovers, definitions, renames while you write.

    An editor starts it and speaks the Language Server Protocol to it. It loads no Keras and runs nothing that a spec
    names.
    """
    try:
        from graphspec.lsp.server import pygls_version, serve  # noqa: PLC0415 - an extra, and slow to load
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        raise UsageError('the language server needs pygls: pip install "graphspec[lsp]"') from None
    if check:
        click.echo(f"the language server can start, with pygls {pygls_version()}")
        return status.OK

    def options_for(folder: Path | None) -> Options:
        settings = read_settings(folder or Path.cwd())
        return Options(trust=trust, plugins=(*plugins, *settings.plugins))

    serve(options_for)
    return status.OK
