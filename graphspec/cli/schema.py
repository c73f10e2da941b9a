"""``graphspec schema``: the JSON Schema that editors check specs by."""

import json
from pathlib import Path

import click

from graphspec.cli import status
from graphspec.cli.terminal import write_err, write_out
from graphspec.frontend.json_schema import Schema, json_schema
from graphspec.output import write_text


@click.command("schema", epilog="Example: graphspec schema -o schemas/graphspec.schema.json")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write it to this file instead of printing it.")
@click.option("--check", type=click.Path(path_type=Path), help="Say whether this file holds the schema; write nothing.")
def command(output: Path | None, check: Path | None) -> int:
    """Print the JSON Schema of the language (draft 7).

    An editor that knows it completes and describes layers and arguments while you write. The first line that "graphspec
    init" writes tells the editor where it lies.
    """
    if output is not None and check is not None:
        raise click.UsageError('"--output" writes and "--check" does not; give one of them')
    text = render_schema(json_schema())
    if check is not None:
        return _check(check, text)
    if output is None:
        write_out(text.rstrip("\n"))
    else:
        write_text(output, text)
    return status.OK


def _check(path: Path, text: str) -> int:
    try:
        found = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f'cannot read "{path}": {error}') from None
    if found == text:
        return status.OK
    write_err(f"{path} is not the schema of this version; write it again: graphspec schema -o {path}")
    return status.FOUND


def render_schema(schema: Schema) -> str:
    """Return the schema as JSON with a line for each property and definition, so that a change shows where it is."""
    parts: list[str] = []
    for key, value in schema.items():
        if key in {"properties", "definitions"}:
            lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(item)}" for name, item in value.items())
            parts.append(f'  "{key}": {{\n{lines}\n  }}')
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
