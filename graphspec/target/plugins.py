"""Layers from outside Keras, in modules that the person who runs the command has named."""

import importlib
from typing import Any

from graphspec.diagnostics.diagnostic import UsageError
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.target.backend import load_keras


def plugin_class(dotted: str) -> Any:  # noqa: ANN401 - a class of layers
    """Return the layer class of a dotted name.

    Raises UsageError where the module does not load, and TypeError where it holds no such layer.
    """
    module_name, _, name = dotted.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise UsageError(f"the plugin {module_name} does not load: {error}") from None
    found = getattr(module, name, None)
    layer = load_keras().layers.Layer
    if isinstance(found, type) and issubclass(found, layer):
        return found
    known = [key for key, value in vars(module).items() if isinstance(value, type) and issubclass(value, layer)]
    raise TypeError(f"{module_name} has no layer {name}{did_you_mean(name, known)}")
