"""Names of layers as a person words them: a text with parameters, and the number of a copy, in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graphspec.fold.pieces import Template
from graphspec.fold.wording import counted
from graphspec.graph.ir import Value
from graphspec.views.python_values import Verbatim

Params = Mapping[str, Sequence[Value]]
_FOREIGN = frozenset("{}\"'\\")
_NUMBER = re.compile(r"[1-9]\d*|0")
_CODE = re.compile(r"\{[^{}]*\}")
_INDEX = re.compile(r"\bindex\b")
_LONGEST = 200


class Wording(str):
    """A text with code in braces, as the inside of an f-string."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Tell it from a plain text."""
        return f"Wording({super().__repr__()})"

    def code(self) -> Verbatim:
        """Return the f-string."""
        return Verbatim(f'f"{self}"')


@dataclass(frozen=True, slots=True)
class Term:
    """A parameter, and what is added to it."""

    param: str
    offset: int = 0

    def code(self, param: str) -> str:
        """Return the code of the sum, from that of the parameter.

        >>> Term("number", 2).code("number"), Term("number", -1).code("number"), Term("name").code("name")
        ('number + 2', 'number - 1', 'name')
        """
        return f"{param} {'+' if self.offset > 0 else '-'} {abs(self.offset)}" if self.offset else param


Parts = tuple[str | Term, ...]
_Score = tuple[int, int, int]


def worded(values: Sequence[Value], params: Params) -> Parts | Term | None:
    """Return how the values of all places follow from those of params: a text, or a number; None where they do not.

    >>> worded(["a_1_conv", "b2_3_conv"], {"name": ["a", "b2"], "number": [0, 2]})
    (Term(param='name', offset=0), '_', Term(param='number', offset=1), '_conv')
    >>> worded([3, 5], {"number": [1, 3]})
    Term(param='number', offset=2)
    """
    known = {name: given for name, given in params.items() if len({repr(value) for value in given}) > 1}
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) == len(values):
        found = _Search(texts, known).best((0,) * len(texts)) if all(map(_is_plain, texts)) else None
        return None if found is None else _merged(found[1])
    numbers = [value for value in values if type(value) is int]
    if len(numbers) < len(values):
        return None
    terms = [Term(name, numbers[0] - given[0]) for name, given in known.items() if type(given[0]) is int]
    fitting = [term for term in terms if _sums(known[term.param], term.offset) == numbers]
    return min(fitting, key=lambda term: abs(term.offset), default=None)


def counted_names(vectors: Sequence[Sequence[Value]], first: int) -> tuple[Wording, ...] | None:
    """Return for each place how the names of its copies are counted, the first of them number ``first`` from 0.

    >>> counted_names([["a_block2", "a_block3"], ["b_block2"]], 0)
    (Wording('a_block{index + 2}'), Wording('b_block{index + 2}'))
    """
    rows = [[value for value in vector if isinstance(value, str) and _is_plain(value)] for vector in vectors]
    if any(len(row) < len(vector) for row, vector in zip(rows, vectors, strict=True)):
        return None
    longest = max(rows, key=len)
    model = _counted(longest, first)
    if model is None:
        return None
    found = [_like(row, longest, model) or _counted(row, first) for row in rows]
    told = tuple(wording for wording in found if wording is not None)
    return told if len(told) == len(found) else None


def with_index(code: str, index: str) -> Verbatim:
    """Return code over the number of a copy for a loop in which that has another name.

    >>> with_index('f"index_{index + 1}"', "index_2"), with_index("0.2 * index / 7", "index_2")
    (Verbatim('f"index_{index_2 + 1}"'), Verbatim('0.2 * index_2 / 7'))
    """
    if not code.startswith("f"):
        return Verbatim(_INDEX.sub(index, code))
    return Verbatim(_CODE.sub(lambda found: _INDEX.sub(index, found[0]), code))


@dataclass(slots=True)
class _Search:
    """How the rest of each text can be said; of several ways, the one with the most text from params is the best."""

    texts: Sequence[str]
    params: Params
    known: dict[tuple[int, ...], tuple[_Score, Parts] | None] = field(default_factory=dict)

    def best(self, at: tuple[int, ...]) -> tuple[_Score, Parts] | None:
        """Return the best way to say what follows these positions."""
        if all(start == len(text) for start, text in zip(at, self.texts, strict=True)):
            return (0, 0, 0), ()
        if at not in self.known:
            self.known[at] = None
            steps = [self._constant(at)]
            for name, values in self.params.items():
                steps.append(self._text(at, name, values) or self._number(at, name, values))
            self.known[at] = max(
                (found for found in steps if found is not None), key=lambda found: found[0], default=None
            )
        return self.known[at]

    def _constant(self, at: tuple[int, ...]) -> tuple[_Score, Parts] | None:
        rests = [text[start:] for text, start in zip(self.texts, at, strict=True)]
        code = _CODE.match(rests[0])
        part = code[0] if code else rests[0][:1]
        if not part or not all(rest.startswith(part) for rest in rests):
            return None
        return self._then(part, (0, 0, 0), tuple(start + len(part) for start in at))

    def _text(self, at: tuple[int, ...], name: str, values: Sequence[Value]) -> tuple[_Score, Parts] | None:
        parts = [value for value in values if isinstance(value, str)]
        if len(parts) < len(values):
            return None
        return self._given(at, Term(name), parts, (sum(map(len, parts)), 0, -1))

    def _number(self, at: tuple[int, ...], name: str, values: Sequence[Value]) -> tuple[_Score, Parts] | None:
        number = _NUMBER.match(self.texts[0], at[0])
        if number is None or type(values[0]) is not int:
            return None
        term = Term(name, int(number[0]) - values[0])
        sums = _sums(values, term.offset)
        return self._given(at, term, [f"{item}" for item in sums], (0, -abs(term.offset), -1)) if sums else None

    def _given(
        self, at: tuple[int, ...], term: Term, parts: Sequence[str], score: _Score
    ) -> tuple[_Score, Parts] | None:
        after = tuple(start + len(part) for start, part in zip(at, parts, strict=True))
        fits = all(text.startswith(part, start) for text, part, start in zip(self.texts, parts, at, strict=True))
        return self._then(term, score, after) if fits and after != at else None

    def _then(self, part: str | Term, score: _Score, after: tuple[int, ...]) -> tuple[_Score, Parts] | None:
        rest = self.best(after)
        if rest is None:
            return None
        (text, offsets, terms), parts = rest
        return (score[0] + text, score[1] + offsets, score[2] + terms), (part, *parts)


def _sums(values: Sequence[Value], offset: int) -> list[int]:
    """Return numbers with something added to each, or none where some value is no number."""
    found = [value + offset for value in values if type(value) is int]
    return found if len(found) == len(values) else []


def _merged(parts: Parts) -> Parts:
    result: list[str | Term] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        else:
            result.append(part)
    return tuple(result)


def _is_plain(text: str) -> bool:
    """Say whether a text stands in an f-string as it is, and is short enough to look at sign by sign."""
    is_inside = isinstance(text, Wording) or (text.isprintable() and not _FOREIGN & set(text))
    return is_inside and len(text) <= _LONGEST


def _counted(names: Sequence[str], first: int) -> Wording | None:
    found = counted(names, first) if len(names) > 1 else None
    if found is None:
        return None
    parts = found.parts if isinstance(found, Template) else (found,)
    return Wording("".join(part if isinstance(part, str) else f"{{{part.text}}}" for part in parts))  # type: ignore[union-attr]


def _like(names: Sequence[str], longest: Sequence[str], model: Wording) -> Wording | None:
    """Return names as they are counted in another place, if they differ from those in what they begin with alone."""
    start = model.index("{")
    ends = [name[start:] for name in longest]
    if not all(name.endswith(end) for name, end in zip(names, ends, strict=False)):
        return None
    starts = {name.removesuffix(end) for name, end in zip(names, ends, strict=False)}
    return Wording(starts.pop() + model[start:]) if len(starts) == 1 else None
