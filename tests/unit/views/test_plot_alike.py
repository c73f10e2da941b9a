"""Frames made of names, and what a closed card tells of its contents."""

from itertools import pairwise

import pytest
from geometry import problems_of

from graphspec.views.plot import alike
from graphspec.views.plot.alike import framed
from graphspec.views.plot.drawing import Card, Drawing, Link
from graphspec.views.plot.face import SHOWN, face_of
from graphspec.views.plot.fold import fold
from graphspec.views.plot.picture import picture_of


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike, "MOST_ALONE", 4)


def _cards(names: str) -> tuple[Card, ...]:
    return tuple(
        Card(path=name, name=name, type="Dense", shapes=("(None, 8)",), parameters=9) for name in names.split()
    )


def _shown(cards: tuple[Card, ...]) -> str:
    return " ".join(f"{card.path}[{_shown(card.inside)}]" if card.inside else card.path for card in cards)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ("a s1_b1_x s1_b1_y s1_b1_z s1_b2_x s1_b2_y s1_b2_z o",
         "a s1[s1_b1[s1_b1_x s1_b1_y s1_b1_z] s1_b2[s1_b2_x s1_b2_y s1_b2_z]] o"),
        ("block_1_x block_1_y add block_1_z block_2_x block_2_y block_2_z",
         "block_1[block_1_x block_1_y add block_1_z] block_2[block_2_x block_2_y block_2_z]"),
        ("net_s1_x net_s1_y net_s1_z net_s2_x net_s2_y net_s2_z",
         "net_s1[net_s1_x net_s1_y net_s1_z] net_s2[net_s2_x net_s2_y net_s2_z]"),
        ("s1_x s1_y s1_z s1_u s1_v", "s1_x s1_y s1_z s1_u s1_v"),
        ("conv2d_1 conv2d_2 conv2d_3 conv2d_4 conv2d_5", "conv2d_1 conv2d_2 conv2d_3 conv2d_4 conv2d_5"),
        ("n1_x n1_y n1_z m2_x m2_y m2_z n1_u n1_v n1_w", "n1_x n1_y n1_z m2[m2_x m2_y m2_z] n1_u n1_v n1_w"),
        ("s1 s1_x s1_y s1_z s2_x s2_y s2_z", "s1 s1_x s1_y s1_z s2[s2_x s2_y s2_z]"),
        ("s1_x s1_y s1_z s2", "s1_x s1_y s1_z s2"),
    ],
    ids=["nested", "an op between", "one start for all", "all alike", "numbered kinds", "scattered", "taken", "few"],
)  # fmt: skip
def test_frames_of_names(names: str, shown: str) -> None:
    assert _shown(framed(_cards(names))) == shown


def test_links_reach_what_is_inside_a_closed_frame() -> None:
    cards = _cards("a s1_x s1_y s1_z s2_x s2_y s2_z o")
    links = tuple(Link(source=one.path, target=other.path) for one, other in pairwise(cards))
    drawing = Drawing(name="model", cards=framed(cards), links=links)
    closed = fold(drawing, 0)
    assert [(link.source, link.target) for link in closed.links] == [("a", "s1"), ("s1", "s2"), ("s2", "o")]
    opened = fold(drawing, 0, ("s1",))
    assert _shown(opened.cards) == "a s1[s1_x s1_y s1_z] s2 o"
    for item in (drawing, closed, opened):
        assert problems_of(picture_of(item, "down", SHOWN)) == []


def test_a_nested_model_has_frames_of_its_own() -> None:
    inside = tuple(Card(path=f"m.{card.path}", name=card.name, type="Dense") for card in _cards("s1_x s1_y s1_z b c"))
    (card,) = framed((Card(path="m", name="m", type="Functional", kind="model", inside=inside),))
    assert _shown((card,)) == "m[m.s1[m.s1_x m.s1_y m.s1_z] m.b m.c]"


def test_a_closed_card_tells_what_is_inside_first_what_weighs_most() -> None:
    kinds = [("ReLU", 0), ("Conv2D", 90), ("BatchNormalization", 8), ("Conv2D", 90), ("ops.add", 0)]
    inside = [Card(path=f"c.{at}", name="n", type=kind, parameters=size) for at, (kind, size) in enumerate(kinds)]
    group = Card(path="c", name="c", type="chain", kind="group", inside=tuple(inside), count=5, shapes=("(None, 8)",))
    (card,) = fold(Drawing(name="model", cards=(group,), links=()), 0).cards
    rows = [left for left, _ in face_of(card, SHOWN).rows]
    assert rows == ["(None, 8)", "Conv2D \N{MULTIPLICATION SIGN}2, BatchNormalization, ReLU,", "add"]
    assert [left for left, _ in face_of(card, ("shape",)).rows] == ["(None, 8)"]


def test_of_many_classes_inside_some_are_told() -> None:
    inside = [Card(path=f"c.{at}", name="n", type=f"Layer{'x' * at}") for at in range(20)]
    group = Card(path="c", name="c", type="chain", kind="group", inside=tuple(inside), count=20)
    (card,) = fold(Drawing(name="model", cards=(group,), links=()), 0).cards
    rows = [left for left, _ in face_of(card, SHOWN).rows]
    assert len(rows) == 2
    assert rows[-1].endswith("more")
