"""Drawing -> a page of its own: the picture at every depth, and a script to look around in it. It loads nothing."""

import base64
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from graphspec.diagnostics.diagnostic import UsageError
from graphspec.views.plot.drawing import Card, Drawing
from graphspec.views.plot.fold import depth_of, fold, size_of
from graphspec.views.plot.measure import DATA
from graphspec.views.plot.outlines import escape
from graphspec.views.plot.picture import picture_of
from graphspec.views.plot.places import Direction, Picture
from graphspec.views.plot.svg import render_svg
from graphspec.views.plot.theme import THEMES

_MOST_CARDS = 4000
_FACES = (("normal", "DejaVuSans.woff2"), ("bold", "DejaVuSans-Bold.woff2"))


def render_html(drawing: Drawing, direction: Direction, show: Collection[str], picture: Picture, theme: str) -> str:
    """Return a page that shows a picture, and the same drawing with more and with fewer levels open."""
    views = list(_views(drawing, direction, show, picture))
    start = next(at for at, (_, found) in enumerate(views) if found is picture)
    outer = dict(_around(drawing.cards, ()))
    svgs = [render_svg(found, THEMES[theme], bare=True) for _, found in views]
    data = {
        "start": start,
        "views": [
            {
                "depth": depth,
                "links": [[link.source, link.target, link.label or link.argument] for link in found.drawing.links],
            }
            for depth, found in views
        ],
        "cards": {box.card.path: _facts(box.card, outer) for _, found in views for box in found.boxes},
        "mistakes": [f"{item.code}, line {item.line}: {item.message}" for item in drawing.mistakes],
    }
    return _page(drawing, svgs, start, data, theme)


def _views(
    drawing: Drawing, direction: Direction, show: Collection[str], picture: Picture
) -> Iterator[tuple[int, Picture]]:
    """Yield the picture at each depth, the given one in its place; those that are too much are left out."""
    shown = size_of(picture.drawing.cards)
    cards = shown
    is_yielded = False
    for depth in range(depth_of(drawing.cards) + 1):
        folded = fold(drawing, depth)
        size = size_of(folded.cards)
        if not is_yielded and size >= shown:
            is_yielded = True
            yield depth_of(picture.drawing.cards), picture
            if size == shown:
                continue
        cards += size
        if cards > _MOST_CARDS:
            break
        try:
            yield depth, picture_of(folded, direction, show)
        except UsageError:
            break
    if not is_yielded:
        yield depth_of(picture.drawing.cards), picture


def _around(cards: Sequence[Card], outer: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the path of each card with those of the cards that it is inside of."""
    for card in cards:
        yield card.path, outer
        yield from _around(card.inside, (*outer, card.path))


def _facts(card: Card, outer: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    facts = [("output", "\n".join(card.shapes)), ("dtype", card.dtype)]
    if card.parameters is None:
        facts.append(("parameters", "not known without Keras"))
    elif card.parameters:
        facts.append(("parameters", f"{card.parameters:,}{', frozen' if card.is_frozen else ''}"))
    if card.shared is not None:
        again = f", weights of {card.shared.first}" if card.shared.call > 1 else ""
        facts.append(("shared", f"call {card.shared.call} of {card.shared.calls}{again}"))
    facts += [("is output", name) for name in card.outputs]
    return {
        "name": card.name,
        "type": f"{card.type} of {card.count}" if card.is_closed else card.type,
        "facts": [fact for fact in facts if fact[1]],
        "arguments": card.arguments,
        "mistakes": card.mistakes,
        "closed": card.is_closed,
        "around": outer[card.path],
    }


def _page(drawing: Drawing, svgs: Sequence[str], start: int, data: dict[str, Any], theme: str) -> str:
    style = _fonts() + (DATA / "viewer.css").read_text(encoding="utf-8")
    script = (DATA / "viewer.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; font-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    views = "\n".join(
        f"<div{'' if at == start else ' hidden'}>\n{svg}</div>" for at, svg in enumerate(svgs)
    )  # fmt: skip
    listed = "".join(f"<li>{escape(text)}</li>" for text in data["mistakes"])
    count = f"{len(data['mistakes'])} mistake{'s' if len(data['mistakes']) > 1 else ''}"
    mistakes = f'<details id="mistakes"><summary>{count}</summary><ol>{listed}</ol></details>' if listed else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(drawing.name)}</title>
<style>{style}</style>
</head>
<body class="{theme}">
<header>
<h1>{escape(drawing.name)}</h1>
<input id="search" type="search" placeholder="search  /" aria-label="search">
<span id="said" role="status"></span>
<span class="gap"></span>
<button id="less" title="close a level  [">&minus;</button>
<span id="depth"></span>
<button id="more" title="open a level  ]">+</button>
<button id="out" title="smaller  -">zoom &minus;</button>
<button id="in" title="larger  +">zoom +</button>
<button id="fit" title="all of it  0">fit</button>
</header>
<main id="stage">
{views}
</main>
<aside id="panel" hidden aria-label="details"><button id="close" title="close  Escape">&times;</button>\
<div id="details"></div></aside>
{mistakes}
<script type="application/json" id="data">{_json(data)}</script>
<script>{script}</script>
</body>
</html>
"""


def _json(data: object) -> str:
    """Return data as JSON that cannot end the element that it stands in."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _fonts() -> str:
    rules = []
    for weight, name in _FACES:
        font = base64.b64encode((DATA / name).read_bytes()).decode("ascii")
        rules.append(
            f'@font-face {{ font-family: "DejaVu Sans"; font-weight: {weight};'
            f' src: url(data:font/woff2;base64,{font}) format("woff2"); }}\n'
        )
    return "".join(rules)
