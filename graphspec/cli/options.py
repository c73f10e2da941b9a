"""Options that several commands share, and the settings that stand in for them."""

import gc
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graphspec.cli.complete import complete_model, complete_setting, complete_variant
from graphspec.cli.terminal import Progress, wants_color, write_err
from graphspec.diagnostics.diagnostic import Diagnostic, UsageError
from graphspec.diagnostics.render_text import render_count, render_text
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.frontend.source import Limits

# A run whose specs are all known from before does without the compiler, which takes longer to load than the rest.
if TYPE_CHECKING:
    from graphspec.compiler import Choice, Compilation, Options

_Command = TypeVar("_Command", bound=Callable[..., Any])
_DEFAULT_LIMITS = Limits()

TRUST = click.option(
    "--trust", is_flag=True, help="Allow layers that carry code or read files. Only for specs you trust."
)
PLUGIN = click.option(
    "--plugin", "plugins", metavar="MODULE", multiple=True, help="Let the spec use the layers of this Python module."
)
COLOR = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to print colours."
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
MODEL = click.option(
    "--model",
    metavar="NAME",
    shell_complete=complete_model,
    help="Take this entry of models instead of the whole spec.",
)
ALLOW_DOWNLOAD = click.option(
    "--allow-download", is_flag=True, help="Let Keras fetch the weights that an application names."
)
MAX_BYTES = click.option(
    "--max-bytes", type=click.IntRange(1), default=_DEFAULT_LIMITS.file_bytes, show_default=True, metavar="N",
    help="Refuse larger files.",
)  # fmt: skip
MAX_DEPTH = click.option(
    "--max-depth", type=click.IntRange(1, 200), default=_DEFAULT_LIMITS.depth, show_default=True, metavar="N",
    help="Refuse deeper nesting.",
)  # fmt: skip
MAX_YAML_NODES = click.option(
    "--max-yaml-nodes", type=click.IntRange(1), default=_DEFAULT_LIMITS.yaml_nodes, show_default=True, metavar="N",
    help="Refuse more YAML nodes, counted after aliases are expanded.",
)  # fmt: skip
MAX_GRAPH_NODES = click.option(
    "--max-graph-nodes",
    type=click.IntRange(1),
    default=_DEFAULT_LIMITS.graph_nodes,
    show_default=True,
    metavar="N",
    help="Refuse more nodes in one graph.",
)
SET = click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    shell_complete=complete_setting,
    help="Give a param of the spec this value, in YAML.",
)
VARIANT = click.option(
    "--variant", metavar="NAME", shell_complete=complete_variant, help="Take this variant of the spec."
)
VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Say more of what is done.")


def reading_options(command: _Command) -> _Command:
    """Add the options of every command that reads a spec."""
    for option in (
        VARIANT,
        SET,
        MAX_GRAPH_NODES,
        MAX_YAML_NODES,
        MAX_DEPTH,
        MAX_BYTES,
        COLOR,
        VERBOSE,
        QUIET,
        PLUGIN,
        TRUST,
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``[tool.graphspec]`` of the nearest pyproject.toml says, and the folder of that file."""

    plugins: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    strict: bool = False
    max_warnings: int | None = None
    folder: str = ""


def read_settings(folder: Path) -> Settings:
    """Return the settings that hold in a folder.

    Raises UsageError where they are not what they should be.
    """
    for candidate in (folder, *folder.parents):
        file = candidate / "pyproject.toml"
        if file.is_file():
            return _settings_of(file)
    return Settings()


def _settings_of(file: Path) -> Settings:
    import tomllib  # noqa: PLC0415 - few folders have settings

    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("graphspec", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from None
    for key, value in table.items():
        if key not in _SETTINGS:
            raise UsageError(f'{file}: unknown setting "{key}" under [tool.graphspec]{did_you_mean(key, _SETTINGS)}')
        kind, wanted = _SETTINGS[key]
        is_text = kind is not list or (isinstance(value, list) and all(isinstance(item, str) for item in value))
        is_negative = isinstance(value, int) and value < 0
        if type(value) is not kind or not is_text or is_negative:
            raise UsageError(f'{file}: "{key}" under [tool.graphspec] must be {wanted}')
    return Settings(
        tuple(table.get("plugins", ())),
        tuple(table.get("exclude", ())),
        bool(table.get("strict")),
        table.get("max-warnings"),
        str(file.parent),
    )


_SETTINGS: Mapping[str, tuple[type, str]] = {
    "plugins": (list, "a list of text"),
    "exclude": (list, "a list of text"),
    "strict": (bool, "true or false"),
    "max-warnings": (int, "a number, 0 or more"),
}


def options_of(given: dict[str, Any], settings: Settings) -> "Options":
    """Return the compiler's options for a command line."""
    from graphspec.compiler import Options  # noqa: PLC0415 - as above

    for plugins, folder in ((settings.plugins, settings.folder), (given["plugins"], "")):
        if plugins and folder not in sys.path:
            sys.path.insert(0, folder)
    return Options(
        choice=choice_of(given),
        trust=given["trust"],
        plugins=(*given["plugins"], *settings.plugins),
        limits=Limits(given["max_bytes"], given["max_depth"], given["max_yaml_nodes"], given["max_graph_nodes"]),
    )


def choice_of(given: dict[str, Any]) -> "Choice":
    """Return what a command line chooses for the params of a spec.

    Raises UsageError where a value is no YAML.
    """
    from graphspec.compiler import Choice  # noqa: PLC0415 - as above

    if not given["settings"]:
        return Choice(variant=given["variant"])
    from graphspec.frontend.settings import given_by_options  # noqa: PLC0415 - seldom given

    limits = Limits(given["max_bytes"], given["max_depth"], given["max_yaml_nodes"], given["max_graph_nodes"])
    params, text = given_by_options(given["settings"], limits)
    return Choice(params=params, text=text, variant=given["variant"])


def compile_argument(spec: str, options: "Options", model: str | None = None) -> "Compilation":
    """Return what becomes of the spec that a command line names; ``-`` is standard input.

    Raises UsageError where there is no such file, or where it has no model of its own and no ``model`` is chosen.
    """
    from graphspec.compiler import compile_bytes, compile_file  # noqa: PLC0415 - as above

    if spec == "-":
        return _with_model(compile_bytes(read_stdin(options), "<stdin>", options, Path.cwd()), spec, model)
    path = Path(spec)
    if not os.path.lexists(path):
        raise UsageError(f'there is no file "{spec}"{_sibling(path)}')
    if path.is_dir():
        raise UsageError(f'"{spec}" is a folder; name one spec in it')
    return _with_model(compile_file(path, options, spec), spec, model)


def _with_model(result: "Compilation", spec: str, model: str | None) -> "Compilation":
    """Return a compilation, of which a spec without a model of its own lends one of its models."""
    if not result.is_library:
        return result
    if model is None:
        names = () if result.document is None else tuple(result.document.models)
        more = f"; build, summary, plot and export take one by --model: {', '.join(names)}" if names else ""
        raise UsageError(
            f'"{spec}" has no model of its own: its blocks, layers and models are for specs that import it{more}'
        )
    return replace(result, typed=result.unfinished)


def read_stdin(options: "Options") -> bytes:
    """Return what comes in on standard input, up to one byte more than a spec may have."""
    return sys.stdin.buffer.read(options.limits.file_bytes + 1)


def _sibling(path: Path) -> str:
    try:
        names = [item.name for item in path.parent.iterdir()]
    except OSError:
        return ""
    return did_you_mean(path.name, names)


def report(result: "Compilation", diagnostics: tuple[Diagnostic, ...], color: str, *, quiet: bool) -> None:
    """Print the diagnostics of a command that is not ``validate``: to standard error.

    Of a model that Keras has saved nobody has written the spec, so how it could be better is not told.
    """
    shown = [item for item in diagnostics if item.severity == "error" or not quiet]
    if any(_is_doubt(item) for item in shown) and _is_saved_by_keras(result):
        shown = [item for item in shown if not _is_doubt(item)]
    if not shown:
        return
    write_err(render_text(shown, result.sources, color=wants_color(color, sys.stderr, os.environ)))
    if any(item.severity == "error" for item in shown):
        write_err(render_count(shown, 1))


def _is_doubt(item: Diagnostic) -> bool:
    return item.code.startswith("GS7")


def _is_saved_by_keras(result: "Compilation") -> bool:
    from graphspec.lift.source import is_model_file  # noqa: PLC0415 - for specs with doubts alone

    return is_model_file(Path(result.path))


def open_keras(progress: Progress) -> None:
    """Load Keras, which takes seconds, behind a line that says so.

    Raises UsageError where it is not installed.
    """
    from graphspec.target.backend import load_keras, quiet_loading  # noqa: PLC0415 - the door to Keras

    progress.say("loading Keras ...")
    try:
        with quiet_loading():
            load_keras()
    finally:
        progress.done()
    # What is loaded lives until the process ends: no collection, the one at the end least of all, need look at it.
    gc.freeze()
