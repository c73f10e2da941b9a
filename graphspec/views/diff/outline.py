"""A model in short: what goes in, what comes out and its variables, but neither its arguments nor how it is wired.

A fingerprint stands for the rest: it says that something is another, and not what.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphspec.views.diff.canonical import Json
from graphspec.views.diff.changes import ChangeClass, Detail
from graphspec.views.diff.fingerprint import fingerprint
from graphspec.views.diff.snapshot import LayerFact, Shapes, Snapshot

_NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A model in short; ``variables`` has a text for each layer by its path, with the name and shape of each."""

    fingerprint: str
    parameters: int | None
    flops: int | str | None
    inputs: Mapping[str, str]
    form: str
    outputs: Mapping[str, str]
    variables: Mapping[str, str]


def outline_of(model: Snapshot) -> Outline:
    """Return a model in short."""
    return Outline(
        fingerprint=fingerprint(model),
        parameters=model.parameters,
        flops=model.flops,
        inputs={item.name: item.type for item in sorted(model.inputs, key=lambda item: item.name)},
        form=model.form,
        outputs=dict(sorted(model.output_types.items())) if model.form == "mapping" else dict(model.output_types),
        variables=dict(sorted(_variables(model, ""))),
    )


def _variables(model: Snapshot, prefix: str) -> Iterator[tuple[str, str]]:
    for key, layer in model.layers.items():
        if layer.model is not None:
            yield from _variables(layer.model, f"{prefix}{key}/")
            continue
        yield from _of_layer(layer, f"{prefix}{key}")


def _of_layer(layer: LayerFact, path: str) -> Iterator[tuple[str, str]]:
    if layer.weights is None:
        yield path, "?"
        return
    for inner, shapes in layer.weights.items():
        yield f"{path}/{inner}" if inner else path, _shown(shapes)


def _shown(shapes: Shapes) -> str:
    """Return variables as text.

    >>> _shown((("kernel", (3, 3, 8)), ("seed", ())))
    'kernel 3x3x8, seed'
    """
    return ", ".join(f"{name} {'x'.join(str(size) for size in shape)}".rstrip() for name, shape in shapes)


def differences(old: Outline, new: Outline) -> dict[ChangeClass, list[Detail]]:
    """Return what differs between two models by its class, the gravest first.

    Where nothing of it is in an outline, it is behaviour, and has no details.
    """
    if old.fingerprint == new.fingerprint:
        return {}
    shape = [Detail("form of the outputs", old.form, new.form)] if old.form != new.form else []
    if set(old.outputs) == set(new.outputs) and list(old.outputs) != list(new.outputs) and new.form != "mapping":
        shape.append(Detail("order of the outputs", list(old.outputs), list(new.outputs)))
    figures = {"parameters": (old.parameters, new.parameters), "FLOPs": (old.flops, new.flops)}
    found: dict[ChangeClass, list[Detail]] = {
        "interface": [
            *_between(old.inputs, new.inputs, "input "),
            *_between(old.outputs, new.outputs, "output "),
            *shape,
        ],
        "weights": [*_between(*_unmatched(old.variables, new.variables))],
        "cost": [
            Detail(what, _figure(before), _figure(now)) for what, (before, now) in figures.items() if before != now
        ],
    }
    return {key: details for key, details in found.items() if details} or {"behaviour": []}


def _figure(count: int | str | None) -> str:
    return f"{count:,}" if isinstance(count, int) else count or "?"


def _between(old: Mapping[str, str], new: Mapping[str, str], noun: str = "") -> Iterator[Detail]:
    for name in sorted({*old, *new}):
        before, now = old.get(name, _NOTHING), new.get(name, _NOTHING)
        if before != now:
            yield Detail(f"{noun}{name}", before, now)


def _unmatched(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return variables without those that are the same under another name."""
    gone = Counter(text for name, text in old.items() if name not in new)
    come = Counter(text for name, text in new.items() if name not in old)
    same = gone & come
    return _without(old, new, same.copy()), _without(new, old, same.copy())


def _without(side: Mapping[str, str], other: Mapping[str, str], same: Counter[str]) -> Mapping[str, str]:
    kept = {}
    for name, text in side.items():
        if name not in other and same[text] > 0:
            same[text] -= 1
        else:
            kept[name] = text
    return kept


def outline_to_json(outline: Outline) -> dict[str, Json]:
    """Return an outline as JSON."""
    return {
        "fingerprint": outline.fingerprint,
        "parameters": outline.parameters,
        "flops": outline.flops,
        "inputs": dict(outline.inputs),
        "form": outline.form,
        "outputs": dict(outline.outputs),
        "variables": dict(outline.variables),
    }


def outline_from_json(data: Mapping[str, Any]) -> Outline:
    """Return the outline that JSON describes.

    Raises KeyError, TypeError, ValueError or AttributeError where it describes none.
    """
    return Outline(
        fingerprint=str(data["fingerprint"]),
        parameters=data["parameters"],
        flops=data["flops"],
        inputs=_texts(data["inputs"]),
        form=str(data["form"]),
        outputs=_texts(data["outputs"]),
        variables=_texts(data["variables"]),
    )


def _texts(data: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(text) for name, text in data.items()}
