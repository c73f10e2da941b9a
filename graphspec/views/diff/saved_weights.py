"""Which weights a file of a model holds where, and what becomes of them when another model reads it.

A layer finds its weights under its class and count. It fails where their number or shapes are others; where they fit
but were another layer's, it takes them without a word, which is worse.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphspec.views.diff.load_order import saved_class, slots_of
from graphspec.views.diff.snapshot import Shapes, Snapshot


@dataclass(frozen=True, slots=True)
class Slot:
    """A group of a file: the layer that it is of, by its path through nested models, and its variables."""

    layer: str
    shapes: Shapes | None


@dataclass(frozen=True, slots=True)
class Misfit:
    """A layer that a saved file does not fit: ``found`` is what stands in its place, None where nothing does."""

    layer: str
    wanted: Shapes
    found: Slot | None

    @property
    def is_silent(self) -> bool:
        """Say whether Keras loads what is there, though it is another layer's."""
        return self.found is not None and sizes(self.found.shapes) == sizes(self.wanted)


def sizes(shapes: Shapes | None) -> tuple[tuple[int, ...], ...]:
    """Return shapes without the names of the variables."""
    return tuple(shape for _, shape in shapes or ())


def _saved(shapes: Shapes) -> Shapes:
    """Return the variables that are saved: those of LoRA are merged into the weights that they adapt."""
    return tuple((name, shape) for name, shape in shapes if not name.rpartition("/")[2].startswith("lora_"))


def slots(model: Snapshot) -> dict[str, Slot]:
    """Return the groups of the file that saving a model writes, by path."""
    return dict(_Walk().slots(model, "", ""))


@dataclass(slots=True)
class _Walk:
    """Layers are saved where they are first met."""

    met: set[str] = field(default_factory=set)

    def slots(self, model: Snapshot, path: str, prefix: str) -> Iterator[tuple[str, Slot]]:
        classes = {key: saved_class(layer.type, layer.kind) for key, layer in model.layers.items()}
        for slot, key in slots_of(model.order, classes):
            layer, here = model.layers[key], f"{path}{slot}"
            full = f"{prefix}{key}"
            owners = layer.shares or (full,)
            if all(owner in self.met for owner in owners):
                continue
            self.met.update((full, *owners))
            if layer.model is not None:
                yield from self.slots(layer.model, f"{here}/", f"{full}/")
            elif layer.weights is None:
                yield here, Slot(full, None)
            else:
                for inner, shapes in layer.weights.items():
                    yield f"{here}/{inner}".rstrip("/"), Slot(full, _saved(shapes))


def misfits(old: Snapshot, new: Snapshot, same: Mapping[str, str]) -> Iterator[Misfit]:
    """Yield the layers of a model that a file of an older one does not fit; ``same`` maps its layers to the older."""
    saved = slots(old)
    for path, slot in slots(new).items():
        found = saved.get(path)
        if slot.shapes is None:
            # What only Keras knows fits where it is the same layer.
            if found is None or same.get(slot.layer) != found.layer:
                yield Misfit(slot.layer, (), found)
            continue
        fits = found is not None and sizes(found.shapes) == sizes(slot.shapes)
        if not fits or found is None or same.get(slot.layer) != found.layer:
            yield Misfit(slot.layer, slot.shapes, found)
