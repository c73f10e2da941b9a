"""The formats of ``validate``, and where each is written."""

import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graphspec.cli.terminal import wants_color, write_err, write_out
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.diagnostics.plain import encodable
from graphspec.diagnostics.render_text import render_count, render_text
from graphspec.diagnostics.report import Report
from graphspec.output import write_text

FORMATS = ("text", "concise", "json", "github", "sarif", "junit", "gitlab", "rdjson")


@dataclass(frozen=True, slots=True)
class Output:
    """A format, and the file that it goes to; without one it goes to standard output.

    What is ``fenced`` may hold any text: a runner of GitHub must not take a line of it for a command.
    """

    format: str
    file: Path | None = None
    is_fenced: bool = False


def default_outputs(environment: Mapping[str, str]) -> list[Output]:
    """Return what is printed where no format is asked for: on GitHub annotations as well."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return [Output("text", is_fenced=True), Output("github")]
    return [Output("text")]


def output_of(given: str) -> Output:
    """Return what ``--format FORMAT[=FILE]`` asks for.

    Raises UsageError where there is no such format.
    """
    name, _, file = given.partition("=")
    if name not in FORMATS:
        from graphspec.diagnostics.suggest import did_you_mean  # noqa: PLC0415 - needed for the message alone

        raise UsageError(f'there is no format "{name}"{did_you_mean(name, FORMATS) or ": " + ", ".join(FORMATS)}')
    return Output(name, Path(file) if file else None)


def write_report(output: Output, report: Report, *, color: str, quiet: bool) -> None:
    """Print a report in a format, or write it to a file.

    Raises UsageError where it cannot be written.
    """
    is_colored = output.file is None and wants_color(color, sys.stdout, os.environ)
    text = _rendered(output.format, report, color=is_colored, quiet=quiet)
    if output.file is not None:
        _write_file(output.file, encodable(text) + "\n" * bool(text))
        return
    if text:
        write_out(_fenced(text) if output.is_fenced else text)


def _rendered(form: str, report: Report, *, color: bool, quiet: bool) -> str:
    if form == "text":
        shown = [item for item in report.diagnostics if not quiet or item.severity == "error"]
        parts = [render_text(shown, report.sources, color=color)] if shown else []
        if not quiet or shown:
            parts.append(render_count(shown, len(report.files)))
        return "\n".join(parts)
    if form == "json":
        from graphspec.diagnostics.render_json import render_json  # noqa: PLC0415 - on request, as the next

        return render_json(report.diagnostics, len(report.files))
    module = importlib.import_module(f"graphspec.diagnostics.render_{form}")
    text: str = getattr(module, f"render_{form}")(report)
    return text


def _write_file(file: Path, text: str) -> None:
    """Write a file whole; one that is no regular file, such as a pipe, is written to as it is."""
    if not file.exists() or file.is_file():
        write_text(file, text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f'cannot write "{file}": {(error.strerror or str(error)).lower()}') from None


def _fenced(text: str) -> str:
    import secrets  # noqa: PLC0415 - on GitHub alone

    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text}\n::{token}::"


def write_step_summary(report: Report, environment: Mapping[str, str]) -> None:
    """Add a report in Markdown to the summary of a step on GitHub."""
    file = environment.get("GITHUB_STEP_SUMMARY")
    if environment.get("GITHUB_ACTIONS") != "true" or not file:
        return
    from graphspec.diagnostics.render_github import render_summary  # noqa: PLC0415 - on GitHub alone

    try:
        with Path(file).open("a", encoding="utf-8", errors="backslashreplace") as summary:
            summary.write(render_summary(report) + "\n")
    except OSError as error:
        write_err(f'graphspec: cannot write the summary "{file}": {(error.strerror or str(error)).lower()}')


def repository(folder: Path, environment: Mapping[str, str]) -> str:
    """Return the folder that paths in CI are relative to: where CI checked out, the root of git, or the folder."""
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        named = environment.get(name)
        if named and folder.is_relative_to(os.path.realpath(named)):
            return os.path.realpath(named)
    return str(next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder))
