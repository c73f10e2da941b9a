"""A spec with blocks and its flat spec are the same model to Keras."""

from pathlib import Path

import numpy as np
import pytest

import graphspec
from graphspec.cli.main import run

ZOO = Path(__file__).parents[2] / "specs" / "zoo"
pytestmark = pytest.mark.keras


@pytest.mark.parametrize(
    ("spec", "arguments"),
    [
        ("unet.yaml", ["--set", "depth=2", "--set", "width=4", "--set", "size=32"]),
        ("resnet.yaml", ["--variant", "18"]),
    ],
)
def test_expanded_spec_builds_the_same_model(spec: str, arguments: list[str], tmp_path: Path) -> None:
    text = (ZOO / spec).read_text(encoding="utf-8").replace("graphspec: 1\n", "graphspec: 1\nseed: 7\n", 1)
    (tmp_path / "whole.yaml").write_text(text, encoding="utf-8")
    assert run(["expand", str(tmp_path / "whole.yaml"), "-q", *arguments, "-o", str(tmp_path / "flat.yaml")]) == 0
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    params = {name: int(value) for name, _, value in (item.partition("=") for item in arguments[1::2]) if value}
    whole = graphspec.load(tmp_path / "whole.yaml", params=params, variant=given.get("--variant")).build()
    flat = graphspec.load(tmp_path / "flat.yaml").build()
    assert [layer.name for layer in whole.layers] == [layer.name for layer in flat.layers]
    assert [weight.path for weight in whole.weights] == [weight.path for weight in flat.weights]
    for one, other in zip(whole.get_weights(), flat.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_resnet_is_that_of_keras() -> None:
    import keras

    ours = graphspec.load(ZOO / "resnet.yaml", variant="50").build()
    theirs = keras.applications.ResNet50(weights=None)
    assert ours.count_params() == theirs.count_params() == 25_636_712
    mine = sorted(tuple(weight.shape) for weight in ours.weights)
    assert mine == sorted(tuple(weight.shape) for weight in theirs.weights)
