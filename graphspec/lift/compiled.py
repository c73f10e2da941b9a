"""A saved ``compile_config`` -> the ``compile`` section."""

import struct
from collections.abc import Mapping
from typing import Any

from graphspec.catalog.catalog import Argument
from graphspec.lift.objects import REFUSED, Objects

_KINDS = {"optimizer": "optimizer", "loss": "loss", "metrics": "metric", "weighted_metrics": "metric"}
_DEFAULTS = {
    "run_eagerly": False, "steps_per_execution": 1, "jit_compile": (False, "auto"), "auto_scale_loss": True,
    "loss_weights": None,
}  # fmt: skip


def lift_compile(config: Mapping[str, Any], objects: Objects) -> dict[str, Any] | None:
    """Return the ``compile`` section, or None where nothing was said."""
    section: dict[str, Any] = {}
    for key, kind in _KINDS.items():
        if config.get(key) is not None:
            value = objects.value(config[key], Argument(key, kind, None, required=True, doc=""), "compile")
            if value is not REFUSED and value != []:
                section[key] = _rounded(value) if key == "optimizer" else value
    for key, default in _DEFAULTS.items():
        value = config.get(key)
        defaults = default if isinstance(default, tuple) else (default,)
        if value is not None and not any(value is item or value == item for item in defaults):
            section[key] = value
    order = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", *_DEFAULTS)
    return {key: section[key] for key in order if key in section} or None


def _rounded(optimizer: Any) -> Any:  # noqa: ANN401 - a name, or a class with arguments
    """Return an optimizer with the learning rate as it was written: Keras keeps it in 32 bits."""
    if not isinstance(optimizer, dict) or len(optimizer) != 1:
        return optimizer
    ((name, arguments),) = optimizer.items()
    if not isinstance(arguments, dict) or not isinstance(arguments.get("learning_rate"), float):
        return optimizer
    return {name: arguments | {"learning_rate": shortest(arguments["learning_rate"])}}


def shortest(value: float) -> float:
    """Return the shortest decimal number that is the same in 32 bits.

    >>> shortest(0.0010000000474974513)
    0.001
    """
    for digits in range(1, 10):
        candidate = float(f"{value:.{digits}g}")
        if struct.pack("f", candidate) == struct.pack("f", value):
            return candidate
    return value
