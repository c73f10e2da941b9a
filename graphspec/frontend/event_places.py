"""Where the node of a YAML event really stands.

The parser's own marks are wide: they take in anchors and tags, the blank lines after a block scalar, and, at the end of
a block collection, everything up to the next token.
"""

import re
from collections.abc import Callable
from typing import Any, Protocol

import yaml

from graphspec.diagnostics.span import Span
from graphspec.frontend.source import Source

Place = tuple[int, int]
NextEvent = Callable[[], Any]
Handler = Callable[..., None]


class Mark(Protocol):
    """A place in the text, counted from 0."""

    @property
    def index(self) -> int: ...  # noqa: D102
    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def column(self) -> int: ...  # noqa: D102


class MarkedEvent(Protocol):
    """An event of a parser that keeps places."""

    start_mark: Mark
    end_mark: Mark


class DocumentEnd(MarkedEvent, Protocol):
    """The end of a document, which "..." makes explicit."""

    explicit: bool


class AliasEvent(MarkedEvent, Protocol):
    """A repetition of an anchored node."""

    anchor: str


class NodeEvent(MarkedEvent, Protocol):
    """A node with what may stand before it."""

    anchor: str | None
    tag: str | None


class ScalarEvent(NodeEvent, Protocol):
    """A leaf."""

    value: str
    style: str | None


class CollectionEvent(NodeEvent, Protocol):
    """The start of a list or a mapping."""

    flow_style: bool | None


PLAIN_STYLES = (None, "")
_PROPERTIES = re.compile(r"(?:[&!][^ \t\r\n,\[\]{}]*+(?:[ \t\r\n]++|#[^\r\n]*+)*+)++")
_TAG = re.compile(r"!(?:<[^>\r\n]*>|[^ \t\r\n,\[\]{}]*)")


def marked_span(source: Source, start: Mark, end: Mark) -> Span:
    """Return the span between two marks."""
    return Span(source.path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def scalar_span(source: Source, event: ScalarEvent) -> Span:
    """Return the span of a scalar without its anchor and tag, or of those where there is nothing else."""
    text, start, end = source.text, event.start_mark, event.end_mark
    first, last = start.index, end.index
    if event.anchor is not None or event.tag is not None:
        match = _PROPERTIES.match(text, first, last)
        is_empty = event.style in PLAIN_STYLES and not event.value
        first = match.end() if match is not None and not is_empty else first
    last = first + len(text[first:last].rstrip(" \t\r\n"))
    begin, finish = _advance(text, start, first), _advance(text, start, last)
    return Span(source.path, *begin, *finish)


def collection_start(source: Source, event: CollectionEvent) -> Place:
    """Return where a collection starts, its anchor and tag left out."""
    if event.anchor is None and event.tag is None:
        start = event.start_mark
        return start.line + 1, start.column + 1
    end = event.end_mark
    # After properties the end mark stands behind the opening bracket or behind the "-" of a list that is not
    # indented, and otherwise right at the first item.
    is_list = isinstance(event, yaml.SequenceStartEvent)
    behind = event.flow_style or (is_list and source.text[end.index : end.index + 1] != "-")
    return end.line + 1, end.column + (0 if behind else 1)


def anchor_span(source: Source, event: NodeEvent, name: str) -> Span:
    """Return the span of a node's anchor."""
    offset = source.text.find("&", event.start_mark.index)
    line, column = _advance(source.text, event.start_mark, offset)
    return Span(source.path, line, column, line, column + 1 + len(name))


def tag_span(source: Source, event: NodeEvent) -> tuple[Span, str]:
    """Return the span and the text of a node's tag."""
    match = _TAG.search(source.text, event.start_mark.index)
    if match is None:
        return marked_span(source, event.start_mark, event.end_mark), "!"
    line, column = _advance(source.text, event.start_mark, match.start())
    return Span(source.path, line, column, line, column + len(match.group())), match.group()


def _advance(text: str, mark: Mark, offset: int) -> Place:
    """Return the place of an offset that lies at or after a mark, in time that does not depend on the mark."""
    first = mark.index
    newlines = text.count("\n", first, offset)
    breaks = newlines + text.count("\r", first, offset) - text.count("\r\n", first, offset)
    if not breaks:
        return mark.line + 1, mark.column + 1 + offset - first
    start = max(text.rfind("\n", first, offset), text.rfind("\r", first, offset)) + 1
    return mark.line + 1 + breaks, offset - start + 1
