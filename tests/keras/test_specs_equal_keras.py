"""Each example spec builds the model that its oracle builds in Keras by hand, and trains, saves and loads like it."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import yaml
from oracles import ORACLES, PARAMETERS

import graphspec

pytestmark = [
    pytest.mark.keras,
    # Keras reads variables in a way that numpy 2 deprecates.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SPECS = {path.stem: path for path in (Path(__file__).parents[2] / "specs").glob("*.yaml")}
SAMPLES = 4
ANY_LENGTH = 7
TOLERANCE = 1e-5
Arrays = dict[str, np.ndarray]


class Pair(NamedTuple):
    """A model as its spec builds it, and as it is in Keras."""

    name: str
    built: keras.Model
    oracle: keras.Model


@pytest.fixture(scope="module", params=sorted(SPECS))
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    name = request.param
    keras.utils.set_random_seed(1)
    built = graphspec.load(SPECS[name]).build()
    oracle = ORACLES[name]()
    fill(oracle)
    yield Pair(name, eager(built), eager(oracle))
    keras.backend.clear_session()


def eager(model: keras.Model) -> keras.Model:
    """Let a model run without being traced and compiled, which takes longer than its few steps here."""
    if not model.compiled:
        model.compile(optimizer="adam", loss="mse")
    model.run_eagerly = True
    model.jit_compile = False
    return model


def fill(model: keras.Model) -> None:
    """Give each weight values of its own, the same on every backend, so that one in the wrong place shows.

    They are of a size that keeps the signal: what Keras draws for embeddings would leave 5000 probabilities all alike.
    """
    numbers = np.random.default_rng(3)
    for weight in model.weights:
        if len(weight.shape) == 1:
            # Biases and statistics move away from the zeros and ones that they start at.
            weight.assign(weight + numbers.uniform(0.01, 0.1, weight.shape))
        else:
            size = 1.0 if weight.name == "embeddings" else np.prod(weight.shape[:-1]) ** -0.5
            weight.assign(size * numbers.standard_normal(weight.shape))


def inputs_of(model: keras.Model) -> Arrays:
    """Return random inputs by name; words come with padding at the end of the first two samples."""
    numbers = np.random.default_rng(4)
    vocabulary = min((layer.input_dim for layer in layers_in(model) if hasattr(layer, "input_dim")), default=0)
    arrays: Arrays = {}
    for tensor in model.inputs:
        shape = (SAMPLES, *(size or ANY_LENGTH for size in tensor.shape[1:]))
        if tensor.dtype == "int32":
            assert vocabulary > 1
            words = numbers.integers(1, vocabulary, shape, dtype="int32")
            if words.ndim > 1:
                words[:2, -2:] = 0
            arrays[tensor.name] = words
        else:
            arrays[tensor.name] = numbers.random(shape, dtype="float32")
    return arrays


def fed(model: keras.Model, arrays: Arrays) -> Arrays | np.ndarray:
    """Return inputs as the model takes them without a warning: by name, or the only one by itself."""
    return arrays if isinstance(model.input, list) else arrays[model.inputs[0].name]


def layers_in(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in model.layers:
        inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
        if isinstance(inner, keras.Model):
            yield from layers_in(inner)
        else:
            yield inner


def output_names(name: str) -> list[str]:
    outputs = yaml.safe_load(SPECS[name].read_text())["outputs"]
    return [outputs] if isinstance(outputs, str) else list(outputs)


def by_name(name: str, results: Any) -> Arrays:
    """Return what a model gave, in whatever structure, by the names of the spec's outputs."""
    names = output_names(name)
    results = keras.tree.map_structure(keras.ops.convert_to_numpy, results)
    if isinstance(results, dict):
        assert set(results) == set(names)
        return results
    arrays = results if isinstance(results, list) else [results]
    return dict(zip(names, arrays, strict=True))


def outputs_of(name: str, model: keras.Model, inputs: Arrays | None = None) -> Arrays:
    return by_name(name, model(fed(model, inputs or inputs_of(model)), training=False))


def targets_of(name: str, model: keras.Model) -> Arrays:
    """Return random targets by the names of the spec's outputs, in the form that each output's loss takes."""
    numbers = np.random.default_rng(5)
    loss = (yaml.safe_load(SPECS[name].read_text()).get("compile") or {}).get("loss")
    targets: Arrays = {}
    for output, values in outputs_of(name, model).items():
        own = loss[output] if isinstance(loss, dict) and output in loss else loss
        if isinstance(own, str) and own.startswith("sparse"):
            targets[output] = numbers.integers(0, values.shape[-1], values.shape[:-1])
        else:
            targets[output] = numbers.random(values.shape, dtype="float32")
    return targets


def trained(name: str, model: keras.Model, targets: Arrays) -> dict[str, list[float]]:
    """Return the history of one step, with the data by name; Keras takes the target of an only output by itself."""
    y = targets if isinstance(model.output, dict | list) else targets[output_names(name)[0]]
    history: dict[str, list[float]] = model.fit(
        fed(model, inputs_of(model)), y, batch_size=SAMPLES, epochs=1, verbose=0
    ).history
    return history


def named_layers(model: keras.Model) -> dict[str, keras.layers.Layer]:
    """Return the layers by name, where Keras counts globally (the input of an application) without the number."""
    named = {re.sub(r"^input_layer_\d+$", "input_layer", layer.name): layer for layer in model.layers}
    assert len(named) == len(model.layers)
    return named


def matched_layers(
    built: keras.Model, oracle: keras.Model, path: str = ""
) -> Iterator[tuple[str, keras.layers.Layer, keras.layers.Layer]]:
    """Yield the layers of the two models by name: those of nested models, and what a wrapper holds, after them."""
    ours, theirs = named_layers(built), named_layers(oracle)
    assert sorted(ours) == sorted(theirs), f"layers of {path or 'the model'}"
    for name, layer in ours.items():
        yield from _matched(layer, theirs[name], f"{path}{name}")


def _matched(
    built: keras.layers.Layer, oracle: keras.layers.Layer, path: str
) -> Iterator[tuple[str, keras.layers.Layer, keras.layers.Layer]]:
    assert type(built) is type(oracle), path
    yield path, built, oracle
    if isinstance(built, keras.Model):
        assert built.name == oracle.name
        yield from matched_layers(built, oracle, f"{path}/")
    elif isinstance(built, keras.layers.Wrapper):
        yield from _matched(built.layer, oracle.layer, f"{path}/layer")


def own_variables(layer: keras.layers.Layer) -> list[keras.Variable]:
    """Return the weights of a layer and the states of its random numbers; those it only holds are matched apart."""
    return [] if isinstance(layer, keras.Model | keras.layers.Wrapper) else layer.variables


def copy_weights(source: keras.Model, target: keras.Model) -> None:
    copied: set[int] = set()
    for path, theirs, ours in matched_layers(source, target):
        for value, variable in zip(own_variables(theirs), own_variables(ours), strict=True):
            assert value.shape == variable.shape, path
            variable.assign(value)
            copied.add(id(variable))
    assert {id(weight) for weight in target.weights} <= copied
    assert target.weights


def weights_by_path(built: keras.Model, oracle: keras.Model) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    for path, ours, theirs in matched_layers(built, oracle):
        for number, (mine, other) in enumerate(zip(own_variables(ours), own_variables(theirs), strict=True)):
            yield f"{path}:{number}", keras.ops.convert_to_numpy(mine), keras.ops.convert_to_numpy(other)


def config_of(layer: keras.layers.Layer) -> object:
    """Return how a layer was configured, without its name and without the layer that a wrapper holds."""
    return plain({key: value for key, value in layer.get_config().items() if key not in {"name", "layer"}})


def plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def shapes_of(structure: object) -> object:
    return keras.tree.map_structure(lambda tensor: f"{tensor.dtype} {tensor.shape}", structure)


def distances(ones: Arrays, others: Arrays) -> dict[str, float]:
    """Return how far apart two results are at most, by output, in units of the second's largest number."""
    assert set(ones) == set(others)
    found = {}
    for output, values in others.items():
        assert ones[output].shape == values.shape
        assert np.isfinite(values).all()
        found[output] = float(np.abs(ones[output] - values).max() / np.abs(values).max())
    return found


def assert_close(ones: Arrays, others: Arrays, tolerance: float = TOLERANCE) -> None:
    for output, distance in distances(ones, others).items():
        assert distance <= tolerance, output


def assert_far(ones: Arrays, others: Arrays, what: str) -> None:
    """Check that what differs between two runs shows in every output, far above what passes for equal."""
    for output, distance in distances(ones, others).items():
        assert distance > 100 * TOLERANCE, f"{output} does not depend on {what}"


def shapes_in(variables: list[keras.Variable]) -> Counter[tuple[object, ...]]:
    return Counter((*variable.shape, variable.dtype) for variable in variables)


def test_every_spec_has_an_oracle() -> None:
    assert len(SPECS) >= 22
    assert set(SPECS) == set(ORACLES) == set(PARAMETERS)


def test_parameters(pair: Pair) -> None:
    assert pair.built.count_params() == PARAMETERS[pair.name]
    assert pair.oracle.count_params() == PARAMETERS[pair.name]
    for kind in ("trainable_variables", "non_trainable_variables"):
        assert shapes_in(getattr(pair.built, kind)) == shapes_in(getattr(pair.oracle, kind)), kind


def test_inputs_and_outputs(pair: Pair) -> None:
    built, oracle = pair.built, pair.oracle
    assert built.name == oracle.name
    assert isinstance(built.input, list), "Keras takes data by name for a list of inputs"
    assert [tensor.name for tensor in built.inputs] == [tensor.name for tensor in oracle.inputs]
    assert [tensor.name for tensor in built.inputs] == sorted(yaml.safe_load(SPECS[pair.name].read_text())["inputs"])
    assert shapes_of(built.inputs) == shapes_of(oracle.inputs)
    assert shapes_of(built.output) == shapes_of(oracle.output)
    if isinstance(built.output, list):
        assert built.output_names == oracle.output_names == output_names(pair.name)


def test_layers(pair: Pair) -> None:
    matched = list(matched_layers(pair.built, pair.oracle))
    assert len(matched) >= len(pair.built.inputs) + 2
    for path, ours, theirs in matched:
        assert ours.count_params() == theirs.count_params(), path
        assert [(weight.shape, weight.dtype) for weight in ours.weights] == [
            (weight.shape, weight.dtype) for weight in theirs.weights
        ], path
        assert ours.trainable == theirs.trainable, path
        assert ours.dtype_policy.name == theirs.dtype_policy.name, path
        if not isinstance(ours, keras.Model):
            assert config_of(ours) == config_of(theirs), path
        if not path.endswith("/layer"):
            assert shapes_of(ours.output) == shapes_of(theirs.output), path


def test_operations_beside_the_layers(pair: Pair) -> None:
    ours, theirs = (
        {item.name: item for item in model.operations if not isinstance(item, keras.layers.Layer)}
        for model in (pair.built, pair.oracle)
    )
    assert Counter(type(item) for item in ours.values()) == Counter(type(item) for item in theirs.values())
    nodes = yaml.safe_load(SPECS[pair.name].read_text())["nodes"]
    computed = {name for name, node in nodes.items() if any(key == "expr" or key.startswith("ops.") for key in node)}
    assert computed <= set(ours)


def test_optimizers(pair: Pair) -> None:
    ours, theirs = pair.built.optimizer, pair.oracle.optimizer
    assert type(ours) is type(theirs)
    # Keras numbers the names of optimizers in the order in which a process makes them.
    assert plain({**ours.get_config(), "name": ""}) == plain({**theirs.get_config(), "name": ""})


@pytest.mark.filterwarnings("error")
def test_equal_weights_give_equal_outputs(pair: Pair) -> None:
    for weight in pair.built.weights:
        weight.assign(keras.ops.zeros_like(weight))
    blank = outputs_of(pair.name, pair.built)
    copy_weights(pair.oracle, pair.built)
    ours, theirs = outputs_of(pair.name, pair.built), outputs_of(pair.name, pair.oracle)
    assert_close(ours, theirs)
    assert_far(blank, ours, "the weights")


@pytest.mark.filterwarnings("error")
def test_every_output_depends_on_every_input_by_its_name(pair: Pair) -> None:
    copy_weights(pair.oracle, pair.built)
    inputs = inputs_of(pair.built)
    whole = outputs_of(pair.name, pair.built, inputs)
    for name, values in inputs.items():
        # The changed one comes first, whatever its place: Keras must go by the name.
        changed = {name: values[::-1], **{other: inputs[other] for other in inputs if other != name}}
        ours, theirs = (outputs_of(pair.name, model, changed) for model in (pair.built, pair.oracle))
        assert_close(ours, theirs)
        assert_far(ours, whole, name)


@pytest.mark.filterwarnings("error::UserWarning")
def test_one_step_of_training_is_the_same(pair: Pair) -> None:
    copy_weights(pair.oracle, pair.built)
    before = {path: ours.copy() for path, ours, _ in weights_by_path(pair.built, pair.oracle)}
    targets = targets_of(pair.name, pair.oracle)
    ours, theirs = (trained(pair.name, model, targets) for model in (pair.built, pair.oracle))
    assert set(ours) == set(theirs)
    assert np.isfinite(ours["loss"][0])
    for key, values in theirs.items():
        assert len(values) == 1
        assert ours[key] == pytest.approx(values, rel=TOLERANCE), key
    after = list(weights_by_path(pair.built, pair.oracle))
    for path, mine, other in after:
        step = np.abs(other - before[path]).max()
        np.testing.assert_allclose(mine, other, rtol=0, atol=0.01 * step + 1e-6, err_msg=path)
    moved = {path for path, mine, _ in after if not np.array_equal(mine, before[path])}
    frozen = {
        f"{path}:{number}"
        for path, layer, _ in matched_layers(pair.built, pair.oracle)
        if not layer.trainable
        for number, _ in enumerate(layer.weights)
    }
    assert moved
    assert not moved & frozen


def test_a_saved_model_loads_in_safe_mode(pair: Pair, tmp_path: Path) -> None:
    copy_weights(pair.oracle, pair.built)
    path = tmp_path / "model.keras"
    pair.built.save(path)
    loaded = keras.models.load_model(path, safe_mode=True)
    assert loaded.count_params() == PARAMETERS[pair.name]
    assert_close(outputs_of(pair.name, loaded), outputs_of(pair.name, pair.built))


def test_a_code_is_sampled_in_training_alone() -> None:
    model = graphspec.load(SPECS["variational"]).build()
    fill(model)
    # One image many times: whatever differs between the samples comes from the noise.
    x = {"image": np.repeat(inputs_of(model)["image"][:1], SAMPLES, axis=0)}
    first, second = (by_name("variational", model(x, training=True)) for _ in range(2))
    assert_close({"divergence": first["divergence"]}, {"divergence": second["divergence"]})
    for ones, others in ((first, second), (second, {"reconstruction": second["reconstruction"][::-1]})):
        assert_far(
            {"reconstruction": ones["reconstruction"]}, {"reconstruction": others["reconstruction"]}, "the noise"
        )
    mean = model.get_layer("encoder")(x["image"])["mean"]
    drawn = keras.ops.convert_to_numpy(model.get_layer("decoder")(mean))
    assert_close({"reconstruction": outputs_of("variational", model, x)["reconstruction"]}, {"reconstruction": drawn})


def test_a_frozen_model_keeps_its_weights_while_the_one_before_it_learns() -> None:
    model = graphspec.load(SPECS["gan"]).build()
    before = {part: model.get_layer(part).get_weights() for part in ("generator", "discriminator")}
    model.fit({"noise": np.ones((SAMPLES, 64))}, np.ones((SAMPLES, 1)), verbose=0)
    for part, values in before.items():
        same = all(np.array_equal(a, b) for a, b in zip(values, model.get_layer(part).get_weights(), strict=True))
        assert same == (part == "discriminator")


def save_outputs(folder: Path) -> None:
    """Write the outputs of every spec, with the weights that ``fill`` gives and random inputs, into a folder."""
    for name, path in SPECS.items():
        model = graphspec.load(path).build()
        assert model.count_params() == PARAMETERS[name]
        fill(model)
        for output, values in outputs_of(name, model).items():
            np.save(folder / f"{name}.{output}.npy", values)
        keras.backend.clear_session()


def test_jax_gives_the_same_outputs(tmp_path: Path) -> None:
    pytest.importorskip("jax")
    here, there = tmp_path / keras.backend.backend(), tmp_path / "jax"
    here.mkdir()
    there.mkdir()
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import keras, pathlib, test_specs_equal_keras\n"
        "assert keras.backend.backend() == 'jax'\n"
        f"test_specs_equal_keras.save_outputs(pathlib.Path({str(there)!r}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    save_outputs(here)
    for name in SPECS:
        ours, theirs = (
            {output: np.load(folder / f"{name}.{output}.npy") for output in output_names(name)}
            for folder in (there, here)
        )
        # Backends add up in an order of their own, which shows most in the mixed precision of one spec.
        assert_close(ours, theirs, tolerance=0.02 if name == "residual" else 1e-3)
