"""The nearest right name."""

from collections.abc import Iterable


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that the writer of ``word`` most likely meant, or None where none is near.

    A name that differs only in case or underscores wins; otherwise the smallest optimal string alignment distance
    does, up to a third of the word's length.
    """
    folded = _fold(word)
    same: list[str] = []
    best: tuple[int, int, str] | None = None
    limit = max(1, (len(word) + 1) // 3)
    for name in names:
        if _fold(name) == folded:
            same.append(name)
            continue
        if abs(len(name) - len(word)) > limit:
            continue
        distance = _distance(word.lower(), name.lower(), limit)
        if distance > limit or distance >= max(len(word), len(name)):
            continue
        # What starts in the other case may mean something else: "Accuracy" is one metric, "accuracy" fits the loss.
        initial = 0 if name[:1] == word[:1] else 1 if name[:1].lower() == word[:1].lower() else 2
        candidate = (distance, initial, name)
        if best is None or candidate < best:
            best = candidate
    if same:
        return min(same, key=lambda name: (name[:1] != word[:1], name.islower() != word.islower()))
    return None if best is None else best[2]


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return ``; did you mean "name"?`` to end a message with, or nothing where no name is near."""
    name = nearest(word, names)
    return "" if name is None else f'; did you mean "{name}"?'


def _fold(word: str) -> str:
    return word.replace("_", "").replace("-", "").lower()


def _distance(left: str, right: str, limit: int) -> int:
    """Return the optimal string alignment distance (Boytsov 2011, section 2.1), or more than ``limit``."""
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        current = [i]
        for j, b in enumerate(right, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return previous[-1]
