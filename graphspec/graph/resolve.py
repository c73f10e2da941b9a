"""Program -> graph: names become what they name, operands find their arguments, calls get their order."""

from collections import ChainMap
from collections.abc import Callable as CallableABC
from collections.abc import Mapping as MappingABC
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import LayerSpec
from graphspec.frontend.program import Call, FileProgram, Operands, Outputs, Program
from graphspec.frontend.tree import Mapping
from graphspec.graph.bind import Bound, bind, spread, structure
from graphspec.graph.checker import Checker
from graphspec.graph.entries import entries_in_order
from graphspec.graph.groups import groups_of, uses_of
from graphspec.graph.ir import Callable, Graph, GraphOutputs, Input, Node, Tensor, Value, operands_of
from graphspec.graph.lint import lint
from graphspec.graph.order import order, report_cycles
from graphspec.graph.scope import (
    ONE,
    Missing,
    Scope,
)
from graphspec.graph.sites import INPUTS, Site, find_sites, make_callable
from graphspec.graph.training import check_compile


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a graph is resolved in: what is trusted, how a file becomes a graph, and the names outside it.

    ``unfinished`` gathers what is left of graphs that have mistakes, with the callables in sight of each, for the
    steps that look for more.
    ``trainable`` has the first call of each entry that says whether it learns.
    ``known`` says of each name in ``outer`` whether it could be made.
    """

    load: CallableABC[[FileProgram], Graph | None]
    trust: bool = False
    plugins: tuple[str, ...] = ()
    outer: MutableMapping[str, Callable | None] = field(default_factory=dict)
    known: MutableMapping[str, bool] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    unfinished: list[tuple[Graph, MappingABC[str, Callable]]] = field(default_factory=list)
    trainable: dict[str, Call] = field(default_factory=dict)


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
    before = diagnostics.errors
    own: dict[str, Callable | None] = {}
    visible: ChainMap[str, Callable | None] = ChainMap({}, surroundings.outer)
    known: ChainMap[str, bool] = ChainMap({}, surroundings.known)
    used: set[str] = set()
    checker = Checker(known, used, surroundings.trust, surroundings.plugins, diagnostics)
    for key in entries_in_order(program):
        if key in program.layers:
            own[key] = visible[key] = _named_layer(key, program.layers[key], checker)
        if key in program.models:
            inner = replace(surroundings, outer=visible, known=known, used=used)
            own[key] = visible[key] = _named_model(key, program.models[key], inner, diagnostics)
        known[key] = own[key] is not None

    scope = Scope(diagnostics, program.aliases, program.absent, program.copies)
    inputs = _inputs(program, scope)
    sites = find_sites(program, visible, scope, checker)
    _agree_on_trainable(sites, surroundings, diagnostics)
    made = [(site, _nodes(site, scope, checker)) for site in sites]
    diagnostics.origin = None
    outputs = _outputs(program.outputs, scope)
    surroundings.used.update(used - own.keys())
    scope.report_unresolved(visible)
    ordered = _ordered(made, diagnostics)
    _check_keras_names(program, sites, own, diagnostics)
    _check_drafts(program, visible, replace(checker, used=set(used)))
    names = _output_names(program.outputs, scope)
    is_mapping = program.outputs is not None and program.outputs.form == "mapping"
    compiled = check_compile(compile_section, names, checker, is_ordered=not is_mapping)
    failed = diagnostics.errors > before
    graph = Graph(
        name=name,
        inputs=inputs,
        callables=_callables(sites, own, surroundings, scope),
        nodes=ordered,
        outputs=outputs or GraphOutputs(form="one", names=(), tensors=(), span=program.span),
        groups=groups_of(program),
        uses=uses_of(program),
        dtype=program.dtype,
        seed=seed,
        compile=compiled,
        span=program.span,
    )
    if failed or outputs is None:
        in_sight = {key: callee for key, callee in visible.items() if callee is not None}
        surroundings.unfinished.append((graph, in_sight))
        return None
    if not diagnostics.has_errors:
        lint(graph, _named_places(program), used, diagnostics)
    return graph


def _check_drafts(program: Program, visible: MappingABC[str, Callable | None], checker: Checker) -> None:
    """Report what is wrong with blocks that nothing uses, as far as that does not depend on their params."""
    for draft in program.drafts:
        scope = Scope(checker.diagnostics, draft.aliases, draft.absent, draft.copies)
        for site in find_sites(draft, visible, scope, checker):
            _nodes(site, scope, checker)
        checker.diagnostics.origin = None
        scope.report_unresolved(visible)


def _named_places(program: Program) -> dict[str, tuple[str, Span]]:
    layers = {key: ("layer", spec.span) for key, spec in program.layers.items()}
    models = {key: ("model", spec.span) for key, spec in program.models.items() if spec is not None}
    return layers | models


def _named_layer(key: str, spec: LayerSpec, checker: Checker) -> Callable | None:
    if spec.what is None:
        return None
    return make_callable(key, spec.what, spec.name or key, checker, trainable=spec.trainable)


def _named_model(
    key: str, model: Program | FileProgram | None, surroundings: Surroundings, diagnostics: Diagnostics
) -> Callable | None:
    if model is None:
        return None
    # Two entries may be one file: the entry's name tells them apart, as the file's own cannot.
    if isinstance(model, FileProgram):
        name, graph = key, surroundings.load(model)
    else:
        name = model.name or key
        graph = resolve(model, key, surroundings, diagnostics)
    if graph is None:
        return None
    named = replace(graph, name=name)
    return Callable(key=key, keras_name=name, kind="model", type="Functional", graph=named, span=model.span)


def _inputs(program: Program, scope: Scope) -> tuple[Input, ...]:
    inputs = []
    for name in sorted(program.inputs):
        spec = program.inputs[name]
        scope.ports[name] = ONE
        inputs.append(
            Input(
                name=name,
                shape=spec.shape,
                dtype=spec.dtype,
                batch_size=spec.batch_size,
                sparse=spec.sparse,
                ragged=spec.ragged,
                optional=spec.optional,
                span=spec.span,
            )
        )
    return tuple(inputs)


def _nodes(site: Site, scope: Scope, checker: Checker) -> list[Node]:
    call = site.call
    checker.diagnostics.origin = call.origin
    if site.expression is not None:
        from graphspec.graph.arithmetic import compute  # noqa: PLC0415 - few specs have expressions

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
            origin=call.origin,
        )
    ]


def _target(call: Call) -> str:
    return "" if call.what is None else call.what.name


def _unwrapped_inputs(site: Site) -> Call:
    """Read ``{inputs: {a: x, b: y}}`` of a nested model as ``{a: x, b: y}``: its call has that one argument."""
    call, callee = site.call, site.callee
    if callee is None or callee.graph is None or not isinstance(call.operands, Operands):
        return call
    items = call.operands.items
    own = {item.name for item in callee.graph.inputs}
    if not isinstance(items, MappingABC) or set(items) != {INPUTS} or INPUTS in own:
        return call
    return call._replace(operands=items[INPUTS])


def _has_clear_order(site: Site, call: Call, scope: Scope, checker: Checker) -> bool:
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


def _call_form(site: Site, bound: Bound) -> tuple[tuple[Value, ...], dict[str, Value]]:
    values = dict(bound.values)
    callee = site.callee
    if callee is not None and callee.graph is not None:
        tensors = tuple(values.pop(item.name, None) for item in callee.graph.inputs)
        return (tensors[0] if len(tensors) == 1 else tensors,), values
    if site.signature is None:
        return (), values
    if callee is None:
        return spread(site.signature.arguments or (), values)
    if site.signature.arguments is None:
        return ((values.pop(""),) if "" in values else ()), values
    first = site.signature.arguments[0].name
    return ((values.pop(first),) if first in values else ()), values


def _outputs(outputs: Outputs | None, scope: Scope) -> GraphOutputs | None:
    if outputs is None:
        return None
    tensors: list[Tensor] = []
    for reference in outputs.references:
        tensor = scope.resolve(reference)
        if not isinstance(tensor, Missing):
            tensors.append(tensor)
    if len(tensors) != len(outputs.names):
        return None
    return GraphOutputs(
        form="one" if outputs.form == "one" else "list" if outputs.form == "list" else "mapping",
        names=outputs.names,
        tensors=tuple(tensors),
        span=outputs.span,
    )


def _output_names(outputs: Outputs | None, scope: Scope) -> tuple[str, ...]:
    """Return the names of the outputs, or none where a wrong reference leaves one of them unknown."""
    if outputs is None:
        return ()
    is_known = outputs.form == "mapping" or not any(name.path in scope.unresolved for name in outputs.references)
    return outputs.names if is_known else ()


def _check_keras_names(
    program: Program, sites: list[Site], own: MappingABC[str, Callable | None], diagnostics: Diagnostics
) -> None:
    """Report a Keras name that two layers of one model would have; only ``name`` can bring that about."""
    taken = {name: spec.span for name, spec in program.inputs.items()}
    named = [(callee.keras_name, callee.span) for callee in own.values() if callee is not None]
    named += [(site.call.keras_name, site.call.span) for site in sites if not site.is_named_call]
    for name, place in named:
        if name not in taken:
            taken[name] = place
            continue
        diagnostics.error(
            "GS213",
            f'two layers have the Keras name "{name}"',
            place,
            help='give one of them another "name"',
            related=[Related("the other is here", taken[name])],
        )


def _ordered(made: list[tuple[Site, list[Node]]], diagnostics: Diagnostics) -> tuple[Node, ...]:
    """Return the nodes in topological order, without those that a cycle keeps from having one."""
    nodes = [node for _, those in made for node in those]
    by_name = {node.name: node for node in nodes}
    sources = {node.name: [tensor.node for tensor in operands_of(node)] for node in nodes}
    ordered, stuck = order(sources)
    if stuck:
        places = {site.call.path: site.call.span for site, _ in made}
        report_cycles(_written(made, sources), [name for name in stuck if name in places], places, diagnostics)
    return tuple(by_name[name] for name in ordered)


def _written(made: list[tuple[Site, list[Node]]], sources: MappingABC[str, list[str]]) -> dict[str, list[str]]:
    """Return what feeds each call as it was written: the steps inside an expression have no names of their own."""
    written: dict[str, list[str]] = {}
    for site, nodes in made:
        steps = {node.name for node in nodes} - {site.call.path}
        written[site.call.path] = [name for node in nodes for name in sources[node.name] if name not in steps]
    return written


def _agree_on_trainable(sites: list[Site], surroundings: Surroundings, diagnostics: Diagnostics) -> None:
    """Note which entries the calls freeze, and report two calls of one entry that say different things of it."""
    for site in sites:
        if site.call.trainable is None or site.callee is None or not site.is_named_call:
            continue
        other = surroundings.trainable.setdefault(site.callee.key, site.call)
        if other.trainable == site.call.trainable:
            continue
        (first, _), (second, is_trainable) = sorted(
            (_place_of_trainable(call), call.trainable) for call in (other, site.call)
        )
        said, denied = ("true", "false") if is_trainable else ("false", "true")
        diagnostics.error(
            "GS215",
            f'"trainable" is {said} here and {denied} beside another call of "{site.callee.key}":'
            " they share their weights",
            second,
            help="say it once, on the entry or on one call; or give each call a layer of its own",
            related=[Related("the other is here", first)],
        )


def _place_of_trainable(call: Call) -> Span:
    return call.places.get("trainable", call.span)


def _callables(
    sites: list[Site], own: MappingABC[str, Callable | None], surroundings: Surroundings, scope: Scope
) -> dict[str, Callable]:
    """Return what the graph calls, by key; a call may freeze what it calls, and one call's word is enough.

    What belongs to the graph around a nested one stays there, so that both call the same layer.
    """
    made = {key: callee for key, callee in own.items() if callee is not None}
    for site in sites:
        if site.callee is None:
            continue
        key = site.callee.key
        if site.is_named_call and key not in own:
            continue
        callee = made.setdefault(key, site.callee)
        if key in scope.taps:
            made[key] = replace(callee, taps=tuple(sorted(scope.taps[key])))
    for key, said in surroundings.trainable.items():
        if own.get(key) is not None:
            made[key] = replace(made[key], trainable=said.trainable)
    return made
