"""Where boxes and lines go: the one door to the layout library.

A graph that is dense can keep the library busy for minutes, and it cannot be interrupted. Such a graph is laid out in
a process of its own, which is given a time.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from graphspec.diagnostics.diagnostic import UsageError

SECONDS = 20.0
LAYER_GAP = 28.0
NODE_GAP = 26.0
_DENSE = 3
_FEW = 120

_OPTIONS: dict[str, Any] = {
    "direction": "topbottom",
    "spacing": {
        "layer_gap": LAYER_GAP, "node_gap": NODE_GAP, "dummy_gap": 18.0, "port_gap": 16.0, "port_stroke_clear": 12.0,
        "stub": 10.0, "isolated_gap": NODE_GAP, "edge_label_margin": 8.0, "edge_label_stack_gap": 4.0,
    },
    "routing": {"style": "orthogonal", "bundle_parallel": False, "port_sides": "facing_only"},
    "labels": {"clearance": 3.0, "reservation": "always"},
}  # fmt: skip

# What to change, one after the other, where a line runs through a box; the last leaves ports to the library.
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"coords": {"placement": "brandes_koepf"}, "spacing": {"dummy_gap": 30.0}},
    {"spacing": {"dummy_gap": 60.0}},
    {"spacing": {"port_gap": 6.0, "port_stroke_clear": 4.0}},
    {"spacing": {"dummy_gap": 44.0, "node_gap": 60.0}},
    {"seed": 1},
)


class Point(NamedTuple):
    """A place: across the flow, and along it."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Block:
    """A box to place; ``rank`` pins it to the first or the last layer."""

    width: float
    height: float
    rank: Literal["free", "first", "last"] = "free"


@dataclass(frozen=True, slots=True)
class Wire:
    """A line to route between two blocks, by their places in the list.

    ``leaves`` and ``enters`` fix where along the border it does, from -1 to 1. ``label`` is room to leave beside it.
    """

    source: int
    target: int
    leaves: float | None = None
    enters: float | None = None
    label: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The centre of each block, the points of each wire, and the centre of each label."""

    centers: tuple[Point, ...]
    wires: tuple[tuple[Point, ...], ...]
    labels: tuple[Point | None, ...]


def lay_out(blocks: Sequence[Block], wires: Sequence[Wire], change: int = 0) -> Layout:
    """Return where everything goes, the flow from top to bottom, with one of the ``CHANGES``.

    Raises UsageError where the graph is too dense.
    """
    request = {"graph": _request(blocks, wires), "options": _changed(CHANGES[change])}
    found = _in_child(request) if is_dense(blocks, wires) else _call(request)
    return Layout(
        tuple(_point(node["center"]) for node in found["nodes"]),
        tuple(tuple(_point(point) for point in edge["points"]) for edge in found["edges"]),
        tuple(_anchor(edge) for edge in found["edges"]),
    )


def is_dense(blocks: Sequence[Block], wires: Sequence[Wire]) -> bool:
    """Say whether a graph may keep the library busy for long."""
    return len(wires) > _FEW and len(wires) > _DENSE * len(blocks)


def _request(blocks: Sequence[Block], wires: Sequence[Wire]) -> dict[str, Any]:
    nodes = [
        {"size": {"width": block.width, "height": block.height}, "shape": "box", "rank": block.rank, "key": f"{at:06}"}
        for at, block in enumerate(blocks)
    ]
    edges = []
    for wire in wires:
        edge: dict[str, Any] = {"source": wire.source, "target": wire.target, "weight": 1.0}
        edge |= _hint("source_port", "bottom", wire.leaves) | _hint("target_port", "top", wire.enters)
        if wire.label is not None:
            edge["label_size"] = {"width": wire.label[0], "height": wire.label[1]}
        edges.append(edge)
    return {"nodes": nodes, "edges": edges}


def _hint(name: str, side: str, at: float | None) -> dict[str, Any]:
    return {} if at is None else {name: {"offset": {"side": side, "t": at}}}


def _changed(change: dict[str, Any]) -> dict[str, Any]:
    parts = {key: {**_OPTIONS.get(key, {}), **value} if isinstance(value, dict) else value
             for key, value in change.items()}  # fmt: skip
    return {**_OPTIONS, **parts}


def _call(request: dict[str, Any]) -> dict[str, Any]:
    import graphlay  # noqa: PLC0415 - loaded where something is drawn

    found: dict[str, Any] = graphlay.layout(request["graph"], options=request["options"]).to_dict()
    return found


def _in_child(request: dict[str, Any]) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "graphspec.views.plot.engine"],
            input=json.dumps(request), capture_output=True, text=True, check=True, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"the graph is too dense to be drawn: {len(request['graph']['nodes'])} boxes with"
            f" {len(request['graph']['edges'])} lines are not laid out in {SECONDS:.0f} s;"
            " draw less with --depth or --model, or write .dot or .mmd"
        ) from None
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _anchor(edge: dict[str, Any]) -> Point | None:
    return _point(edge["label_anchor"]) if edge.get("label_anchor") else None


def _point(found: dict[str, float]) -> Point:
    return Point(round(found["x"], 2), round(found["y"], 2))


if __name__ == "__main__":
    json.dump(_call(json.load(sys.stdin)), sys.stdout)
