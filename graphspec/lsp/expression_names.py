"""The names in an expression of a node, each place of them."""

import re
from collections.abc import Iterator

from graphspec.diagnostics.span import Span
from graphspec.frontend.edges import within
from graphspec.frontend.expressions import Apply, Expression, ExpressionError, Index, Items, Name, parse_expression
from graphspec.frontend.expressions import Slice as SliceOf
from graphspec.frontend.tree import Scalar

_FORMULA = re.compile(r"\$\{[^{}]*\}|\$\w+", re.ASCII)


def references_in(text: Scalar) -> Iterator[tuple[str, Span]]:
    """Yield each reference in an expression, with its place; values of formulas stand there as numbers."""
    try:
        expression = parse_expression(_FORMULA.sub(lambda found: "1" * len(found[0]), text.text))
    except (ExpressionError, RecursionError):
        return
    for name in _paths_in(expression):
        yield name.path, within(text, name.start, name.end - name.start)


def _paths_in(expression: Expression | None) -> Iterator[Name]:
    if isinstance(expression, Name):
        yield expression
    elif isinstance(expression, Apply):
        for part in (*expression.operands, *(value for _, value in expression.keywords)):
            yield from _paths_in(part)
    elif isinstance(expression, Items):
        for part in expression.items:
            yield from _paths_in(part)
    elif isinstance(expression, Index):
        for part in (expression.operand, *expression.keys):
            yield from _paths_in(part)
    elif isinstance(expression, SliceOf):
        for bound in expression.parts:
            yield from _paths_in(bound)
