"""Diagnostics of values that stand elsewhere: with the place that such a value is from, or told there."""

from collections.abc import Sequence
from dataclasses import replace

from graphspec.diagnostics.diagnostic import Diagnostic, Related
from graphspec.diagnostics.span import Derived, Outside, Span

_MOST_SHOWN = 5


def trace(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics with the places of values; one from outside the spec is told once, where it is given."""
    if not any(isinstance(item.span, Derived) for item in found):
        return tuple(found)
    given: dict[Span, list[Diagnostic]] = {}
    traced: list[Diagnostic] = []
    for item in found:
        origin = item.span.origin if isinstance(item.span, Derived) else None
        if isinstance(origin, Outside):
            given.setdefault(origin, []).append(item)
        elif origin is not None and origin not in {item.span, *(place.span for place in item.related)}:
            traced.append(replace(item, related=(Related("the value stands here", origin), *item.related)))
        else:
            traced.append(item)
    traced += [_at(origin, items) for origin, items in given.items()]
    return tuple(sorted(traced, key=lambda item: (item.span, item.code, item.message)))


def _at(origin: Span, items: Sequence[Diagnostic]) -> Diagnostic:
    uses = dict.fromkeys(item.span for item in items)
    related = [Related("it is used here", place) for place in [*uses][:_MOST_SHOWN]]
    return replace(items[0], span=origin, related=(*related, *items[0].related), fix=None)
