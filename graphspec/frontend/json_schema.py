"""The JSON Schema of the language, draft 7: what editors complete, describe and check while a spec is written.

It says no to nothing that ``validate`` accepts, but for what is never there: in a block that nothing uses, or a node
whose ``when`` is false. What only a compiler can know (references, operands) it leaves open.
"""

import re
from typing import Any

from graphspec.catalog.definitions import (
    COMPUTED,
    HOLDS_COMPUTED,
    OTHER,
    OTHER_ARGUMENTS,
    QUANTIZED,
    admit,
    bare_whats,
    choice,
    definitions,
    layers,
    mapping,
    needs,
    reference,
    whats,
)
from graphspec.catalog.dtypes import DTYPES, POLICIES
from graphspec.frontend.json_schema_settings import bound_schema, compile_schema, expect_schema, of_outputs
from graphspec.frontend.structure import BLOCK, BODY, DOCUMENT, INPUT, LIBRARY

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "null"]}
_FLAG: Schema = admit({"type": ["boolean", "null"]}, "true or false")
_NAME = "^[A-Za-z_][A-Za-z0-9_]*$"
_OFFERED = ("blocks", "layers", "models")
_PARAM_TYPES = ("integer", "number", "string", "boolean", "list", "mapping")


def json_schema() -> Schema:
    """Return the JSON Schema of a spec."""
    properties = _document_properties()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "GraphSpec",
        "description": "A Keras functional model as a graph: named inputs, nodes, and the edges between them.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "if": {
            "propertyNames": {"enum": list(LIBRARY.keys)},
            "anyOf": [{"required": [section]} for section in _OFFERED],
        },
        "then": {"required": list(LIBRARY.required)},
        "else": needs(DOCUMENT.required, properties),
        "definitions": {
            "input": _input(),
            "shape": _shape(),
            "node": _node(),
            "member": _member(),
            "shared_layer": _shared_layer(),
            "model": _model(),
            "block": _block(),
            "param": _param(),
            "operand": _operand(),
            "compile": compile_schema(),
            "losses": of_outputs("loss"),
            "metrics": of_outputs("metric"),
            "expect": expect_schema(),
            "bound": bound_schema(),
            **definitions(),
        },
    }


def _document_properties() -> dict[str, Schema]:
    return {
        "graphspec": {"description": "The version of the language.", "enum": [1]},
        "$schema": {"description": "The schema that an editor checks this file by.", **_TEXT},
        "name": {"description": "The model's name. The file's name, where it is not given.", **_TEXT},
        **_reuse(),
        **_body_properties(),
        "layers": _section("Layers that are built once and called by several nodes.", "shared_layer"),
        "models": _section("Nested models: a body each, the path of another spec, or a block.", "model"),
        "seed": {
            "description": "Makes the build reproducible: the same spec and seed give the same weights.",
            **admit(
                {"type": ["integer", "null"], "minimum": 0, "maximum": 2**32 - 1}, "an integer from 0 to 2**32 - 1"
            ),
        },
        "compile": reference("compile"),
        "expect": reference("expect"),
    }


def _reuse() -> dict[str, Schema]:
    """Return the sections that say how the others are read, and in which nothing is computed as a whole."""
    return {
        "params": _params("What ${...} may use; --set and variants give other values."),
        "variants": {
            "description": "Named sets of params, chosen by --variant.",
            "type": ["object", "null"],
            "additionalProperties": {"type": ["object", "null"]},
        },
        "defaults": {
            "description": "Arguments for every layer of a class that does not give them.",
            **mapping(
                {
                    "properties": layers(),
                    "patternProperties": {r"\.": OTHER_ARGUMENTS},
                    "additionalProperties": False,
                }
            ),
        },
        "imports": _names("Alias to file: its blocks, layers and models are alias.name here.", {"type": "string"}),
        "blocks": _names("Pieces of graph with params; each use is a copy, with its own weights.", reference("block")),
    }


def _names(description: str, value: Schema) -> Schema:
    return {
        "description": description,
        "type": ["object", "null"],
        "patternProperties": {_NAME: value},
        "additionalProperties": False,
    }


def _section(description: str, definition: str) -> Schema:
    return mapping(_names(description, reference(definition)))


def _params(description: str) -> Schema:
    return _names(description, reference("param"))


def _param() -> Schema:
    number = {"type": "number"}
    return {
        "description": "The default, or how it is declared; {} where a value must be given.",
        "properties": {
            "type": {"description": "What its values are.", "enum": list(_PARAM_TYPES)},
            "default": {"description": "The value where none is given; it may use other params."},
            "choices": {"description": "The only values.", "type": "array", "minItems": 1},
            "min": {"description": "The least value, or length.", **number},
            "max": {"description": "The greatest value, or length.", **number},
            "description": {"description": "What it is for."},
        },
        "additionalProperties": False,
    }


def _block() -> Schema:
    body = _body_properties()
    return {
        "description": "A graph with params, put in the place of each use.",
        "type": "object",
        "properties": {
            "params": _params("What ${...} in this block may use; each use gives the values."),
            "inputs": {
                "description": "The names of what feeds it, in their order; or name to shape.",
                **_on_one_line(
                    {
                        "type": ["string", "array", "object"],
                        "pattern": _NAME,
                        "items": {"type": "string", "pattern": _NAME},
                        "minItems": 1,
                        "patternProperties": {_NAME: reference("input")},
                        "minProperties": 1,
                        "additionalProperties": False,
                    }
                ),
            },
            **{key: body[key] for key in ("description", "nodes", "edges", "outputs")},
        },
        "additionalProperties": False,
        **needs(BLOCK.required, BLOCK.keys),
    }


def _body_properties() -> dict[str, Schema]:
    return {
        "description": {"description": "What the model is for.", **_TEXT},
        "inputs": mapping(
            _names("Name to shape, the batch dimension left out.", reference("input")), may_be_empty=False
        ),
        "nodes": _section("Name to node: what it is, and where its tensors come from.", "node"),
        "edges": {
            "description": "The wiring as arrows, instead of from in the nodes: image -> conv -> pool",
            **_listing(
                {
                    "items": {
                        "type": "string",
                        "pattern": f"->|{HOLDS_COMPUTED}",
                        "patternErrorMessage": "Expected source -> target",
                    },
                },
                "null",
            ),
        },
        "outputs": {
            "description": "What the model returns: one reference, a list, or a mapping from name to reference.",
            **_on_one_line(
                {
                    "type": ["string", "array", "object"],
                    "items": {"type": "string"},
                    "additionalProperties": {"type": "string"},
                }
            ),
        },
        "dtype": {
            "description": "The dtype policy of every layer that names none, as in mixed_bfloat16.",
            **choice(dict.fromkeys(POLICIES, ""), {"type": "null", "pattern": QUANTIZED}),
        },
    }


def _shape() -> Schema:
    return {
        "description": "Sizes without the batch dimension; null, or a name, is any size.",
        **_listing({"items": {"type": ["integer", "string", "null"], "minimum": 1}}),
    }


def _listing(schema: Schema, *others: str) -> Schema:
    """Return the schema of a list that may be computed as a whole."""
    return {
        **schema,
        "type": ["array", *others, "string"],
        "pattern": COMPUTED,
        "patternErrorMessage": "Expected a list",
    }


def _input() -> Schema:
    shape = _shape()
    return {
        **shape,
        "type": ["array", "object", "string"],
        "properties": {
            "shape": reference("shape"),
            "dtype": {
                "description": "The dtype of the data (default: `float32`)",
                **choice(dict.fromkeys(DTYPES, ""), {"type": "null"}),
            },
            "batch_size": {
                "description": "A fixed size of the batch.",
                **admit({"type": ["integer", "null"], "minimum": 1}, "a positive integer"),
            },
            "sparse": {"description": "Whether the data is sparse.", **_FLAG},
            "ragged": {"description": "Whether the data is ragged.", **_FLAG},
            "optional": {"description": "Whether the data may be left out.", **_FLAG},
        },
        "additionalProperties": False,
        **needs(INPUT.required, INPUT.keys),
    }


def _operand() -> Schema:
    operand = {"type": ["string", "array", "object", "null"]}
    return {
        "description": "A reference, a list of them, or a mapping from the call's arguments to references.",
        **_on_one_line({"type": ["string", "array", "object"], "items": operand, "additionalProperties": operand}),
    }


def _on_one_line(schema: Schema) -> Schema:
    """Return the same schema in a form by which an editor that completes its key stays on the line."""
    return {"anyOf": [schema]}


def _own_keys() -> dict[str, Schema]:
    return {
        "trainable": {"description": "false freezes the layer or the nested model.", **_FLAG},
        "name": {"description": "The Keras name, where it must differ from the one here.", **_TEXT},
    }


def _call_keys() -> dict[str, Schema]:
    return {
        "with": mapping({"description": "The literal arguments of the call, or the params of a block."}),
        "repeat": {
            "description": "How many copies in a row, of a block or a chain.",
            **admit({"type": "integer", "minimum": 0}, "an integer of at least 0"),
        },
        "each": {"description": "One copy of a block or a chain for each item.", **_listing({})},
        "when": {"description": "Whether the node is there.", **admit({"type": "boolean"}, "true or false")},
        **_own_keys(),
    }


def _what_keys() -> dict[str, Schema]:
    return {
        "call": {"description": "An entry of layers or models, called here.", "type": "string"},
        "chain": {
            "description": "Layers in a row, each fed by the one before.",
            **_listing({"items": reference("member"), "minItems": 1}),
        },
        "block": {"description": "A block, or alias.block of an import: a copy of its graph.", "type": "string"},
        "expr": {
            "description": "Arithmetic over references, as in mu + ops.exp(0.5 * log_var).",
            "type": ["string", "number"],
        },
        **whats(),
    }


def _keyed(properties: dict[str, Schema]) -> Schema:
    free = {"properties": properties, "patternProperties": {OTHER: OTHER_ARGUMENTS}, "additionalProperties": False}
    return mapping(free, may_be_empty=False)


def _node() -> Schema:
    return _keyed({"from": reference("operand"), **_call_keys(), **_what_keys()})


def _member() -> Schema:
    return {
        **_keyed({**_call_keys(), **_what_keys()}),
        # A pattern and no list of names, which an editor would offer a second time beside the keys.
        "pattern": f"^({'|'.join(map(re.escape, bare_whats()))})$|{OTHER}|{HOLDS_COMPUTED}",
        "patternErrorMessage": "No such layer",
    }


def _shared_layer() -> Schema:
    return _keyed({**_own_keys(), **whats()})


def _model() -> Schema:
    return {
        "description": "A body with inputs, nodes and outputs, the path of another spec, or a block.",
        "type": ["object", "string"],
        "properties": {
            **_body_properties(),
            "name": _own_keys()["name"],
            "block": {"description": "The block that the model is.", "type": "string"},
            "with": mapping({"description": "The params of the block."}),
        },
        "additionalProperties": False,
        "if": {"required": ["block"]},
        "else": needs(BODY.required, BODY.keys),
    }
