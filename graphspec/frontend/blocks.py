"""Read what a block is: its params, the names of its inputs, and a graph in which formulas may stand."""

from collections.abc import Callable, Iterator, Mapping

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import BlockSpec, Body, NodeSpec
from graphspec.frontend.fields import checked_fields, describe_value
from graphspec.frontend.structure import BLOCK
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.whats import NAME, NAME_HELP, right_name

NodesOf = Callable[[dict[str, Tree], Diagnostics], tuple[Mapping[str, Entry], dict[str, NodeSpec]]]
_FORM = "a mapping with inputs, nodes and outputs"


def read_block(entry: Entry, nodes_of: NodesOf, diagnostics: Diagnostics) -> BlockSpec | None:
    """Return a block, or None where too little of it is right to use it."""
    subject = f'block "{entry.key}"'
    if not isinstance(entry.value, TreeMapping):
        message = f"{subject} must be {_FORM}, not {describe_value(entry.value)}"
        place = entry.span if describe_value(entry.value) == "nothing" else entry.value.span
        diagnostics.error("GS203", message, place)
        return None
    fields = checked_fields(BLOCK, entry.value, subject, entry.span, diagnostics)
    if fields is None:
        return None
    inputs = _inputs(fields["inputs"], subject, diagnostics)
    raw, nodes = nodes_of(fields, diagnostics)
    if inputs is None:
        return None
    for name in nodes:
        if name in inputs:
            message = f'the name "{name}" is given twice in {subject}: to an input and to a node'
            diagnostics.error("GS213", message, raw[name].span, help="rename one of the two")
    shapes = fields["inputs"]
    return BlockSpec(
        name=entry.key,
        span=entry.span,
        params=fields.get("params"),
        inputs=inputs,
        is_ordered=not isinstance(shapes, TreeMapping),
        shapes=shapes if isinstance(shapes, TreeMapping) else None,
        raw=raw,
        body=Body(span=entry.span, inputs={}, nodes=nodes, edges=fields.get("edges"), outputs=fields["outputs"]),
        misplaced=frozenset(_misplaced(entry.value)),
    )


def _misplaced(tree: TreeMapping) -> Iterator[str]:
    """Yield the names of layers and models that stand in a block, which was reported."""
    for section in ("layers", "models"):
        entries = tree.get(section)
        if isinstance(entries, TreeMapping):
            yield from entries.entries


def _inputs(tree: Tree, subject: str, diagnostics: Diagnostics) -> dict[str, Span] | None:
    """Return the names of the inputs with their places: a name, a list of them, or a mapping to shapes."""
    if isinstance(tree, TreeMapping):
        named = [(entry.key, entry.span) for entry in tree.entries.values()]
    else:
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        wrong = next((item for item in items if not isinstance(item, Scalar) or not isinstance(item.value, str)), None)
        if wrong is not None:
            message = f"an input of {subject} must be a name, not {describe_value(wrong)}"
            diagnostics.error("GS203", message, wrong.span, help="name what feeds it, as in inputs: [x]")
            return None
        named = [(str(item.value), item.span) for item in items if isinstance(item, Scalar)]
    found: dict[str, Span] = {}
    for name, place in named:
        if not NAME.match(name):
            message = f'"{name}" cannot be the name of an input{right_name(name)}'
            diagnostics.error("GS204", message, place, help=NAME_HELP)
        if name in found:
            diagnostics.error("GS213", f'{subject} has two inputs of the name "{name}"', place)
        found[name] = place
    if not found:
        diagnostics.error("GS202", f"{subject} has no input: a block needs at least one", tree.span)
    return found
