"""Pictures by geometry: every spec, and random drawings, hold what ``tests/geometry.py`` asks of them."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from geometry import problems_of

from graphspec.compiler import Options, compile_file
from graphspec.views.plot import columns
from graphspec.views.plot.depict import depict
from graphspec.views.plot.drawing import Card, Drawing, Link
from graphspec.views.plot.face import SHOWABLE, SHOWN
from graphspec.views.plot.fold import depth_of, fold, lifted
from graphspec.views.plot.picture import picture_of
from graphspec.views.plot.places import Rect

ROOT = Path(__file__).parents[3]
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
ZOO = sorted((ROOT / "specs" / "zoo").glob("*.yaml"))


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_every_spec_is_drawn_well(spec: Path) -> None:
    typed = compile_file(spec, Options()).typed
    assert typed is not None
    drawing = depict(typed)
    for depth in range(depth_of(drawing.cards) + 1):
        for direction in ("down", "right"):
            for show in (SHOWN, SHOWABLE, ()):
                picture = picture_of(fold(drawing, depth), direction, show)
                assert problems_of(picture) == [], (depth, direction, show)


@pytest.mark.parametrize("spec", ZOO, ids=lambda path: path.stem)
def test_every_spec_of_the_zoo_is_drawn_well(spec: Path) -> None:
    typed = compile_file(spec, Options()).typed
    assert typed is not None
    drawing = depict(typed)
    for depth in (None, 1, 2):
        for direction in ("down", "right"):
            for show in (SHOWN, SHOWABLE):
                picture = picture_of(fold(drawing, depth), direction, show)
                assert problems_of(picture) == [], (depth, direction, show)


def _random_drawing(seed: int) -> Drawing:
    """Return a drawing of cards in cards, with links that mostly lead on, names of all lengths, and labels."""
    chance = random.Random(seed)
    paths: list[str] = []

    def cards(prefix: str, depth: int, most: int) -> tuple[Card, ...]:
        made = []
        for number in range(chance.randint(1, most)):
            path = f"{prefix}{number}"
            name = "n" * chance.randint(1, 12) + chance.choice(["", "_", "入力", "🚀"])
            shapes = tuple("(None, 8)" for _ in range(chance.choice([1, 1, 1, 3])))
            card = Card(
                path=path, name=name, type="Dense", family="dense", shapes=shapes, parameters=chance.choice([0, 9])
            )
            if depth and chance.random() < 0.3:
                inside = cards(f"{path}.", depth - 1, 5)
                card = replace(card, kind="group", type="chain", inside=inside, count=len(inside))
            else:
                paths.append(path)
            made.append(card)
        return tuple(made)

    found = cards("", 3, 14)
    links = []
    for at in range(1, len(paths)):
        for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
            source, target = paths[chance.randrange(at)], paths[at]
            if chance.random() < 0.05:
                source, target = target, source
            label = chance.choice(["", "", "", "query", "initial_state[0]"])
            links.append(Link(source=source, target=target, argument=label, output=chance.choice(["", "", "1"])))
    return Drawing(name="random", cards=found, links=lifted(links, found, {}))


@pytest.mark.parametrize("seed", range(24))
def test_random_drawings_are_drawn_well(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_LONG", 500.0)  # so that small ones are wrapped as well
    drawing = _random_drawing(seed)
    for direction in ("down", "right"):
        for depth in range(depth_of(drawing.cards) + 1):
            assert problems_of(picture_of(fold(drawing, depth), direction, SHOWN)) == [], (direction, depth)


def _chain(count: int) -> Drawing:
    cards = tuple(Card(path=f"d{at}", name=f"d{at}", type="Dense", shapes=("(None, 8)",)) for at in range(count))
    links = tuple(Link(source=f"d{at - 1}", target=f"d{at}") for at in range(1, count))
    return Drawing(name="chain", cards=cards, links=links)


def test_a_long_chain_is_wrapped_into_columns() -> None:
    picture = picture_of(_chain(2000), "down", SHOWN)
    assert problems_of(picture) == []
    assert 0.5 < picture.width / picture.height < 2


def test_nothing_is_a_picture_too() -> None:
    assert problems_of(picture_of(Drawing(name="empty", cards=(), links=()), "down", SHOWN)) == []


def test_the_checker_sees_what_is_wrong() -> None:
    picture = picture_of(_chain(4), "down", SHOWN)
    first, second, *rest = picture.boxes
    overlapping = replace(picture, boxes=(first, replace(second, rect=first.rect.moved(5, 5)), *rest))
    assert any("overlaps" in problem for problem in problems_of(overlapping))
    assert any("no line leads" in problem for problem in problems_of(overlapping))
    narrow = replace(first, rect=Rect(first.rect.x, first.rect.y, 20, first.rect.height))
    assert any(
        "wider than its box" in problem for problem in problems_of(replace(picture, boxes=(narrow, second, *rest)))
    )
    assert any("no arrow" in problem for problem in problems_of(replace(picture, lines=picture.lines[1:])))
    long = replace(picture.lines[0], points=(picture.lines[0].points[0], picture.lines[-1].points[-1]))
    assert any("runs through" in problem for problem in problems_of(replace(picture, lines=(long, *picture.lines[1:]))))


def _staged(*heights: int) -> Drawing:
    """Return a chain of stages, each a chain of calls."""
    cards, links, before = [], [], ""
    for number, height in enumerate(heights):
        inside = [Card(path=f"s{number}.d{at}", name=f"d{at}", type="Dense", shapes=("(8)",)) for at in range(height)]
        for card in inside:
            links += [Link(source=before, target=card.path)] if before else []
            before = card.path
        cards.append(Card(path=f"s{number}", name=f"s{number}", type="chain", kind="group", inside=tuple(inside)))
    return Drawing(name="staged", cards=tuple(cards), links=tuple(links))


def test_columns_are_as_many_as_make_the_picture_smallest() -> None:
    picture = picture_of(_staged(12, 12, 30), "down", SHOWN)
    assert problems_of(picture) == []
    assert max(picture.width, picture.height) < 1200


def test_what_columns_would_hardly_shorten_stays_one_column() -> None:
    picture = picture_of(_staged(1, 24, 3), "down", SHOWN)
    assert problems_of(picture) == []
    assert len({frame.rect.x + frame.rect.width / 2 for frame in picture.frames}) == 1
