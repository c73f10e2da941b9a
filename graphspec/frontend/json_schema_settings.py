"""The JSON Schema of the sections ``compile`` and ``expect``."""

from graphspec.catalog.definitions import (
    COMPUTED,
    Schema,
    admit,
    definition_of_kind,
    mapping,
    reference,
    schema_of_kind,
)


def compile_schema() -> Schema:
    """Return the schema of the section ``compile``."""
    return {
        "description": "The arguments of keras.Model.compile, per output where Keras takes a mapping.",
        **mapping({}),
        "properties": {
            "optimizer": {
                "description": 'Changes the weights (default: `"rmsprop"`)',
                **reference("optimizer"),
            },
            "loss": {"description": "One loss, or one for each output.", **reference("losses")},
            "loss_weights": {
                "description": "The weight of each output's loss.",
                "type": ["array", "object", "null", "string"],
                "pattern": COMPUTED,
                "patternErrorMessage": "Expected a weight for each output",
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


def of_outputs(category: str) -> Schema:
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


def expect_schema() -> Schema:
    """Return the schema of the section ``expect``."""
    figures = {
        "parameters": "How many numbers the layers hold.",
        "trainable_parameters": "How many of them training changes.",
        "non_trainable_parameters": "How many of them training leaves alone.",
        "weights_bytes": "How many bytes they take.",
        "flops": "How many operations one sample takes; a multiply-add is two.",
    }
    return {
        "description": "Budgets and facts that must hold: a number each, or {min, max}.",
        **mapping({}),
        "properties": {
            **{key: {"description": text, **reference("bound")} for key, text in figures.items()},
            "outputs": {
                "description": "The shapes of outputs by name, the batch dimension left out.",
                **mapping({"additionalProperties": reference("shape")}, may_be_empty=False),
            },
        },
        "additionalProperties": False,
    }


def bound_schema() -> Schema:
    """Return the schema of a figure that is expected."""
    number = admit({"type": "number"}, "a number")
    return {
        **admit({"type": ["number", "object"]}, "a number, or {min, max}"),
        "properties": {"min": number, "max": number},
        "additionalProperties": False,
        "minProperties": 1,
    }
