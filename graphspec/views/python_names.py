"""Names for the variables and functions of Python code, after what they stand for."""

import builtins
import keyword
import re
from collections.abc import Iterable

MAX_LENGTH = 40
_FOREIGN = re.compile(r"\W", re.ASCII)
# Letters that style checkers refuse because they look like digits.
_AMBIGUOUS = frozenset({"l", "O", "I"})
_RESERVED = frozenset({*dir(builtins), *keyword.kwlist, *_AMBIGUOUS, "_"})


class Names:
    """The names of one scope, each given once; none begins with ``prefix``, which is another scope's."""

    def __init__(self, taken: Iterable[str], prefix: str | None = None) -> None:
        self._taken = {*_RESERVED, *taken}
        self._prefix = prefix

    def has(self, name: str) -> bool:
        """Say whether a name is given already."""
        return name in self._taken

    def take(self, name: str) -> None:
        """Give a name that was chosen elsewhere."""
        self._taken.add(name)

    def new(self, wanted: str) -> str:
        """Return a name that nothing else has, as near to the one wanted as Python allows."""
        stem = _FOREIGN.sub("_", wanted)[:MAX_LENGTH]
        if stem[:1].isdecimal() or (self._prefix is not None and stem.startswith(self._prefix)):
            stem = f"_{stem}"
        name = f"{stem}_" if stem in _RESERVED else stem
        number = 2
        while name in self._taken:
            name = f"{stem}_{number}"
            number += 1
        self._taken.add(name)
        return name
