"""What lowering promises beyond the example specs: names, seeds, depth, errors, policies, sharing."""

import random
import subprocess
import sys
import textwrap
import warnings
from contextlib import nullcontext
from pathlib import Path

import keras
import numpy as np
import pytest

import graphspec
from graphspec.target.save import lost_sharing

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("error")]


def load(tmp_path: Path, text: str, **options: object) -> graphspec.Spec:
    path = tmp_path / "model.yaml"
    path.write_text(textwrap.dedent(text))
    return graphspec.load(path, **options)


DENSE = """
graphspec: 1
seed: {seed}
inputs: {{x: [4]}}
nodes:
  a: {{Dense: {{units: 3}}, from: x}}
  b: {{Dense: {{units: 2}}, from: a}}
outputs: b
"""


def weights(model: keras.Model) -> list[np.ndarray]:
    return [np.array(item) for item in model.get_weights()]


def test_a_seed_gives_equal_weights_twice(tmp_path: Path) -> None:
    first, second = (weights(load(tmp_path, DENSE.format(seed=7)).build()) for _ in range(2))
    other = weights(load(tmp_path, DENSE.format(seed=8)).build())
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_a_seed_does_not_depend_on_the_order_of_the_nodes(tmp_path: Path) -> None:
    text = DENSE.format(seed=7)
    a, b = (line for line in text.splitlines() if "Dense" in line)
    swapped = text.replace(f"{a}\n{b}", f"{b}\n{a}")
    assert swapped != text
    first, second = weights(load(tmp_path, text).build()), weights(load(tmp_path, swapped).build())
    assert all(np.array_equal(x, y) for x, y in zip(first, second, strict=True))


def test_building_leaves_the_random_state_of_the_program_alone(tmp_path: Path) -> None:
    spec = load(tmp_path, DENSE.format(seed=7))
    random.seed(1)
    expected = random.random()
    random.seed(1)
    spec.build()
    assert random.random() == expected


def test_names_do_not_depend_on_what_was_built_before(tmp_path: Path) -> None:
    text = """
        graphspec: 1
        inputs: {tokens: {shape: [null], dtype: int32}}
        nodes:
          embed: {Embedding: {input_dim: 9, output_dim: 4, mask_zero: true}, from: tokens}
          lstm: {LSTM: {units: 3}, from: embed}
          add: {expr: "1 - lstm * 2 + lstm ** 2"}
          twice: {TimeDistributed: {layer: {Dense: {units: 2}}}, from: embed}
        outputs: {out: add, series: twice}
        """
    spec = load(tmp_path, text)
    first, second = spec.build(), spec.build()
    names = [operation.name for operation in first.operations]
    assert names == [operation.name for operation in second.operations]
    assert len(set(names)) == len(names)
    assert {"tokens", "embed", "lstm", "add", "add.multiply", "twice"} <= set(names)
    assert all(name.split(".")[0] in {"tokens", "embed", "lstm", "add", "twice"} for name in names)
    assert first.get_layer("twice").layer.name == "twice.layer"


def test_a_chain_of_five_thousand_layers_lowers(tmp_path: Path) -> None:
    members = "\n".join("      - Identity" for _ in range(4999))
    spec = load(
        tmp_path,
        f"graphspec: 1\ninputs: {{x: [2]}}\nnodes:\n  deep:\n    from: x\n    chain:\n{members}\n"
        "      - Dense: {units: 1}\noutputs: deep\n",
    )
    limit = sys.getrecursionlimit()
    model = spec.build()
    assert len(model.layers) == 5001
    assert model.count_params() == 3
    assert sys.getrecursionlimit() == limit


def test_an_error_of_keras_names_the_node_and_its_place(tmp_path: Path) -> None:
    spec = load(
        tmp_path,
        """
        graphspec: 1
        inputs: {a: [4], b: [5]}
        nodes:
          one: {PReLU: {alpha_initializer: orthogonal}, from: a}
          other: {PReLU: {alpha_initializer: orthogonal}, from: b}
        outputs: [one, other]
        """,
    )
    with pytest.raises(graphspec.SpecError) as caught:
        spec.build()
    found = caught.value.diagnostics
    assert [(item.code, item.node, item.span.line) for item in found] == [("GS601", "one", 5), ("GS601", "other", 6)]
    assert "two-dimensional" in found[0].message
    assert "Traceback" not in str(caught.value)


def test_a_dtype_policy_holds_for_the_model_alone(tmp_path: Path) -> None:
    spec = load(tmp_path, DENSE.format(seed=1).replace("seed: 1", "dtype: mixed_bfloat16"))
    model = spec.build()
    assert model.get_layer("a").dtype_policy.name == "mixed_bfloat16"
    assert keras.config.dtype_policy().name == "float32"


def test_a_named_layer_is_the_same_layer_wherever_it_is_used(tmp_path: Path) -> None:
    model = load(
        tmp_path,
        """
        graphspec: 1
        layers: {scorer: {Dense: {units: 3}}}
        inputs: {one: [4], many: [5, 4]}
        nodes:
          single: {call: scorer, from: one}
          series: {TimeDistributed: {layer: {ref: scorer}}, from: many}
        outputs: [single, series]
        """,
    ).build()
    assert model.get_layer("series").layer is model.get_layer("scorer")
    assert model.count_params() == 15


def test_outputs_go_by_the_names_of_the_spec(tmp_path: Path) -> None:
    model = load(
        tmp_path,
        """
        graphspec: 1
        layers: {scorer: {Dense: {units: 1}}}
        inputs: {a: [4], b: [4]}
        nodes:
          left: {call: scorer, from: a}
          right: {call: scorer, from: b}
        outputs: [left, right]
        compile: {optimizer: sgd, loss: {left: mse}, metrics: {right: [mae]}}
        """,
    ).build()
    assert model.output_names == ["left", "right"]
    x = {"a": np.ones((2, 4)), "b": np.ones((2, 4))}
    history = model.fit(x, {"left": np.ones((2, 1)), "right": np.ones((2, 1))}, verbose=0).history
    assert np.isfinite(history["loss"][0])
    assert "right_mae" in history


@pytest.mark.parametrize("outputs", ["{y: m}", "m", "[m]"])
def test_compile_speaks_of_a_single_output_by_its_name(tmp_path: Path, outputs: str) -> None:
    name = "y" if "y" in outputs else "m"
    spec = load(
        tmp_path,
        f"""
        graphspec: 1
        models:
          inner: {{inputs: {{x: [4]}}, nodes: {{d: {{Dense: {{units: 1}}, from: x}}}}, outputs: d}}
        inputs: {{a: [4]}}
        nodes: {{m: {{call: inner, from: a}}}}
        outputs: {outputs}
        compile: {{optimizer: sgd, loss: {{{name}: mse}}, loss_weights: {{{name}: 0.5}}, metrics: {{{name}: [mae]}}}}
        """,
    )
    target = np.ones((2, 1))
    # Keras takes targets by name only where the model returns a mapping or several outputs.
    history = spec.build().fit({"a": np.ones((2, 4))}, {name: target} if name == "y" else target, verbose=0).history
    assert np.isfinite(history["loss"][0])


def test_the_inner_layers_of_an_application_are_outputs_of_one_nested_model(tmp_path: Path) -> None:
    model = load(
        tmp_path,
        """
        graphspec: 1
        inputs: {image: [64, 64, 3]}
        nodes:
          backbone: {applications.MobileNet: {weights: null, include_top: false, input_shape: [64, 64, 3]}, from: image}
          early: {GlobalAveragePooling2D: {}, from: backbone.conv_pw_1_relu}
          late: {GlobalAveragePooling2D: {}, from: backbone}
          both: {Concatenate: {}, from: [early, late]}
        outputs: both
        """,
    ).build()
    assert [layer.name for layer in model.layers] == ["image", "backbone", "early", "late", "both"]
    assert model.output_shape == (None, 64 + 1024)


def test_vocabulary_stays_behind_safe_mode_even_in_keras(tmp_path: Path) -> None:
    text = """
        graphspec: 1
        inputs: {word: {shape: [1], dtype: string}}
        nodes: {index: {StringLookup: {vocabulary: [a, b]}, from: word}}
        outputs: index
        """
    assert load(tmp_path, text).build().output_shape == (None, 1)


def test_every_spec_lowers_on_jax(specs: Path) -> None:
    pytest.importorskip("jax")
    script = (
        "import sys, graphspec, keras\n"
        "from pathlib import Path\n"
        f"for path in sorted(Path({str(specs)!r}).glob('*.yaml')):\n"
        "    graphspec.load(path).build()\n"
        "assert keras.backend.backend() == 'jax'\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={"KERAS_BACKEND": "jax", "PATH": ""}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


PLUGIN = """
import keras


class Gate(keras.layers.Layer):
    def __init__(self, bias=0.0, **kwargs):
        super().__init__(**kwargs)
        self.bias = bias

    def call(self, inputs, scale=1.0):
        return inputs * scale + self.bias


class NoLayer:
    pass
"""
GATED = """
graphspec: 1
inputs: {{x: [4]}}
nodes:
  gate: {{my_gates.layers.{name}: {{bias: 1.0}}, from: x, with: {{scale: 2.0}}}}
outputs: gate
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "my_gates").mkdir()
    (tmp_path / "my_gates" / "__init__.py").write_text("")
    (tmp_path / "my_gates" / "layers.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "my_gates", raising=False)
    monkeypatch.delitem(sys.modules, "my_gates.layers", raising=False)
    return "my_gates.layers"


def test_a_plugin_layer_is_known_to_who_names_the_plugin(tmp_path: Path, plugin: str) -> None:
    model = load(tmp_path, GATED.format(name="Gate"), plugins=[plugin]).build()
    assert np.allclose(model.predict(np.ones((1, 4)), verbose=0), 3.0)
    with pytest.raises(graphspec.SpecError) as caught:
        load(tmp_path, GATED.format(name="Gate"))
    assert [item.code for item in caught.value.diagnostics] == ["GS401"]
    assert "--plugin my_gates.layers" in (caught.value.diagnostics[0].help or "")


def test_error_a_plugin_without_that_layer(tmp_path: Path, plugin: str) -> None:
    for name, message in (("Gat", 'did you mean "Gate"?'), ("NoLayer", "has no layer NoLayer")):
        with pytest.raises(graphspec.SpecError) as caught:
            load(tmp_path, GATED.format(name=name), plugins=[plugin]).build()
        assert message in caught.value.diagnostics[0].message


def test_error_a_plugin_that_is_not_there(tmp_path: Path) -> None:
    text = GATED.format(name="Gate").replace("my_gates", "no_such_gates")
    spec = load(tmp_path, text, plugins=["no_such_gates.layers"])
    with pytest.raises(graphspec.UsageError, match=r"the plugin no_such_gates\.layers does not load"):
        spec.build()


def test_weights_are_fetched_only_where_that_is_allowed(tmp_path: Path) -> None:
    spec = load(
        tmp_path,
        """
        graphspec: 1
        inputs: {image: [224, 224, 3]}
        nodes: {net: {applications.MobileNet: {weights: imagenet}, from: image}}
        outputs: net
        """,
    )
    with pytest.raises(graphspec.SpecError) as caught:
        spec.build()
    assert [item.code for item in caught.value.diagnostics] == ["GS411"]
    assert spec.examine().parameters == 4_253_864


def test_a_layer_shared_with_a_nested_model_is_one_layer(tmp_path: Path) -> None:
    model = load(
        tmp_path,
        """
        graphspec: 1
        layers: {shared: {Dense: {units: 4}}}
        models: {inner: {inputs: {x: [4]}, nodes: {y: {call: shared, from: x}}, outputs: y}}
        inputs: {a: [4]}
        nodes:
          direct: {call: shared, from: a}
          nested: {call: inner, from: direct}
        outputs: nested
        """,
    ).build()
    assert model.count_params() == 20
    assert model.get_layer("inner").get_layer("shared") is model.get_layer("shared")


def test_an_entry_of_models_is_built_alone(tmp_path: Path) -> None:
    spec = load(
        tmp_path,
        """
        graphspec: 1
        seed: 3
        models: {inner: {inputs: {x: [4], z: [4]}, nodes: {y: {Add: {}, from: [x, z]}}, outputs: y}}
        inputs: {a: [4]}
        nodes: {m: {call: inner, from: {x: a, z: a}}}
        outputs: m
        """,
    )
    model = spec.build("inner")
    assert (model.name, [tensor.name for tensor in model.inputs]) == ("inner", ["x", "z"])
    with pytest.raises(graphspec.UsageError, match='no model "iner"; did you mean "inner"'):
        spec.build("iner")


def test_a_file_under_two_entries_is_built_twice(tmp_path: Path) -> None:
    inner = "graphspec: 1\nname: own\ninputs: {x: [4]}\nnodes: {y: {Dense: {units: 2}, from: x}}\noutputs: y\n"
    (tmp_path / "inner.yaml").write_text(inner)
    text = """
    graphspec: 1
    seed: 1
    models: {left: inner.yaml, right: inner.yaml}
    inputs: {x: [4]}
    nodes: {a: {call: left, from: x}, b: {call: right, from: x}}
    outputs: [a, b]
    """
    model = load(tmp_path, text).build()
    left, right = (weights(model.get_layer(name)) for name in ("left", "right"))
    assert not np.array_equal(left[0], right[0])


SHARING = [
    ("{TimeDistributed: {layer: {ref: d}}, from: s}", "{call: d, from: a}", ["d"]),
    ("{TimeDistributed: {layer: {ref: d}}, from: s}", "{TimeDistributed: {layer: {ref: d}}, from: s}", ["d"]),
    ("{TimeDistributed: {layer: {ref: inner}}, from: s}", "{call: inner, from: v}", []),
    ("{call: inner, from: v}", "{call: d, from: a}", ["d"]),
    ("{call: d, from: v}", "{call: inner, from: a}", ["d"]),
    ("{call: d, from: s}", "{TimeDistributed: {layer: {ref: d}}, from: a}", []),
    ("{call: inner, from: v}", "{call: inner, from: a}", []),
    ("{call: d, from: v}", "{call: d, from: s}", []),
    ("{Bidirectional: {layer: {ref: memory}}, from: s}", "{call: memory, from: s}", []),
]


@pytest.mark.parametrize(("first", "second", "shared"), SHARING)
def test_what_keras_cannot_load_is_known(tmp_path: Path, first: str, second: str, shared: list[str]) -> None:
    text = f"""
    graphspec: 1
    layers: {{d: {{Dense: {{units: 8}}}}, memory: {{LSTM: {{units: 4}}}}}}
    models: {{inner: {{inputs: {{i: [8]}}, nodes: {{o: {{call: d, from: i}}}}, outputs: o}}}}
    inputs: {{s: [3, 8], v: [8]}}
    nodes: {{a: {first}, b: {second}, c: {{Add: {{}}, from: [s, s]}}}}
    outputs: [a, b, c]
    """
    model = load(tmp_path, text).build()
    assert lost_sharing(model, tmp_path / "m.keras") == shared
    refused = pytest.raises(ValueError, match=r"could not be loaded|not connected") if shared else nullcontext()
    with refused, warnings.catch_warnings(action="ignore"):
        model.save(tmp_path / "m.keras")
        keras.models.load_model(tmp_path / "m.keras")


@pytest.mark.parametrize(
    "call",
    [
        "{ops.adaptive_max_pool: {output_size: [2, 2]}, from: x}",
        "{ops.depthwise_conv: {strides: [1, 1]}, with: {kernel: {constant: [[[[1.0]]]]}}, from: x}",
    ],
)
def test_a_list_is_a_tuple_where_keras_takes_nothing_else(tmp_path: Path, call: str) -> None:
    spec = load(tmp_path, f"graphspec: 1\ninputs: {{x: [4, 4, 1]}}\nnodes: {{a: {call}}}\noutputs: a\n")
    assert spec.build()([np.ones([1, 4, 4, 1], "float32")])[0].shape[-1] == 1
