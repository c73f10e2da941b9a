"""Compile a declarative YAML spec into a Keras functional model."""

import importlib
from typing import TYPE_CHECKING

from graphspec.version import __version__

if TYPE_CHECKING:
    from graphspec.changes import Change, Diff
    from graphspec.diagnostics.diagnostic import Diagnostic, GraphSpecError, SpecError, UsageError
    from graphspec.lift.problems import LiftError
    from graphspec.locks import check_lock, lock
    from graphspec.spec import Spec, diff, from_keras, load, validate

__all__ = [
    "Change",
    "Diagnostic",
    "Diff",
    "GraphSpecError",
    "LiftError",
    "Spec",
    "SpecError",
    "UsageError",
    "__version__",
    "check_lock",
    "diff",
    "from_keras",
    "load",
    "lock",
    "validate",
]

_HOMES = {
    "Change": "graphspec.changes",
    "Diagnostic": "graphspec.diagnostics.diagnostic",
    "Diff": "graphspec.changes",
    "GraphSpecError": "graphspec.diagnostics.diagnostic",
    "LiftError": "graphspec.lift.problems",
    "Spec": "graphspec.spec",
    "SpecError": "graphspec.diagnostics.diagnostic",
    "UsageError": "graphspec.diagnostics.diagnostic",
    "check_lock": "graphspec.locks",
    "diff": "graphspec.spec",
    "from_keras": "graphspec.spec",
    "load": "graphspec.spec",
    "lock": "graphspec.locks",
    "validate": "graphspec.spec",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: the command line starts without what it does not need."""
    if name not in _HOMES:
        raise AttributeError(f"module 'graphspec' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
