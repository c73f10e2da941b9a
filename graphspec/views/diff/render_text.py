"""A diff for people: changes under the gravest class that they have, with what follows from each."""

from itertools import groupby

from graphspec.views.diff.changes import CLASSES, Change, ChangeClass, Diff
from graphspec.views.diff.show import lines, summary, title, totals

HEADINGS: dict[ChangeClass, str] = {
    "interface": "interface: what goes in or comes out is another",
    "weights": "weights: a saved file no longer fits",
    "behaviour": "behaviour: the same weights compute, or train to, something else",
    "cost": "cost: other parameters or FLOPs",
    "cosmetic": "cosmetic: names alone",
}
_COLORS: dict[ChangeClass, str] = {
    "interface": "31", "weights": "31", "behaviour": "33", "cost": "36", "cosmetic": "2",
}  # fmt: skip
_SIGNS = {"added": "+", "removed": "-"}


def render_text(diff: Diff, *, color: bool) -> str:
    """Return the changes, class by class, and the totals."""
    if not diff.changes:
        return f"{diff.old} and {diff.new}: {summary(diff)}"
    parts = [f"{diff.old} -> {diff.new}"]
    for name, changes in groupby(diff.changes, key=lambda change: change.gravest):
        parts.append("")
        parts.append(_painted(HEADINGS[name], f"1;{_COLORS[name]}", color=color))
        for change in changes:
            parts += _change(change, name, color=color)
    parts += ["", *_totals(diff), _painted(summary(diff), "1", color=color)]
    return "\n".join(parts)


def _change(change: Change, under: ChangeClass, *, color: bool) -> list[str]:
    others = [name for name in CLASSES if name in change.classes and name != under]
    also = f" (also {', '.join(others)})" if others else ""
    sign = _SIGNS.get(change.kind, "~")
    head = f"  {_painted(sign, _COLORS[under], color=color)} {title(change)}"
    return [f"{head}{_painted(also, '2', color=color)}{_place(change, color=color)}",
            *(f"      {line}" for line in lines(change))]  # fmt: skip


def _place(change: Change, *, color: bool) -> str:
    span = change.new_span or change.old_span
    return "" if span is None or not span.path else _painted(f"  {span.path}:{span.line}", "2", color=color)


def _totals(diff: Diff) -> list[str]:
    found = list(totals(diff))
    wide = [max((len(row[column]) for row in found), default=0) for column in range(3)]
    return [
        f"{name:<{wide[0]}}  {old:>{wide[1]}} -> {new:>{wide[2]}}{f'  ({more})' if more else ''}"
        for name, old, new, more in found
    ]


def _painted(text: str, code: str, *, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
