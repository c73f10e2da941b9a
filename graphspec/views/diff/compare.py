"""Two snapshots -> what differs between them."""

from graphspec.views.diff.arguments import details_between
from graphspec.views.diff.blame import blame_misfits
from graphspec.views.diff.changes import CLASSES, Change, ChangeClass, Detail, Diff, Kind
from graphspec.views.diff.part import Part
from graphspec.views.diff.record import Record
from graphspec.views.diff.saved_weights import misfits
from graphspec.views.diff.snapshot import Snapshot

_ORDER = {name: number for number, name in enumerate(CLASSES)}


def compare(old: Snapshot, new: Snapshot, old_name: str, new_name: str) -> Diff:
    """Return what differs between two models, the gravest first."""
    record = Record()
    _whole(old, new, record)
    top = Part(record, old, new)
    top.compare([], is_whole=True)
    blame_misfits(misfits(old, new, record.same), record)
    _renamed(old, new, record)
    changes = [change for change in record.changes if change.classes]
    changes.sort(key=lambda change: _ORDER[change.gravest])
    return Diff(
        old=old_name,
        new=new_name,
        changes=tuple(changes),
        parameters=(old.parameters, new.parameters),
        flops=(old.flops, new.flops),
    )


def _whole(old: Snapshot, new: Snapshot, record: Record) -> None:
    """Compare what is said of the model as a whole."""
    if old.name and new.name and old.name != new.name:
        _add(old, new, record, "name", [Detail("name", old.name, new.name)], "cosmetic")
    if old.dtype != new.dtype:
        record.dtype = _add(old, new, record, "dtype", [Detail("dtype", old.dtype, new.dtype)], "behaviour")
    if old.seed != new.seed:
        _add(old, new, record, "seed", [Detail("seed", old.seed, new.seed)], "behaviour")
    details = list(details_between(old.compile or {}, new.compile or {}, missing=None))
    if details or (old.compile is None) != (new.compile is None):
        change = _add(old, new, record, "compile", details, "behaviour")
        change.kind = _presence(old.compile, new.compile)


def _add(old: Snapshot, new: Snapshot, record: Record, where: str, details: list[Detail], flag: ChangeClass) -> Change:
    return record.add(
        Change(kind="changed", where=where, details=details, flags={flag}, old_span=old.span, new_span=new.span)
    )


def _presence(old: object, new: object) -> Kind:
    return "added" if old is None else "removed" if new is None else "changed"


def _renamed(old: Snapshot, new: Snapshot, record: Record) -> None:
    """Put what has another name and nothing else into one change."""
    outputs = {
        (str(detail.old), str(detail.new))
        for change in record.changes
        for detail in change.details
        if change.type in {"output", "Input"} and detail.what == "name"
    }
    renames = [pair for pair in record.renames if pair not in outputs]
    if not renames:
        return
    # A seed gives each layer random numbers by its name.
    flag: ChangeClass = "cosmetic" if old.seed is None or new.seed is None else "behaviour"
    record.add(Change(kind="renamed", where=renames[0][1], renames=renames, flags={flag}))
