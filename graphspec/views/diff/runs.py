"""Nodes that came or went together: those that feed each other are one change."""

from collections.abc import Iterable

from graphspec.views.diff.snapshot import NodeFact


def runs(nodes: Iterable[NodeFact]) -> list[list[NodeFact]]:
    """Return nodes in groups that hang together, in the order of the graph."""
    listed = list(nodes)
    leaders = {node.name: node.name for node in listed}

    def leader(name: str) -> str:
        while leaders[name] != name:
            leaders[name] = leaders[leaders[name]]
            name = leaders[name]
        return name

    for node in listed:
        for source, _ in node.wires:
            if source in leaders:
                leaders[leader(node.name)] = leader(source)
    groups: dict[str, list[NodeFact]] = {}
    for node in listed:
        groups.setdefault(leader(node.name), []).append(node)
    return list(groups.values())


def shared_name(names: list[str]) -> str:
    """Return what the names of a group have in common, up to a dot, or the first of them.

    >>> shared_name(["stem.conv", "stem.relu"]), shared_name(["a", "b"])
    ('stem', 'a')
    """
    common = names[0].split(".")
    for name in names[1:]:
        parts = name.split(".")
        same = 0
        while same < min(len(common), len(parts)) and common[same] == parts[same]:
            same += 1
        common = common[:same]
    return ".".join(common) or names[0]
