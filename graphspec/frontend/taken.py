"""Names, each given once."""

from collections import Counter
from collections.abc import Iterable


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
