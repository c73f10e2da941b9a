"""Put nodes in topological order, or show the cycles that keep them from it."""

import heapq
from collections.abc import Mapping, Sequence

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span

MAX_SHOWN = 12


def order(sources: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Return the nodes in an order in which every node follows its sources, and the nodes that have none.

    Nodes that are free to move keep the order they were given in. Kahn 1962, with a heap over positions.
    """
    if _is_ordered(sources):
        return list(sources), []
    position = {name: number for number, name in enumerate(sources)}
    names = list(sources)
    waiting = dict.fromkeys(names, 0)
    users: dict[str, list[str]] = {name: [] for name in names}
    for name, feeding in sources.items():
        for source in {item for item in feeding if item in position}:
            waiting[name] += 1
            users[source].append(name)
    ready = [position[name] for name in names if not waiting[name]]
    heapq.heapify(ready)
    ordered: list[str] = []
    while ready:
        name = names[heapq.heappop(ready)]
        ordered.append(name)
        for user in users[name]:
            waiting[user] -= 1
            if not waiting[user]:
                heapq.heappush(ready, position[user])
    return ordered, [name for name in names if waiting[name]]


def _is_ordered(sources: Mapping[str, Sequence[str]]) -> bool:
    """Say whether every node follows its sources already, as they do in most specs."""
    before: set[str] = set()
    for name, feeding in sources.items():
        for source in feeding:
            if source in sources and source not in before:
                return False
        before.add(name)
    return True


def report_cycles(
    sources: Mapping[str, Sequence[str]], stuck: Sequence[str], places: Mapping[str, Span], diagnostics: Diagnostics
) -> None:
    """Report each cycle among the nodes that have no order, as a path that starts where it stands first."""
    left = set(stuck)
    seen: set[str] = set()
    for start in sorted(stuck, key=lambda name: places[name]):
        if start in seen:
            continue
        path = _walk_back(start, sources, left, seen)
        if path is None:
            continue
        first = min(range(len(path)), key=lambda index: places[path[index]])
        cycle = [*path[first:], *path[:first]]
        shown = [*cycle, cycle[0]] if len(cycle) < MAX_SHOWN else [*cycle[:MAX_SHOWN], "...", cycle[0]]
        diagnostics.error(
            "GS410",
            f"these nodes feed each other in a cycle: {' -> '.join(shown)}",
            places[cycle[0]],
            related=[Related(f'"{name}" is here', places[name]) for name in cycle[1:MAX_SHOWN]],
            node=cycle[0],
        )


def _walk_back(start: str, sources: Mapping[str, Sequence[str]], left: set[str], seen: set[str]) -> list[str] | None:
    """Follow sources from a node until one comes again: whoever is stuck is in a cycle or behind one."""
    trail: list[str] = []
    on_trail: dict[str, int] = {}
    name = start
    while name not in on_trail:
        if name in seen:
            seen.update(trail)
            return None
        on_trail[name] = len(trail)
        trail.append(name)
        name = next(source for source in sources[name] if source in left)
    seen.update(trail)
    return trail[on_trail[name] :][::-1]
