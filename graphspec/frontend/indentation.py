"""The lines of what stands at the wrong depth, and where they belong."""

from graphspec.diagnostics.diagnostic import Fix
from graphspec.frontend.tree import Entry, Mapping, Scalar, Tree

_STEP = 2


def indentation(first: Entry, last: Entry, column: int) -> Fix:
    """Return the fix that moves the lines of entries, from the first to the last of them, to a column."""
    span = first.span._replace(end_line=_last_line(last.value, last.span.line))
    return Fix(span, first.key, first.key, column - first.span.column)


def _last_line(value: Tree, line: int) -> int:
    """Return the line that a value ends on, which for a block is that of the last thing in it."""
    if isinstance(value, Scalar):
        end = value.span
        return max(line, end.end_line - (end.end_column == 1 and end.end_line > end.line))
    inner = [entry.value for entry in value.entries.values()] if isinstance(value, Mapping) else list(value.items)
    keys = [entry.span.line for entry in value.entries.values()] if isinstance(value, Mapping) else []
    return max([line, *keys, *(_last_line(item, line) for item in inner)])


def column_inside(entry: Entry) -> int:
    """Return the column at which what stands in an entry starts."""
    inner = entry.value.entries.values() if isinstance(entry.value, Mapping) else ()
    return next((item.span.column for item in inner), entry.span.column + _STEP)
