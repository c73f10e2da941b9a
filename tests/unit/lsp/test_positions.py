import pytest

from graphspec.diagnostics.span import Span
from graphspec.lsp.positions import Text
from graphspec.lsp.shift import shift_between

WIDE = "a: 層 # \U0001f600 b"


@pytest.mark.parametrize(
    ("encoding", "units"),
    [("utf-16", [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11]), ("utf-32", list(range(11))),
     ("utf-8", [0, 1, 2, 3, 6, 7, 8, 9, 13, 14, 15])],
)  # fmt: skip
def test_columns_and_units_are_inverse(encoding, units) -> None:
    text = Text(WIDE, encoding)
    assert [text.units(1, column) for column in range(1, 12)] == units
    assert [text.column(1, unit) for unit in units] == list(range(1, 12))


def test_a_place_inside_a_character_or_past_the_end_is_the_next_or_the_last() -> None:
    text = Text(WIDE)
    assert text.column(1, 8) == 9
    assert text.column(1, 10_000) == len(WIDE) + 1
    assert text.column(99, 5) == 1
    assert text.column(1, -3) == 1


def test_lines_are_those_of_yaml() -> None:
    assert Text("a\r\nb\rc\u2028d\n").lines == ["a", "b", "c\u2028d", ""]


def test_slice_of_what_is_no_place_is_none() -> None:
    text = Text("abc\n")
    assert text.slice(Span("", 1, 1, 1, 4)) == "abc"
    assert text.slice(Span("", 1, 1, 2, 1)) is None
    assert text.slice(Span("", 1, 3, 1, 9)) is None


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("abcd", "abXcd", [1, 2, 4, 5]),
        ("abcd", "acd", [1, None, 2, 3]),
        ("abcd", "abcd", [1, 2, 3, 4]),
        ("abcd", "aXYd", [1, None, None, 4]),
        ("aa", "aaa", [1, 2]),
        ("abcd", "", [None, None, None, None]),
    ],
)
def test_lines_of_an_older_text(old, new, moved) -> None:
    shift = shift_between(list(old), list(new))
    found = [shift.to_now(Span("", line, 1, line, 1)) for line in range(1, len(old) + 1)]
    assert [None if span is None else span.line for span in found] == moved
    back = {line: shift.line_before(line) for line in moved if line is not None}
    assert back == {line: number for number, line in enumerate(moved, 1) if line is not None}
