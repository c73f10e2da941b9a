"""What a shell offers when Tab is pressed."""

import os
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

_ENDINGS = (".yaml", ".yml")
_MOST_BYTES = 1 << 20


def complete_spec(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the YAML files and the folders whose names start as what is typed."""
    folder, _, start = incomplete.rpartition("/")
    place = Path(folder or ("/" if incomplete.startswith("/") else "."))
    try:
        with os.scandir(place) as found:
            names = sorted((entry.name, entry.is_dir()) for entry in found if entry.name.startswith(start))
    except OSError:
        return []
    before = incomplete[: len(incomplete) - len(start)]
    hidden = start.startswith(".")
    return [
        CompletionItem(f"{before}{name}{'/' * is_folder}")
        for name, is_folder in names
        if (is_folder or name.endswith(_ENDINGS)) and (hidden or not name.startswith("."))
    ]


def complete_section(
    section: str, context: click.Context, incomplete: str, *, ending: str = ""
) -> list[CompletionItem]:
    """Return the names under a section of the spec that stands on the command line."""
    spec = context.params.get("spec")
    entries = _section(spec, section) if isinstance(spec, str) and spec != "-" else None
    names = sorted(name for name in entries if isinstance(name, str)) if isinstance(entries, dict) else []
    return [CompletionItem(f"{name}{ending}") for name in names if name.startswith(incomplete)]


def _section(spec: str, section: str) -> Any:  # noqa: ANN401 - whatever stands in the file
    import yaml  # noqa: PLC0415 - for what needs a spec alone

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = Path(spec).read_bytes()
        document = yaml.load(data, loader) if len(data) <= _MOST_BYTES else None  # noqa: S506 - a safe loader
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None
    return document.get(section) if isinstance(document, dict) else None


def complete_model(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the entries of ``models``."""
    return complete_section("models", context, incomplete)


def complete_layer(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the layers, ops and applications of the catalogue."""
    from graphspec.catalog import catalog  # noqa: PLC0415 - for this alone

    names = [*catalog.layer_names(), *(f"ops.{name}" for name in catalog.op_names())]
    names += [f"applications.{name}" for name in catalog.application_names()]
    return [CompletionItem(name) for name in names if name.lower().startswith(incomplete.lower())]


def complete_code(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the codes of diagnostics, each with its few words."""
    from graphspec.diagnostics.pages import codes, title  # noqa: PLC0415 - for this alone

    return [CompletionItem(code, help=title(code)) for code in codes() if code.startswith(incomplete.upper())]
