"""Close what is too deep or too much to show: the calls inside become one card."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from graphspec.views.plot.drawing import Card, Drawing, Link

MOST_CARDS = 150
ALL = "all"
_MOST_LABELS = 3


def fold(drawing: Drawing, depth: int | None, expand: Collection[str] = ()) -> Drawing:
    """Return a drawing with so many levels open, and whatever ``expand`` names.

    Without a depth, as many levels as keep it below a number of cards that a person takes in.
    """
    levels = depth_of(drawing.cards)
    if ALL in expand:
        return drawing
    chosen = depth if depth is not None else _fitting(drawing, levels)
    if chosen >= levels:
        return drawing
    around = dict(_around(drawing.cards))
    named = frozenset(part for name in expand for part in _outwards(name, around))
    cards = tuple(_closed(card, chosen, named) for card in drawing.cards)
    return replace(drawing, cards=cards, links=lifted(drawing.links, cards, around))


def depth_of(cards: Sequence[Card]) -> int:
    """Return how many levels of cards inside cards there are."""
    return max((1 + depth_of(card.inside) for card in cards if card.inside), default=0)


def size_of(cards: Sequence[Card]) -> int:
    """Return how many cards are shown, frames left out."""
    return sum(size_of(card.inside) if card.inside else 1 for card in cards)


def groups_of(cards: Sequence[Card]) -> Iterator[str]:
    """Yield the paths of all cards that can be opened."""
    for card in cards:
        if card.inside:
            yield card.path
            yield from groups_of(card.inside)


def _around(cards: Sequence[Card]) -> Iterator[tuple[str, str]]:
    """Yield each path of a card inside another, with that of the other."""
    for card in cards:
        yield from ((item.path, card.path) for item in card.inside)
        yield from _around(card.inside)


def _outwards(path: str, around: Mapping[str, str]) -> Iterator[str]:
    """Yield a path, and those of what it is inside of."""
    while path:
        yield path
        path = around.get(path, "")


def _fitting(drawing: Drawing, levels: int) -> int:
    for depth in range(levels, 0, -1):
        if size_of([_closed(card, depth, frozenset()) for card in drawing.cards]) <= MOST_CARDS:
            return depth
    return 0


def _closed(card: Card, depth: int, named: Collection[str]) -> Card:
    if not card.inside:
        return card
    if depth <= 0 and card.path not in named:
        return _summed(card)
    return replace(card, inside=tuple(_closed(item, depth - 1, named) for item in card.inside))


def _summed(card: Card) -> Card:
    """Return a card that tells what is marked inside it."""
    inside = list(_within(card))
    return replace(
        card,
        inside=(),
        outputs=tuple(dict.fromkeys(name for item in inside for name in item.outputs)),
        mistakes=tuple(dict.fromkeys(number for item in inside for number in item.mistakes)),
        contents=tuple(_contents(inside)),
    )


def _contents(cards: Sequence[Card]) -> Iterator[tuple[str, int]]:
    """Yield the classes of calls, each with how many there are: first what has the most parameters."""
    calls = [card for card in cards if card.kind in {"call", "unknown"} and not card.inside]
    kinds: dict[str, list[Card]] = {}
    for card in calls:
        kinds.setdefault(card.type or card.name, []).append(card)
    weights = {kind: sum(card.parameters or 0 for card in same) for kind, same in kinds.items()}
    for kind in sorted(kinds, key=lambda kind: -weights[kind]):
        yield kind.removeprefix("ops."), len(kinds[kind])


def _within(card: Card) -> Iterator[Card]:
    yield card
    for item in card.inside:
        yield from _within(item)


def lifted(links: Sequence[Link], cards: Sequence[Card], around: Mapping[str, str]) -> tuple[Link, ...]:
    """Return the links between the cards that are shown, each once; ``around`` tells what each card is inside of."""
    shown = frozenset(path for card in cards for path in _paths(card))
    merged: dict[tuple[str, str, str, str], list[Link]] = {}
    for link in links:
        source, target = _top(link.source, shown, around), _top(link.target, shown, around)
        if source is None or target is None or source == target:
            continue
        argument = link.argument if target == link.target else dict(link.enters).get(target, "")
        label = link.label if source == link.source else dict(link.leaves).get(source, "")
        key = (source, target, f"{link.source}/{link.output}", argument if target == link.target else "")
        merged.setdefault(key, []).append(
            replace(
                link,
                source=source,
                target=target,
                argument=argument,
                label=label,
                output=f"{link.source}/{link.output}",
            )
        )
    return tuple(_one(same) for same in merged.values())


def _one(links: Sequence[Link]) -> Link:
    names = list(dict.fromkeys(link.argument for link in links if link.argument))
    more = f" +{len(names) - _MOST_LABELS}" if len(names) > _MOST_LABELS else ""
    return replace(links[0], argument=", ".join(names[:_MOST_LABELS]) + more)


def _paths(card: Card) -> Iterator[str]:
    yield card.path
    for item in card.inside:
        yield from _paths(item)


def _top(path: str, shown: Collection[str], around: Mapping[str, str]) -> str | None:
    """Return the innermost card shown that holds a path."""
    return next((outer for outer in _outwards(path, around) if outer in shown), None)
