"""The zoo's specs compute what the models of the papers, written in Keras by hand, compute with the same weights."""

import json
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
from zoo_oracles import LENGTH, ORACLES

import graphspec
from graphspec.cli.main import run
from graphspec.views.summary import Summary

pytestmark = [
    pytest.mark.keras,
    # Keras reads variables in a way that numpy 2 deprecates.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

ZOO = Path(__file__).parents[2] / "specs" / "zoo"
SAMPLES = 2
TOLERANCE = 1e-4


@pytest.fixture(autouse=True)
def clear() -> Iterator[None]:
    yield
    keras.backend.clear_session()


def weighted(model: keras.Model, path: str = "") -> dict[str, keras.Layer]:
    """Return the layers with weights by name, those of nested models with the model's name before theirs."""
    found: dict[str, keras.Layer] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found |= weighted(layer, f"{path}{layer.name}/")
        elif layer.weights:
            found[path + layer.name] = layer
    return found


def elements(weights: list[keras.Variable]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


def assert_same_shapes(summary: Summary, model: keras.Model) -> None:
    """Check the shape of each call that Keras knows by its name: all but those of shared layers and nested models."""
    known = {operation.name: operation for operation in model.operations}
    rows = [row for row in summary.calls if row.name in known]
    assert rows or all(row.type == "Functional" for row in summary.calls)
    for row in rows:
        shapes = [tuple(size if isinstance(size, int) else None for size in shape) for shape in row.shapes or ()]
        tensors = keras.tree.flatten(known[row.name].output)
        assert shapes == [tensor.shape for tensor in tensors], row.name


def fill(model: keras.Model) -> None:
    """Give each weight values of its own, the statistics and biases too, of a size that keeps the signal."""
    numbers = np.random.default_rng(3)
    for weight in model.weights:
        if len(weight.shape) == 1:
            weight.assign(weight + numbers.uniform(0.05, 0.5, weight.shape))
        else:
            weight.assign(numbers.standard_normal(weight.shape) * np.prod(weight.shape[:-1]) ** -0.5)


def copy_weights(source: keras.Model, target: keras.Model) -> None:
    theirs, ours = weighted(source), weighted(target)
    assert sorted(theirs) == sorted(ours)
    for name, layer in theirs.items():
        ours[name].set_weights(layer.get_weights())


def inputs_of(model: keras.Model) -> dict[str, np.ndarray]:
    """Return random inputs by name; the first sample of a text or sound begins with padding."""
    numbers = np.random.default_rng(4)
    arrays = {}
    for tensor in model.inputs:
        shape = (SAMPLES, *(size or LENGTH for size in tensor.shape[1:]))
        if tensor.dtype == "int32":
            arrays[tensor.name] = numbers.integers(1, 7, shape, dtype="int32")
            if len(shape) > 1:
                arrays[tensor.name][0, :3] = 0
        else:
            arrays[tensor.name] = numbers.standard_normal(shape).astype("float32")
    return arrays


def outputs_of(model: keras.Model, arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    fed = [arrays[tensor.name] for tensor in model.inputs]
    results = model(fed if isinstance(model.input, list) else fed[0], training=False)
    return [keras.ops.convert_to_numpy(result) for result in keras.tree.flatten(results)]


def assert_close(ours: list[np.ndarray], theirs: list[np.ndarray]) -> None:
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        assert np.isfinite(other).all()
        assert other.std() > 0
        assert np.abs(one - other).max() <= TOLERANCE * np.abs(other).max()


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_a_spec_is_the_model_of_its_paper(name: str) -> None:
    write, params = ORACLES[name]
    oracle = write()
    fill(oracle)
    spec = graphspec.load(ZOO / f"{name}.yaml", params=params)
    model = spec.build()
    assert model.count_params() == oracle.count_params() == spec.examine().parameters
    assert elements(model.trainable_weights) == elements(oracle.trainable_weights) == spec.examine().trainable
    assert_same_shapes(spec.examine(), model)
    copy_weights(oracle, model)
    arrays = inputs_of(oracle)
    assert_close(outputs_of(model, arrays), outputs_of(oracle, arrays))


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_the_expanded_spec_is_the_same_model(name: str, tmp_path: Path) -> None:
    _, params = ORACLES[name]
    given = [word for param, value in params.items() for word in ("--set", f"{param}={json.dumps(value)}")]
    assert run(["expand", str(ZOO / f"{name}.yaml"), *given, "-q", "-o", str(tmp_path / "flat.yaml")]) == 0
    whole = graphspec.load(ZOO / f"{name}.yaml", params=params).build()
    flat = graphspec.load(tmp_path / "flat.yaml").build()
    assert whole.name == flat.name
    assert [operation.name for operation in whole.operations] == [operation.name for operation in flat.operations]
    fill(whole)
    copy_weights(whole, flat)
    arrays = inputs_of(whole)
    for one, other in zip(outputs_of(whole, arrays), outputs_of(flat, arrays), strict=True):
        np.testing.assert_array_equal(one, other)
