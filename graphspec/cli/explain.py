"""``graphspec explain``: what a diagnostic means."""

import re

import click

from graphspec.cli import status
from graphspec.cli.complete import complete_code
from graphspec.cli.terminal import write_out
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.diagnostics.pages import codes, page, title
from graphspec.diagnostics.suggest import did_you_mean

_GROUPS = {
    "GS1": "reading the file",
    "GS2": "the structure of a spec",
    "GS3": "files and expansion",
    "GS4": "names and arguments",
    "GS5": "shapes",
    "GS6": "Keras",
    "GS7": "lint (warnings)",
    "GS8": "the lock",
}
_FENCED = re.compile(r"```[a-z ]*\n(.*?)```", re.DOTALL)


@click.command("explain", epilog="Example: graphspec explain GS402")
@click.argument("code", required=False, shell_complete=complete_code)
def command(code: str | None) -> int:
    """Explain a diagnostic by its CODE, with a wrong and a right example; without one, list them all."""
    write_out(_listing() if code is None else _explained(code))
    return status.OK


def _listing() -> str:
    groups: dict[str, list[str]] = {}
    for code in codes():
        groups.setdefault(code[:3], []).append(f"  {code}  {title(code)}")
    return "\n\n".join("\n".join([f"{group}xx: {_GROUPS[group]}", *lines]) for group, lines in groups.items())


def _explained(written: str) -> str:
    """Return the page of the code that a text stands for: ``GS402``, ``gs402`` or ``402``.

    Raises UsageError where there is no such code.
    """
    code = written.upper() if written.upper().startswith("GS") else f"GS{written}"
    text = page(code)
    if text is None:
        hint = did_you_mean(code, codes()) or '; "graphspec explain" lists the codes'
        raise UsageError(f'there is no diagnostic "{written}"{hint}')
    return _FENCED.sub(_indented, text.removeprefix("# ")).replace("`", "").rstrip("\n")


def _indented(fenced: re.Match[str]) -> str:
    return "\n".join(f"    {line}".rstrip() for line in fenced[1].rstrip("\n").split("\n"))
