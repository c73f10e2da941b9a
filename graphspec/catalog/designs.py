"""How the models of ``keras.applications`` are made up, as data: layers, and which of them the arguments decide."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

DATA = Path(__file__).with_name("data") / "applications"
Shape = tuple[int | None, ...]
# Layers of one variant, each a name or None, a row, and, where it is not just the one before, what feeds it.
_Lines = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """A type with its arguments, as a spec would have them; ``ops.add`` is an op.

    A text that starts with ``$`` stands for an argument of the application, and a tuple that starts with one for what
    is computed from it.
    """

    type: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DesignLayer:
    """A layer or an op; ``feeds`` says of each tensor that it takes how many layers before it made that one.

    Keras makes up a name where it is None.
    """

    name: str | None
    row: int
    feeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Design:
    """An application: its default shapes with a top and without, the sizes that it insists on, and its variants."""

    top_shape: Shape
    bare_shape: Shape
    size: int | None
    least: int
    rows: tuple[Row, ...]
    variants: tuple[Mapping[str, Any], ...]

    def layers(self, facts: Mapping[str, object]) -> tuple[DesignLayer, ...] | None:
        """Return the layers in topological order for what is given, or None where they are not known."""
        variant = next((item for item in self.variants if _holds(item["when"], facts)), None)
        if variant is None:
            return None
        parts = (_chosen(variant["starts"], facts), variant["body"], _chosen(variant["ends"], facts))
        return tuple(
            DesignLayer(line[0], line[1], tuple(line[2]) if line[2:] else (1,)) for part in parts for line in part
        )

    def names(self) -> Iterator[str]:
        """Yield the names of the layers in all variants, without those that Keras makes up."""
        for variant in self.variants:
            choices = [lines for _, lines in (*variant["starts"], *variant["ends"])]
            for lines in (*choices, variant["body"]):
                yield from (line[0] for line in lines if line[0] is not None)


@cache
def design(name: str) -> Design | None:
    """Return how the application of a name is made up."""
    path = DATA / f"{name}.json"
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_bytes())
    top_shape, bare_shape = (tuple(shape) for shape in found["shapes"])
    rows = tuple(Row(kind, _frozen(arguments)) for kind, arguments in found["rows"])
    return Design(top_shape, bare_shape, found["size"], found["least"], rows, tuple(found["variants"]))


def _holds(when: Mapping[str, object], facts: Mapping[str, object]) -> bool:
    return all(facts.get(name) == value for name, value in when.items())


def _chosen(choices: Sequence[tuple[Mapping[str, object], _Lines]], facts: Mapping[str, object]) -> _Lines:
    return next(lines for when, lines in choices if _holds(when, facts))


def _frozen(value: Any) -> Any:  # noqa: ANN401 - as loose as JSON is
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return value
