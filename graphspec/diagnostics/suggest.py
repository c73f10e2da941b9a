"""The nearest right name."""

from collections.abc import Iterable

from graphspec.diagnostics.diagnostic import Fix
from graphspec.diagnostics.span import Span

_SHORTEST = 3


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


def respelling(word: str, names: Iterable[str], span: Span, *, before: str = "", after: str = "") -> Fix | None:
    """Return the fix of a misspelt word, or None where another name may be meant as well.

    One slip away from one name alone, or near one name alone, is certain. Names that differ in case and underscores
    alone are one. A digit is no slip: ``conv3`` is not ``conv2``. ``before`` and ``after`` stand around the word, and
    stay.
    """
    known = tuple(names)
    meant = nearest(word, known)
    if meant is None:
        return None
    fix = Fix(span, before + word + after, before + meant + after)
    if _fold(meant) == _fold(word):
        return fix
    if len(word) < _SHORTEST or _digits(meant) != _digits(word):
        return None
    others = [name for name in known if _fold(name) != _fold(meant) and _digits(name) == _digits(word)]
    if _slips(word, meant) <= 1:
        others = [name for name in others if _slips(word, name) <= 1]
    return None if nearest(word, others) else fix


def _slips(word: str, name: str) -> int:
    return _distance(word.lower(), name.lower(), 1)


def _digits(word: str) -> str:
    return "".join(character for character in word if character.isdigit())


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
