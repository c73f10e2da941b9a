"""Names of classes as Keras writes them in lower case."""

from itertools import pairwise

import pytest

from graphspec.catalog import catalog
from graphspec.frontend.expand import snake_case

NAMES = sorted({*catalog.layer_names(), *catalog.application_names()})


def by_letters(name: str) -> str:
    """Begin a word at each capital that follows a small letter, or that a small letter follows."""
    letters = [*name, "0"]
    found = letters[0]
    for before, (letter, after) in zip(letters, pairwise(letters[1:]), strict=False):
        begins = letter.isupper() and (before.islower() or after.islower())
        found += f"_{letter}" if begins else letter
    return found.lower()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ConvLSTM1D", "conv_lstm1d"),
        ("Conv2DTranspose", "conv2d_transpose"),
        ("GRUCell", "gru_cell"),
        ("PReLU", "p_re_lu"),
        ("EfficientNetV2B0", "efficient_net_v2b0"),
        ("VGG16", "vgg16"),
        ("ResNet50V2", "res_net50v2"),
    ],
)
def test_a_name_in_lower_case(name, expected):
    assert snake_case(name) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_catalogue_in_lower_case(name):
    assert snake_case(name) == by_letters(name)
