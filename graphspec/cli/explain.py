"""``graphspec explain``: what a diagnostic means."""

import re

import click

from graphspec.cli import status
from graphspec.cli.terminal import write_out
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.diagnostics.pages import codes, page, title
from graphspec.diagnostics.suggest import did_you_mean

_GROUPS = {
    "GS1": "reading the file",
    "GS2": "the structure of a spec",
    "GS3": "files",
    "GS4": "names, arguments and operands",
    "GS6": "Keras",
    "GS7": "doubts (warnings)",
}
_FENCED = re.compile(r"```[a-z ]*\n(.*?)```", re.DOTALL)


@click.command("explain", epilog="Example: graphspec explain GS402")
@click.argument("code", required=False)
def command(code: str | None) -> int:
    """Explain a diagnostic by its CODE, with a wrong and a right example; without one, list them all."""
    write_out(_listing() if code is None else _shown(page(_known(code))))
    return status.OK


def _known(text: str) -> str:
    """Return the code that a text stands for: ``GS402``, ``gs402`` or ``402``.

    Raises UsageError where there is no such code.
    """
    code = text.upper() if text.upper().startswith("GS") else f"GS{text}"
    known = codes()
    if code not in known:
        raise UsageError(
            f'there is no diagnostic "{text}"{did_you_mean(code, known)}; "graphspec explain" lists the codes'
        )
    return code


def _listing() -> str:
    groups: dict[str, list[str]] = {}
    for code in codes():
        groups.setdefault(code[:3], []).append(f"  {code}  {title(code)}")
    return "\n\n".join("\n".join([_GROUPS[group], *lines]) for group, lines in groups.items())


def _shown(text: str) -> str:
    """Return a page as a terminal shows it: examples are indented instead of fenced."""
    return _FENCED.sub(lambda match: _indented(match[1]), text.removeprefix("# ")).replace("`", "").rstrip("\n")


def _indented(block: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in block.rstrip("\n").split("\n"))
