"""Names that a spec can hold, each given once."""

import re
from collections import Counter
from collections.abc import Iterable

from graphspec.frontend.whats import NAME, is_keras_name
from graphspec.lift.texts import without_formulas

_LONGEST = 120


class Taken(set[str]):
    """The names that are taken, and how far each numbered one has come."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__(names)
        self._numbers: Counter[str] = Counter()

    def unused(self, stem: str) -> str:
        """Return the first of the numbered names that is not taken, and take it.

        >>> taken = Taken({"tower_1"})
        >>> taken.unused("tower"), taken.unused("tower")
        ('tower_2', 'tower_3')
        """
        while True:
            self._numbers[stem] += 1
            name = f"{stem}_{self._numbers[stem]}"
            if name not in self:
                self.add(name)
                return name


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
