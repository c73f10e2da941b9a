"""Frames for what only names tell apart: many calls side by side, the names of whose layers begin alike.

A model that Keras has saved is flat, but ``conv2_block1_1_conv`` and ``conv2_block1_add`` say where they belong.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from graphspec.views.plot.drawing import Card
from graphspec.views.plot.facts import group_of

MOST_ALONE = 150
_FEWEST = 3
_FARTHEST = 24
_PART = re.compile(r"[_/-]")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")


class _Run(NamedTuple):
    """The cards from one place to before another whose names begin with a prefix; a few others may be in between."""

    prefix: str
    start: int
    stop: int
    size: int


def framed(cards: Sequence[Card]) -> tuple[Card, ...]:
    """Return cards with those whose names begin alike inside a card of their own, where there are too many.

    The cards of a level are in the order of their calls, so whatever stands together can be closed without a cycle.
    """
    inner = tuple(replace(card, inside=framed(card.inside)) if card.inside else card for card in cards)
    return _framed(inner, "", {card.path for card in inner}) if len(cards) > MOST_ALONE else inner


def _framed(cards: Sequence[Card], before: str, taken: set[str]) -> tuple[Card, ...]:
    made: list[Card] = []
    at = 0
    for run in _blocks([_prefix(card, before) for card in cards]):
        members = cards[run.start : run.stop]
        path = _path(members[0], run.prefix)
        if run.size < _FEWEST or path in taken:
            continue
        inside = _framed(members, run.prefix, taken)
        is_all = len(members) == len(cards)
        made += cards[at : run.start]
        made += inside if is_all else [group_of(path, run.prefix, "group", inside, last=inside[-1])]
        taken.add(path)
        at = run.stop
    return (*made, *cards[at:])


def _path(card: Card, prefix: str) -> str:
    """Return the path of a frame: beside the cards in it, whatever nested model they stand in."""
    return card.path.removesuffix(card.name) + prefix


def _prefix(card: Card, before: str) -> str:
    """Return the shortest start of a name, longer than another, that ends in a numbered word and leaves a rest."""
    if card.kind not in {"call", "model"} or not card.name.startswith(before):
        return ""
    for cut in _PART.finditer(card.name, len(before) + 1):
        words = _PART.split(card.name[: cut.start()])
        number, word = words[-1], words[-2] if len(words) > 1 else ""
        is_number = _DIGIT.search(number) and not _LETTER.search(number)
        is_numbered = _LETTER.search(word) and not _DIGIT.search(word) if is_number else _DIGIT.search(number)
        if is_numbered and _LETTER.search(card.name, cut.end()):
            return card.name[: cut.start()]
    return ""


def _blocks(prefixes: Sequence[str]) -> list[_Run]:
    """Return the runs of prefixes, but for those that are scattered: they number kinds of layers and not places."""
    while True:
        runs = list(_runs(prefixes))
        scattered = {prefix for prefix, times in Counter(run.prefix for run in runs).items() if times > 1}
        if not scattered:
            return runs
        prefixes = ["" if prefix in scattered else prefix for prefix in prefixes]


def _runs(prefixes: Sequence[str]) -> Iterator[_Run]:
    places = [at for at, prefix in enumerate(prefixes) if prefix]
    start = 0
    for number, at in enumerate(places):
        is_last = number + 1 == len(places)
        if not is_last and prefixes[places[number + 1]] == prefixes[at] and places[number + 1] - at <= _FARTHEST:
            continue
        yield _Run(prefixes[at], places[start], at + 1, number + 1 - start)
        start = number + 1
