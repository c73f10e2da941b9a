"""Which change is to blame where a saved file no longer fits."""

from collections.abc import Iterable

from graphspec.views.diff.changes import Change
from graphspec.views.diff.record import Record
from graphspec.views.diff.saved_weights import Misfit

_MOVING = frozenset({"added", "removed", "replaced", "rewired", "reordered", "unshared"})


def blame_misfits(found: Iterable[Misfit], record: Record) -> None:
    """Give each layer that a file no longer fits to the change that made it so.

    Its own weights may be others; or it has moved in the file, since a layer of its class came or went, or the graph
    is wired in another way. A change of its own stands for what nothing explains.
    """
    for misfit in found:
        for change in _to_blame(misfit, record):
            change.misfits.append(misfit)


def _to_blame(misfit: Misfit, record: Record) -> list[Change]:
    own = record.causes.get(misfit.layer, [])
    if own and not (misfit.is_silent and misfit.layer in record.same):
        return own
    container = misfit.layer.rpartition("/")[0]
    near = [change for change in record.changes if change.kind in _MOVING and _level(change) == container]
    moved = near or [change for change in record.changes if change.kind in _MOVING]
    if moved:
        return moved
    if record.changes:
        return own or [change for change in record.changes if "cosmetic" not in change.flags] or record.changes[:1]
    return [record.add(Change(kind="reordered", where=misfit.layer, flags={"behaviour"}))]


def _level(change: Change) -> str:
    return change.where.rpartition("/")[0]
