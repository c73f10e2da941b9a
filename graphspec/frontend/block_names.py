"""Names in blocks: those that an expression uses, that of a member of a chain, and those of what is not there."""

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import NodeSpec, What
from graphspec.frontend.expressions import ExpressionError, parse_expression
from graphspec.frontend.program import Reference
from graphspec.frontend.tree import Scalar


def names_of_what(what: What) -> tuple[Reference, ...]:
    """Return the names in an expression."""
    if what.kind != "expr" or not isinstance(what.arguments, Scalar):
        return ()
    from graphspec.frontend.expression_names import names_in_expression  # noqa: PLC0415 - few specs have any

    try:
        return names_in_expression(parse_expression(what.arguments.text), what.arguments)
    except ExpressionError:
        return ()


def named_by_block(member: NodeSpec) -> NodeSpec:
    """Return a member whose path is named after its block."""
    if member.what is None:
        return member
    return member._replace(what=What("plugin", member.what.name, member.what.span))


def report_absent(reference: Reference, name: str, when: Span, diagnostics: Diagnostics) -> None:
    """Report a reference to a node that is not there."""
    diagnostics.error(
        "GS314", f'"{name}" is not there: its "when" is false', reference.span,
        help="let what refers to it choose by the same condition",
        related=[Related('the "when" is here', when)],
    )  # fmt: skip
