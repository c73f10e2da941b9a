"""``graphspec layers``: what Keras offers, from the catalogue."""

import fnmatch
import json
import shutil
import sys
import textwrap
from collections.abc import Iterable

import click

from graphspec.catalog import catalog
from graphspec.catalog.catalog import Application, Argument, CallArgument, Layer, Object, Op
from graphspec.catalog.kinds import describe_kind, parse_kind
from graphspec.cli import status
from graphspec.cli.complete import complete_name
from graphspec.cli.terminal import write_out
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.diagnostics.suggest import did_you_mean

Found = Layer | Op | Application | Object

_ROLES = {
    "tensor": "a tensor",
    "tensors": "a tensor, or a list or mapping of tensors",
    "mask": "a mask",
}
_WIDEST = 120


@click.command(
    "layers", epilog='Example: graphspec layers Conv2D. Names may have wildcards: graphspec layers "ops.arg*"'
)
@click.argument("name", required=False, shell_complete=complete_name)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Text, or JSON.")
def command(name: str | None, form: str) -> int:
    """List what a spec may use of Keras, or show the arguments of NAME.

    NAME is a layer (Conv2D), an op (ops.matmul), an application (applications.VGG16), or an initializer, regularizer,
    constraint, activation, optimizer, schedule, loss or metric (HeNormal).
    """
    if name is None or "*" in name or "?" in name:
        groups = _matching(name or "*")
        if not groups:
            raise UsageError(f'nothing in Keras {catalog.KERAS_VERSION} is named like "{name}"')
        write_out(json.dumps(groups, indent=2) if form == "json" else _listing(groups))
        return status.OK
    found = _find(name)
    write_out(json.dumps([_as_json(item) for item in found], indent=2) if form == "json" else _pages(found))
    return status.OK


def _names() -> dict[str, list[str]]:
    """Return every name as a spec writes it, by group: the families of the layers first."""
    groups: dict[str, list[str]] = {}
    for name in catalog.layer_names():
        layer = catalog.layer(name)
        if layer is not None:
            groups.setdefault(f"layers: {layer.family}", []).append(name)
    groups = dict(sorted(groups.items()))
    groups["ops"] = [f"ops.{name}" for name in catalog.op_names()]
    groups["applications"] = [f"applications.{name}" for name in catalog.application_names()]
    for category, section in catalog.SECTIONS.items():
        found = ((name, catalog.object_(category, name)) for name in catalog.object_names(category))
        groups[section] = [name for name, item in found if item is not None and item.canonical == name]
    return groups


def _matching(pattern: str) -> dict[str, list[str]]:
    groups = {
        group: [name for name in names if fnmatch.fnmatchcase(name.lower(), pattern.lower())]
        for group, names in _names().items()
    }
    return {group: names for group, names in groups.items() if names}


def _find(name: str) -> list[Found]:
    """Return everything of a name: ``elu`` is an activation only, ``Softmax`` a layer, ``MeanSquaredError`` two things.

    Raises UsageError where there is none.
    """
    found: list[Found | None] = [catalog.layer(name)]
    if name.startswith("ops."):
        found.append(catalog.op(name.removeprefix("ops.")))
    if name.startswith("applications."):
        found.append(catalog.application(name.removeprefix("applications.")))
    found += [catalog.object_(category, name) for category in catalog.SECTIONS]
    known = [item for item in found if item is not None]
    if known:
        return known
    renamed = catalog.renamed_layer(name)
    if renamed is not None:
        raise UsageError(f'"{name}" is an old layer: {renamed.advice}')
    if catalog.op(name) is not None:
        raise UsageError(f'there is no layer "{name}"; did you mean the op "ops.{name}"?')
    if catalog.application(name) is not None:
        raise UsageError(f'there is no layer "{name}"; did you mean "applications.{name}"?')
    every = [item for names in _names().values() for item in names]
    every += [item for category in catalog.SECTIONS for item in catalog.object_names(category)]
    raise UsageError(f'nothing in Keras {catalog.KERAS_VERSION} is named "{name}"{did_you_mean(name, every)}')


def _listing(groups: dict[str, list[str]]) -> str:
    width = _width()
    parts = [
        f"{group} ({len(names)})\n"
        + textwrap.fill(", ".join(names), width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        for group, names in groups.items()
    ]
    return "\n\n".join([*parts, f"Keras {catalog.KERAS_VERSION}. graphspec layers NAME shows the arguments of one."])


def _width() -> int:
    return min(shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDEST, _WIDEST)


def _pages(found: Iterable[Found]) -> str:
    return "\n\n".join(_page(item) for item in found)


def _page(item: Found) -> str:
    lines = [f"{_title(item)}: {_kind_of(item)}", *_wrapped(item.doc, 2)]
    refused = None if isinstance(item, Application) else item.refused
    if refused:
        lines += _wrapped(f"Needs --trust: {refused}.", 2)
    if isinstance(item, Op):
        lines += _section("arguments", [_call_row(argument) for argument in item.arguments])
    else:
        lines += _section("arguments", [_row(argument) for argument in item.arguments.values()])
    if isinstance(item, Layer):
        lines += _section('call (under "from" and "with")', [_call_row(argument) for argument in item.call])
    if isinstance(item, Layer | Op) and len(item.outputs) > 1:
        lines += ["", "outputs", *(f"  .{output.name}{_when(output.when)}" for output in item.outputs)]
    return "\n".join(lines)


def _title(item: Found) -> str:
    prefix = "ops." if isinstance(item, Op) else "applications." if isinstance(item, Application) else ""
    return prefix + item.name


def _kind_of(item: Found) -> str:
    if isinstance(item, Layer):
        return f"another name of the layer {item.replaces}" if item.replaces else f"a layer ({item.family})"
    if isinstance(item, Op):
        return "an op"
    if isinstance(item, Application):
        return "an application"
    category = item.category
    return f"{'an' if category[0] in 'aeiou' else 'a'} {category}" + (
        f", in full {item.canonical}" if item.canonical != item.name else ""
    )


def _when(argument: str | None) -> str:
    return f", with {argument}: true" if argument else ""


def _section(title: str, rows: list[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    lines = ["", title]
    for head, doc in rows:
        lines += [f"  {head}", *_wrapped(doc, 6)]
    return lines


def _row(argument: Argument) -> tuple[str, str]:
    default = "required" if argument.required else f"default {json.dumps(argument.default)}"
    return f"{argument.name}: {describe_kind(parse_kind(argument.kind))}; {default}", argument.doc


def _call_row(argument: CallArgument) -> tuple[str, str]:
    what = _ROLES.get(argument.role) or describe_kind(parse_kind(argument.kind))
    default = "required" if argument.required else f"default {json.dumps(argument.default)}"
    return f"{argument.name}: {what}; {default}", argument.doc


def _wrapped(text: str, indent: int) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(text, _width(), initial_indent=margin, subsequent_indent=margin)


def _as_json(item: Found) -> dict[str, object]:
    arguments = item.arguments if isinstance(item, Op) else tuple(item.arguments.values())
    entry: dict[str, object] = {
        "name": _title(item),
        "kind": item.category if isinstance(item, Object) else type(item).__name__.lower(),
        "doc": item.doc,
        "arguments": [_argument_json(argument) for argument in arguments],
    }
    if isinstance(item, Layer):
        entry["family"] = item.family
        entry["call"] = [_argument_json(argument) for argument in item.call]
    if isinstance(item, Layer | Op):
        entry["outputs"] = [output.name for output in item.outputs]
    return entry


def _argument_json(argument: Argument | CallArgument) -> dict[str, object]:
    entry: dict[str, object] = {"name": argument.name, "required": argument.required}
    if isinstance(argument, CallArgument):
        entry["role"] = argument.role
    entry["value"] = describe_kind(parse_kind(argument.kind))
    if not argument.required:
        entry["default"] = argument.default
    entry["doc"] = argument.doc
    return entry
