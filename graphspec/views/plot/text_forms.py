"""Drawing -> DOT and Mermaid: text for other tools, which do the rest."""

from collections.abc import Collection, Iterator, Sequence
from itertools import count

from graphspec.views.plot.drawing import Card, Drawing, Link
from graphspec.views.plot.face import face_of, title_of
from graphspec.views.plot.theme import LIGHT

_INDENT = "  "


def render_dot(drawing: Drawing, direction: str, show: Collection[str]) -> str:
    """Return a drawing in the language of Graphviz."""
    ids = _ids(drawing.cards)
    lines = [
        f"digraph {_quoted(drawing.name)} {{",
        f"{_INDENT}rankdir={'LR' if direction == 'right' else 'TB'};",
        f'{_INDENT}node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="DejaVu Sans"];',
        f'{_INDENT}edge [fontname="DejaVu Sans", fontsize=10];',
        *_dot_cards(drawing, drawing.cards, ids, show, 1),
    ]
    for link in drawing.links:
        label = _label(link, show)
        attributes = f" [label={_quoted(label)}]" if label else ""
        lines.append(f"{_INDENT}{ids[link.source]} -> {ids[link.target]}{attributes};")
    return "\n".join([*lines, "}"]) + "\n"


def _dot_cards(
    drawing: Drawing, cards: Sequence[Card], ids: dict[str, str], show: Collection[str], depth: int
) -> Iterator[str]:
    indent = _INDENT * depth
    for card in cards:
        if card.inside:
            yield f"{indent}subgraph cluster_{ids[card.path]} {{"
            yield f'{indent}{_INDENT}label={_quoted(" ".join(title_of(card, show)))}; style=rounded; color="#8793a8";'
            yield from _dot_cards(drawing, card.inside, ids, show, depth + 1)
            yield f"{indent}}}"
            continue
        color = "#e6e8eb" if card.family == "input" else LIGHT.tints[card.family].head
        border = f', color="{LIGHT.mistake}", penwidth=2' if card.mistakes else ""
        text = _quoted("\n".join(_text(drawing, card, show)))
        yield f'{indent}{ids[card.path]} [label={text}, fillcolor="{color}"{border}];'


def render_mermaid(drawing: Drawing, direction: str, show: Collection[str]) -> str:
    """Return a drawing in the language of Mermaid, which GitHub and many editors draw."""
    ids = _ids(drawing.cards)
    lines = [
        f"flowchart {'LR' if direction == 'right' else 'TB'}",
        *_mermaid_cards(drawing, drawing.cards, ids, show, 1),
    ]
    for link in drawing.links:
        label = _label(link, show)
        arrow = f"-->|{_mermaid_text([label])}|" if label else "-->"
        lines.append(f"{_INDENT}{ids[link.source]} {arrow} {ids[link.target]}")
    for family, tint in LIGHT.tints.items():
        members = [ids[card.path] for card in _leaves(drawing.cards) if card.family == family]
        if members:
            color = "#e6e8eb" if family == "input" else tint.head
            lines += [f"{_INDENT}classDef {family} fill:{color},stroke:#4b525b,color:#16191d",
                      f"{_INDENT}class {','.join(members)} {family}"]  # fmt: skip
    wrong = [ids[card.path] for card in _leaves(drawing.cards) if card.mistakes]
    if wrong:
        lines += [f"{_INDENT}classDef mistake stroke:{LIGHT.mistake},stroke-width:3px",
                  f"{_INDENT}class {','.join(wrong)} mistake"]  # fmt: skip
    return "\n".join(lines) + "\n"


def _mermaid_cards(
    drawing: Drawing, cards: Sequence[Card], ids: dict[str, str], show: Collection[str], depth: int
) -> Iterator[str]:
    indent = _INDENT * depth
    for card in cards:
        if card.inside:
            yield f"{indent}subgraph {ids[card.path]}[{_mermaid_text([' '.join(title_of(card, show))])}]"
            yield from _mermaid_cards(drawing, card.inside, ids, show, depth + 1)
            yield f"{indent}end"
            continue
        left, right = ("([", "])") if card.family == "input" else ("[", "]")
        yield f"{indent}{ids[card.path]}{left}{_mermaid_text(_text(drawing, card, show))}{right}"


def _ids(cards: Sequence[Card]) -> dict[str, str]:
    """Return a name for each card that no language takes for anything else."""
    numbers = count()
    return {path: f"n{next(numbers)}" for path in _all(cards)}


def _all(cards: Sequence[Card]) -> Iterator[str]:
    for card in cards:
        yield card.path
        yield from _all(card.inside)


def _leaves(cards: Sequence[Card]) -> Iterator[Card]:
    for card in cards:
        if card.inside:
            yield from _leaves(card.inside)
        else:
            yield card


def _text(drawing: Drawing, card: Card, show: Collection[str]) -> list[str]:
    face = face_of(card, show, drawing.mistakes)
    rows = [" ".join(part for part in row if part) for row in face.rows]
    head = " ".join(part for part in (face.name, f"({face.type})" if face.type else "") if part)
    return [head, *rows, *(foot.text for foot in face.feet)]


def _label(link: Link, show: Collection[str]) -> str:
    name = " → ".join(part for part in (link.label, link.argument) if part)
    return f"{name} {link.shape}".strip() if "edges" in show else name


def _quoted(text: str) -> str:
    clean = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{clean}"'


def _mermaid_text(lines: Sequence[str]) -> str:
    """Return text in quotes; a sign that means something to Mermaid or to HTML is written as its number."""
    escaped = [
        "".join(sign if sign.isalnum() or sign in " .,:_()=+*/→·❄?" else f"#{ord(sign)};" for sign in line)
        for line in lines
    ]
    return f'"{"<br>".join(escaped)}"'
