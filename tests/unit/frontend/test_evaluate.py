"""What stands in ``${...}``: its values, its mistakes, and its bounds."""

import pytest

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.evaluate import evaluate
from graphspec.frontend.formulas import FormulaError, parse_formula
from graphspec.frontend.templates import Sight, parse_template, substitute
from graphspec.frontend.tree import Scalar, plain

VALUES = {"n": 3, "width": 64, "rate": 0.5, "name": "conv", "deep": True, "sizes": [4, 8], "map": {"a": 1}}
RIGHT = [
    ("2 + 3 * 4", 14), ("(2 + 3) * 4", 20), ("2 ** 3 ** 2", 512), ("-2 ** 2", -4), ("7 // 2", 3), ("7 / 2", 3.5),
    ("7 % 4", 3), ("2 * -n", -6), ("width // 2 ** n", 8), ("n > 2 and not deep", False), ("n > 2 or nope", True),
    ("1 if deep else 2", 1), ("1 if not deep else 2 if n == 3 else 4", 2), ("sizes[-1]", 8), ("map['a']", 1),
    ("name + '_' + 'x'", "conv_x"), ("sizes + [16]", [4, 8, 16]), ("[0] * 3", [0, 0, 0]), ("len(sizes)", 2),
    ("min(3, 1, 2)", 1), ("max(sizes)", 8), ("round(2.5)", 2), ("int(2.7)", 2), ("int('12')", 12), ("float(2)", 2.0),
    ("n in [1, 3]", True), ("'on' in name", True), ("n not in sizes", True), ("true == 1", False), ("null", None),
    ("'a' < 'b'", True), ("1 == 1.0", True), ("[1, 2] == [1, 2]", True),
]  # fmt: skip
WRONG = [
    ("n +", 3, 4), ("n n", 2, 3), ("(n", 2, 3), ("n.real", 1, 2), ("open('x')", 0, 4), ("[x for x in sizes]", 3, 6),
    ("n = 3", 2, 3), ("n && deep", 2, 4), ("nope", 0, 4), ("n + 'a'", 0, 7), ("n and deep", 0, 1), ("not n", 4, 5),
    ("sizes[2]", 6, 7), ("sizes['a']", 6, 9), ("map['b']", 4, 7), ("n[0]", 0, 1), ("1 / 0", 0, 5),
    ("9 ** 9 ** 9", 0, 11),
    ("(-8) ** 0.5", 1, 11), ("'ab' * 10000", 0, 12), ("1 < 2 < 3", 6, 7), ("1 if n else 2", 5, 6), ("len(n)", 4, 5),
    ("int('x')", 4, 7), ("1e999", 0, 5), ("n if deep", 9, 10), ("lambda: n", 6, 7), ("__import__('os')", 0, 10),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), RIGHT)
def test_value(text: str, value: object) -> None:
    found = evaluate(parse_formula(text), VALUES)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("text", "start", "end"), WRONG)
def test_mistake_is_at_the_word(text: str, start: int, end: int) -> None:
    with pytest.raises(FormulaError) as caught:
        evaluate(parse_formula(text), VALUES)
    assert (caught.value.start, caught.value.end) == (start, end)


@pytest.mark.parametrize("text", ["(" * 1000, "not " * 900 + "deep", "-" * 1900 + "1", "[" * 60 + "]" * 60, "1" * 3000])
def test_depth_and_length_are_bounded(text: str) -> None:
    with pytest.raises(FormulaError):
        evaluate(parse_formula(text), VALUES)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$width", 64), ("${width}", 64), ("${width * 2}", 128), ("${sizes}", [4, 8]), ("${map}", {"a": 1}),
        ("conv${n}_${name}", "conv3_conv"), ("$${n}", "${n}"), ("a$${n}${n}", "a${n}3"), ("$5", "$5"),
        ("plain", "plain"),
        ("${'}'}", "}"), ("$width * 2", "$width * 2"), ("${deep}", True), ("is ${deep}", "is true"),
    ],
)  # fmt: skip
def test_template(text: str, value: object) -> None:
    diagnostics = Diagnostics()
    tree = substitute(Scalar(text, Span("s", 1, 1, 1, 1 + len(text)), text), Sight(VALUES), diagnostics)
    assert (plain(tree), len(diagnostics)) == (value, 0)


def test_text_without_formulas_is_no_template() -> None:
    assert parse_template("a $ b {c}") is None
