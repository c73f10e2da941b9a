"""Every tensor and every weight inside the models of ``keras.applications``, as inferred and as Keras builds them."""

from dataclasses import replace

import pytest

from graphspec.catalog import catalog
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.graph.application import application_graph
from graphspec.graph.infer import infer
from graphspec.graph.ir import Callable
from graphspec.graph.typed import is_trainable, weights_of
from graphspec.shapes.dimension import as_known
from graphspec.shapes.types import ShapeError

pytestmark = pytest.mark.keras

keras = pytest.importorskip("keras")

NAMES = catalog.application_names()
PREPROCESSING = [name for name in NAMES if "include_preprocessing" in catalog.application(name).arguments]
ALPHAS = [("MobileNet", alpha) for alpha in (0.3, 1.0, 1.7)]
ALPHAS += [("MobileNetV2", alpha) for alpha in (0.35, 0.5, 0.75, 1.3, 1.4)]
ALPHAS += [(name, alpha) for name in ("MobileNetV3Large", "MobileNetV3Small") for alpha in (0.5, 0.75, 1.25)]


def made(name, **arguments):
    return Callable(
        key="base", keras_name=name, kind="application", type=name, arguments={"weights": None, **arguments},
        span=Span.of_file("x.yaml"),
    )  # fmt: skip


def inferred(name, policy="float32", **arguments):
    graph = replace(application_graph(made(name, **arguments)), dtype=policy)
    diagnostics = Diagnostics()
    typed = infer(graph, diagnostics)
    assert not [item.message for item in diagnostics]
    return typed


def built(name, **arguments):
    with keras.StatelessScope(initialize_variables=False):
        return getattr(keras.applications, name)(weights=None, **arguments)


def weights_in_keras(layer):
    return sorted((tuple(weight.shape), weight.dtype, weight.trainable) for weight in layer.weights)


def agree(model, typed):
    """Compare operation by operation: both list them in the same topological order."""
    assert [tuple(tensor.shape) for tensor in model.inputs] == [shape_of(typed.types["input_layer"])]
    operations = [item for item in model.operations if not isinstance(item, keras.layers.InputLayer)]
    assert len(operations) == len(typed.graph.nodes)
    for operation, node in zip(operations, typed.graph.nodes, strict=True):
        found = typed.types[node.name]
        assert found is not None, node
        expected = (tuple(operation.output.shape), operation.output.dtype)
        assert (shape_of(found), found.dtype) == expected, (node.name, operation.name)
        if node.kind != "call":
            continue
        assert type(operation).__name__ == typed.callables[node.target].type
        own = typed.weights[node.target]
        assert own is not None, node
        assert sorted((w.shape, w.dtype, is_trainable(typed, w)) for w in own) == weights_in_keras(operation)
        if node.target in typed.models:
            agree_inside(operation, typed.models[node.target])
    assert sum(weight.size for weight in weights_of(typed)) == model.count_params()
    fixed = catalog.application_layers(typed.graph.name)
    named = [node.name for node in typed.graph.nodes if node.name in fixed]
    assert named == [item.name for item in operations if item.name in fixed]


def agree_inside(sequence, typed):
    assert [layer.name for layer in sequence.layers] == [node.name for node in typed.graph.nodes]
    for layer, node in zip(sequence.layers, typed.graph.nodes, strict=True):
        assert tuple(layer.output.shape) == shape_of(typed.types[node.name])


def shape_of(found):
    return tuple(as_known(size) for size in found.shape)


@pytest.mark.parametrize("name", NAMES)
def test_with_its_top(name):
    arguments = {"classes": 7, "classifier_activation": "relu"}
    agree(built(name, **arguments), inferred(name, **arguments))


@pytest.mark.parametrize("name", NAMES)
def test_without_its_top(name):
    arguments = {"include_top": False, "input_shape": (107, 130, 3), "pooling": "avg"}
    agree(built(name, **arguments), inferred(name, **arguments))


@pytest.mark.parametrize("name", NAMES)
def test_without_sizes(name):
    arguments = {"include_top": False, "input_shape": (None, None, 1), "pooling": "max"}
    agree(built(name, **arguments), inferred(name, **arguments))


@pytest.mark.parametrize("name", NAMES)
def test_as_it_is_without_its_top(name):
    if name.startswith(("ConvNeXt", "DenseNet", "EfficientNet", "ResNet")) and name != "ConvNeXtTiny":
        pytest.skip("as another of its family")
    agree(built(name, include_top=False), inferred(name, include_top=False))


@pytest.mark.parametrize("name", PREPROCESSING)
def test_without_preprocessing(name):
    arguments = {"include_preprocessing": False, "include_top": False, "input_shape": (64, 64, 3)}
    agree(built(name, **arguments), inferred(name, **arguments))


@pytest.mark.parametrize(("name", "alpha"), ALPHAS)
def test_alpha(name, alpha):
    arguments = {"alpha": alpha, "input_shape": (66, 77, 3)}
    agree(built(name, **arguments), inferred(name, **arguments))


@pytest.mark.parametrize("name", ["MobileNetV3Large", "MobileNetV3Small"])
@pytest.mark.parametrize("alpha", [0.75, 1.0])
def test_minimalistic(name, alpha):
    arguments = {"alpha": alpha, "minimalistic": True, "dropout_rate": 0.0, "classes": 3}
    agree(built(name, **arguments), inferred(name, **arguments))


def test_depth_multiplier():
    arguments = {"depth_multiplier": 2, "dropout": 0.0, "alpha": 0.5}
    agree(built("MobileNet", **arguments), inferred("MobileNet", **arguments))


@pytest.mark.parametrize("name", ["ConvNeXtTiny", "EfficientNetB0", "InceptionResNetV2", "MobileNetV3Small"])
def test_mixed_precision(name):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        agree(built(name, input_shape=(96, 96, 3)), inferred(name, "mixed_float16", input_shape=(96, 96, 3)))
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("least", [31, 32, 70, 71, 74, 75])
@pytest.mark.parametrize("name", ["InceptionV3", "MobileNetV3Small", "VGG16", "Xception"])
def test_the_least_size(name, least):
    both_or_neither(name, include_top=False, input_shape=(least, 80, 3))


@pytest.mark.parametrize(
    "arguments",
    [
        {"input_shape": (None, None, 3)},
        {"input_shape": (64, None, 3)},
        {"input_shape": (None, 64, 3)},
        {"input_shape": (64, None, 3), "include_top": False},
        {"input_shape": (None, 64, 3), "include_top": False},
        {"input_shape": (64, 64), "include_top": False},
        {"input_shape": (64, 64, None), "include_top": False},
        {"input_shape": ()},
    ],
)
@pytest.mark.parametrize("name", ["EfficientNetB0", "MobileNetV2", "MobileNetV3Small", "VGG16", "NASNetMobile"])
def test_shapes_that_keras_takes_and_refuses(name, arguments):
    both_or_neither(name, **arguments)


def both_or_neither(name, **arguments):
    try:
        model = built(name, **arguments)
    except (ValueError, TypeError, IndexError):
        assert is_refused(name, **arguments)
    else:
        agree(model, inferred(name, **arguments))


def is_refused(name, **arguments):
    """Say whether the arguments are refused, or what is inside does not fit together with them."""
    try:
        graph = application_graph(made(name, **arguments))
    except ShapeError:
        return True
    diagnostics = Diagnostics()
    infer(graph, diagnostics)
    return len(diagnostics) > 0
