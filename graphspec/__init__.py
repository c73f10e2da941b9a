"""Compile a declarative YAML spec into a Keras functional model."""

import importlib
from typing import TYPE_CHECKING

from graphspec.version import __version__

if TYPE_CHECKING:
    from graphspec.diagnostics.diagnostic import Diagnostic, GraphSpecError, SpecError, UsageError
    from graphspec.lift.problems import LiftError
    from graphspec.spec import Spec, from_keras, load, validate

__all__ = [
    "Diagnostic",
    "GraphSpecError",
    "LiftError",
    "Spec",
    "SpecError",
    "UsageError",
    "__version__",
    "from_keras",
    "load",
    "validate",
]

_HOMES = {
    "Diagnostic": "graphspec.diagnostics.diagnostic",
    "GraphSpecError": "graphspec.diagnostics.diagnostic",
    "LiftError": "graphspec.lift.problems",
    "Spec": "graphspec.spec",
    "SpecError": "graphspec.diagnostics.diagnostic",
    "UsageError": "graphspec.diagnostics.diagnostic",
    "from_keras": "graphspec.spec",
    "load": "graphspec.spec",
    "validate": "graphspec.spec",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: the command line starts without what it does not need."""
    if name not in _HOMES:
        raise AttributeError(f"module 'graphspec' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
