"""The catalogue as definitions of a JSON Schema: an object for each class, and one for the value of each kind."""

import json
from collections.abc import Iterable
from typing import Any

from graphspec.catalog import catalog
from graphspec.catalog.catalog import Argument, CallArgument
from graphspec.catalog.kinds import OBJECTS, Alternative, parse_kind

Schema = dict[str, Any]

# A class of a plugin, or an op in one of Keras' longer spellings: the schema cannot know either.
OTHER = r"^(?!ops\.[A-Za-z0-9_]+$)(?!applications\.)[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$"
_OTHER_ARGUMENTS: Schema = {"type": ["object", "null"]}
FORMULA: Schema = {"type": "string", "pattern": r"\$"}
_NAMED: dict[str, Schema] = {
    "null": {"type": "null"},
    "bool": {"type": "boolean"},
    "string": {"type": "string"},
    "dict": {"type": "object"},
    "dtype": {"type": ["string", "object"]},
    "shape": {"type": "array", "items": {"type": ["integer", "null"]}},
    "array": {"type": ["number", "boolean", "array", "object"]},
    "any": {},
    "code": {"type": "string"},
    "path": {"type": "string"},
}


def reference(definition: str) -> Schema:
    """Return a reference to a definition."""
    return {"$ref": f"#/definitions/{definition}"}


def whats() -> dict[str, Schema]:
    """Return the key of every layer, op and application, with a reference to what may stand under it."""
    layers = {name: reference(f"layers.{name}") for name in catalog.layer_names()}
    ops = {f"ops.{name}": reference(f"ops.{name}") for name in catalog.op_names()}
    applications = {f"applications.{name}": reference(f"applications.{name}") for name in catalog.application_names()}
    return layers | _aliases() | ops | applications


def _aliases() -> dict[str, Schema]:
    found = ((name, catalog.layer(name)) for name in catalog.layer_aliases())
    return {name: reference(f"layers.{layer.replaces}") for name, layer in found if layer is not None}


def bare_whats() -> list[str]:
    """Return what may stand as text in a chain: the layers and ops that need no argument."""
    layers = ((name, catalog.layer(name)) for name in (*catalog.layer_names(), *catalog.layer_aliases()))
    return [
        *(name for name, layer in layers if layer and not any(item.required for item in layer.arguments.values())),
        *(f"ops.{name}" for name in catalog.op_names()),
        *(f"applications.{name}" for name in catalog.application_names()),
    ]


def definitions() -> dict[str, Schema]:
    """Return every definition that the catalogue makes."""
    found: dict[str, Schema] = {"layer": _layer()}
    for category in catalog.SECTIONS:
        found[category] = _object(category)
    for name in catalog.layer_names():
        layer = catalog.layer(name)
        if layer is not None:
            found[f"layers.{name}"] = _arguments(layer.doc, layer.arguments.values())
    for name in catalog.op_names():
        op = catalog.op(name)
        if op is not None:
            found[f"ops.{name}"] = _op(op.doc, op.arguments)
    for name in catalog.application_names():
        application = catalog.application(name)
        if application is not None:
            found[f"applications.{name}"] = _arguments(application.doc, application.arguments.values())
    return found


def _arguments(doc: str, arguments: Iterable[Argument]) -> Schema:
    listed = list(arguments)
    required = [argument.name for argument in listed if argument.required]
    return {
        "description": doc,
        "type": "object" if required else ["object", "null"],
        "properties": {argument.name: _described(argument) for argument in listed},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _op(doc: str, arguments: Iterable[CallArgument]) -> Schema:
    # Tensors may be given here as literals, so that every argument is offered and none is required.
    return {
        "description": doc,
        "type": ["object", "null"],
        "properties": {argument.name: _described(argument) for argument in arguments},
        "additionalProperties": False,
    }


def _described(argument: Argument | CallArgument) -> Schema:
    """Return the schema of an argument; its default stands in the text, since editors would paste it into the spec."""
    default = "" if argument.required else f" (default: `{json.dumps(argument.default)}`)"
    schema = {} if isinstance(argument, CallArgument) and argument.role != "literal" else schema_of_kind(argument.kind)
    if "$ref" in schema:
        schema = {"allOf": [schema]}
    return {"description": argument.doc + default, **admitting_formulas(schema)}


def admitting_formulas(schema: Schema) -> Schema:
    """Return a schema that takes ``$width`` and ``${2 * width}`` as well, wherever it takes a scalar or a list."""
    if "enum" in schema and "type" not in schema:
        rest = {key: value for key, value in schema.items() if key != "enum"}
        return {**rest, "anyOf": [{"enum": schema["enum"]}, FORMULA]}
    found = dict(schema)
    if isinstance(found.get("items"), dict):
        found["items"] = admitting_formulas(found["items"])
    if "anyOf" in found:
        options = [admitting_formulas(option) for option in found["anyOf"]]
        taken = any("string" in _types(option) for option in options if "type" in option) or FORMULA in options
        found["anyOf"] = options if taken or any("$ref" in option for option in options) else [*options, FORMULA]
    elif "type" in found and "string" not in _types(found):
        found["type"] = [*_types(found), "string"]
        found["pattern"] = FORMULA["pattern"]
    return found


def schema_of_kind(text: str) -> Schema:
    """Return the schema of the values of a kind.

    >>> schema_of_kind("null|int[1:]")
    {'type': ['null', 'integer'], 'minimum': 1}
    """
    kind = parse_kind(text)
    words = [alternative.literal for alternative in kind if alternative.literal is not None]
    pieces = [_piece(alternative) for alternative in kind if alternative.literal is None]
    if words and all(piece == {"type": "null"} for piece in pieces):
        return {"enum": [*words, *([None] if pieces else [])]}
    merged: list[Schema] = [{"enum": words}] if words else []
    for piece in pieces:
        if piece not in merged and not (merged and _merge(merged[-1], piece)):
            merged.append(piece)
    return merged[0] if len(merged) == 1 else {"anyOf": merged}


def _merge(schema: Schema, piece: Schema) -> bool:
    """Take a piece into a schema where their keywords do not meet; a keyword speaks of its own type alone."""
    if "type" not in schema or "type" not in piece or (schema.keys() & piece.keys()) != {"type"}:
        return False
    if {"integer", "number"} <= {*_types(schema), *_types(piece)}:
        return False
    types = [*_types(schema), *_types(piece)]
    schema.update(piece)
    schema["type"] = list(dict.fromkeys(types))
    return True


def _types(schema: Schema) -> list[str]:
    types = schema["type"]
    return list(types) if isinstance(types, list) else [types]


def _piece(alternative: Alternative) -> Schema:
    if alternative.name in OBJECTS:
        return reference(alternative.name)
    if alternative.name == "list":
        return _list(alternative)
    if alternative.name in {"int", "float"}:
        return _number(alternative)
    return dict(_NAMED[alternative.name])


def _number(number: Alternative) -> Schema:
    schema: Schema = {"type": "integer" if number.name == "int" else "number"}
    if number.low is not None:
        schema["exclusiveMinimum" if number.low_open else "minimum"] = number.low
    if number.high is not None:
        schema["exclusiveMaximum" if number.high_open else "maximum"] = number.high
    return schema


def _list(alternative: Alternative) -> Schema:
    schema: Schema = {"type": "array"}
    kinds = [_piece(item) for item in alternative.item or () if item.literal is None]
    words = [item.literal for item in alternative.item or () if item.literal is not None]
    options = [*([{"enum": words}] if words else []), *kinds]
    if options:
        schema["items"] = options[0] if len(options) == 1 else {"anyOf": options}
    if alternative.min_count is not None:
        schema["minItems"] = alternative.min_count
    if alternative.max_count is not None:
        schema["maxItems"] = alternative.max_count
    return schema


def _layer() -> Schema:
    """Return the schema of a layer that stands in an argument: a name, or one key with its arguments."""
    by_key = {
        "type": "object",
        "properties": {
            "ref": {"description": "An entry of layers or models: the same layer, the same weights.", "type": "string"},
            **{name: reference(f"layers.{name}") for name in catalog.layer_names()},
            **_aliases(),
        },
        "patternProperties": {OTHER: _OTHER_ARGUMENTS},
        "additionalProperties": False,
        "maxProperties": 1,
    }
    return {"anyOf": [{"type": "string"}, by_key]}


def _object(category: str) -> Schema:
    """Return the schema of an initializer, loss and the like: a name, or one key with its arguments."""
    found = [(name, catalog.object_(category, name)) for name in catalog.object_names(category)]
    names = [
        name for name, item in found if item and not any(argument.required for argument in item.arguments.values())
    ]
    by_key: Schema = {
        name: _arguments(item.doc, item.arguments.values())
        for name, item in found
        if item is not None and item.is_class and item.canonical == name
    }
    others = [name for name, item in found if item is not None and name not in by_key]
    by_key |= {name: {"type": ["object", "null"]} for name in others}
    if category == "activation":
        by_key |= {name: reference(f"layers.{name}") for name in ("ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")}
    one_key: Schema = {
        "type": "object",
        "properties": by_key,
        "additionalProperties": False,
        "maxProperties": 1,
    }
    return {"anyOf": [{"enum": names}, one_key]}
