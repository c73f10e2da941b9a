"""The diagnostics of several runs: each mistake once, with the variants that it needs, or the uses that led to it."""

from collections.abc import Sequence
from dataclasses import replace

from graphspec.diagnostics.diagnostic import Diagnostic, Related

_MOST_SHOWN = 5
_MOST_USES = 8
# A name that is no param: given by a use, and used by a formula.
_GIVEN, _USED = "GS307", "GS305"
_Place = tuple[str, object]
_Key = tuple[str, object, int]


def merge(found: Sequence[tuple[Related | None, Sequence[Diagnostic]]]) -> tuple[Diagnostic, ...]:
    """Return each diagnostic once; what not all of them have says which have it.

    Each is a variant's place and what was found with it; the place is None where no variant was chosen. What differs in
    its words alone, as figures do from one variant to the next, is one mistake.
    """
    first: dict[_Key, Diagnostic] = {}
    told: dict[tuple[str, str], _Key] = {}
    variants: dict[_Key, list[Related | None]] = {}
    for place, diagnostics in found:
        keyed = _keyed(diagnostics)
        for own, item in keyed.items():
            # In the same words at a place of its own, as where variants repeat a mistake, it is the same mistake.
            before = told.setdefault((item.code, item.message), own)
            key = own if own in first or before in keyed else before
            first.setdefault(key, item)
            variants.setdefault(key, []).append(place)
    merged: list[Diagnostic] = []
    for key, item in first.items():
        needed = [place for place in variants[key] if place is not None]
        if len(variants[key]) == len(found) or len(needed) < len(variants[key]):
            merged.append(item)
        else:
            merged.append(replace(item, related=(*item.related, *needed[:_MOST_SHOWN])))
    # Where one variant gives a param by a name that another only uses, the two are one mistake.
    used = {related.span for item in merged if item.code == _GIVEN for related in item.related}
    merged = [item for item in merged if item.code != _USED or item.span not in used]
    return tuple(sorted(merged, key=lambda item: (item.span, item.code, item.message)))


def each_once(found: Sequence[tuple[str, Sequence[Diagnostic]]]) -> list[Diagnostic]:
    """Return the diagnostics of specs, each with its path: what several have of a file that they import is one mistake.

    It is told as that file's own check tells it, or else with the uses of all.
    """
    kept: dict[tuple[str, str, object], Diagnostic] = {}
    own: set[tuple[str, str, object]] = set()
    for path, diagnostics in found:
        for item in diagnostics:
            key = (item.code, item.message, item.span)
            if key in own:
                continue
            if item.span.path == path:
                kept[key] = item
                own.add(key)
            else:
                kept[key] = item if key not in kept else _with_uses(kept[key], item)
    return list(kept.values())


def _with_uses(item: Diagnostic, other: Diagnostic) -> Diagnostic:
    told = {related.span for related in item.related}
    further = tuple(related for related in other.related if related.span not in told)
    return replace(item, related=(*item.related, *further)[: max(_MOST_USES, len(item.related))])


def _keyed(diagnostics: Sequence[Diagnostic]) -> dict[_Key, Diagnostic]:
    """Return diagnostics by their code and place, and their number among those that share both."""
    counts: dict[_Place, int] = {}
    keyed: dict[_Key, Diagnostic] = {}
    for item in diagnostics:
        number = counts[item.code, item.span] = counts.get((item.code, item.span), 0) + 1
        keyed[item.code, item.span, number] = item
    return keyed
