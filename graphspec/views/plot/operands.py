"""What feeds a call, and what to write beside each tensor where there are several."""

from collections.abc import Iterator, Mapping

from graphspec.catalog import catalog
from graphspec.graph.ir import Callable, Node, Tensor, Value

_ORDERED = frozenset({"Subtract", "Dot"})
_COMMUTE = frozenset({"add", "multiply", "maximum", "minimum", "logical_and", "logical_or", "equal", "not_equal"})


def named_operands(node: Node, made: Callable | None) -> list[tuple[str, Tensor]]:
    """Return each tensor that feeds a node with the name that tells it from the others, if it has one."""
    found = [(name, index, tensor) for name, value in _arguments(node, made) for index, tensor in _tensors(value)]
    several = {name for name, _, _ in found}
    is_ordered = made is not None and made.type in _ORDERED
    by_name = len(several) > 1 and not (node.kind == "op" and node.target in _COMMUTE)
    return [(_label(name if by_name else "", index if is_ordered or by_name else "", found), tensor)
            for name, index, tensor in found]  # fmt: skip


def _label(name: str, index: str, found: list[tuple[str, str, Tensor]]) -> str:
    alone = sum(1 for other, _, _ in found if other == name) == 1
    return name if alone else f"{name}{index}"


def _arguments(node: Node, made: Callable | None) -> Iterator[tuple[str, Value]]:
    names = _positions(node, made)
    for position, value in enumerate(node.args):
        if made is not None and made.graph is not None and isinstance(value, tuple):
            yield from zip(names, value, strict=False)
        else:
            yield (names[position] if position < len(names) else f"{position + 1}"), value
    yield from node.kwargs.items()


def _positions(node: Node, made: Callable | None) -> list[str]:
    if made is None:
        op = catalog.op(node.target) if node.kind == "op" else None
        return [] if op is None else [argument.name for argument in op.arguments]
    if made.graph is not None:
        return [item.name for item in made.graph.inputs]
    layer = catalog.layer(made.type)
    return [] if layer is None else [argument.name for argument in layer.call]


def _tensors(value: Value, index: str = "") -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield index, value
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            yield from _tensors(item, f"{index}[{position}]")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _tensors(item, f"{index}.{key}" if index else key)


def shown_constants(node: Node) -> tuple[tuple[str, str], ...]:
    """Return the arguments of a call that are no tensors, as text."""
    names = _positions(node, None)
    given = [*zip(names, node.args, strict=False), *node.kwargs.items()]
    return tuple((name, shown_value(value)) for name, value in given if value is not None and not _has_tensor(value))


def _has_tensor(value: Value) -> bool:
    return next(_tensors(value), None) is not None


def shown_value(value: object) -> str:
    """Return an argument as a person would write it."""
    if isinstance(value, Callable):
        inner = ", ".join(f"{name}={shown_value(item)}" for name, item in value.arguments.items())
        return f"{value.type}({inner})"
    name = getattr(value, "name", None)
    if isinstance(name, str):
        arguments = getattr(value, "arguments", None) or {}
        inner = ", ".join(f"{key}={shown_value(item)}" for key, item in arguments.items())
        return f"{name}({inner})" if inner else name
    if isinstance(value, tuple):
        return f"({', '.join(shown_value(item) for item in value)}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {shown_value(item)}' for key, item in value.items())}}}"
    if isinstance(value, str):
        return value
    return _shown_object(value)


def _shown_object(value: object) -> str:
    slots = getattr(type(value), "__slots__", ())
    if type(value).__name__ == "SliceOf":
        parts = [getattr(value, slot) for slot in slots]
        ends = ":".join("" if part is None else str(part) for part in parts[:2])
        return ends if parts[2] is None else f"{ends}:{parts[2]}"
    if type(value).__name__ == "EllipsisOf":
        return "..."
    if hasattr(value, "value"):
        return shown_value(value.value)
    if hasattr(value, "path"):
        return str(value.path)
    return repr(value)
