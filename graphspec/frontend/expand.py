"""Document -> program: chains become their members, arrows become operands, every call gets its path."""

import re
from collections.abc import Iterator
from dataclasses import replace

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.suggest import nearest
from graphspec.frontend.document import Body, Document, FileModel, ModelSpec, NodeSpec, What
from graphspec.frontend.edges import REFERENCE, Wiring, operands_of, read_edges, unknown_targets
from graphspec.frontend.fields import describe_value
from graphspec.frontend.program import Call, FileProgram, Operand, Operands, Outputs, Program, Reference
from graphspec.frontend.tree import Mapping, Scalar, Sequence, Tree

_WORD_END = re.compile(r"([a-z])([A-Z])")
_ACRONYM_END = re.compile(r"(.)([A-Z][a-z0-9]+)")


def expand(document: Document, diagnostics: Diagnostics) -> Program:
    """Return the calls that a document stands for."""
    models = {name: _model(spec, diagnostics) for name, spec in document.models.items()}
    return _program(document.body, diagnostics, layers=dict(document.layers), models=models)


def snake_case(class_name: str) -> str:
    """Return the name that Keras derives from a class.

    >>> snake_case("MaxPooling2D"), snake_case("LSTM"), snake_case("Conv2DTranspose")
    ('max_pooling2d', 'lstm', 'conv2d_transpose')
    """
    name = re.sub(r"\W+", "_", class_name)
    name = _ACRONYM_END.sub(r"\1_\2", name)
    return _WORD_END.sub(r"\1_\2", name).lower()


def _model(spec: ModelSpec | None, diagnostics: Diagnostics) -> Program | FileProgram | None:
    if isinstance(spec, FileModel):
        return FileProgram(path=spec.path, span=spec.span)
    return None if spec is None else _program(spec, diagnostics)


def _program(body: Body, diagnostics: Diagnostics, **named: object) -> Program:
    wiring = read_edges(body.edges, diagnostics)
    unknown = [target for target in unknown_targets(wiring, body.nodes) if target.path]
    for target in unknown:
        _report_target(target, body, diagnostics)
    if unknown:
        wiring.complete = False
    aliases: dict[str, str] = {}
    calls: list[Call] = []
    for name, node in body.nodes.items():
        calls.extend(_node_calls(name, node, wiring, aliases, diagnostics))
    return Program(
        inputs=body.inputs,
        calls=tuple(calls),
        aliases=aliases,
        outputs=_outputs(body.outputs, diagnostics),
        span=body.span,
        dtype=body.dtype,
        **named,  # type: ignore[arg-type]
    )


def _report_target(target: Reference, body: Body, diagnostics: Diagnostics) -> None:
    if target.path in body.inputs:
        diagnostics.error("GS210", f'an arrow leads into the input "{target.path}"', target.span)
        return
    meant = nearest(target.path, body.nodes)
    hint = f'; did you mean "{meant}"?' if meant else ""
    diagnostics.error("GS408", f'an arrow leads to "{target.path}", which is no node{hint}', target.span)


def _node_calls(
    name: str, node: NodeSpec, wiring: Wiring, aliases: dict[str, str], diagnostics: Diagnostics
) -> Iterator[Call]:
    operands, wired = _operands(name, node, wiring, diagnostics)
    if node.what is None or node.what.kind != "chain":
        yield Call(
            path=name,
            keras_name=node.name or name,
            span=node.what.span if node.what else node.span,
            what=node.what,
            operands=operands,
            wired=wired,
            literals=node.literals,
            trainable=node.trainable,
        )
        return
    if node.literals is not None:
        diagnostics.error(
            "GS215", f'"with" beside the chain "{name}" belongs to none of its calls', node.literals.span,
            help='put "with" on the member that it is for', node=name,
        )  # fmt: skip
    yield from _chain_calls(name, node.what, node, operands, aliases, wired=wired)


def _chain_calls(
    path: str, chain: What, outer: NodeSpec, operands: Operand, aliases: dict[str, str], *, wired: bool,
    before: str | None = None,
) -> Iterator[Call]:  # fmt: skip
    counts: dict[str, int] = {}
    last = len(chain.members) - 1
    for position, member in enumerate(chain.members):
        member_path = _member_path(path, member, counts, is_last=position == last)
        trainable = outer.trainable if member.trainable is None else member.trainable
        if member.what is not None and member.what.kind == "chain":
            inner = replace(member, trainable=trainable)
            yield from _chain_calls(member_path, member.what, inner, operands, aliases, wired=wired, before=before)
        else:
            yield Call(
                path=member_path,
                keras_name=(outer.name if position == last else None) or member_path,
                span=member.what.span if member.what else member.span,
                what=member.what,
                operands=operands,
                wired=wired,
                literals=member.literals,
                trainable=trainable,
                before=before,
            )
        before = member_path
        operands, wired = Reference(member_path, member.span), True
    if before is not None and before != path:
        aliases[path] = before


def _member_path(path: str, member: NodeSpec, counts: dict[str, int], *, is_last: bool) -> str:
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


def _operands(name: str, node: NodeSpec, wiring: Wiring, diagnostics: Diagnostics) -> tuple[Operand, bool]:
    arrows = wiring.arrows.get(name)
    if node.source is not None and arrows:
        diagnostics.error(
            "GS209",
            f'node "{name}" is wired twice: by "from" and by an arrow',
            node.source.span,
            help="wire a node by one of the two",
            related=[Related("the arrow is here", arrows[0].span)],
            node=name,
        )
    if node.source is not None:
        before = len(diagnostics)
        operands = read_operand(node.source, f'"from" of node "{name}"', diagnostics)
        return operands, len(diagnostics) == before
    if arrows:
        layer = node.what.name if node.what is not None and node.what.kind == "layer" else None
        before = len(diagnostics)
        operands = operands_of(name, layer, arrows, diagnostics)
        return operands, len(diagnostics) == before
    return None, wiring.complete


def read_operand(tree: Tree, subject: str, diagnostics: Diagnostics, *, depth: int = 0) -> Operand:
    """Return the references of a ``from``, with the lists and mappings around them."""
    if isinstance(tree, Sequence):
        items = tuple(read_operand(item, subject, diagnostics, depth=depth + 1) for item in tree.items)
        return Operands(items, tree.span)
    if isinstance(tree, Mapping):
        entries = {
            key: read_operand(entry.value, subject, diagnostics, depth=depth + 1) for key, entry in tree.entries.items()
        }
        return Operands(entries, tree.span)
    if tree.value is None and depth:
        return None
    return _reference(tree, subject, diagnostics)


def _reference(tree: Scalar, subject: str, diagnostics: Diagnostics) -> Reference | None:
    if isinstance(tree.value, str) and REFERENCE.match(tree.value):
        return Reference(tree.value, tree.span)
    if isinstance(tree.value, str) and "->" in tree.value:
        help_ = 'arrows stand under "edges"'
    elif isinstance(tree.value, str) and "," in tree.value:
        names = ", ".join(part.strip() for part in tree.value.split(","))
        help_ = f"write a list: [{names}]"
    elif isinstance(tree.value, str):
        help_ = 'a reference is a name, or a dotted path like "lstm.1"; arithmetic stands in an "expr" node'
    else:
        help_ = 'a literal goes under "with"'
    diagnostics.error(
        "GS216",
        f"{subject} must be a reference, a list or a mapping, not {describe_value(tree)}",
        tree.span,
        help=help_,
    )
    return None


def _outputs(tree: Tree, diagnostics: Diagnostics) -> Outputs | None:
    pairs: list[tuple[str | None, Tree]] = [(None, tree)]
    if isinstance(tree, Sequence):
        pairs = [(None, item) for item in tree.items]
    elif isinstance(tree, Mapping):
        pairs = [(entry.key, entry.value) for entry in tree.entries.values()]
    if not pairs:
        diagnostics.error("GS202", '"outputs" names no output: a model needs at least one', tree.span)
        return None
    names: list[str] = []
    references: list[Reference] = []
    for key, value in pairs:
        reference = _output_reference(value, diagnostics)
        if reference is None:
            continue
        references.append(reference)
        names.append(key or reference.path)
    form = "list" if isinstance(tree, Sequence) else "mapping" if isinstance(tree, Mapping) else "one"
    return Outputs(form=form, names=tuple(names), references=tuple(references), span=tree.span)


def _output_reference(value: Tree, diagnostics: Diagnostics) -> Reference | None:
    if isinstance(value, Scalar):
        return _reference(value, "an output", diagnostics)
    diagnostics.error("GS216", f"an output must be a reference, not {describe_value(value)}", value.span)
    return None
