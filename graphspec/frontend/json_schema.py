"""The JSON Schema of the language, draft 7: what editors complete, describe and check while a spec is written.

It says no to nothing that ``validate`` accepts; what only a compiler can know (references, operands) it leaves open.
"""

import re
from typing import Any

from graphspec.catalog.definitions import (
    HOLDS_COMPUTED,
    OTHER,
    QUANTIZED,
    admit,
    bare_whats,
    choice,
    definition_of_kind,
    definitions,
    needs,
    reference,
    schema_of_kind,
    whats,
)
from graphspec.catalog.dtypes import DTYPES, POLICIES
from graphspec.frontend.structure import BODY, DOCUMENT, INPUT

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "null"]}
_FLAG: Schema = admit({"type": ["boolean", "null"]}, "true or false")
_NAME = "^[A-Za-z_][A-Za-z0-9_]*$"


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
        **needs(DOCUMENT.required, properties),
        "definitions": {
            "input": _input(),
            "shape": _shape(),
            "node": _node(),
            "member": _member(),
            "shared_layer": _shared_layer(),
            "model": _model(),
            "operand": _operand(),
            "compile": _compile(),
            "losses": _of_outputs("loss"),
            "metrics": _of_outputs("metric"),
            "expect": _expect(),
            "bound": _bound(),
            **definitions(),
        },
    }


def _document_properties() -> dict[str, Schema]:
    return {
        "graphspec": {"description": "The version of the language.", "enum": [1]},
        "$schema": {"description": "The schema that an editor checks this file by.", **_TEXT},
        "name": {"description": "The model's name. The file's name, where it is not given.", **_TEXT},
        **_body_properties(),
        "layers": _section("Layers that are built once and called by several nodes.", "shared_layer"),
        "models": _section("Nested models: a body each, or the path of another spec.", "model"),
        "seed": {
            "description": "Makes the build reproducible: the same spec and seed give the same weights.",
            **admit(
                {"type": ["integer", "null"], "minimum": 0, "maximum": 2**32 - 1}, "an integer from 0 to 2**32 - 1"
            ),
        },
        "compile": reference("compile"),
        "expect": reference("expect"),
    }


def _section(description: str, definition: str) -> Schema:
    return {
        "description": description,
        "type": ["object", "null"],
        "patternProperties": {_NAME: reference(definition)},
        "additionalProperties": False,
    }


def _body_properties() -> dict[str, Schema]:
    return {
        "description": {"description": "What the model is for.", **_TEXT},
        "inputs": {**_section("Name to shape, the batch dimension left out.", "input"), "type": "object"},
        "nodes": _section("Name to node: what it is, and where its tensors come from.", "node"),
        "edges": {
            "description": "The wiring as arrows, instead of from in the nodes: image -> conv -> pool",
            "type": ["array", "null"],
            "items": {"type": "string", "pattern": "->", "patternErrorMessage": "Expected source -> target"},
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
        "type": "array",
        "items": {"type": ["integer", "string", "null"], "minimum": 1},
    }


def _input() -> Schema:
    shape = _shape()
    return {
        **shape,
        "type": ["array", "object"],
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
        "name": {"description": "The Keras name, where it must differ from the node's own.", **_TEXT},
    }


def _call_keys() -> dict[str, Schema]:
    return {"with": {"description": "The literal arguments of the call.", "type": ["object", "null"]}, **_own_keys()}


def _what_keys() -> dict[str, Schema]:
    return {
        "call": {"description": "An entry of layers or models, called here.", "type": "string"},
        "chain": {
            "description": "Layers in a row, each fed by the one before.",
            "type": "array",
            "items": reference("member"),
            "minItems": 1,
        },
        "expr": {
            "description": "Arithmetic over references, as in mu + ops.exp(0.5 * log_var).",
            "type": ["string", "number"],
        },
        **whats(),
    }


def _keyed(properties: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "patternProperties": {OTHER: {"type": ["object", "null"]}},
        "additionalProperties": False,
    }


def _node() -> Schema:
    return _keyed({"from": reference("operand"), **_call_keys(), **_what_keys()})


def _member() -> Schema:
    return {
        **_keyed({**_call_keys(), **_what_keys()}),
        "type": ["object", "string"],
        "if": {"type": "string"},
        "then": {
            # A pattern and no list of names, which an editor would offer a second time beside the keys.
            "pattern": f"^({'|'.join(map(re.escape, bare_whats()))})$|{OTHER}|{HOLDS_COMPUTED}",
            "patternErrorMessage": "No such layer, or one that needs arguments",
        },
    }


def _shared_layer() -> Schema:
    return _keyed({**_own_keys(), **whats()})


def _model() -> Schema:
    return {
        "description": "A body with inputs, nodes and outputs, or the path of another spec.",
        "type": ["object", "string"],
        "properties": _body_properties(),
        "additionalProperties": False,
        **needs(BODY.required, BODY.keys),
    }


def _compile() -> Schema:
    return {
        "description": "The arguments of keras.Model.compile, per output where Keras takes a mapping.",
        "type": ["object", "null"],
        "properties": {
            "optimizer": {
                "description": 'Changes the weights (default: `"rmsprop"`)',
                **reference("optimizer"),
            },
            "loss": {"description": "One loss, or one for each output.", **reference("losses")},
            "loss_weights": {
                "description": "The weight of each output's loss.",
                "type": ["array", "object", "null"],
                "items": _weight(),
                "additionalProperties": _weight(),
            },
            "metrics": {"description": "What to measure, for each output.", **reference("metrics")},
            "weighted_metrics": {
                "description": "What to measure with the weights of the samples.",
                **reference("metrics"),
            },
            "run_eagerly": {
                "description": "Whether to run without compiling a graph.",
                **admit({"type": "boolean"}, "true or false"),
            },
            "steps_per_execution": {
                "description": "Batches in each run.",
                **admit({"type": "integer", "minimum": 1}, "a positive integer"),
            },
            "jit_compile": {"description": "Whether to compile by XLA.", **schema_of_kind("bool|'auto'")},
            "auto_scale_loss": {
                "description": "Whether to scale the loss under mixed precision.",
                **admit({"type": "boolean"}, "true or false"),
            },
        },
        "additionalProperties": False,
    }


def _weight() -> Schema:
    return admit({"type": ["number", "null"]}, "a number")


def _of_outputs(category: str) -> Schema:
    """Return the schema of one loss or metric, a list of them, or a mapping from output to them."""
    one = schema_of_kind(category)
    keys = one["allOf"][0]
    each = reference(definition_of_kind(f"null|{category}"))
    # A list in a list, or under an output, is the metrics of that output.
    several = each if category == "loss" else _listed(one, each)
    return {**_listed(one, several), "allOf": [{**keys, "additionalProperties": several}]}


def _listed(one: Schema, item: Schema) -> Schema:
    *names, rest = one["anyOf"]
    return {**one, "anyOf": [*names, {**rest, "type": [*rest["type"], "array", "null"], "items": item}]}


def _expect() -> Schema:
    figures = {
        "parameters": "How many numbers the layers hold.",
        "trainable_parameters": "How many of them training changes.",
        "non_trainable_parameters": "How many of them training leaves alone.",
        "weights_bytes": "How many bytes they take.",
        "flops": "How many operations one sample takes; a multiply-add is two.",
    }
    return {
        "description": "Budgets and facts that must hold: a number each, or {min, max}.",
        "type": ["object", "null"],
        "properties": {
            **{key: {"description": text, **reference("bound")} for key, text in figures.items()},
            "outputs": {
                "description": "The shapes of outputs by name, the batch dimension left out.",
                "type": "object",
                "additionalProperties": reference("shape"),
            },
        },
        "additionalProperties": False,
    }


def _bound() -> Schema:
    number = admit({"type": "number"}, "a number")
    return {
        **admit({"type": ["number", "object"]}, "a number, or {min, max}"),
        "properties": {"min": number, "max": number},
        "additionalProperties": False,
        "minProperties": 1,
    }
