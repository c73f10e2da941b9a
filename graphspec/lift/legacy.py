"""What the JSON in .h5 files has in another form, and that of Keras 2 altogether."""

from collections.abc import Mapping
from typing import Any

from graphspec.catalog import catalog
from graphspec.lift.problems import LiftError
from graphspec.lift.saved import MODELS

Json = dict[str, Any]
_FROM_KERAS_2 = (
    "the model was saved by Keras 2: load its .h5 file with Keras 3, keras.models.load_model(path, compile=False), save"
    " it as .keras and import that; from another file, tf_keras makes the .h5"
)


def check_version(saved: Mapping[str, Any]) -> None:
    """Raise LiftError where a model was saved by Keras 2 or 1: these say otherwise what calls what."""
    config = saved.get("config", saved)
    layers = config.get("layers") if isinstance(config, dict) else None
    version = saved.get("keras_version")
    is_told = isinstance(version, str) and version.startswith(("1.", "2."))
    if is_told or any(map(_is_of_keras_2, layers if isinstance(layers, list) else ())):
        raise LiftError([_FROM_KERAS_2])


def _is_of_keras_2(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    calls, config = item.get("inbound_nodes"), item.get("config")
    is_list = isinstance(calls, list) and any(isinstance(call, list) for call in calls)
    is_input = item.get("class_name") == "InputLayer"
    return is_list or (is_input and isinstance(config, dict) and "batch_input_shape" in config)


def add_modules(saved: Json) -> None:
    """Say of each layer, model and op where it is from, which Keras leaves out of .h5 files."""
    if "module" in saved:
        return
    waiting: list[Any] = [saved]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += item.values()
            module = None if "module" in item else _module_of(item.get("class_name"), item.get("config"))
            if module is not None:
                item["module"] = module


def _module_of(class_name: object, config: object) -> str | None:
    """Return the module of a saved object; layers and ops may have one name, and only layers can be frozen."""
    if not isinstance(class_name, str) or not isinstance(config, dict):
        return None
    if class_name in MODELS:
        return "keras.models" if "layers" in config else None
    is_op = catalog.operation(class_name) is not None and "trainable" not in config
    is_layer = class_name == "InputLayer" or catalog.layer(class_name) is not None
    return "keras.ops" if is_op else "keras.layers" if is_layer else None
