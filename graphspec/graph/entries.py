"""The entries of layers and models in the order in which they can be made: what one uses comes before it."""

from collections.abc import Iterator

from graphspec.frontend.program import Program
from graphspec.frontend.tree import Mapping, Scalar, Sequence, Tree


def entries_in_order(program: Program) -> list[str]:
    """Return the names of all entries; of those that use each other in a cycle one has to come too early."""
    uses = {key: set(_used_by(key, program)) for key in (*program.layers, *program.models)}
    ordered: dict[str, None] = {}
    entered: set[str] = set()
    waiting = [(key, False) for key in reversed(uses)]
    while waiting:
        key, is_left = waiting.pop()
        if is_left:
            ordered[key] = None
        elif key not in entered:
            entered.add(key)
            waiting.append((key, True))
            waiting.extend((used, False) for used in sorted(uses[key] & uses.keys(), reverse=True))
    return list(ordered)


def _used_by(key: str, program: Program) -> Iterator[str]:
    layer = program.layers.get(key)
    if layer is not None and layer.what is not None:
        yield from (scalar.text for scalar in refs_in(layer.what.arguments))
    model = program.models.get(key)
    for call in model.calls if isinstance(model, Program) else ():
        if call.what is not None and call.what.kind == "call":
            yield call.what.name
        elif call.what is not None:
            yield from (scalar.text for scalar in refs_in(call.what.arguments))


def refs_in(tree: Tree | None) -> Iterator[Scalar]:
    """Yield the name under every ``ref`` of an argument."""
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield from refs_in(item)
    elif isinstance(tree, Mapping):
        for key, entry in tree.entries.items():
            if key == "ref" and isinstance(entry.value, Scalar):
                yield entry.value
            else:
                yield from refs_in(entry.value)
