"""Ops as the text of an ``expr``: ``x[:, -1] * 0.5 + ops.exp(y)``."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from graphspec.catalog import catalog
from graphspec.catalog.catalog import Op
from graphspec.lift.calls import UnsayableError, bind_op
from graphspec.lift.saved import Operation, Rest, Slice, Source

_SIGNS = {
    "less": ("<", 1), "less_equal": ("<=", 1), "greater": (">", 1), "greater_equal": (">=", 1), "equal": ("==", 1),
    "not_equal": ("!=", 1), "add": ("+", 2), "subtract": ("-", 2), "multiply": ("*", 3), "divide": ("/", 3),
    "floor_divide": ("//", 3), "mod": ("%", 3), "matmul": ("@", 3), "power": ("**", 5),
}  # fmt: skip
SIGNS = frozenset((*_SIGNS, "negative", "get_item"))
_COMPARISON, _UNARY, _POWER, _ATOM = 1, 4, 5, 6


class Text(NamedTuple):
    """A piece of an expression, and how tightly it binds."""

    text: str
    strength: int

    def within(self, strength: int) -> str:
        """Return the text, in parentheses where its surroundings bind more tightly."""
        return self.text if self.strength >= strength else f"({self.text})"


Operand = Callable[[Source], Text | None]


def op_of(made: Operation) -> Op | None:
    """Return the op of the catalogue that an operation is, unless a spec cannot hold it."""
    operation = catalog.operation(made.class_name)
    op = None if operation is None else catalog.op(operation.op)
    return None if op is None or op.refused is not None else op


def bound(made: Operation, op: Op) -> dict[str, Any]:
    """Return the arguments of the one call of an operation, which is an op."""
    operation = catalog.operation(made.class_name)
    return {} if operation is None else bind_op(made.calls[0], made.config, operation, op)


def is_sayable(made: Operation) -> bool:
    """Say whether an expression can hold the call of an op: arrays, for one, have no place in it."""
    op = op_of(made)
    try:
        return op is not None and formula(op, bound(made, op), lambda _: Text("x", _ATOM)) is not None
    except UnsayableError:
        return False


def formula(op: Op, values: Mapping[str, Any], operand: Operand) -> Text | None:
    """Return the call of an op as an expression, or None where an expression cannot say it."""
    given = {name: _value(value, operand) for name, value in values.items() if op.name != "get_item" or name == "x"}
    if any(text is None for text in given.values()):
        return None
    texts = [text for text in given.values() if text is not None]
    if op.name == "get_item":
        key = _key(values.get("key"))
        return None if key is None or not texts else Text(f"{texts[0].within(_ATOM)}[{key}]", _ATOM)
    if op.name == "negative" and len(texts) == 1:
        return Text(f"-{texts[0].within(_UNARY)}", _UNARY)
    if op.name in _SIGNS and list(given) == [argument.name for argument in op.arguments]:
        return _infix(op.name, texts[0], texts[1])
    return _called(op, given)


def _infix(name: str, left: Text, right: Text) -> Text:
    sign, strength = _SIGNS[name]
    if strength == _POWER:
        return Text(f"{left.within(_ATOM)} ** {right.within(_UNARY)}", _POWER)
    least = strength + (strength == _COMPARISON)
    return Text(f"{left.within(least)} {sign} {right.within(strength + 1)}", strength)


def _called(op: Op, given: Mapping[str, Text | None]) -> Text | None:
    """Return ``ops.name(...)`` with its first arguments by place and the rest by name."""
    pieces: list[str] = []
    by_place = True
    for argument in op.arguments:
        text = given.get(argument.name)
        if text is None:
            by_place = False
        elif argument.variadic:
            return None
        else:
            by_place = by_place and argument.role != "literal"
            pieces.append(text.text if by_place else f"{argument.name}={text.text}")
    return Text(f"ops.{op.name}({', '.join(pieces)})", _ATOM)


def _value(value: Any, operand: Operand) -> Text | None:  # noqa: ANN401 - whatever a call takes
    if isinstance(value, Source):
        return operand(value)
    if value is None or isinstance(value, bool):
        return Text({None: "null", True: "true", False: "false"}[value], _ATOM)
    if isinstance(value, int | float):
        text = repr(value)
        return Text(text, _UNARY if text.startswith("-") else _ATOM) if math.isfinite(value) else None
    if isinstance(value, str):
        return Text(f"'{value}'", _ATOM) if value.isascii() and value.isprintable() and "'" not in value else None
    if not isinstance(value, list):
        return None
    items = [_value(item, operand) for item in value]
    known = [item.text for item in items if item is not None]
    return Text(f"[{', '.join(known)}]", _ATOM) if len(known) == len(items) else None


def _key(key: Any) -> str | None:  # noqa: ANN401 - whatever stands in brackets
    pieces = [_index(item) for item in (key if isinstance(key, list) else [key])]
    known = [piece for piece in pieces if piece is not None]
    return ", ".join(known) if known and len(known) == len(pieces) else None


def _index(item: Any) -> str | None:  # noqa: ANN401 - as above
    if item is None:
        return "null"
    if isinstance(item, int) and not isinstance(item, bool):
        return str(item)
    if isinstance(item, Rest):
        return "..."
    if not isinstance(item, Slice) or any(part is not None and type(part) is not int for part in item):
        return None
    start, stop, step = ("" if part is None else str(part) for part in item)
    return f"{start}:{stop}" + (f":{step}" if step else "")
