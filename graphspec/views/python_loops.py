"""How copies differ from each other: not at all, by a formula of their number, or by a table."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from graphspec.fold.wording import shares
from graphspec.graph.ir import Value
from graphspec.views.python_values import Verbatim
from graphspec.views.python_wording import counted_names, with_index

# Two values are on any line; three say that a line is meant.
_TELLING = 3
_MOST_COLUMNS = 5
# Longer numbers say less than how they are computed.
_LONGEST_NUMBER = 8
Vectors = Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Formula:
    """What an argument is in each copy; ``values`` has for each loop what the formula starts from."""

    kind: Literal["same", "linear", "power", "text", "shares", "table"]
    values: tuple[Value, ...]
    step: int | float = 0
    period: int = 0

    def code(self, value: str, index: str) -> str:
        """Return the formula as code, from the code of what it starts from.

        >>> Formula("linear", (), 1).code("2", "index"), Formula("power", (), 2).code("1", "index")
        ('index + 2', '2**index')
        >>> Formula("linear", (), -0.5).code("4.0", "index"), Formula("linear", (), 2).code("-1", "index")
        ('4.0 - 0.5 * index', '2 * index - 1')
        >>> Formula("power", (), 2, 10).code("64", "index")
        '64 * 2 ** (index % 10)'
        >>> print(Formula("text", ()).code('f"block{index + 1}"', "index_2"))
        f"block{index_2 + 1}"
        """
        if self.kind in {"text", "shares"}:
            return with_index(value, index)
        if self.period:
            power = f"{self.step} ** ({index} % {self.period})"
            return power if value == "1" else f"{value} * {power}"
        if self.kind == "power":
            return f"{self.step}**{index}" if value == "1" else f"{value} * {self.step}**{index}"
        size = abs(self.step)
        product = index if repr(size) == "1" else f"{size!r} * {index}"
        if value in {"0", "0.0"}:
            return product if self.step > 0 else f"-{product}"
        if self.step < 0:
            return f"{value} - {product}"
        return f"{product} - {value[1:]}" if value.startswith("-") else f"{product} + {value}"


@dataclass(frozen=True, slots=True)
class Segment:
    """Copies from one on: a single one, or all that follow in a loop; a formula for each argument."""

    first: int
    is_loop: bool
    formulas: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Naming:
    """Which arguments are names of layers or parts of them, and which texts for all places can be worded there."""

    arguments: Collection[int] = ()
    accepts: Callable[[Sequence[Value]], bool] = lambda _: True


_NO_NAMES = Naming()


def segments(
    arguments: Sequence[Vectors], lengths: Sequence[int], first: int, naming: Naming = _NO_NAMES
) -> list[Segment]:
    """Return how to write copies whose arguments have these values.

    For each argument there is, for each place that the code is for, a value for each copy; ``lengths`` has how many
    copies there are in each place.
    """
    longest = max(lengths)
    whole = _formulas(arguments, first, naming)
    if longest > 1 and all(formula is not None for formula in whole):
        return [_loop(first, arguments, naming)]
    is_wide = len([formula for formula in whole if formula is None]) > _MOST_COLUMNS
    if (longest < _TELLING or is_wide) and len(set(lengths)) == 1:
        return [_single(first, arguments, number) for number in range(longest)]
    rest = [[vector[1:] for vector in vectors] for vectors in arguments]
    if longest >= _TELLING and all(formula is not None for formula in _formulas(rest, first + 1, naming)):
        tails = [[tail or vector[:1] for tail, vector in zip(*pair, strict=True)]
                 for pair in zip(rest, arguments, strict=True)]  # fmt: skip
        return [_single(first, arguments, 0), _loop(first + 1, tails, naming)]
    return [_loop(first, arguments, naming)]


def _single(first: int, arguments: Sequence[Vectors], number: int) -> Segment:
    formulas = (Formula("same", tuple(vector[number] for vector in vectors)) for vectors in arguments)
    return Segment(first + number, is_loop=False, formulas=tuple(formulas))


def _loop(first: int, arguments: Sequence[Vectors], naming: Naming) -> Segment:
    formulas = (
        formula or Formula("table", tuple(tuple(vector) for vector in vectors))
        for formula, vectors in zip(_formulas(arguments, first, naming), arguments, strict=True)
    )
    return Segment(first, is_loop=True, formulas=tuple(formulas))


def _formulas(arguments: Sequence[Vectors], first: int, naming: Naming) -> list[Formula | None]:
    return [
        _same(vectors) or (_name(vectors, first, naming) if number in naming.arguments else _formula(vectors, first))
        for number, vectors in enumerate(arguments)
    ]


def _same(vectors: Vectors) -> Formula | None:
    if all(repr(value) == repr(vector[0]) for vector in vectors for value in vector):
        return Formula("same", tuple(vector[0] for vector in vectors if vector))
    return None


def _name(vectors: Vectors, first: int, naming: Naming) -> Formula | None:
    """Return how names are counted: two copies tell it, where two of other values would not."""
    known = [vector for vector in vectors if vector]
    numbers = _numbers(known)
    if numbers:
        line = _linear(numbers, first)
        return line if line is not None and naming.accepts(line.values) else None
    texts = counted_names(known, first)
    return Formula("text", texts) if texts is not None and naming.accepts(texts) else None


def _formula(vectors: Vectors, first: int) -> Formula | None:
    known = [vector for vector in vectors if vector]
    numbers = _numbers(known)
    if max(map(len, known)) < _TELLING or not numbers:
        return None
    return _linear(numbers, first) or _power(numbers, first) or _shares(numbers, first)


def _numbers(vectors: Vectors) -> list[list[int | float]]:
    """Return values that are all numbers, or nothing."""
    found = [[value for value in vector if isinstance(value, int | float) and type(value) is not bool]
             for vector in vectors]  # fmt: skip
    return found if list(map(len, found)) == list(map(len, vectors)) else []


def _shares(vectors: Sequence[Sequence[int | float]], first: int) -> Formula | None:
    if not all(isinstance(value, float) for vector in vectors for value in vector):
        return None
    is_long = any(len(repr(value)) > _LONGEST_NUMBER for vector in vectors for value in vector)
    found = {shares(vector, first) for vector in vectors} if is_long else {None}
    code = found.pop()
    return None if code is None or found else Formula("shares", (Verbatim(code),) * len(vectors))


def _linear(vectors: Sequence[Sequence[int | float]], first: int) -> Formula | None:
    longest = max(vectors, key=len)
    step = longest[1] - longest[0]
    starts = [vector[0] - step * first for vector in vectors]
    if not step or not _agree(vectors, first, lambda place, index: step * index + starts[place]):
        return None
    return Formula("linear", tuple(starts), step)


def _power(vectors: Sequence[Sequence[int | float]], first: int) -> Formula | None:
    longest = max(vectors, key=len)
    if not all(type(value) is int and value > 0 for vector in vectors for value in vector):
        return None
    base = int(longest[1] // longest[0])
    if base <= 1:
        return None
    starts = [int(vector[0] // base**first) for vector in vectors]
    if _agree(vectors, first, lambda place, index: starts[place] * base**index):
        return Formula("power", tuple(starts), base)
    # The first that is no longer larger than the one before it begins anew.
    period = next((index for index in range(1, len(longest)) if longest[index] < longest[index - 1]), 0) + first
    starts = [int(vector[0] // base ** (first % period)) if period else 0 for vector in vectors]
    if period > 1 and _agree(vectors, first, lambda place, index: starts[place] * base ** (index % period)):
        return Formula("power", tuple(starts), base, period)
    return None


def _agree(vectors: Sequence[Sequence[int | float]], first: int, value: Callable[[int, int], int | float]) -> bool:
    """Say whether a formula gives exactly these values, of the same types."""
    return all(
        repr(value(place, index)) == repr(given)
        for place, vector in enumerate(vectors)
        for index, given in enumerate(vector, first)
    )
