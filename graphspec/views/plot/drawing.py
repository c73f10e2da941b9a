"""What a picture shows, before it is known where: cards in cards, and the links between them."""

from dataclasses import dataclass
from typing import Literal

CardKind = Literal["input", "call", "output", "group", "model", "unknown"]


@dataclass(frozen=True, slots=True)
class Shared:
    """Which call of a shared layer this is, of how many, and the first one."""

    call: int
    calls: int
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One call, or a group of several, which are then ``inside``.

    ``path`` is its own in the picture. ``shapes`` are of its outputs, ``parameters`` None where they are not known.
    ``outputs`` names the outputs of the model that it is, ``mistakes`` the numbers of those it has. ``contents`` of a
    closed card are the classes inside it, each with how many calls.
    """

    path: str
    name: str
    type: str
    kind: CardKind = "call"
    family: str = "other"
    shapes: tuple[str, ...] = ()
    dtype: str = ""
    parameters: int | None = 0
    is_frozen: bool = False
    shared: Shared | None = None
    outputs: tuple[str, ...] = ()
    arguments: tuple[tuple[str, str], ...] = ()
    mistakes: tuple[int, ...] = ()
    inside: tuple["Card", ...] = ()
    count: int = 0
    contents: tuple[tuple[str, int], ...] = ()

    @property
    def is_closed(self) -> bool:
        """Say whether this stands for calls that are not shown."""
        return self.count > 0 and not self.inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A tensor that goes from one card to another.

    ``output`` tells it from the other outputs of its source; ``label`` is what to write beside it. ``leaves`` and
    ``enters`` say what to call it where a card around its source or target is closed.
    """

    source: str
    target: str
    output: str = ""
    label: str = ""
    argument: str = ""
    shape: str = ""
    leaves: tuple[tuple[str, str], ...] = ()
    enters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake of the spec: its code, what it says, and where."""

    code: str
    message: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A model as cards and links."""

    name: str
    cards: tuple[Card, ...]
    links: tuple[Link, ...]
    mistakes: tuple[Mistake, ...] = ()
