"""What is in a model, as a table for people and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call: its output shapes include the batch dimension; parameters count at a layer's first call alone."""

    name: str
    type: str
    sources: tuple[str, ...]
    shapes: tuple[Shape, ...]
    dtype: str | None
    parameters: int
    trainable: int
    shared_with: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An input or an output."""

    name: str
    shape: Shape
    dtype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A model: its inputs, its outputs, a row for each call, and totals; sizes are in bytes."""

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    rows: tuple[Row, ...]
    parameters: int
    trainable: int
    weights_bytes: int


_HEADINGS = ("Node (type)", "Output shape", "Parameters", "From")


def render_table(summary: Summary, width: int | None) -> str:
    """Return the table; cells wrap so that it fits ``width`` columns, and nothing is ever cut off."""
    rows = [(f"{port.name} (Input)", _shape(port.shape), "0", "") for port in summary.inputs]
    rows += [
        (f"{row.name} ({row.type})", "\n".join(_shape(shape) for shape in row.shapes), _parameters(row),
         ", ".join(row.sources))
        for row in summary.rows
    ]  # fmt: skip
    lines = [f'Model: "{summary.name}"', *_table(rows, width)]
    lines.append(f"Total parameters: {summary.parameters:,} ({_size(summary.weights_bytes)})")
    lines.append(f"Trainable: {summary.trainable:,}")
    lines.append(f"Not trainable: {summary.parameters - summary.trainable:,}")
    return "\n".join(lines)


def render_json(summary: Summary) -> str:
    """Return the summary as JSON; what nothing has computed is null."""
    document = {
        "name": summary.name,
        "inputs": [_port(port) for port in summary.inputs],
        "outputs": [_port(port) for port in summary.outputs],
        "nodes": [_node(row) for row in summary.rows],
        "parameters": {
            "total": summary.parameters,
            "trainable": summary.trainable,
            "non_trainable": summary.parameters - summary.trainable,
        },
        "weights_bytes": summary.weights_bytes,
        "flops": None,
        "exact": True,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _port(port: Port) -> dict[str, object]:
    return {"name": port.name, "shape": list(port.shape), "dtype": port.dtype}


def _node(row: Row) -> dict[str, object]:
    shapes = [list(shape) for shape in row.shapes]
    return {
        "name": row.name,
        "type": row.type,
        "from": list(row.sources),
        "output_shape": shapes[0] if len(shapes) == 1 else shapes,
        "dtype": row.dtype,
        "parameters": row.parameters,
        "trainable_parameters": row.trainable,
        "flops": None,
        "shared_with": row.shared_with,
    }


def _shape(shape: Shape) -> str:
    """Return a shape as Keras prints it.

    >>> _shape((None, 100, 1))
    '(None, 100, 1)'
    """
    return str(tuple(shape))


def _parameters(row: Row) -> str:
    return f"as {row.shared_with}" if row.shared_with else f"{row.parameters:,}"


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:  # noqa: PLR2004 - the step of binary units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} TiB"


def _table(rows: Sequence[tuple[str, ...]], width: int | None) -> list[str]:
    table = [_HEADINGS, *rows]
    widths = [max(len(line) for row in table for line in row[column].split("\n")) for column in range(len(_HEADINGS))]
    widths = _fitted(widths, width)
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    out = [rule, *_cells(_HEADINGS, widths), rule]
    for row in rows:
        out.extend(_cells(row, widths))
    return [*out, rule]


def _fitted(widths: list[int], width: int | None) -> list[int]:
    """Return column widths that fit, the widest giving way first, none below what a word needs."""
    widths = list(widths)
    if width is None:
        return widths
    room = max(width, 40) - 2 * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda column: widths[column])
        if widths[widest] <= 8:  # noqa: PLR2004 - narrower columns are unreadable
            break
        widths[widest] -= 1
    return widths


def _cells(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    wrapped = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(len(lines) for lines in wrapped)
    padded = [[*lines, *[""] * (height - len(lines))] for lines in wrapped]
    out = []
    for level in range(height):
        parts = [
            lines[level].rjust(width) if column == _NUMBERS else lines[level].ljust(width)
            for column, (lines, width) in enumerate(zip(padded, widths, strict=True))
        ]
        out.append("  ".join(parts).rstrip())
    return out


_NUMBERS = 2


def _wrapped(cell: str, width: int) -> list[str]:
    lines: list[str] = []
    for part in cell.split("\n"):
        rest = part
        while len(rest) > width:
            cut = max(rest.rfind(mark, 1, width) for mark in " .,_") + 1
            cut = cut if cut > width // 3 else width
            lines.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        lines.append(rest)
    return lines
