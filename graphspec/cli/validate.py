"""``graphspec validate``: every mistake of every spec."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from graphspec.cli import status
from graphspec.cli.find import find_specs
from graphspec.cli.options import open_keras, options_of, read_settings, read_stdin, reading_options
from graphspec.cli.terminal import Progress, wants_color, write_err, write_out
from graphspec.compiler import Compilation, Options, compile_bytes, compile_file
from graphspec.diagnostics.diagnostic import Diagnostic, Diagnostics, UsageError
from graphspec.diagnostics.render_json import render_json
from graphspec.diagnostics.render_text import render_count, render_text
from graphspec.spec import spec_of


@dataclass(slots=True)
class _Findings:
    """What was found in all files, and the texts to show it in."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    files: int = 0

    def add(self, result: Compilation) -> None:
        known = set(self.diagnostics)
        self.diagnostics += [item for item in result.diagnostics if item not in known]
        self.sources.update(result.sources)
        self.files += 1


def _as_text(findings: _Findings, *, color: bool, quiet: bool) -> str:
    shown = [item for item in findings.diagnostics if not quiet or item.severity == "error"]
    parts = [render_text(shown, findings.sources, color=color)] if shown else []
    if not quiet or shown:
        parts.append(render_count(shown, findings.files))
    return "\n".join(parts)


def _as_json(findings: _Findings, *, color: bool, quiet: bool) -> str:  # noqa: ARG001 - as its neighbour
    return render_json(findings.diagnostics, findings.files)


FORMATS: Mapping[str, Callable[..., str]] = {"text": _as_text, "json": _as_json}


@click.command("validate", epilog="Example: graphspec validate specs --strict")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--format", "formats", metavar="FORMAT[=FILE]", multiple=True, default=["text"],
    help=f"How to print what is found: {', '.join(FORMATS)}; with =FILE into a file.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Let warnings fail as well.")
@click.option("--deep", is_flag=True, help="Ask Keras too: build each spec without its weights, and compare.")
@click.option(
    "--emit", type=click.Choice(["tree", "document", "calls", "graph", "types"]), help="Print a stage of one spec."
)
@click.option("--exclude", metavar="GLOB", multiple=True, help="Leave out these files of a folder.")
@click.option("--force-exclude", is_flag=True, help="Leave them out even where they are named.")
@click.option("--allow-empty", is_flag=True, help="Finding no spec at all is no mistake.")
@click.option("--stdin-filename", metavar="NAME", default="<stdin>", help="What to call standard input.")
@reading_options
def command(paths: tuple[str, ...], formats: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 - click's options
    """Check specs: files, folders, globs, or - for standard input.

    Every mistake is shown with its place. The status is 0 where there is none, 1 where there is one.
    """
    outputs = [_output(form) for form in formats]
    settings = read_settings(Path.cwd())
    options = options_of(given, settings)
    options = replace(options, choice=replace(options.choice, every_variant=True))
    specs = find_specs(paths, (*given["exclude"], *settings.exclude), force_exclude=given["force_exclude"])
    if not specs and not given["allow_empty"]:
        raise UsageError(f"there is no spec under {', '.join(paths)}")
    if given["emit"] is not None:
        return _emit(specs, given["emit"], options)
    findings = _Findings()
    for spec in specs:
        result = _compile(spec, options, given["stdin_filename"])
        findings.add(result)
        if given["verbose"]:
            write_err(f"{spec}: {render_count(result.diagnostics, 1)}")
        if given["deep"]:
            _ask_keras(result, options, findings)
    for form, file in outputs:
        _print(form, file, findings, given)
    failed = any(item.severity == "error" for item in findings.diagnostics)
    is_strict = given["strict"] or settings.strict
    return status.FOUND if failed or (is_strict and findings.diagnostics) else status.OK


def _output(form: str) -> tuple[str, Path | None]:
    name, _, file = form.partition("=")
    if name not in FORMATS:
        from graphspec.diagnostics.suggest import did_you_mean  # noqa: PLC0415 - needed for the message alone

        raise UsageError(f'there is no format "{name}"{did_you_mean(name, FORMATS) or ": " + ", ".join(FORMATS)}')
    return name, Path(file) if file else None


def _compile(spec: str, options: Options, stdin_name: str) -> Compilation:
    if spec == "-":
        return compile_bytes(read_stdin(options), stdin_name, options, Path.cwd())
    return compile_file(Path(spec), options, spec)


def _ask_keras(result: Compilation, options: Options, findings: _Findings) -> None:
    loaded = spec_of(result, options, allow_download=False)
    if loaded is None:
        return
    open_keras(Progress(quiet=True))
    from graphspec.graph.expect import UNCHECKED, check_expect  # noqa: PLC0415 - as the next
    from graphspec.target.ask import ask, compare  # noqa: PLC0415 - Keras is asked on request alone

    diagnostics = Diagnostics()
    asked = ask(loaded.graph, diagnostics, trust=options.trust)
    if asked is not None:
        compare(loaded.graph, asked, diagnostics)
        left_open = {item for item in result.diagnostics if item.code == UNCHECKED}
        findings.diagnostics = [item for item in findings.diagnostics if item not in left_open]
        check_expect(result.document.expect if result.document else None, asked, diagnostics)
    findings.diagnostics += diagnostics.sorted()


def _print(form: str, file: Path | None, findings: _Findings, given: dict[str, Any]) -> None:
    color = file is None and wants_color(given["color"], sys.stdout, os.environ)
    text = FORMATS[form](findings, color=color, quiet=given["quiet"])
    if file is None:
        if text:
            write_out(text)
        return
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f'cannot write "{file}": {(error.strerror or str(error)).lower()}') from None


def _emit(specs: list[str], stage: str, options: Options) -> int:
    if len(specs) != 1:
        raise UsageError(f"--emit prints one spec, and {len(specs)} are named")
    from graphspec.views.emit import emit  # noqa: PLC0415 - for whoever looks inside

    result = _compile(specs[0], options, "<stdin>")
    reached = {"tree": result.tree, "document": result.document, "calls": result.program, "graph": result.graph,
               "types": result.typed}[stage]  # fmt: skip
    if reached is None:
        write_out(render_text(result.diagnostics, result.sources, color=False))
        return status.FOUND
    write_out(emit(reached))
    return status.OK
