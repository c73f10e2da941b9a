"""The catalogue against the Keras that is installed."""

import copy
import inspect
import warnings
from inspect import Parameter

import pytest

from graphspec.catalog import catalog, designs
from graphspec.catalog.tables.layers import LEFT_OUT
from graphspec.frontend.expand import snake_case

pytestmark = pytest.mark.keras

keras = pytest.importorskip("keras")

LAYERS = [name for name in catalog.layer_names() if catalog.layer(name).refused is None]
NEEDS_SCIPY = {"STFTSpectrogram"}
SAMPLES = {
    "activation": "relu", "axes": 1, "dims": [2, 1], "equation": "ab,bc->ac", "factor": 0.5, "filters": 4,
    "head_dim": 4, "height": 4, "height_factor": 0.5, "input_dim": 4, "key_dim": 4, "kernel_size": 3, "max_number": 3,
    "n": 2, "num_bins": 4, "num_heads": 2, "num_key_value_heads": 2, "num_query_heads": 4, "num_tokens": 4,
    "output_dim": 4, "output_shape": 4, "output_size": 2, "pool_size": 2, "rate": 0.5, "scale": 2.0, "stddev": 0.1,
    "target_shape": [-1], "units": 4, "width": 4, "width_factor": 0.5,
}  # fmt: skip
# Arguments whose default is refused unless another one is given.
TOGETHER = {"Discretization": {"num_bins": 4}, "RandomPosterization": {"factor": 4}}


def sample(name):
    layers = keras.layers
    given = dict(TOGETHER.get(name, {}))
    for argument in catalog.layer(name).arguments.values():
        if not argument.required or argument.name in given:
            continue
        match argument.name:
            case "layer":
                inner = layers.LSTM(2) if name == "Bidirectional" else layers.Dense(2)
                given["layer"] = inner
            case "layers":
                given["layers"] = [layers.Dense(2)]
            case "cell":
                given["cell"] = layers.LSTMCell(2)
            case "cells":
                given["cells"] = [layers.LSTMCell(2)]
            case other:
                given[other] = copy.deepcopy(SAMPLES[other])
    return given


def build(name, **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(keras.layers, name)(**{**sample(name), **arguments})


def keras_module(category):
    module = keras
    for part in {"schedule": "optimizers.schedules"}.get(category, catalog.SECTIONS[category]).split("."):
        module = getattr(module, part)
    return module


@pytest.fixture(scope="module")
def generate():
    return pytest.importorskip("graphspec.catalog.generate")


def test_the_data_is_what_keras_offers(generate):
    for name, section in generate.generate().items():
        committed = (catalog.DATA / f"{name}.json").read_text(encoding="utf-8")
        assert generate.text_of(section) == committed, f"run python -m graphspec.catalog.generate: {name} differs"


@pytest.mark.parametrize(
    "name", ["ConvNeXtTiny", "EfficientNetB0", "InceptionV3", "MobileNet", "NASNetMobile", "VGG16"]
)
def test_how_applications_are_made_up(name):
    applications = pytest.importorskip("graphspec.catalog.generate_applications")
    committed = (designs.DATA / f"{name}.json").read_text(encoding="utf-8")
    assert applications.text_of(applications.application(name)) == committed


def test_the_version():
    assert keras.__version__ == catalog.KERAS_VERSION


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_takes_all_its_arguments(name):
    if name in NEEDS_SCIPY:
        pytest.importorskip("scipy")
    given = sample(name)
    defaults = {
        argument.name: argument.default
        for argument in catalog.layer(name).arguments.values()
        if argument.name not in given
    }
    build(name, **copy.deepcopy(defaults))


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_has_no_other_arguments(name):
    signature = inspect.signature(getattr(keras.layers, name))
    named = {
        parameter.name: parameter
        for parameter in signature.parameters.values()
        if parameter.kind not in {Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL}
    }
    arguments = catalog.layer(name).arguments
    assert named.keys() - LEFT_OUT <= arguments.keys()
    for argument in arguments.values():
        parameter = named.get(argument.name)
        if parameter is None:
            assert any(p.kind is Parameter.VAR_KEYWORD for p in signature.parameters.values())
        elif parameter.default is Parameter.empty:
            assert argument.required
        elif not argument.required:
            default = parameter.default
            assert argument.default == (_listed(default) if isinstance(default, tuple) else default)


def _listed(value):
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", sorted(set(LAYERS) - {"HashedCrossing"} - NEEDS_SCIPY))
def test_a_layer_refuses_what_is_not_listed(name):
    with pytest.raises((TypeError, ValueError)):
        build(name, no_such_argument=1)


@pytest.mark.parametrize("category", [name for name in catalog.SECTIONS if name != "schedule"])
def test_keras_reads_the_names_that_it_is_said_to_read(category):
    get = keras_module(category).get
    for name in catalog.object_names(category):
        found = catalog.object_(category, name)
        needs = any(argument.required for argument in found.arguments.values())
        if name in {"acc", "ce", "crossentropy"} or needs or found.canonical.startswith("STFT"):
            continue
        if found.by_string:
            get(name)
        else:
            with pytest.raises((ValueError, KeyError)):
                get(name)


@pytest.mark.parametrize("category", list(catalog.SECTIONS))
def test_the_canonical_names_are_attributes_of_keras(category):
    module = keras_module(category)
    for name in catalog.object_names(category):
        found = catalog.object_(category, name)
        if found.canonical not in {"acc", "accuracy", "ce", "crossentropy"}:
            assert inspect.isclass(getattr(module, found.canonical)) == found.is_class


@pytest.mark.parametrize("name", ["accuracy", "acc", "crossentropy", "ce"])
def test_compile_knows_the_metrics_that_go_by_shape(name):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="categorical_crossentropy", metrics=[name])


def symbolic(*shape, dtype="float32"):
    return keras.KerasTensor((2, *shape), dtype=dtype)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("eig", {"x": (3, 3)}),
        ("eigh", {"x": (3, 3)}),
        ("fft", {"x": [(4,), (4,)]}),
        ("fft2", {"x": [(4, 4), (4, 4)]}),
        ("ifft2", {"x": [(4, 4), (4, 4)]}),
        ("histogram", {"x": (4,)}),
        ("lu_factor", {"x": (3, 3)}),
        ("moments", {"x": (4, 3), "=axes": [1]}),
        ("qr", {"x": (3, 3)}),
        ("rfft", {"x": (4,)}),
        ("slogdet", {"x": (3, 3)}),
        ("stft", {"x": (16,), "=sequence_length": 4, "=sequence_stride": 2, "=fft_length": 4}),
        ("svd", {"x": (3, 3)}),
        ("top_k", {"x": (4,), "=k": 2}),
        ("unique", {"x": (4,), "=return_index": True, "=return_inverse": True, "=return_counts": True}),
        ("ctc_decode", {"inputs": (5, 4), "sequence_lengths": ()}),
    ],
)
def test_an_op_gives_as_many_outputs_as_are_named(name, arguments):
    given = {}
    for key, value in arguments.items():
        if key.startswith("="):
            given[key[1:]] = value
        else:
            given[key] = [symbolic(*shape) for shape in value] if isinstance(value, list) else symbolic(*value)
    assert len(getattr(keras.ops, name)(**given)) == len(catalog.op(name).outputs)


def test_the_states_of_layers():
    for name in ("SimpleRNN", "GRU", "LSTM"):
        outputs = getattr(keras.layers, name)(2, return_state=True)(symbolic(3, 4))
        assert len(outputs) == len(catalog.layer(name).outputs)
    for rank in (1, 2, 3):
        layer = getattr(keras.layers, f"ConvLSTM{rank}D")(2, 3, return_state=True)
        assert len(layer(symbolic(3, *[8] * rank, 4))) == len(catalog.layer(f"ConvLSTM{rank}D").outputs)


@pytest.mark.parametrize("name", ["Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply"])
def test_one_tensor_is_enough_to_merge(name):
    getattr(keras.layers, name)()([symbolic(4)])


def test_a_class_in_lower_case_is_what_keras_names_it():
    from keras.src.utils.naming import to_snake_case

    names = [*catalog.layer_names(), *catalog.application_names(), "my.own.Gate", "Größe2D", "HTTPServer", "a-B"]
    assert {name: snake_case(name) for name in names} == {name: to_snake_case(name) for name in names}
