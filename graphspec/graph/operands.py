"""Operands -> tensors: what the references in a list or a mapping mean, as the call of it takes them."""

from collections.abc import Mapping as MappingABC
from typing import cast

from graphspec.frontend.program import Operand, Operands, Reference
from graphspec.graph.ir import Tensor, Value
from graphspec.graph.scope import MISSING, Missing, Scope


def structure(operand: Operand, scope: Scope, *, as_list: bool = True) -> Value | Missing:
    """Return the tensors of an operand in the lists and mappings around them."""
    if operand is None:
        return None
    if isinstance(operand, Reference):
        return scope.resolve(operand, as_list=as_list)
    if isinstance(operand.items, MappingABC):
        entries = {key: structure(item, scope, as_list=False) for key, item in operand.items.items()}
        known = {key: value for key, value in entries.items() if not isinstance(value, Missing)}
        return known if len(known) == len(entries) else MISSING
    items = [structure(item, scope, as_list=False) for item in operand.items]
    present = tuple(item for item in items if not isinstance(item, Missing))
    return present if len(present) == len(items) else MISSING


def flat(operands: Operands, scope: Scope) -> tuple[Value, ...] | Missing:
    """Return the tensors of a list, in which a name that stands for a list is all of that list."""
    found: list[Value] = []
    is_known = True
    for item in cast("tuple[Operand, ...]", operands.items):
        if isinstance(item, Reference):
            value: Value | Missing = scope.resolve(item, as_list=True)
        else:
            group = group_of(item, operands) if isinstance(item, Operands) else None
            value = structure(item, scope) if group is None else flat(group, scope)
        if isinstance(value, Missing):
            is_known = False
        elif isinstance(value, Tensor) and (value.output is not None or not scope.is_list(value)):
            found.append(value)
        elif isinstance(value, Tensor):
            found += scope.each_of(value)
        elif isinstance(value, tuple):
            found += value
        else:
            found.append(value)
    return tuple(found) if is_known else MISSING


def look_up(operand: Operand, scope: Scope) -> None:
    """Report the names in an operand that are not there, where nothing else is known of its place."""
    if isinstance(operand, Reference):
        scope.resolve(operand, as_list=True)
    elif isinstance(operand, Operands):
        for item in operand.items.values() if isinstance(operand.items, MappingABC) else operand.items:
            look_up(item, scope)


def group_of(item: Operands, around: Operands) -> Operands | None:
    """Return the list that a name in a list stands for, or a list within such a one."""
    name = item.name or around.name
    return item._replace(name=name) if name and not isinstance(item.items, MappingABC) else None
