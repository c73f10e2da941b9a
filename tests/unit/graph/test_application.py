"""The graphs of applications, without Keras."""

import pytest

from graphspec.catalog import catalog
from graphspec.catalog.designs import design
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.graph.application import application_graph
from graphspec.graph.infer import infer
from graphspec.graph.ir import Callable, Tensor
from graphspec.graph.typed import output_types, weights_of
from graphspec.shapes.types import ShapeError, show_shape


def graph_of(name, taps=(), **arguments):
    made = Callable(
        key="base", keras_name="base", kind="application", type=name, arguments={"weights": None, **arguments},
        taps=taps, span=Span.of_file("x.yaml"),
    )  # fmt: skip
    return application_graph(made)


def inferred(name, taps=(), **arguments):
    diagnostics = Diagnostics()
    typed = infer(graph_of(name, taps, **arguments), diagnostics)
    assert len(diagnostics) == 0
    return typed


def arguments_of(graph, name):
    return graph.callables[name].arguments


def test_every_application_is_known():
    assert all(design(name) is not None for name in catalog.application_names())
    assert design("VGG17") is None


@pytest.mark.parametrize(
    ("name", "arguments", "parameters"),
    [
        ("VGG16", {}, 138_357_544),
        ("VGG16", {"include_top": False}, 14_714_688),
        ("MobileNet", {}, 4_253_864),
        ("ConvNeXtTiny", {}, 28_589_128),
        ("DenseNet121", {}, 8_062_504),
        ("EfficientNetB0", {}, 5_330_571),
        ("EfficientNetB0", {"classes": 10}, 5_330_571 - 990 * 1281),
    ],
)
def test_parameters(name, arguments, parameters):
    assert sum(weight.size for weight in weights_of(inferred(name, **arguments))) == parameters


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ({}, "(batch, 1000)"),
        ({"classes": 5}, "(batch, 5)"),
        ({"include_top": False}, "(batch, ?, ?, 512)"),
        ({"include_top": False, "input_shape": (64, 96, 1)}, "(batch, 2, 3, 512)"),
        ({"include_top": False, "pooling": "avg"}, "(batch, 512)"),
        ({"include_top": False, "pooling": "max"}, "(batch, 512)"),
        ({"pooling": "max"}, "(batch, 1000)"),
    ],
)
def test_output(arguments, shape):
    assert show_shape(output_types(inferred("VGG16", **arguments))["output"].shape) == shape


def test_pooling_is_of_its_kind():
    kinds = [graph_of("VGG16", include_top=False, pooling=pooling).nodes[-1].target for pooling in ("avg", "max")]
    assert kinds == ["global_average_pooling2d", "global_max_pooling2d"]


def test_taps_are_named_and_the_output_has_no_name():
    outputs = graph_of("VGG16", ("", "block3_pool"), include_top=False).outputs
    assert (outputs.form, outputs.names) == ("mapping", ("", "block3_pool"))
    assert outputs.tensors == (Tensor("block5_pool"), Tensor("block3_pool"))


def test_the_output_alone_is_no_mapping():
    assert graph_of("VGG16", ("",)).outputs == graph_of("VGG16").outputs


def test_only_what_taps_need_is_counted():
    early = weights_of(inferred("VGG16", ("block1_conv1",), include_top=False))
    assert sum(weight.size for weight in early) == 64 * 3 * 9 + 64


def test_a_tap_that_is_left_out():
    with pytest.raises(ShapeError, match='has no layer "fc1" with these arguments'):
        graph_of("VGG16", ("fc1",), include_top=False)


def test_what_nobody_has_written_down_is_unknown():
    assert graph_of("MobileNetV2", alpha=0.62) is None
    assert graph_of("MobileNetV3Small", alpha=0.62) is None
    assert graph_of("VGG17") is None


def test_alpha_of_mobile_net_is_any():
    graph = graph_of("MobileNet", alpha=0.62, depth_multiplier=3, classes=7)
    assert arguments_of(graph, "conv1")["filters"] == int(32 * 0.62)
    assert arguments_of(graph, "conv_dw_1")["depth_multiplier"] == 3
    assert arguments_of(graph, "conv_preds")["filters"] == 7


@pytest.mark.parametrize(
    ("shape", "padding"),
    [
        ((224, 224, 3), ((0, 1), (0, 1))),
        ((225, 224, 3), ((1, 1), (0, 1))),
        ((None, 225, 3), ((0, 1), (0, 1))),
        ((None, None, 3), ((0, 1), (0, 1))),
    ],
)
def test_padding_goes_by_the_parity_of_sizes(shape, padding):
    graph = graph_of("EfficientNetB0", include_top=False, input_shape=shape)
    assert arguments_of(graph, "stem_conv_pad")["padding"] == padding


def test_preprocessing():
    def first(**arguments):
        return graph_of("EfficientNetV2B0", include_top=False, **arguments).nodes[0].name

    assert [first(), first(input_shape=(64, 64, 1)), first(include_preprocessing=False)] == [
        "rescaling", "rescaling", "stem_conv",
    ]  # fmt: skip
    assert "normalization" in graph_of("EfficientNetV2B0", include_top=False).callables
    assert "normalization" not in graph_of("EfficientNetV2B0", include_top=False, input_shape=(64, 64, 1)).callables


def test_a_dropout_of_zero_is_left_out():
    assert "dropout" in graph_of("MobileNetV3Small").callables
    assert "dropout" not in graph_of("MobileNetV3Small", dropout_rate=0).callables


def test_sequences_inside_are_models():
    stem = graph_of("ConvNeXtTiny", input_shape=(64, 64, 1)).callables["convnext_tiny_stem"]
    assert stem.graph.inputs[0].shape == (None, None, 1)
    assert [node.name for node in stem.graph.nodes] == ["convnext_tiny_stem_conv", "convnext_tiny_stem_layernorm"]
