"""Bind operands and literals to the arguments of a call, and see that there are as many as it takes."""

from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from graphspec.catalog.catalog import CallArgument
from graphspec.catalog.kinds import parse_kind
from graphspec.diagnostics.diagnostic import Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import nearest, respelling
from graphspec.frontend.program import Operand, Operands, Reference
from graphspec.frontend.tree import Entry, Mapping, holds_unknown
from graphspec.graph.arguments import check_value
from graphspec.graph.checker import UNKNOWN, Checker, Unknown
from graphspec.graph.constants import constant, tensor_literal
from graphspec.graph.fixed_sizes import way_out
from graphspec.graph.ir import Tensor, Value
from graphspec.graph.operands import flat, group_of, look_up, structure
from graphspec.graph.scope import Missing, Scope

# What takes lists within its list, one for each cell of a stack.
_NESTED = frozenset({"states"})
_TENSOR_ROLES = frozenset({"tensor", "tensors"})
_MOST_SHOWN = 8


class Signature(NamedTuple):
    """What a call takes; ``subject`` names it for people. Without ``arguments`` it takes whatever it is given."""

    subject: str
    arguments: tuple[CallArgument, ...] | None
    is_op: bool = False

    def find(self, name: str) -> CallArgument | None:
        """Return the argument of a name."""
        return next((argument for argument in self.arguments or () if argument.name == name), None)


@dataclass(slots=True)
class Bound:
    """The arguments of a call by name; ``complete`` is False once a mistake was reported."""

    values: dict[str, Value]
    complete: bool = True


def check_literals(signature: Signature, given: tuple[Mapping | None, ...], path: str, checker: Checker) -> Bound:
    """Return the literal arguments of a call: those of ``with`` and, for an op, those beside its name."""
    bound = Bound({})
    for mapping in given:
        for entry in mapping.entries.values() if mapping is not None else ():
            _check_literal(entry, signature, bound, path, checker)
    return bound


def _check_literal(entry: Entry, signature: Signature, bound: Bound, path: str, checker: Checker) -> None:
    if signature.arguments is None:
        value = check_value(entry, parse_kind("any"), f'"{entry.key}" of {signature.subject}', path, checker)
        _store(entry.key, value, bound)
        return
    name = _argument_name(entry, signature, bound, checker)
    argument = None if name is None else signature.find(name)
    if argument is None:
        bound.complete = False
        return
    if argument.name in bound.values:
        checker.diagnostics.error("GS404", f'"{argument.name}" of {signature.subject} is given twice', entry.span)
        return
    subject = f'"{argument.name}" of {signature.subject}'
    if holds_unknown(entry.value):
        _store(argument.name, UNKNOWN, bound)
        return
    if argument.role == "tensor":
        named = Entry(argument.name, entry.span, entry.value)
        _store(argument.name, tensor_literal(named, subject, checker, required=argument.required), bound)
        return
    if isinstance(entry.value, Mapping) and "constant" in entry.value.entries:
        _store(argument.name, constant(entry.value, subject, checker), bound)
        return
    _store(argument.name, check_value(entry, parse_kind(argument.kind), subject, f"{path}.{name}", checker), bound)


def _store(name: str, value: Value | Unknown, bound: Bound) -> None:
    if isinstance(value, Unknown):
        bound.complete = False
        bound.values[name] = None
    else:
        bound.values[name] = value


def _argument_name(entry: Entry, signature: Signature, bound: Bound, checker: Checker) -> str | None:
    if signature.find(entry.key) is not None:
        return entry.key
    names = [argument.name for argument in signature.arguments or ()]
    meant = nearest(entry.key, [name for name in names if name not in bound.values])
    hint = f'; did you mean "{meant}"?' if meant else ""
    takes = f"{signature.subject} takes {', '.join(names)}" if names else None
    what = "argument" if signature.is_op else "call argument"
    checker.diagnostics.error(
        "GS402",
        f'unknown {what} "{entry.key}" of {signature.subject}{hint}',
        entry.span,
        help=None if meant else takes,
        fix=respelling(entry.key, [name for name in names if name not in bound.values], entry.span),
    )
    return meant


def bind(
    signature: Signature, operands: Operand, literals: Bound, place: Span, scope: Scope, checker: Checker
) -> Bound:
    """Return all arguments of a call by name: its literals, and its operands in the places where they belong."""
    bound = Bound(dict(literals.values), literals.complete)
    if signature.arguments is None:
        _bind_unknown(operands, bound, scope)
        return bound
    items = operands.items if isinstance(operands, Operands) else ()
    if isinstance(operands, Operands) and isinstance(items, MappingABC) and _is_by_name(operands, items, signature):
        _bind_named(signature, operands, items, bound, scope, checker)
    elif operands is not None:
        _bind_positional(signature, operands, bound, scope, checker)
    if bound.complete:
        _check_required(signature, operands, bound, place, checker)
    return bound


def _is_by_name(operands: Operands, items: MappingABC[str, Operand], signature: Signature) -> bool:
    """Say whether a mapping is meant to name arguments: that of the outputs of a node is, where one of them fits."""
    return not operands.name or any(signature.find(key) is not None for key in items)


def _bind_unknown(operands: Operand, bound: Bound, scope: Scope) -> None:
    if isinstance(operands, Operands) and isinstance(operands.items, MappingABC):
        for name, operand in operands.items.items():
            _keep(name, structure(operand, scope), bound)
    elif operands is not None:
        _keep("", structure(operands, scope), bound)


def _keep(name: str, value: Value | Missing, bound: Bound) -> None:
    if isinstance(value, Missing):
        bound.complete = False
        bound.values[name] = None
    else:
        bound.values[name] = value


def _bind_named(
    signature: Signature,
    operands: Operands,
    items: MappingABC[str, Operand],
    bound: Bound,
    scope: Scope,
    checker: Checker,
) -> None:
    for name, operand in items.items():
        place = operands.keys.get(name, operands.span)
        argument = signature.find(name)
        if argument is None:
            takers = [a.name for a in signature.arguments or () if a.role != "literal"]
            meant = nearest(name, [known for known in takers if known not in items])
            hint = f'; did you mean "{meant}"?' if meant else ""
            checker.diagnostics.error(
                "GS402", f'unknown call argument "{name}" of {signature.subject}{hint}', place,
                help=None if meant else f"{signature.subject} takes tensors as {', '.join(takers)}",
                fix=respelling(name, [known for known in takers if known not in items], place),
            )  # fmt: skip
            look_up(operand, scope)
            bound.complete = False
        elif argument.name in bound.values:
            checker.diagnostics.error(
                "GS404", f'"{name}" of {signature.subject} is given twice: under "from" and as a literal', place
            )
            bound.complete = False
        else:
            _bind_argument(argument, operand, signature, bound, scope, checker)


def _bind_argument(
    argument: CallArgument, operand: Operand, signature: Signature, bound: Bound, scope: Scope, checker: Checker
) -> None:
    if argument.role == "literal":
        place = None if operand is None else operand.span
        if place is not None:
            checker.diagnostics.error(
                "GS409", f'"{argument.name}" of {signature.subject} takes a literal, not a tensor', place,
                help=(signature.is_op and way_out(signature.subject.removeprefix("ops."))) or 'write it under "with"',
            )  # fmt: skip
        bound.complete = False
        return
    if isinstance(operand, Operands) and _report_choice(operand, (argument,), scope, checker):
        bound.complete = False
        return
    if argument.role == "tensor" and isinstance(operand, Operands):
        checker.diagnostics.error(
            "GS409", f'"{argument.name}" of {signature.subject} takes one tensor, not {_amount(operand)}', operand.span
        )
        look_up(operand, scope)
        bound.complete = False
        return
    before = len(checker.diagnostics)
    if isinstance(operand, Operands) and _takes_list(argument) and not isinstance(operand.items, MappingABC):
        value = _listed(argument, operand, signature, scope, checker)
    else:
        value = structure(operand, scope, as_list=argument.role != "tensor")
    if isinstance(operand, Operands) and not isinstance(operand.items, MappingABC) and not _takes_list(argument):
        _check_count(argument, len(operand.items), operand.span, signature, checker)
    elif isinstance(operand, Reference) and argument.role == "tensors" and argument.required:
        _check_single(operand, value, signature, scope, checker)
    _keep(argument.name, value, bound)
    bound.complete = bound.complete and len(checker.diagnostics) == before


def _takes_list(argument: CallArgument) -> bool:
    """Say whether an argument is one list of tensors, whatever their number."""
    return argument.role == "tensors" and argument.required and argument.name not in _NESTED


def _listed(
    argument: CallArgument, operands: Operands, signature: Signature, scope: Scope, checker: Checker
) -> Value | Missing:
    value = flat(operands, scope)
    count = len(value) if isinstance(value, tuple) else len(operands.items)
    _check_count(argument, count, operands.span, signature, checker)
    _check_items(operands, operands, signature, scope, checker)
    return value


def _report_choice(operands: Operands, takers: Sequence[CallArgument], scope: Scope, checker: Checker) -> bool:
    """Report a name that stands for outputs by name where tensors are needed, and say whether it is one."""
    if not operands.name or not isinstance(operands.items, MappingABC):
        return False
    if operands.span in scope.chosen:
        return True
    scope.chosen.add(operands.span)
    shown = ", ".join(f"{operands.name}.{key}" for key in [*operands.items][:_MOST_SHOWN])
    wanted, help_ = "one is needed here", f"say which: {shown}"
    if len(takers) > 1:
        names = [taker.name for taker in takers]
        wanted = f"none is named as what is needed here: {', '.join(names)}"
        help_ = f"say which goes where: {{{', '.join(f'{name}: ...' for name in names)}}}"
    elif takers and _takes_list(takers[0]):
        help_ = f"write a list: [{shown}]"
    message = f'"{operands.name}" has {len(operands.items)} outputs, and {wanted}'
    checker.diagnostics.error("GS409", message, operands.span, help=help_)
    return True


def _amount(operand: Operands) -> str:
    if isinstance(operand.items, MappingABC):
        return "a mapping"
    return f"a list of {len(operand.items)}"


def _check_count(argument: CallArgument, count: int, place: Span, signature: Signature, checker: Checker) -> None:
    low, high = argument.min_count, argument.max_count
    if count >= low and (high is None or count <= high):
        return
    wanted = f"{low}" if low == high else f"at least {low}" if high is None else f"{low} to {high}"
    noun = "tensor" if wanted.endswith(" 1") or wanted == "1" else "tensors"
    checker.diagnostics.error("GS409", f"{signature.subject} takes {wanted} {noun}, not {count}", place)


def _check_items(operands: Operands, around: Operands, signature: Signature, scope: Scope, checker: Checker) -> None:
    """Report what is no tensor in a list of tensors: a list that was written in it, or nothing."""
    for item in cast("tuple[Operand, ...]", operands.items):
        if isinstance(item, Reference):
            continue
        group = group_of(item, operands) if isinstance(item, Operands) else None
        if group is not None:
            _check_items(group, around, signature, scope, checker)
            continue
        if isinstance(item, Operands) and _report_choice(item, (), scope, checker):
            continue
        what = _amount(item) if isinstance(item, Operands) else "nothing"
        place = around.span if item is None else item.span
        checker.diagnostics.error(
            "GS409", f"{signature.subject} takes a list of tensors; each is one tensor, not {what}", place
        )
        return


def _check_single(
    operand: Reference,
    value: Value | Missing,
    signature: Signature,
    scope: Scope,
    checker: Checker,
) -> None:
    if isinstance(value, Missing) or (isinstance(value, Tensor) and scope.is_list(value)):
        return
    checker.diagnostics.error(
        "GS409",
        f"{signature.subject} takes a list of tensors, not one",
        operand.span,
        help=f"write all of them in one list: [{operand.path}, ...]",
    )


def _bind_positional(
    signature: Signature, operands: Reference | Operands, bound: Bound, scope: Scope, checker: Checker
) -> None:
    takers = [a for a in signature.arguments or () if a.role in _TENSOR_ROLES and a.name not in bound.values]
    if not takers:
        help_ = way_out(signature.subject.removeprefix("ops.")) if signature.is_op else None
        checker.diagnostics.error("GS409", f"{signature.subject} takes no tensor here", operands.span, help=help_)
        look_up(operands, scope)
        bound.complete = False
        return
    if isinstance(operands, Reference) or takers[0].role == "tensors":
        _bind_argument(takers[0], operands, signature, bound, scope, checker)
        return
    if _report_choice(operands, [taker for taker in takers if taker.required], scope, checker):
        bound.complete = False
        return
    items = cast("tuple[Operand, ...]", operands.items)
    positional = [argument for argument in takers if argument.role == "tensor"]
    needed = [argument.name for argument in positional if argument.required]
    if not len(needed) <= len(items) <= len(positional):
        if not operands.name or operands.span not in scope.chosen:
            _report_arity(signature, positional, needed, operands, checker)
        scope.chosen.add(operands.span)
        look_up(operands, scope)
        bound.complete = False
        return
    for argument, item in zip(positional, items, strict=False):
        _bind_argument(argument, item, signature, bound, scope, checker)


def _report_arity(
    signature: Signature, positional: list[CallArgument], needed: list[str], operands: Operands, checker: Checker
) -> None:
    low, high = len(needed), len(positional)
    count = len(operands.items)
    wanted = f"{low} tensor{'s' * (low != 1)}" if low == high else f"{low} to {high} tensors"
    names = ", ".join(argument.name for argument in positional)
    help_ = f"its tensors are {names}" if high > 1 else None
    if high == 1 and count > 1 and not signature.is_op:
        help_ = "join them first, as with Concatenate or Add"
        if operands.name:
            help_ = f'"{operands.name}" is {count} tensors: say which of them, or {help_}'
    checker.diagnostics.error("GS409", f"{signature.subject} takes {wanted}, not {count}", operands.span, help=help_)


def _check_required(signature: Signature, operands: Operand, bound: Bound, place: Span, checker: Checker) -> None:
    missing = [
        argument for argument in signature.arguments or () if argument.required and argument.name not in bound.values
    ]
    if not missing:
        return
    tensors = [argument.name for argument in missing if argument.role in _TENSOR_ROLES]
    if not tensors:
        shown = " and ".join(f'"{argument.name}"' for argument in missing)
        checker.diagnostics.error("GS403", f"{signature.subject} needs {shown}", place)
    elif operands is None and len(tensors) == len([a for a in signature.arguments or () if a.role in _TENSOR_ROLES
                                                   and a.required]):  # fmt: skip
        checker.diagnostics.error(
            "GS409", f"{signature.subject} has no input: nothing says where its tensors come from", place,
            help='add "from", or an arrow under "edges"',
        )  # fmt: skip
    else:
        shown = " and ".join(f'"{name}"' for name in tensors)
        related = [] if operands is None else [Related("its tensors are given here", operands.span)]
        help_ = None
        if isinstance(operands, Reference) and tensors == ["value"]:
            help_ = f"for the attention of a sequence to itself, write from: [{operands.path}, {operands.path}]"
        checker.diagnostics.error("GS409", f"{signature.subject} needs {shown}", place, help=help_, related=related)
    bound.complete = False


def spread(
    arguments: Sequence[CallArgument], values: MappingABC[str, Value]
) -> tuple[tuple[Value, ...], dict[str, Value]]:
    """Return the positional and the named arguments of an op: all are named, but for one that takes any number."""
    names = [argument.name for argument in arguments]
    variadic = next((argument.name for argument in arguments if argument.variadic and argument.name in values), None)
    if variadic is None:
        return (), dict(values)
    before = names[: names.index(variadic)]
    operands = values[variadic]
    args = (*(values[name] for name in before), *(operands if isinstance(operands, tuple) else (operands,)))
    return args, {name: value for name, value in values.items() if name not in {*before, variadic}}
