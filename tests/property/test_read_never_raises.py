"""Laws of reading: it never raises, explains itself, and places everything inside the text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.read import read
from graphspec.frontend.source import Limits, Source, decode
from graphspec.frontend.tree import Mapping, Scalar, Sequence, Tree

LIMITS = Limits(depth=8, yaml_nodes=60)
INDICATORS = "[]{}:,-?&*!|>'\"%@`#\t\n\r ~=$"
STARTS = (
    "- ",
    ": ",
    "? ",
    "\n  ",
    "\n    ",
    "\r\n",
    "---\n",
    "...\n",
    "&a ",
    "*a",
    "<<: ",
    "!x ",
    "|-\n",
    "%YAML 1.2\n",
)
WORDS = ("key", "a", "b: ", "1e3", "010", "null", "${x}", "\\u", "\u0085", "\u2028", "é", "😀", "\ufeff")
PIECES = st.sampled_from([*INDICATORS, *STARTS, *WORDS])
YAML_LIKE = st.lists(PIECES, max_size=40).map("".join)


def spans(tree: Tree) -> list[Span]:
    if isinstance(tree, Scalar):
        return [tree.span]
    if isinstance(tree, Sequence):
        return [tree.span, *(span for item in tree.items for span in spans(item))]
    entries = tree.entries.values()
    return [tree.span, *(entry.span for entry in entries), *(span for entry in entries for span in spans(entry.value))]


def check(text: str) -> None:
    diagnostics = Diagnostics()
    tree = read(Source("spec.yaml", text), diagnostics, LIMITS)

    assert tree is None or isinstance(tree, Mapping)
    assert tree is not None or diagnostics.has_errors
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    placed = [diagnostic.span for diagnostic in diagnostics] + ([] if tree is None else spans(tree))
    for span in placed:
        assert (span.line, span.column) <= (span.end_line, span.end_column)
        assert 1 <= span.line <= span.end_line <= len(lines) + 1
        assert 1 <= span.column <= len([*lines, ""][span.line - 1]) + 1
    assert all(diagnostic.message and not diagnostic.message.startswith("syntax error") for diagnostic in diagnostics)


@settings(max_examples=500, deadline=None)
@given(YAML_LIKE)
def test_reading_what_looks_like_yaml_never_raises(text):
    check(text)


@settings(deadline=None)
@given(st.text())
def test_reading_text_never_raises(text):
    check(text)


@settings(deadline=None)
@given(st.binary())
def test_decoding_bytes_never_raises(data):
    diagnostics = Diagnostics()
    source = decode(data, "spec.yaml", LIMITS, diagnostics)

    assert (source is None) == diagnostics.has_errors
