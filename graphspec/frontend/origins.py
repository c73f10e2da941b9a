"""Where the value of a formula stands: an item of a table, or a value from outside the spec."""

from collections.abc import Iterable, Mapping

from graphspec.diagnostics.span import Derived, Outside, Span
from graphspec.frontend.evaluate import UnknownValueError, evaluate
from graphspec.frontend.formulas import FormulaError, Term, names_in
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.tree import Sequence, Tree


def origin_of(term: Term, values: Mapping[str, object], trees: Mapping[str, Tree]) -> Span | None:
    """Return the place of the value that a formula takes, where it is not the one that its param is declared at."""
    if term.kind == "name":
        return outside_of([str(term.value)], trees)
    item = _item(term, values, trees) if term.kind == "index" else None
    if item is None:
        return outside_of(sorted(names_in(term)), trees)
    return item.span.origin if isinstance(item.span, Derived) else item.span


def outside_of(names: Iterable[str], trees: Mapping[str, Tree]) -> Span | None:
    """Return the place of the first param whose value is from outside the spec, or is made of one that is."""
    for name in names:
        span = trees[name].span if name in trees else None
        origin = span.origin if isinstance(span, Derived) else span
        if isinstance(origin, Outside):
            return origin
    return None


def _item(term: Term, values: Mapping[str, object], trees: Mapping[str, Tree]) -> Tree | None:
    """Return the item of a table that a formula takes."""
    if term.kind == "name":
        return trees.get(str(term.value))
    whole = _item(term.items[0], values, trees) if term.kind == "index" else None
    if not isinstance(whole, Sequence | TreeMapping):
        return None
    try:
        key = evaluate(term.items[1], values)
    except (FormulaError, UnknownValueError):
        return None
    if isinstance(whole, TreeMapping):
        return whole.get(str(key))
    return whole.items[key] if isinstance(key, int) and -len(whole.items) <= key < len(whole.items) else None
