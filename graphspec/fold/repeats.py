"""Strings of regions -> the substrings that come again."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

from graphspec.fold.regions import Region

_LONGEST = 64
_MOST_WORK = 400_000
_BASE = 1_000_003
_MODULUS = (1 << 61) - 1
# What a block takes beside its nodes: its name, params, inputs, outputs, and the line "nodes:".
OVERHEAD = 5


Numbering = Callable[[Region], int]


class Repeat(NamedTuple):
    """A substring that comes again, in which numbering, how often, and how many lines it saves at most."""

    numbers: tuple[int, ...]
    copies: int
    saving: float
    number: Numbering


class Place(NamedTuple):
    """Where a substring stands."""

    string: int
    start: int


class _Count:
    """How often a substring was met, without overlaps; ``runs`` counts those in a row as one."""

    __slots__ = ("count", "end", "first", "runs", "string")

    def __init__(self, first: Place) -> None:
        self.first = first
        self.count, self.runs, self.string, self.end = 0, 0, -1, -1


def repeats_in(strings: Sequence[Sequence[Region]]) -> list[Repeat]:
    """Return the substrings that come more than once, those that may save most first."""
    found = [*_repeats(strings, attrgetter("loose")), *_repeats(strings, attrgetter("strict"))]
    return sorted(found, key=lambda repeat: -repeat.saving)


def _repeats(strings: Sequence[Sequence[Region]], number: Numbering) -> list[Repeat]:
    total = sum(map(len, strings))
    longest = max(4, min(_LONGEST, _MOST_WORK // max(1, total)))
    counts: dict[tuple[int, int], _Count] = {}
    for place, string in enumerate(strings):
        numbers = [number(region) for region in string]
        for start in range(len(string)):
            code = 0
            for length in range(1, min(longest, len(string) - start) + 1):
                code = (code * _BASE + numbers[start + length - 1]) % _MODULUS
                found = counts.get((length, code))
                if found is None:
                    found = counts[length, code] = _Count(Place(place, start))
                if found.string == place and start < found.end:
                    continue
                found.runs += found.string != place or found.end != start
                found.count += 1
                found.string, found.end = place, start + length
    repeats = []
    for (length, _), found in counts.items():
        if found.count > 1:
            regions = strings[found.first.string][found.first.start : found.first.start + length]
            size = sum(region.lines for region in regions)
            saving = found.count * size - size - OVERHEAD - found.runs
            found_numbers = tuple(number(region) for region in regions)
            if saving > 0 and not _is_periodic(found_numbers):
                repeats.append(Repeat(found_numbers, found.count, saving, number))
    return repeats


def runs_of(repeat: Repeat, strings: Sequence[Sequence[Region]]) -> list[list[Place]]:
    """Return where a substring stands, in order and without overlaps; those that follow each other are together."""
    runs: list[list[Place]] = []
    length = len(repeat.numbers)
    for place, string in enumerate(strings):
        start, end = 0, -1
        while start + length <= len(string):
            if any(repeat.number(string[start + at]) != number for at, number in enumerate(repeat.numbers)):
                start += 1
                continue
            if start == end:
                runs[-1].append(Place(place, start))
            else:
                runs.append([Place(place, start)])
            start = end = start + length
    return runs


def _is_periodic(numbers: tuple[int, ...]) -> bool:
    """Say whether a substring is a shorter one again and again: that one makes the better block."""
    size = len(numbers)
    return any(numbers[period:] == numbers[:-period] for period in range(1, size // 2 + 1))
