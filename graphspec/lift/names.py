"""Names that a spec can hold."""

import re

from graphspec.frontend.whats import NAME, is_keras_name
from graphspec.lift.texts import without_formulas

_LONGEST = 120


def name_beside(key: str, name: str) -> dict[str, str]:
    """Return ``name``, which stands beside a key that is not the name in Keras; nothing where no spec can hold it.

    >>> name_beside("conv_1", "conv-1"), name_beside("conv", "conv")
    ({'name': 'conv-1'}, {})
    """
    return {"name": name} if key != name and can_stand_beside(name) else {}


def can_stand_beside(name: str) -> bool:
    """Say whether a spec can hold a name under ``name``, which is no place for the signs of a formula."""
    return is_keras_name(name) and without_formulas(name) == name


def proper_name(name: str) -> str:
    """Return a name that a spec can hold: the same, if it can.

    >>> proper_name("mobilenet_1.00_224")
    'mobilenet_1_00_224'
    """
    if NAME.match(name):
        return name
    meant = re.sub(r"\W", "_", name, flags=re.ASCII)[:_LONGEST] or "_"
    return f"_{meant}" if meant[0].isdigit() else meant
