"""Reading: what YAML means, where it stands, and what is said of a text that cannot be read."""

import math
import os
from pathlib import Path

import pytest

from graphspec.diagnostics.diagnostic import Diagnostic, Diagnostics
from graphspec.frontend import read as reading
from graphspec.frontend.read import read
from graphspec.frontend.source import Limits, Source, decode, load_source
from graphspec.frontend.tree import Mapping, Scalar, Sequence, Tree, plain

DEFAULT = Limits()


def outcome(text: str, limits: Limits = DEFAULT) -> tuple[Mapping | None, tuple[Diagnostic, ...]]:
    diagnostics = Diagnostics()
    tree = read(Source("spec.yaml", text), diagnostics, limits)
    return tree, diagnostics.sorted()


def read_well(text: str) -> Mapping:
    tree, diagnostics = outcome(text)
    assert diagnostics == ()
    assert tree is not None
    return tree


def shown(diagnostic: Diagnostic) -> tuple[str, str, str]:
    return diagnostic.code, place(diagnostic), diagnostic.message


def place(placed: Diagnostic | Tree) -> str:
    span = placed.span
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def at(tree: Tree, *path: str | int) -> Tree:
    for step in path:
        if isinstance(tree, Mapping):
            tree = tree.entries[str(step)].value
        elif isinstance(tree, Sequence):
            tree = tree.items[int(step)]
    return tree


SCALARS = {
    "empty is null": ("", None),
    "tilde is null": ("~", None),
    "null": ("null", None),
    "Null": ("Null", None),
    "NULL": ("NULL", None),
    "nULL is text": ("nULL", "nULL"),
    "None is text": ("None", "None"),
    "true": ("true", True),
    "True": ("True", True),
    "TRUE": ("TRUE", True),
    "tRUE is text": ("tRUE", "tRUE"),
    "false": ("false", False),
    "False": ("False", False),
    "FALSE": ("FALSE", False),
    "yes is text": ("yes", "yes"),
    "no is text": ("no", "no"),
    "on is text": ("on", "on"),
    "off is text": ("off", "off"),
    "y is text": ("y", "y"),
    "integer": ("12", 12),
    "signed integer": ("-12", -12),
    "plus sign": ("+12", 12),
    "leading zero is ten": ("010", 10),
    "eight after a zero": ("08", 8),
    "octal": ("0o17", 15),
    "signed octal is text": ("-0o17", "-0o17"),
    "octal with an eight is text": ("0o18", "0o18"),
    "hexadecimal": ("0x10", 16),
    "upper hexadecimal": ("0xFf", 255),
    "upper X is text": ("0X10", "0X10"),
    "binary is text": ("0b101", "0b101"),
    "underscores are text": ("1_000_000", "1_000_000"),
    "sexagesimal is text": ("1:30", "1:30"),
    "long sexagesimal is text": ("190:20:30", "190:20:30"),
    "date is text": ("2001-01-01", "2001-01-01"),
    "exponent": ("1e-3", 0.001),
    "exponent without a sign": ("1e3", 1000.0),
    "upper exponent": ("5E-4", 0.0005),
    "signed exponent": ("-1e+4", -10000.0),
    "no digit before the point": (".5", 0.5),
    "signed without a digit": ("+.5", 0.5),
    "no digit after the point": ("1.", 1.0),
    "point alone is text": (".", "."),
    "sign alone is text": ("+", "+"),
    "two points are text": ("1.2.3", "1.2.3"),
    "infinity": (".inf", math.inf),
    "negative infinity": ("-.INF", -math.inf),
    "plus infinity": ("+.Inf", math.inf),
    "infinity without a point is text": ("inf", "inf"),
    "nan without a point is text": ("nan", "nan"),
    "arabic digits are text": ("١٢", "١٢"),
    "largest integers": ("1" + "0" * 308, 10**308),
    "leading zeros do not count": ("0" * 5000 + "7", 7),
    "zero to a tiny power": ("0e-999", 0.0),
    "equals sign": ("=", "="),
    "merge sign": ("<<", "<<"),
    "double quoted": ('"1"', "1"),
    "single quoted": ("'null'", "null"),
    "empty quotes": ("''", ""),
    "escapes": (r'"\t\u00e9\x41\N"', "\té\x41\x85"),
    "literal block": ("|\n  1\n", "1\n"),
    "folded block": (">-\n  1\n  2\n", "1 2"),
    "block with an indentation": ("|2-\n    x\n", "  x"),
    "block that keeps": ("|+\n  x\n\n", "x\n\n"),
    "several lines": ("one\n  two\n\n  three", "one two\nthree"),
    "several quoted lines": ("'one\n  two'", "one two"),
    "colon inside": ("a:b", "a:b"),
    "address": ("https://x.org/#y", "https://x.org/#y"),
    "hash without a space": ("a#b", "a#b"),
    "placeholder": ("${width * 2}", "${width * 2}"),
    "emoji": ("😀", "😀"),
    "combining character": ("e\u0301", "e\u0301"),
    "next line is text": ("a\u0085b", "a\u0085b"),
    "line separator is text": ("a\u2028b", "a\u2028b"),
    "paragraph separator in quotes": ("'a\u2029b'", "a\u2029b"),
}


@pytest.mark.parametrize(("written", "value"), SCALARS.values(), ids=SCALARS)
def test_a_scalar_means_what_the_core_schema_says(written, value):
    leaf = read_well(f"a: {written}").get("a")

    assert isinstance(leaf, Scalar)
    assert leaf.value == value
    assert type(leaf.value) is type(value)


@pytest.mark.parametrize("written", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_a_float(written):
    leaf = read_well(f"a: {written}").get("a")

    assert isinstance(leaf, Scalar)
    assert isinstance(leaf.value, float)
    assert math.isnan(leaf.value)


def test_a_scalar_keeps_its_text_and_whether_it_was_plain():
    tree = read_well("a: 0x10\nb: '0x10'\nc: |-\n  0x10\n")

    leaves = [tree.get(key) for key in "abc"]
    assert [(leaf.text, leaf.plain) for leaf in leaves if isinstance(leaf, Scalar)] == [
        ("0x10", True),
        ("0x10", False),
        ("0x10", False),
    ]


DOCUMENTS = {
    "keys are text": ("1: a\non: b\ntrue: c\n1e3: d\n", {"1": "a", "on": "b", "true": "c", "1e3": "d"}),
    "quoted keys": ("'null': 1\n\"a b\": 2\n", {"null": 1, "a b": 2}),
    "key before a blank": ("a : 1", {"a": 1}),
    "explicit keys": ("? a\n: 1\n? b\n", {"a": 1, "b": None}),
    "empty collections": ("a: []\nb: {}\n", {"a": [], "b": {}}),
    "key alone in braces": ("a: {b}\n", {"a": {"b": None}}),
    "key with an empty value": ("a: {b: , c: }\n", {"a": {"b": None, "c": None}}),
    "quoted key without a space": ('a: {"b":1}\n', {"a": {"b": 1}}),
    "colon in a key": ("a: {b:c: 1, http://x: 2}\n", {"a": {"b:c": 1, "http://x": 2}}),
    "trailing comma": ("a: [1, 2,]\n", {"a": [1, 2]}),
    "pair in a list": ("a: [b: 1]\n", {"a": [{"b": 1}]}),
    "json": ('{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}),
    "list at its key's column": ("a:\n- 1\n- 2\n", {"a": [1, 2]}),
    "tabs between tokens": ("a:\t1\t# comment\n", {"a": 1}),
    "tab inside braces": ("a: {b: 1,\n\tc: 2}\n", {"a": {"b": 1, "c": 2}}),
    "trailing blanks and tabs": ("a: 1   \nb: 2\t\n", {"a": 1, "b": 2}),
    "windows line ends": ("a: 1\r\nb:\r\n  - 2\r\n", {"a": 1, "b": [2]}),
    "old line ends": ("a: 1\rb:\r  - 2\r", {"a": 1, "b": [2]}),
    "no line end": ("a: 1", {"a": 1}),
    "document marks": ("--- # start\na: 1\n...\n# end\n", {"a": 1}),
    "end marked twice": ("a: 1\n...\n...\n", {"a": 1}),
    "version": ("# spec\n%YAML 1.2 # new\n---\na: 1\n", {"a": 1}),
    "anchors and aliases": ("a: &x 1\nb: [*x, *x]\n", {"a": 1, "b": [1, 1]}),
    "anchor on a key": ("&k a: 1\nb: *k\n", {"a": 1, "b": "a"}),
    "alias as a key": ("a: &k b\n*k : 2\n", {"a": "b", "b": 2}),
    "anchor on nothing": ("a: &x\nb: *x\n", {"a": None, "b": None}),
    "anchor given again": ("a: &x 1\nb: &x 2\nc: *x\n", {"a": 1, "b": 2, "c": 2}),
    "anchor given again inside": ("a: &x [&x 1, *x]\nb: *x\n", {"a": [1, 1], "b": 1}),
    "merge": ("a: &x {k: 1}\nb: {<<: *x, j: 2}\n", {"a": {"k": 1}, "b": {"j": 2, "k": 1}}),
    "own key wins over a merge": ("a: &x {k: 1}\nb: {k: 2, <<: *x}\n", {"a": {"k": 1}, "b": {"k": 2}}),
    "first merge wins": (
        "a: &x {k: 1}\nb: &y {k: 2, j: 3}\nc: {<<: [*x, *y]}\n",
        {"a": {"k": 1}, "b": {"k": 2, "j": 3}, "c": {"k": 1, "j": 3}},
    ),
    "merge of a merge": ("a: &x {k: 1}\nb: &y {<<: *x}\nc: {<<: *y}\n", {"a": {"k": 1}, "b": {"k": 1}, "c": {"k": 1}}),
    "merge in place": ("<<: {a: 1}\nb: 2\n", {"b": 2, "a": 1}),
    "quoted merge sign is a key": ("a: {'<<': 1}\n", {"a": {"<<": 1}}),
    "next line in a key": ("a\u0085: 1\n", {"a\u0085": 1}),
}


@pytest.mark.parametrize(("text", "value"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_read(text, value):
    assert plain(read_well(text)) == value


SPANS = {
    "plain": ("a: bc\n", ("a",), "1:4-1:6"),
    "quoted": ("a: 'b c' # d\n", ("a",), "1:4-1:9"),
    "empty": ("a:   # nothing\n", ("a",), "1:3-1:3"),
    "emoji counts as one": ("a: {😀: b}\n", ("a", "😀"), "1:8-1:9"),
    "combining characters count": ("a: [e\u0301, b]\n", ("a", 1), "1:9-1:10"),
    "several lines": ("a: b\n  c  \n\nd: 1\n", ("a",), "1:4-2:4"),
    "block scalar": ("a: |\n  b\n  c\n\n\n# d\ne: 1\n", ("a",), "1:4-3:4"),
    "block scalar, windows line ends": ("a: |\r\n  b\r\n\r\ne: 1\r\n", ("a",), "1:4-2:4"),
    "block mapping": ("a:\n  b: 1\n  c: 2  # d\n\ne: 1\n", ("a",), "2:3-3:7"),
    "block list": ("a:\n  - 1\n  - [2]\n\n\ne: 1\n", ("a",), "2:3-3:8"),
    "list at its key's column": ("a:\n- 1\nb: 1\n", ("a",), "2:1-2:4"),
    "block ending in nothing": ("a:\n  b:\n\n\nc: 1\n", ("a",), "2:3-2:5"),
    "braces": ("a: { b: 1 } # c\n", ("a",), "1:4-1:12"),
    "braces over lines": ("a: {b: 1,\n  c: 2\n}\n", ("a",), "1:4-3:2"),
    "pair in a list": ("a: [b: 1 , c]\n", ("a", 0), "1:5-1:9"),
    "anchored scalar": ("a: &x  bc\n", ("a",), "1:8-1:10"),
    "anchored on the line above": ("a: &x # d\n\n  bc\n", ("a",), "3:3-3:5"),
    "anchored nothing": ("a: &x\nb: 1\n", ("a",), "1:4-1:6"),
    "anchored braces": ("a: &x {b: 1}\n", ("a",), "1:7-1:13"),
    "anchored block mapping": ("a: &x # d\n  b: 1\n", ("a",), "2:3-2:7"),
    "anchored block list": ("a: &x\n  - - 1\n", ("a",), "2:3-2:8"),
    "anchored list at its key's column": ("a: &x\n- 1\n", ("a",), "2:1-2:4"),
    "anchored block scalar": ("a: &x |\n  b\n\n", ("a",), "1:7-2:4"),
    "alias": ("a: &x [1]\nb: *x\n", ("b",), "2:4-2:6"),
    "inside an alias": ("a: &x [1]\nb: *x\n", ("b", 0), "1:8-1:9"),
    "merged value": ("a: &x {k: 1}\nb: {<<: *x}\n", ("b", "k"), "1:11-1:12"),
    "whole document": ("# c\na: 1\nb: 2\n\n# d\n", (), "2:1-3:5"),
    "old line ends": ("a: 1\rb: 2\r", ("b",), "2:4-2:5"),
    "next line does not end a line": ("a: 'x\u0085\u2028y'\nb: 2\n", ("b",), "2:4-2:5"),
}


@pytest.mark.parametrize(("text", "path", "expected"), SPANS.values(), ids=SPANS)
def test_a_span_covers_what_is_written(text, path, expected):
    assert place(at(read_well(text), *path)) == expected


def test_a_merged_key_stands_where_it_is_merged_in():
    tree = read_well("a: &x {k: 1}\nb:\n  <<: *x\n  j: 2\nc: {<<: {i: 3}}\n")

    merged, inline = tree.get("b"), tree.get("c")
    assert isinstance(merged, Mapping)
    assert isinstance(inline, Mapping)
    assert (merged.entries["k"].span.line, merged.entries["k"].span.column) == (3, 7)
    assert (merged.entries["j"].span.line, merged.entries["j"].span.column) == (4, 3)
    assert (inline.entries["i"].span.line, inline.entries["i"].span.column) == (5, 10)


TAG = "is not allowed; tags are not part of the language"
PLAIN_COLON = 'a plain value cannot contain ": "; quote it'
REPRESENTED = "cannot be represented; expected one within the range of a 64-bit float"
COMMA = "a comma separates values inside [...] and {...} alone"
SECOND = "a second document starts here; expected one document in a file"

MISTAKES = {
    # Syntax, colons and commas.
    "colon in a value": ("a: b: c\n", "GS101", "1:5-1:6", PLAIN_COLON),
    "colon in a value in braces": ("a: {x: y: z}\n", "GS101", "1:9-1:10", PLAIN_COLON),
    "colon after a quoted value": (
        "a: 'b': c\n",
        "GS101",
        "1:7-1:8",
        'unexpected ":" after the value; expected the end of the line',
    ),
    "no space after a colon": ("a:b\nc: d\n", "GS101", "1:2-1:3", 'missing space after ":"; expected "a: "'),
    "no space later": ("a: 1\nb:2\nc: 3\n", "GS101", "2:2-2:3", 'missing space after ":"; expected "b: "'),
    "no space in braces": (
        "a: {units:10, b: 1}\n",
        "GS101",
        "1:10-1:11",
        'missing space after ":"; expected "units: "',
    ),
    "no space before braces": ("a:{b: 1}\n", "GS101", "1:2-1:3", 'missing space after ":"; expected "a: "'),
    "no space before a brace, empty": ("a: {b, c:}\n", "GS101", "1:9-1:10", 'missing space after ":"; expected "c: "'),
    "no colon": ("a: 1\nkey\nb: 2\n", "GS101", "2:1-2:4", 'missing ":" after "key"; expected "key:"'),
    "no colon at first": ("key\nb: 2\n", "GS101", "1:1-1:4", 'missing ":" after "key"; expected "key:"'),
    "no comma": (
        "a: {b: {c: 1} from: x}\n",
        "GS101",
        "1:15-1:20",
        'missing "," before "from:"; expected "," or "}"',
    ),
    "no comma at a line's end": (
        "a: {b: 1\n  c: 2}\n",
        "GS101",
        "2:3-2:4",
        'missing "," before "c"; expected "," at the end of the line above',
    ),
    "comma after braces": (
        "- Dense: {units: 3}, name: a\n",
        "GS101",
        "1:20-1:21",
        f'unexpected "," after "}}"; {COMMA}',
    ),
    "comma after the document": ("{a: 1}, b: 2\n", "GS101", "1:7-1:8", f'unexpected "," after "}}"; {COMMA}'),
    "comma after quotes": ('a: "b", c\n', "GS101", "1:7-1:8", f'unexpected "," after the closing quote; {COMMA}'),
    "comma alone": ("a: [,]\n", "GS101", "1:5-1:6", 'unexpected ","; expected a value before it'),
    "colon alone": (": 1\n", "GS101", "1:1-1:2", 'unexpected ":"; expected a key'),
    "long key": (f"{'x' * 1100}: 1\n", "GS101", "1:1-1:1101", "a key cannot be longer than 1024 characters"),
    "key over two lines": (
        "'a\nb': 1\n",
        "GS101",
        "2:3-2:4",
        'unexpected ":"; expected a key before it on one line',
    ),
    # Syntax, brackets.
    "unclosed bracket": ("a:\n  b: [1, 2\nc: 3\n", "GS101", "2:6-2:7", 'unclosed "[" opened at line 2; expected "]"'),
    "unclosed brace": ("a: {b: {c: 1}\nd: 2\n", "GS101", "1:4-1:5", 'unclosed "{" opened at line 1; expected "}"'),
    "unclosed brace before an item": (
        "a:\n  - {x: 1\n  - {y: 2}\n",
        "GS101",
        "2:5-2:6",
        'unclosed "{" opened at line 2; expected "}"',
    ),
    "unclosed at the end": ("a: [1, 2", "GS101", "1:4-1:5", 'unclosed "[" opened at line 1; expected "]"'),
    "unclosed after a comma": ("a: {b: [1,\n", "GS101", "1:8-1:9", 'unclosed "[" opened at line 1; expected "]"'),
    "unclosed, old line ends": ("a: 1\rb: {\r", "GS101", "2:4-2:5", 'unclosed "{" opened at line 2; expected "}"'),
    "wrong closing": ("a: {b: [1, 2}\n", "GS101", "1:13-1:14", 'expected "]" to close "[", found "}"'),
    "one closing too many": (
        "a: [b]]\n",
        "GS101",
        "1:7-1:8",
        'unexpected "]"; expected the end of the line, as nothing is open',
    ),
    "closing alone": ("a: }\n", "GS101", "1:4-1:5", 'unexpected "}"; expected a value before it'),
    "placeholder in braces": (
        "a: {u: ${width * 2}}\n",
        "GS101",
        "1:8-1:20",
        '"${width * 2}" must be quoted inside [...] and {...}',
    ),
    "placeholder in brackets": ("a: [${x}, 1]\n", "GS101", "1:5-1:9", '"${x}" must be quoted inside [...] and {...}'),
    # Syntax, quotes and first characters.
    "unclosed double quote": (
        'a: "x\nb: 3\n',
        "GS101",
        "1:4-1:5",
        'unclosed double quote; expected another " to end the text',
    ),
    "unclosed single quote": (
        "a: ['x]\n",
        "GS101",
        "1:5-1:6",
        "unclosed single quote; expected another ' to end the text",
    ),
    "text after quotes": (
        "a: 'it's'\n",
        "GS101",
        "1:8-1:10",
        'unexpected "s\'" after the value; expected the end of the line',
    ),
    "text after brackets": (
        "a: [1] 2\n",
        "GS101",
        "1:8-1:9",
        'unexpected "2" after the value; expected the end of the line',
    ),
    "unknown escape": (r'a: "\d+"', "GS101", "1:5-1:7", r'"\d" is not an escape that YAML knows'),
    "bad hexadecimal escape": (r'a: "\xzz"', "GS101", "1:5-1:7", r'"\x" is not an escape that YAML knows'),
    "at sign": ("a: @x\n", "GS101", "1:4-1:5", 'a plain value cannot start with "@"; quote it'),
    "backtick": ("a: `x`\n", "GS101", "1:4-1:5", 'a plain value cannot start with "`"; quote it'),
    "percent sign": ("a: %x\n", "GS101", "1:4-1:5", 'a plain value cannot start with "%"; quote it'),
    "percent sign on a key": ("a: 1\n%b: 2\n", "GS101", "2:1-2:2", 'a plain value cannot start with "%"; quote it'),
    "percent sign at first": ("%b: 2\n", "GS101", "1:1-1:2", 'a plain value cannot start with "%"; quote it'),
    "question mark": ("a: ? b\n", "GS101", "1:4-1:5", 'a plain value cannot start with "? "; quote it'),
    "star alone": (
        "a: *.py\n",
        "GS101",
        "1:4-1:5",
        '"*" starts an alias; expected a name of letters, digits, "_" and "-"',
    ),
    "ampersand alone": (
        "a: & b\n",
        "GS101",
        "1:4-1:5",
        '"&" starts an anchor; expected a name of letters, digits, "_" and "-"',
    ),
    "two anchors": (
        "a: &x &y 1\n",
        "GS101",
        "1:7-1:9",
        'unexpected "&y" after the value; expected the end of the line',
    ),
    "text after a block sign": (
        "a: |x\n  b\n",
        "GS101",
        "1:5-1:6",
        'unexpected "x" after "|"; expected the text on the lines below',
    ),
    "block of no indentation": ("a: |0\n  b\n", "GS101", "1:5-1:6", '"|" takes an indentation of 1 to 9, not 0'),
    # Syntax, indentation.
    "tab": ("a:\n\tb: 1\n", "GS101", "2:1-2:2", "a tab cannot indent a line; expected spaces"),
    "tab after spaces": ("a:\n  \tb: 1\n", "GS101", "2:3-2:4", "a tab cannot indent a line; expected spaces"),
    "tab later": ("a:\n  b: 1\n\tc: 2\n", "GS101", "3:1-3:2", "a tab cannot indent a line; expected spaces"),
    "tab in a block": ("a: |\n\tx\n", "GS101", "2:1-2:2", "a tab cannot indent a line; expected spaces"),
    "tab after a dash": ("-\ta\n", "GS101", "1:2-1:3", "a tab cannot stand here; expected a space"),
    "too deep": (
        "a:\n  b: 1\n    c: 2\n",
        "GS101",
        "3:5-3:6",
        'indentation: "c" is indented under "b", which already has a value',
    ),
    "between two levels": (
        "a:\n    b: 1\n  c: 2\n",
        "GS101",
        "3:3-3:4",
        'indentation: "c" stands at column 3; expected column 1 or 5',
    ),
    "item between two levels": (
        "a:\n  - b\n - c\n",
        "GS101",
        "3:2-3:3",
        'indentation: "-" stands at column 2; expected column 1 or 3',
    ),
    "key among items": ("a:\n  - b\n  c: d\n", "GS101", "3:3-3:4", 'unexpected "c"; expected a list item ("- ")'),
    "item among keys": ("a: 1\n- b\n", "GS101", "2:1-2:2", 'unexpected "-"; expected a key'),
    "item on its key's line": (
        "a: - b\n",
        "GS101",
        "1:4-1:5",
        "a list item cannot start on the line of its key; expected it on a line of its own",
    ),
    "emoji before the fault": ("😀: 😀 b: c\n", "GS101", "1:7-1:8", PLAIN_COLON),
    # Characters.
    "NUL": (
        "a: \x00",
        "GS103",
        "1:4-1:5",
        "the file holds a NUL character, so it is binary or UTF-16; expected UTF-8 text",
    ),
    "control character": ("a:\r\n- \x07", "GS103", "2:3-2:4", "control character U+0007 is not allowed; expected text"),
    "surrogate": ("a: \ud800", "GS103", "1:4-1:5", "character U+D800 is not allowed; expected text"),
    "byte order mark inside": (
        "a: \ufeff",
        "GS103",
        "1:4-1:5",
        "a byte order mark (U+FEFF) stands inside the text; it may only start the file",
    ),
    # Keys, tags, aliases and merges.
    "duplicate key": ("a: 1\nb: 2\n'a': 3\n", "GS104", "3:1-3:4", 'the key "a" is given twice; expected once'),
    "duplicate in braces": ("a: {b: 1, b: 2}\n", "GS104", "1:11-1:12", 'the key "b" is given twice; expected once'),
    "duplicate merge key": (
        "a: {<<: {b: 1}, <<: {c: 1}}\n",
        "GS104",
        "1:17-1:19",
        'the merge key "<<" is given twice; expected once',
    ),
    "python tag": (
        "a: !!python/object:os.system x\n",
        "GS105",
        "1:4-1:29",
        f'the tag "!!python/object:os.system" {TAG}',
    ),
    "own tag": ("a: &x !Foo {b: 1}\n", "GS105", "1:7-1:11", f'the tag "!Foo" {TAG}'),
    "core tag": ("a: !!str 5\n", "GS105", "1:4-1:9", f'the tag "!!str" {TAG}'),
    "bare tag": ("a: ! 5\n", "GS105", "1:4-1:5", f'the tag "!" {TAG}'),
    "tag by address": ("a: !<x:y> 5\n", "GS105", "1:4-1:10", f'the tag "!<x:y>" {TAG}'),
    "tag of an unknown kind": ("a: !e!x b\n", "GS105", "1:4-1:8", f'the tag "!e!x" {TAG}'),
    "tag on a key": ("!x a: 1\n", "GS105", "1:1-1:3", f'the tag "!x" {TAG}'),
    "tag directive": ("%TAG ! x\n---\na: 1\n", "GS105", "1:1-1:9", f'the tag "%TAG ! x" {TAG}'),
    "undefined alias": (
        "a: *x\n",
        "GS106",
        "1:4-1:6",
        'undefined alias "*x"; expected an anchor of this name before it',
    ),
    "misspelt alias": (
        "a: &filters 1\nb: *filter\n",
        "GS106",
        "2:4-2:11",
        'undefined alias "*filter"; did you mean "filters"?',
    ),
    "alias as an unknown key": (
        "*x : 1\n",
        "GS106",
        "1:1-1:3",
        'undefined alias "*x"; expected an anchor of this name before it',
    ),
    "alias too early": (
        "a: *x\nb: &x 1\n",
        "GS106",
        "1:4-1:6",
        'the alias "*x" stands before its anchor; expected the anchor first',
    ),
    "recursive alias": (
        "a: &x {b: [*x]}\n",
        "GS106",
        "1:12-1:14",
        'the alias "*x" stands inside the node that it repeats; expected one that is complete',
    ),
    "merge of a number": (
        "a: {<<: 3}\n",
        "GS107",
        "1:9-1:10",
        'the merge key "<<" takes a mapping or a list of mappings, not "3"',
    ),
    "merge of a list with a list": (
        "a:\n  <<: [{b: 1}, []]\n",
        "GS107",
        "2:16-2:18",
        'the merge key "<<" takes a mapping or a list of mappings, not a list',
    ),
    "merge of nothing": (
        "a: {<<: }\n",
        "GS107",
        "1:9-1:9",
        'the merge key "<<" takes a mapping or a list of mappings, not null',
    ),
    # Documents.
    "two documents": ("a: 1\n---\nb: 2\n", "GS109", "2:1-2:4", SECOND),
    "document after an end mark": ("a: 1\n...\nb: 2\n", "GS109", "3:1-3:2", SECOND),
    "second document with a mistake": ("a: 1\n---\nb: [\n", "GS109", "2:1-2:4", SECOND),
    "nothing": ("", "GS110", "1:1-1:1", "the file is empty; expected a mapping"),
    "blanks": (" \n\n", "GS110", "1:1-1:1", "the file is empty; expected a mapping"),
    "comment": ("# a\n", "GS110", "1:1-1:1", "the file holds no value; expected a mapping"),
    "document mark": ("---\n", "GS110", "1:1-1:1", "the file holds no value; expected a mapping"),
    "list": ("- a\n- b\n", "GS111", "1:1-2:4", "the file holds a list; expected a mapping"),
    "null": ("null\n", "GS111", "1:1-1:5", "the file holds null; expected a mapping"),
    "text": ("a:1\n", "GS111", "1:1-1:4", 'the file holds "a:1"; expected a mapping'),
    "list as a key": ("? [a]\n: 1\n", "GS112", "1:3-1:6", "a key cannot be a list; expected a name"),
    "braces twice": ("a: {{x}}\n", "GS112", "1:5-1:8", "a key cannot be a mapping; expected a name"),
    "null key": ("a: {null: 1}\n", "GS112", "1:5-1:9", 'the key "null" is null; expected a name'),
    "empty key": ("'': 1\n", "GS112", "1:1-1:3", "the key is empty; expected a name"),
    "alias of a list as a key": ("a: &x []\n*x : 1\n", "GS112", "2:1-2:3", "a key cannot be a list; expected a name"),
    "infinite float": ("a: 1e999\n", "GS113", "1:4-1:9", f'the number "1e999" {REPRESENTED}'),
    "vanishing float": ("a: 1e-999\n", "GS113", "1:4-1:10", f'the number "1e-999" {REPRESENTED}'),
    "long integer": (f"a: {'9' * 5000}\n", "GS113", "1:4-1:5004", f'the number "{"9" * 60}..." {REPRESENTED}'),
    "long hexadecimal": (f"a: 0x{'f' * 300}\n", "GS113", "1:4-1:306", f'the number "0x{"f" * 58}..." {REPRESENTED}'),
    "old version": (
        "%YAML 1.1\n---\na: 1\n",
        "GS114",
        "1:1-1:10",
        '"%YAML 1.1" is not supported; the language is YAML 1.2, said once if at all',
    ),
    "version without a mark": ("%YAML 1.2\na: 1\n", "GS101", "2:1-2:3", 'expected "---" after the directive'),
}


@pytest.mark.parametrize(("text", "code", "where", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gives_one_diagnostic(text, code, where, message):
    tree, diagnostics = outcome(text)

    assert [shown(diagnostic) for diagnostic in diagnostics] == [(code, where, message)]
    assert (tree is not None) == (code == "GS104" and "<<" not in text)


HELP = {
    "params in braces": ("a: {u: ${x}}\n", 'write "${x}" in double quotes, or $x'),
    "expressions in braces": ("a: {u: ${x * 2}}\n", 'write "${x * 2}" in double quotes'),
    "templates": ("a: {{x}}\n", "a param is written $name or, in quotes, ${...}"),
    "comma after braces": ("- a: {b: 3}, name: c\n", "put the whole item in braces: {key: {...}, name: ...}"),
    "no space at the top": ("a:1\n", 'put a space after the ":": a: 1'),
    "null keys": ("null: 1\n", 'quote it: "null"'),
    "large documents": ("a: [&x [1, 2, 3], *x, *x]\n", "raise the limit with --max-yaml-nodes"),
    "deep documents": ("a: [[[[[1]]]]]\n", "raise the limit with --max-depth"),
}


@pytest.mark.parametrize(("text", "expected"), HELP.values(), ids=HELP)
def test_help_says_how_to_mend(text, expected):
    _, (diagnostic,) = outcome(text, Limits(depth=5, yaml_nodes=12))

    assert diagnostic.help == expected


RELATED = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", ("it was given here first", 1, 1)),
    "recursive alias": ("a: &x [*x]\n", ("the anchor is here", 1, 4)),
    "early alias": ("a: *x\nb: &x 1\n", ("the anchor is here", 2, 4)),
    "wrong closing": ("a: {b: [1, 2}\n", ('"[" was opened here', 1, 8)),
    "unclosed": ("a: [1\nb: 2\n", ("it was still open here", 2, 2)),
    "key among items": ("a:\n  - b\n  c: d\n", ("the list starts here", 2, 3)),
}


@pytest.mark.parametrize(("text", "expected"), RELATED.values(), ids=RELATED)
def test_related_places_are_named(text, expected):
    _, (diagnostic,) = outcome(text)

    assert [(item.message, item.span.line, item.span.column) for item in diagnostic.related] == [expected]


def test_the_first_of_two_equal_keys_is_kept():
    tree, _ = outcome("a: 1\na: 2\n")

    assert tree is not None
    assert plain(tree) == {"a": 1}


def test_mistakes_that_do_not_stop_the_reading_are_all_shown():
    _, diagnostics = outcome("a: !x 1\nb: *y\na: 2\nc: 1e999\n~: 1\n")

    assert [diagnostic.code for diagnostic in diagnostics] == ["GS105", "GS106", "GS104", "GS113", "GS112"]


def test_the_reading_stops_after_a_hundred_mistakes():
    _, diagnostics = outcome(f"a: [{'!x 1, ' * 1000}]")

    assert len(diagnostics) == 100


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
LIMITED = {
    "brackets": ("[" * 100_000, "1:65-1:66", "the nesting is deeper than 64 levels, aliases expanded"),
    "dashes": ("- " * 100_000, "1:129-1:130", "the nesting is deeper than 64 levels, aliases expanded"),
    "braces": ("a: {" * 100_000, "1:256-1:257", "the nesting is deeper than 64 levels, aliases expanded"),
    "question marks": ("? " * 100_000, "1:129-1:130", "the nesting is deeper than 64 levels, aliases expanded"),
    "aliases of aliases": (
        "a0: &a0 []\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 100)),
        "64:12-64:16",
        "the nesting is deeper than 64 levels, aliases expanded",
    ),
    "billion laughs": (BOMB, "7:8-7:10", "the document holds more than 1000000 YAML nodes, aliases expanded"),
}


@pytest.mark.parametrize(("text", "where", "message"), LIMITED.values(), ids=LIMITED)
def test_a_limit_is_one_diagnostic(text, where, message):
    tree, diagnostics = outcome(text)

    assert tree is None
    assert [shown(diagnostic) for diagnostic in diagnostics] == [("GS108", where, message)]


@pytest.mark.parametrize(
    ("text", "nodes"),
    [("a: 1", 3), ("a: [1, {b: 2}]", 7), ("a: &x [1, 2]\nb: *x", 9), ("a: &x {k: 1}\nb: {<<: *x}", 11)],
)
def test_nodes_are_counted_with_keys_and_expanded_aliases(text, nodes):
    assert outcome(text, Limits(yaml_nodes=nodes))[0] is not None
    assert outcome(text, Limits(yaml_nodes=nodes - 1))[0] is None


def test_a_long_list_is_refused_where_it_outgrows_the_limit():
    _, (diagnostic,) = outcome("a:\n" + "- b\n" * 2000, Limits(yaml_nodes=1000))

    message = "the document holds more than 1000 YAML nodes, aliases expanded"
    assert shown(diagnostic) == ("GS108", "999:3-999:4", message)


def test_a_depth_may_be_reached():
    assert outcome("a: [[1]]", Limits(depth=3))[0] is not None
    assert outcome("a: [[1]]", Limits(depth=2))[0] is None


def test_a_long_text_with_few_nodes_is_read():
    assert outcome(f"a: |\n{'  x' * 20}\n", Limits(yaml_nodes=3))[0] is not None


@pytest.mark.parametrize("table", [MISTAKES, DOCUMENTS, SPANS], ids=["mistakes", "documents", "spans"])
def test_the_parser_without_its_c_library_reads_the_same(table, monkeypatch):
    # The two differ in tabs between tokens, and in where nothing stands inside braces.
    texts = [row[0] for name, row in table.items() if not {"tab", "tabs", "nothing", "empty"} & set(name.split())]
    expected = [outcome(text) for text in texts]

    monkeypatch.setattr(reading, "_CParser", None)

    assert [outcome(text) for text in texts] == expected


def loaded(path: Path, limits: Limits = DEFAULT) -> tuple[Source | None, list[tuple[str, str]]]:
    diagnostics = Diagnostics()
    source = load_source(path, "shown.yaml", limits, diagnostics)
    assert all(diagnostic.span.path == "shown.yaml" for diagnostic in diagnostics)
    return source, [(diagnostic.code, diagnostic.message) for diagnostic in diagnostics]


def test_a_file_is_loaded(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: \xc3\xa9\r\n")

    assert loaded(path) == (Source("shown.yaml", "a: é\r\n"), [])


def test_a_missing_file_is_named(tmp_path):
    assert loaded(tmp_path / "none") == (None, [("GS102", "cannot read the file: no such file or directory")])


def test_a_path_with_a_nul_is_no_file(tmp_path):
    source, ((code, message),) = loaded(tmp_path / "a\0b")

    assert source is None
    assert code == "GS102"
    assert message.startswith("cannot read the file: ")


def test_a_folder_is_no_file(tmp_path):
    assert loaded(tmp_path) == (None, [("GS102", "cannot read the file: it is a folder; expected a YAML file")])


def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    expected = [("GS102", "cannot read the file: it is a pipe; expected a YAML file")]
    assert loaded(tmp_path / "pipe") == (None, expected)


def test_a_device_is_not_read():
    expected = [("GS102", "cannot read the file: it is a device; expected a YAML file")]
    assert loaded(Path("/dev/zero")) == (None, expected)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path):
    path = tmp_path / "spec.yaml"
    path.touch(mode=0)

    assert loaded(path) == (None, [("GS102", "cannot read the file: permission denied")])


def test_a_link_to_itself_is_named(tmp_path):
    path = tmp_path / "spec.yaml"
    path.symlink_to(path)

    assert loaded(path) == (None, [("GS102", "cannot read the file: too many levels of symbolic links")])


def test_a_large_file_is_refused(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text("a: 1\n")

    assert loaded(path, Limits(file_bytes=5))[1] == []
    assert loaded(path, Limits(file_bytes=4)) == (None, [("GS108", "the file is larger than 4 bytes")])


BYTES = {
    "UTF-16": ("a: 1".encode("utf-16"), "1:1-1:1", "the file is encoded as UTF-16; expected UTF-8"),
    "big-endian UTF-16": (
        b"\xfe\xff" + "a: 1".encode("utf-16-be"),
        "1:1-1:1",
        "the file is encoded as UTF-16; expected UTF-8",
    ),
    "UTF-32": ("a: 1".encode("utf-32"), "1:1-1:1", "the file is encoded as UTF-32; expected UTF-8"),
    "UTF-16 without a mark": (
        "a: 1".encode("utf-16-le"),
        "1:2-1:3",
        "the file holds a NUL character, so it is binary or UTF-16; expected UTF-8 text",
    ),
    "Latin-1": (
        "a: 1\r\nb: café au lait\r\n".encode("latin-1"),
        "2:7-2:8",
        'the file is not UTF-8: byte 0xe9 cannot be decoded; it looks like Latin-1, where it is "é"',
    ),
    "stray byte": (b"a: \x80", "1:4-1:5", "the file is not UTF-8: byte 0x80 cannot be decoded"),
    "cut short": ("é: é".encode()[:-1], "1:4-1:5", "the file is not UTF-8: byte 0xc3 cannot be decoded"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00", "1:1-1:2", "the file is binary; expected UTF-8 text"),
    "two byte order marks": (
        b"\xef\xbb\xbf\xef\xbb\xbfa: 1",
        "1:1-1:2",
        "a byte order mark (U+FEFF) stands inside the text; it may only start the file",
    ),
}


@pytest.mark.parametrize(("data", "where", "message"), BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_text_are_one_diagnostic(data, where, message):
    diagnostics = Diagnostics()

    assert decode(data, "spec.yaml", DEFAULT, diagnostics) is None
    assert [shown(diagnostic) for diagnostic in diagnostics] == [("GS103", where, message)]
