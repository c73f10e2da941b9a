"""The names in an expression, which are its edges."""

from graphspec.frontend.edges import within
from graphspec.frontend.expressions import Apply, Expression, Index, Items, Name, Slice
from graphspec.frontend.program import Reference
from graphspec.frontend.tree import Scalar


def names_in_expression(expression: Expression, text: Scalar) -> tuple[Reference, ...]:
    """Return each name that an expression refers to, with its place."""
    found: dict[str, Reference] = {}
    waiting: list[Expression | None] = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Name):
            found.setdefault(part.path, Reference(part.path, within(text, part.start, part.end - part.start)))
        elif isinstance(part, Apply):
            waiting += [*part.operands, *(value for _, value in part.keywords)]
        elif isinstance(part, Items):
            waiting += part.items
        elif isinstance(part, Index):
            waiting += [part.operand, *part.keys]
        elif isinstance(part, Slice):
            waiting += part.parts
    return tuple(found.values())
