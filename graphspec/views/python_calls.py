"""Calls of layers and ops as they are usually written in Keras code."""

from collections.abc import Container, Mapping

from graphspec.catalog import catalog
from graphspec.catalog.catalog import Argument, CallArgument, OutputName
from graphspec.graph.ir import Callable, Node, Tensor, Value
from graphspec.views.layout import Code, Line, call, parenthesised
from graphspec.views.python_values import Values, text

# "/" is true_divide to Keras, another operation than divide.
_OPERATORS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "true_divide": "/",
    "floor_divide": "//",
    "mod": "%",
    "power": "**",
    "matmul": "@",
}
_POSITIONAL = (("filters", "kernel_size"),)


def constructor(made: Callable, values: Values) -> Code:
    """Return the construction of a layer with the arguments that are not its defaults, and its name."""
    name = f"name={text(made.keras_name)}"
    if made.kind == "plugin":
        module, _, attribute = made.type.rpartition(".")
        given = values.named(made.arguments, values.exactly)
        return call(f"{values.imports.module(module)}.{attribute}", [*given, name])
    declared = catalog.layer(made.type)
    arguments = not_default(made.arguments, {} if declared is None else declared.arguments)
    required = tuple(key for key, item in declared.arguments.items() if item.required) if declared is not None else ()
    first = required if len(required) == 1 or required in _POSITIONAL else ()
    plain = [values.usual(key, arguments[key]) for key in first]
    named = values.named({key: value for key, value in arguments.items() if key not in first}, values.usual)
    return call(f"{values.imports.keras('layers')}.{made.type}", [*plain, *named, name])


def call_of_op(node: Node, values: Values, symbolic: Container[str]) -> Code:
    """Return the call of an op: an operator where Python has one, else a function of ``keras.ops``.

    ``symbolic`` has the nodes that an input reaches.
    """
    sign = _OPERATORS.get(node.target)
    if (
        sign is not None
        and not node.args
        and list(node.kwargs) == ["x1", "x2"]
        and _are_operands(sign, node.kwargs, symbolic)
    ):
        return _operation(sign, *(values.code(value) for value in node.kwargs.values()))
    function = f"{values.imports.keras('ops')}.{node.target}"
    plain = [values.code(value) for value in node.args]
    found = catalog.op(node.target)
    declared = {} if found is None else {item.name: item for item in found.arguments}
    kwargs = dict(node.kwargs)
    if not plain:
        for key, item in declared.items():
            if key not in kwargs or not (item.required or item.role == "tensor"):
                break
            plain.append(values.usual(key, kwargs.pop(key)))
    return call(function, [*plain, *values.named(not_default(kwargs, declared), values.usual)])


def _are_operands(sign: str, kwargs: Mapping[str, Value], symbolic: Container[str]) -> bool:
    """Say whether Python's operators make an operation of Keras of these: of a tensor and a tensor or a number.

    A tensor on the left that no input reaches is the backend's, whose operators do not promote dtypes as Keras does.
    """
    operands = list(kwargs.values())
    tensors = [value for value in operands if isinstance(value, Tensor)]
    are_simple = all(isinstance(value, Tensor) or type(value) in {int, float} for value in operands)
    # Python takes -2 ** x for -(2 ** x).
    is_negative_power = sign == "**" and isinstance(operands[0], int | float) and operands[0] < 0
    return are_simple and not is_negative_power and bool(tensors) and tensors[0].node in symbolic


def _operation(sign: str, left: Code, right: Code) -> Code:
    # Formatters leave no space around the sign of a power of names and numbers.
    if sign == "**" and isinstance(left, str) and isinstance(right, str) and "(" not in right:
        return parenthesised((left, sign, right))
    return parenthesised((left, Line(" "), f"{sign} ", right))


def not_default(
    arguments: Mapping[str, Value], declared: Mapping[str, Argument] | Mapping[str, CallArgument]
) -> dict[str, Value]:
    """Return the arguments that say something else than Keras' defaults."""
    return {
        key: value for key, value in arguments.items() if key not in declared or not _is_default(value, declared[key])
    }


def _is_default(value: Value, argument: Argument | CallArgument) -> bool:
    # By the text, since 1 equals 1.0 and True, which are other values to Keras.
    return not argument.required and repr(value) == repr(frozen(argument.default))


def frozen(default: object) -> Value:
    """Return a value of the catalogue or of a param as one of the graph."""
    return tuple(frozen(item) for item in default) if isinstance(default, list) else default  # type: ignore[return-value]


def port_names(node: Node, made: Callable | None, count: int) -> tuple[str, ...]:
    """Return the names of the outputs of a call: those of the catalogue where it knows as many, else numbers."""
    outputs: tuple[OutputName, ...] = ()
    given: Mapping[str, Value] = node.kwargs
    if node.kind == "op":
        op = catalog.op(node.target)
        outputs = () if op is None else op.outputs
    elif made is not None and made.kind == "layer":
        layer = catalog.layer(made.type)
        outputs = () if layer is None else layer.outputs
        given = {**made.arguments, **node.kwargs}
    names = tuple(item.name for item in outputs if item.when is None or given.get(item.when) is True)
    return names if len(names) == count else tuple(str(number) for number in range(count))
