import pytest

from graphspec.catalog.docstrings import MAX_LENGTH, argument_docs, summary

DOC = """Just your layer. It has more to say.

Args:
    units: Positive integer, dimensionality of the output
        space. More of it.
    activation: Activation function to use.
        values: of no argument.
    use_bias: Boolean (default: `True`). Whether there is a bias.

Call arguments:
    inputs: A [tensor](https://example.org).

Returns:
    output: the output.
"""


def test_summary():
    assert summary(DOC) == "Just your layer."
    assert summary(None) == ""
    assert len(summary("word " * 100)) <= MAX_LENGTH


def test_arguments():
    assert argument_docs(DOC) == {
        "units": "Positive integer, dimensionality of the output space.",
        "activation": "Activation function to use.",
        "use_bias": "Whether there is a bias.",
        "inputs": "A tensor.",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Boolean. Whether to learn.", "Whether to learn."),
        ("Float, defaults to 0.99. Only used with averages.", "Only used with averages."),
        ("Optional. A list, e.g. of words. More.", "A list, e.g. of words."),
        ("Boolean.", "Boolean."),
    ],
)
def test_a_bare_type_is_passed_over(text, expected):
    assert summary(text) == expected
