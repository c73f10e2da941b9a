"""The names in an expression of a node, each place of them."""

import re
from collections.abc import Iterator

from graphspec.diagnostics.span import Span
from graphspec.frontend.edges import within
from graphspec.frontend.expression_names import names_in
from graphspec.frontend.expressions import ExpressionError, parse_expression
from graphspec.frontend.tree import Scalar

_FORMULA = re.compile(r"\$\{[^{}]*\}|\$\w+", re.ASCII)


def references_in(text: Scalar) -> Iterator[tuple[str, Span]]:
    """Yield each reference in an expression, with its place; values of formulas stand there as numbers."""
    try:
        expression = parse_expression(_FORMULA.sub(lambda found: "1" * len(found[0]), text.text))
    except (ExpressionError, RecursionError):
        return
    for name in names_in(expression):
        yield name.path, within(text, name.start, name.end - name.start)
