"""A model that Keras has described becomes a spec, and that spec builds the same model."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from test_specs_equal_keras import fed, fill, inputs_of

import graphspec
from graphspec import from_keras

pytestmark = [
    pytest.mark.keras,
    # Keras reads variables in a way that numpy 2 deprecates.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
# Params that make them small.
ZOO = {
    "transformer": {"layers": 1, "width": 8, "heads": 2, "vocabulary": 20, "hidden": 8},
    "two_tower": {"videos": 20, "channels": 10, "embedding": 4, "hidden": [6, 5], "width": 4},
    "tcn": {"levels": 2, "filters": 4},
}
# One of each family, but for ConvNeXt.
APPLICATIONS = (
    "DenseNet121", "EfficientNetB0", "InceptionResNetV2", "MobileNetV2", "MobileNetV3Small", "ResNet50V2", "Xception"
)  # fmt: skip


@pytest.fixture(autouse=True)
def fresh_names() -> Iterator[None]:
    keras.backend.clear_session()
    yield
    keras.backend.clear_session()


def rebuilt(model: keras.Model, folder: Path) -> keras.Model:
    path = folder / "lifted.yaml"
    path.write_text(from_keras(model).to_yaml())
    return graphspec.load(path).build()


def described(model: keras.Model) -> Any:
    """Return what Keras says of a model, but for what a spec does not.

    That is whether a single input stands in a list, and the names of optimizers, which Keras numbers through.
    """
    found = json.loads(model.to_json(), object_hook=with_bare_input)
    optimizer = (found.get("compile_config") or {}).get("optimizer")
    if optimizer is not None:
        del optimizer["config"]["name"]
    return found


def with_bare_input(item: dict[str, Any]) -> dict[str, Any]:
    inputs = item.get("input_layers")
    return {**item, "input_layers": inputs[0]} if isinstance(inputs, list) and len(inputs) == 1 else item


def assert_same_outputs(model: keras.Model, other: keras.Model) -> None:
    """Compare the outputs once the weights are those of the first model, layer by layer and by their names."""
    for layer in model.layers:
        other.get_layer(layer.name).set_weights(layer.get_weights())
    assert_same_results(model, other)


def assert_same_results(model: keras.Model, other: keras.Model) -> None:
    inputs = inputs_of(model)
    bare = inputs[model.inputs[0].name]
    expected, found = (
        keras.tree.flatten(item(bare if isinstance(item, keras.Sequential) else fed(item, inputs), training=False))
        for item in (model, other)
    )
    for one, another in zip(expected, found, strict=True):
        np.testing.assert_allclose(one, another, atol=1e-6)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_spec_comes_back_from_the_model_that_it_builds(path, tmp_path):
    model = graphspec.load(path).build()
    fill(model)
    other = rebuilt(model, tmp_path)

    expected, found = described(model), described(other)
    if path.stem == "detector":
        # Keras does not write the delta of a Huber loss.
        del expected["compile_config"]["loss"], found["compile_config"]["loss"]
    assert found == expected
    assert_same_outputs(model, other)


@pytest.mark.parametrize("name", ZOO)
def test_a_spec_of_the_zoo_comes_back_by_what_it_computes(name, tmp_path):
    model = graphspec.load(SPECS[0].parent / "zoo" / f"{name}.yaml", params=ZOO[name]).build()
    fill(model)
    other = rebuilt(model, tmp_path)

    # Copies of blocks come back as plain nodes, which have other names.
    assert [type(layer) for layer in other.layers] == [type(layer) for layer in model.layers]
    other.set_weights(model.get_weights())
    assert_same_results(model, other)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_comes_back(name, tmp_path):
    with keras.StatelessScope(initialize_variables=False):
        model = getattr(keras.applications, name)(weights=None)
        other = rebuilt(model, tmp_path)
        expected, found = described(model)["config"], described(other)["config"]

    assert {item["name"]: item for item in found["layers"]} == {item["name"]: item for item in expected["layers"]}
    assert other.count_params() == model.count_params()
    assert (found["input_layers"], found["output_layers"]) == (expected["input_layers"], expected["output_layers"])


@pytest.mark.parametrize(
    ("name", "lines"),
    [("ResNet50", 120), ("ResNet152", 120), ("MobileNetV2", 100), ("DenseNet201", 100), ("EfficientNetB7", 200)],
)
def test_the_spec_of_an_application_is_as_short_as_a_person_would_write_it(name, lines):
    with keras.StatelessScope(initialize_variables=False):
        model = getattr(keras.applications, name)(weights=None)
    assert len(from_keras(model).to_yaml().splitlines()) < lines


def test_an_application_with_layers_and_models_of_its_own_comes_back(tmp_path):
    with keras.StatelessScope(initialize_variables=False):
        model = keras.applications.ConvNeXtTiny(weights=None)
        other = rebuilt(model, tmp_path)

    # The nested models, sequential in one and functional in the other, count for what is in them.
    assert {layer.name for layer in other.layers} == {layer.name for layer in model.layers}
    assert sorted(tuple(item.shape) for item in other.weights) == sorted(tuple(item.shape) for item in model.weights)


def functional() -> keras.Model:
    """Return a model that shares a layer, calls a nested model twice, and has ops, slices and constants between."""
    x, y = keras.Input((4, 8), name="x"), keras.Input((4, 8), name="y")
    shared = keras.layers.Dense(8, name="shared")
    inner = keras.Sequential([keras.Input((8,), name="i"), keras.layers.Dense(3, name="a")], name="inner")
    joined = keras.layers.Concatenate(name="joined")([shared(x), shared(y), 1.0 - shared(x) * 2.0])
    heads = keras.layers.MultiHeadAttention(2, 4, name="heads")(x, value=y, key=y, use_causal_mask=True)
    last = keras.ops.max(joined, axis=1)[:, :8]
    parts = keras.ops.split(last, 2, axis=-1)
    sums = keras.ops.matmul(parts[1], np.ones((4, 3), "float32"))
    both = keras.layers.Add(name="both")([inner(last), inner(keras.ops.mean(heads, axis=1)), sums])
    out, h, _ = keras.layers.LSTM(5, return_sequences=True, return_state=True, name="memory")(y)
    rest = keras.layers.GRU(2, name="rest")(out[..., ::-1], mask=x[:, :, 0] > 0.5)
    noisy = keras.layers.Dropout(0.5, name="noisy")(h, training=False)
    return keras.Model([x, y], {"both": both, "h": noisy, "rest": rest}, name="everything")


def masked() -> keras.Model:
    """Return a model in which a mask goes through layers of many kinds."""
    words = keras.Input((None,), dtype="int32", name="words")
    x = keras.layers.Embedding(20, 6, mask_zero=True, name="e")(words)
    x = keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True), name="b")(x)
    x = keras.layers.TimeDistributed(keras.layers.Dense(6), name="t")(x)
    twice = keras.layers.Add(name="twice")([x, x])
    x = keras.layers.MultiHeadAttention(2, 3, name="m")(twice, x)
    return keras.Model(words, keras.layers.GlobalAveragePooling1D(name="g")(x), name="masked")


def tower() -> keras.Model:
    """Return a sequential model with a frozen one inside."""
    inner = keras.Sequential([keras.layers.Dense(4, name="a"), keras.layers.BatchNormalization(name="n")], name="inner")
    inner.trainable = False
    layers = [
        keras.Input((6,), name="x"),
        inner,
        keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L1L2(0.1)),
    ]
    return keras.Sequential(layers, name="tower")


@pytest.mark.parametrize("make", [functional, masked, tower])
def test_a_model_by_hand_comes_back(make, tmp_path):
    model = make()
    fill(model)
    other = rebuilt(model, tmp_path)

    assert other.count_params() == model.count_params()
    assert len(other.trainable_weights) == len(model.trainable_weights)
    assert_same_outputs(model, other)
    assert from_keras(other).document == from_keras(model).document


def test_a_subclass_is_no_graph():
    class Own(keras.Model):
        def call(self, inputs: Any) -> Any:
            return inputs

    with pytest.raises(graphspec.LiftError):
        graphspec.from_keras(Own())


def test_a_lambda_is_refused():
    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Lambda(lambda t: t + 1, name="secret")(x))
    with pytest.raises(graphspec.LiftError, match='"secret" is a Lambda'):
        graphspec.from_keras(model)
