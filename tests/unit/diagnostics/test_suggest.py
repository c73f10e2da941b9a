"""The nearest right name, and none where none is near."""

import pytest

from graphspec.diagnostics.suggest import did_you_mean, nearest

NEAREST = [
    ("kernal_size", ["kernel_size", "kernel_initializer"], "kernel_size"),
    ("dense", ["Dense", "Dot"], "Dense"),
    ("Conv2d", ["Conv1D", "Conv2D"], "Conv2D"),
    ("maxpooling_2d", ["MaxPooling2D"], "MaxPooling2D"),
    ("unti", ["units", "unit"], "unit"),
    ("rleu", ["relu", "elu"], "relu"),
    ("form", ["from", "name"], "from"),
    ("henormal", ["HeNormal", "he_normal"], "he_normal"),
    ("Henormal", ["he_normal", "HeNormal"], "HeNormal"),
]
NONE_NEAR = [("x", ["y", "z"]), ("banana", ["Dense", "Add"]), ("", ["a"]), ("ab", ["cd"])]


@pytest.mark.parametrize(("word", "names", "expected"), NEAREST)
def test_the_nearest_name(word: str, names: list[str], expected: str) -> None:
    assert nearest(word, names) == expected
    assert did_you_mean(word, names) == f'; did you mean "{expected}"?'


@pytest.mark.parametrize(("word", "names"), NONE_NEAR)
def test_no_name_is_near(word: str, names: list[str]) -> None:
    assert nearest(word, names) is None
    assert did_you_mean(word, names) == ""
