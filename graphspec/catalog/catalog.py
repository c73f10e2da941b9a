"""What Keras offers, as data: layers, ops, objects and applications with their arguments, read on demand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from graphspec.catalog.designs import design
from graphspec.catalog.renamed import ARGUMENTS, EVERY_LAYER, EVERY_OPTIMIZER, LAYERS, Renamed

__all__ = [
    "KERAS_VERSION",
    "Application",
    "Argument",
    "CallArgument",
    "Layer",
    "Object",
    "Op",
    "Operation",
    "OutputName",
    "Renamed",
    "Taker",
    "application",
    "application_layers",
    "application_names",
    "layer",
    "layer_aliases",
    "layer_names",
    "object_",
    "object_names",
    "op",
    "op_names",
    "operation",
    "renamed_argument",
    "renamed_layer",
]

DATA = Path(__file__).with_name("data")
SECTIONS = {
    "activation": "activations",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "optimizer": "optimizers",
    "schedule": "schedules",
    "loss": "losses",
    "metric": "metrics",
}


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a constructor; ``default`` means nothing where it is required."""

    name: str
    kind: str
    default: object
    required: bool
    doc: str


@dataclass(frozen=True, slots=True)
class CallArgument:
    """An argument of a layer's call, or of an op.

    ``role`` is "tensor" for one tensor, "tensors" for a list or any structure of tensors as one argument, "mask" for
    the mask of a tensor, and "literal" for what only a value can be. ``kind`` is the kind of the literal form. A
    ``variadic`` argument is spread over the positions of the call.
    """

    name: str
    role: str
    kind: str
    default: object
    required: bool
    doc: str
    min_count: int = 1
    max_count: int | None = None
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class OutputName:
    """One output of a call, there always or only where the argument ``when`` is true."""

    name: str
    when: str | None


@dataclass(frozen=True, slots=True)
class Layer:
    """A class of ``keras.layers``; ``replaces`` is the class that an alias stands for.

    ``required`` are the names of the arguments that have to be given.
    """

    name: str
    family: str
    doc: str
    arguments: Mapping[str, Argument]
    required: tuple[str, ...]
    call: tuple[CallArgument, ...]
    outputs: tuple[OutputName, ...]
    outputs_of: str | None
    refused: str | None
    accepts_dtype: bool
    replaces: str | None


@dataclass(frozen=True, slots=True)
class Op:
    """A function of ``keras.ops``, named as it is written after ``ops.``."""

    name: str
    doc: str
    arguments: tuple[CallArgument, ...]
    outputs: tuple[OutputName, ...]
    outputs_count: str | None
    refused: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """The class by which Keras stores a call of an op.

    ``constructor`` and ``call`` say of each of its arguments which of the op it is; those of the call have an order.
    """

    op: str
    constructor: Mapping[str, str]
    call: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Object:
    """What an argument takes by name, or by name and arguments: an initializer, an optimizer, a loss and the like.

    ``category`` is the key of SECTIONS that it belongs to, ``canonical`` the attribute of the Keras module.
    ``by_string`` says whether Keras itself knows the name as a string; a class that it does not know so has to be
    constructed.
    """

    category: str
    name: str
    canonical: str
    is_class: bool
    arguments: Mapping[str, Argument]
    required: tuple[str, ...]
    doc: str
    refused: str | None = None
    by_string: bool = True


@dataclass(frozen=True, slots=True)
class Application:
    """A model of ``keras.applications``."""

    name: str
    doc: str
    arguments: Mapping[str, Argument]
    required: tuple[str, ...]


Taker = Layer | Object | Application

# Entries of the data files are as loose as JSON is; the functions below give them their types.
Entry = dict[str, Any]


@cache
def _section(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / f"{name}.json").read_bytes())
    return loaded


KERAS_VERSION: str = _section("keras")["version"]


def _arguments(rows: list[list[Any]]) -> Mapping[str, Argument]:
    arguments = (Argument(*row) for row in rows)
    return MappingProxyType({argument.name: argument for argument in arguments})


def _required(arguments: Mapping[str, Argument]) -> tuple[str, ...]:
    return tuple(argument.name for argument in arguments.values() if argument.required)


def _call_arguments(rows: list[list[Any]]) -> tuple[CallArgument, ...]:
    return tuple(CallArgument(*row) for row in rows)


def _outputs(rows: list[list[Any]]) -> tuple[OutputName, ...]:
    return tuple(OutputName(*row) for row in rows)


@cache
def layer(name: str) -> Layer | None:
    """Return the layer of a class name, which may be an alias."""
    entry: Entry | None = _section("layers").get(name)
    if entry is None:
        return None
    if "replaces" in entry:
        canonical = layer(entry["replaces"])
        return None if canonical is None else replace(canonical, name=name, replaces=canonical.name)
    arguments = _arguments(entry["arguments"])
    return Layer(
        name=name,
        family=entry["family"],
        doc=entry["doc"],
        arguments=arguments,
        required=_required(arguments),
        call=_call_arguments(entry["call"]),
        outputs=_outputs(entry["outputs"]),
        outputs_of=entry.get("outputs_of"),
        refused=entry.get("refused"),
        accepts_dtype="dtype" in arguments,
        replaces=None,
    )


@cache
def layer_names() -> tuple[str, ...]:
    """Return the names of all layers, sorted and without aliases."""
    return tuple(name for name, entry in _section("layers").items() if "replaces" not in entry)


@cache
def layer_aliases() -> tuple[str, ...]:
    """Return the other names that layers go by, sorted."""
    return tuple(name for name, entry in _section("layers").items() if "replaces" in entry)


@cache
def op(name: str) -> Op | None:
    """Return the op that is written ``ops.<name>``, in any of the spellings that Keras has for it."""
    entry: Entry | None = _section("ops").get(name)
    if entry is None:
        return None
    if "same_as" in entry:
        other = op(entry["same_as"])
        return None if other is None else replace(other, name=name)
    return Op(
        name=name,
        doc=entry["doc"],
        arguments=_call_arguments(entry["arguments"]),
        outputs=_outputs(entry["outputs"]),
        outputs_count=entry.get("outputs_count"),
        refused=entry.get("refused"),
    )


@cache
def op_names() -> tuple[str, ...]:
    """Return the names of all ops, sorted, each in its shortest spelling."""
    return tuple(name for name, entry in _section("ops").items() if "same_as" not in entry)


@cache
def operation(class_name: str) -> Operation | None:
    """Return the operation of a class name, as a saved model has it."""
    entry: Entry | None = _section("operations").get(class_name)
    if entry is None:
        return None
    return Operation(entry["op"], MappingProxyType(entry["constructor"]), MappingProxyType(dict(entry["call"])))


@cache
def object_(category: str, name: str) -> Object | None:
    """Return what goes by a name among the initializers, optimizers or whatever the category is."""
    section = _section(SECTIONS[category])
    entry: Entry | None = section.get(name)
    if entry is None and category == "optimizer":
        # Keras reads the names of optimizers, and of nothing else, in lower case.
        entry = section.get(name.lower())
    if entry is None:
        return None
    canonical = entry.get("canonical", name)
    described: Entry = section.get(canonical, entry)
    arguments = _arguments(described.get("arguments", []))
    return Object(
        category=category,
        name=name,
        canonical=canonical,
        is_class=described.get("is_class", False),
        arguments=arguments,
        required=_required(arguments),
        doc=described.get("doc", ""),
        refused=described.get("refused"),
        by_string=entry.get("by_string", True),
    )


@cache
def object_names(category: str) -> tuple[str, ...]:
    """Return all names of a category, sorted."""
    return tuple(_section(SECTIONS[category]))


@cache
def application(name: str) -> Application | None:
    """Return the application of a name."""
    entry: Entry | None = _section("applications").get(name)
    if entry is None:
        return None
    arguments = _arguments(entry["arguments"])
    return Application(name, entry["doc"], arguments, _required(arguments))


@cache
def application_names() -> tuple[str, ...]:
    """Return the names of all applications, sorted."""
    return tuple(_section("applications"))


@cache
def application_layers(name: str) -> frozenset[str]:
    """Return the names of the layers inside an application, whichever of its variants is built."""
    found = design(name)
    return frozenset() if found is None else frozenset(found.names())


def renamed_layer(name: str) -> Renamed | None:
    """Return what became of a layer that Keras had and has no longer."""
    return LAYERS.get(name)


def renamed_argument(owner: str, name: str) -> Renamed | None:
    """Return what became of an argument that the class once took."""
    found = ARGUMENTS.get((owner, name))
    if found is not None:
        return found
    known = layer(owner)
    if known is not None:
        if known.replaces is not None:
            return renamed_argument(known.replaces, name)
        taken, general = known.arguments, EVERY_LAYER.get(name)
    else:
        optimizer = object_("optimizer", owner)
        if optimizer is None:
            return None
        taken, general = optimizer.arguments, EVERY_OPTIMIZER.get(name)
    if general is None or name in taken:
        return None
    return general if general.new is None or general.new in taken else None
