"""The commands, each imported when it is called, and the one place where errors become exit statuses."""

import importlib
import keyword
import sys
from collections.abc import Sequence

import click

from graphspec.cli import status
from graphspec.cli.terminal import write_err
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.version import __version__

COMMANDS = (
    "validate", "summary", "plot", "build", "expand", "import", "export", "diff", "lock", "schema", "layers", "explain",
    "init", "lsp",
)  # fmt: skip
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def module_of(command: str) -> str:
    """Return the module of a command; one whose name is a word of Python has an underscore after it."""
    return f"graphspec.cli.{command}{'_' * keyword.iskeyword(command)}"


class _Commands(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(module_of(cmd_name)).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where there is none of the name that was given."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from graphspec.diagnostics.suggest import did_you_mean  # noqa: PLC0415 - needed for the message alone

            raise click.UsageError(f'there is no command "{args[0]}"{did_you_mean(args[0], COMMANDS)}', ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="graphspec", message="%(prog)s %(version)s")
def cli() -> None:
    """Compile a declarative YAML spec into a Keras functional model."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status; whatever a user can cause ends in a sentence."""
    try:
        result = cli.main(args=list(arguments), prog_name="graphspec", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as problem:
        write_err(problem.format_message())
        return status.USAGE
    except click.ClickException as problem:
        write_err(f"graphspec: {problem.format_message()}")
        if isinstance(problem, click.UsageError) and problem.ctx is not None:
            write_err(f"try: {problem.ctx.command_path} --help")
        return status.USAGE
    except UsageError as problem:
        write_err(f"graphspec: {problem}")
        return status.USAGE
    except (KeyboardInterrupt, click.Abort):
        write_err("graphspec: interrupted")
        return status.INTERRUPTED
    except Exception as fault:  # noqa: BLE001 - the last place before the user
        write_err(_fault(fault))
        return status.FAULT
    return result if isinstance(result, int) else status.OK


def _fault(fault: Exception) -> str:
    import traceback  # noqa: PLC0415 - needed here alone

    frames = "".join(traceback.format_tb(fault.__traceback__)[-4:])
    return (
        f"graphspec: this is a fault of GraphSpec {__version__}, not of your spec. Please report it with these lines:\n"
        f"Python {sys.version.split()[0]}; {type(fault).__name__}: {fault}\n{frames}".rstrip()
    )
