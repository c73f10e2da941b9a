"""One level of two models: two graphs, which node is which, and what has been found of them."""

from dataclasses import dataclass, field

from graphspec.views.diff.changes import Change, ChangeClass
from graphspec.views.diff.match import Matching, Side, match
from graphspec.views.diff.record import Record
from graphspec.views.diff.snapshot import Snapshot

BEHAVIOUR: set[ChangeClass] = {"behaviour"}


@dataclass(slots=True)
class Level:
    """Two graphs on the same level; ``taint`` says which changes have made the output of a new node another.

    ``own`` are the changes at each node, ``added`` and ``removed`` those of nodes that came and went. ``passive`` are
    those of them, by identity, that leave every type as it is.
    """

    record: Record
    old: Snapshot
    new: Snapshot
    prefix: str = ""
    sides: tuple[Side, Side] = field(init=False)
    found: Matching = field(init=False)
    layers: dict[str, str] = field(default_factory=dict)
    own: dict[str, list[Change]] = field(default_factory=dict)
    taint: dict[str, list[Change]] = field(default_factory=dict)
    added: dict[str, Change] = field(default_factory=dict)
    removed: dict[str, Change] = field(default_factory=dict)
    passive: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Match the nodes."""
        self.sides = Side(self.old), Side(self.new)
        self.found = match(*self.sides)
