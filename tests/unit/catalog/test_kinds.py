import pytest

from graphspec.catalog.kinds import Alternative, describe_kind, parse_kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("null", (Alternative("null"),)),
        ("any", (Alternative("any"),)),
        ("'same'", (Alternative("literal", literal="same"),)),
        ("int", (Alternative("int"),)),
        ("int[1:]", (Alternative("int", low=1),)),
        ("int[-1:-1]", (Alternative("int", low=-1, high=-1),)),
        ("float[0:1)", (Alternative("float", low=0.0, high=1.0, high_open=True),)),
        ("float(0:]", (Alternative("float", low=0.0, low_open=True),)),
        ("float[:0]", (Alternative("float", high=0.0),)),
        ("bool|'auto'", (Alternative("bool"), Alternative("literal", literal="auto"))),
        ("list<int>", (Alternative("list", item=(Alternative("int"),)),)),
        ("list<int;2>", (Alternative("list", item=(Alternative("int"),), min_count=2, max_count=2),)),
        ("list<any;2..3>", (Alternative("list", item=(Alternative("any"),), min_count=2, max_count=3),)),
        ("list<any;1..>", (Alternative("list", item=(Alternative("any"),), min_count=1),)),
    ],
)
def test_parse(text, expected):
    assert parse_kind(text) == expected


def test_lists_nest():
    (outer,) = parse_kind("list<int[0:]|list<int[0:];2>;3>")
    assert outer.min_count == outer.max_count == 3
    assert [alternative.name for alternative in outer.item] == ["int", "list"]
    assert outer.item[1].item == (Alternative("int", low=0),)


@pytest.mark.parametrize(
    "text", ["", "integer", "int|", "|int", "list", "list<int", "list<int;>", "list<>", "int[1]", "int int", "'a", "<"]
)
def test_a_wrong_kind_is_a_fault(text):
    with pytest.raises(ValueError, match="no kind of argument"):
        parse_kind(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("null", "null"),
        ("bool", "true or false"),
        ("int", "an integer"),
        ("int[1:]", "a positive integer"),
        ("int[0:]", "a non-negative integer"),
        ("int[2:]", "an integer of at least 2"),
        ("int[-1:]", "an integer of at least -1"),
        ("int[1:8]", "an integer from 1 to 8"),
        ("int[-1:-1]", "-1"),
        ("float", "a number"),
        ("float[0:1]", "a number from 0 to 1"),
        ("float[0:1)", "a number from 0 to below 1"),
        ("float(0:1)", "a number above 0 and below 1"),
        ("float(0:1]", "a number above 0 and up to 1"),
        ("float(0:]", "a positive number"),
        ("float[0:]", "a non-negative number"),
        ("float[:0]", "a number of at most 0"),
        ("'valid'", '"valid"'),
        ("'valid'|'same'", 'one of "valid", "same"'),
        ("null|'valid'|'same'", 'null or one of "valid", "same"'),
        ("int[1:]|list<int[1:];2>", "a positive integer or a list of 2 positive integers"),
        ("list<int;1>", "a list of 1 integer"),
        ("list<int;2..3>", "a list of 2 to 3 integers"),
        ("list<int;1..>", "a list of at least 1 integer"),
        ("list<float;2..>", "a list of at least 2 numbers"),
        ("list<null|int[1:]>", "a list of nulls or positive integers"),
        ("list<int|list<int;2>;2>", "a list of 2 integers or lists of 2 integers"),
        ("list<'a'|'b'>", 'a list of "a" or "b"'),
        ("null|activation", "null or an activation"),
        ("loss", "a loss"),
        ("list<loss>", "a list of losses"),
        ("float|schedule", "a number or a schedule"),
        ("null|list<string>|path", "null or a list of strings"),
        ("null|int|list<int>", "null, an integer or a list of integers"),
        ("code", "code"),
        ("path", "a path"),
    ],
)
def test_describe(text, expected):
    assert describe_kind(parse_kind(text)) == expected


def test_many_words_are_cut_short():
    described = describe_kind(parse_kind("|".join(f"'{letter}'" for letter in "abcdefghij")))
    assert described == 'one of "a", "b", "c", "d", "e", "f", "g", "h" and 2 more'
