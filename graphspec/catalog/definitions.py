"""The catalogue as definitions of a JSON Schema: an object for each class, and one for the value of each kind.

The forms are those that yaml-language-server completes and reports best: the names of a kind stand in a ``oneOf`` of
constants, each with its documentation, and the keys of a kind beside it, so that a wrong value is told once.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from graphspec.catalog import catalog
from graphspec.catalog.catalog import Argument, CallArgument
from graphspec.catalog.dtypes import POLICIES
from graphspec.catalog.kinds import OBJECTS, Alternative, Kind, describe_kind, parse_kind

Schema = dict[str, Any]

# A class of a plugin, or an op in one of Keras' longer spellings: the schema cannot know either.
OTHER = r"^(?!ops\.[A-Za-z0-9_]+$)(?!applications\.)[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$"
# A whole value that is computed from params, and a text that holds such a value: the only ways past a type or a list of
# names, so that what is admitted is decided here alone.
COMPUTED = r"^\$(\{[\s\S]*\}|[A-Za-z_][A-Za-z0-9_]*)$"
HOLDS_COMPUTED = r"\$"
QUANTIZED = "_from_"
_ACTIVATION_LAYERS = ("ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")
_NAMED: dict[str, Schema] = {
    "null": {"type": "null"},
    "bool": {"type": "boolean"},
    "string": {"type": "string"},
    "dict": {"type": "object"},
    "dtype": {"type": "string"},
    "shape": {"type": "array", "items": {"type": ["integer", "null", "string"], "pattern": COMPUTED}},
    "array": {"type": ["number", "boolean", "array", "object"]},
    "code": {"type": "string"},
    "path": {"type": "string"},
}
_DEFINITION_NAME = str.maketrans(
    {"|": "-or-", "[": ".", "]": "", "(": ".over.", ")": ".under", ":": "..", "<": "-of-", ">": "", ";": ".x", "'": ""}
)


def reference(definition: str) -> Schema:
    """Return a reference to a definition."""
    return {"$ref": f"#/definitions/{definition}"}


def admit(schema: Schema, wanted: str) -> Schema:
    """Return the schema of a scalar that may be computed as well; ``wanted`` is what the writer of a wrong one is told.

    >>> admit({"type": "integer"}, "an integer")["type"]
    ['string', 'integer']
    """
    types = _types(schema)
    if "string" in types:
        return schema
    # The message of an object would stand in for those of its keys too.
    message = "patternErrorMessage" if "object" in types else "errorMessage"
    return {**schema, "type": ["string", *types], "pattern": COMPUTED, message: f"Expected {wanted}"}


def mapping(schema: Schema, *, may_be_empty: bool = True) -> Schema:
    """Return the schema of a mapping that may be computed as a whole; an editor heeds the first of its types.

    >>> mapping({}, may_be_empty=False)["type"]
    ['object', 'string']
    """
    types = ["object", *(["null"] if may_be_empty else []), "string"]
    return {**schema, "type": types, "pattern": COMPUTED, "patternErrorMessage": "Expected a mapping"}


OTHER_ARGUMENTS = mapping({})


def choice(words: Mapping[str, str], rest: Schema) -> Schema:
    """Return the schema of a name, each with its documentation, or of what ``rest`` allows beside names.

    A text that is none of the names has to hold what is computed, or to match the pattern of ``rest``.
    """
    types = [name for name in _types(rest) if name != "string"]
    pattern = rest.get("pattern")
    texts = {} if pattern == "" else {"pattern": f"{pattern}|{HOLDS_COMPUTED}" if pattern else HOLDS_COMPUTED}
    others = {**rest, "type": ["string", *types]}
    others.pop("pattern", None)
    names: list[Schema] = [{"enum": list(words)}]
    if all(words.values()):
        names = [{"const": word, "description": doc} for word, doc in words.items()]
    return {"anyOf": [*names, {**others, **texts}]}


def whats() -> dict[str, Schema]:
    """Return the key of every layer, op and application, with a reference to what may stand under it."""
    ops = {f"ops.{name}": reference(f"ops.{name}") for name in catalog.op_names()}
    applications = {f"applications.{name}": reference(f"applications.{name}") for name in catalog.application_names()}
    return layers() | ops | applications


def layers() -> dict[str, Schema]:
    """Return the key of every layer, by each of its names, with a reference to its arguments."""
    return {name: reference(f"layers.{name}") for name in catalog.layer_names()} | _aliases()


def _aliases() -> dict[str, Schema]:
    found = ((name, catalog.layer(name)) for name in catalog.layer_aliases())
    return {name: reference(f"layers.{layer.replaces}") for name, layer in found if layer is not None}


def bare_layers() -> dict[str, str]:
    """Return the layers that need no argument, and so may stand as text, each with its documentation."""
    found = ((name, catalog.layer(name)) for name in (*catalog.layer_names(), *catalog.layer_aliases()))
    return {name: layer.doc for name, layer in found if layer is not None and not layer.required}


def bare_whats() -> list[str]:
    """Return what may stand as text in a chain: layers, whose arguments may be defaults, and ops."""
    return [
        *catalog.layer_names(),
        *catalog.layer_aliases(),
        *(f"ops.{name}" for name in catalog.op_names()),
        *(f"applications.{name}" for name in catalog.application_names()),
    ]


def definitions() -> dict[str, Schema]:
    """Return every definition that the catalogue makes."""
    found: dict[str, Schema] = {}
    for name in catalog.layer_names():
        layer = catalog.layer(name)
        if layer is not None:
            # What a layer needs may stand under "defaults", which a schema cannot look up.
            found[f"layers.{name}"] = _free(name, layer.doc, layer.arguments.values())
    for name in catalog.op_names():
        op = catalog.op(name)
        if op is not None:
            # Tensors may be given here as literals, so that every argument is offered and none is required.
            found[f"ops.{name}"] = _free(f"ops.{name}", op.doc, op.arguments)
    for name in catalog.application_names():
        application = catalog.application(name)
        if application is not None:
            title = f"applications.{name}"
            found[title] = _arguments(title, application.doc, application.arguments.values())
    for category in catalog.SECTIONS:
        for name in _classes(category):
            item = catalog.object_(category, name)
            if item is not None:
                found[f"{category}.{name}"] = _arguments(name, item.doc, item.arguments.values())
    kinds = sorted({*_kinds_of_arguments(), *catalog.SECTIONS, "null|loss", "null|metric"})
    return {definition_of_kind(kind): schema_of_kind(kind) for kind in kinds} | found


def _kinds_of_arguments() -> Iterable[str]:
    for name in catalog.layer_names():
        layer = catalog.layer(name)
        yield from () if layer is None else (argument.kind for argument in layer.arguments.values())
    for name in catalog.op_names():
        op = catalog.op(name)
        yield from () if op is None else (item.kind for item in op.arguments if item.role == "literal")
    for name in catalog.application_names():
        application = catalog.application(name)
        yield from () if application is None else (argument.kind for argument in application.arguments.values())
    for category in catalog.SECTIONS:
        for name in catalog.object_names(category):
            item = catalog.object_(category, name)
            yield from () if item is None else (argument.kind for argument in item.arguments.values())


def definition_of_kind(kind: str) -> str:
    """Return the name of the definition of a kind, of letters that a reference can hold.

    >>> definition_of_kind("int[1:]|list<int[1:];2>")
    'int.1..-or-list-of-int.1...x2'
    """
    return kind.translate(_DEFINITION_NAME)


def _free(title: str, doc: str, arguments: Iterable[Argument] | Iterable[CallArgument]) -> Schema:
    """Return the schema of arguments of which none has to be there."""
    properties = {argument.name: _described(argument) for argument in arguments}
    return mapping({"title": title, "description": doc, "properties": properties, "additionalProperties": False})


def _arguments(title: str, doc: str, arguments: Iterable[Argument]) -> Schema:
    listed = list(arguments)
    schema = _free(title, doc, listed)
    required = [argument.name for argument in listed if argument.required]
    if not required:
        return schema
    nothing = {"type": "object", "errorMessage": f"{title} needs {' and '.join(required)}"}
    return {**schema, "if": {"type": "null"}, "then": nothing, "else": needs(required, schema["properties"])}


def needs(required: Iterable[str], known: Iterable[str]) -> Schema:
    """Return what asks for the required keys, unless one that is misspelt may be the one that is missing."""
    return {"if": {"propertyNames": {"enum": list(known)}}, "then": {"required": list(required)}}


def _described(argument: Argument | CallArgument) -> Schema:
    """Return the schema of an argument; its default stands in the text, since editors would paste it into the spec."""
    default = "" if argument.required else f" (default: `{json.dumps(argument.default)}`)"
    described: Schema = {"description": argument.doc + default}
    if isinstance(argument, CallArgument) and argument.role != "literal":
        return described
    # Beside a reference an editor heeds the description alone, and a validator nothing.
    return {**described, **reference(definition_of_kind(argument.kind))}


def schema_of_kind(text: str) -> Schema:
    """Return the schema of the values of a kind.

    >>> schema_of_kind("null|int[1:]")["type"]
    ['string', 'null', 'integer']
    """
    return _schema(parse_kind(text))


def _schema(kind: Kind) -> Schema:
    if any(alternative.name == "any" for alternative in kind):
        return {}
    words, keys = _words(kind), _keys(kind)
    merged = _merged(_piece(alternative) for alternative in kind if alternative.literal is None)
    # An editor that completes an argument goes to a new line where it sees "items" or "properties" at once.
    beside: Schema = {"allOf": [keys]} if keys else {}
    if len(merged) > 1:
        return {"anyOf": [*merged, {"type": "string", "pattern": COMPUTED}]}
    rest = merged[0] if merged else {}
    if words:
        return choice(words, rest | _pattern(kind)) | beside
    admitted = admit(rest, describe_kind(kind)) | beside
    return {"anyOf": [admitted]} if "items" in rest else admitted


def _words(kind: Kind) -> dict[str, str]:
    """Return every name that a kind allows, with its documentation."""
    words = {alternative.literal: "" for alternative in kind if alternative.literal is not None}
    for alternative in kind:
        if alternative.name == "layer":
            words |= bare_layers()
        elif alternative.name == "dtype":
            words |= dict.fromkeys(POLICIES, "")
        elif alternative.name in OBJECTS:
            words |= _bare_objects(alternative.name)
    return words


def _bare_objects(category: str) -> dict[str, str]:
    found = ((name, catalog.object_(category, name)) for name in catalog.object_names(category))
    return {name: item.doc for name, item in found if item is not None and not item.required}


def _pattern(kind: Kind) -> Schema:
    """Return the pattern of the texts that a kind allows beside its names, or nothing where it allows none."""
    names = {alternative.name for alternative in kind}
    if names & {"string", "path", "code"}:
        return {"pattern": ""}
    patterns = [pattern for name, pattern in (("layer", OTHER), ("dtype", QUANTIZED)) if name in names]
    return {"pattern": "|".join(patterns)} if patterns else {}


def _keys(kind: Kind) -> Schema:
    """Return the keys that a kind allows, each a class over its arguments; there are none where a mapping is free."""
    properties: dict[str, Schema] = {}
    patterns: Schema = {}
    for alternative in kind:
        if alternative.name == "layer":
            properties |= {
                "ref": {
                    "description": "An entry of layers or models: the same layer, the same weights.",
                    "type": "string",
                },
                **layers(),
            }
            patterns = {"patternProperties": {OTHER: OTHER_ARGUMENTS}}
        elif alternative.name in OBJECTS:
            properties |= _object_keys(alternative.name)
    return {"properties": properties, **patterns, "additionalProperties": False} if properties else {}


def _object_keys(category: str) -> dict[str, Schema]:
    classes = {name: reference(f"{category}.{name}") for name in _classes(category)}
    others = {name: OTHER_ARGUMENTS for name in catalog.object_names(category) if name not in classes}
    as_layers = _ACTIVATION_LAYERS if category == "activation" else ()
    return {**classes, **others, **{name: reference(f"layers.{name}") for name in as_layers}}


def _classes(category: str) -> list[str]:
    found = ((name, catalog.object_(category, name)) for name in catalog.object_names(category))
    return [name for name, item in found if item is not None and item.is_class and item.canonical == name]


def _merged(pieces: Iterable[Schema]) -> list[Schema]:
    merged: list[Schema] = []
    for piece in pieces:
        if piece not in merged and not (merged and _merge(merged[-1], piece)):
            merged.append(piece)
    return merged


def _merge(schema: Schema, piece: Schema) -> bool:
    """Take a piece into a schema where their keywords do not meet; a keyword speaks of its own type alone."""
    if (schema.keys() & piece.keys()) != {"type"} or {"integer", "number"} <= {*_types(schema), *_types(piece)}:
        return False
    types = [*_types(schema), *_types(piece)]
    schema.update(piece)
    schema["type"] = list(dict.fromkeys(types))
    return True


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return list(types) if isinstance(types, list) else [types]


def _piece(alternative: Alternative) -> Schema:
    if alternative.name in OBJECTS:
        return {"type": "object"}
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
    item = alternative.item or ()
    if item:
        of_objects = len(item) == 1 and item[0].name in OBJECTS
        schema["items"] = reference(item[0].name) if of_objects else _schema(item)
    if alternative.min_count is not None:
        schema["minItems"] = alternative.min_count
    if alternative.max_count is not None:
        schema["maxItems"] = alternative.max_count
    return schema
