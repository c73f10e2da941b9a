"""Document -> program: chains become their members, arrows become operands, every call gets its path."""

import re
from collections.abc import Collection, Iterator
from collections.abc import Mapping as MappingABC

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.suggest import nearest, respelling
from graphspec.frontend.document import Body, Document, FileModel, ModelSpec, NodeSpec, What
from graphspec.frontend.edges import REFERENCE, Wiring, operands_of, read_edges, unknown_targets
from graphspec.frontend.fields import describe_value, scalar
from graphspec.frontend.program import Call, FileProgram, Operand, Operands, Outputs, Program, Reference
from graphspec.frontend.tree import Mapping, Scalar, Sequence, Tree, Unknown, holds_unknown

# In an expression of a chain, what feeds it.
BEFORE = "_"
_WORD_END = re.compile(r"([a-z])([A-Z])")
_ACRONYM_END = re.compile(r"(.)([A-Z][a-z]+)")


def expand(document: Document, diagnostics: Diagnostics) -> Program:
    """Return the calls that a document stands for."""
    models = {name: _model(spec, diagnostics) for name, spec in document.models.items()}
    return _program(document.body, diagnostics, layers=dict(document.layers), models=models)


def snake_case(class_name: str) -> str:
    """Return the name that Keras derives from a class.

    >>> snake_case("MaxPooling2D"), snake_case("ConvLSTM1D"), snake_case("Conv2DTranspose")
    ('max_pooling2d', 'conv_lstm1d', 'conv2d_transpose')
    """
    name = re.sub(r"\W+", "", class_name)
    name = _ACRONYM_END.sub(r"\1_\2", name)
    return _WORD_END.sub(r"\1_\2", name).lower()


def _model(spec: ModelSpec | None, diagnostics: Diagnostics) -> Program | FileProgram | None:
    if isinstance(spec, FileModel):
        return FileProgram(path=spec.path, span=spec.span)
    return _program(spec, diagnostics) if isinstance(spec, Body) else None


def _program(body: Body, diagnostics: Diagnostics, **named: object) -> Program:
    names = {*body.inputs, *body.nodes}
    wiring = read_edges(body.edges, names, diagnostics)
    unknown = {target.path: target for target in reversed(unknown_targets(wiring, body.nodes)) if target.path}
    for target in unknown.values():
        report_target(target, body, diagnostics)
    if unknown:
        wiring.complete = False
    wiring.unknown = unknown.keys() - names
    aliases: dict[str, str] = {}
    calls: list[Call] = []
    for name, node in body.nodes.items():
        operands, wired = operands_for(name, node, wiring, names, diagnostics)
        if node.what is None or node.what.kind != "chain":
            calls.append(_call(name, node, operands, wired=wired))
        else:
            calls.extend(_chain_calls(name, node.what, node, operands, aliases, diagnostics, wired=wired))
    return Program(
        inputs=body.inputs,
        calls=tuple(calls),
        aliases=aliases,
        outputs=read_outputs(body.outputs, names, wiring.unknown, diagnostics),
        span=body.span,
        name=body.name,
        dtype=body.dtype,
        **named,  # type: ignore[arg-type]
    )


def report_target(target: Reference, body: Body, diagnostics: Diagnostics) -> None:
    """Report an arrow that leads to no node."""
    if target.path in body.inputs:
        diagnostics.error("GS210", f'an arrow leads into the input "{target.path}"', target.span)
        return
    meant = nearest(target.path, body.nodes)
    hint = f'; did you mean "{meant}"?' if meant else ""
    diagnostics.error(
        "GS408",
        f'an arrow leads to "{target.path}", which is no node{hint}',
        target.span,
        fix=respelling(target.path, body.nodes, target.span),
    )


def _call(path: str, node: NodeSpec, operands: Operand, *, wired: bool, before: str | None = None) -> Call:
    return Call(
        path=path,
        keras_name=node.name or path,
        span=node.what.span if node.what else node.span,
        what=node.what,
        operands=operands,
        wired=wired,
        literals=node.literals,
        trainable=node.trainable,
        before=before,
        places=node.places,
    )


def _chain_calls(
    path: str, chain: What, outer: NodeSpec, operands: Operand, aliases: dict[str, str], diagnostics: Diagnostics, *,
    wired: bool, before: str | None = None,
) -> Iterator[Call]:  # fmt: skip
    check_beside_chain(path, outer, diagnostics)
    counts: dict[str, int] = {}
    last = len(chain.members) - 1
    for position, member in enumerate(chain.members):
        member_path = path_of_member(path, member, counts, is_last=position == last)
        node = member_in(outer, member, is_last=position == last)
        place = node.what.span if node.what else node.span
        if before is not None and position:
            operands, wired = Reference(before, place), True
        if node.what is not None and node.what.kind == "chain":
            yield from _chain_calls(
                member_path, node.what, node, operands, aliases, diagnostics, wired=wired, before=before
            )
        else:
            call = _call(member_path, node, operands, wired=wired, before=before)
            yield call._replace(names=_names_of_first(node, operands)) if before is None else call
        before = member_path
    if before is not None and before != path:
        aliases[path] = before


def _names_of_first(node: NodeSpec, operands: Operand) -> dict[str, Operand] | None:
    """Return what feeds a chain as the meaning of ``_`` in its first member, or None where that is not asked for."""
    if node.what is None or node.what.kind != "expr":
        return None
    from graphspec.frontend.block_names import names_of_what  # noqa: PLC0415 - few chains start with an expression

    return {BEFORE: operands} if any(name.path == BEFORE for name in names_of_what(node.what)) else None


def check_beside_chain(path: str, node: NodeSpec, diagnostics: Diagnostics) -> None:
    """Report what stands beside a chain and says nothing of it."""
    if node.literals is not None:
        diagnostics.error(
            "GS215", f'"with" beside the chain "{path}" belongs to none of its calls', node.literals.span,
            help='put "with" on the member that it is for', node=path,
        )  # fmt: skip
    if "trainable" in node.places and has_no_weights(node):
        diagnostics.error(
            "GS215", f'"trainable" beside the chain "{path}" says nothing: none of its members has weights',
            node.places["trainable"], node=path,
        )  # fmt: skip


def has_no_weights(node: NodeSpec) -> bool:
    """Say whether a node is known to hold nothing that ``trainable`` could freeze."""
    what = node.what
    if what is None:
        return False
    return what.kind in {"op", "expr"} or (what.kind == "chain" and all(map(has_no_weights, what.members)))


def member_in(outer: NodeSpec, member: NodeSpec, *, is_last: bool) -> NodeSpec:
    """Return a member with what the chain hands down: ``trainable`` to all that can be frozen, ``name`` to the last."""
    inherits = member.trainable is None and not has_no_weights(member)
    places = {key: place for key, place in member.places.items() if key != "name"}
    if is_last and "name" in outer.places:
        places["name"] = outer.places["name"]
    return member._replace(
        trainable=outer.trainable if inherits else member.trainable,
        name=outer.name if is_last else None,
        places=places,
    )


def path_of_member(path: str, member: NodeSpec, counts: dict[str, int], *, is_last: bool) -> str:
    """Return the path of a member of a chain; ``counts`` has how often each class came before."""
    if member.name is not None:
        return f"{path}.{member.name}"
    if is_last:
        return path
    stem = "unknown" if member.what is None else snake_case(member.what.name.rpartition(".")[2])
    if member.what is not None and member.what.kind == "expr":
        stem = "expr"
    count = counts.get(stem, 0)
    counts[stem] = count + 1
    return f"{path}.{stem}" if count == 0 else f"{path}.{stem}_{count}"


def operands_for(
    name: str, node: NodeSpec, wiring: Wiring, names: Collection[str], diagnostics: Diagnostics
) -> tuple[Operand, bool]:
    """Return what feeds a node, and whether all of it is known."""
    arrows = wiring.arrows.get(name)
    is_unknown = isinstance(node.source, Unknown)
    if is_unknown and not arrows:
        return None, False
    if node.source is not None and not is_unknown and arrows:
        diagnostics.error(
            "GS209",
            f'node "{name}" is wired twice: by "from" and by an arrow',
            node.source.span,
            help="wire a node by one of the two",
            related=[Related("the arrow is here", arrows[0].span)],
            node=name,
        )
    if node.source is not None and not is_unknown:
        before = len(diagnostics)
        operands = read_operand(node.source, f'"from" of node "{name}"', names, diagnostics)
        if wiring.unknown and any(_head(item) in wiring.unknown for item in _references(operands)):
            return None, False
        return operands, len(diagnostics) == before and not holds_unknown(node.source)
    if arrows and any(_head(source) in wiring.unknown for arrow in arrows for source in arrow.sources):
        return None, False
    if arrows:
        layer = node.what.name if node.what is not None and node.what.kind == "layer" else None
        before = len(diagnostics)
        operands = operands_of(name, layer, arrows, diagnostics)
        return operands, len(diagnostics) == before
    return None, wiring.complete


def _head(reference: Reference) -> str:
    return reference.path.partition(".")[0]


def _references(operand: Operand) -> Iterator[Reference]:
    if isinstance(operand, Reference):
        yield operand
    elif isinstance(operand, Operands):
        for item in operand.items.values() if isinstance(operand.items, MappingABC) else operand.items:
            yield from _references(item)


def read_operand(
    tree: Tree, subject: str, names: Collection[str], diagnostics: Diagnostics, *, depth: int = 0
) -> Operand:
    """Return the references of a ``from``, with the lists and mappings around them.

    One of ``names`` is a reference however it is spelt: a wrong name is reported where it is given.
    """
    if isinstance(tree, Scalar) and _is_reference(tree, names):
        return Reference(str(tree.value), tree.span)
    if isinstance(tree, Sequence):
        items = tuple(read_operand(item, subject, names, diagnostics, depth=depth + 1) for item in tree.items)
        return Operands(items, tree.span)
    if isinstance(tree, Mapping) and _is_constant(tree, names):
        diagnostics.error(
            "GS216", f"{subject} holds references, and a constant is none", tree.span,
            help='a constant is numbers or booleans, alone or in lists, and stands under "with":'
            " with: {x2: {constant: [[1, 0], [0, 1]]}}",
        )  # fmt: skip
        return None
    if isinstance(tree, Mapping):
        entries = {
            key: read_operand(entry.value, subject, names, diagnostics, depth=depth + 1)
            for key, entry in tree.entries.items()
        }
        return Operands(entries, tree.span, {key: entry.span for key, entry in tree.entries.items()})
    if isinstance(tree, Unknown) or (tree.value is None and depth):
        return None
    expected = "a reference" if depth else "a reference, a list or a mapping"
    diagnostics.error(
        "GS216", f"{subject} must be {expected}, not {describe_value(tree)}", tree.span, help=_operand_help(tree)
    )
    return None


def _is_constant(tree: Mapping, names: Collection[str]) -> bool:
    """Say whether a mapping is an array, and not what feeds an argument that is named "constant"."""
    if "constant" not in tree.entries or not tree.entries.keys() <= {"constant", "dtype"}:
        return False
    first = tree.entries["constant"].value
    while isinstance(first, Sequence) and first.items:
        first = first.items[0]
    return not _is_reference(first, names) or str(scalar(first)).partition(".")[0] not in names


def _is_reference(tree: Tree, names: Collection[str]) -> bool:
    value = tree.value if isinstance(tree, Scalar) else None
    return isinstance(value, str) and (value in names or REFERENCE.match(value) is not None)


def _operand_help(tree: Scalar) -> str:
    if tree.value is None:
        return "name what feeds it"
    if not isinstance(tree.value, str):
        return 'a literal goes under "with"'
    if "->" in tree.value:
        return 'arrows stand under "edges"'
    parts = [part.strip() for part in tree.value.strip("[]() ").split(",")]
    if len(parts) > 1 and all(REFERENCE.match(part) for part in parts):
        return f"write a list: [{', '.join(parts)}]"
    return 'a reference is a name, or a dotted path like "lstm.1"; arithmetic stands in an "expr" node'


def read_outputs(
    tree: Tree, names: Collection[str], unknown: Collection[str], diagnostics: Diagnostics
) -> Outputs | None:
    """Return the outputs, or None where one of them is wrong, or is the target of an arrow that leads nowhere."""
    if isinstance(tree, Unknown):
        return None
    pairs: list[tuple[str | None, Tree]] = [(None, tree)]
    if isinstance(tree, Sequence):
        pairs = [(None, item) for item in tree.items]
    elif isinstance(tree, Mapping):
        pairs = [(entry.key, entry.value) for entry in tree.entries.values()]
    elif tree.value is None:
        pairs = []
    if not pairs:
        diagnostics.error("GS202", '"outputs" names no output: a model needs at least one', tree.span)
        return None
    for _, value in pairs:
        if not _is_reference(value, names) and not isinstance(value, Unknown):
            _report_output(value, diagnostics)
    if not all(_is_reference(value, names) for _, value in pairs):
        return None
    references = tuple(Reference(str(value.value), value.span) for _, value in pairs if isinstance(value, Scalar))
    if any(reference.path.partition(".")[0] in unknown for reference in references):
        return None
    keys = tuple(key or reference.path for (key, _), reference in zip(pairs, references, strict=True))
    form = "list" if isinstance(tree, Sequence) else "mapping" if isinstance(tree, Mapping) else "one"
    return Outputs(form=form, names=keys, references=references, span=tree.span)


def _report_output(value: Tree, diagnostics: Diagnostics) -> None:
    help_ = _operand_help(value) if isinstance(value, Scalar) and isinstance(value.value, str) else None
    diagnostics.error("GS216", f"an output must be a reference, not {describe_value(value)}", value.span, help=help_)
