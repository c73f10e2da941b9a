"""How Keras stores each op: the class of the operation in a saved graph, and what its arguments are of the op."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import keras

Entry = dict[str, Any]


def operations(names: list[str]) -> dict[str, Entry]:
    """Return the entries of the operations behind some ops, by class; of ops with one class the first has it."""
    found: dict[str, Entry] = {}
    for name in names:
        function: Any = keras.ops
        for part in name.split("."):
            function = getattr(function, part)
        for made, called in _operations(function):
            cls = getattr(sys.modules[inspect.unwrap(function).__module__], made.func.id)  # type: ignore[attr-defined]
            if cls.__name__ not in found:
                found[cls.__name__] = {
                    "op": name,
                    "constructor": dict(_matched(_parameters(cls.__init__), made, function)),
                    "call": [list(pair) for pair in _matched(_parameters(cls.call), called, function)],
                }
    return found


def _operations(function: Any) -> Iterator[tuple[ast.Call, ast.Call]]:  # noqa: ANN401 - a function of Keras
    """Yield each construction of an operation in the source of an op, with the call of it."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if not isinstance(node, ast.Call):
            continue
        made = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        is_symbolic = isinstance(node.func, ast.Attribute) and node.func.attr == "symbolic_call"
        if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Name):
            continue
        if is_symbolic or (made is node.func and made.func.id[0].isupper()):
            yield made, node


def _parameters(function: Any) -> list[str]:  # noqa: ANN401 - a method of Keras
    if function is object.__init__:
        return []
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [item.name for item in parameters if item.kind is not item.VAR_KEYWORD and item.name != "name"]


def _matched(parameters: list[str], call: ast.Call, function: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """Yield each parameter of an operation with the argument of the op that is handed to it."""
    given: dict[str, ast.expr] = dict(zip(parameters, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    own = inspect.signature(function).parameters
    for parameter in parameters:
        value = given.get(parameter)
        value = value.value if isinstance(value, ast.Starred) else value
        if isinstance(value, ast.Name) and value.id in own:
            yield parameter, value.id
        elif parameter in own:
            yield parameter, parameter
