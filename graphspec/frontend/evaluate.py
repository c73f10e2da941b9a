"""A formula and what its names stand for -> its value; nothing but what is listed here can happen."""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from graphspec.diagnostics.suggest import did_you_mean
from graphspec.frontend.formulas import FormulaError, Term

MAX_BITS = 1_000
MAX_SIZE = 10_000
# Names that repeat and each give their copies.
OF_COPIES: Mapping[str, str] = {"index": '"repeat" or "each"', "item": '"each"'}
_UNKNOWN = "GS305"
_WRONG = "GS306"
_OF_TEXTS = frozenset({"==", "!=", "in", "not in"})


class UnknownValueError(Exception):
    """Raised where a formula needs a value whose mistake has been told."""


def evaluate(term: Term, values: Mapping[str, object], unknown: frozenset[str] = frozenset()) -> object:
    """Return the value of a formula, where ``unknown`` holds the names whose values could not be made out.

    Raises FormulaError where there is none, and UnknownValueError where it depends on one of those.
    """
    if term.kind == "constant":
        return term.value
    if term.kind == "name":
        return _named(term, values, unknown)
    if term.kind in {"and", "or", "if"}:
        return _lazy(term, values, unknown)
    items = _operands(term, values, unknown)
    if term.kind == "list":
        return items
    if term.kind == "call":
        return _called(term, items)
    return _bounded(_RULES[term.kind](term, *items), term)


def _operands(term: Term, values: Mapping[str, object], unknown: frozenset[str]) -> list[object]:
    try:
        return [evaluate(item, values, unknown) for item in term.items]
    except FormulaError as error:
        is_bare = any(item.kind == "name" and item.start == error.start for item in term.items)
        if error.code != _UNKNOWN or term.kind not in _OF_TEXTS or not is_bare or error.help is None:
            raise
        help_ = f"{error.help}; text stands in quotes"
        raise FormulaError(error.message, error.start, error.end, help_, error.code) from None


def kind_of(value: object) -> str:
    """Return what a person would call a value: ``the integer 3``, ``the text "same"``, ``a list``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"the integer {value}" if abs(value) < 10**20 else "a huge integer"
    if isinstance(value, float):
        return f"the number {value!r}"
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) <= 40 else "a long text"  # noqa: PLR2004 - as above
    return "a list" if isinstance(value, list) else "a mapping"


def _wrong(message: str, term: Term, help_: str | None = None) -> FormulaError:
    return FormulaError(message, term.start, term.end, help_, _WRONG)


def _named(term: Term, values: Mapping[str, object], unknown: frozenset[str]) -> object:
    name = str(term.value)
    if name in values:
        return values[name]
    if name in unknown:
        raise UnknownValueError
    shown = ", ".join([*values, *sorted(unknown)])
    help_ = f"in sight: {shown}" if shown else 'nothing is in sight: declare it under "params"'
    if name in OF_COPIES:
        help_ = f'"{name}" is known where a node has {OF_COPIES[name]}'
    hint = "" if name in OF_COPIES else did_you_mean(name, [*values, *unknown])
    raise FormulaError(f'no param is named "{name}"{hint}', term.start, term.end, None if hint else help_, _UNKNOWN)


def _lazy(term: Term, values: Mapping[str, object], unknown: frozenset[str]) -> object:
    first = evaluate(term.items[0], values, unknown)
    word = term.kind
    if not isinstance(first, bool):
        raise _wrong(f'"{word}" takes true or false, not {kind_of(first)}', term.items[0], "compare it, as in n > 0")
    if word == "if":
        return evaluate(term.items[1 if first else 2], values, unknown)
    if first is (word == "or"):
        return first
    second = evaluate(term.items[1], values, unknown)
    if not isinstance(second, bool):
        raise _wrong(f'"{word}" takes true or false, not {kind_of(second)}', term.items[1], "compare it, as in n > 0")
    return second


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _arithmetic(sign: str, apply: Callable[[Any, Any], Any]) -> Callable[..., object]:
    def rule(term: Term, left: object, right: object) -> object:
        for side, item in ((left, term.items[0]), (right, term.items[1])):
            if not _is_number(side):
                raise _wrong(f'"{sign}" takes numbers, not {kind_of(side)}', item)
        if sign == "**":
            _check_power(term, left, right)
        try:
            return apply(left, right)
        except ZeroDivisionError:
            raise _wrong("this divides by zero", term) from None
        except (ArithmeticError, ValueError):
            raise _wrong("this cannot be computed", term) from None

    return rule


def _check_power(term: Term, base: Any, exponent: Any) -> None:  # noqa: ANN401 - two numbers
    bits = base.bit_length() if isinstance(base, int) else 1
    if abs(exponent) > MAX_BITS or bits * abs(exponent) > 4 * MAX_BITS:
        raise _wrong("the result is too large a number", term)


def _add(term: Term, left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    if _is_number(left) and _is_number(right):
        return left + right  # type: ignore[operator]
    message = f'"+" takes two numbers, two texts or two lists, not {kind_of(left)} and {kind_of(right)}'
    raise _wrong(message, term)


def _multiply(term: Term, left: object, right: object) -> object:
    row, times = (left, right) if isinstance(left, list | str) else (right, left)
    if isinstance(row, list | str):
        if not isinstance(times, int) or isinstance(times, bool):
            raise _wrong(f'"*" repeats {kind_of(row)} by an integer, not by {kind_of(times)}', term)
        if len(row) * times > MAX_SIZE:
            raise _wrong(f"the result has more than {MAX_SIZE} items", term)
        return row * times
    return _PLAIN_PRODUCT(term, left, right)


def _compare(sign: str, apply: Callable[[Any, Any], bool]) -> Callable[..., object]:
    def rule(term: Term, left: object, right: object) -> object:
        same = (_is_number(left) and _is_number(right)) or (isinstance(left, str) and isinstance(right, str))
        if not same:
            raise _wrong(f'"{sign}" compares two numbers or two texts, not {kind_of(left)} and {kind_of(right)}', term)
        return apply(left, right)

    return rule


def _equal(left: object, right: object) -> bool:
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _contains(term: Term, item: object, whole: object) -> bool:
    if isinstance(whole, str) and isinstance(item, str):
        return item in whole
    if isinstance(whole, dict):
        return item in whole if isinstance(item, str) else False
    if not isinstance(whole, list):
        raise _wrong(f'"in" looks in a list, a mapping or a text, not in {kind_of(whole)}', term.items[1])
    return any(_equal(item, other) for other in whole)


def _not(term: Term, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(f'"not" takes true or false, not {kind_of(value)}', term.items[0], "compare it, as in n == 0")
    return not value


def _signed(sign: int) -> Callable[..., object]:
    def rule(term: Term, value: Any) -> object:  # noqa: ANN401 - checked below
        if not _is_number(value):
            raise _wrong(f"a sign stands before a number, not before {kind_of(value)}", term.items[0])
        return sign * value

    return rule


def _index(term: Term, whole: object, key: object) -> object:
    if isinstance(whole, dict):
        if key not in whole:
            hint = did_you_mean(str(key), whole)
            shown = f'"{key}"' if isinstance(key, str) else kind_of(key)
            help_ = None if hint else f"it has {', '.join(map(str, whole)) or 'nothing'}"
            raise _wrong(f"the mapping has no {shown}{hint}", term.items[1], help_)
        return whole[key]
    if not isinstance(whole, list | str):
        raise _wrong(f"{kind_of(whole)} has no items", term.items[0])
    if not isinstance(key, int) or isinstance(key, bool):
        raise _wrong(f"an index is an integer, not {kind_of(key)}", term.items[1])
    if not -len(whole) <= key < len(whole):
        count = f"{len(whole)} item{'' if len(whole) == 1 else 's'}"
        raise _wrong(f"there is no item {key}: there are {count}, counted from 0", term.items[1])
    return whole[key]


def _called(term: Term, items: list[object]) -> object:
    name = str(term.value)
    if name in {"min", "max"}:
        values = items[0] if len(items) == 1 and isinstance(items[0], list) else items
        if not values or not (all(map(_is_number, values)) or all(isinstance(value, str) for value in values)):
            raise _wrong(f"{name} takes numbers, or one list of them", term)
        return (min if name == "min" else max)(values)
    if len(items) != 1:
        raise _wrong(f"{name} takes one value, not {len(items)}", term)
    value = items[0]
    if name == "len":
        if not isinstance(value, list | str | dict):
            raise _wrong(f"len takes a list, a mapping or a text, not {kind_of(value)}", term.items[0])
        return len(value)
    return _converted(name, value, term)


def _converted(name: str, value: object, term: Term) -> object:
    if not isinstance(value, int | float | str) or (isinstance(value, bool) and name == "round"):
        raise _wrong(f"{name} takes a number, not {kind_of(value)}", term.items[0])
    try:
        if name == "round":
            return round(value)  # type: ignore[arg-type]
        return int(value) if name == "int" else float(value)
    except (ValueError, OverflowError, TypeError):
        raise _wrong(f"{name} cannot make a number of {kind_of(value)}", term.items[0]) from None


def _bounded(value: object, term: Term) -> object:
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise _wrong("the result is too large a number", term)
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        raise _wrong("the result is not a finite number", term)
    if isinstance(value, list | str) and len(value) > MAX_SIZE:
        raise _wrong(f"the result has more than {MAX_SIZE} items", term)
    return value


_PLAIN_PRODUCT = _arithmetic("*", operator.mul)
_RULES: Mapping[str, Callable[..., object]] = {
    "+": _add,
    "-": _arithmetic("-", operator.sub),
    "*": _multiply,
    "/": _arithmetic("/", operator.truediv),
    "//": _arithmetic("//", operator.floordiv),
    "%": _arithmetic("%", operator.mod),
    "**": _arithmetic("**", operator.pow),
    "<": _compare("<", operator.lt),
    "<=": _compare("<=", operator.le),
    ">": _compare(">", operator.gt),
    ">=": _compare(">=", operator.ge),
    "==": lambda _, left, right: _equal(left, right),
    "!=": lambda _, left, right: not _equal(left, right),
    "in": _contains,
    "not in": lambda term, item, whole: not _contains(term, item, whole),
    "not": _not,
    "-x": _signed(-1),
    "+x": _signed(1),
    "index": _index,
}
