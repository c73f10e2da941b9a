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
ZOO: dict[str, dict[str, object]] = {
    "convnext": {"size": 32, "widths": [4, 8, 12, 16], "depths": [2, 1, 3, 2], "classes": 3},
    "dcgan": {"noise": 4, "width": 2, "channels": 1},
    "densenet": {"depths": [2, 3, 2, 1], "growth": 4, "size": 32, "classes": 3},
    "efficientnet": {"width": 0.1, "size": 32, "classes": 3},
    "googlenet": {"classes": 3},
    "gpt": {"vocabulary": 20, "context": 8, "layers": 2, "width": 8, "heads": 2},
    "inception_v3": {"size": 75, "classes": 3},
    "mobilenet_v2": {"width": 0.1, "size": 32, "classes": 3},
    "mobilenet_v3": {"size": 32, "classes": 3, "head": 8},
    "resnet": {"depths": [2, 3, 2, 1], "kind": "basic", "classes": 3},
    "siamese": {"features": 8},
    "tcn": {"levels": 4, "filters": 4, "kernel": 2},
    "transformer": {"layers": 1, "width": 8, "heads": 2, "vocabulary": 20, "hidden": 8},
    "two_tower": {"videos": 20, "channels": 10, "embedding": 4, "hidden": [6, 5], "width": 4},
    "unet": {"depth": 2, "width": 2, "size": 16},
    "unet_plus_plus": {"width": 2, "size": 32},
    "vgg": {"depths": [1, 2, 1, 1, 2], "size": 32, "classes": 3},
    "vit": {"image_size": 32, "layers": 3, "width": 8, "heads": 2, "classes": 3},
    "wavenet": {"levels": 8, "stacks": 2, "depth": 3, "filters": 2, "skip_filters": 4},
    "wide_and_deep": {"apps": 20, "crosses": 20, "demographics": 5, "devices": 5, "embedding": 4},
    "xception": {"size": 71, "classes": 3},
    "yolo_v8_like": {"size": 32, "classes": 3, "width": 0.125},
}
COMPUTED = ("tcn", "transformer", "two_tower", "yolo_v8_like")
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
    "layers and models from around a block": """
        layers: {scorer: {Dense: {units: 4}}, inner: {Dense: {units: 1}}}
        models: {tower: {inputs: {x: [4]}, nodes: {y: {call: scorer, from: x}}, outputs: y}}
        blocks:
          twice:
            params: {units: 4, rate: 0.5}
            inputs: [x]
            nodes:
              a: {call: scorer, from: x}
              b: {call: tower, from: a}
              c: {Dense: {units: $units}, from: b}
              d: {Dropout: {rate: $rate}, from: c}
            outputs: d
        inputs: {a: [4], b: [4]}
        nodes:
          direct: {call: scorer, from: a}
          left: {block: twice, from: direct}
          right: {block: twice, from: b, with: {rate: 0.25}}
          more: {block: twice, from: left, repeat: 3}
          both: {expr: "more + right"}
        outputs: both
        """,
    "wrappers, ops and slices in a block": """
        layers: {scorer: {Dense: {units: 3}}}
        blocks:
          cell:
            params: {units: {type: integer}, stop: 2, scale: 1.5}
            inputs: [x]
            nodes:
              multiply: {Dense: {units: 4}, from: x}
              scaled: {expr: "multiply * ${scale} + x[:, :${stop}, :1]"}
              series: {TimeDistributed: {layer: {Dense: {units: $units}}}, from: scaled}
              shared: {TimeDistributed: {layer: {ref: scorer}}, from: series}
              memory:
                Bidirectional: {layer: {LSTM: {units: $units, return_state: true, return_sequences: true}}}
                from: shared
              state: {Concatenate: {}, from: [memory.1, memory.3]}
              frozen: {Dense: {units: $units}, from: state, trainable: false}
            outputs: {all: memory.0, st: frozen}
        inputs: {x: [2, 4], y: [2, 4]}
        nodes:
          one: {block: cell, from: x, with: {units: 3}}
          two: {block: cell, from: y, with: {units: 3, stop: 1, scale: 2.0}}
          three: {block: cell, from: x, with: {units: 3, scale: 2}}
          end: {Concatenate: {}, from: [one.st, two.st, three.st]}
          rest: {GlobalAveragePooling1D: {}, from: one.all}
        outputs: [end, rest]
        """,
    "copies side by side": """
        blocks:
          branch:
            params: {rate: {type: integer}, units: 4}
            inputs: [x]
            nodes:
              conv: {Conv1D: {filters: $units, kernel_size: 3, dilation_rate: $rate, padding: same}, from: x}
              act: {ReLU: {}, from: conv}
            outputs: act
        inputs: {x: [9, 4]}
        nodes:
          branches: {block: branch, with: {rate: "${item}"}, each: [1, 2, 5], from: x}
          all: {Concatenate: {}, from: branches}
          more: {block: branch, with: {rate: 1, units: "${4 + index}"}, each: [0, 0, 0], from: all}
          picked: {Concatenate: {}, from: [more.1, more.3, x]}
          chains: {chain: [{Dense: {units: "${item}"}}, {Dense: {units: 2}}], each: [3, 4, 9], from: picked}
          sum: {Add: {}, from: chains}
        outputs: [sum, branches.2]
        """,
    "outputs of copies that are not the last": """
        blocks:
          level:
            params: {filters: {type: integer}}
            inputs: [x]
            nodes:
              conv: {Conv1D: {filters: $filters, kernel_size: 3, padding: same}, from: x}
              pool: {MaxPooling1D: {pool_size: 2}, from: conv}
            outputs: pool
          pyramid:
            params: {base: {type: integer}}
            inputs: [x]
            nodes:
              down: {block: level, with: {filters: "${base * 2 ** index}"}, from: x, repeat: 3}
              flat1: {Flatten: {}, from: down.1.conv}
              flat2: {Flatten: {}, from: down.2.conv}
              flat3: {Flatten: {}, from: down}
              all: {Concatenate: {}, from: [flat1, flat2, flat3]}
            outputs: all
        inputs: {x: [16, 4], y: [16, 4]}
        nodes:
          a: {block: pyramid, with: {base: 2}, from: x}
          b: {block: pyramid, with: {base: 3}, from: y}
          end: {Concatenate: {}, from: [a, b]}
        outputs: end
        """,
    "copies that swap what goes through them": """
        blocks:
          swap:
            inputs: [a, b]
            nodes: {left: {Dense: {units: 4}, from: a}, right: {Dense: {units: 4}, from: b}}
            outputs: {a: right, b: left}
        inputs: {x: [4], y: [4], z: [4]}
        nodes:
          s: {block: swap, from: {a: x, b: y}, repeat: 3}
          t: {block: swap, from: {a: x, b: x}, repeat: 3}
          f: {block: swap, from: {a: s.a, b: z}}
          end: {Concatenate: {}, from: [s.a, s.b, t.a, f.a, f.b, t.b]}
        outputs: end
        """,
    "Python's own words as names of blocks and params": """
        blocks:
          lambda:
            params: {name: 3, idx: 4, x: 1, class: true, layers: 2}
            inputs: [keras]
            nodes:
              lambda: {Dense: {units: $name, use_bias: $class}, from: keras}
              ops: {Dense: {units: $idx}, from: lambda}
              print: {Dense: {units: $x}, from: ops}
              build_model: {Dense: {units: $layers}, from: print}
            outputs: build_model
        inputs: {keras: [4]}
        nodes:
          lambda: {block: lambda, from: keras}
          index: {block: lambda, from: lambda, with: {name: 5, idx: 6, x: 2, class: false, layers: 2}}
          name: {block: lambda, from: index, with: {name: 7, idx: 6, x: 3, class: false, layers: 3}, repeat: 2}
        outputs: name
        """,
    "frozen blocks and a block in a nested model": """
        dtype: mixed_float16
        blocks:
          cell:
            params: {units: {type: integer}}
            inputs: [x]
            nodes: {a: {Dense: {units: $units}, from: x}, n: {BatchNormalization: {}, from: a}}
            outputs: n
        models:
          enc:
            inputs: {x: [4]}
            nodes: {c: {block: cell, with: {units: 3}, from: x, repeat: 2}}
            outputs: c
            dtype: float32
        inputs: {x: [4]}
        nodes:
          e: {call: enc, from: x}
          one: {block: cell, with: {units: 3}, from: e}
          two: {block: cell, with: {units: 3}, from: one, trainable: false}
          three: {block: cell, with: {units: 4}, from: two, trainable: false}
          four: {block: cell, with: {units: "${4 - index}"}, from: three, repeat: 4}
        outputs: four
        """,
    "blocks that cannot be computed at once": """
        blocks:
          pair:
            inputs: [x, y]
            nodes: {a: {Dense: {units: 4}, from: x}, b: {Dense: {units: 4}, from: y}}
            outputs: {a: a, b: b}
        inputs: {x: [4]}
        nodes:
          one: {block: pair, from: {x: x, y: between}}
          between: {ReLU: {}, from: one.a}
          two: {block: pair, from: {x: one.b, y: between2}}
          between2: {ReLU: {}, from: two.a}
          three: {block: pair, from: {x: two.b, y: two.a}}
          four: {block: pair, from: {x: three.b, y: two.a}}
          end: {Add: {}, from: [four.a, four.b]}
        outputs: end
        """,
    "copies in copies": """
        blocks:
          inner:
            params: {units: {type: integer}, rate: 0.1}
            inputs: [x]
            nodes: {a: {Dense: {units: $units}, from: x}, d: {Dropout: {rate: $rate}, from: a}}
            outputs: d
          outer:
            params: {n: {type: integer}, units: 4, start: 0}
            inputs: [x]
            nodes:
              deep: {block: inner, with: {units: $units, rate: "${0.1 * (start + index)}"}, from: x, repeat: $n}
              c:
                chain:
                  - {Dense: {units: "${units + 2 * index}"}}
                  - ReLU
                  - {block: inner, with: {units: $units}, repeat: 2}
                from: deep
                repeat: 3
              add: {Add: {}, from: [deep, c]}
            outputs: add
        inputs: {x: [4]}
        nodes:
          o: {block: outer, with: {n: "${index + 1}", start: "${index}"}, from: x, repeat: 3}
          p: {block: outer, with: {n: 2, units: 5}, from: o}
        outputs: p
        """,
    "names of layers that a param gives": """
        blocks:
          head:
            params:
              label: {type: string}
              act: {default: relu}
              init: {type: mapping, default: {HeNormal: {seed: 1}}}
            inputs: [x]
            nodes:
              d: {Dense: {units: 3, activation: $act, kernel_initializer: $init}, from: x, name: "${label}_dense"}
              e: {expr: "ops.sum(d, axis=-1, keepdims=true) ** 2"}
            outputs: e
        inputs: {x: [4]}
        nodes:
          h1: {block: head, with: {label: first}, from: x}
          h2:
            block: head
            with: {label: second, act: {LeakyReLU: {negative_slope: 0.1}}, init: {Zeros: {}}}
            from: x
          h3: {block: head, with: {label: third}, from: h2}
        outputs: [h1, h3]
        """,
    "names that the params of blocks word": """
        blocks:
          unit:
            params: {name: {type: string}, units: {type: integer}, number: {type: integer}, rate: 0.1}
            inputs: [x]
            nodes:
              d: {Dense: {units: $units}, from: x, name: "${name}_dense"}
              n: {LayerNormalization: {}, from: d, name: "layer_normalization_${number + 1}"}
              p: {Dropout: {rate: $rate}, from: n, name: "${number}_"}
            outputs: p
          stage:
            params: {name: {type: string}, units: {type: integer}, copies: {type: integer}, number: 3}
            inputs: [x]
            nodes:
              first: {block: unit, from: x, with: {name: "${name}a", units: $units, number: $number}}
              rest:
                block: unit
                from: first
                with: {name: "${name}${'bcd'[index]}", units: $units, number: "${number + index + 1}"}
                repeat: $copies
              own: {Dense: {units: 2}, from: rest}
              add: {Add: {}, from: [first, rest], name: "${name}{add}"}
              both: {Concatenate: {}, from: [own, add], name: $name}
            outputs: both
        inputs: {x: [4]}
        nodes:
          block1: {block: stage, from: x, with: {name: block1, units: 3, copies: 3}}
          b: {block: stage, from: block1, with: {name: block2, units: 5, copies: 1, number: 20}}
          c:
            block: unit
            from: b
            with:
              name: "block${index + 3}_${9 - index}"
              units: 5
              number: "${2 * index + 31}"
              rate: "${0.2 * (index + 3) / 7}"
            repeat: 4
          d: {block: unit, from: c, with: {name: one, units: 5, number: 50}}
        outputs: d
        """,
    "an application in a block": """
        blocks:
          net:
            params: {alpha: 0.25}
            inputs: [x]
            nodes:
              net:
                applications.MobileNet: {weights: null, include_top: false, input_shape: [32, 32, 3], alpha: $alpha}
                from: x
              early: {GlobalAveragePooling2D: {}, from: net.conv_pw_1_relu}
              late: {GlobalAveragePooling2D: {}, from: net}
              both: {Concatenate: {}, from: [early, late]}
            outputs: both
        inputs: {a: [32, 32, 3], b: [32, 32, 3]}
        nodes:
          one: {block: net, from: a}
          two: {block: net, from: b, with: {alpha: 0.5}}
          end: {Concatenate: {}, from: [one, two]}
        outputs: end
        """,
    "literals, lists of tensors and cells in a block": """
        blocks:
          rec:
            params:
              units: {type: integer}
              training: false
              shape: {type: list, default: [2, 2]}
              table: {type: list, default: [1, 2, 3, 4]}
            inputs: [x, s]
            nodes:
              lstm:
                LSTM: {units: $units, return_state: true, return_sequences: true}
                from: {sequences: x, initial_state: [s, s]}
                with: {training: $training}
              cells:
                RNN: {cell: {StackedRNNCells: {cells: [{LSTMCell: {units: $units}}, {GRUCell: {units: 3}}]}}}
                from: x
              flat: {Dense: {units: 4}, from: lstm.0}
              shaped: {ops.reshape: {newshape: [-1, "${shape[0]}", "${shape[1]}"]}, from: flat}
              scaled: {ops.multiply: {}, with: {x1: {constant: $table, dtype: float32}}, from: {x2: flat}}
              end: {ops.sum: {axis: 1}, from: scaled}
              both: {Concatenate: {}, from: [end, cells]}
              end2: {Flatten: {}, from: shaped}
            outputs: {a: both, b: end2}
        inputs: {x: [3, 4], s: [5]}
        nodes:
          one: {block: rec, with: {units: 5}, from: {x: x, s: s}}
          two:
            block: rec
            with: {units: 5, training: true, shape: [4, 1], table: [4, 3, 2, 1]}
            from: {x: x, s: one.lstm.state_c}
          three: {block: rec, with: {units: 5, shape: [1, 4]}, from: [x, two.lstm.state_h]}
          all: {Concatenate: {}, from: [one.a, two.a, three.a]}
        outputs: {all: all, n: one.b, o: two.b}
        """,
    "lists of copies in a loop": """
        blocks:
          layer:
            params: {units: 4, rate: 0.5}
            inputs: [x]
            nodes: {dense: {Dense: {units: $units}, from: x}, drop: {Dropout: {rate: $rate}, from: dense}}
            outputs: drop
        inputs: {x: [4]}
        nodes:
          a: {chain: [{block: layer, each: [1, 2, 3], with: {rate: "${item / 10}"}}, Add], from: x, repeat: 3}
          b: {chain: [{chain: [{Dense: {units: 4}}, {block: layer}], repeat: 2}, ReLU], from: a, repeat: 3}
        outputs: b
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


def test_there_is_a_small_form_of_every_spec_of_the_zoo() -> None:
    assert sorted(ZOO) == sorted(path.stem for path in (SPECS[0].parent / "zoo").glob("*.yaml"))


@pytest.mark.parametrize("name", ZOO)
def test_an_exported_spec_of_the_zoo_is_what_the_spec_builds(name: str, tmp_path: Path) -> None:
    spec = graphspec.load(SPECS[0].parent / "zoo" / f"{name}.yaml", params=ZOO[name])
    if name in COMPUTED:
        assert_same(spec, exported(spec, tmp_path))
        return
    built, made = spec.build(), exported(spec, tmp_path)
    assert [weight.path for weight in built.weights] == [weight.path for weight in made.weights]
    assert config_of(built) == config_of(made)


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


def test_an_export_of_what_is_folded_words_its_names_and_is_the_same(tmp_path: Path) -> None:
    with keras.StatelessScope(initialize_variables=False):
        model = keras.applications.MobileNetV2(weights=None)
        path = tmp_path / "folded.yaml"
        path.write_text(graphspec.from_keras(model).to_yaml())
        spec = graphspec.load(path)
        built, made = spec.build(), exported(spec, tmp_path)
    assert [layer.name for layer in made.layers] == [layer.name for layer in model.layers]
    assert config_of(built) == config_of(made)
    code = (tmp_path / "exported.py").read_text()
    assert 'name=f"{name}_expand"' in code
    assert len(code.splitlines()) < 140


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
