"""What a document can get wrong beyond its syntax, and how each is said."""

from collections.abc import Iterable
from itertools import islice

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.frontend import tree as trees
from graphspec.frontend.source import LIMIT, Limits

SYNTAX = "GS101"
DUPLICATE_KEY = "GS104"
TAG = "GS105"
ALIAS = "GS106"
MERGE = "GS107"
SECOND_DOCUMENT = "GS109"
EMPTY = "GS110"
NOT_A_MAPPING = "GS111"
KEY = "GS112"
NUMBER = "GS113"
DIRECTIVE = "GS114"

MEND_TAG = "remove the tag, or quote the value if it is text"

_MOST = 100
_MOST_SHOWN = 8
_MOST_NAMES = 1000
_LONGEST_QUOTATION = 60


class ReadingStoppedError(Exception):
    """Ends the reading of a document; what is wrong with it was recorded."""


def quoted(text: str) -> str:
    """Return the user's text in double quotes, shortened to what fits a message."""
    first, *rest = text.split("\n", 1)
    if rest or len(first) > _LONGEST_QUOTATION:
        first = f"{first[:_LONGEST_QUOTATION]}..."
    return f'"{first}"'


def described(tree: trees.Tree) -> str:
    """Return what kind of thing a tree is, in a user's words."""
    if isinstance(tree, trees.Mapping):
        return "a mapping"
    if isinstance(tree, trees.Sequence):
        return "a list"
    return "null" if tree.value is None else quoted(tree.text)


def tag_message(text: str) -> str:
    """Return what is wrong with a tag."""
    return f"the tag {quoted(text)} is not allowed; tags are not part of the language"


class Mistakes:
    """Records the mistakes of one document; ``unknown`` says that part of its tree cannot be known."""

    def __init__(self, limits: Limits, diagnostics: Diagnostics) -> None:
        """Start with none."""
        self.unknown = False
        self._limits = limits
        self._diagnostics = diagnostics
        self._count = 0

    def too_many_nodes(self, span: Span) -> None:
        """Record that the document outgrew the limit of nodes, and stop."""
        message = f"the document holds more than {self._limits.yaml_nodes} YAML nodes, aliases expanded"
        self._diagnostics.error(LIMIT, message, span, help="raise the limit with --max-yaml-nodes")
        raise ReadingStoppedError

    def too_deep(self, span: Span) -> None:
        """Record that the document is nested past the limit, and stop."""
        message = f"the nesting is deeper than {self._limits.depth} levels, aliases expanded"
        self._diagnostics.error(LIMIT, message, span, help="raise the limit with --max-depth")
        raise ReadingStoppedError

    def duplicate_key(self, key: str, span: Span, first: Span) -> None:
        """Record a key that its mapping already has."""
        message = f"the key {quoted(key)} is given twice; expected once"
        related = [Related("it was given here first", first)]
        self._error(DUPLICATE_KEY, message, span, related=related, unknown=False)

    def duplicate_merge(self, span: Span, first: Span) -> None:
        """Record a second merge key."""
        message = 'the merge key "<<" is given twice; expected once'
        related = [Related("it was given here first", first)]
        self._error(DUPLICATE_KEY, message, span, help="merge several with <<: [*first, *second]", related=related)

    def bad_merge(self, value: trees.Tree) -> None:
        """Record a merge key over something that is no mapping."""
        other = "a list of others" if isinstance(value, trees.Sequence) and value.items else described(value)
        message = f'the merge key "<<" takes a mapping or a list of mappings, not {other}'
        self._error(MERGE, message, value.span, help="write <<: *name, where &name anchors a mapping")

    def no_key(self, text: str, span: Span) -> None:
        """Record a key that is empty or null."""
        if not text:
            self._error(KEY, "the key is empty; expected a name", span)
            return
        self._error(KEY, f"the key {quoted(text)} is null; expected a name", span, help=f"quote it: {quoted(text)}")

    def collection_key(self, key: trees.Tree, *, flow: bool) -> None:
        """Record a key that is a list or a mapping."""
        is_template = flow and isinstance(key, trees.Mapping)
        help_text = "a param is written $name or, in quotes, ${...}" if is_template else None
        self._error(KEY, f"a key cannot be {described(key)}; expected a name", key.span, help=help_text)

    def number(self, text: str, span: Span) -> None:
        """Record a number that no float holds."""
        message = f"the number {quoted(text)} cannot be represented; expected one within the range of a 64-bit float"
        self._error(NUMBER, message, span, help="quote it if it is text")

    def tag(self, text: str, span: Span) -> None:
        """Record a tag."""
        self._error(TAG, tag_message(text), span, help=MEND_TAG)

    def recursive_alias(self, name: str, span: Span, anchor: Span) -> None:
        """Record an alias inside the node that it names."""
        message = (
            f"the alias {quoted(f'*{name}')} stands inside the node that it repeats; expected one that is complete"
        )
        self._error(ALIAS, message, span, related=[Related("the anchor is here", anchor)])

    def undefined_alias(self, name: str, spans: list[Span], anchors: dict[str, Span]) -> None:
        """Record an alias that no anchor precedes, where ``anchors`` are those of the whole document."""
        span = spans[0]
        others = [Related("it is used here too", place) for place in spans[1:_MOST_SHOWN]]
        if name in anchors:
            message = f"the alias {quoted(f'*{name}')} stands before its anchor; expected the anchor first"
            self._error(ALIAS, message, span, related=[Related("the anchor is here", anchors[name]), *others])
            return
        # The latest anchors will do: a document may hold a million.
        nearest = did_you_mean(name, islice(reversed(anchors), _MOST_NAMES))
        message = f"undefined alias {quoted(f'*{name}')}{nearest or '; expected an anchor of this name before it'}"
        self._error(ALIAS, message, span, help="quote it if it is text", related=others)

    def no_space(self, key: str, span: Span, colon: int) -> None:
        """Record a key that swallowed its value, because nothing separates the two."""
        column = span.column + colon
        place = Span(span.path, span.line, column, span.line, column + 1)
        self._error(SYNTAX, f'missing space after ":"; expected {quoted(f"{key[:colon]}: ")}', place)

    def _error(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        help: str | None = None,  # noqa: A002 - the word that users read
        related: Iterable[Related] = (),
        unknown: bool = True,
    ) -> None:
        self._diagnostics.error(code, message, span, help=help, related=related)
        self.unknown = self.unknown or unknown
        self._count += 1
        if self._count >= _MOST:
            raise ReadingStoppedError
