"""A file of Keras -> the text of a spec, wherever a spec can be named."""

from collections.abc import Sequence
from pathlib import Path

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.source import Source
from graphspec.lift.lift import Lifted, lift
from graphspec.lift.problems import LiftError
from graphspec.lift.source import read_model, tells_sharing

UNREADABLE = "GS603"


def lift_file(path: Path, plugins: Sequence[str] = ()) -> Lifted:
    """Return the spec of the model in a file.

    Raises LiftError, with every reason, where it cannot be one, and UsageError where there is no such file.
    """
    return lift(read_model(path), plugins, tells_sharing=tells_sharing(path))


def load_model(
    path: Path, shown_as: str, plugins: Sequence[str], diagnostics: Diagnostics, *, flat: bool = True
) -> Source | None:
    """Return the text of the spec of the model in a file, or None where it cannot be one; says what it leaves out.

    ``flat`` is for a node for every call, where else what comes again is a block. Raises UsageError where there is no
    such file.
    """
    place = Span.of_file(shown_as)
    try:
        lifted = lift_file(path, plugins)
        text = lifted.to_yaml(flat=flat)
    except LiftError as error:
        for problem in error.problems:
            diagnostics.error(UNREADABLE, problem, place)
        return None
    for warning in lifted.warnings:
        diagnostics.warning("GS604", warning, place)
    return Source(shown_as, text)
