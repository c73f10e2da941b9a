"""The events of one YAML document, composed into a tree.

Events rather than PyYAML's own nodes, because an alias then has a place of its own, and because nesting and expansion
are bounded before anything is built. Nothing here recurses.
"""

import re

import yaml

from graphspec.diagnostics.span import Span
from graphspec.frontend.event_places import (
    AliasEvent,
    CollectionEvent,
    DocumentEnd,
    Handler,
    MarkedEvent,
    NextEvent,
    NodeEvent,
    ScalarEvent,
    anchor_span,
    collection_start,
    marked_span,
    scalar_span,
    tag_span,
)
from graphspec.frontend.mistakes import Mistakes
from graphspec.frontend.scalars import NULLS, resolve
from graphspec.frontend.source import Limits, Source
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree

_MERGE_KEY = "<<"
_BLOCK_STYLES = ("|", ">")
_ODD_KEYS = NULLS | {_MERGE_KEY}
_NO_SPACE = re.compile(r"[^\s:]+(:)[\[{\"'$]")
_NO_SPACE_IN_FLOW = re.compile(r"[^\s:]+(:)(?!//)\S")
_COLON_AHEAD = re.compile(r"[ \t\r\n]*:")
# What makes a named tuple when it is called is a function in Python; this is what that calls.
_new = tuple.__new__


class _Anchor:
    """An anchored node; ``tree`` is None while it is still open."""

    __slots__ = ("height", "nodes", "span", "tree")

    def __init__(self, span: Span, tree: Tree | None = None) -> None:
        self.span = span
        self.tree = tree
        self.nodes = 1
        self.height = 0


# What is rare in a collection has its usual value on the class: a document opens very many, and few change it.
class _OpenList:
    """A list being read."""

    anchor: _Anchor | None = None
    nodes_before = 0
    height = 1
    last: Span | None = None

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.items: list[Tree] = []


class _OpenMapping:
    """A mapping being read; ``key`` is None where the entry is to be dropped or merged.

    ``may_be_glued`` says that the key may have swallowed its value, as in ``{a:1}``.
    """

    anchor: _Anchor | None = None
    nodes_before = 0
    height = 1
    last: Span | None = None
    wants_key = True
    key: str | None = None
    key_span: Span
    key_end: int
    may_be_glued = False
    merges = False
    merge_span: Span | None = None
    merged: tuple[Mapping, ...] = ()

    def __init__(self, line: int, column: int, *, flow: bool) -> None:
        self.line = line
        self.column = column
        self.flow = flow
        self.entries: dict[str, Entry] = {}


class Composer:
    """Builds the tree of one document out of its events."""

    def __init__(self, source: Source, limits: Limits, mistakes: Mistakes) -> None:
        """Start with the document open, as if it were a list, and nothing else."""
        self._source = source
        self._path = source.path
        self._most_nodes = limits.yaml_nodes
        self._most_levels = limits.depth
        self._mistakes = mistakes
        self._document = _OpenList(1, 1)
        self._frame: _OpenList | _OpenMapping = self._document
        self._around: list[_OpenList | _OpenMapping] = []
        self._anchors: dict[str, _Anchor] = {}
        self._undefined: list[tuple[str, Span]] = []
        self._nodes = 0

    def compose(self, next_event: NextEvent) -> tuple[Tree | None, DocumentEnd]:
        """Consume the events of a document; return its tree, None where part is unknown, and the last event."""
        # Not an attribute: the composer would hold itself by them, and the whole tree would live until it is searched.
        handlers: dict[type[yaml.Event], Handler] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
        }
        while (handler := handlers.get(type(event := next_event()))) is not None:
            handler(event)
        anchors = {name: anchor.span for name, anchor in self._anchors.items()}
        first: dict[str, list[Span]] = {}
        for name, span in self._undefined:
            first.setdefault(name, []).append(span)
        for name, spans in first.items():
            self._mistakes.undefined_alias(name, spans, anchors)
        return None if self._mistakes.unknown else self._document.items[0], event

    def _scalar(self, event: ScalarEvent) -> None:
        text, style, name, tag = event.value, event.style, event.anchor, event.tag
        end = event.end_mark
        if name is not None or tag is not None or style in _BLOCK_STYLES:
            span = scalar_span(self._source, event)
        else:
            start = event.start_mark
            span = _new(Span, (self._path, start.line + 1, start.column + 1, end.line + 1, end.column + 1))
        self._nodes += 1
        if self._nodes > self._most_nodes:
            self._mistakes.too_many_nodes(span)
        if tag is not None:
            self._tag(event)
        plain, leaf = not style, None
        if name is not None:
            leaf = self._leaf(text, span, plain)
            self._anchors[name] = _Anchor(anchor_span(self._source, event, name), leaf)
        frame = self._frame
        if isinstance(frame, _OpenList):
            frame.last = span
            frame.items.append(leaf or self._leaf(text, span, plain))
        elif frame.wants_key:
            frame.key_end = end.index
            self._key(frame, text, span, plain=plain)
        else:
            frame.last = span
            self._value(frame, leaf or self._leaf(text, span, plain))

    def _leaf(self, text: str, span: Span, plain: bool) -> Scalar:  # noqa: FBT001 - called for every value
        if not plain:
            return _new(Scalar, (text, span, text, False))
        try:
            return _new(Scalar, (resolve(text), span, text, True))
        except OverflowError:
            self._mistakes.number(text, span)
            return Scalar(text, span, text)

    def _alias(self, event: AliasEvent) -> None:
        span = marked_span(self._source, event.start_mark, event.end_mark)
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            self._undefined.append((event.anchor, span))
        elif anchor.tree is None:
            self._mistakes.recursive_alias(event.anchor, span, anchor.span)
        if anchor is None or anchor.tree is None:
            self._count(1, span)
            self._add_unknown(span)
            return
        self._count(anchor.nodes, span)
        if len(self._around) + anchor.height > self._most_levels:
            self._mistakes.too_deep(span)
        if isinstance(self._frame, _OpenMapping):
            self._frame.key_end = event.end_mark.index
        self._add(_placed(anchor.tree, span), anchor.height)

    def _start(self, event: CollectionEvent) -> None:
        line, column = collection_start(self._source, event)
        self._nodes += 1
        if self._nodes > self._most_nodes:
            self._mistakes.too_many_nodes(self._opening(line, column))
        if len(self._around) >= self._most_levels:
            self._mistakes.too_deep(self._opening(line, column))
        if event.tag is not None:
            self._tag(event)
        self._around.append(self._frame)
        if isinstance(event, yaml.SequenceStartEvent):
            self._frame = _OpenList(line, column)
        else:
            self._frame = _OpenMapping(line, column, flow=bool(event.flow_style))
        name = event.anchor
        if name is not None:
            self._frame.nodes_before = self._nodes - 1
            self._frame.anchor = self._anchors[name] = _Anchor(anchor_span(self._source, event, name))

    def _opening(self, line: int, column: int) -> Span:
        return Span(self._path, line, column, line, column + 1)

    def _end(self, event: MarkedEvent) -> None:
        frame = self._frame
        self._frame = self._around.pop()
        mark, line, column = event.end_mark, frame.line, frame.column
        if mark.index != event.start_mark.index:
            span = _new(Span, (self._path, line, column, mark.line + 1, mark.column + 1))
        else:
            last = frame.last or self._opening(line, column)
            span = _new(Span, (self._path, line, column, last.end_line, last.end_column))
        tree: Tree
        if isinstance(frame, _OpenList):
            tree = Sequence(tuple(frame.items), span)
        else:
            if frame.merged:
                _merge(frame)
            tree = Mapping(frame.entries, span)
        if frame.anchor is not None:
            frame.anchor.tree = tree
            frame.anchor.nodes = self._nodes - frame.nodes_before
            frame.anchor.height = frame.height
        self._add(tree, frame.height)

    def _add(self, tree: Tree, height: int) -> None:
        """Give a finished node to the collection that is open around it."""
        frame = self._frame
        frame.last = tree.span
        if height >= frame.height:
            frame.height = height + 1
        if isinstance(frame, _OpenList):
            frame.items.append(tree)
        elif frame.wants_key:
            self._tree_as_key(frame, tree)
        else:
            self._value(frame, tree)

    def _add_unknown(self, span: Span) -> None:
        """Stand in for a node that is reported; the document is dropped in the end."""
        self._mistakes.unknown = True
        frame = self._frame
        if isinstance(frame, _OpenList):
            return
        frame.last = span
        frame.key = None
        frame.merges = False
        frame.wants_key = not frame.wants_key

    def _tree_as_key(self, frame: _OpenMapping, tree: Tree) -> None:
        if isinstance(tree, Scalar):
            self._key(frame, tree.text, tree.span, plain=tree.plain and tree.text != _MERGE_KEY)
            return
        self._mistakes.collection_key(tree, flow=frame.flow)
        frame.wants_key = False
        frame.key = None

    def _key(self, frame: _OpenMapping, text: str, span: Span, *, plain: bool) -> None:
        frame.wants_key = False
        frame.last = span
        frame.key = None
        if plain and (":" in text or text in _ODD_KEYS):
            self._odd_key(frame, text, span)
        elif text in frame.entries:
            self._duplicate_key(frame, text, span)
        elif not text:
            self._mistakes.no_key(text, span)
        else:
            frame.key = text
            frame.key_span = span

    def _duplicate_key(self, frame: _OpenMapping, text: str, span: Span) -> None:
        first = frame.entries[text]
        self._mistakes.duplicate_key(text, span, first.span)
        if _is_empty(first.value):
            frame.key = text
            frame.key_span = span

    def _odd_key(self, frame: _OpenMapping, text: str, span: Span) -> None:
        """Take a plain key that may mean something else."""
        if text == _MERGE_KEY:
            self._merge_key(frame, span)
        elif text in NULLS:
            self._mistakes.no_key(text, span)
        elif text in frame.entries:
            self._duplicate_key(frame, text, span)
        elif match := _NO_SPACE.match(text):
            self._mistakes.no_space(text, span, match.start(1))
        else:
            frame.key = text
            frame.key_span = span
            frame.may_be_glued = frame.flow

    def _merge_key(self, frame: _OpenMapping, span: Span) -> None:
        if frame.merge_span is not None:
            self._mistakes.duplicate_merge(span, frame.merge_span)
            return
        frame.merge_span = span
        frame.merges = True

    def _value(self, frame: _OpenMapping, tree: Tree) -> None:
        frame.wants_key = True
        if frame.merges:
            frame.merges = False
            self._merge_value(frame, tree)
            return
        key = frame.key
        if key is None or (frame.may_be_glued and self._is_glued(frame, key, tree)):
            return
        frame.entries[key] = _new(Entry, (key, frame.key_span, tree))

    def _is_glued(self, frame: _OpenMapping, key: str, tree: Tree) -> bool:
        """Say whether a key has swallowed its value, and report it."""
        frame.may_be_glued = False
        match = _NO_SPACE_IN_FLOW.match(key) if self._lacks_value(frame, tree) else None
        if match is not None:
            self._mistakes.no_space(key, frame.key_span, match.start(1))
        return match is not None

    def _lacks_value(self, frame: _OpenMapping, tree: Tree) -> bool:
        if not isinstance(tree, Scalar) or tree.text or not tree.plain:
            return False
        return _COLON_AHEAD.match(self._source.text, frame.key_end) is None

    def _merge_value(self, frame: _OpenMapping, tree: Tree) -> None:
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        frame.merged += tuple(item for item in items if isinstance(item, Mapping))
        wrong = [item for item in items if not isinstance(item, Mapping)]
        if wrong:
            self._mistakes.bad_merge(wrong[0] if len(wrong) == 1 else tree)

    def _tag(self, event: NodeEvent) -> None:
        span, text = tag_span(self._source, event)
        self._mistakes.tag(text, span)

    def _count(self, nodes: int, span: Span) -> None:
        self._nodes += nodes
        if self._nodes > self._most_nodes:
            self._mistakes.too_many_nodes(span)


def _placed(tree: Tree, span: Span) -> Tree:
    if isinstance(tree, Scalar):
        return Scalar(tree.value, span, tree.text, tree.plain)
    return Sequence(tree.items, span) if isinstance(tree, Sequence) else Mapping(tree.entries, span)


def _merge(frame: _OpenMapping) -> None:
    """Add the merged entries that the mapping does not have itself, the earlier mapping's first.

    The key of an entry that came through an alias stands where it was merged in, since a name that is wrong here may
    be right elsewhere; its value stays at the anchor, where it would be corrected.
    """
    for mapping in frame.merged:
        span = mapping.span
        for key, entry in mapping.entries.items():
            if key in frame.entries:
                continue
            inside = (span.line, span.column) <= (entry.span.line, entry.span.column) < (span.end_line, span.end_column)
            frame.entries[key] = entry if inside else Entry(key, span, entry.value)


def _is_empty(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and not tree.text
