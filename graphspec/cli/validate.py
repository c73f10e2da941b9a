"""``graphspec validate``: every mistake of every spec."""

import os
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphspec.cli import status
from graphspec.cli.check import Checked, against, check_against, check_file, checked, digest_of
from graphspec.cli.complete import complete_spec
from graphspec.cli.find import find_specs
from graphspec.cli.formats import (
    FORMATS,
    Output,
    default_outputs,
    output_of,
    repository,
    write_report,
    write_step_summary,
)
from graphspec.cli.options import Settings, open_keras, options_of, read_settings, read_stdin, reading_options
from graphspec.cli.terminal import Progress, write_err, write_out
from graphspec.diagnostics.diagnostic import Diagnostic, Diagnostics, UsageError
from graphspec.diagnostics.plain import visible
from graphspec.diagnostics.render_text import render_count, render_text
from graphspec.diagnostics.report import Report

if TYPE_CHECKING:
    from graphspec.cli.cache import Cache
    from graphspec.compiler import Compilation, Options
    from graphspec.locks import Lock

# Fewer are compiled before a cache would be read.
_WORTH_CACHING = 16
# What changes how it is shown and which files are looked at, but nothing of what is found in one.
_BESIDE = frozenset({
    "allow_empty", "cache_dir", "color", "deep", "emit", "exclude", "exit_zero", "fix", "force_exclude", "jobs",
    "lock_file", "locked", "max_warnings", "no_cache", "quiet", "stdin_filename", "strict", "verbose", "watch",
})  # fmt: skip


@click.command("validate", epilog="Example: graphspec validate specs --strict")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, shell_complete=complete_spec)
@click.option(
    "--format", "formats", metavar="FORMAT[=FILE]", multiple=True,
    shell_complete=lambda _context, _parameter, typed: [name for name in FORMATS if name.startswith(typed)],
    help=f"How to print what is found: {', '.join(FORMATS)}; with =FILE into a file.",
)  # fmt: skip
@click.option("--locked", is_flag=True, help="Fail where a model is not what graphspec.lock says; show what changed.")
@click.option("--lock-file", type=click.Path(path_type=Path), help="The lock, where it is not graphspec.lock.")
@click.option("--strict", is_flag=True, help="Let warnings fail as well.")
@click.option("--max-warnings", type=click.IntRange(0), metavar="N", help="Let more than N warnings fail.")
@click.option("--exit-zero", is_flag=True, help="End with status 0 whatever is found.")
@click.option("--fix", is_flag=True, help="Correct in the files what has one certain correction; show the rest.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until interrupted.")
@click.option("--deep", is_flag=True, help="Ask Keras too: build each spec without its weights, and compare.")
@click.option(
    "--emit", type=click.Choice(["tree", "document", "calls", "graph", "types"]), help="Print a stage of one spec."
)
@click.option("--exclude", metavar="GLOB", multiple=True, help="Leave out these files of a folder.")
@click.option("--force-exclude", is_flag=True, help="Leave them out even where they are named.")
@click.option("--allow-empty", is_flag=True, help="Finding no spec at all is no mistake.")
@click.option("--stdin-filename", metavar="NAME", default="<stdin>", help="What to call standard input.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Use so many processes; by default one a processor.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write what was found before.")
@click.option(
    "--cache-dir", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", envvar="GRAPHSPEC_CACHE_DIR",
    help="Where to keep what was found, instead of .graphspec_cache in the root of the project.",
)  # fmt: skip
@reading_options
def command(paths: tuple[str, ...], formats: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 - click's options
    """Check specs: files, folders, globs, or - for standard input.

    Every mistake is shown with its place. A folder stands for every YAML file below it that has a graphspec key.

    \b
    Exit status:
      0  there is no mistake
      1  there is one, or there are more warnings than --strict or --max-warnings allow
      2  wrong usage: no such file, no spec under the paths, an unknown option or setting
      3  a fault of GraphSpec

    \b
    Files:
      pyproject.toml     settings, under [tool.graphspec]
      .graphspec_cache/  what was found before; may be deleted at any time
    """  # noqa: D301 - click's mark of what is printed as it stands
    if given["locked"] and given["settings"]:
        raise UsageError("with --set a model is not the one that was locked; leave out --set or --locked")
    outputs = [output_of(form) for form in formats] or default_outputs(os.environ)
    run = _Run(paths, outputs, given)
    if given["emit"] is not None:
        return run.emit(given["emit"])
    if given["watch"]:
        from graphspec.cli.watch import watch  # noqa: PLC0415 - on request

        return watch(run.once, paths, run.read, quiet=given["quiet"])
    return run.once()


@dataclass(frozen=True, slots=True)
class _Run:
    """A command line, which may be run again and again."""

    paths: tuple[str, ...]
    outputs: list[Output]
    given: dict[str, Any]
    read: set[str] = field(default_factory=set)

    def once(self) -> int:
        settings = read_settings(Path.cwd())
        specs = self.specs(settings)
        progress = Progress(quiet=self.given["quiet"])
        lock = self.locked()
        try:
            found = self.found(specs, settings, lock, progress)
        finally:
            progress.done()
        self.read.update(path for one in found for path in one.digests)
        if self.given["verbose"]:
            for one in found:
                write_err(f"{visible(one.path)}: {render_count(one.diagnostics, 1)}")
        report = Report(
            [*_each_once(found), *self.gone(lock)],
            [one.path for one in found],
            {path: text for one in found for path, text in one.sources.items()},
            {one.path: one.seconds for one in found},
            repository(Path.cwd(), os.environ),
            is_strict=self.given["strict"] or settings.strict,
        )
        for output in self.outputs:
            write_report(output, report, color=self.given["color"], quiet=self.given["quiet"])
        write_step_summary(report, os.environ)
        return status.OK if self.given["exit_zero"] else self.status(report, settings)

    def locked(self) -> "_Locked | None":
        if not self.given["locked"]:
            return None
        from graphspec.lock_file import lock_file, lock_text  # noqa: PLC0415 - few runs hold specs against a lock

        file = lock_file(self.given["lock_file"])
        return _Locked(file, lock_text(file))

    def gone(self, lock: "_Locked | None") -> tuple[Diagnostic, ...]:
        """Return what the lock says of specs that are not there any more."""
        if lock is None:
            return ()
        from graphspec.lock_file import gone, keys_of  # noqa: PLC0415 - as above

        return tuple(gone(lock.file, keys_of(lock.text), self.paths))

    def status(self, report: Report, settings: Settings) -> int:
        asked = self.given["max_warnings"]
        most = 0 if report.is_strict else settings.max_warnings if asked is None else asked
        has_failed = report.errors > 0 or (most is not None and report.warnings > most)
        return status.FOUND if has_failed else status.OK

    def specs(self, settings: Settings) -> list[str]:
        exclude = (*self.given["exclude"], *settings.exclude)
        specs = find_specs(self.paths, exclude, force_exclude=self.given["force_exclude"])
        if not specs and not self.given["allow_empty"]:
            raise UsageError(f"there is no spec under {', '.join(self.paths)}")
        return specs

    def found(
        self, specs: list[str], settings: Settings, lock: "_Locked | None", progress: Progress
    ) -> list[Checked]:  # fmt: skip
        if self.given["fix"]:
            from graphspec.cli.fix import fix_specs  # noqa: PLC0415 - on request

            fix_specs(specs, self.options(settings), quiet=self.given["quiet"])
        if self.given["deep"] or "-" in specs or not specs:
            options, read = self.options(settings), None if lock is None else lock.read()
            return [self.compiled(spec, options, read) for spec in specs]
        from graphspec.cli.many import Means, Work, check_many  # noqa: PLC0415 - standard input does without

        cache = self.cache(settings, lock) if len(specs) >= _WORTH_CACHING else None

        def make_work() -> Work:
            options, is_kept = self.options(settings), cache is not None
            if lock is None:
                return partial(check_file, options=options, is_kept=is_kept)
            return partial(check_against, lock=lock.read(), options=options, is_kept=is_kept)

        return check_many(specs, Means(make_work, cache, self.given["jobs"]), progress)

    def options(self, settings: Settings) -> "Options":
        """Return the compiler's options, which ask for every variant where none is named."""
        options = options_of(self.given, settings)
        return replace(options, choice=replace(options.choice, every_variant=True))

    def cache(self, settings: Settings, lock: "_Locked | None") -> "Cache | None":
        if self.given["no_cache"]:
            return None
        from graphspec.cli.cache import Cache, cache_folder  # noqa: PLC0415 - where it pays

        options = {name: value for name, value in self.given.items() if name not in _BESIDE}
        folder = self.given["cache_dir"] or cache_folder(Path.cwd())
        options["plugins of settings"] = settings.plugins
        if lock is None:
            return Cache(folder, options)
        # The path of a spec, too, says which entry of the lock is its own.
        options["lock"] = (str(lock.file.parent.resolve()), lock.file.name, digest_of(lock.text.encode()))
        return Cache(folder, options, is_of_plain_paths=True)

    def compiled(self, spec: str, options: "Options", lock: "Lock | None") -> Checked:
        result = _compile(spec, options, self.given["stdin_filename"])
        if lock is not None and spec != "-":
            result = against(lock, result, spec, options)
        one = checked(result.path, result)
        return _ask_keras(one, result, options) if self.given["deep"] else one

    def emit(self, stage: str) -> int:
        settings = read_settings(Path.cwd())
        specs = self.specs(settings)
        if len(specs) != 1:
            raise UsageError(f"--emit prints one spec, and {len(specs)} are named")
        from graphspec.views.emit import emit  # noqa: PLC0415 - for whoever looks inside

        result = _compile(specs[0], options_of(self.given, settings), "<stdin>")
        reached = {"tree": result.tree, "document": result.document, "calls": result.program, "graph": result.graph,
                   "types": result.typed}[stage]  # fmt: skip
        if reached is None:
            write_out(render_text(result.diagnostics, result.sources, color=False))
            return status.FOUND
        write_out(emit(reached))
        return status.OK


@dataclass(frozen=True, slots=True)
class _Locked:
    """The text of a lock, which is read where a spec is not known to be as it says."""

    file: Path
    text: str

    def read(self) -> "Lock":
        from graphspec.locks import lock_in  # noqa: PLC0415 - as above

        return lock_in(self.text, self.file)


def _each_once(found: list[Checked]) -> list[Diagnostic]:
    if not any(one.diagnostics for one in found):
        return []
    from graphspec.diagnostics.merge import each_once  # noqa: PLC0415 - where there is something to tell

    return each_once([(one.path, one.diagnostics) for one in found])


def _compile(spec: str, options: "Options", stdin_name: str) -> "Compilation":
    from graphspec.compiler import compile_bytes, compile_file  # noqa: PLC0415 - what is known needs no compiling

    if spec == "-":
        return compile_bytes(read_stdin(options), stdin_name, options, Path.cwd())
    return compile_file(Path(spec), options, spec)


def _ask_keras(one: Checked, result: "Compilation", options: "Options") -> Checked:
    """Return what was found, and what Keras says of it."""
    from graphspec.spec import spec_of  # noqa: PLC0415 - as the next

    loaded = spec_of(result, options, allow_download=False)
    if loaded is None:
        return one
    open_keras(Progress(quiet=True))
    from graphspec.graph.expect import UNCHECKED, check_expect  # noqa: PLC0415 - as the next
    from graphspec.target.ask import ask, compare  # noqa: PLC0415 - Keras is asked on request alone

    diagnostics = Diagnostics()
    found = list(one.diagnostics)
    asked = ask(loaded.graph, diagnostics, trust=options.trust)
    if asked is not None:
        compare(loaded.graph, asked, diagnostics)
        found = [item for item in found if item.code != UNCHECKED]
        check_expect(result.document.expect if result.document else None, asked, diagnostics)
    return replace(one, diagnostics=(*found, *diagnostics.sorted()), sources=dict(result.sources))
