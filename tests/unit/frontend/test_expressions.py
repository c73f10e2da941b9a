"""The grammar of expressions: precedence, and mistakes at their place."""

import pytest

from graphspec.frontend.expressions import (
    Apply,
    Expression,
    ExpressionError,
    Index,
    Items,
    Literal,
    Name,
    Rest,
    Slice,
    parse_expression,
)


def shown(expression: Expression | None) -> str:
    match expression:
        case Literal(value):
            return repr(value)
        case Name(path):
            return path
        case Apply(op, operands, keywords):
            parts = [*map(shown, operands), *(f"{name}={shown(value)}" for name, value in keywords)]
            return f"{op}({', '.join(parts)})"
        case Index(operand, keys):
            return f"{shown(operand)}[{', '.join(map(shown, keys))}]"
        case Slice(parts):
            return ":".join(shown(part) if part else "" for part in parts)
        case Items(items):
            return f"[{', '.join(map(shown, items))}]"
        case Rest():
            return "..."
    return ""


MEANINGS = [
    ("a + b * c", "add(a, multiply(b, c))"),
    ("a - b - c", "subtract(subtract(a, b), c)"),
    ("a * b / c // d % e @ f", "matmul(mod(floor_divide(divide(multiply(a, b), c), d), e), f)"),
    ("(a + b) * c", "multiply(add(a, b), c)"),
    ("-a ** 2", "negative(power(a, 2))"),
    ("a ** -b", "power(a, negative(b))"),
    ("a ** b ** c", "power(a, power(b, c))"),
    ("-1.5e-3 * x", "multiply(-0.0015, x)"),
    ("+x", "x"),
    ("a < b + 1", "less(a, add(b, 1))"),
    ("a != 0", "not_equal(a, 0)"),
    ("lstm.1 + enc.state_h", "add(lstm.1, enc.state_h)"),
    ("ops.exp(x)", "exp(x)"),
    ("ops.image.resize(x, size=[2, 3])", "image.resize(x, size=[2, 3])"),
    ("ops.sum(x, axis=-1, keepdims=true)", "sum(x, axis=-1, keepdims=True)"),
    ("x[:, -1]", "x[::, -1]"),
    ("x[..., 1:3, null, ::2]", "x[..., 1:3:, None, ::2]"),
    ("x[0][1]", "x[0][1]"),
    ("ops.where(m > 0, 'a', \"b\")", "where(greater(m, 0), 'a', 'b')"),
]


@pytest.mark.parametrize(("text", "meaning"), MEANINGS)
def test_what_an_expression_means(text: str, meaning: str) -> None:
    assert shown(parse_expression(text)) == meaning


MISTAKES = [
    ("a +", "the expression ends where a value is expected", 3),
    ("(a", 'expected ")" to close "(", but the expression ends', 2),
    ("a)", '")" is not expected here', 1),
    ("a b", '"b" is not expected here', 2),
    ("a $ b", '"$" is not part of an expression', 2),
    ("a < b < c", "comparisons cannot be chained; use ops.logical_and", 6),
    ("exec(a)", '"exec" cannot be called; only ops can, as in ops.exp(x)', 0),
    ("x[", "the expression ends where a value is expected", 2),
    ("ops.add(x=a, b)", "a positional argument cannot follow a named one", 13),
    ("", "the expression ends where a value is expected", 0),
    ("1e999 * x", "1e999 is too large a number", 0),
    ("(" * 70 + "x" + ")" * 70, "the expression is nested deeper than 64 levels", 64),
    ("x" + "+x" * 201, "the expression has more than 200 operations", 401),
]


@pytest.mark.parametrize(("text", "message", "start"), MISTAKES, ids=lambda value: str(value)[:20])
def test_error_a_text_that_is_no_expression(text: str, message: str, start: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert (caught.value.message, caught.value.start) == (message, start)
