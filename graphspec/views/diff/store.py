"""A snapshot as JSON and back: sorted wherever order has no meaning, so that equal models are equal text."""

from collections.abc import Mapping
from typing import Any

from graphspec.views.diff.canonical import Json
from graphspec.views.diff.snapshot import FLOAT, InputFact, LayerFact, NodeFact, Shapes, Snapshot, Wire


def to_json(model: Snapshot) -> dict[str, Json]:
    """Return all of a snapshot but its places."""
    outputs = {name: {"from": _shown(wire), "type": model.output_types[name]} for name, wire in model.outputs.items()}
    whole = {"name": model.name, "dtype": model.dtype, "seed": model.seed, "compile": model.compile}
    return {
        **{key: value for key, value in whole.items() if value is not None and value != ""},
        "parameters": model.parameters,
        "flops": model.flops,
        "inputs": {item.name: _input(item) for item in sorted(model.inputs, key=lambda item: item.name)},
        "form": model.form,
        "outputs": dict(sorted(outputs.items())) if model.form == "mapping" else outputs,
        "layers": {key: _layer(model.layers[key]) for key in sorted(model.layers)},
        "nodes": {node.name: _node(node) for node in sorted(model.nodes, key=lambda node: node.name)},
        "order": list(model.order),
    }


def _input(item: InputFact) -> dict[str, Json]:
    return {"type": item.type, "declared": item.declared, **({"more": dict(item.more)} if item.more else {})}


def _layer(layer: LayerFact) -> dict[str, Json]:
    weights = None if layer.weights is None else {
        path: [[name, list(shape)] for name, shape in shapes] for path, shapes in layer.weights.items()
    }  # fmt: skip
    return {
        "type": layer.type,
        **({"kind": layer.kind} if layer.kind != "layer" else {}),
        **({"arguments": dict(layer.arguments)} if layer.arguments else {}),
        **({"trainable": False} if not layer.trainable else {}),
        **({"weights": weights} if weights != {} else {}),
        **({"shares": list(layer.shares)} if layer.shares else {}),
        **({"model": to_json(layer.model)} if layer.model is not None else {}),
    }


def _node(node: NodeFact) -> dict[str, Json]:
    return {
        node.kind: node.type,
        "from": [_shown(wire) for wire in node.wires],
        **({"form": node.form} if node.form else {}),
        "types": None if node.outputs is None else list(node.outputs),
        "flops": node.flops,
    }


def from_json(data: Mapping[str, Any]) -> Snapshot:
    """Return the snapshot that JSON describes.

    Raises KeyError, TypeError, ValueError or AttributeError where it describes none.
    """
    nodes = {name: _node_of(name, item) for name, item in data["nodes"].items()}
    inputs = tuple(
        InputFact(name=name, type=item["type"], declared=item["declared"], more=item.get("more", {}))
        for name, item in data["inputs"].items()
    )
    return Snapshot(
        name=data.get("name", ""),
        inputs=inputs,
        layers={key: _layer_of(key, item) for key, item in data["layers"].items()},
        nodes=tuple(_in_order(nodes, {item.name for item in inputs})),
        form=data["form"],
        outputs={name: _wire(item["from"]) for name, item in data["outputs"].items()},
        output_types={name: item["type"] for name, item in data["outputs"].items()},
        order=tuple(data["order"]),
        dtype=data.get("dtype", FLOAT),
        seed=data.get("seed"),
        compile=data.get("compile"),
        parameters=data["parameters"],
        flops=data["flops"],
    )


def _layer_of(key: str, item: Mapping[str, Any]) -> LayerFact:
    weights = item.get("weights", {})
    return LayerFact(
        key=key,
        kind=item.get("kind", "layer"),
        type=item["type"],
        arguments=item.get("arguments", {}),
        trainable=item.get("trainable", True),
        weights=None if weights is None else {path: _shapes(shapes) for path, shapes in weights.items()},
        shares=tuple(item.get("shares", ())),
        model=from_json(item["model"]) if "model" in item else None,
    )


def _shapes(shapes: list[list[Any]]) -> Shapes:
    return tuple((name, tuple(shape)) for name, shape in shapes)


def _node_of(name: str, item: Mapping[str, Any]) -> NodeFact:
    kind = next(key for key in ("call", "op", "index") if key in item)
    types = item["types"]
    return NodeFact(
        name=name,
        kind=kind,
        type=item[kind],
        wires=tuple(_wire(wire) for wire in item["from"]),
        form=item.get("form", {}),
        outputs=None if types is None else tuple(types),
        flops=item["flops"],
    )


def _shown(wire: Wire) -> str:
    """Return a wire as text; the names of nodes have dots, and no colons."""
    return f"{wire[0]}:{wire[1]}" if wire[1] else wire[0]


def _wire(text: str) -> Wire:
    name, _, port = text.partition(":")
    return name, port


def _in_order(nodes: Mapping[str, NodeFact], inputs: set[str]) -> list[NodeFact]:
    """Return nodes so that each comes after what feeds it.

    Raises ValueError where there is no such order.
    """
    done = dict.fromkeys(inputs)
    result: list[NodeFact] = []
    for start in nodes:
        stack = [start]
        around: set[str] = set()
        while stack:
            name = stack[-1]
            open_ = [source for source, _ in nodes[name].wires if source not in done] if name not in done else []
            if not open_:
                stack.pop()
                if name not in done:
                    done[name] = None
                    result.append(nodes[name])
                continue
            if name in around:
                raise ValueError("nodes feed each other in a cycle")
            around.add(name)
            stack.extend(open_)
    return result
