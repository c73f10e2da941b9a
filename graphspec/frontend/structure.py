"""The keys of each part of a spec and the types of its scalars, checked by pydantic's core.

The core is used as it is, without model classes: those would double the start-up time of every command, and what they
would hold are our own trees, which keep their places. It is strict (nothing is converted) and forbids extra keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic_core import SchemaValidator

Schema = dict[str, Any]

_ANY: Schema = {"type": "any"}
_TEXT: Schema = {"type": "nullable", "schema": {"type": "str", "strict": True}}
_BOOL: Schema = {"type": "nullable", "schema": {"type": "bool", "strict": True}}
_SIZE: Schema = {"type": "nullable", "schema": {"type": "int", "strict": True, "ge": 1}}
_SEED: Schema = {"type": "nullable", "schema": {"type": "int", "strict": True, "ge": 0, "lt": 2**32}}
# A literal 1 would take true for itself.
_VERSION: Schema = {"type": "int", "strict": True, "ge": 1, "le": 1}


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A kind of mapping: the keys that it must have, and those that it may have.

    ``keys`` has both, and ``unchecked`` those that may hold anything.
    """

    required: Mapping[str, Schema]
    optional: Mapping[str, Schema]
    keys: Mapping[str, Schema] = field(init=False)
    unchecked: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Put together every key that the part takes, and those whose values need no check."""
        keys = {**self.required, **self.optional}
        object.__setattr__(self, "keys", keys)
        object.__setattr__(self, "unchecked", frozenset(key for key, schema in keys.items() if schema is _ANY))

    def check(self, values: dict[str, object]) -> None:
        """Raise pydantic_core.ValidationError, with every mistake, where the values are not those of the part."""
        _validator(self).validate_python(values)


@cache
def _validator(part: Part) -> SchemaValidator:
    fields = {
        key: {"type": "typed-dict-field", "schema": schema, "required": key in part.required}
        for key, schema in part.keys.items()
    }
    return SchemaValidator({"type": "typed-dict", "fields": fields, "extra_behavior": "forbid"})


_CALL = {"with": _ANY, "trainable": _BOOL, "name": _TEXT, "repeat": _ANY, "each": _ANY, "when": _ANY}
_GRAPH = {"inputs": _ANY, "outputs": _ANY}
_REST = {"description": _TEXT, "nodes": _ANY, "edges": _ANY, "dtype": _TEXT}

DOCUMENT = Part(
    {"graphspec": _VERSION, **_GRAPH},
    {
        "name": _TEXT,
        "params": _ANY,
        "variants": _ANY,
        "defaults": _ANY,
        "imports": _ANY,
        "blocks": _ANY,
        "layers": _ANY,
        "models": _ANY,
        **_REST,
        "seed": _SEED,
        "compile": _ANY,
        "expect": _ANY,
        "$schema": _TEXT,
    },
)
LIBRARY = Part(
    {"graphspec": _VERSION},
    {
        **dict.fromkeys(("$schema", "description"), _TEXT),
        **dict.fromkeys(("params", "defaults", "imports", "blocks", "layers", "models"), _ANY),
    },
)
BODY = Part(_GRAPH, {"name": _TEXT, **_REST})
NODE = Part({}, {"from": _ANY, **_CALL})
MEMBER = Part({}, _CALL)
BLOCK = Part(_GRAPH, {"params": _ANY, "description": _TEXT, "nodes": _ANY, "edges": _ANY})
BLOCK_MODEL = Part(
    {"block": _ANY}, {"with": _ANY, "inputs": _ANY, **dict.fromkeys(("name", "description", "dtype"), _TEXT)}
)
LAYER = Part({}, {"trainable": _BOOL, "name": _TEXT})
INPUT = Part(
    {"shape": _ANY},
    {"dtype": _TEXT, "batch_size": _SIZE, "sparse": _BOOL, "ragged": _BOOL, "optional": _BOOL},
)
