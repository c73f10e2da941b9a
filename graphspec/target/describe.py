"""A live model -> what Keras would save of it, with what Keras leaves out: what is shared, and some arguments."""

import importlib
import json
from collections.abc import Mapping
from typing import Any

from graphspec.catalog import catalog
from graphspec.catalog.catalog import Argument
from graphspec.lift.problems import LiftError
from graphspec.lift.saved import is_keras_layer

_PLAIN = (bool, int, float, str)
_CATEGORIES = {"keras.losses": "loss", "keras.metrics": "metric", "keras.initializers": "initializer"}
# The first three are saved elsewhere; some classes set the last by themselves, where it says nothing.
_UNSAVED = frozenset({"name", "trainable", "dtype", "autocast"})
_COMPILED = ("optimizer", "loss", "metrics", "weighted_metrics")
Json = dict[str, Any]


def describe(model: Any) -> Json:  # noqa: ANN401 - a model of Keras
    """Return the JSON of a model in memory.

    Raises LiftError where Keras cannot describe it.
    """
    try:
        with _sharing():
            saved: Json = json.loads(model.to_json())
    except Exception as error:
        raise LiftError([f"Keras cannot describe the model: {' '.join(str(error).split())}"]) from error
    _fill(model, saved)
    compiled = saved.get("compile_config")
    if isinstance(compiled, dict):
        given = getattr(getattr(model, "_compile_config", None), "config", {})
        for key in _COMPILED:
            _fill(given.get(key), compiled.get(key))
    return saved


def _sharing() -> Any:  # noqa: ANN401 - a context of Keras
    """Return the scope in which Keras writes of each object whether it has come before."""
    return importlib.import_module("keras.src.saving.serialization_lib").ObjectSharingScope()


def _fill(live: Any, saved: object) -> None:  # noqa: ANN401 - any object of Keras
    """Complete the saved form of an object, and of those in it, by the object itself."""
    if isinstance(saved, list) and isinstance(live, list | tuple):
        for one, item in zip(live, saved, strict=False):
            _fill(one, item)
        return
    if not isinstance(saved, dict):
        return
    config = saved.get("config")
    if not isinstance(config, dict):
        if isinstance(live, Mapping):
            for key, item in saved.items():
                _fill(live.get(key), item)
        return
    for name in _declared(saved).keys() - config.keys() - _UNSAVED:
        value = _attribute(live, name)
        if isinstance(value, _PLAIN):
            config[name] = value
    for name, item in config.items():
        if name == "layers":
            _fill_layers(live, item)
        elif isinstance(item, dict | list):
            _fill(_attribute(live, name), item)


def _fill_layers(model: Any, saved: object) -> None:  # noqa: ANN401 - a model of Keras
    layers = {layer.name: layer for layer in getattr(model, "layers", ())}
    for item in saved if isinstance(saved, list) else ():
        config = item.get("config") if isinstance(item, dict) else None
        if isinstance(config, dict) and config.get("name") in layers:
            _fill(layers[config["name"]], item)


def _declared(saved: Json) -> Mapping[str, Argument]:
    """Return the arguments of a class that has a name in Keras; those of other classes are their own business."""
    name, module = str(saved.get("class_name")), str(saved.get("module"))
    category = _CATEGORIES.get(module)
    found = catalog.layer(name) if is_keras_layer(module) else catalog.object_(category, name) if category else None
    return {} if found is None else found.arguments


def _attribute(live: Any, name: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what an object was given as an argument, by the names under which Keras keeps it."""
    for attribute in (name, f"_{name}"):
        value = getattr(live, attribute, None)
        if value is not None:
            return value
    return getattr(live, "_fn_kwargs", {}).get(name)
