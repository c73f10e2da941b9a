"""The JSON Schema of the language, draft 7: what editors complete, describe and check while a spec is written.

It says no to nothing that ``validate`` accepts; what only a compiler can know (references, operands) it leaves open.
"""

from typing import Any

from graphspec.catalog.definitions import OTHER, admitting_formulas, bare_whats, definitions, reference, whats

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "null"]}
_FLAG: Schema = {"type": ["boolean", "string", "null"], "pattern": r"\$"}
_NAME = "^[A-Za-z_][A-Za-z0-9_]*$"


def json_schema() -> Schema:
    """Return the JSON Schema of a spec."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "GraphSpec",
        "description": "A Keras functional model as a graph: named inputs, nodes, and the edges between them.",
        "type": "object",
        "properties": {
            "graphspec": {"description": "The version of the language.", "enum": [1]},
            "$schema": {"description": "The schema that an editor checks this file by.", **_TEXT},
            "name": {"description": "The model's name. The file's name, where it is not given.", **_TEXT},
            **_reuse(),
            **_body_properties(),
            "layers": _section("Layers that are built once and called by several nodes.", "shared_layer"),
            "models": _section("Nested models: a body each, or the path of another spec.", "model"),
            "seed": {
                "description": "Makes the build reproducible: the same spec and seed give the same weights.",
                "type": ["integer", "null"],
                "minimum": 0,
                "maximum": 2**32 - 1,
            },
            "compile": reference("compile"),
            "expect": reference("expect"),
        },
        "required": ["graphspec"],
        "anyOf": [
            {"required": ["inputs", "outputs"]},
            {"required": ["blocks"]},
            {"required": ["layers"]},
            {"required": ["models"]},
        ],
        "additionalProperties": False,
        "definitions": {
            "input": _input(),
            "shape": _shape(),
            "node": _node(),
            "member": _member(),
            "shared_layer": _shared_layer(),
            "model": _model(),
            "block": _block(),
            "operand": _operand(),
            "compile": _compile(),
            "expect": _expect(),
            "bound": _bound(),
            **definitions(),
        },
    }


def _reuse() -> dict[str, Schema]:
    """Return the sections that say how the others are read."""
    return {
        "params": _params("What ${...} may use; --set gives other values."),
        "variants": {
            "description": "Named sets of params, chosen by --variant.",
            "type": ["object", "null"],
            "additionalProperties": {"type": ["object", "null"]},
        },
        "defaults": {
            "description": "Arguments for every layer of a class that does not give them.",
            "type": ["object", "null"],
            "additionalProperties": {"type": ["object", "null"]},
        },
        "imports": {
            "description": "Alias to file: its blocks, layers and models are alias.name here.",
            "type": ["object", "null"],
            "patternProperties": {_NAME: {"type": "string"}},
            "additionalProperties": False,
        },
        "blocks": _section("Pieces of graph with params; each use is a copy with weights of its own.", "block"),
    }


def _params(description: str) -> Schema:
    types = ["integer", "number", "string", "boolean", "list", "mapping"]
    return {
        "description": description,
        "type": ["object", "null"],
        "patternProperties": {
            _NAME: {
                "description": "The default, or how it is declared; {} where a value must be given.",
                "properties": {
                    "type": {"enum": types},
                    "default": {},
                    "choices": {"type": "array", "minItems": 1},
                    "min": {"type": "number"},
                    "max": {"type": "number"},
                    "description": _TEXT,
                },
                "additionalProperties": False,
            },
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
                "type": ["array", "object", "string"],
                "items": {"type": "string"},
            },
            **{key: body[key] for key in ("description", "nodes", "edges", "outputs")},
        },
        "required": ["inputs", "outputs"],
        "additionalProperties": False,
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
            "type": ["string", "array", "object"],
            "items": {"type": "string"},
            "additionalProperties": {"type": "string"},
        },
        "dtype": {"description": "The dtype policy of every layer that names none, as in mixed_bfloat16.", **_TEXT},
    }


def _shape() -> Schema:
    return {
        "description": "Sizes without the batch dimension; null, or a name, is any size.",
        "type": "array",
        "items": {"type": ["integer", "string", "null"], "minimum": 1},
    }


_COPIES: dict[str, Schema] = {
    "repeat": {"description": "How many copies in a row, of a block or a chain.", "type": ["integer", "string"]},
    "each": {"description": "One copy of a block or a chain for each item.", "type": ["array", "string"]},
    "when": {"description": "Whether the node is there.", "type": ["boolean", "string"]},
}


def _input() -> Schema:
    shape = _shape()
    return {
        **shape,
        "type": ["array", "object"],
        "properties": {
            "shape": reference("shape"),
            "dtype": {"description": "The dtype of the data (default: `float32`)", **_TEXT},
            "batch_size": admitting_formulas(
                {"description": "A fixed size of the batch.", "type": ["integer", "null"], "minimum": 1}
            ),
            "sparse": {"description": "Whether the data is sparse.", **_FLAG},
            "ragged": {"description": "Whether the data is ragged.", **_FLAG},
            "optional": {"description": "Whether the data may be left out.", **_FLAG},
        },
        "required": ["shape"],
        "additionalProperties": False,
    }


def _operand() -> Schema:
    return {
        "description": "A reference, a list of them, or a mapping from the call's arguments to references.",
        "type": ["string", "array", "object"],
        "items": {"type": ["string", "array", "object", "null"]},
        "additionalProperties": {"type": ["string", "array", "object", "null"]},
    }


def _own_keys() -> dict[str, Schema]:
    return {
        "trainable": {"description": "false freezes the layer or the nested model.", **_FLAG},
        "name": {"description": "The Keras name, where it must differ from the node's own.", **_TEXT},
    }


def _call_keys() -> dict[str, Schema]:
    literals = {"description": "The literal arguments of the call, or the params of a block."}
    return {"with": {**literals, "type": ["object", "string", "null"]}, **_COPIES, **_own_keys()}


def _what_keys() -> dict[str, Schema]:
    return {
        "call": {"description": "An entry of layers or models, called here.", "type": "string"},
        "chain": {
            "description": "Layers in a row, each fed by the one before.",
            "type": "array",
            "items": reference("member"),
            "minItems": 1,
        },
        "block": {"description": "A block, or alias.block of an import.", "type": "string"},
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
            "anyOf": [{"enum": bare_whats()}, {"pattern": OTHER}],
            "errorMessage": "No such layer, or one that needs arguments",
        },
    }


def _shared_layer() -> Schema:
    return _keyed({**_own_keys(), **whats()})


def _model() -> Schema:
    body = _body_properties()
    return {
        "description": "A body with inputs, nodes and outputs, the path of another spec, or a block.",
        "type": ["object", "string"],
        "properties": {
            **body,
            "block": {"description": "The block that the model is.", "type": "string"},
            "with": {"description": "The params of the block.", "type": ["object", "null"]},
        },
        "anyOf": [{"required": ["inputs", "outputs"]}, {"required": ["block"]}],
        "additionalProperties": False,
    }


def _compile() -> Schema:
    per_output: Schema = {"type": ["string", "array", "object", "null"]}
    return {
        "description": "The arguments of keras.Model.compile, per output where Keras takes a mapping.",
        "type": ["object", "null"],
        "properties": {
            "optimizer": {"description": "Changes the weights (default: `rmsprop`)", "allOf": [reference("optimizer")]},
            "loss": {
                "description": "One loss, or one for each output.",
                "anyOf": [reference("loss"), per_output],
            },
            "loss_weights": {
                "description": "The weight of each output's loss.",
                "type": ["array", "object", "null"],
                "items": {"type": ["number", "null"]},
                "additionalProperties": {"type": ["number", "null"]},
            },
            "metrics": {"description": "What to measure, for each output.", "anyOf": [reference("metric"), per_output]},
            "weighted_metrics": {
                "description": "What to measure with the weights of the samples.",
                "anyOf": [reference("metric"), per_output],
            },
            "run_eagerly": {"description": "Whether to run without compiling a graph.", "type": "boolean"},
            "steps_per_execution": {"description": "Batches in each run.", "type": "integer", "minimum": 1},
            "jit_compile": {
                "description": "Whether to compile by XLA.",
                "anyOf": [{"enum": ["auto"]}, {"type": "boolean"}],
            },
            "auto_scale_loss": {"description": "Whether to scale the loss under mixed precision.", "type": "boolean"},
        },
        "additionalProperties": False,
    }


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
    return {
        "type": ["number", "object"],
        "properties": {"min": {"type": "number"}, "max": {"type": "number"}},
        "additionalProperties": False,
        "minProperties": 1,
    }
