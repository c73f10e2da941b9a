"""A saved ``compile_config`` -> the ``compile`` section."""

import struct
from collections.abc import Mapping
from typing import Any

from graphspec.catalog.catalog import Argument
from graphspec.lift.objects import REFUSED, Objects
from graphspec.lift.problems import Notes

_KINDS = {"optimizer": "optimizer", "loss": "loss", "metrics": "metric", "weighted_metrics": "metric"}
_DEFAULTS = {
    "run_eagerly": False, "steps_per_execution": 1, "jit_compile": (False, "auto"), "auto_scale_loss": True,
    "loss_weights": None,
}  # fmt: skip


def lift_compile(
    config: Mapping[str, Any], objects: Objects, names: Mapping[str, str], *, is_ordered: bool
) -> dict[str, Any] | None:
    """Return the ``compile`` section, or None where nothing was said; ``names`` has the outputs by Keras' names."""
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
    for key in ("loss", "loss_weights", "metrics", "weighted_metrics"):
        if isinstance(section.get(key), list) and len(names) > 1 and not is_ordered:
            objects.notes.refuse(f'"{key}" is a list, and the outputs have names and no order')
            del section[key]
        elif key in section:
            said = config[key]
            is_by_output = isinstance(said, dict) and "class_name" not in said
            _name_outputs(section, key, objects.notes, names, is_by_output=is_by_output)
    order = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", *_DEFAULTS)
    return {key: section[key] for key in order if key in section} or None


def _name_outputs(
    section: dict[str, Any], key: str, notes: Notes, names: Mapping[str, str], *, is_by_output: bool
) -> None:
    """Let what is said by output speak of the outputs of the spec, each with one loss."""
    value = section[key]
    if is_by_output:
        for name in value.keys() - names.keys():
            notes.refuse(f'"{key}" of "{name}", which is no output')
        value = {names[name]: item for name, item in value.items() if name in names}
    if key == "loss":
        value = _single(value)
        held = value.values() if is_by_output else value if isinstance(value, list) else ()
        if any(isinstance(item, list) for item in held):
            notes.refuse('"loss": an output has several losses')
            value = None
    section[key] = value
    if not value:
        del section[key]


def _single(value: Any) -> Any:  # noqa: ANN401 - losses in lists and mappings
    """Return losses without the lists around single ones, which Keras takes for the same."""
    if isinstance(value, dict):
        return {key: _unwrapped(item) for key, item in value.items()}
    return [_unwrapped(item) for item in value] if isinstance(value, list) else value


def _unwrapped(item: Any) -> Any:  # noqa: ANN401 - as above
    return item[0] if isinstance(item, list) and len(item) == 1 else item


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
