"""Lay Python code out as the formatters do: on one line where it fits, else broken at its outermost brackets."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Union

WIDTH = 88
_STEP = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A place where a line may end; where it does not, ``flat`` stands there."""

    flat: str = ""


@dataclass(frozen=True, slots=True)
class IfBroken:
    """Text that is there only where the group around it is broken."""

    text: str


@dataclass(frozen=True, slots=True)
class Indent:
    """Code whose new lines stand a step further to the right."""

    code: "Code"


@dataclass(frozen=True, slots=True)
class Group:
    """Code that is broken at all of its places, those of groups within aside, or at none."""

    code: "Code"


Code = Union[str, Line, IfBroken, Indent, Group, tuple["Code", ...]]  # noqa: UP007 - it refers to itself
_Pending = tuple[int, bool, Code]


def call(function: Code, arguments: Sequence[Code]) -> Code:
    """Return a call; its arguments share a line where they fit on one, else each has its own."""
    if not arguments:
        return (function, "()")
    return (function, "(", Group((Indent((Line(), Group(_listed(arguments)))), Line())), ")")


def brackets(opening: str, items: Sequence[Code], closing: str) -> Code:
    """Return items in brackets; each has a line of its own where they do not share one."""
    if not items:
        return opening + closing
    return Group((opening, Indent((Line(), *_listed(items))), Line(), closing))


def subscript(operand: Code, key: str) -> Code:
    """Return an index into what has a short name."""
    return (operand, "[", Group((Indent((Line(), key)), Line())), "]")


def parenthesised(code: Code) -> Code:
    """Return code that stands in parentheses only where it does not fit behind what it is assigned to."""
    return Group((IfBroken("("), Indent((Line(), Group(code))), Line(), IfBroken(")")))


def _listed(items: Sequence[Code]) -> tuple[Code, ...]:
    separated: list[Code] = [items[0]]
    for item in items[1:]:
        separated += [",", Line(" "), item]
    return (*separated, IfBroken(",")) if len(items) > 1 else (*separated,)


def lay_out(code: Code, indent: int = 0) -> str:
    """Return code as text, its first line at an indent and no line longer than need be."""
    written: list[str] = [" " * indent]
    column = indent
    waiting: list[_Pending] = [(indent, True, code)]
    while waiting:
        at, is_broken, item = waiting.pop()
        match item:
            case str():
                written.append(item)
                column += _width(item)
            case tuple():
                waiting.extend((at, is_broken, part) for part in reversed(item))
            case Indent():
                waiting.append((at + _STEP, is_broken, item.code))
            case Group():
                breaks = is_broken and not _fits(item.code, waiting, WIDTH - column)
                waiting.append((at, breaks, item.code))
            case IfBroken():
                waiting.append((at, is_broken, item.text if is_broken else ""))
            case Line() if is_broken:
                written.append("\n" + " " * at)
                column = at
            case Line():
                written.append(item.flat)
                column += len(item.flat)
    return "".join(written)


def lay_out_statement(code: Code, indent: int) -> str:
    """Return a statement as text: one of a head and a value has parentheses where the value begins too far right."""
    plain = lay_out(code, indent)
    if not isinstance(code, tuple) or len(code) != 2 or not _is_wide(plain, 0):  # noqa: PLR2004 - a head and a value
        return plain
    head, value = code
    wrapped = lay_out((head, "(", Indent((Line(), value)), Line(), ")"), indent)
    return plain if _is_wide(wrapped, 1) else wrapped


def _is_wide(text: str, line: int) -> bool:
    return _width(text.split("\n")[line]) > WIDTH


def _fits(code: Code, after: Sequence[_Pending], room: int) -> bool:
    """Say whether code fits on what is left of a line, with what must follow it there."""
    following = reversed(after)
    waiting: list[tuple[bool, Code]] = [(False, code)]
    while True:
        while waiting:
            is_broken, item = waiting.pop()
            match item:
                case str():
                    room -= _width(item)
                case tuple():
                    waiting.extend((is_broken, part) for part in reversed(item))
                case Indent() | Group():
                    waiting.append((is_broken, item.code))
                case IfBroken():
                    room -= len(item.text) if is_broken else 0
                case Line():
                    if is_broken:
                        return True
                    room -= len(item.flat)
            if room < 0:
                return False
        upcoming = next(following, None)
        if upcoming is None:
            return True
        waiting.append(upcoming[1:])


def _width(text: str) -> int:
    """Return how many columns text takes: some signs of Asian scripts take two, accents of their own none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in {"W", "F"}) for sign in text
    )
