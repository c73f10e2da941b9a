"""Values of the graph -> what Keras is called with."""

import importlib
from collections.abc import Callable as CallableABC
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphspec.catalog.kinds import OBJECT_MODULES
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
from graphspec.graph.layer_types import default_dtype
from graphspec.target.backend import load_keras

Layers = CallableABC[[str], Any]
Builder = CallableABC[[Callable], Any]
Tensors = CallableABC[[Tensor], Any]


def to_keras(value: Value, layer: Layers, build: Builder, tensor: Tensors) -> Any:  # noqa: ANN401
    """Return what Keras takes for a value; ``layer``, ``build`` and ``tensor`` look up what it refers to."""
    if isinstance(value, tuple):
        return [to_keras(item, layer, build, tensor) for item in value]
    if isinstance(value, Mapping):
        return {key: to_keras(item, layer, build, tensor) for key, item in value.items()}
    match value:
        case Tensor():
            return tensor(value)
        case Object():
            arguments = {key: to_keras(item, layer, build, tensor) for key, item in value.arguments.items()}
            return keras_class(value.category, value.name)(**arguments)
        case LayerReference():
            return layer(value.name)
        case Callable():
            return build(value)
        case Array():
            return _array(value)
        case SliceOf():
            return slice(value.start, value.stop, value.step)
        case EllipsisOf():
            return Ellipsis
        case Imported():
            return _imported(value.path)
    return value


def keras_class(category: str, name: str) -> Any:  # noqa: ANN401 - a class of Keras
    """Return the class or function of Keras that the catalogue knows by this name."""
    module: Any = load_keras()
    for part in OBJECT_MODULES[category].split("."):
        module = getattr(module, part)
    return getattr(module, name)


def _array(value: Array) -> Any:  # noqa: ANN401 - numpy's array, or the backend's where numpy lacks the dtype
    dtype = value.dtype or default_dtype(value.value)
    data = to_keras(value.value, _no_reference, _no_reference, _no_reference)
    try:
        return np.asarray(data, dtype=dtype)
    except TypeError:
        return load_keras().ops.convert_to_tensor(data, dtype=dtype)


def _no_reference(reference: object) -> Any:  # noqa: ANN401 - never returns
    raise TypeError(f"a constant holds numbers only, not {reference!r}")


def _imported(path: str) -> Any:  # noqa: ANN401 - whatever the trusted module holds
    module, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module), attribute)
