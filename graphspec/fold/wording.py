"""The names of copies -> one wording with params: ``conv2_block1_add``, ``conv3_block4_add`` -> ``${name}_add``."""

import re
from collections.abc import Sequence
from itertools import pairwise

from graphspec.fold.pieces import Code, Template, Value

Atom = str | Code
_SEPARATORS = frozenset("_./- ")
_NUMBERS = re.compile(r"([1-9]\d*|0)(?!\d)|(\D+|\d+)")
_LEAST_OF_SHARES = 3
_MOST_SHARES = 256
_DIGITS = 6
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def atoms_of(value: Value) -> tuple[Atom, ...]:
    """Return the characters and the expressions of a text."""
    if isinstance(value, Template):
        return tuple(atom for part in value.parts for atom in (part if isinstance(part, str) else (part,)))
    return (value,) if isinstance(value, Code) else tuple(str(value))


def value_of(atoms: Sequence[Atom]) -> Value:
    """Return the text that has these characters and expressions."""
    parts: list[str | Code] = []
    for atom in atoms:
        if isinstance(atom, str) and parts and isinstance(parts[-1], str):
            parts[-1] += atom
        else:
            parts.append(atom)
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else Template(tuple(parts))


def common_start(texts: Sequence[Sequence[Atom]]) -> int:
    """Return how many atoms all texts begin with."""
    shortest = min(map(len, texts))
    return next((at for at in range(shortest) if any(text[at] != texts[0][at] for text in texts)), shortest)


def common_end(texts: Sequence[Sequence[Atom]]) -> int:
    """Return how many atoms all texts end with."""
    return common_start([text[::-1] for text in texts])


def starts_of(names: Sequence[Sequence[Sequence[Atom]]]) -> list[int] | None:
    """Return how long the start is that all names of a copy share, for each copy, if what follows is always the same.

    ``names`` has the names of each copy in the same order.
    """
    if len(names[0]) == 1:
        rest = _whole_words(common_end([copy[0] for copy in names]), names[0][0])
        starts = [len(copy[0]) - rest for copy in names]
    else:
        starts = [common_start(copy) for copy in names]
        back = _broken_word(names[0], starts[0])
        tail = names[0][0][starts[0] - back : starts[0]]
        if any(copy[0][max(0, start - back) : start] != tail for copy, start in zip(names, starts, strict=True)):
            return None
        starts = [start - back for start in starts]
    ends = [tuple(name[start:] for name in copy) for copy, start in zip(names, starts, strict=True)]
    if min(starts) < 1 or any(end != ends[0] for end in ends):
        return None
    shared = {tuple(copy[0][:start]) for copy, start in zip(names, starts, strict=True)}
    return starts if len(shared) > 1 or any(isinstance(atom, Code) for atom in next(iter(shared))) else None


def _broken_word(copy: Sequence[Sequence[Atom]], start: int) -> int:
    """Return how many atoms before ``start`` belong to a word that goes on, or to the separator before it."""
    following = [name[start] for name in copy if len(name) > start]
    at = start
    first = copy[0]
    if any(isinstance(atom, str) and atom.isalnum() for atom in following):
        kind = str.isdigit if any(isinstance(atom, str) and atom.isdigit() for atom in following) else str.isalpha
        while at and isinstance(first[at - 1], str) and kind(str(first[at - 1])):
            at -= 1
    while at and first[at - 1] in _SEPARATORS:
        at -= 1
    return start - at


def _whole_words(length: int, text: Sequence[Atom]) -> int:
    """Return how much of the end of a text is whole words, with the separator before them."""
    while length:
        if text[len(text) - length] in _SEPARATORS:
            break
        length -= 1
    return length


def tokens_of(text: str) -> tuple[str | int, ...]:
    """Return the numbers in a text, and the texts between them.

    >>> tokens_of("conv2_block10")
    ('conv', 2, '_block', 10)
    """
    return tuple(int(number) if number else other for number, other in _NUMBERS.findall(text))


def counted(texts: Sequence[str], start: int = 0) -> Value | None:
    """Return a text over the number of a copy that gives these texts, or None; ``start`` is that of the first.

    >>> [getattr(part, "text", part) for part in counted(["block2b", "block2c"]).parts]
    ['block2', "'bc'[index]"]
    """
    split = [tokens_of(text) for text in texts]
    if len({len(tokens) for tokens in split}) > 1:
        return None
    parts: list[Atom] = []
    for column in zip(*split, strict=True):
        if len(set(column)) == 1:
            parts += str(column[0])
            continue
        numbers = [item for item in column if isinstance(item, int)]
        if len(numbers) == len(column) and len({after - before for before, after in pairwise(numbers)}) == 1:
            parts.append(Code(_line_from(numbers, start), is_index=True))
            continue
        lettered = None if numbers else _lettered([str(item) for item in column], start)
        if lettered is None:
            return None
        parts += lettered
    return value_of(parts)


def _line_from(numbers: Sequence[int], start: int) -> str:
    step = numbers[1] - numbers[0]
    return line(numbers[0] - step * start, step)


def line(first: int, step: int) -> str:
    """Return ``first + step * index`` as it is best written.

    >>> line(2, 1), line(0, 4), line(16, 16), line(9, -1)
    ('index + 2', '4 * index', '16 * (index + 1)', '9 - index')
    """
    if first > 0 > step:
        return f"{first} - {'index' if step == -1 else f'{-step} * index'}"
    if first and first % step == 0 and step != 1:
        return f"{step} * (index {'+' if first // step > 0 else '-'} {abs(first // step)})"
    scaled = "index" if step == 1 else f"{step} * index"
    return scaled if not first else f"{scaled} {'+' if first > 0 else '-'} {abs(first)}"


def shares(values: Sequence[float], start: int = 0) -> str | None:
    """Return how numbers grow as shares of one, to the last bit: the rates of a stochastic depth do.

    ``start`` is the number of the first copy.

    >>> shares([0.2 * copy / 7 for copy in (3, 4, 5)])
    '0.2 * (index + 3) / 7'
    """
    step = values[1] - values[0] if len(values) >= _LEAST_OF_SHARES else 0
    if not step:
        return None
    first = round(values[0] / step)
    for count in range(2, _MOST_SHARES):
        whole = round(step * count, _DIGITS)
        if all(whole * (at + first) / count == value for at, value in enumerate(values)):
            index = line(first - start, 1)
            return f"{whole} * {index if index == 'index' else f'({index})'} / {count}"
    return None


def _lettered(texts: Sequence[str], begin: int) -> list[Atom] | None:
    """Return a text in which one letter goes through the alphabet."""
    if len(texts) < 2 or len({len(text) for text in texts}) > 1:  # noqa: PLR2004 - one is no row
        return None
    start, end = common_start(texts), common_end(texts)
    letters = "".join(text[start : len(text) - end] for text in texts)
    if len(letters) != len(texts) or letters not in _LETTERS:
        return None
    return [*texts[0][:start], Code(f"'{letters}'[{line(-begin, 1)}]", is_index=True), *texts[0][len(texts[0]) - end :]]
