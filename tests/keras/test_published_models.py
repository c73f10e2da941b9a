"""Models as people publish them: from Keras to a spec, and from that to the same model, built and exported."""

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from published_models import MODELS

import graphspec
from graphspec.lift.load import lift_file
from graphspec.views.python import render_python

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

SAMPLES = 2
ANY_SIZE = 6
# Its input has a name that no spec can hold, so it becomes another.
RENAMED = {"names_with_dots_and_spaces"}
NESTED = ("Functional", "Sequential")


@pytest.fixture(autouse=True)
def fresh_names() -> Iterator[None]:
    keras.backend.clear_session()
    yield
    keras.backend.clear_session()


def layers_of(model: keras.Model, prefix: str = "") -> dict[str, keras.layers.Layer]:
    """Return every layer by its path through the nested models."""
    found: dict[str, keras.layers.Layer] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found |= layers_of(layer, f"{prefix}{layer.name}/")
        elif not isinstance(layer, keras.layers.InputLayer):
            found[prefix + layer.name] = layer
    return found


def plain(value: Any) -> Any:
    """Return a config without the names and sizes of what is inside it, and nested models as their class alone."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") in NESTED:
        return "model"
    if isinstance(value.get("config"), dict):
        inner = {key: item for key, item in value["config"].items() if key != "name"}
        return [value.get("class_name"), plain(inner)]
    return {key: plain(item) for key, item in value.items() if key != "build_config"}


def name_of(tensor: Any) -> str:
    """Return the name of an input, which is that of its layer."""
    name: str = tensor._keras_history.operation.name  # noqa: SLF001 - the record Keras keeps of its graph
    return name


def inputs_of(model: keras.Model) -> dict[str, Any]:
    random = np.random.default_rng(0)
    data = {}
    for tensor in model.inputs:
        shape = [SAMPLES, *tensor.shape[1:]] if tensor.shape[0] is None else list(tensor.shape)
        shape = [ANY_SIZE if size is None else size for size in shape]
        if tensor.dtype == "string":
            data[name_of(tensor)] = np.full(shape, "a b")
        elif "int" in tensor.dtype or tensor.dtype == "bool":
            data[name_of(tensor)] = random.integers(0, 2, shape).astype(tensor.dtype)
        else:
            data[name_of(tensor)] = random.normal(size=shape).astype(tensor.dtype)
    return {name: keras.ops.convert_to_tensor(value) for name, value in data.items()}


def outputs_of(model: keras.Model, data: dict[str, Any]) -> list[Any]:
    struct = model.inputs[0] if isinstance(model, keras.Sequential) else model._inputs_struct  # noqa: SLF001 - as it was given
    for layer in layers_of(model).values():
        if getattr(layer, "stateful", False):
            layer.reset_state()
    keras.utils.set_random_seed(0)
    fed = keras.tree.map_structure(lambda tensor: data[name_of(tensor)], struct)
    return [np.asarray(item) for item in keras.tree.flatten(model(fed, training=False))]


def assert_same(model: keras.Model, other: keras.Model) -> None:
    layers, others = layers_of(model), layers_of(other)
    # Keras' names of outputs are the same where one call makes several: a spec tells these apart, by Identity layers.
    names = getattr(model, "output_names", [])
    is_unique = len(set(names)) == len(names)
    added = {name for name, layer in others.items() if isinstance(layer, keras.layers.Identity)} - layers.keys()
    assert others.keys() - added == layers.keys()
    if is_unique and len(names) > 1 and isinstance(model._outputs_struct, list):  # noqa: SLF001 - as above
        assert not added
        assert other.output_names == names
    assert other.count_params() == model.count_params()
    assert len(other.trainable_weights) == len(model.trainable_weights)
    for name, layer in layers.items():
        assert type(others[name]) is type(layer)
        assert json.dumps(plain(others[name].get_config())) == json.dumps(plain(layer.get_config())), name
        others[name].set_weights(layer.get_weights())
    data = inputs_of(model)
    for one, another in zip(outputs_of(model, data), outputs_of(other, data), strict=True):
        if one.dtype.kind == "f":
            np.testing.assert_allclose(one, another, atol=1e-5)
        else:
            np.testing.assert_array_equal(one, another)


@pytest.mark.parametrize("name", sorted(MODELS.keys() - RENAMED))
def test_a_published_model_comes_back(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    lifted = graphspec.from_keras(model)
    path = tmp_path / "lifted.yaml"
    path.write_text(lifted.to_yaml())
    spec = graphspec.load(path)
    assert not lifted.warnings
    assert_same(model, spec.build())
    exported = tmp_path / "exported.py"
    exported.write_text(render_python(spec.graph))
    assert_same(model, runpy.run_path(str(exported))["build_model"]())


@pytest.mark.parametrize("name", sorted(RENAMED))
def test_a_model_with_other_names_comes_back_but_for_these(name: str) -> None:
    model = MODELS[name]()
    lifted = graphspec.from_keras(model)
    assert lifted.warnings == (
        '"the input" is named "the_input", since a spec cannot hold its name',
        'the name of the model, "my model 1.0", is left out: its file is named after it',
    )
    other = graphspec.load(model).build()
    assert [layer.name for layer in other.layers] == ["the_input", *[layer.name for layer in model.layers[1:]]]
    assert [weight.shape for weight in other.weights] == [weight.shape for weight in model.weights]


def test_a_saved_file_tells_what_is_shared(tmp_path: Path) -> None:
    model = MODELS["layer_shared_with_a_wrapper"]()
    model.save(tmp_path / "model.keras")
    other = graphspec.load(tmp_path / "model.keras").build()
    assert_same(model, other)


def test_outputs_in_nested_structures_become_a_list() -> None:
    x = keras.Input((4,), name="x")
    p, q = keras.layers.Dense(2, name="p")(x), keras.layers.Dense(3, name="q")(x)
    model = keras.Model(x, {"b": p, "a": [q, (p, {"c": keras.ops.exp(q)})]})
    lifted = graphspec.from_keras(model)
    assert lifted.document["outputs"] == ["q", "p", "exp", "p"]
    assert len(lifted.warnings) == 1
    assert_same(model, graphspec.load(model).build())


def test_an_output_that_a_build_names_otherwise_is_told() -> None:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)], name="mobilenet_1.00")
    x = keras.Input((4,), name="x")
    y = inner(x)
    lifted = graphspec.from_keras(keras.Model(x, [y, keras.layers.ReLU(name="r")(y)]))
    assert lifted.warnings == ('the output "mobilenet_1.00" is named "mobilenet_1_00_1"',)


@pytest.mark.parametrize("name", ["siamese_with_euclidean_distance", "transfer_learning", "video_by_frame"])
def test_an_h5_file_gives_the_spec_of_the_live_model(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    model.save(tmp_path / "model.h5")
    assert lift_file(tmp_path / "model.h5").document == graphspec.from_keras(model).document


def test_arguments_that_keras_does_not_save_are_asked_of_a_live_model() -> None:
    x = keras.Input((4,))
    y = keras.layers.Dense(4, kernel_initializer=keras.initializers.Identity(2.0), name="y")(x)
    model = keras.Model(x, y)
    model.compile("sgd", keras.losses.Huber(0.5), metrics=[keras.metrics.CosineSimilarity(axis=0)])
    lifted = graphspec.from_keras(model)
    assert lifted.document["nodes"]["y"]["Dense"]["kernel_initializer"] == {"Identity": {"gain": 2.0}}
    assert lifted.document["compile"]["loss"] == {"Huber": {"delta": 0.5}}
    assert lifted.document["compile"]["metrics"] == [{"CosineSimilarity": {"axis": 0}}]
