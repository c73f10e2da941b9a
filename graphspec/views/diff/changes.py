"""What differs between two models: each change once, at its cause, with what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from graphspec.diagnostics.span import Span
from graphspec.views.diff.canonical import Json
from graphspec.views.diff.saved_weights import Misfit

ChangeClass = Literal["interface", "weights", "behaviour", "cost", "cosmetic"]
# The gravest first: a change is shown under the first that it has.
CLASSES: tuple[ChangeClass, ...] = ("interface", "weights", "behaviour", "cost", "cosmetic")
Kind = Literal["added", "removed", "changed", "renamed", "replaced", "rewired", "reordered", "unshared"]


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is another now: an argument, the type of an output, what feeds a node."""

    what: str
    old: Json
    new: Json


@dataclass(slots=True, kw_only=True)
class Change:
    """One change; ``where`` is a node, or a part of the model such as ``compile``.

    ``members`` are the nodes of a change of several, ``renames`` pairs of old and new names. What follows from the
    change are ``shapes`` of other nodes, ``outputs`` of the model, ``misfits`` of a saved file, and numbers.
    """

    kind: Kind
    where: str
    type: str = ""
    details: list[Detail] = field(default_factory=list)
    members: list[tuple[str, str]] = field(default_factory=list)
    renames: list[tuple[str, str]] = field(default_factory=list)
    shapes: list[Detail] = field(default_factory=list)
    outputs: list[Detail] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    parameters: int = 0
    flops: int = 0
    flags: set[ChangeClass] = field(default_factory=set)
    old_span: Span | None = None
    new_span: Span | None = None

    @property
    def classes(self) -> tuple[ChangeClass, ...]:
        """Return the classes of the change, the gravest first."""
        found = set(self.flags)
        if self.outputs:
            found.add("interface")
        if self.misfits:
            found.add("weights")
        if self.parameters or self.flops:
            found.add("cost")
        if len(found) > 1:
            found.discard("cosmetic")
        return tuple(item for item in CLASSES if item in found)

    @property
    def gravest(self) -> ChangeClass:
        """Return the class that the change is shown under."""
        return self.classes[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What differs between two models; totals are those of the old and of the new one."""

    old: str
    new: str
    changes: tuple[Change, ...]
    parameters: tuple[int | None, int | None]
    flops: tuple[int | str | None, int | str | None]

    @property
    def classes(self) -> Mapping[ChangeClass, int]:
        """Return how many changes are of each class, without the classes of none."""
        counts = {item: sum(item in change.classes for change in self.changes) for item in CLASSES}
        return {item: count for item, count in counts.items() if count}
