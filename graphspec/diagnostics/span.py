"""Where something stands in a file."""

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of text: lines and columns count code points from 1, the end is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of_file(cls, path: str) -> "Span":
        """Return the empty span at the start of a file, for what concerns the file as a whole."""
        return cls(path, 1, 1, 1, 1)


class Outside(Span):
    """A place in what stands in no file: in an option, or in what a program gives."""

    __slots__ = ()


class Derived(Span):
    """The place of a value that is made of one that stands elsewhere, at its ``origin``."""

    origin: Span

    @classmethod
    def at(cls, span: Span, origin: Span) -> "Derived":
        """Return the place of a value, with the place that it is from."""
        place = cls(*span)
        place.origin = origin
        return place
