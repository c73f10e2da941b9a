"""The specs of the zoo that keras.applications lacks have the parameters, outputs and length that they should have."""

import shutil
from pathlib import Path

import pytest

import graphspec
from graphspec.views.summary import Summary

ZOO = Path(__file__).parent.parent / "specs" / "zoo"
MAX_WIDTH = 120

LINES = {
    "unet_plus_plus": 80,
    "vit": 90,
    "transformer": 140,
    "gpt": 90,
    "yolo_v8_like": 110,
    "wavenet": 60,
    "tcn": 60,
    "siamese": 50,
    "two_tower": 50,
    "wide_and_deep": 50,
    "dcgan": 50,
}

# Layers, width, heads and their width, and context of GPT-2, and of GPT-3 as its table 2.1 has them.
GPT = {
    "gpt2": (12, 768, 12, 64, 1024),
    "gpt2_medium": (24, 1024, 16, 64, 1024),
    "gpt2_large": (36, 1280, 20, 64, 1024),
    "gpt2_xl": (48, 1600, 25, 64, 1024),
    "gpt3_small": (12, 768, 12, 64, 2048),
    "gpt3_medium": (24, 1024, 16, 64, 2048),
    "gpt3_large": (24, 1536, 16, 96, 2048),
    "gpt3_xl": (24, 2048, 24, 128, 2048),
    "gpt3_2_7b": (32, 2560, 32, 80, 2048),
    "gpt3_6_7b": (32, 4096, 32, 128, 2048),
    "gpt3_13b": (40, 5140, 40, 128, 2048),
    "gpt3_175b": (96, 12288, 96, 128, 2048),
}
# What is released of GPT-2, and what table 2.1 says of GPT-3.
GPT_RELEASED = {
    "gpt2": 124_439_808,
    "gpt2_medium": 354_823_168,
    "gpt2_large": 774_030_080,
    "gpt2_xl": 1_557_611_200,
}
GPT_TABLE = {
    "gpt3_small": 125e6,
    "gpt3_medium": 350e6,
    "gpt3_large": 760e6,
    "gpt3_2_7b": 2.7e9,
    "gpt3_6_7b": 6.7e9,
    "gpt3_13b": 13e9,
    "gpt3_175b": 175e9,
}
# As released, with the 16 fixed weights of a last step that turns logits into boxes, which the spec leaves to its user.
YOLO = {"n": 3_157_200, "s": 11_166_560, "m": 25_902_640, "l": 43_691_520, "x": 68_229_648}
VIT = {None: 86_567_656, "ti": 5_717_416, "s": 22_050_664, "b": 86_567_656, "l": 304_326_632}


def examine(name: str, variant: str | None = None, **params: object) -> Summary:
    return graphspec.load(ZOO / f"{name}.yaml", variant=variant, params=params).examine()


def convolution(kernel: int, before: int, after: int) -> int:
    return kernel * before * after + after


def dense(before: int, after: int) -> int:
    return convolution(1, before, after)


@pytest.mark.parametrize("name", LINES)
def test_a_spec_fits_its_page(name: str) -> None:
    lines = (ZOO / f"{name}.yaml").read_text().splitlines()
    assert len(lines) <= LINES[name]
    assert max(map(len, lines)) <= MAX_WIDTH


@pytest.mark.parametrize("name", LINES)
def test_a_spec_has_no_diagnostics(name: str) -> None:
    assert graphspec.validate(ZOO / f"{name}.yaml") == ()


@pytest.mark.parametrize("variant", VIT)
def test_vit(variant: str | None) -> None:
    assert examine("vit", variant).parameters == VIT[variant]


@pytest.mark.parametrize("variant", GPT)
def test_gpt(variant: str) -> None:
    layers, width, heads, head_width, context = GPT[variant]
    inner = heads * head_width
    attention = 3 * dense(width, inner) + dense(inner, width)
    layer = attention + dense(width, 4 * width) + dense(4 * width, width) + 4 * width
    counted = (50257 + context) * width + layers * layer + 2 * width
    assert examine("gpt", variant).parameters == counted == GPT_RELEASED.get(variant, counted)
    assert counted == pytest.approx(GPT_TABLE.get(variant, counted), rel=0.02)


@pytest.mark.parametrize(
    ("variant", "width", "hidden", "stated"), [("base", 512, 2048, 65e6), ("big", 1024, 4096, 213e6)]
)
def test_transformer(variant: str, width: int, hidden: int, stated: float) -> None:
    norm, attention = 2 * width, 4 * dense(width, width)
    feed_forward = dense(width, hidden) + dense(hidden, width)
    counted = 37000 * width + 6 * (attention + feed_forward + 2 * norm) + 6 * (2 * attention + feed_forward + 3 * norm)
    assert examine("transformer", variant).parameters == counted
    # Table 3 of the paper. It does not say how many word pieces it counted, "about 37000".
    assert counted == pytest.approx(stated, rel=0.03)


@pytest.mark.parametrize("variant", YOLO)
def test_yolo_v8_like(variant: str) -> None:
    assert examine("yolo_v8_like", variant).trainable == YOLO[variant] - 16


def test_unet_plus_plus() -> None:
    filters = [32, 64, 128, 256, 512]
    counted = 0
    for step in range(5):
        for level in range(5 - step):
            here = filters[level]
            before = (step + 1) * here if step else filters[level - 1] if level else 3
            counted += convolution(9, before, here) + convolution(9, here, here)
            counted += convolution(4, filters[level + 1], here) if step else 0
    counted += 4 * convolution(1, 32, 1)
    assert examine("unet_plus_plus").parameters == counted
    # Table 2 of the paper has 9.04 million.
    assert round(counted / 1e6, 2) == 9.04


def test_wavenet() -> None:
    layer = 2 * convolution(2, 32, 32) + dense(32, 512) + dense(32, 32)
    counted = convolution(2, 256, 32) + 30 * layer - dense(32, 32) + dense(512, 512) + dense(512, 256)
    assert examine("wavenet").parameters == counted


def test_tcn() -> None:
    counted = convolution(7, 1, 25) + 15 * convolution(7, 25, 25) + dense(1, 25) + dense(25, 10)
    assert examine("tcn").parameters == counted
    # The paper says 70 thousand, with a norm for each filter of weight normalization.
    assert counted + 16 * 25 == pytest.approx(70e3, rel=0.05)


def test_siamese() -> None:
    assert examine("siamese").parameters == 38_951_745


def test_dcgan() -> None:
    sizes = (1024, 512, 256, 128)
    pairs = ((1024, 512), (512, 256), (256, 128))
    generator = 100 * 16 * 1024 + sum(25 * one * two for one, two in pairs) + 4 * sum(sizes) + convolution(25, 128, 3)
    discriminator = convolution(25, 3, 128) + sum(25 * one * two for one, two in pairs) + 4 * sum(sizes[:3])
    discriminator += dense(16 * 1024, 1)
    summary = examine("dcgan")
    assert summary.parameters == generator + discriminator
    assert summary.trainable == generator - 2 * sum(sizes)


def test_two_tower() -> None:
    query = 100_000 * 64 + dense(64 + 8, 1024)
    candidate = 110_000 * 64 + dense(128, 1024)
    assert examine("two_tower").parameters == query + candidate + 2 * (dense(1024, 512) + dense(512, 128))


def test_wide_and_deep() -> None:
    embeddings = 32 * (100_000 + 100_000 + 1000 + 1000)
    deep = dense(4 * 32 + 3, 1024) + dense(1024, 512) + dense(512, 256) + dense(256, 1)
    assert examine("wide_and_deep").parameters == 1_000_000 + embeddings + deep


IMPORTER = """
graphspec: 1
imports: {gpt: zoo/gpt.yaml, yolo: zoo/yolo_v8_like.yaml, omniglot: zoo/siamese.yaml}
inputs: {text: [time, 64], photo: [64, 64, 3], character: [105, 105, 1]}
nodes:
  read: {block: gpt.decoder, with: {width: 64, heads: 4, head_width: 16, dropout: 0.1}, from: text, repeat: 2}
  seen: {block: yolo.c2f, with: {filters: 16, count: 2}, from: photo}
  known: {call: omniglot.twin, from: character}
outputs: [read, seen, known]
"""


def test_blocks_and_models_can_be_imported(tmp_path: Path) -> None:
    shutil.copytree(ZOO, tmp_path / "zoo")
    (tmp_path / "importer.yaml").write_text(IMPORTER)
    assert graphspec.validate(tmp_path / "importer.yaml") == ()
    summary = graphspec.load(tmp_path / "importer.yaml").examine()
    assert [port.shape[1:] for port in summary.outputs][1:] == [(64, 64, 16), (4096,)]
    decoder = 4 * dense(64, 64) + dense(64, 256) + dense(256, 64) + 4 * 64
    c2f = 3 * 16 + 2 * 2 * 9 * 8 * 8 + 32 * 16 + 4 * (16 + 4 * 8 + 16)
    twin = 38_951_745 - dense(4096, 1)
    assert summary.parameters == 2 * decoder + c2f + twin
