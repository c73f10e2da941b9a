"""Program -> graph: names become what they name, operands find their arguments, calls get their order."""

from collections.abc import Callable as CallableABC
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field, replace

from graphspec.catalog.catalog import CallArgument

from graphspec.catalog import catalog
from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, nearest
from graphspec.frontend.document import InputSpec, LayerSpec, What
from graphspec.frontend.expressions import Expression
from graphspec.frontend.program import Call, FileProgram, Operands, Outputs, Program, Reference
from graphspec.frontend.tree import Mapping, Scalar
from graphspec.graph.arguments import (
    TRUST_HELP,
    Checker,
    check_arguments,
    make_layer,
)
from graphspec.graph.arithmetic import compute, parse_scalar
from graphspec.graph.bind import Bound, Signature, bind, check_literals, structure
from graphspec.graph.ir import Callable, Graph, GraphOutputs, Input, Node, Tensor, Value, operands_of
from graphspec.graph.lint import lint
from graphspec.graph.literals import DTYPES, POLICIES, is_policy
from graphspec.graph.order import order, report_cycles
from graphspec.graph.scope import (
    ONE,
    UNKNOWN_PORTS,
    Missing,
    Ports,
    Scope,
    layer_ports,
    model_ports,
    named,
    numbered,
)
from graphspec.graph.training import check_compile

_TRAINING = CallArgument("training", "literal", "null|bool", None, required=False, doc="Run as in training.")
_INPUTS = "inputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a graph is resolved in: what is trusted, how a file becomes a graph, and the names outside it."""

    load: CallableABC[[FileProgram], Graph | None]
    trust: bool = False
    plugins: tuple[str, ...] = ()
    outer: MappingABC[str, Callable | None] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Site:
    """A call on its way to become a node: what it calls, what that takes, and what it returns."""

    call: Call
    signature: Signature | None = None
    callee: Callable | None = None
    literals: Bound = field(default_factory=lambda: Bound({}))
    expression: Expression | None = None
    ports: Ports | None = None


def resolve(
    program: Program,
    name: str,
    surroundings: Surroundings,
    diagnostics: Diagnostics,
    *,
    seed: int | None = None,
    compile_section: Mapping | None = None,
) -> Graph | None:
    """Return the graph of a program, or None where it has mistakes; all of them go into ``diagnostics``."""
    before = sum(item.severity == "error" for item in diagnostics)
    own: dict[str, Callable | None] = {}
    visible = {**surroundings.outer}
    used = surroundings.used
    checker = _checker(visible, used, surroundings, diagnostics)
    for key, layer in program.layers.items():
        own[key] = visible[key] = _named_layer(key, layer, checker)
        checker = _checker(visible, used, surroundings, diagnostics)
    for key, model in program.models.items():
        own[key] = visible[key] = _named_model(key, model, replace(surroundings, outer=dict(visible)), diagnostics)
    checker = _checker(visible, used, surroundings, diagnostics)

    scope = Scope(diagnostics, program.aliases)
    inputs = _inputs(program, scope, diagnostics)
    sites = _sites(program, visible, scope, checker)
    nodes = [node for site in sites for node in _nodes(site, scope, checker)]
    outputs = _outputs(program.outputs, scope, diagnostics)
    scope.report_unresolved()
    ordered = _ordered(nodes, sites, diagnostics)
    _check_dtype(program.dtype, program.span, diagnostics)
    names = program.outputs.names if program.outputs is not None else ()
    compiled = check_compile(compile_section, names, checker)
    failed = sum(item.severity == "error" for item in diagnostics) > before
    if failed or outputs is None or ordered is None:
        return None
    graph = Graph(
        name=name,
        inputs=inputs,
        callables=_callables(sites, visible, scope, used),
        nodes=ordered,
        outputs=outputs,
        dtype=program.dtype,
        seed=seed,
        compile=compiled,
        span=program.span,
    )
    lint(graph, _named_places(program), used, diagnostics)
    return graph


def _checker(
    visible: MappingABC[str, Callable | None], used: set[str], surroundings: Surroundings, diagnostics: Diagnostics
) -> Checker:
    known = {key: made is not None for key, made in visible.items()}
    return Checker(known, used, surroundings.trust, surroundings.plugins, diagnostics)


def _named_places(program: Program) -> dict[str, tuple[str, Span]]:
    layers = {key: ("layer", spec.span) for key, spec in program.layers.items()}
    models = {key: ("model", spec.span) for key, spec in program.models.items() if spec is not None}
    return layers | models


def _named_layer(key: str, spec: LayerSpec, checker: Checker) -> Callable | None:
    if spec.what is None:
        return None
    return _make(key, spec.what, spec.name or key, spec.trainable, checker)


def _make(path: str, what: What, keras_name: str, trainable: bool | None, checker: Checker) -> Callable | None:
    given = what.arguments if isinstance(what.arguments, Mapping) else None
    if what.kind == "application":
        return _application(path, what, given, keras_name, trainable, checker)
    return make_layer(what.name, what.span, given, path, checker, keras_name=keras_name, trainable=trainable)


def _application(
    path: str, what: What, given: Mapping | None, keras_name: str, trainable: bool | None, checker: Checker
) -> Callable | None:
    found = catalog.application(what.name)
    if found is None:
        hint = did_you_mean(what.name, catalog.application_names())
        checker.diagnostics.error("GS401", f'unknown application "{what.name}"{hint}', what.span)
        return None
    values = check_arguments(what.name, what.span, found.arguments, given, path, checker)
    return Callable(
        key=path, keras_name=keras_name, kind="application", type=what.name, arguments=values, trainable=trainable,
        span=what.span,
    )  # fmt: skip


def _named_model(
    key: str, model: Program | FileProgram | None, surroundings: Surroundings, diagnostics: Diagnostics
) -> Callable | None:
    if model is None:
        return None
    if isinstance(model, FileProgram):
        graph = surroundings.load(model)
    else:
        graph = resolve(model, key, surroundings, diagnostics)
    if graph is None:
        return None
    return Callable(key=key, keras_name=key, kind="model", type="Functional", graph=graph, span=model.span)


def _inputs(program: Program, scope: Scope, diagnostics: Diagnostics) -> tuple[Input, ...]:
    inputs = []
    for name in sorted(program.inputs):
        spec = program.inputs[name]
        scope.ports[name] = ONE
        _check_input(name, spec, diagnostics)
        inputs.append(
            Input(
                name=name, shape=tuple(spec.shape), dtype=spec.dtype, batch_size=spec.batch_size, sparse=spec.sparse,
                ragged=spec.ragged, optional=spec.optional, span=spec.span,
            )  # fmt: skip
        )
    return tuple(inputs)


def _check_input(name: str, spec: InputSpec, diagnostics: Diagnostics) -> None:
    if spec.dtype is not None and spec.dtype not in DTYPES:
        hint = did_you_mean(spec.dtype, DTYPES)
        diagnostics.error("GS405", f'"dtype" of input "{name}" must be a dtype, not "{spec.dtype}"{hint}', spec.span)
    if spec.sparse and spec.ragged:
        diagnostics.error("GS404", f'input "{name}" cannot be both sparse and ragged', spec.span)


def _check_dtype(dtype: str | None, place: Span, diagnostics: Diagnostics) -> None:
    if dtype is not None and not is_policy(dtype):
        diagnostics.error("GS405", f'unknown dtype policy "{dtype}"{did_you_mean(dtype, POLICIES)}', place)


def _sites(
    program: Program, visible: MappingABC[str, Callable | None], scope: Scope, checker: Checker
) -> list[_Site]:
    sites: dict[str, _Site] = {}
    for call in program.calls:
        if call.path in sites:
            checker.diagnostics.error(
                "GS213", f'the name "{call.path}" is given twice', call.span,
                related=[Related("the first is here", sites[call.path].call.span)],
            )  # fmt: skip
            continue
        site = _site(call, visible, scope, checker)
        sites[call.path] = site
        scope.ports[call.path] = site.ports
    return list(sites.values())


def _site(call: Call, visible: MappingABC[str, Callable | None], scope: Scope, checker: Checker) -> _Site:
    what = call.what
    site = _Site(call)
    if what is None:
        return site
    if what.kind == "expr":
        return _expression_site(site, what, checker)
    if what.kind == "op":
        return _op_site(site, what, checker)
    if what.kind == "call":
        callee = _callee(what, visible, checker)
    else:
        callee = _make(call.path, what, call.keras_name, call.trainable, checker)
    if callee is None:
        return site
    site.callee = callee
    site.signature = _signature(callee, call.path, named_call=what.kind == "call")
    if callee.kind == "application":
        scope.applications[call.path] = callee
    site.literals = check_literals(site.signature, (call.literals,), call.path, checker)
    site.ports = _ports(callee, site.literals)
    return site


def _expression_site(site: _Site, what: What, checker: Checker) -> _Site:
    if isinstance(what.arguments, Scalar):
        site.expression = parse_scalar(what.arguments, checker.diagnostics)
    site.ports = None if site.expression is None else ONE
    call = site.call
    if call.operands is not None and call.before is None:
        checker.diagnostics.error(
            "GS209", f'the names in the expression of "{call.path}" are its edges; it takes no other', call.span,
            help='remove "from"', node=call.path,
        )  # fmt: skip
    if call.literals is not None:
        checker.diagnostics.error(
            "GS215", f'"with" beside the expression "{call.path}" belongs to no call', call.literals.span,
            help="write literals in the expression", node=call.path,
        )  # fmt: skip
    return site


def _op_site(site: _Site, what: What, checker: Checker) -> _Site:
    found = catalog.op(what.name)
    if found is None:
        meant = nearest(what.name, catalog.op_names())
        layer = None if meant else nearest(what.name, catalog.layer_names())
        hint = f'; did you mean "ops.{meant}"?' if meant else f'; did you mean the layer "{layer}"?' if layer else ""
        checker.diagnostics.error("GS401", f'unknown op "ops.{what.name}"{hint}', what.span)
        return site
    if found.refused is not None:
        checker.diagnostics.error("GS407", f"ops.{what.name} is refused: {found.refused}", what.span, help=TRUST_HELP)
        return site
    site.signature = Signature(f"ops.{found.name}", found.arguments, is_op=True)
    beside = what.arguments if isinstance(what.arguments, Mapping) else None
    site.literals = check_literals(site.signature, (beside, site.call.literals), site.call.path, checker)
    if site.call.trainable is not None:
        checker.diagnostics.error(
            "GS215", f'"trainable" beside ops.{found.name} says nothing: an op has no weights', site.call.span
        )
    if found.outputs_count is None:
        site.ports = named(output.name for output in found.outputs if _is_present(output.when, site.literals))
        return site
    count = site.literals.values.get(found.outputs_count)
    if isinstance(count, tuple):
        site.ports = numbered(len(count) + 1)
    else:
        site.ports = numbered(count) if isinstance(count, int) and 0 < count <= MAX_OUTPUTS else UNKNOWN_PORTS
    return site


MAX_OUTPUTS = 100_000


def _is_present(when: str | None, literals: Bound) -> bool:
    return when is None or literals.values.get(when) is True


def _callee(what: What, visible: MappingABC[str, Callable | None], checker: Checker) -> Callable | None:
    if what.name in visible:
        checker.used.add(what.name)
        return visible[what.name]
    hint = did_you_mean(what.name, visible)
    help_ = None
    if not hint and catalog.layer(what.name) is not None:
        help_ = f'a new layer is written {what.name}: {{...}}; "call" is for entries of layers and models'
    checker.diagnostics.error(
        "GS408", f'nothing under layers or models is named "{what.name}"{hint}', what.span, help=help_
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
        return Signature(subject, (CallArgument(_INPUTS, "tensor", "any", None, required=True, doc=""), _TRAINING))
    found = catalog.layer(callee.type) if callee.kind == "layer" else None
    return Signature(subject, None if found is None else found.call)


def _ports(callee: Callable, literals: Bound) -> Ports:
    if callee.kind == "application":
        return ONE
    if callee.graph is not None:
        return model_ports(callee.graph)
    return layer_ports(callee, literals.values)


def _nodes(site: _Site, scope: Scope, checker: Checker) -> list[Node]:
    call = site.call
    if site.expression is not None:
        return compute(call, site.expression, scope, checker) or []
    if site.signature is None or not call.wired:
        structure(call.operands, scope)
        return []
    call = _unwrapped_inputs(site)
    if site.callee is not None and site.callee.kind == "model" and not _has_clear_order(site, call, scope, checker):
        return []
    bound = bind(site.signature, call.operands, site.literals, call.span, scope, checker)
    if not bound.complete:
        return []
    args, kwargs = _call_form(site, bound)
    return [
        Node(
            name=call.path,
            keras_name=call.keras_name,
            kind="op" if site.callee is None else "call",
            target=_target(call) if site.callee is None else site.callee.key,
            args=args,
            kwargs=kwargs,
            span=call.span,
        )
    ]


def _target(call: Call) -> str:
    return "" if call.what is None else call.what.name


def _unwrapped_inputs(site: _Site) -> Call:
    """Read ``{inputs: {a: x, b: y}}`` of a nested model as ``{a: x, b: y}``: its call has that one argument."""
    call, callee = site.call, site.callee
    if callee is None or callee.graph is None or not isinstance(call.operands, Operands):
        return call
    items = call.operands.items
    own = {item.name for item in callee.graph.inputs}
    if not isinstance(items, MappingABC) or set(items) != {_INPUTS} or _INPUTS in own:
        return call
    return replace(call, operands=items[_INPUTS])


def _has_clear_order(site: _Site, call: Call, scope: Scope, checker: Checker) -> bool:
    """Say whether a list fits a model's inputs, which stand in a mapping and so have an order only by their names."""
    graph = site.callee.graph if site.callee is not None else None
    if graph is None or not isinstance(call.operands, Operands) or isinstance(call.operands.items, MappingABC):
        return True
    by_place = sorted(graph.inputs, key=lambda item: item.span)
    if [item.name for item in by_place] == [item.name for item in graph.inputs]:
        return True
    names = ", ".join(f"{item.name}: ..." for item in graph.inputs)
    checker.diagnostics.error(
        "GS409",
        f'the inputs of model "{graph.name}" have names and no order, so a list does not say which is which',
        call.operands.span,
        help=f"write from: {{{names}}}",
    )
    structure(call.operands, scope)
    return False


def _call_form(site: _Site, bound: Bound) -> tuple[tuple[Value, ...], dict[str, Value]]:
    values = dict(bound.values)
    callee = site.callee
    if callee is not None and callee.graph is not None:
        tensors = tuple(values.pop(item.name, None) for item in callee.graph.inputs)
        return (tensors[0] if len(tensors) == 1 else tensors,), values
    if callee is None or site.signature is None:
        return (), values
    if site.signature.arguments is None:
        return ((values.pop(""),) if "" in values else ()), values
    first = site.signature.arguments[0].name
    return ((values.pop(first),) if first in values else ()), values


def _outputs(outputs: Outputs | None, scope: Scope, diagnostics: Diagnostics) -> GraphOutputs | None:
    if outputs is None:
        return None
    tensors: list[Tensor] = []
    for reference in outputs.references:
        tensor = _output(reference, scope, diagnostics)
        if tensor is not None:
            tensors.append(tensor)
    if len(tensors) != len(outputs.names):
        return None
    return GraphOutputs(
        form="one" if outputs.form == "one" else "list" if outputs.form == "list" else "mapping",
        names=outputs.names,
        tensors=tuple(tensors),
        span=outputs.span,
    )


def _output(reference: Reference, scope: Scope, diagnostics: Diagnostics) -> Tensor | None:
    tensor = scope.resolve(reference)
    if isinstance(tensor, Missing):
        return None
    return tensor


def _ordered(nodes: list[Node], sites: list[_Site], diagnostics: Diagnostics) -> tuple[Node, ...] | None:
    by_name = {node.name: node for node in nodes}
    sources = {node.name: [tensor.node for tensor in operands_of(node)] for node in nodes}
    ordered, stuck = order(sources)
    if not stuck:
        return tuple(by_name[name] for name in ordered)
    places = {node.name: node.span for node in nodes} | {site.call.path: site.call.span for site in sites}
    report_cycles(sources, stuck, places, diagnostics)
    return None


def _callables(
    sites: list[_Site], visible: MappingABC[str, Callable | None], scope: Scope, used: set[str]
) -> dict[str, Callable]:
    """Return what the graph calls, by key; a call may freeze what it calls, and one call's word is enough."""
    made: dict[str, Callable] = {}
    for key in sorted(used):
        callee = visible.get(key)
        if callee is not None:
            made[key] = callee
    for site in sites:
        if site.callee is None:
            continue
        key = site.callee.key
        taps = tuple(sorted(scope.taps.get(key, ())))
        callee = made.get(key, site.callee)
        trainable = callee.trainable if site.call.trainable is None else site.call.trainable
        made[key] = replace(callee, taps=taps, trainable=trainable)
    return made
