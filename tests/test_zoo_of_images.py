"""The zoo's classifiers of images have the parameters, the sizes and the length that they should have."""

from dataclasses import replace
from pathlib import Path

import pytest

import graphspec
from graphspec.cli.main import run
from graphspec.views.summary import Row, Summary

ZOO = Path(__file__).parent.parent / "specs" / "zoo"
MAX_WIDTH = 120

# As keras.applications has them; those of GoogLeNet are counted below, from the paper's table.
PARAMETERS = {
    ("vgg", "16"): 138_357_544,
    ("vgg", "19"): 143_667_240,
    ("inception_v3", None): 23_851_784,
    ("mobilenet_v2", None): 3_538_984,
    ("mobilenet_v2", "w035"): 1_691_208,
    ("mobilenet_v2", "w050"): 1_987_224,
    ("mobilenet_v2", "w075"): 2_663_064,
    ("mobilenet_v2", "w130"): 5_431_048,
    ("mobilenet_v2", "w140"): 6_156_712,
    ("mobilenet_v3", "large"): 5_507_432,
    ("mobilenet_v3", "small"): 2_554_968,
    ("efficientnet", None): 5_330_571,
    ("efficientnet", "b0"): 5_330_571,
    ("efficientnet", "b1"): 7_856_239,
    ("efficientnet", "b2"): 9_177_569,
    ("efficientnet", "b3"): 12_320_535,
    ("efficientnet", "b4"): 19_466_823,
    ("efficientnet", "b5"): 30_562_527,
    ("efficientnet", "b6"): 43_265_143,
    ("efficientnet", "b7"): 66_658_687,
    ("densenet", None): 8_062_504,
    ("densenet", "121"): 8_062_504,
    ("densenet", "169"): 14_307_880,
    ("densenet", "201"): 20_242_984,
    ("xception", None): 22_910_480,
    ("convnext", None): 28_589_128,
    ("convnext", "tiny"): 28_589_128,
    ("convnext", "small"): 50_223_688,
    ("convnext", "base"): 88_591_464,
    ("convnext", "large"): 197_767_336,
    ("convnext", "xlarge"): 350_196_968,
}

LINES = {
    "vgg": 45,
    "googlenet": 120,
    "inception_v3": 150,
    "mobilenet_v2": 80,
    "mobilenet_v3": 130,
    "efficientnet": 120,
    "densenet": 70,
    "xception": 90,
    "convnext": 90,
}

# Table 1 of the paper: the output's height and width, its channels, and the parameters in units of 1,024.
# Its own columns give up to 8% more or fewer in six rows. It gives conv1 2.7K; a 7x7 over three channels has 9,408.
GOOGLENET = {
    "conv1": (112, 64, 9.2),
    "pool1": (56, 64, 0),
    "conv2": (56, 192, 108),
    "pool2": (28, 192, 0),
    "inception3a": (28, 256, 159),
    "inception3b": (28, 480, 380),
    "pool3": (14, 480, 0),
    "inception4a": (14, 512, 364),
    "inception4b": (14, 512, 437),
    "inception4c": (14, 512, 463),
    "inception4d": (14, 528, 580),
    "inception4e": (14, 832, 840),
    "pool4": (7, 832, 0),
    "inception5a": (7, 832, 1072),
    "inception5b": (7, 1024, 1388),
    "label": (None, 1000, 1000),
}
# The columns of the inceptions: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj.
COLUMNS = (
    (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64),
    (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128),
    (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128),
)  # fmt: skip
AUXILIARIES = (3, 6)


def examine(name: str, variant: str | None = None) -> Summary:
    return graphspec.load(ZOO / f"{name}.yaml", variant=variant).examine()


@pytest.mark.parametrize(("name", "variant"), PARAMETERS)
def test_parameters_are_those_of_the_reference(name: str, variant: str | None) -> None:
    assert examine(name, variant).parameters == PARAMETERS[name, variant]


@pytest.mark.parametrize("name", LINES)
def test_a_spec_fits_its_page(name: str) -> None:
    lines = (ZOO / f"{name}.yaml").read_text().splitlines()
    assert len(lines) <= LINES[name]
    assert max(map(len, lines)) <= MAX_WIDTH


@pytest.mark.parametrize(("name", "variant"), [*PARAMETERS, ("googlenet", None)])
def test_the_flat_spec_is_the_same_model(name: str, variant: str | None, tmp_path: Path) -> None:
    flat = tmp_path / "flat.yaml"
    chosen = [] if variant is None else ["--variant", variant]
    assert run(["expand", str(ZOO / f"{name}.yaml"), *chosen, "-o", str(flat)]) == 0
    before, after = examine(name, variant), graphspec.load(flat).examine()
    assert [facts(row) for row in after.calls] == [facts(row) for row in before.calls]
    assert replace(after, rows=()) == replace(before, rows=())


def facts(row: Row) -> tuple[object, ...]:
    return row.type, row.shapes, row.dtype, row.parameters, row.flops


@pytest.mark.parametrize("name", LINES)
def test_a_spec_has_no_diagnostics(name: str) -> None:
    assert graphspec.validate(ZOO / f"{name}.yaml") == ()


def test_stochastic_depth_grows_from_none_at_the_first_block() -> None:
    summary = graphspec.load(ZOO / "convnext.yaml", params={"drop_path": 0.3}).examine()
    blocks = [row.name for row in summary.calls if row.type == "Add"]
    drops = [row.name for row in summary.calls if row.type == "Dropout"]
    assert [name.replace("drop", "add") for name in drops] == blocks[1:]


def convolution(kernel: int, before: int, after: int) -> int:
    return (kernel * kernel * before + 1) * after


def test_googlenet_has_the_parameters_of_the_paper() -> None:
    wanted = convolution(7, 3, 64) + convolution(1, 64, 64) + convolution(3, 64, 192)
    channels = 192
    for number, (conv1, reduce3, conv3, reduce5, conv5, pool) in enumerate(COLUMNS, 1):
        narrow = (convolution(1, channels, after) for after in (conv1, reduce3, reduce5, pool))
        wanted += sum(narrow) + convolution(3, reduce3, conv3) + convolution(5, reduce5, conv5)
        channels = conv1 + conv3 + conv5 + pool
        if number in AUXILIARIES:
            wanted += convolution(1, channels, 128) + (4 * 4 * 128 + 1) * 1024 + (1024 + 1) * 1000
    assert examine("googlenet").parameters == wanted + (channels + 1) * 1000


@pytest.mark.parametrize("name", GOOGLENET)
def test_googlenet_agrees_with_table_1(name: str) -> None:
    size, channels, thousands = GOOGLENET[name]
    rows = [row for row in examine("googlenet").calls if row.name == name or row.name.startswith(f"{name}.")]
    shape = (None, channels) if size is None else (None, size, size, channels)
    assert last(rows, name).shapes == (shape,)
    weights = sum(row.parameters or 0 for row in rows)
    assert weights / 1024 == pytest.approx(thousands, rel=0.08, abs=0.5)


def last(rows: list[Row], name: str) -> Row:
    whole = [row for row in rows if row.name in {name, f"{name}.concat"}]
    return whole[-1]


def test_blocks_are_imported_with_the_defaults_of_their_files(tmp_path: Path) -> None:
    for name in ("xception", "mobilenet_v3", "vgg"):
        (tmp_path / f"{name}.yaml").write_text((ZOO / f"{name}.yaml").read_text())
    spec = tmp_path / "mixed.yaml"
    spec.write_text(
        "graphspec: 1\n"
        "imports: {xception: xception.yaml, mobile: mobilenet_v3.yaml, vgg: vgg.yaml}\n"
        "inputs: {image: [64, 64, 8]}\n"
        "nodes:\n"
        "  halved: {block: xception.halving, with: {filters: 16}, from: image}\n"
        "  narrow:\n"
        "    block: mobile.bottleneck\n"
        "    with: {kernel: 3, channels_in: 16, expanded: 32, channels: 16, excite: true, act: relu, stride: 1}\n"
        "    from: halved\n"
        "  stage: {block: vgg.stage, with: {filters: 8, depth: 2}, from: narrow}\n"
        "outputs: stage\n"
    )
    summary = graphspec.load(spec).examine()
    assert summary.outputs[0].shape == (None, 16, 16, 8)
    halved = (8 * 9 + 8 * 16 + 64) + (16 * 9 + 16 * 16 + 64) + (8 * 16 + 64)
    narrow = (16 * 32 + 128) + (9 * 32 + 128) + (33 * 8 + 9 * 32) + (32 * 16 + 64)
    assert summary.parameters == halved + narrow + convolution(3, 16, 8) + convolution(3, 8, 8)
