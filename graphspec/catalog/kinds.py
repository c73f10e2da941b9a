"""The little language in which the catalogue says what an argument holds, such as ``int[1:]|list<int[1:];2>``."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

OBJECTS = frozenset(
    {"activation", "initializer", "regularizer", "constraint", "optimizer", "schedule", "loss", "metric", "layer"}
)
NUMBERS = frozenset({"int", "float"})
# Where in keras the classes of a category are; an activation is a layer, or a function by its name.
OBJECT_MODULES = {
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "optimizer": "optimizers",
    "schedule": "optimizers.schedules",
    "loss": "losses",
    "metric": "metrics",
}
NAMES = OBJECTS | NUMBERS | {"null", "bool", "string", "any", "array", "dict", "code", "path", "dtype", "shape", "list"}
MAX_WORDS = 8

_TOKEN = re.compile(r"'([^']*)'|([a-z]+)|([\[(])([-+.\d]*):([-+.\d]*)([\])])|([|<>;])|(\d+)(?:\.\.(\d+)?)?")
_SINGULAR = {
    "null": "null",
    "bool": "true or false",
    "string": "a string",
    "any": "any value",
    "array": "a number or a list of numbers",
    "dict": "a mapping",
    "code": "code",
    "path": "a path",
    "dtype": "a dtype",
    "shape": "a shape",
}
_PLURAL = {
    "null": "nulls",
    "bool": "booleans",
    "string": "strings",
    "any": "values",
    "array": "numbers or lists of numbers",
    "dict": "mappings",
    "code": "pieces of code",
    "path": "paths",
    "dtype": "dtypes",
    "shape": "shapes",
    "loss": "losses",
}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One form that a value may have: ``name`` says which, and the other fields narrow it."""

    name: str
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    literal: str | None = None
    item: "Kind | None" = None
    min_count: int | None = None
    max_count: int | None = None


Kind = tuple[Alternative, ...]


@cache
def parse_kind(text: str) -> Kind:
    """Return the alternatives that the text of a kind allows."""
    return _Parser(text).parse()


class _Parser:
    """A recursive descent over the tokens of one kind; a fault in it is a fault of the catalogue."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokens()
        self.at = 0

    def _tokens(self) -> list[re.Match[str]]:
        found: list[re.Match[str]] = []
        position = 0
        while position < len(self.text):
            token = _TOKEN.match(self.text, position)
            if token is None:
                raise ValueError(f"no kind of argument: {self.text!r}, at {self.text[position:]!r}")
            found.append(token)
            position = token.end()
        return found

    def parse(self) -> Kind:
        kind = self._kind()
        if self.at != len(self.tokens):
            raise ValueError(f"no kind of argument: {self.text!r}, after {self.at} of its parts")
        return kind

    def _kind(self) -> Kind:
        alternatives = [self._alternative()]
        while self._take("|"):
            alternatives.append(self._alternative())
        return tuple(alternatives)

    def _alternative(self) -> Alternative:
        token = self._next()
        if token[1] is not None:
            return Alternative("literal", literal=token[1])
        name = token[2]
        if name not in NAMES:
            raise ValueError(f"no kind of argument: {self.text!r} holds {token[0]!r}")
        if name == "list":
            return self._list()
        if name in NUMBERS and self.at < len(self.tokens) and self.tokens[self.at][3]:
            return _with_range(Alternative(name), self._next())
        return Alternative(name)

    def _list(self) -> Alternative:
        self._expect("<")
        item = self._kind()
        low = high = None
        if self._take(";"):
            low, high = self._counts()
        self._expect(">")
        return Alternative("list", item=item, min_count=low, max_count=high)

    def _counts(self) -> tuple[int, int | None]:
        token = self._next()
        if token[8] is None:
            raise ValueError(f"no kind of argument: {self.text!r} has {token[0]!r} for a count")
        low = int(token[8])
        if ".." not in token[0]:
            return low, low
        return low, int(token[9]) if token[9] else None

    def _next(self) -> re.Match[str]:
        if self.at == len(self.tokens):
            raise ValueError(f"no kind of argument: {self.text!r} ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def _take(self, sign: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][7] == sign:
            self.at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise ValueError(f"no kind of argument: {self.text!r} lacks {sign!r}")


def _with_range(number: Alternative, token: re.Match[str]) -> Alternative:
    read: Callable[[str], float] = int if number.name == "int" else float
    low, high = token[4].strip(), token[5].strip()
    return replace(
        number,
        low=read(low) if low else None,
        high=read(high) if high else None,
        low_open=token[3] == "(",
        high_open=token[6] == ")",
    )


def describe_kind(kind: Kind) -> str:
    """Describe a kind to people, as in "a positive integer or a list of 2 positive integers"."""
    return _joined(_described(kind, _singular))


def _described(kind: Kind, describe: Callable[[Alternative], str]) -> list[str]:
    # Code and paths need trust, so that they are no advice where there is another way to write the value.
    offered = [alternative for alternative in kind if alternative.name not in {"code", "path"}] or list(kind)
    words = [alternative.literal for alternative in offered if alternative.literal is not None]
    parts: list[str] = []
    for alternative in offered:
        if alternative.literal is None:
            parts.append(describe(alternative))
        elif words:
            parts.append(_enumerated(words))
            words = []
    return list(dict.fromkeys(parts))


def _joined(parts: Sequence[str]) -> str:
    if len(parts) < 3:  # noqa: PLR2004 - two are joined by a word, more by commas
        return " or ".join(parts)
    return f"{', '.join(parts[:-1])} or {parts[-1]}"


def _enumerated(words: Sequence[str]) -> str:
    quoted = [f'"{word}"' for word in words]
    if len(quoted) == 1:
        return quoted[0]
    if len(quoted) > MAX_WORDS:
        return f"one of {', '.join(quoted[:MAX_WORDS])} and {len(quoted) - MAX_WORDS} more"
    return f"one of {', '.join(quoted)}"


def _singular(alternative: Alternative) -> str:
    name = alternative.name
    if name in NUMBERS:
        if alternative.low is not None and alternative.low == alternative.high:
            return f"{alternative.low:g}"
        adjective = _adjective(alternative)
        article = "an" if not adjective and name == "int" else "a"
        return f"{article} {adjective}{'integer' if name == 'int' else 'number'}{_bounds(alternative)}"
    if name == "list":
        return f"a list of {_counted(alternative)}"
    if name in OBJECTS:
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    return _SINGULAR[name]


def _plural(alternative: Alternative) -> str:
    name = alternative.name
    if name in NUMBERS:
        return f"{_adjective(alternative)}{'integers' if name == 'int' else 'numbers'}{_bounds(alternative)}"
    if name == "list":
        return f"lists of {_counted(alternative)}"
    return _PLURAL.get(name, f"{name}s")


def _counted(alternative: Alternative) -> str:
    low, high = alternative.min_count, alternative.max_count
    kind = alternative.item or ()
    words = [f'"{item.literal}"' for item in kind if item.literal is not None]
    items = _joined(words if len(words) == len(kind) else _described(kind, _plural))
    if low is None:
        return items
    if low == 1 and len(kind) == 1:
        items = re.sub(r"(integer|number|string|layer|value)s", r"\1", items, count=1)
    if high is None:
        return f"at least {low} {items}" if low else items
    return f"{low} {items}" if low == high else f"{low} to {high} {items}"


def _adjective(number: Alternative) -> str:
    if number.high is not None:
        return ""
    if (number.name == "int" and number.low == 1) or (number.low == 0 and number.low_open):
        return "positive "
    return "non-negative " if number.low == 0 else ""


def _bounds(number: Alternative) -> str:
    if _adjective(number) or (number.low is None and number.high is None):
        return ""
    low, high = f"{number.low or 0:g}", f"{number.high or 0:g}"
    if number.high is None:
        return f" above {low}" if number.low_open else f" of at least {low}"
    if number.low is None:
        return f" below {high}" if number.high_open else f" of at most {high}"
    if number.low_open:
        return f" above {low} and {'below' if number.high_open else 'up to'} {high}"
    return f" from {low} to {'below ' if number.high_open else ''}{high}"
