"""A summary for programs: JSON, CSV and Markdown."""

import csv
import io
import json
from typing import Any

from graphspec.shapes.dimension import Count
from graphspec.views.summary import Port, Row, Summary
from graphspec.views.table import Layout, columns_of, shown_rows

_CSV = (
    "name", "type", "from", "output_shape", "dtype", "parameters", "trainable_parameters", "weights_bytes",
    "activation_bytes", "flops", "shared_with",
)  # fmt: skip


def render_json(summary: Summary, layout: Layout) -> str:
    """Return the summary as JSON; what is not known is null, and a named size is its name.

    With a depth, a nested model has the nodes inside it as ``nodes``.
    """
    trainable, total = summary.trainable, summary.parameters
    document = {
        "name": summary.name,
        "inputs": [_port(port) for port in summary.inputs],
        "outputs": [_port(port) for port in summary.outputs],
        "nodes": [_node(row, layout.depth or 0) for row in summary.calls],
        "parameters": {
            "total": total,
            "trainable": trainable,
            "non_trainable": None if total is None or trainable is None else total - trainable,
        },
        "weights_bytes": summary.weights_bytes,
        **_flops(summary.flops),
        "exact": summary.exact,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def render_csv(summary: Summary, layout: Layout) -> str:
    """Return a line for each call, after one of headings."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV)
    for _, row in shown_rows(summary, Layout(sort=layout.sort, depth=layout.depth)):
        entry = _node(row, 0)
        shape = json.dumps(entry["output_shape"])
        values = {**entry, "from": " ".join(row.sources), "output_shape": shape, "flops": row.flops}
        writer.writerow(["" if values[key] is None else values[key] for key in _CSV])
    return out.getvalue().rstrip("\n")


def render_markdown(summary: Summary, layout: Layout) -> str:
    """Return a table in Markdown, with the columns that a table for people would have."""
    columns = columns_of(layout)
    lines = [
        _markdown_row(["Node", *(column.heading for column in columns)]),
        _markdown_row(["---", *("---:" if column.is_number else "---" for column in columns)]),
    ]
    lines += [
        _markdown_row([label.strip(), *(column.cell(row).replace("\n", "<br>") for column in columns)])
        for label, row in shown_rows(summary, layout)
    ]
    return "\n".join(lines)


def _markdown_row(cells: list[str]) -> str:
    escaped = [cell.replace("|", r"\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"


def _port(port: Port) -> dict[str, object]:
    return {"name": port.name, "shape": None if port.shape is None else list(port.shape), "dtype": port.dtype}


def _node(row: Row, depth: int) -> dict[str, Any]:
    shapes = None if row.shapes is None else [list(shape) for shape in row.shapes]
    node = {
        "name": row.name,
        "type": row.type,
        "from": list(row.sources),
        "output_shape": shapes[0] if shapes is not None and len(shapes) == 1 else shapes,
        "dtype": row.dtype,
        "parameters": row.parameters,
        "trainable_parameters": row.trainable,
        "weights_bytes": row.weights_bytes,
        "activation_bytes": row.output_bytes if isinstance(row.output_bytes, int) else None,
        **_flops(row.flops),
        "shared_with": row.shared_with,
    }
    if depth > 0 and row.rows:
        node["nodes"] = [_node(inner, depth - 1) for inner in row.rows]
    return node


def _flops(flops: Count) -> dict[str, object]:
    """Return FLOPs as a number; where they depend on named sizes they are null, and a formula beside."""
    if flops is None or isinstance(flops, int):
        return {"flops": flops}
    return {"flops": None, "flops_formula": str(flops)}
