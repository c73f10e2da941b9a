"""What a shell offers when Tab is pressed."""

import os
from pathlib import Path
from typing import Any

import click

from graphspec.cli.find import ENDINGS

_MOST_BYTES = 1 << 20
_DEEPEST = 32


def complete_spec(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the YAML files and the folders whose names start as what is typed.

    A folder that alone fits is opened: a shell would put a space after it.
    """
    found = _below(incomplete)
    for _ in range(_DEEPEST):
        if len(found) != 1 or not found[0].endswith("/"):
            break
        inside = _below(found[0])
        if not inside:
            break
        found = inside
    return found


def _below(start: str) -> list[str]:
    folder, slash, name = start.rpartition("/")
    try:
        with os.scandir(folder or slash or ".") as entries:
            known = sorted((entry.name, entry.is_dir()) for entry in entries if entry.name.startswith(name))
    except (OSError, ValueError):
        return []
    return [
        f"{folder}{slash}{item}{'/' * is_folder}"
        for item, is_folder in known
        if (is_folder or item.endswith(ENDINGS)) and (name.startswith(".") or not item.startswith("."))
    ]


def complete_model(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the entries of ``models`` in the spec that stands on the command line."""
    return complete_section("models", context, incomplete)


def complete_variant(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the variants of the spec that stands on the command line."""
    return complete_section("variants", context, incomplete)


def complete_setting(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the params of that spec, each with the sign that its value follows."""
    return [f"{name}=" for name in complete_section("params", context, incomplete)]


def complete_section(section: str, context: click.Context, incomplete: str) -> list[str]:
    """Return the names under a section of the spec that stands on the command line."""
    # An option that still lacks its value keeps click from telling what the other words are.
    spec = context.params.get("spec") or next(iter(context.args), "-")
    entries = None if spec == "-" else _section(spec, section)
    names = [str(name) for name in entries if isinstance(name, str | int)] if isinstance(entries, dict) else []
    return [name for name in names if name.startswith(incomplete)]


def _section(spec: str, section: str) -> Any:  # noqa: ANN401 - whatever stands in the file
    import yaml  # noqa: PLC0415 - for what is read from a spec alone

    path = Path(spec)
    try:
        data = path.read_bytes() if path.is_file() and path.stat().st_size <= _MOST_BYTES else b""
        document = yaml.safe_load(data)
    except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError):
        return None
    return document.get(section) if isinstance(document, dict) else None


def complete_name(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the layers, ops and applications of the catalogue."""
    from graphspec.catalog import catalog  # noqa: PLC0415 - for this alone

    names = [*catalog.layer_names(), *(f"ops.{name}" for name in catalog.op_names())]
    names += [f"applications.{name}" for name in catalog.application_names()]
    return [name for name in names if name.lower().startswith(incomplete.lower())]


def complete_code(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the codes of diagnostics."""
    from graphspec.diagnostics.pages import codes  # noqa: PLC0415 - for this alone

    return [code for code in codes() if code.startswith(incomplete.upper())]
