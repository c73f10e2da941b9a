"""The arithmetic of an ``expr`` node: text -> a tree of expressions, each knowing where in the text it stands.

    expression := comparison
    comparison := sum [("<" | "<=" | ">" | ">=" | "==" | "!=") sum]
    sum        := product (("+" | "-") product)*
    product    := unary (("*" | "/" | "//" | "%" | "@") unary)*
    unary      := ("-" | "+") unary | power
    power      := postfix ["**" unary]
    postfix    := atom ("[" index ("," index)* "]")*
    index      := [expression] ":" [expression] [":" [expression]] | "..." | expression
    atom       := number | text | true | false | null | "(" expression ")" | "[" items "]" | path ["(" arguments ")"]

A path is a reference (``enc.state_h``, ``lstm.1``) or, called, an op (``ops.exp``). Nothing else can be said, so
nothing else can be run.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from graphspec.catalog import catalog

MAX_LENGTH = 10_000
MAX_DEPTH = 64
MAX_OPERATIONS = 200


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, true, false or null."""

    value: int | float | str | bool | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A reference."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Apply:
    """An op on operands; ``op`` is its name in ``keras.ops``, whether it was written as a word or as a sign.

    ``named`` runs beside ``keywords`` and holds where each of their names stands.
    """

    op: str
    operands: tuple["Expression", ...]
    keywords: tuple[tuple[str, "Expression"], ...]
    start: int
    end: int
    named: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Slice:
    """One ``start:stop:step`` of an index; a part that was left out is None."""

    parts: tuple["Expression | None", "Expression | None", "Expression | None"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rest:
    """The ``...`` of an index."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple["Expression", ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Index:
    """A slice or an element of a tensor."""

    operand: "Expression"
    keys: tuple["Expression", ...]
    start: int
    end: int


Expression = Union[Literal, Name, Apply, Slice, Rest, Items, Index]  # noqa: UP007 - classes above refer to it


class ExpressionError(Exception):
    """Raised where a text is no expression; says what is wrong, from where to where, and perhaps what is right."""

    def __init__(self, message: str, start: int, end: int, help_: str | None = None) -> None:
        """Carry the sentence and the place."""
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.help = help_


_PARAM = re.compile(r"\$(\w+)", re.ASCII)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w])"
    r"|(?P<path>[A-Za-z_]\w*(?:\.\w+)*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<sign>\.\.\.|\*\*|//|<=|>=|==|!=|[-+*/%@<>()\[\],:=]))",
    re.ASCII,
)
_COMPARISONS = {
    "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal",
}  # fmt: skip
_SUMS = {"+": "add", "-": "subtract"}
_PRODUCTS = {"*": "multiply", "/": "divide", "//": "floor_divide", "%": "mod", "@": "matmul"}
_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "false": False, "False": False, "null": None, "None": None,
}  # fmt: skip


def parse_expression(text: str) -> Expression:
    """Return the expression that a text says.

    Raises ExpressionError where it says none, or one longer or deeper than any that a person writes.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression is longer than {MAX_LENGTH} characters", 0, len(text))
    parser = _Parser(text)
    expression = parser.expression()
    if parser.sign or parser.kind:
        raise parser.error(f'"{parser.word}" is not expected here')
    return expression


class _Parser:
    """A recursive descent over the grammar above, one token ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.operations = 0
        self.kind = ""
        self.word = ""
        self.start = self.end = self.last = 0
        self.advance()

    @property
    def sign(self) -> str:
        return self.word if self.kind == "sign" else ""

    def advance(self) -> None:
        self.last = self.end
        rest = self.text[self.end :]
        if not rest.strip():
            self.kind = self.word = ""
            self.start = len(self.text.rstrip())
            self.end = len(self.text)
            return
        match = _TOKEN.match(self.text, self.end)
        if match is None or match.lastgroup is None:
            at = self.end + len(rest) - len(rest.lstrip())
            raise ExpressionError(f'"{self.text[at]}" is not part of an expression', at, at + 1, self.stray_help(at))
        self.kind = match.lastgroup
        self.word = match[self.kind]
        self.start, self.end = match.span(self.kind)

    def stray_help(self, at: int) -> str | None:
        param = _PARAM.match(self.text, at)
        if param is not None:
            return f"write ${{{param[1]}}}"
        if self.text[at] == ".":
            return "what a call returns has no names here: make the op a node of its own, and refer to its outputs"
        return None

    def error(self, message: str) -> ExpressionError:
        return ExpressionError(message, self.start, max(self.end, self.start + 1))

    def count(self) -> None:
        """Count an operation: an expression is as deep as it has operations, whatever the parentheses."""
        self.operations += 1
        if self.operations > MAX_OPERATIONS:
            raise self.error(f"the expression has more than {MAX_OPERATIONS} operations")

    def expect(self, sign: str, opened: str) -> None:
        if self.sign != sign:
            found = f'found "{self.word}"' if self.kind else "the expression ends"
            raise self.error(f'expected "{sign}" to close "{opened}", but {found}')
        self.advance()

    def expression(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"the expression is nested deeper than {MAX_DEPTH} levels")
        left = self.binary(_SUMS, self.product)
        if self.sign in _COMPARISONS:
            op = _COMPARISONS[self.sign]
            self.advance()
            right = self.binary(_SUMS, self.product)
            left = Apply(op, (left, right), (), left.start, self.last)
            if self.sign in _COMPARISONS:
                raise self.error("comparisons cannot be chained; use ops.logical_and")
        self.depth -= 1
        return left

    def product(self) -> Expression:
        return self.binary(_PRODUCTS, self.unary)

    def binary(self, signs: dict[str, str], operand: Callable[[], "Expression"]) -> Expression:
        left = operand()
        while self.sign in signs:
            op = signs[self.sign]
            self.count()
            self.advance()
            right = operand()
            left = Apply(op, (left, right), (), left.start, self.last)
        return left

    def unary(self) -> Expression:
        if self.sign not in {"-", "+"}:
            return self.power()
        start, sign = self.start, self.sign
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"the expression is nested deeper than {MAX_DEPTH} levels")
        self.advance()
        operand = self.unary()
        self.depth -= 1
        if isinstance(operand, Literal) and isinstance(operand.value, int | float):
            return Literal(-operand.value if sign == "-" else operand.value, start, self.last)
        return Apply("negative", (operand,), (), start, self.last) if sign == "-" else operand

    def power(self) -> Expression:
        base = self.postfix()
        if self.sign != "**":
            return base
        self.advance()
        exponent = self.unary()
        return Apply("power", (base, exponent), (), base.start, self.last)

    def postfix(self) -> Expression:
        value = self.atom()
        while self.sign == "[":
            self.count()
            self.advance()
            keys = [self.index()]
            while self.sign == ",":
                self.advance()
                keys.append(self.index())
            self.expect("]", "[")
            value = Index(value, tuple(keys), value.start, self.last)
        return value

    def index(self) -> Expression:
        start = self.start
        if self.sign == "...":
            self.advance()
            return Rest(start, self.last)
        parts: list[Expression | None] = [None if self.sign == ":" else self.expression()]
        while self.sign == ":" and len(parts) < 3:  # noqa: PLR2004 - start, stop and step
            self.advance()
            parts.append(None if self.sign in {":", "]", ","} else self.expression())
        if len(parts) == 1 and parts[0] is not None:
            return parts[0]
        parts += [None] * (3 - len(parts))
        return Slice((parts[0], parts[1], parts[2]), start, self.last)

    def atom(self) -> Expression:
        start, kind, word = self.start, self.kind, self.word
        if kind == "number":
            self.advance()
            return Literal(_number(word, start), start, self.last)
        if kind == "text":
            self.advance()
            return Literal(word[1:-1], start, self.last)
        if kind == "path":
            return self.path()
        if self.sign == "(":
            self.advance()
            inner = self.expression()
            self.expect(")", "(")
            return inner
        if self.sign == "[":
            return self.items()
        raise self.error(f'"{word}" is not expected here' if kind else "the expression ends where a value is expected")

    def items(self) -> Expression:
        start = self.start
        self.advance()
        items: list[Expression] = []
        while self.sign != "]":
            items.append(self.expression())
            if self.sign != ",":
                break
            self.advance()
        self.expect("]", "[")
        return Items(tuple(items), start, self.last)

    def path(self) -> Expression:
        start, word = self.start, self.word
        self.advance()
        if word in _WORDS:
            return Literal(_WORDS[word], start, self.last)
        if self.sign != "(":
            return Name(word, start, self.last)
        if not word.startswith("ops."):
            message = f'"{word}" cannot be called; only ops can, as in ops.exp(x)'
            raise ExpressionError(message, start, start + len(word), _help_of_call(word))
        self.advance()
        operands, named, values = self.arguments()
        self.expect(")", "(")
        keywords = tuple((name.path, value) for name, value in zip(named, values, strict=True))
        return Apply(word.removeprefix("ops."), operands, keywords, start, start + len(word), named)

    def arguments(self) -> tuple[tuple[Expression, ...], tuple[Name, ...], tuple[Expression, ...]]:
        """Return the positional arguments of a call, the names of the others, and their values."""
        operands: list[Expression] = []
        named: list[Name] = []
        values: list[Expression] = []
        while self.sign != ")":
            value = self.expression()
            if self.sign == "=" and isinstance(value, Name):
                self.advance()
                named.append(value)
                values.append(self.expression())
            elif named:
                raise ExpressionError("a positional argument cannot follow a named one", value.start, value.end)
            else:
                operands.append(value)
            if self.sign != ",":
                break
            self.advance()
        return tuple(operands), tuple(named), tuple(values)


def _help_of_call(word: str) -> str | None:
    last = word.rpartition(".")[2]
    if catalog.op(last) is not None:
        return f"write ops.{last}(...)"
    if catalog.layer(last) is not None:
        return "a layer is a node of its own, to which the expression refers"
    return None


def _number(word: str, start: int) -> int | float:
    if word.isdigit() and len(word) <= MAX_DIGITS:
        return int(word)
    number = float(word)
    if number in {float("inf"), float("-inf")}:
        raise ExpressionError(f"{word} is too large a number", start, start + len(word))
    return number


MAX_DIGITS = 300
