"""The names in ``${...}`` and ``$name``: params, and nodes where a formula wires a graph."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from graphspec.diagnostics.span import Span
from graphspec.frontend.formulas import FormulaError, Term
from graphspec.frontend.templates import parse_template, place_within
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.tree import Scalar, Sequence, Tree

_QUOTED = re.compile(r"'\w+'|\"\w+\"", re.ASCII)
_WIRING = frozenset({"from", "outputs", "edges"})


class Mention(NamedTuple):
    """A name in a formula: of a param of the spec or of a block, or the text that a formula makes a reference of."""

    block: str | None
    model: str | None
    name: str
    span: Span
    is_text: bool


class _Where(NamedTuple):
    block: str | None
    model: str | None
    sources: Mapping[str, str]
    is_wiring: bool = False


def mentions_of(tree: TreeMapping, sources: Mapping[str, str]) -> Iterator[Mention]:
    """Yield the names in the formulas of a spec; ``sources`` has its text."""
    for key, entry in tree.entries.items():
        inner = entry.value.entries.items() if isinstance(entry.value, TreeMapping) else ()
        if key == "blocks":
            for name, block in inner:
                yield from _mentions(block.value, _Where(name, None, sources))
        elif key == "models":
            for name, model in inner:
                yield from _mentions(model.value, _Where(None, name, sources))
        else:
            yield from _mentions(entry.value, _Where(None, None, sources, key in _WIRING))


def _mentions(tree: Tree, where: _Where) -> Iterator[Mention]:
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield from _mentions(item, where)
    elif isinstance(tree, TreeMapping):
        for key, entry in tree.entries.items():
            yield from _mentions(entry.value, where._replace(is_wiring=where.is_wiring or key in _WIRING))
    elif isinstance(tree.value, str) and "$" in tree.value:
        yield from _in_text(tree, where)


def _in_text(scalar: Scalar, where: _Where) -> Iterator[Mention]:
    try:
        template = parse_template(str(scalar.value))
    except FormulaError:
        return
    for part in template.parts if template is not None else ():
        if isinstance(part, str):
            continue
        root, offset = part
        for term in _words(root):
            is_text = term.kind == "constant"
            start, end = term.start + offset + is_text, term.end + offset - is_text
            if not is_text or where.is_wiring:
                place = place_within(scalar, start, end, where.sources)
                yield Mention(where.block, where.model, str(term.value), place, is_text)


def _words(term: Term) -> Iterator[Term]:
    if term.kind == "name" or (term.kind == "constant" and isinstance(term.value, str)):
        yield term
    for item in term.items:
        yield from _words(item)


def joined_references(tree: Tree, *, is_wiring: bool = False) -> Iterator[Scalar]:
    """Yield the references of which formulas are a part: ``"stage.${depth}.out"``."""
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield from joined_references(item, is_wiring=is_wiring)
    elif isinstance(tree, TreeMapping):
        for key, entry in tree.entries.items():
            yield from joined_references(entry.value, is_wiring=is_wiring or key in _WIRING)
    elif is_wiring and isinstance(tree.value, str) and "${" in tree.value and not _is_whole(tree.value):
        yield tree


def _is_whole(text: str) -> bool:
    try:
        template = parse_template(text)
    except FormulaError:
        return False
    return template is not None and template.is_whole


def chosen_blocks(tree: TreeMapping, blocks: Collection[str]) -> dict[str, Span]:
    """Return the blocks that a formula under ``block`` may choose, since another value names them, with its place."""
    computed: list[Span] = []
    found: set[str] = set()
    waiting: list[tuple[str, Tree]] = [("", tree)]
    while waiting:
        key, part = waiting.pop()
        if isinstance(part, TreeMapping):
            waiting += [(name, entry.value) for name, entry in part.entries.items()]
        elif isinstance(part, Sequence):
            waiting += [(key, item) for item in part.items]
        elif isinstance(part.value, str) and (key != "block" or "$" in part.value):
            computed += [part.span] if key == "block" else []
            words = {part.value, *(word.strip("\"'") for word in _QUOTED.findall(part.value))}
            found.update(name for name in blocks if name in words)
    return dict.fromkeys(found, computed[-1]) if computed else {}
