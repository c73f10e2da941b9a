"""The ``when`` of a node: whether the node is there."""

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.copies import sight_beside
from graphspec.frontend.document import Control
from graphspec.frontend.evaluate import UnknownValueError
from graphspec.frontend.fields import describe_value
from graphspec.frontend.formulas import FormulaError, names_in, parse_formula
from graphspec.frontend.templates import Sight, substitute, value_of
from graphspec.frontend.tree import Scalar, Tree

_COMPARE = 'compare it, as in "${n > 0}"'


def absence(control: Control, sight: Sight, diagnostics: Diagnostics) -> Span | None:
    """Return where the ``when`` stands of a node that is not there.

    Raises UnknownValueError once it was reported that it says neither.
    """
    tree = control.raw.get("when")
    if tree is None:
        return None
    value = value_of(tree, sight_beside(tree, "when", control, sight), diagnostics)
    if isinstance(value, bool):
        return None if value else control.raw.entries["when"].span
    shown = describe_value(substitute(tree, sight, diagnostics))
    message = f'"when" of {control.subject} must be true or false, not {shown}'
    diagnostics.error("GS313", message, tree.span, help=_what_is_right(tree, sight))
    raise UnknownValueError


def _what_is_right(tree: Tree, sight: Sight) -> str:
    """Return what would be right in the place of a value that is neither true nor false."""
    hint = sight.hints.get(tree.span)
    if hint is not None or not isinstance(tree, Scalar) or "$" in tree.text:
        return hint or _COMPARE
    try:
        term = parse_formula(tree.text)
    except FormulaError:
        return _COMPARE
    is_meant = term.kind != "constant" and names_in(term) <= sight.values.keys()
    return f'it is computed in braces: write "${{{tree.text}}}"' if is_meant else _COMPARE
