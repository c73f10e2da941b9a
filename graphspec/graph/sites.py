"""Calls on their way to become nodes: what each one calls, what that takes, and what it returns."""

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphspec.catalog import catalog
from graphspec.catalog.catalog import CallArgument
from graphspec.diagnostics.diagnostic import Related
from graphspec.diagnostics.suggest import did_you_mean, nearest, respelling
from graphspec.frontend.document import What
from graphspec.frontend.expand import BEFORE
from graphspec.frontend.program import Call, Program
from graphspec.frontend.tree import Mapping, Scalar
from graphspec.graph.arguments import check_arguments, has_all, make_layer
from graphspec.graph.bind import Bound, Signature, check_literals
from graphspec.graph.checker import Checker
from graphspec.graph.fixed_sizes import way_out
from graphspec.graph.ir import Callable, Value
from graphspec.graph.layer_types import op_defaults_of
from graphspec.graph.scope import (
    ONE,
    UNKNOWN_PORTS,
    Ports,
    Scope,
    layer_ports,
    model_ports,
    named,
    numbered,
)

if TYPE_CHECKING:
    from graphspec.frontend.expressions import Expression

_TRAINING = CallArgument("training", "literal", "null|bool", None, required=False, doc="Run as in training.")
INPUTS = "inputs"
MAX_OUTPUTS = 100_000


@dataclass(slots=True)
class Site:
    """A call: what it calls, what that takes, and what it returns; None stands for what is unknown.

    ``is_named_call`` says whether it calls an entry of layers or models, which has a name of its own.
    """

    call: Call
    is_named_call: bool = False
    signature: Signature | None = None
    callee: Callable | None = None
    literals: Bound = field(default_factory=lambda: Bound({}))
    expression: "Expression | None" = None
    ports: Ports | None = None


def find_sites(
    program: Program, visible: MappingABC[str, Callable | None], scope: Scope, checker: Checker
) -> list[Site]:
    """Return the calls of a program with what they call, and tell the scope what each returns."""
    sites: dict[str, Site] = {}
    copied: dict[int, Site] = {}
    for call in program.calls:
        checker.diagnostics.origin = call.origin
        if call.path in sites:
            checker.diagnostics.error(
                "GS213", f'the name "{call.path}" is given twice', call.span,
                related=[Related("the first is here", sites[call.path].call.span)],
            )  # fmt: skip
            continue
        if call.origin is None:
            site = _site(call, visible, scope, checker)
        else:
            site = _site_in_block(call, visible, scope, checker, copied)
        sites[call.path] = site
        scope.ports[call.path] = site.ports
    checker.diagnostics.origin = None
    return list(sites.values())


def _site_in_block(
    call: Call, visible: MappingABC[str, Callable | None], scope: Scope, checker: Checker, copied: dict[int, Site]
) -> Site:
    """Return a call that may be one of many copies: what they share is checked once."""
    first = copied.get(id(call.what))
    if first is not None and first.callee is not None and first.call.literals is call.literals:
        alike = first.callee
        callee = Callable(
            key=call.path, keras_name=call.keras_name, kind=alike.kind, type=alike.type, arguments=alike.arguments,
            trainable=call.trainable, graph=alike.graph, taps=alike.taps, complete=alike.complete, span=alike.span,
        )  # fmt: skip
        signature = _signature(callee, call.path, named_call=False)
        return Site(call, signature=signature, callee=callee, literals=first.literals, ports=first.ports)
    if first is not None and first.callee is None and not first.is_named_call and first.call.literals is call.literals:
        # What keeps the first from being made has been reported.
        return Site(call)
    site = _site(call, visible, scope, checker)
    if site.signature is None and call.what is not None and call.what.kind in {"layer", "plugin", "application"}:
        copied[id(call.what)] = site
    made = None if site.is_named_call else site.callee
    if made is not None and made.kind == "layer" and not any(map(_may_hold_layer, made.arguments.values())):
        copied[id(call.what)] = site
    return site


def _may_hold_layer(value: Value) -> bool:
    """Say whether an argument may hold a layer, whose name starts with that of the call."""
    return isinstance(value, Callable | MappingABC) or (isinstance(value, tuple) and any(map(_may_hold_layer, value)))


def _site(call: Call, visible: MappingABC[str, Callable | None], scope: Scope, checker: Checker) -> Site:
    what = call.what
    if what is None:
        return Site(call)
    site = Site(call, is_named_call=what.kind == "call")
    if what.kind == "expr":
        return _expression_site(site, what, checker)
    if what.kind == "op":
        return _op_site(site, what, checker)
    if site.is_named_call and call.keras_name != call.path:
        checker.diagnostics.error(
            "GS215",
            f'"name" beside the call "{call.path}" says nothing: what it calls has its own name',
            call.places.get("name", call.span),
            help=f'put "name" on the entry "{what.name}"',
        )
    if site.is_named_call:
        callee = _callee(what, visible, checker)
    else:
        callee = make_callable(call.path, what, call.keras_name, checker, trainable=call.trainable)
    if callee is None:
        return site
    site.callee = callee
    site.signature = _signature(callee, call.path, named_call=what.kind == "call")
    if callee.kind == "application":
        scope.applications[call.path] = callee
    site.literals = check_literals(site.signature, (call.literals,), call.path, checker)
    site.ports = UNKNOWN_PORTS if _is_in_doubt(what, callee) else _ports(callee, site.literals)
    return site


def _is_in_doubt(what: What, callee: Callable) -> bool:
    """Say whether an argument that decides what a layer returns was given, and is wrong."""
    given = what.arguments.entries if isinstance(what.arguments, Mapping) else {}
    found = catalog.layer(callee.type) if given and callee.kind == "layer" else None
    return found is not None and any(
        output.when in given and output.when not in callee.arguments for output in found.outputs
    )


def _expression_site(site: Site, what: What, checker: Checker) -> Site:
    from graphspec.graph.arithmetic import parse_scalar  # noqa: PLC0415 - few specs have expressions

    if isinstance(what.arguments, Scalar):
        site.expression = parse_scalar(what.arguments, checker.diagnostics)
    site.ports = None if site.expression is None else ONE
    call = site.call
    if call.operands is not None and call.before is None and BEFORE not in (call.names or ()):
        checker.diagnostics.error(
            "GS209", f'the names in the expression of "{call.path}" are its edges; it takes no other',
            call.operands.span, help='remove "from"', node=call.path,
        )  # fmt: skip
    if call.literals is not None:
        checker.diagnostics.error(
            "GS215", f'"with" beside the expression "{call.path}" belongs to no call', call.literals.span,
            help="write literals in the expression", node=call.path,
        )  # fmt: skip
    _refuse_trainable(call, f'the expression "{call.path}"', checker)
    return site


def _refuse_trainable(call: Call, subject: str, checker: Checker) -> None:
    if call.trainable is not None:
        checker.diagnostics.error(
            "GS215", f'"trainable" beside {subject} says nothing: it has no weights',
            call.places.get("trainable", call.span), help='remove "trainable"', node=call.path,
        )  # fmt: skip


def _op_site(site: Site, what: What, checker: Checker) -> Site:
    found = catalog.op(what.name)
    if found is None and checker.diagnostics.was_told("GS401", what.span):
        return site
    if found is None:
        meant = nearest(what.name, catalog.op_names())
        layer = None if meant else nearest(what.name, catalog.layer_names())
        hint = f'; did you mean "ops.{meant}"?' if meant else f'; did you mean the layer "{layer}"?' if layer else ""
        checker.diagnostics.error(
            "GS401",
            f'unknown op "ops.{what.name}"{hint}',
            what.span,
            fix=respelling(what.name, catalog.op_names(), what.span, before="ops."),
        )
        return site
    if found.refused is not None:
        message = f"ops.{what.name} is refused: {found.refused}"
        checker.diagnostics.error("GS407", message, what.span, help=way_out(what.name))
        return site
    call = site.call
    site.signature = Signature(f"ops.{found.name}", found.arguments, is_op=True)
    beside = what.arguments if isinstance(what.arguments, Mapping) else None
    site.literals = check_literals(site.signature, (beside, call.literals), call.path, checker)
    _refuse_trainable(call, f"ops.{found.name}", checker)
    if found.outputs_count is None:
        site.ports = named(
            output.name for output in found.outputs if _is_present(output.when, found.name, site.literals)
        )
        return site
    count = site.literals.values.get(found.outputs_count)
    if isinstance(count, tuple):
        site.ports = numbered(len(count) + 1)
    else:
        site.ports = numbered(count) if isinstance(count, int) and 0 < count <= MAX_OUTPUTS else UNKNOWN_PORTS
    return site


def _is_present(when: str | None, op: str, literals: Bound) -> bool:
    return when is None or literals.values.get(when, op_defaults_of(op).get(when)) is True


def _callee(what: What, visible: MappingABC[str, Callable | None], checker: Checker) -> Callable | None:
    if what.name in visible:
        checker.used.add(what.name)
        return visible[what.name]
    if what.name in checker.used:
        return None
    checker.used.add(what.name)
    hint = did_you_mean(what.name, visible)
    help_ = None
    if not hint and catalog.layer(what.name) is not None:
        help_ = f'a new layer is written {what.name}: {{...}}; "call" is for entries of layers and models'
    checker.diagnostics.error(
        "GS408",
        f'nothing under layers or models is named "{what.name}"{hint}',
        what.span,
        help=help_,
        fix=respelling(what.name, visible, what.span),
    )
    return None


def _signature(callee: Callable, path: str, *, named_call: bool) -> Signature:
    subject = f'{callee.type} "{callee.key if named_call else path}"'
    if callee.kind == "model" and callee.graph is not None:
        subject = f'model "{callee.key}"'
        arguments = tuple(
            CallArgument(item.name, "tensor", "any", None, required=not item.optional, doc="")
            for item in callee.graph.inputs
        )
        return Signature(subject, (*arguments, _TRAINING))
    if callee.kind == "application":
        return Signature(subject, (CallArgument(INPUTS, "tensor", "any", None, required=True, doc=""), _TRAINING))
    found = catalog.layer(callee.type) if callee.kind == "layer" else None
    return Signature(subject, None if found is None else found.call)


def _ports(callee: Callable, literals: Bound) -> Ports:
    if callee.kind == "application":
        return ONE
    if callee.graph is not None:
        return model_ports(callee.graph)
    return layer_ports(callee, literals.values)


def make_callable(
    path: str, what: What, keras_name: str, checker: Checker, *, trainable: bool | None
) -> Callable | None:
    """Return the layer or application that a what describes, or None where it is unknown."""
    given = what.arguments if isinstance(what.arguments, Mapping) else None
    if what.kind == "application":
        return _application(path, what, given, keras_name, checker, trainable=trainable)
    return make_layer(what.name, what.span, given, path, checker, keras_name=keras_name, trainable=trainable)


def _application(
    path: str, what: What, given: Mapping | None, keras_name: str, checker: Checker, *, trainable: bool | None
) -> Callable | None:
    found = catalog.application(what.name)
    if found is None:
        meant = nearest(what.name, catalog.application_names())
        hint = f'; did you mean "applications.{meant}"?' if meant else ""
        checker.diagnostics.error(
            "GS401",
            f'unknown application "applications.{what.name}"{hint}',
            what.span,
            fix=respelling(what.name, catalog.application_names(), what.span, before="applications."),
        )
        return None
    before = len(checker.diagnostics)
    values = check_arguments(what.name, what.span, found, given, path, checker)
    return Callable(
        key=path, keras_name=keras_name, kind="application", type=what.name, arguments=values, trainable=trainable,
        complete=len(checker.diagnostics) == before and has_all(values, given), span=what.span,
    )  # fmt: skip
