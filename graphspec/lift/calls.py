"""The arguments of a saved call -> ``from`` and ``with`` of a node."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphspec.catalog.catalog import CallArgument, Op, Operation
from graphspec.lift.saved import Call, Constant, Rest, Slice, Source, flatten

Reference = Callable[[Source | Constant], str]
_NOT_TRAINING = ("training", False)
_TENSORS = frozenset({"tensor", "tensors", "mask"})


class UnsayableError(Exception):
    """Raised where a call has an argument that a spec cannot hold; says which."""


@dataclass(slots=True)
class Wiring:
    """What feeds a node, as in ``from``, and its literals, as in ``with``; ``bare`` says that it is one reference."""

    source: Any = None
    literals: dict[str, Any] = field(default_factory=dict)

    @property
    def bare(self) -> bool:
        """Say whether one reference feeds the node."""
        return isinstance(self.source, str)


def bind_layer(call: Call, arguments: Sequence[CallArgument]) -> dict[str, Any]:
    """Return the arguments of a call of a layer by name, without those that Keras puts in by itself."""
    if len(call.args) > len(arguments):
        raise UnsayableError(f"it is called with {len(call.args)} positional arguments")
    names = [argument.name for argument in arguments]
    values = dict(zip(names, call.args, strict=False)) | call.kwargs
    defaults = {argument.name: argument.default for argument in arguments if not argument.required}
    return {name: value for name, value in values.items() if value is not None and not _is(value, defaults.get(name))}


def bind_free(call: Call) -> dict[str, Any]:
    """Return the arguments of a call of a layer that the catalogue does not know; the one by place has no name.

    Keras itself puts in what is null and, where that is the layer's default, ``training: false``.
    """
    given = {key: value for key, value in call.kwargs.items() if value is not None and (key, value) != _NOT_TRAINING}
    if len(call.args) > 1 or (call.args and flatten(list(given.values()))):
        raise UnsayableError("it is called with several tensors by place, and the names of these are its own secret")
    return {"": call.args[0], **given} if call.args else given


def wire_freely(values: Mapping[str, Any], reference: Reference) -> Wiring:
    """Return how a spec says the arguments of a layer that the catalogue does not know."""
    tensors = {name: value for name, value in values.items() if flatten(value)}
    literals = {name: literal(value, name) for name, value in values.items() if name not in tensors}
    operands = {name: operand(value, name, reference) for name, value in tensors.items()}
    return Wiring(operands.get("", operands or None), literals)


def _is(value: object, default: object) -> bool:
    return type(value) is type(default) and value == default


def bind_op(call: Call, config: Mapping[str, Any], operation: Operation, op: Op) -> dict[str, Any]:
    """Return the arguments of an op by name, in its order, without those that equal their defaults."""
    values: dict[str, Any] = {operation.constructor[key]: item for key, item in config.items()
                              if key in operation.constructor}  # fmt: skip
    known = {argument.name: argument for argument in op.arguments}
    left = list(call.args)
    for name in operation.call.values():
        if known[name].variadic:
            values[name], left = left, []
        elif left:
            values[name] = left.pop(0)
    values |= {operation.call.get(key, key): item for key, item in call.kwargs.items()}
    if left or not values.keys() <= known.keys():
        raise UnsayableError(f"it is called with arguments that ops.{op.name} does not take")
    return {
        name: values[name]
        for name, argument in known.items()
        if name in values and (argument.required or not _is(values[name], argument.default))
    }


def wire(
    values: Mapping[str, Any], arguments: Sequence[CallArgument], reference: Reference, *, by_place: bool
) -> Wiring:
    """Return how a spec says these arguments; ``by_place`` lets several tensors stand in a list, as for an op."""
    tensors = {name: value for name, value in values.items() if flatten(value)}
    wrong = next((item.name for item in arguments if item.role == "literal" and item.name in tensors), None)
    if wrong is not None:
        raise UnsayableError(f'its "{wrong}" is a tensor')
    found = Wiring(literals={name: literal(value, name) for name, value in values.items() if name not in tensors})
    takers = [item for item in arguments if item.role in _TENSORS and item.name not in found.literals]
    operands = {name: operand(value, name, reference) for name, value in tensors.items()}
    names = list(operands)
    if names == [item.name for item in takers[: len(names)]] and names:
        if len(names) == 1:
            found.source = operands[names[0]]
        elif by_place and all(item.role == "tensor" for item in takers[: len(names)]):
            found.source = list(operands.values())
    if found.source is None and operands:
        found.source = operands
    return found


def operand(value: Any, name: str, reference: Reference) -> Any:  # noqa: ANN401 - a structure of tensors
    """Return the references of a structure of tensors, in the lists and mappings around them."""
    if isinstance(value, Source | Constant):
        return reference(value)
    if isinstance(value, Slice | Rest):
        raise UnsayableError(f'its "{name}" is an index that holds a tensor')
    if isinstance(value, list):
        return [operand(item, name, reference) for item in value]
    if isinstance(value, dict):
        return {key: operand(item, name, reference) for key, item in value.items()}
    if value is None:
        return None
    raise UnsayableError(f'its "{name}" holds tensors and other values')


def literal(value: Any, name: str) -> Any:  # noqa: ANN401 - whatever a call takes
    """Return an argument without tensors as a spec has it."""
    if isinstance(value, Constant):
        return {"constant": value.value} | ({"dtype": value.dtype} if value.dtype is not None else {})
    if isinstance(value, Slice | Rest):
        raise UnsayableError(f'its "{name}" is a slice')
    if isinstance(value, list):
        return [literal(item, name) for item in value]
    if isinstance(value, dict):
        if "class_name" in value:
            raise UnsayableError(f'its "{name}" is an object of the class {value["class_name"]}')
        return {key: literal(item, name) for key, item in value.items()}
    return value
