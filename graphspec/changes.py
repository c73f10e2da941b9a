"""The public form of what differs between two models."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphspec.diagnostics.span import Span
from graphspec.views.diff import changes as found
from graphspec.views.diff.compare import compare
from graphspec.views.diff.render_text import render_text
from graphspec.views.diff.show import lines, title
from graphspec.views.diff.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with what follows from it: its classes, the gravest first, where it is, and a sentence about it.

    ``kind`` is added, removed, changed, renamed, replaced, rewired, reordered or unshared; ``node`` is a node, or a
    part of the model such as ``compile``. The places are None where a side has none.
    """

    classes: tuple[found.ChangeClass, ...]
    kind: found.Kind
    node: str
    message: str
    old_span: Span | None
    new_span: Span | None


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between two models, the gravest first; it is false where nothing does.

    ``text`` is what the command prints. ``parameters`` and ``flops`` are those of the old and of the new model, None or
    text where they are not numbers.
    """

    changes: tuple[Change, ...]
    parameters: tuple[int | None, int | None]
    flops: tuple[int | str | None, int | str | None]
    text: str

    @property
    def classes(self) -> Mapping[found.ChangeClass, int]:
        """Return how many changes are of each class, without the classes of none."""
        counts = {name: sum(name in change.classes for change in self.changes) for name in found.CLASSES}
        return {name: count for name, count in counts.items() if count}

    def __bool__(self) -> bool:
        """Say whether anything differs."""
        return bool(self.changes)

    def __str__(self) -> str:
        """Return the changes as text."""
        return self.text


def diff_of(old: Snapshot, new: Snapshot, old_name: str, new_name: str) -> Diff:
    """Return what differs between two models."""
    diff = compare(old, new, old_name, new_name)
    changes = tuple(_public(change) for change in diff.changes)
    return Diff(changes, diff.parameters, diff.flops, render_text(diff, color=False))


def _public(change: found.Change) -> Change:
    said = "; ".join(lines(change))
    message = f"{title(change)}: {said}" if said else title(change)
    return Change(change.classes, change.kind, change.where, message, change.old_span, change.new_span)
