"""Where everything is: the picture of a drawing."""

from dataclasses import dataclass
from typing import Literal

from graphspec.views.plot.drawing import Card, Drawing
from graphspec.views.plot.engine import Point
from graphspec.views.plot.face import Face
from graphspec.views.plot.piece import Line

Direction = Literal["down", "right"]
MARGIN = 20.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A place with a size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> Point:
        """Return the middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def moved(self, right: float, down: float) -> "Rect":
        """Return the same elsewhere."""
        return Rect(self.x + right, self.y + down, self.width, self.height)

    def turned(self) -> "Rect":
        """Return the same with its axes exchanged."""
        return Rect(self.y, self.x, self.height, self.width)


@dataclass(frozen=True, slots=True)
class Box:
    """A card and its place."""

    card: Card
    face: Face
    rect: Rect


@dataclass(frozen=True, slots=True)
class Frame:
    """An open card, its place, how deep it is inside others, and where its title begins."""

    card: Card
    rect: Rect
    depth: int
    title_at: Point


@dataclass(frozen=True, slots=True)
class Tie:
    """A line between two calls of one layer."""

    start: Point
    end: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything with its place; the lines of frames inside come after those around them."""

    drawing: Drawing
    direction: Direction
    show: frozenset[str]
    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    lines: tuple[Line, ...]
    ties: tuple[Tie, ...]
    width: float
    height: float
