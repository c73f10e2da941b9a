"""The zoo's classifiers of images are those of keras.applications: layer by layer, and in what they compute."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from keras import applications, layers

import graphspec
from graphspec.cli.main import run

pytestmark = [
    pytest.mark.keras,
    # Keras reads variables in a way that numpy 2 deprecates.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

ZOO = Path(__file__).parents[2] / "specs" / "zoo"
CLASSES = 10


class Case(NamedTuple):
    """A spec, a variant, what Keras calls it, and the smallest images on which to compare what they compute."""

    spec: str
    variant: str | None
    application: str
    size: int
    arguments: dict[str, Any] = {}  # noqa: RUF012 - never changed


CASES = (
    Case("vgg", "16", "VGG16", 32),
    Case("inception_v3", None, "InceptionV3", 75),
    Case("mobilenet_v2", "w035", "MobileNetV2", 64, {"alpha": 0.35}),
    Case("mobilenet_v3", "small", "MobileNetV3Small", 64),
    Case("efficientnet", "b0", "EfficientNetB0", 64),
    Case("densenet", "121", "DenseNet121", 64),
    Case("xception", None, "Xception", 71),
    Case("convnext", "tiny", "ConvNeXtTiny", 64),
)
OTHERS = (
    Case("vgg", "19", "VGG19", 224),
    Case("mobilenet_v2", "w140", "MobileNetV2", 224, {"alpha": 1.4}),
    Case("mobilenet_v3", "large", "MobileNetV3Large", 224),
    Case("efficientnet", "b3", "EfficientNetB3", 300),
    Case("efficientnet", "b7", "EfficientNetB7", 600),
    Case("densenet", "201", "DenseNet201", 224),
    Case("convnext", "xlarge", "ConvNeXtXLarge", 224),
)


@pytest.fixture(autouse=True)
def clear() -> Iterator[None]:
    yield
    keras.backend.clear_session()


def application(case: Case, **arguments: object) -> keras.Model:
    build = getattr(applications, case.application)
    return build(weights=None, **case.arguments, **arguments)


def weighted(model: keras.Model) -> list[keras.Layer]:
    """Return the layers with weights in the order of the graph, those inside nested models too."""
    found: list[keras.Layer] = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found += weighted(layer)
        elif layer.weights:
            found.append(layer)
    return found


def facts(model: keras.Model) -> list[tuple[list[tuple[int, ...]], tuple[int | None, ...]]]:
    return [([tuple(weight.shape) for weight in layer.weights], layer.output.shape) for layer in weighted(model)]


@pytest.mark.parametrize("case", [*CASES, *OTHERS], ids=lambda case: f"{case.spec}-{case.variant}")
def test_layers_have_the_weights_and_shapes_of_the_application(case: Case) -> None:
    # This one leaves the size of its images open.
    arguments = {"input_shape": (224, 224, 3)} if case.spec == "mobilenet_v3" else {}
    # Variables get shapes and no values: the largest of these would not fit beside each other.
    with keras.StatelessScope(initialize_variables=False):
        ours = graphspec.load(ZOO / f"{case.spec}.yaml", variant=case.variant).build()
        theirs = application(case, **arguments)
    assert facts(ours) == facts(theirs)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.spec)
def test_the_flat_spec_builds_the_same_model(case: Case, tmp_path: Path) -> None:
    path, flat = ZOO / f"{case.spec}.yaml", tmp_path / "flat.yaml"
    chosen = [] if case.variant is None else ["--variant", case.variant]
    assert run(["expand", str(path), *chosen, "-o", str(flat)]) == 0
    with keras.StatelessScope(initialize_variables=False):
        before = graphspec.load(path, variant=case.variant).build().get_config()
        after = graphspec.load(flat).build().get_config()
    assert after == before


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.spec)
def test_outputs_are_those_of_the_application_with_its_weights(case: Case) -> None:
    settings = {"size": case.size, "classes": CLASSES}
    ours = graphspec.load(ZOO / f"{case.spec}.yaml", variant=case.variant, params=settings).build()
    theirs = application(case, input_shape=(case.size, case.size, 3), classes=CLASSES)
    assert_same(ours, theirs, case.size)


def assert_same(ours: keras.Model, theirs: keras.Model, size: int) -> None:
    numbers = np.random.default_rng(1)
    for layer, reference in zip(weighted(ours), weighted(theirs), strict=True):
        layer.set_weights([spread(weight, numbers) for weight in reference.get_weights()])
        reference.set_weights(layer.get_weights())
    images = numbers.uniform(0, 255, (2, size, size, 3)).astype("float32")
    if not any(isinstance(layer, layers.Rescaling | layers.Normalization) for layer in theirs.layers):
        images = images / 127.5 - 1
    wanted, computed = theirs(images, training=False), ours({"image": images}, training=False)
    for expected, found in zip(outputs(wanted), outputs(computed), strict=True):
        # What all classes alike would give would say little.
        assert np.std(expected) > 1e-5
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)


def spread(weight: np.ndarray, numbers: np.random.Generator) -> np.ndarray:
    """Return other weights than a new layer's, whose normalizations do nothing; positive ones stay so."""
    if weight.ndim != 1:
        return weight
    return (weight + numbers.uniform(0.0, 0.2, weight.shape)).astype(weight.dtype)


def outputs(result: Any) -> list[np.ndarray]:
    return [np.asarray(item) for item in keras.tree.flatten(result)]


def test_googlenet_computes_what_the_paper_says() -> None:
    ours = graphspec.load(ZOO / "googlenet.yaml", params={"classes": CLASSES}).build()
    theirs = googlenet()
    assert facts(ours) == facts(theirs)
    assert_same(ours, theirs, 224)


def test_googlenet_written_out_builds_the_same_model(tmp_path: Path) -> None:
    flat = tmp_path / "flat.yaml"
    assert run(["expand", str(ZOO / "googlenet.yaml"), "-o", str(flat)]) == 0
    configs = []
    for path in (ZOO / "googlenet.yaml", flat):
        # Keras numbers what it names by itself.
        keras.backend.clear_session()
        model = graphspec.load(path).build()
        configs.append((model.get_config(), model.get_compile_config()))
    assert configs[1] == configs[0]


def googlenet() -> keras.Model:
    def conv(filters: int, kernel: int, strides: int = 1) -> layers.Layer:
        return layers.Conv2D(filters, kernel, strides=strides, padding="same", activation="relu")

    def pool(strides: int = 2) -> layers.Layer:
        return layers.MaxPooling2D(3, strides=strides, padding="same")

    def inception(x: Any, *columns: int) -> Any:
        conv1, reduce3, conv3, reduce5, conv5, projected = columns
        branches = [
            conv(conv1, 1)(x),
            conv(conv3, 3)(conv(reduce3, 1)(x)),
            conv(conv5, 5)(conv(reduce5, 1)(x)),
            conv(projected, 1)(pool(1)(x)),
        ]
        return layers.concatenate(branches)

    def auxiliary(x: Any) -> Any:
        x = layers.Flatten()(conv(128, 1)(layers.AveragePooling2D(5, strides=3)(x)))
        x = layers.Dropout(0.7)(layers.Dense(1024, activation="relu")(x))
        return layers.Dense(CLASSES, activation="softmax")(x)

    image = keras.Input((224, 224, 3))
    x = LocalResponse()(pool()(conv(64, 7, 2)(image)))
    x = pool()(LocalResponse()(conv(192, 3)(conv(64, 1)(x))))
    x = inception(x, 64, 96, 128, 16, 32, 32)
    x = pool()(inception(x, 128, 128, 192, 32, 96, 64))
    x = inception(x, 192, 96, 208, 16, 48, 64)
    first = auxiliary(x)
    x = inception(x, 160, 112, 224, 24, 64, 64)
    x = inception(x, 128, 128, 256, 24, 64, 64)
    x = inception(x, 112, 144, 288, 32, 64, 64)
    second = auxiliary(x)
    x = pool()(inception(x, 256, 160, 320, 32, 128, 128))
    x = inception(x, 256, 160, 320, 32, 128, 128)
    x = layers.Dropout(0.4)(layers.GlobalAveragePooling2D()(inception(x, 384, 192, 384, 48, 128, 128)))
    label = layers.Dense(CLASSES, activation="softmax")(x)
    return keras.Model(image, {"label": label, "auxiliary1": first, "auxiliary2": second})


class LocalResponse(layers.Layer):
    """TensorFlow's local response normalization over five channels."""

    def call(self, x: Any) -> Any:
        import tensorflow as tf

        return tf.nn.local_response_normalization(x, depth_radius=2, bias=1.0, alpha=2e-5, beta=0.75)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape
