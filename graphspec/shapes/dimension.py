"""Sizes that may have names: polynomials over named dimensions, with the arithmetic that rules need.

A size that nothing is known of is None. Sums and products of named sizes stay exact (``2*time + 1``); what a polynomial
cannot say becomes None.
"""

from collections.abc import Iterable, Mapping
from math import prod
from typing import Union

Monomial = tuple[str, ...]


class Dim:
    """A size that is known by name: integer coefficients for products of names, such as ``time`` or ``2*time + 1``.

    A polynomial without names is never a Dim but an int.
    """

    __slots__ = ("terms",)
    terms: tuple[tuple[Monomial, int], ...]

    def __init__(self, terms: tuple[tuple[Monomial, int], ...]) -> None:
        self.terms = terms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dim) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(self.terms)

    def __repr__(self) -> str:
        return f"Dim({str(self)!r})"

    def __str__(self) -> str:
        text = " + ".join(_show(names, factor) for names, factor in self.terms)
        return text.replace("+ -", "- ")

    def __add__(self, other: "int | Dim") -> "int | Dim":
        terms = dict(self.terms)
        for names, factor in _terms_of(other).items():
            terms[names] = terms.get(names, 0) + factor
        return _polynomial(terms)

    def __mul__(self, other: "int | Dim") -> "int | Dim":
        terms: dict[Monomial, int] = {}
        for names, factor in self.terms:
            for others, by in _terms_of(other).items():
                both = tuple(sorted(names + others))
                terms[both] = terms.get(both, 0) + factor * by
        return _polynomial(terms)

    def __sub__(self, other: "int | Dim") -> "int | Dim":
        return self + other * -1

    def __neg__(self) -> "int | Dim":
        return self * -1

    def __rsub__(self, other: int) -> "int | Dim":
        return self * -1 + other

    __radd__ = __add__
    __rmul__ = __mul__


Dimension = Union[int, Dim, None]  # noqa: UP007 - read at run time by older checkers of types
Shape = tuple[Dimension, ...]
Count = Dimension


def named(name: str) -> Dim:
    """Return the size that a name stands for.

    >>> str(named("time") * 2 + 1)
    '2*time + 1'
    """
    return Dim((((name,), 1),))


def plus(one: Dimension, other: Dimension) -> Dimension:
    """Return the sum of two sizes, unknown where one is."""
    return None if one is None or other is None else one + other


def times(one: Dimension, other: Dimension) -> Dimension:
    """Return the product of two sizes; nothing is known of it where one is unknown, unless the other is 0."""
    if one == 0 or other == 0:
        return 0
    return None if one is None or other is None else one * other


def product(sizes: Iterable[Dimension]) -> Dimension:
    """Return the product of sizes, 1 for none.

    >>> product([2, None])
    >>> product([2, 3])
    6
    """
    result: Dimension = 1
    for size in sizes:
        result = times(result, size)
    return result


def may_multiply_to(sizes: Iterable[Dimension], number: int) -> bool:
    """Say whether the product of sizes may be a number: what is known of them divides it, whatever the others are.

    >>> may_multiply_to([None, 4], 8), may_multiply_to([None, 4], 6), may_multiply_to([2, 4], 16)
    (True, False, False)
    """
    listed = list(sizes)
    known = prod(size for size in listed if isinstance(size, int))
    if all(isinstance(size, int) for size in listed) or not known:
        return known == number
    return number > 0 and number % known == 0


def quotient(size: Dimension, divisor: Dimension) -> Dimension:
    """Return a size divided by another, rounded down; for named sizes only where it leaves nothing over.

    >>> str(quotient(named("time") * 6, 3)), quotient(named("time"), 2), quotient(7, 2)
    ('2*time', None, 3)
    """
    if isinstance(size, int) and isinstance(divisor, int):
        return size // divisor
    if size is None or divisor is None or size == 0:
        return 0 if size == 0 else None
    if size == divisor:
        return 1
    terms = _terms_of(divisor)
    if len(terms) != 1:
        return None
    names, factor = next(iter(terms.items()))
    divided: dict[Monomial, int] = {}
    for others, by in _terms_of(size).items():
        rest = _without(others, names)
        if rest is None or by % factor:
            return None
        divided[rest] = by // factor
    return _polynomial(divided)


def differ(one: Dimension, other: Dimension) -> bool:
    """Say whether two sizes that have to agree cannot: a name meets a number or None as None would."""
    return one != other and type(one) is type(other) and one is not None


def unlike(one: Dimension, other: Dimension) -> bool:
    """Say whether two sizes differ where Keras compares them as it builds: unknown is then like unknown alone."""
    return as_known(one) != as_known(other) or differ(one, other)


def agreed(one: Dimension, other: Dimension) -> Dimension:
    """Return what is known of two sizes that agree: a number before a name, a name before nothing."""
    if isinstance(one, int) or other is None:
        return one
    return other if isinstance(other, int) or one is None else one


def as_known(size: Dimension) -> int | None:
    """Return a size as Keras sees it: a name is None."""
    return size if isinstance(size, int) else None


def show(size: Dimension) -> str:
    """Return a size as people read it."""
    return "?" if size is None else str(size)


def _terms_of(value: "int | Dim") -> Mapping[Monomial, int]:
    if isinstance(value, Dim):
        return dict(value.terms)
    return {(): value}


def _polynomial(terms: Mapping[Monomial, int]) -> "int | Dim":
    kept = sorted((item for item in terms.items() if item[1]), key=lambda item: (-len(item[0]), item[0]))
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    return Dim(tuple(kept))


def _without(names: Monomial, others: Monomial) -> Monomial | None:
    left = list(names)
    for name in others:
        if name not in left:
            return None
        left.remove(name)
    return tuple(left)


def _show(names: Monomial, factor: int) -> str:
    if not names:
        return str(factor)
    joined = "*".join(names)
    if factor == 1:
        return joined
    return f"-{joined}" if factor == -1 else f"{factor}*{joined}"
