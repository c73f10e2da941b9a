"""The words in which a change is told, in whatever format."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from graphspec.views.diff.canonical import Json
from graphspec.views.diff.changes import Change, Detail, Diff
from graphspec.views.diff.saved_weights import Misfit, sizes

_SHOWN = 3
_LONGEST = 60


def title(change: Change) -> str:
    """Return what has changed where, as ``changed Dense "head"``."""
    if change.kind == "renamed":
        return f"renamed {counted(len(change.renames), 'node')}"
    if len(change.members) > 1:
        return f'{change.kind} {counted(len(change.members), "node")} at "{change.where}"'
    kind = f"{change.type} " if change.type else ""
    return f'{change.kind} {kind}"{change.where}"'


def lines(change: Change) -> Iterator[str]:
    """Yield what there is to say of a change: what is another now, and then what follows."""
    for detail in change.details:
        yield told(detail)
    if len(change.members) > 1:
        kinds = Counter(kind for _, kind in change.members)
        yield listed([f"{count} x {kind}" if count > 1 else kind for kind, count in kinds.items()], len(kinds))
    if change.renames:
        yield listed([f"{old} -> {new}" for old, new in change.renames], len(change.renames))
    yield from _consequences(change)


def _consequences(change: Change) -> Iterator[str]:
    for detail in change.outputs:
        yield f'so the output "{told(detail, quote="")}'.replace(": ", '": ', 1)
    if change.shapes:
        names = [detail.what for detail in change.shapes]
        more = "more " if any(detail.what == "output" for detail in change.details) else ""
        yield f"so {counted(len(names), f'{more}node')} of another type: {listed(names, len(names))}"
    if change.misfits:
        yield f"so saved weights do not fit: {listed([_misfit(item) for item in change.misfits], len(change.misfits))}"
    if change.parameters:
        yield f"parameters {change.parameters:+,}"
    if change.flops:
        yield f"FLOPs {change.flops:+,}"


def _misfit(misfit: Misfit) -> str:
    if misfit.is_silent and misfit.found is not None:
        return f"{misfit.layer} would get those of {misfit.found.layer}"
    if misfit.found is None or not misfit.wanted:
        return misfit.layer
    for (name, shape), found in zip(misfit.wanted, sizes(misfit.found.shapes), strict=False):
        if shape != found:
            return f"{misfit.layer} ({name} {shown(list(found))} -> {shown(list(shape))})"
    return misfit.layer


def told(detail: Detail, quote: str = "") -> str:
    """Return one difference as ``units: 10 -> 20``.

    >>> told(Detail("units", 10, 20)), told(Detail("type", None, "Dense"))
    ('units: 10 -> 20', 'type: null -> Dense')
    """
    old, new = shown(detail.old), shown(detail.new)
    if _is_type(detail.old) and _is_type(detail.new):
        (one, first), (other, second) = detail.old.rsplit(" ", 1), detail.new.rsplit(" ", 1)
        old, new = (one, other) if first == second else (old, new)
    return f"{quote}{detail.what}{quote}: {old} -> {new}"


def _is_type(value: Json) -> bool:
    return isinstance(value, str) and value.startswith("(") and value.count("(") == 1 and " " in value


def shown(value: Json) -> str:
    """Return a value as a spec writes it, in short.

    >>> shown(["a", None, 1.0]), shown({"HeNormal": {"seed": 1}})
    ('[a, null, 1.0]', '{HeNormal: {seed: 1}}')
    """
    text = _flow(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _flow(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_flow(item) for item in value)}]"
    return json.dumps(value)


def listed(items: Sequence[str], count: int) -> str:
    """Return the first few items of a list, and how many more there are.

    >>> listed(["a", "b", "c", "d", "e"], 5)
    'a, b, c and 2 more'
    """
    if count <= _SHOWN + 1:
        return ", ".join(items)
    return f"{', '.join(items[:_SHOWN])} and {count - _SHOWN} more"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "node"), counted(1200, "node")
    ('1 node', '1,200 nodes')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"


def totals(diff: Diff) -> Iterator[tuple[str, str, str, str]]:
    """Yield each total that has changed: its name, what it was, what it is, and the difference."""
    for name, (old, new) in (("parameters", diff.parameters), ("FLOPs", diff.flops)):
        if old != new:
            yield name, _total(old), _total(new), _difference(old, new)


def _total(count: int | str | None) -> str:
    return "?" if count is None else f"{count:,}" if isinstance(count, int) else count


def _difference(old: int | str | None, new: int | str | None) -> str:
    if not isinstance(old, int) or not isinstance(new, int):
        return ""
    return f"{new - old:+,}" + (f", {(new - old) / old:+.1%}" if old else "")


def summary(diff: Diff) -> str:
    """Return how many changes there are of each class, in one line."""
    if not diff.changes:
        return "no difference"
    counts = ", ".join(f"{count} {name}" for name, count in diff.classes.items())
    return f"{counted(len(diff.changes), 'change')}: {counts}"
