"""What a plain scalar means by the core schema of YAML 1.2."""

import re

from graphspec.frontend.tree import ScalarValue

NULLS = frozenset({"", "~", "null", "Null", "NULL"})

_WORDS: dict[str, ScalarValue] = {
    **dict.fromkeys(NULLS),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((f"{sign}.{word}" for sign in ("", "+") for word in ("inf", "Inf", "INF")), float("inf")),
    **dict.fromkeys((f"-.{word}" for word in ("inf", "Inf", "INF")), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
# Possessive, so that a long run of digits that is no number is refused in one pass.
_DECIMAL = re.compile(r"([-+]?)([0-9]++)")
_OCTAL = re.compile(r"0o([0-7]++)")
_HEXADECIMAL = re.compile(r"0x([0-9a-fA-F]++)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]++|[0-9]++(?:\.[0-9]*+)?)(?:[eE][-+]?[0-9]++)?")
_NONZERO_MANTISSA = re.compile(r"[-+]?[0.]*+[1-9]")
_LARGEST_DIGITS = 309
_SHORT = 16


def resolve(text: str) -> ScalarValue:
    """Return the value of a plain scalar; raise OverflowError for a number that no float can hold."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if len(text) < _SHORT and text.isascii() and text.isdigit():
        return int(text)
    if match := _DECIMAL.fullmatch(text):
        return _integer(match[2], 10) * (-1 if match[1] == "-" else 1)
    if match := _OCTAL.fullmatch(text):
        return _integer(match[1], 8)
    if match := _HEXADECIMAL.fullmatch(text):
        return _integer(match[1], 16)
    if _FLOAT.fullmatch(text):
        return _float(text)
    return text


def _integer(digits: str, radix: int) -> int:
    """Return the integer if it stays within a float's range, so that no later step can overflow on it."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > _LARGEST_DIGITS:
        raise OverflowError
    value = int(digits, radix)
    float(value)
    return value


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")) or (value == 0 and _NONZERO_MANTISSA.match(text)):
        raise OverflowError
    return value
