"""The language inside ``${...}``: text -> a tree of terms, each knowing where in the text it stands.

    formula := choice
    choice  := either ["if" either "else" choice]
    either  := both ("or" both)*
    both    := negated ("and" negated)*
    negated := "not" negated | compared
    compared := sum [("<" | "<=" | ">" | ">=" | "==" | "!=" | "in" | "not in") sum]
    sum     := product (("+" | "-") product)*
    product := signed (("*" | "/" | "//" | "%") signed)*
    signed  := ("-" | "+") signed | power
    power   := indexed ["**" signed]
    indexed := atom ("[" formula "]")*
    atom    := number | text | true | false | null | name ["(" items ")"] | "(" formula ")" | "[" items "]"

There are no loops, no attributes and no other functions than those in ``FUNCTIONS``.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

MAX_LENGTH = 2_000
MAX_DEPTH = 40
MAX_DIGITS = 300
FUNCTIONS = ("float", "int", "len", "max", "min", "round")
_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "false": False, "False": False, "null": None, "None": None,
}  # fmt: skip
_OPERATORS = frozenset({"and", "or", "not", "if", "else", "in"})
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w])"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<sign>\*\*|//|<=|>=|==|!=|&&|\|\||[-+*/%<>()\[\],!?:.=$]))",
    re.ASCII,
)
_OF_OTHERS = {
    "&&": 'write "and"', "||": 'write "or"', "!": 'write "not"', "?": 'write "a if condition else b"',
    "=": 'write "=="', "$": "inside ${...} a param has its bare name", ".": "there are no attributes here",
    ":": "there are no slices here",
}  # fmt: skip
# A name before a dot, and one after it that is no method.
_OWNER = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_ITEM = re.compile(r"\.\s*([A-Za-z_]\w*)(?![\w(])", re.ASCII)
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


class Term(NamedTuple):
    """A part of a formula: ``kind`` is ``constant``, ``name``, ``call``, ``list``, or the operator's sign."""

    kind: str
    value: object
    items: tuple["Term", ...]
    start: int
    end: int


class FormulaError(Exception):
    """Raised where a formula is wrong; says what is wrong, from where to where, and perhaps what would be right."""

    def __init__(self, message: str, start: int, end: int, help_: str | None = None, code: str = "GS304") -> None:
        """Carry the sentence and the place."""
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.help = help_
        self.code = code


@lru_cache(4096)
def parse_formula(text: str) -> Term:
    """Return the tree of a formula.

    Raises FormulaError where the text is none, or one longer or deeper than any that a person writes.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"it is longer than {MAX_LENGTH} characters", 0, len(text))
    parser = _Parser(text)
    term = parser.formula()
    if parser.kind:
        raise parser.unexpected()
    return term


def names_in(term: Term) -> set[str]:
    """Return the names that a formula uses."""
    found = {str(term.value)} if term.kind == "name" else set()
    return found.union(*map(names_in, term.items)) if term.items else found


class _Parser:
    """A recursive descent over the grammar above, one token ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.kind = ""
        self.word = ""
        self.start = self.end = self.last = 0
        self.advance()

    def advance(self) -> None:
        self.last = self.end
        if not self.text[self.end :].strip():
            self.kind = self.word = ""
            self.start = len(self.text.rstrip())
            self.end = len(self.text)
            return
        match = _TOKEN.match(self.text, self.end)
        if match is None or match.lastgroup is None:
            at = len(self.text) - len(self.text[self.end :].lstrip())
            raise FormulaError(f'"{self.text[at]}" is not part of an expression', at, at + 1)
        self.kind = match.lastgroup
        self.word = match[self.kind]
        self.start, self.end = match.span(self.kind)
        if self.kind == "name" and self.word in _OPERATORS:
            self.kind = "sign"

    def unexpected(self) -> FormulaError:
        end = max(self.end, self.start + 1)
        if not self.kind:
            return FormulaError("the expression ends where a value is expected", self.start, end)
        help_ = _OF_OTHERS.get(self.word) if self.kind == "sign" else None
        item = _ITEM.match(self.text, self.start) if self.word == "." else None
        owner = _OWNER.search(self.text, 0, self.start)
        if item is not None and owner is not None:
            help_ = f"an item of a mapping stands in brackets: {owner[0]}['{item[1]}']"
        return FormulaError(f'"{self.word}" is not expected here', self.start, end, help_)

    def accept(self, *signs: str) -> str | None:
        if self.kind != "sign" or self.word not in signs:
            return None
        word = self.word
        self.advance()
        return word

    def close(self, sign: str, opened: str) -> None:
        if self.accept(sign):
            return
        if self.kind and self.word in _OF_OTHERS:
            raise self.unexpected()
        found = f'found "{self.word}"' if self.kind else "the expression ends"
        message = f'expected "{sign}" to close "{opened}", but {found}'
        raise FormulaError(message, self.start, max(self.end, self.start + 1))

    def term(self, kind: str, start: int, *items: Term, value: object = None) -> Term:
        return Term(kind, value, items, start, self.last)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(f"it is nested deeper than {MAX_DEPTH} levels", self.start, self.end)

    def formula(self) -> Term:
        self.deeper()
        value = self.either()
        if self.accept("if"):
            condition = self.either()
            if not self.accept("else"):
                raise FormulaError('an "if" needs an "else"', self.start, max(self.end, self.start + 1))
            value = self.term("if", value.start, condition, value, self.formula())
        self.depth -= 1
        return value

    def either(self) -> Term:
        return self.row(self.both, "or")

    def both(self) -> Term:
        return self.row(self.negated, "and")

    def negated(self) -> Term:
        start = self.start
        if not self.accept("not"):
            return self.compared()
        self.deeper()
        operand = self.negated()
        self.depth -= 1
        return self.term("not", start, operand)

    def compared(self) -> Term:
        left = self.sum()
        sign = self.accept(*_COMPARISONS, "in", "not")
        if sign is None:
            return left
        if sign == "not":
            if not self.accept("in"):
                raise self.unexpected()
            sign = "not in"
        left = self.term(sign, left.start, left, self.sum())
        if self.kind == "sign" and self.word in _COMPARISONS:
            raise FormulaError('comparisons cannot be chained; use "and"', self.start, self.end)
        return left

    def sum(self) -> Term:
        return self.row(self.product, "+", "-")

    def product(self) -> Term:
        return self.row(self.signed, "*", "/", "//", "%")

    def row(self, operand: Callable[[], Term], *signs: str) -> Term:
        left = operand()
        while (sign := self.accept(*signs)) is not None:
            left = self.term(sign, left.start, left, operand())
        return left

    def signed(self) -> Term:
        start = self.start
        sign = self.accept("-", "+")
        if sign is None:
            return self.power()
        self.deeper()
        operand = self.signed()
        self.depth -= 1
        return self.term(f"{sign}x", start, operand)

    def power(self) -> Term:
        base = self.indexed()
        return self.term("**", base.start, base, self.signed()) if self.accept("**") else base

    def indexed(self) -> Term:
        value = self.atom()
        while self.accept("["):
            index = self.formula()
            self.close("]", "[")
            value = self.term("index", value.start, value, index)
        return value

    def atom(self) -> Term:
        start, kind, word = self.start, self.kind, self.word
        if kind in {"number", "text", "name"}:
            self.advance()
        if kind == "number":
            return self.term("constant", start, value=_number(word, start))
        if kind == "text":
            return self.term("constant", start, value=word[1:-1])
        if kind == "name" and word in _WORDS:
            return self.term("constant", start, value=_WORDS[word])
        if kind == "name":
            return self.call(word, start) if self.accept("(") else self.term("name", start, value=word)
        if self.accept("("):
            inner = self.formula()
            self.close(")", "(")
            return inner
        if self.accept("["):
            return self.term("list", start, *self.items("]", "["))
        raise self.unexpected()

    def call(self, word: str, start: int) -> Term:
        if word not in FUNCTIONS:
            help_ = f"the functions are {', '.join(FUNCTIONS)}"
            if word == "range":
                help_ = 'a list of n items is [0] * n, and "index" counts the copies of "each" from 0'
            raise FormulaError(f'there is no function "{word}"', start, start + len(word), help_)
        return self.term("call", start, *self.items(")", "("), value=word)

    def items(self, closing: str, opening: str) -> list[Term]:
        items: list[Term] = []
        while self.word != closing or self.kind != "sign":
            items.append(self.formula())
            if not self.accept(","):
                break
        self.close(closing, opening)
        return items


def _number(word: str, start: int) -> int | float:
    if word.isdigit() and len(word) <= MAX_DIGITS:
        return int(word)
    number = float(word)
    if number == float("inf"):
        raise FormulaError(f"{word} is too large a number", start, start + len(word))
    return number
