"""Write the catalogue's data from the installed Keras: ``python -m graphspec.catalog.generate [--check]``."""

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from inspect import Parameter
from pathlib import Path
from typing import Any

import keras

from graphspec.catalog import designs, generate_applications, generate_operations
from graphspec.catalog.argument_kinds import Lookup
from graphspec.catalog.catalog import DATA, SECTIONS
from graphspec.catalog.docstrings import argument_docs, summary
from graphspec.catalog.tables import calls, layers, objects, ops

Entry = dict[str, Any]
Section = dict[str, Any]
Row = list[Any]

_MODULES = {
    "activations": "activations",
    "initializers": "initializers",
    "regularizers": "regularizers",
    "constraints": "constraints",
    "optimizers": "optimizers",
    "schedules": "optimizers.schedules",
    "losses": "losses",
    "metrics": "metrics",
}
_FUNCTIONS = frozenset({"activations", "losses"})
_FAMILIES = {"convolutional": "convolution", "activations": "activation", "utils": "interop", "export": "interop"}
_TYPES = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


class CatalogueError(Exception):
    """Keras offers something of which the tables say nothing, or the other way round."""


def generate() -> dict[str, Section]:
    """Return every section of the catalogue except how applications are made up."""
    lookup = Lookup()
    sections: dict[str, Section] = {"keras": {"version": keras.__version__}}
    sections["layers"] = _layers(lookup)
    sections["ops"] = _ops(lookup)
    known = sorted(name for name, entry in sections["ops"].items() if not {"same_as", "refused"} & entry.keys())
    sections["operations"] = generate_operations.operations(known)
    for name in SECTIONS.values():
        sections[name] = _objects(name, lookup)
    sections["applications"] = _applications(lookup)
    if lookup.missing:
        raise CatalogueError(f"no table knows the kind of {', '.join(sorted(set(lookup.missing)))}")
    if lookup.unused():
        raise CatalogueError(f"Keras has no {', '.join(lookup.unused())}")
    return {name: dict(sorted(section.items())) for name, section in sections.items()}


def _plain(value: object) -> object:
    """Return a default as JSON has it, or fail on one that is no data."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise CatalogueError(f"a default that is no data: {value!r}")


def _parameters(function: Any) -> Iterator[Parameter]:  # noqa: ANN401 - any callable of Keras
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in _TYPES:
            yield parameter


def _row(parameter: Parameter, kind: str, doc: str) -> Row:
    required = parameter.default is Parameter.empty
    return [parameter.name, kind, None if required else _plain(parameter.default), required, doc]


def _layer_classes() -> Iterator[tuple[str, Any]]:
    for name, value in inspect.getmembers(keras.layers, inspect.isclass):
        if issubclass(value, keras.layers.Layer) and name not in layers.NOT_LAYERS:
            yield name, value


def _layers(lookup: Lookup) -> Section:
    found = dict(_layer_classes())
    # An alias is a second name of one class; the first by which Keras lists it in its own documentation is the class's.
    canonical = {cls: name for name, cls in found.items() if cls.__name__ == name}
    section: Section = {}
    for name, cls in found.items():
        first = canonical.get(cls, name)
        section[name] = _layer(name, cls, lookup) if first == name else {"replaces": first}
    return section


def _family(cls: Any) -> str:  # noqa: ANN401 - a class of Keras
    parts: list[str] = cls.__module__.removeprefix("keras.src.").removeprefix("layers.").split(".")
    part = parts[1] if parts[1] == "image_preprocessing" else parts[0]
    if part == "image_preprocessing" and cls.__name__ not in layers.PREPROCESSING:
        return "image_augmentation"
    return _FAMILIES.get(part, part)


def _layer(name: str, cls: Any, lookup: Lookup) -> Entry:  # noqa: ANN401 - a class of Keras
    docs = argument_docs(inspect.getdoc(cls))
    entry: Entry = {"family": _family(cls), "doc": summary(inspect.getdoc(cls))}
    entry["arguments"] = sorted(_constructor(name, cls, docs, lookup), key=lambda row: not row[3])
    entry["call"] = list(_call(name, cls, docs))
    entry["outputs"] = [list(output) for output in calls.OUTPUTS.get(name, (("output", None),))]
    if name in calls.OUTPUTS_OF:
        entry["outputs_of"] = calls.OUTPUTS_OF[name]
    if name in layers.REFUSED:
        entry["refused"] = layers.REFUSED[name]
    return entry


def _constructor(name: str, cls: Any, docs: dict[str, str], lookup: Lookup) -> Iterator[Row]:  # noqa: ANN401
    seen: set[str] = set()
    for parameter in _parameters(cls):
        seen.add(parameter.name)
        if parameter.name not in layers.LEFT_OUT:
            doc = docs.get(parameter.name) or layers.DOCS.get(parameter.name, "")
            row = _row(parameter, lookup.layer(name, parameter.name), doc)
            row[3] = row[3] or (name, parameter.name) in layers.REQUIRED
            yield row
    more = dict(layers.INHERITED.get(name, {}))
    if any(parameter.kind is Parameter.VAR_KEYWORD for parameter in inspect.signature(cls).parameters.values()):
        more |= layers.BASE
    for argument, default in more.items():
        if argument not in seen and (name, argument) not in layers.REFUSED_BASE:
            yield [argument, lookup.layer(name, argument), default, False, layers.DOCS[argument]]


def _call(name: str, cls: Any, docs: dict[str, str]) -> Iterator[Row]:  # noqa: ANN401 - a class of Keras
    for parameter in list(_parameters(cls.call))[1:]:
        role = calls.ROLES[parameter.name]
        doc = docs.get(parameter.name) or calls.DOCS.get(parameter.name, "")
        row = _row(parameter, calls.KINDS.get(parameter.name, "any"), doc)
        row.insert(1, role)
        if name in calls.LISTS and role == calls.TENSOR:
            row[1] = calls.TENSORS
            row += calls.LISTS[name]
        yield row


def _op_functions() -> Iterator[tuple[str, Any]]:
    yield from inspect.getmembers(keras.ops, inspect.isfunction)
    for module in ("image", "linalg", "nn", "numpy"):
        for name, function in inspect.getmembers(getattr(keras.ops, module), inspect.isfunction):
            yield f"{module}.{name}", function


def _ops(lookup: Lookup) -> Section:
    section: Section = {}
    for name, function in _op_functions():
        short = name.rpartition(".")[2]
        same = short != name and getattr(keras.ops, short, None) is function
        section[name] = {"same_as": short} if same else _op(name, function, lookup)
    return section


def _op(name: str, function: Any, lookup: Lookup) -> Entry:  # noqa: ANN401 - a function of Keras
    entry: Entry = {"doc": summary(inspect.getdoc(function)), "arguments": [], "outputs": []}
    if name in ops.REFUSED:
        return entry | {"refused": ops.REFUSED[name]}
    docs = argument_docs(inspect.getdoc(function))
    tensors = _tensor_arguments(function)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is not Parameter.VAR_KEYWORD:
            entry["arguments"].append(_op_argument(name, parameter, tensors, docs, lookup))
    if name in ops.OUTPUTS_COUNT:
        entry["outputs_count"] = ops.OUTPUTS_COUNT[name]
    else:
        entry["outputs"] = [list(output) for output in ops.OUTPUTS.get(name, (("output", None),))]
    return entry


def _op_argument(name: str, parameter: Parameter, tensors: set[str], docs: dict[str, str], lookup: Lookup) -> Row:
    argument = parameter.name
    derived = calls.TENSOR if argument in tensors else calls.LITERAL
    role = ops.ROLES.get(name, {}).get(argument, derived)
    row = _row(
        parameter,
        "any" if role != calls.LITERAL else lookup.op(name, argument),
        docs.get(argument) or ops.DOCS.get(argument, ""),
    )
    row[3] = row[3] or (name, argument) in ops.REQUIRED
    row.insert(1, role)
    if role == calls.TENSORS:
        variadic = parameter.kind is Parameter.VAR_POSITIONAL
        row += [*ops.COUNTS.get(name, (1, None)), *([True] if variadic else [])]
    return row


def _tensor_arguments(function: Any) -> set[str]:  # noqa: ANN401 - a function of Keras
    """Return the arguments that an op takes as symbolic tensors: those that it hands to the call of its Operation."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _calls_operation(node.func):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            found |= {item.id for item in given if isinstance(item, ast.Name)}
    return found


def _calls_operation(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "symbolic_call"
    return isinstance(function, ast.Call) and isinstance(function.func, ast.Name) and function.func.id[0].isupper()


def _objects(section: str, lookup: Lookup) -> Section:
    public = keras
    for part in _MODULES[section].split("."):
        public = getattr(public, part)
    known = _names_that_keras_reads(section)
    entries: Section = {}
    for name, value in inspect.getmembers(public, inspect.isclass):
        if name not in objects.LEFT_OUT and value.__name__ == name:
            entries[name] = _object(value, lookup)
    for name, function in inspect.getmembers(public, inspect.isfunction):
        if section in _FUNCTIONS and name in known:
            entries[name] = {"doc": summary(inspect.getdoc(function))}
    for name, value in (known | dict(inspect.getmembers(public, inspect.isclass))).items():
        if name not in entries and value.__name__ in entries:
            entries[name] = {"canonical": value.__name__}
    for name, entry in entries.items():
        if not _reads(section, name):
            entry["by_string"] = False
    if section == "metrics":
        entries |= {name: {"doc": doc} for name, doc in objects.BY_SHAPE.items()}
    return entries


def _names_that_keras_reads(section: str) -> dict[str, Any]:
    if section == "schedules":
        return {}
    return dict(import_module(f"keras.src.{section}").ALL_OBJECTS_DICT)


def _reads(section: str, name: str) -> bool:
    """Say whether Keras makes something of a name as a string, were it only to ask for arguments."""
    if section == "schedules":
        return False
    try:
        getattr(keras, section).get(name)
    except (KeyError, ValueError):
        return False
    except (TypeError, ImportError):
        # The class is found; it lacks arguments, or a package that the user of the class has to have.
        return True
    return True


def _object(cls: Any, lookup: Lookup) -> Entry:  # noqa: ANN401 - a class of Keras
    docs = argument_docs(inspect.getdoc(cls))
    rows = []
    if cls.__init__ is not object.__init__:
        for parameter in _parameters(cls):
            doc = docs.get(parameter.name) or objects.DOCS.get(parameter.name, "")
            rows.append(_row(parameter, lookup.object_(cls.__name__, parameter.name), doc))
    return {"is_class": True, "doc": summary(inspect.getdoc(cls)), "arguments": rows}


def _applications(lookup: Lookup) -> Section:
    section: Section = {}
    for name, function in inspect.getmembers(keras.applications, inspect.isfunction):
        docs = argument_docs(inspect.getdoc(function))
        rows = [
            _row(
                parameter,
                lookup.application(name, parameter.name),
                docs.get(parameter.name) or objects.DOCS.get(parameter.name, ""),
            )
            for parameter in _parameters(function)
            if parameter.name not in {"name", "input_tensor"}
        ]
        section[name] = {"doc": summary(inspect.getdoc(function)), "arguments": rows}
    return section


def text_of(section: Section) -> str:
    """Return a section as JSON with one entry a line."""
    lines = (f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}" for name, entry in section.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def texts() -> Iterator[tuple[Path, str]]:
    """Yield the path and the text of each data file."""
    sections = generate()
    for name, section in sections.items():
        yield Path(DATA, f"{name}.json"), text_of(section)
    for name in sections["applications"]:
        yield Path(designs.DATA, f"{name}.json"), generate_applications.text_of(generate_applications.application(name))


def main(arguments: list[str]) -> int:
    """Write the data, or with ``--check`` compare it, and return the exit status."""
    differing = []
    for path, text in texts():
        if "--check" not in arguments:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            differing.append(path.name)
    if differing:
        sys.stderr.write(f"differs from Keras {keras.__version__}: {', '.join(differing)}\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
