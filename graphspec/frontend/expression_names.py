"""The names in an expression, which are its edges."""

from collections.abc import Iterator

from graphspec.frontend.edges import within
from graphspec.frontend.expressions import Apply, Expression, Index, Items, Name, Slice
from graphspec.frontend.program import Reference
from graphspec.frontend.tree import Scalar


def names_in_expression(expression: Expression, text: Scalar) -> tuple[Reference, ...]:
    """Return each name that an expression refers to, with its place."""
    found: dict[str, Reference] = {}
    for name in names_in(expression):
        found.setdefault(name.path, Reference(name.path, within(text, name.start, name.end - name.start)))
    return tuple(found.values())


def names_in(expression: Expression) -> Iterator[Name]:
    """Yield every place of a name in an expression, the last one first."""
    waiting: list[Expression | None] = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Name):
            yield part
        elif isinstance(part, Apply):
            waiting += [*part.operands, *(value for _, value in part.keywords)]
        elif isinstance(part, Items):
            waiting += part.items
        elif isinstance(part, Index):
            waiting += [part.operand, *part.keys]
        elif isinstance(part, Slice):
            waiting += part.parts
