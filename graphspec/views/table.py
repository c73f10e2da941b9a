"""A summary as a table for people: as wide as the terminal, and never cut off."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphspec.shapes.dimension import Count
from graphspec.views.summary import EXPRESSION, Row, Shape, Summary

_INDENT = "  "
_MIN_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """What of a summary to show: the width it must fit, columns beside the usual, order, and how deep.

    ``depth`` counts the levels of groups and nested models that are opened; None opens all but expressions and nested
    models.
    """

    width: int | None = None
    columns: tuple[str, ...] = ()
    sort: str | None = None
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what it says of a row, and whether it holds numbers."""

    heading: str
    cell: Callable[[Row], str]
    is_number: bool = True


def shown_shape(shape: Shape | None) -> str:
    """Return a shape as Keras prints it, with the names of its sizes.

    >>> shown_shape((None, "time", 1))
    '(None, time, 1)'
    """
    if shape is None:
        return "?"
    return f"({', '.join(str(size) for size in shape)}{',' if len(shape) == 1 else ''})"


def shown_count(count: Count) -> str:
    """Return a number as people read it, ``?`` where it is not known."""
    return "?" if count is None else f"{count:,}" if isinstance(count, int) else str(count)


def shown_bytes(count: Count) -> str:
    """Return a number of bytes in the unit that fits it.

    >>> shown_bytes(1536)
    '1.50 KiB'
    """
    if not isinstance(count, int):
        return shown_count(count)
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:  # noqa: PLR2004 - the step of binary units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} TiB"


def _shapes(row: Row) -> str:
    return "?" if row.shapes is None else "\n".join(shown_shape(shape) for shape in row.shapes)


def _parameters(row: Row) -> str:
    return f"as {row.shared_with}" if row.shared_with else shown_count(row.parameters)


_OUTPUT = Column("Output shape", _shapes, is_number=False)
_PARAMETERS = Column("Parameters", _parameters)
_FROM = Column("From", lambda row: ", ".join(row.sources), is_number=False)
COLUMNS: Mapping[str, Column] = {
    "dtype": Column("Dtype", lambda row: row.dtype or "?", is_number=False),
    "trainable": Column("Trainable", lambda row: shown_count(row.trainable)),
    "weights": Column("Weights", lambda row: shown_bytes(row.weights_bytes)),
    "activations": Column("Activations", lambda row: shown_bytes(row.output_bytes)),
    "flops": Column("FLOPs", lambda row: shown_count(row.flops)),
}
_SORTS: Mapping[str, Callable[[Row], Count]] = {
    "parameters": lambda row: row.parameters,
    "weights": lambda row: row.weights_bytes,
    "activations": lambda row: row.output_bytes,
    "flops": lambda row: row.flops,
}
SORTS = ("name", *_SORTS)


def columns_of(layout: Layout) -> list[Column]:
    """Return the columns beside the name of the call."""
    return [_OUTPUT, *(COLUMNS[name] for name in layout.columns), _PARAMETERS, _FROM]


def shown_rows(summary: Summary, layout: Layout) -> list[tuple[str, Row]]:
    """Return the rows to show, each with its label: in the order of the graph, or sorted and without groups."""
    if layout.sort is None:
        return list(_opened(summary.rows, "", 0, layout.depth))
    return [(_label(row, ""), row) for row in _sorted(summary.calls, layout.sort)]


def render_table(summary: Summary, layout: Layout) -> str:
    """Return the table with its totals; cells wrap so that it fits, and nothing is ever cut off."""
    columns = columns_of(layout)
    headings = ("Node (type)", *(column.heading for column in columns))
    rows = [
        (f"{port.name} (Input)", *(_port_cell(column, port.shape, port.dtype) for column in columns))
        for port in summary.inputs
    ]
    rows += [(label, *(column.cell(row) for column in columns)) for label, row in shown_rows(summary, layout)]
    numbers = [False, *(column.is_number for column in columns)]
    lines = [f'Model: "{summary.name}"', *_table(headings, rows, numbers, layout.width), *_totals(summary)]
    return "\n".join(lines)


def _port_cell(column: Column, shape: Shape | None, dtype: str | None) -> str:
    if column.is_number:
        return "0"
    return {"Output shape": shown_shape(shape), "Dtype": dtype or "?"}.get(column.heading, "")


def _totals(summary: Summary) -> Iterator[str]:
    parameters, trainable = summary.parameters, summary.trainable
    yield f"Total parameters: {shown_count(parameters)} ({shown_bytes(summary.weights_bytes)})"
    yield f"Trainable: {shown_count(trainable)}"
    rest = None if parameters is None or trainable is None else parameters - trainable
    yield f"Not trainable: {shown_count(rest)}"
    yield f"FLOPs for one sample: {shown_count(summary.flops)}"
    if summary.unknown:
        yield f"Not known without Keras: {', '.join(summary.unknown)}; --deep asks it"


def _opened(rows: Sequence[Row], prefix: str, level: int, depth: int | None) -> Iterator[tuple[str, Row]]:
    for row in rows:
        yield _INDENT * level + _label(row, prefix), row
        opens = row.is_group and row.type != EXPRESSION if depth is None else level < depth
        if opens and row.rows:
            inner = f"{row.name}." if row.is_group else ""
            yield from _opened(row.rows, inner, level + 1, depth)


def _label(row: Row, prefix: str) -> str:
    # The last call of a group may have the group's own name.
    is_named_after_group = f"{row.name}." == prefix
    name = row.name.rpartition(".")[2] if is_named_after_group else row.name.removeprefix(prefix)
    return f"{name} ({row.type})"


def _sorted(rows: Sequence[Row], key: str) -> list[Row]:
    if key == "name":
        return sorted(rows, key=lambda row: row.name)
    number = _SORTS[key]
    return sorted(rows, key=lambda row: _rank(number(row)), reverse=True)


def _rank(count: Count) -> tuple[int, int]:
    """Put what is not a number before all numbers: it may be the largest."""
    return (0, count) if isinstance(count, int) else (1, 0)


def _table(
    headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], numbers: Sequence[bool], width: int | None
) -> list[str]:
    table = [headings, *rows]
    natural = [max(len(line) for row in table for line in row[column].split("\n")) for column in range(len(headings))]
    widths = _fitted(natural, numbers, width)
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    out = [rule, *_cells(headings, widths, numbers), rule]
    for row in rows:
        out.extend(_cells(row, widths, numbers))
    return [*out, rule]


def _fitted(natural: Sequence[int], numbers: Sequence[bool], width: int | None) -> list[int]:
    """Return column widths that fit: the widest text gives way first, and numbers last."""
    widths = list(natural)
    if width is None:
        return widths
    room = width - 2 * (len(widths) - 1)
    for columns in ([column for column, is_number in enumerate(numbers) if not is_number], range(len(widths))):
        widest = max(columns, key=lambda column: widths[column])
        while sum(widths) > room and widths[widest] > _MIN_WIDTH:
            widths[widest] -= 1
            widest = max(columns, key=lambda column: widths[column])
    return widths


def _cells(row: Sequence[str], widths: Sequence[int], numbers: Sequence[bool]) -> list[str]:
    wrapped = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(len(lines) for lines in wrapped)
    padded = [[*lines, *[""] * (height - len(lines))] for lines in wrapped]
    out = []
    for level in range(height):
        parts = [
            lines[level].rjust(width) if is_number else lines[level].ljust(width)
            for lines, width, is_number in zip(padded, widths, numbers, strict=True)
        ]
        out.append("  ".join(parts).rstrip())
    return out


def _wrapped(cell: str, width: int) -> list[str]:
    lines: list[str] = []
    for part in cell.split("\n"):
        indent = " " * (len(part) - len(part.lstrip(" ")))
        rest = part
        while len(rest) > width:
            cut = max(rest.rfind(mark, len(indent) + 1, width) for mark in " .,_") + 1
            cut = cut if cut > width // 3 else width
            lines.append(rest[:cut].rstrip())
            rest = (indent if len(indent) < width // 2 else "") + rest[cut:].lstrip()
        lines.append(rest)
    return lines
