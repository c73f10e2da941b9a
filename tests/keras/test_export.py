"""Exported code, run alone, makes the model that building the spec makes."""

import re
import runpy
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import graphspec
from graphspec.views.python import render_python

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
CASES = sorted((Path(__file__).parents[1] / "cases" / "ok").glob("*.yaml"))
# Params that make them small.
ZOO = {
    "transformer": {"layers": 1, "width": 8, "heads": 2, "vocabulary": 20, "hidden": 8},
    "two_tower": {"videos": 20, "channels": 10, "embedding": 4, "hidden": [6, 5], "width": 4},
}
SAMPLES = 2
ANY_SIZE = 32
# What Keras makes itself: the cells of a list as one, and the input of an application.
STACKED = re.compile(r"stacked_rnn_cells(_\d+)?\Z")
AUTOMATIC = re.compile(r"input_layer(_\d+)?\Z")
# Sharing, clashes of names, and arguments of every form; each is built and exported.
CORNERS = {
    "an op beside a layer that has its name": """
        inputs: {x: [4]}
        nodes:
          add: {Add: {}, from: [x, x]}
          abs: {expr: "ops.abs(add + x) + x * 2"}
          absolute: {Dense: {units: 2}, from: abs}
        outputs: absolute
        """,
    "outputs in a list": """
        layers: {scorer: {Dense: {units: 1}}}
        inputs: {a: [4], b: [4]}
        nodes:
          left: {call: scorer, from: a}
          right: {call: scorer, from: b}
          both: {expr: "left + right"}
          parts: {ops.split: {indices_or_sections: 2, axis: 1}, from: a}
        outputs: [left, right, both, parts.0]
        compile: {optimizer: sgd, loss: {left: mse, both: mse}, loss_weights: {both: 2.0}, metrics: {right: [mae]}}
        """,
    "a layer in a nested model, in another, in a wrapper and beside them": """
        dtype: mixed_float16
        layers: {shared: {Dense: {units: 4}}}
        models:
          inner: {inputs: {x: [4]}, nodes: {y: {call: shared, from: x}}, outputs: y, dtype: float32}
          middle: {inputs: {x: [4]}, nodes: {y: {call: inner, from: x}}, outputs: y}
        inputs: {a: [4], s: [3, 4]}
        nodes:
          direct: {call: shared, from: a}
          nested: {call: middle, from: direct}
          again: {call: inner, from: nested}
          series: {TimeDistributed: {layer: {ref: shared}}, from: s}
        outputs: {again: again, series: series}
        """,
    "Python's own words as names": """
        inputs: {lambda: [6, 4], l: [6, 4], build_tower: [6, 4]}
        models: {tower: {inputs: {model: [6, 4]}, nodes: {keras: {Dense: {units: 2}, from: model}}, outputs: keras}}
        nodes:
          layers: {Concatenate: {axis: 1}, from: [lambda, l]}
          ops: {call: tower, from: build_tower}
          print: {expr: "layers[:, 1:3, ::2] + ops[:, :2]"}
          class: {chain: [{Dense: {units: 3}}, {Dense: {units: 2}, name: def}], from: print}
        outputs: class
        """,
    "several outputs of a call": """
        seed: 3
        inputs: {x: [6, 4]}
        nodes:
          memory: {Bidirectional: {layer: {LSTM: {units: 3, return_state: true, return_sequences: true}}}, from: x}
          state: {Concatenate: {}, from: [memory.1, memory.3]}
          found: {ops.top_k: {k: 2}, from: state}
          gru: {GRU: {units: 3, return_state: true}, from: x, trainable: false}
          end: {Concatenate: {}, from: [found.values, gru]}
        outputs: end
        """,
    "arguments of every form": """
        inputs: {x: [9, 9, 3], word: {shape: [], dtype: string, batch_size: 2}}
        nodes:
          pad: {ZeroPadding2D: {padding: [[1, 0], [0, 1]]}, from: x}
          conv:
            Conv2D:
              filters: 4
              kernel_size: [3, 2]
              strides: [1, 1]
              activation: {LeakyReLU: {negative_slope: 0.1}}
              kernel_initializer: {GlorotUniform: {seed: 4}}
              bias_initializer: {Constant: {value: 0.5}}
              kernel_constraint: {MaxNorm: {}}
              kernel_regularizer: {L1L2: {l1: 1e-5}}
            from: pad
          norm: {LayerNormalization: {axis: [1, 2, 3]}, from: conv}
          scaled: {ops.multiply: {}, with: {x1: {constant: [[[0.5, 2, 1, 1]]]}}, from: {x2: norm}}
          pool: {ops.adaptive_average_pool: {output_size: [2, 2]}, from: scaled}
          shape: {ops.reshape: {newshape: [-1, 16]}, from: pool}
          index: {StringLookup: {vocabulary: [a, "it's", 'say "no"']}, from: word}
          code: {CategoryEncoding: {num_tokens: 4, output_mode: one_hot}, from: index}
          sum: {ops.einsum: {subscripts: "bi,bi->bi"}, from: [shape, shape]}
          end: {Concatenate: {}, from: [sum, code]}
        outputs: [end]
        compile:
          optimizer: {SGD: {}}
          loss: {Huber: {}}
          metrics: [{AUC: {}}, mae]
        """,
    "an application": """
        inputs: {image: [32, 32, 3]}
        nodes:
          net: {applications.MobileNet: {weights: null, include_top: false, input_shape: [32, 32, 3]}, from: image}
          early: {GlobalAveragePooling2D: {}, from: net.conv_pw_1_relu}
          late: {GlobalAveragePooling2D: {}, from: net}
          both: {Concatenate: {}, from: [early, late]}
        outputs: both
        """,
    "arithmetic of what no input reaches": """
        inputs: {x: [4], y: [4]}
        nodes:
          steps: {expr: "ops.arange(4)"}
          mod: {Dense: {units: 4}, from: x}
          wave: {expr: "mod + steps % 2 * 1.5"}
          other: {expr: "(steps // 2 - 0.5) * y @ ops.eye(4)"}
        outputs: [wave, other]
        """,
    "a chain that is deeper than Python": """
        inputs: {x: [2]}
        nodes: {deep: {chain: [CHAIN {Dense: {units: 1}}], from: x}}
        outputs: deep
        """.replace("CHAIN", "Identity, " * 1200),
}


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    keras.backend.clear_session()


def spec_of(text: str, folder: Path, **options: object) -> graphspec.Spec:
    path = folder / "corner.yaml"
    path.write_text("graphspec: 1\n" + textwrap.dedent(text))
    return graphspec.load(path, **options)


def exported(spec: graphspec.Spec, folder: Path) -> keras.Model:
    """Return the model that the exported code makes, once the formatter and the linter have nothing to say of it."""
    path = folder / "exported.py"
    path.write_text(render_python(spec.graph))
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            ["ruff", *command, "--isolated", "--no-cache", path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
    model: keras.Model = runpy.run_path(str(path))["build_model"]()
    return model


def config_of(model: keras.Model) -> object:
    """Return the config with numbers for the names of what no spec names."""
    return plain(model.get_config(), {})


def plain(value: Any, numbers: dict[str, str]) -> object:
    if isinstance(value, keras.KerasTensor):
        history = value._keras_history  # noqa: SLF001 - the record Keras keeps of its graph
        return [list(value.shape), str(value.dtype), plain(history.operation.name, numbers)]
    if isinstance(value, dict):
        own = numbers_of(value["layers"]) if "input_layers" in value else numbers
        return {key: plain(item, own) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, numbers) for item in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if not isinstance(value, str):
        return value
    return "stacked" if STACKED.match(value) else numbers.get(value, value)


def numbers_of(layers: list[dict[str, Any]]) -> dict[str, str]:
    """Return a number for the name of every operation of one model that no spec names."""
    names = [item["name"] for item in layers if item["module"] != "keras.layers" or AUTOMATIC.match(item["name"])]
    return {name: f"{number}" for number, name in enumerate(names)}


def fed(model: keras.Model) -> list[object]:
    numbers = np.random.default_rng(4)
    arrays: list[object] = []
    for tensor in model.inputs:
        shape = (SAMPLES, *(size or ANY_SIZE for size in tensor.shape[1:]))
        if tensor.dtype == "string":
            arrays.append(["a", "it's"])
        elif tensor.dtype == "int32":
            arrays.append(numbers.integers(1, 9, shape, dtype="int32"))
        else:
            arrays.append(numbers.random(shape, dtype="float32"))
    return [keras.ops.convert_to_tensor(array) for array in arrays]


def assert_same(spec: graphspec.Spec, made: keras.Model) -> None:
    built = spec.build()
    assert [tensor.name for tensor in built.inputs] == [tensor.name for tensor in made.inputs]
    assert isinstance(made.input, list)
    assert [layer.name for layer in built.layers] == [layer.name for layer in made.layers]
    if isinstance(built.output, list):
        assert built.output_names == made.output_names
    assert config_of(built) == config_of(made)
    assert built.count_params() == made.count_params()
    trainable = [[tuple(weight.shape) for weight in model.trainable_weights] for model in (built, made)]
    assert trainable[0] == trainable[1]
    assert built.compiled == made.compiled
    if built.compiled:
        # Keras numbers the names of optimizers in the order in which a process makes them.
        assert re.sub(r"_\d+'", "'", str(built.get_compile_config())) == re.sub(
            r"_\d+'", "'", str(made.get_compile_config())
        )
    made.set_weights(built.get_weights())
    ones, others = (keras.tree.flatten(model(fed(model), training=False)) for model in (built, made))
    for one, other in zip(ones, others, strict=True):
        np.testing.assert_allclose(*(keras.ops.convert_to_numpy(item) for item in (one, other)), rtol=1e-5)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_an_exported_example_is_what_the_spec_builds(path: Path, tmp_path: Path) -> None:
    spec = graphspec.load(path)
    assert_same(spec, exported(spec, tmp_path))


@pytest.mark.parametrize("name", ZOO)
def test_an_exported_spec_of_the_zoo_is_what_the_spec_builds(name: str, tmp_path: Path) -> None:
    spec = graphspec.load(SPECS[0].parent / "zoo" / f"{name}.yaml", params=ZOO[name])
    assert_same(spec, exported(spec, tmp_path))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_exported_case_has_the_config_of_what_the_spec_builds(path: Path, tmp_path: Path) -> None:
    spec = graphspec.load(path)
    built, made = spec.build(), exported(spec, tmp_path)
    assert [layer.name for layer in built.layers] == [layer.name for layer in made.layers]
    assert config_of(built) == config_of(made)


@pytest.mark.parametrize("text", CORNERS.values(), ids=CORNERS)
def test_an_exported_corner_is_what_the_spec_builds(text: str, tmp_path: Path) -> None:
    spec = spec_of(text, tmp_path)
    assert_same(spec, exported(spec, tmp_path))


def test_the_policy_of_the_program_stays(tmp_path: Path) -> None:
    spec = spec_of("dtype: bfloat16\ninputs: {x: [4]}\nnodes: {y: {Dense: {units: 2}, from: x}}\noutputs: y", tmp_path)
    model = exported(spec, tmp_path)
    assert model.get_layer("y").dtype_policy.name == "bfloat16"
    assert keras.config.dtype_policy().name == "float32"


def test_code_from_outside_keras_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gates").mkdir()
    (tmp_path / "gates" / "layers.py").write_text(
        "import keras\n\n\nclass Gate(keras.layers.Layer):\n    def __init__(self, sizes, **kwargs):\n"
        "        super().__init__(**kwargs)\n        assert isinstance(sizes, list)\n\n"
        "    def call(self, x):\n        return x * 3\n\n\ndef double(x):\n    return x * 2\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    text = """
        inputs: {gates: [4]}
        nodes:
          gate: {gates.layers.Gate: {sizes: [1, 2]}, from: gates}
          twice: {Lambda: {function: "gates.layers:double"}, from: gate}
        outputs: twice
        """
    spec = spec_of(text, tmp_path, plugins=["gates.layers"], trust=True)
    model = exported(spec, tmp_path)
    assert np.allclose(model([np.ones((1, 4))]), 6)
    assert [layer.name for layer in model.layers] == ["gates", "gate", "twice"]
