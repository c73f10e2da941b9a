"""Whether a node is fed as before, where nodes came or went in between."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graphspec.views.diff.changes import Change
from graphspec.views.diff.match import Matching, Side
from graphspec.views.diff.snapshot import Wire

# A run of new nodes is looked through for what feeds it, up to this many.
_FAR = 2_000

Verdict = Literal["same", "reordered", "explained", "rewired"]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Two graphs, which node is which, and the change that each node belongs to that came or went."""

    old: Side
    new: Side
    found: Matching
    added: Mapping[str, Change]
    removed: Mapping[str, Change]

    def judge(self, before: tuple[Wire, ...], now: tuple[Wire, ...]) -> tuple[Verdict, list[Change]]:
        """Say whether wires are the same, and which changes explain it where they are not."""
        olds = [(self.found.forward.get(name, f"-{name}"), port) for name, port in before]
        if olds == list(now):
            return "same", []
        left, right = Counter(olds) - Counter(now), Counter(now) - Counter(olds)
        if not left and not right:
            return "reordered", []
        explained = {
            id(change): change
            for name, _ in (*left, *right)
            for change in [self.removed.get(name[1:]) if name.startswith("-") else self.added.get(name)]
            if change is not None
        }
        came = {wire for wire in right if wire[0] in self.added}
        went = {(name[1:], port) for name, port in left if name.startswith("-")}
        behind_new = self._behind(came, self.new, self.added)
        behind_old = {
            (self.found.forward.get(name, ""), port) for name, port in self._behind(went, self.old, self.removed)
        }
        still = {wire for wire in left if not wire[0].startswith("-")}
        others = {wire for wire in right if wire not in came}
        if still <= behind_new and others <= behind_old and explained:
            return "explained", list(explained.values())
        return "rewired", list(explained.values())

    def _behind(self, wires: set[Wire], side: Side, loose: Mapping[str, Change]) -> set[Wire]:
        """Return the wires that feed a run of nodes that have no counterpart."""
        reached: set[Wire] = set()
        waiting = [name for name, _ in wires]
        seen = set(waiting)
        while waiting and len(seen) < _FAR:
            for name, port in side.nodes[waiting.pop()].wires:
                if name not in loose:
                    reached.add((name, port))
                elif name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return reached
