"""``graphspec init``: a first spec to change."""

import os
import re
from pathlib import Path

import click

from graphspec.cli import status
from graphspec.cli.schema import render_schema
from graphspec.cli.terminal import write_out
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.frontend.json_schema import json_schema
from graphspec.output import write_text
from graphspec.version import __version__

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SCHEMA = Path("schemas") / "graphspec.schema.json"
_SPEC = """\
# yaml-language-server: $schema={schema}
graphspec: 1
name: {name}
description: Classify small grey images.
inputs:
  image: [28, 28, 1] # height, width, channels; the batch is left out
nodes:
  features:
    chain:
      - Conv2D: {{filters: 16, kernel_size: 3, activation: relu}}
      - MaxPooling2D
      - Conv2D: {{filters: 32, kernel_size: 3, activation: relu}}
      - GlobalAveragePooling2D
    from: image
  hidden: {{Dense: {{units: 32, activation: relu}}, from: features}}
  digit: {{Dense: {{units: 10, activation: softmax}}, from: hidden}}
outputs: digit
compile:
  optimizer: {{Adam: {{learning_rate: 1e-3}}}}
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
"""
_WORKFLOW = """\
# .github/workflows/specs.yml
name: specs
on: [push, pull_request]
jobs:
  validate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {{python-version: "3.12"}}
      - run: pip install "graphspec=={version}"
      - run: graphspec validate --strict {folder}"""


@click.command("init", epilog="Example: graphspec init digits")
@click.argument("name", default="model")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("specs"),
    show_default=True,
    help="Where to write the spec.",
)
def command(name: str, folder: Path) -> int:
    """Write a first spec, NAME.yaml, and the JSON Schema by which an editor completes and checks it.

    What is there already stays as it is. The workflow that is printed validates your specs on GitHub.
    """
    if not _NAME.match(name):
        raise UsageError(
            f'"{name}" cannot be the name of a model: a name has letters, digits and underscores,'
            " and does not start with a digit"
        )
    path = folder / f"{name}.yaml"
    if os.path.lexists(path):
        raise UsageError(f'"{path}" exists already; give another name')
    schema = os.path.relpath(_SCHEMA, folder).replace(os.sep, "/")
    write_text(path, _SPEC.format(schema=schema, name=name))
    written = [str(path)]
    if not _SCHEMA.exists():
        write_text(_SCHEMA, render_schema(json_schema()))
        written.append(str(_SCHEMA))
    workflow = _WORKFLOW.format(version=__version__, folder=folder)
    write_out(
        f"wrote {' and '.join(written)}\n\nnext:\n  graphspec validate {path}\n  graphspec build {path}\n\n"
        f"to validate in CI:\n\n{workflow}"
    )
    return status.OK
