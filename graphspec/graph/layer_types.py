"""Callables and values of the graph -> layers and arguments as the rules of ``shapes`` take them."""

from collections.abc import Callable as CallableABC
from collections.abc import Mapping
from functools import cache

from graphspec.catalog import catalog
from graphspec.graph.ir import (
    Array,
    Callable,
    EllipsisOf,
    Imported,
    LayerReference,
    Object,
    SliceOf,
    Tensor,
    Value,
)
from graphspec.shapes.dtypes import FLOATX
from graphspec.shapes.types import Argument, LayerType, Named, TensorType

_MIXED = {"mixed_float16": ("float16", FLOATX), "mixed_bfloat16": ("bfloat16", FLOATX)}

SCALARS = (bool, int, float, str)

Lookup = CallableABC[[Tensor], Argument]
Layers = CallableABC[[LayerReference | Callable], LayerType]


@cache
def dtypes_of(policy: str) -> tuple[str, str]:
    """Return the dtypes of computations and of weights under a policy.

    >>> dtypes_of("mixed_float16"), dtypes_of("int8_from_float32")
    (('float16', 'float32'), ('float32', 'float32'))
    """
    _, _, source = policy.rpartition("_from_")
    return _MIXED.get(source, (source, source))


@cache
def defaults_of(layer: str) -> Mapping[str, Argument]:
    """Return what a layer's arguments are where the spec does not say."""
    found = catalog.layer(layer)
    declared = found.arguments if found is not None else {}
    return {name: _frozen(argument.default) for name, argument in declared.items() if not argument.required}


@cache
def op_defaults_of(op: str) -> Mapping[str, Argument]:
    """Return what an op's arguments are where the spec does not say."""
    found = catalog.op(op)
    declared = found.arguments if found is not None else ()
    return {argument.name: _frozen(argument.default) for argument in declared if not argument.required}


def argument_of(value: Value, tensor: Lookup, layer: Layers) -> Argument:
    """Return a value as rules take it; ``tensor`` and ``layer`` look up what it refers to."""
    if value is None or isinstance(value, SCALARS):
        return value
    if isinstance(value, Tensor):
        return tensor(value)
    if isinstance(value, tuple):
        return tuple(argument_of(item, tensor, layer) for item in value)
    if isinstance(value, Mapping):
        return {key: argument_of(item, tensor, layer) for key, item in value.items()}
    match value:
        case LayerReference() | Callable():
            return layer(value)
        case Array():
            return array_type(value)
        case Object():
            return Named(value.name, {key: argument_of(item, tensor, layer) for key, item in value.arguments.items()})
        case SliceOf():
            return slice(value.start, value.stop, value.step)
        case EllipsisOf():
            return ...
        case Imported():
            return Named(value.path)


def array_type(array: Array) -> TensorType:
    """Return the type of a constant; without a dtype its numbers are float32, int32 or bool."""
    shape: list[int] = []
    value = array.value
    while isinstance(value, tuple):
        shape.append(len(value))
        value = value[0] if value else 0.0
    return TensorType(tuple(shape), array.dtype or default_dtype(array.value))


def default_dtype(value: Value) -> str:
    """Return the dtype of written numbers: of the widest among them.

    >>> default_dtype((1, 2.5)), default_dtype((True, False))
    ('float32', 'bool')
    """
    kinds = set(_kinds(value))
    if not kinds or float in kinds:
        return FLOATX
    return "int32" if int in kinds else "bool"


def _kinds(value: Value) -> "list[type]":
    if isinstance(value, tuple):
        return [kind for item in value for kind in _kinds(item)]
    return [type(value)]


def _frozen(value: object) -> Argument:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value
