"""The outlines of a picture as path data, and numbers and text as SVG takes them."""

from graphspec.views.plot.engine import Point
from graphspec.views.plot.face import HEAD
from graphspec.views.plot.piece import Line
from graphspec.views.plot.places import Rect

CORNER = 5.0
_BEND = 6.0
_ARROW = (4.0, 8.0)
_STRIPE = 4.0


def line_path(line: Line) -> str:
    """Return a line as path data, its corners rounded, its end behind the arrow."""
    points = list(line.points)
    if line.is_last and len(points) > 1:
        points[-1] = _towards(points[-1], points[-2], _ARROW[1] - 1)
    parts = [path("M", points[0].x, points[0].y)]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_BEND, _distance(before, corner) / 2, _distance(corner, after) / 2)
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(path("L", start.x, start.y, "Q", corner.x, corner.y, end.x, end.y))
    return "".join([*parts, path("L", points[-1].x, points[-1].y)])


def arrow_path(line: Line) -> str:
    """Return the arrow at the end of a line."""
    tip, before = line.points[-1], line.points[-2]
    base = _towards(tip, before, _ARROW[1])
    across = Point((base.y - tip.y) / _ARROW[1] * _ARROW[0], (tip.x - base.x) / _ARROW[1] * _ARROW[0])
    left, right = Point(base.x + across.x, base.y + across.y), Point(base.x - across.x, base.y - across.y)
    return path("M", tip.x, tip.y, "L", left.x, left.y, "L", right.x, right.y, "Z")


def _towards(start: Point, end: Point, length: float) -> Point:
    distance = _distance(start, end)
    share = 0.0 if distance == 0 else length / distance
    return Point(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)


def _distance(one: Point, other: Point) -> float:
    return float(((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5)


def head_path(rect: Rect, radius: float, *, closed: bool) -> str:
    """Return the outline of the strip at the top of a box."""
    x, y, right, bottom = rect.x, rect.y, rect.x + rect.width, rect.y + min(HEAD, rect.height)
    top = path("V", y + radius, "Q", x, y, x + radius, y, "H", right - radius, "Q", right, y, right, y + radius)
    if not closed:
        return path("M", x, bottom) + top + path("V", bottom, "Z")
    low = bottom - radius
    return (
        path("M", x, low)
        + top
        + path("V", low, "Q", right, bottom, right - radius, bottom, "H", x + radius, "Q", x, bottom, x, low, "Z")
    )


def stripe_path(rect: Rect) -> str:
    """Return the outline of the stripe at the left of a box."""
    x, y, bottom, inner = rect.x, rect.y, rect.y + rect.height, rect.x + _STRIPE
    top = path("M", inner, y, "H", x + CORNER, "Q", x, y, x, y + CORNER)
    return top + path("V", bottom - CORNER, "Q", x, bottom, x + CORNER, bottom, "H", inner, "Z")


def foot_path(rect: Rect, radius: float) -> str:
    """Return the outline of a strip at the bottom of a box; the last one has round corners."""
    x, y, right, bottom = rect.x, rect.y, rect.x + rect.width, rect.y + rect.height
    top = path("M", x, y, "H", right)
    if not radius:
        return top + path("V", bottom, "H", x, "Z")
    sides = path("V", bottom - radius, "Q", right, bottom, right - radius, bottom, "H", x + radius)
    return top + sides + path("Q", x, bottom, x, bottom - radius, "Z")


def path(*parts: str | float) -> str:
    """Return path data: commands, and the numbers that each takes."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
        else:
            text += shown(part) if text[-1:].isalpha() or not text else f" {shown(part)}"
    return text


def at(rect: Rect) -> str:
    """Return the attributes of a rectangle."""
    return f'x="{shown(rect.x)}" y="{shown(rect.y)}" width="{shown(rect.width)}" height="{shown(rect.height)}"'


def shown(number: float) -> str:
    """Return a number as short as two places allow."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def escape(text: str) -> str:
    """Return text as XML and HTML take it, in attributes too; what they have no place for becomes a mark."""
    clean = "".join(sign if sign >= " " or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        clean = clean.replace(sign, name)
    return clean
