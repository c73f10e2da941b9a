"""Laws of writing: what is written reads back as the same value, and looks the same every time."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.frontend.read import read
from graphspec.frontend.source import Source
from graphspec.frontend.tree import plain
from graphspec.frontend.write import write

WORDS = st.sampled_from([
    "", " ", "~", "null", "Null", "true", "FALSE", "yes", "No", "on", "OFF", "y", "1", "010", "0x10", "0o17", "1e3",
    ".5", "-.inf", ".nan", "1:30", "2024-01-31", "1_000", "<<", "=", "-", "- a", "?", "? a", ":", "a: b", "a:b", "a #b",
    "#", "&a", "*a", "!x", "|", ">", "'", '"', "it's", 'say "no"', "a\\b", "%YAML", "@", "`", "{", "}", "[x]", "a, b",
    "${x}", "$x", "---", "...", "--- a", "a\nb", "\n", "a\r\nb", "\t", "a ", " a", "\x00", "\x07", "\x7f", "\x85",
    "\u2028", "\u2029", "\ufeff", "\ufffe", "é", "日本", "😀", "x" * 130, "a " * 80, "mu + ops.exp(v) * eps",
    "x[:, -1]", "One, two and three.", "a, b: c", "a, ",
    "graphspec", "models", "nodes", "1e999", "1" * 400, "-0", "+1", "1.", "e3", "a.b-c",
])  # fmt: skip
TEXTS = WORDS | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FLOATS = st.floats(allow_nan=False)
INTEGERS = st.integers() | st.integers(-(10**300), 10**300)
SCALARS = st.none() | st.booleans() | INTEGERS | FLOATS | TEXTS
KEYS = TEXTS.filter(bool)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))
BODIES = st.dictionaries(st.sampled_from(["models", "nodes", "inputs", "layers", "dtype"]) | KEYS, VALUES, max_size=5)


def read_back(text: str) -> object:
    diagnostics = Diagnostics()
    tree = read(Source("spec.yaml", text), diagnostics)
    assert tree is not None, (text, list(diagnostics))
    return plain(tree)


def typed(value: object) -> object:
    """Return a value in which 1, 1.0 and true differ, and so do 0.0 and -0.0, as they do not to Python."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return [typed(item) for item in value] if isinstance(value, list) else (type(value), repr(value))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5) | st.fixed_dictionaries({"models": BODIES, "nodes": BODIES}))
@example({"k" * 1000: 1, "a": {"k k" * 300: [{"k" * 1000: {}}]}})
@example({"a": list(range(200)), "b": [[0.1] * 40, [], [[1] * 60]], "c": {"d": ["x" * 90, {"e": "x" * 90}]}})
def test_what_is_written_reads_back_the_same(value):
    text = write(value)

    assert typed(read_back(text)) == typed(value)
    assert "\n\n" not in text
    assert write(read_back(text)) == text
