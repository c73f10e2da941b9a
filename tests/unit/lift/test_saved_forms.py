"""What becomes of each form that Keras' JSON has: the nodes, the entries and the outputs of the spec."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from saved_models import Json, call, functional, given, layer, op, sequential, slice_, tensor

from graphspec.compiler import Options, compile_bytes
from graphspec.frontend.write import write
from graphspec.lift.lift import lift
from graphspec.lift.problems import LiftError


def lifted(saved: Json) -> Json:
    """Return the spec of a saved model, which compiles as it stands."""
    document = lift(saved).document
    result = compile_bytes(write(document).encode(), "spec.yaml", Options(), Path())
    assert [item.message for item in result.diagnostics if item.severity == "error"] == []
    return document


def nodes(*layers: Json, outputs: Any) -> Json:
    found: Json = lifted(functional(*layers, outputs=outputs))["nodes"]
    return found


def policy(name: str) -> Json:
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": name}, "registered_name": None}


def initializer(class_name: str, seed: int | None = None) -> Json:
    config = {"seed": seed, "input_axes": None, "output_axes": None}
    return {"module": "keras.initializers", "class_name": class_name, "config": config, "registered_name": None}


X = given("x")
ONES = {"class_name": "__numpy__", "config": {"value": [[1.0]] * 4, "dtype": "float32"}}
OUT = ["y", 0, 0]
REST = {"class_name": "__ellipsis__", "config": {}}
DENSE = {"units": 2, "activation": "linear", "use_bias": True}
Y = layer("Dense", "y", call(tensor("x")), **DENSE)


def test_a_model_has_its_name_inputs_nodes_and_outputs():
    assert lifted(functional(X, Y, outputs=["y", 0, 0])) == {
        "graphspec": 1,
        "name": "model",
        "inputs": {"x": [4]},
        "nodes": {"y": {"Dense": {"units": 2}, "from": "x"}},
        "outputs": "y",
    }


def test_an_input_says_what_is_not_the_default():
    words = layer("InputLayer", "w", batch_shape=[8, None], dtype="int32", sparse=False, ragged=True, optional=False)
    found = lifted(functional(words, layer("Identity", "y", call(tensor("w"))), outputs=["y", 0, 0]))
    assert found["inputs"] == {"w": {"shape": [None], "batch_size": 8, "dtype": "int32", "ragged": True}}


@pytest.mark.parametrize(
    ("outputs", "written"),
    [
        (["y", 0, 0], "y"),
        ([["y", 0, 0]], ["y"]),
        ([["y", 0, 0], ["x", 0, 0]], ["y", "x"]),
        ([["y", 0, 0], ["y", 0, 0]], ["y", "y"]),
        ({"b": ["y", 0, 0], "a": ["x", 0, 0]}, {"b": "y", "a": "x"}),
    ],
)
def test_outputs_keep_their_form(outputs, written):
    assert lift(functional(X, Y, outputs=outputs)).document["outputs"] == written


@pytest.mark.parametrize(
    ("class_name", "config", "written"),
    [
        ("Dense", {"units": 2, "kernel_initializer": initializer("GlorotUniform")}, {"units": 2}),
        ("Dense", {"units": 2, "kernel_initializer": initializer("HeNormal")},
         {"units": 2, "kernel_initializer": "he_normal"}),
        ("Dense", {"units": 2, "kernel_initializer": initializer("HeNormal", 1)},
         {"units": 2, "kernel_initializer": {"HeNormal": {"seed": 1}}}),
        ("Dense", {"units": 2, "activation": {"module": "builtins", "class_name": "function", "config": "gelu",
          "registered_name": "function"}}, {"units": 2, "activation": "gelu"}),
        ("Dense", {"units": 2, "activation": {"module": "keras.layers", "class_name": "LeakyReLU",
          "config": {"name": "leaky_re_lu", "negative_slope": 0.1}}},
         {"units": 2, "activation": {"LeakyReLU": {"negative_slope": 0.1}}}),
        ("Dense", {"units": 2, "dtype": policy("float32")}, {"units": 2}),
        ("Conv1D", {"filters": 2, "kernel_size": [3], "strides": [1], "padding": "valid", "groups": 1},
         {"filters": 2, "kernel_size": 3}),
        ("BatchNormalization", {"axis": -1, "momentum": 0.9, "renorm": False}, {"momentum": 0.9}),
    ],
)  # fmt: skip
def test_arguments_that_are_defaults_are_left_out(class_name, config, written):
    found = lift(
        functional(given("x", [6, 4]), layer(class_name, "y", call(tensor("x")), **config), outputs=["y", 0, 0])
    )
    assert found.document["nodes"]["y"][class_name] == written
    assert found.warnings == ()


def test_sizes_that_repeat_are_one_number_and_pooling_strides_by_its_window():
    found = nodes(
        given("x", [8, 8, 1]),
        layer("MaxPooling2D", "a", call(tensor("x")), pool_size=[2, 2], strides=[2, 2], data_format="channels_last"),
        layer("MaxPooling2D", "b", call(tensor("a")), pool_size=[3, 3], strides=[1, 1]),
        layer("ZeroPadding2D", "c", call(tensor("b")), padding=[[0, 1], [0, 1]]),
        layer("ZeroPadding2D", "d", call(tensor("c")), padding=[[1, 1], [1, 1]]),
        outputs=["d", 0, 0],
    )
    assert [next(iter(node.values())) for node in found.values()] == [
        {},
        {"pool_size": 3, "strides": 1},
        {"padding": [[0, 1], [0, 1]]},
        {},
    ]


def test_tensors_by_place_and_by_name():
    found = nodes(
        given("x", [5, 4]), given("z", [5, 4]),
        layer("Add", "add", call([tensor("x"), tensor("z")])),
        layer("MultiHeadAttention", "mha", call(tensor("add"), value=tensor("x"), key=tensor("z"),
              use_causal_mask=True),
              num_heads=2, key_dim=4, value_dim=4),
        layer("LSTM", "enc", call(tensor("mha"), training=False, mask=None), units=3, return_state=True),
        layer("LSTM", "dec", call(tensor("x"), initial_state=[tensor("enc", 0, 1), tensor("enc", 0, 2)]), units=3),
        outputs=["dec", 0, 0],
    )  # fmt: skip
    assert found["add"] == {"Add": {}, "from": ["x", "z"]}
    assert found["mha"] == {
        "MultiHeadAttention": {"num_heads": 2, "key_dim": 4},
        "from": {"query": "add", "value": "x", "key": "z"},
        "with": {"use_causal_mask": True},
    }
    assert found["enc"] == {"LSTM": {"units": 3, "return_state": True}, "from": "mha"}
    assert found["dec"]["from"] == {"sequences": "x", "initial_state": ["enc.state_h", "enc.state_c"]}


def test_training_stays_where_it_was_said():
    found = nodes(
        X,
        layer("Dropout", "a", call(tensor("x"), training=False), rate=0.5),
        layer("Dropout", "b", call(tensor("a"), training=True), rate=0.5),
        layer("BatchNormalization", "c", call(tensor("b"), training=False, mask=None)),
        outputs=["c", 0, 0],
    )
    assert "with" not in found["a"]
    assert found["b"]["with"] == {"training": True}
    assert found["c"]["with"] == {"training": False}


def test_a_layer_that_is_called_twice_is_an_entry():
    shared = layer("Dense", "shared", call(tensor("x")), call(tensor("z")), call(tensor("shared", 1)), units=4)
    found = lifted(functional(X, given("z"), shared, outputs=[["shared", 0, 0], ["shared", 2, 0]]))
    assert found["layers"] == {"shared": {"Dense": {"units": 4}}}
    assert found["nodes"] == {
        "shared_1": {"call": "shared", "from": "x"},
        "shared_2": {"call": "shared", "from": "z"},
        "shared_3": {"call": "shared", "from": "shared_2"},
    }
    assert found["outputs"] == ["shared_1", "shared_3"]


def test_a_nested_model_is_an_entry_and_its_outputs_count_from_one():
    inner = functional(
        given("b"), given("a"), layer("Dense", "p", call(tensor("a")), units=3),
        layer("Dense", "q", call(tensor("b")), units=5),
        name="tower", inputs=[["b", 0, 0], ["a", 0, 0]], outputs=[["p", 0, 0], ["q", 0, 0]],
        calls=[call([tensor("x"), tensor("z")], training=False, mask=None)],
    )  # fmt: skip
    last = layer("Concatenate", "both", call([tensor("tower", 0, 1), tensor("tower", 0, 0)]), axis=-1)
    found = lifted(functional(X, given("z"), inner, last, outputs=[["both", 0, 0], ["tower", 1, 0]]))
    assert found["models"]["tower"] == {
        "inputs": {"b": [4], "a": [4]},
        "nodes": {"p": {"Dense": {"units": 3}, "from": "a"}, "q": {"Dense": {"units": 5}, "from": "b"}},
        "outputs": ["p", "q"],
    }
    assert found["nodes"]["tower_1"] == {"call": "tower", "from": {"b": "x", "a": "z"}, "with": {"training": False}}
    assert found["nodes"]["both"]["from"] == ["tower_1.q", "tower_1.p"]
    assert found["outputs"] == ["both", "tower_1.p"]


def test_a_sequential_model_is_a_row_of_nodes():
    saved = sequential(layer("Dense", "a", units=3), layer("ReLU", "b"), build_input_shape=[None, 4])
    assert lifted(saved)["nodes"] == {
        "a": {"Dense": {"units": 3}, "from": "input_layer"},
        "b": {"ReLU": {}, "from": "a"},
    }


def test_a_sequential_model_inside_another():
    inner = sequential(given("i"), layer("Dense", "a", units=3), name="inner", calls=[call(tensor("x"))])
    found = lifted(functional(X, inner, outputs=["inner", 0, 0]))
    assert found["models"]["inner"]["outputs"] == "a"
    assert found["nodes"] == {"inner_1": {"call": "inner", "from": "x"}}


def test_a_frozen_model_says_it_once():
    inner = functional(
        given("i"), layer("Dense", "a", call(tensor("i")), units=3, trainable=False),
        name="inner", outputs=["a", 0, 0], trainable=False, calls=[call(tensor("x"))],
    )  # fmt: skip
    frozen = layer("Dense", "y", call(tensor("inner")), units=1, trainable=False)
    found = lifted(functional(X, inner, frozen, outputs=["y", 0, 0]))
    assert found["models"]["inner"]["nodes"]["a"] == {"Dense": {"units": 3}, "from": "i"}
    assert found["nodes"]["inner_1"] == {"call": "inner", "from": "x", "trainable": False}
    assert found["nodes"]["y"]["trainable"] is False


@pytest.mark.parametrize(
    ("made", "written"),
    [
        (op("Add", "y", tensor("x"), 3.0), {"expr": "x + 3.0"}),
        (op("Subtract", "y", 1.0, tensor("x")), {"expr": "1.0 - x"}),
        (op("Negative", "y", tensor("x")), {"expr": "-x"}),
        (op("Power", "y", -2.0, tensor("x")), {"expr": "(-2.0) ** x"}),
        (op("Greater", "y", tensor("x"), 2), {"expr": "x > 2"}),
        (op("Matmul", "y", tensor("x"), ONES),
         {"ops.matmul": {"x2": {"constant": [[1.0]] * 4, "dtype": "float32"}}, "from": "x"}),
        (op("Mean", "y", tensor("x"), axis=-1, keepdims=False), {"ops.mean": {"axis": -1}, "from": "x"}),
        (op("Concatenate", "y", [tensor("x"), tensor("x")], axis=-1),
         {"ops.concatenate": {"axis": -1}, "from": ["x", "x"]}),
        (op("Where", "y", tensor("x"), tensor("x"), 0.0), {"ops.where": {"x2": 0.0}, "from": ["x", "x"]}),
        (op("Relu", "y", tensor("x"), module="nn"), {"ops.relu": {}, "from": "x"}),
        (op("GetItem", "y", tensor("x"), [slice_(), 0]), {"expr": "x[:, 0]"}),
        (op("GetItem", "y", tensor("x"), [slice_(), slice_(1, 3)]), {"expr": "x[:, 1:3]"}),
        (op("GetItem", "y", tensor("x"), [REST, slice_(step=-1)]), {"expr": "x[..., ::-1]"}),
        (op("GetItem", "y", tensor("x"), [slice_(), None]), {"expr": "x[:, null]"}),
    ],
)  # fmt: skip
def test_an_op_is_written_as_arithmetic_or_by_its_name(made, written):
    assert nodes(X, made, outputs=["y", 0, 0])["y"] == written


def test_an_op_with_several_outputs():
    found = nodes(
        X,
        op("Split", "parts", tensor("x"), indices_or_sections=2, axis=1),
        op("TopK", "top", tensor("parts", 0, 1), module="math", k=2, sorted=True),
        layer("Concatenate", "y", call([tensor("parts"), tensor("top"), tensor("top", 0, 0)])),
        outputs=["y", 0, 0],
    )
    assert found["parts"] == {"ops.split": {"indices_or_sections": 2, "axis": 1}, "from": "x"}
    assert found["top"] == {"ops.top_k": {"k": 2}, "from": "parts.1"}
    assert found["y"]["from"] == ["parts.0", "top", "top"]


def test_steps_with_dotted_names_become_one_expression():
    found = nodes(
        X,
        op("Multiply", "y.multiply", 0.5, tensor("x")),
        op("Exp", "y.exp", tensor("y.multiply")),
        op("Add", "y", tensor("y.exp"), tensor("x")),
        outputs=["y", 0, 0],
    )
    assert found == {"y": {"expr": "ops.exp(0.5 * x) + x"}}


def test_steps_that_no_expression_holds_stand_alone():
    found = nodes(
        X,
        op("Multiply", "y.multiply", tensor("x"), 2.0),
        op("Matmul", "y.matmul", tensor("y.multiply"), ONES),
        op("Negative", "y.negative", tensor("y.matmul")),
        op("Exp", "y", tensor("y.negative")),
        outputs=["y", 0, 0],
    )
    assert found["y"]["chain"] == [
        {"expr": "x * 2.0", "name": "multiply"},
        {"ops.matmul": {"x2": {"constant": [[1.0]] * 4, "dtype": "float32"}}},
        {"expr": "ops.exp(-y.matmul)"},
    ]


def test_an_expression_ends_before_it_is_deeper_than_a_spec_may_be():
    names = ["x", *(f"y.n{number}" for number in range(300)), "y"]
    found = nodes(X, *(op("Negative", name, tensor(before)) for before, name in pairwise(names)), outputs=OUT)
    texts = [member["expr"] for member in found["y"]["chain"]]
    assert len(texts) < len(names) / 20
    assert "".join(texts).count("-") == len(names) - 1


def test_dotted_names_become_chains():
    found = nodes(
        X,
        layer("Dense", "stem.wide", call(tensor("x")), units=3),
        layer("ReLU", "stem.re_lu", call(tensor("stem.wide"))),
        layer("Dense", "stem.dense", call(tensor("stem.re_lu")), units=3),
        layer("Dense", "stem", call(tensor("stem.dense")), units=2),
        layer("Dense", "y", call(tensor("stem.re_lu")), units=2),
        outputs=[["stem", 0, 0], ["y", 0, 0]],
    )
    assert found["stem"] == {
        "chain": [{"Dense": {"units": 3}, "name": "wide"}, "ReLU", {"Dense": {"units": 3}}, {"Dense": {"units": 2}}],
        "from": "x",
    }
    assert found["y"]["from"] == "stem.re_lu"


def test_a_name_that_a_key_cannot_be_stands_beside_it():
    saved = functional(
        X, layer("Dense", "1x1-conv", call(tensor("x")), units=2), layer("ReLU", "a.b", call(tensor("x"))),
        outputs=[["1x1-conv", 0, 0], ["a.b", 0, 0]],
    )  # fmt: skip
    found = lift(saved)
    assert found.document["nodes"] == {
        "_1x1_conv": {"Dense": {"units": 2}, "from": "x", "name": "1x1-conv"},
        "a": {"chain": [{"ReLU": {}, "name": "b"}], "from": "x"},
    }
    assert found.document["outputs"] == ["_1x1_conv", "a.b"]
    assert not found.warnings


@pytest.mark.parametrize("name", ["my model", "a/b", "9th", "x" * 129])
def test_a_name_of_the_model_that_is_no_file_name_is_told(name):
    lifted = lift(functional(given("x"), layer("ReLU", "y", call(tensor("x"))), outputs=["y", 0, 0], name=name))
    assert "name" not in lifted.document
    assert [warning for warning in lifted.warnings if name in warning]


def test_names_that_no_spec_can_hold_are_others_and_told():
    first = layer("Dense", "p/q", call(tensor("x x")), units=2)
    found = lift(functional(given("x x"), first, layer("ReLU", "y", call(tensor("p/q"))), outputs=OUT))
    assert found.document["inputs"].keys() == {"x_x"}
    assert found.document["nodes"].keys() == {"p_q", "y"}
    assert [warning.partition(", ")[0] for warning in found.warnings] == [
        '"x x" is named "x_x"', '"p/q" is named "p_q"'
    ]  # fmt: skip


def test_names_that_become_the_same_key_are_told_apart():
    shared = layer("Dense", "a.b", call(tensor("x")), call(tensor("a-b")), units=4)
    plain = [layer("Dense", "a-b", call(tensor("a b")), units=4), layer("Dense", "a b", call(tensor("x")), units=4)]
    found = lift(functional(X, *plain, shared, layer("ReLU", "y", call(tensor("a.b", 1))), outputs=OUT)).document
    names = [found["layers"][key].get("name") for key in found["layers"]]
    names += [node["name"] for node in found["nodes"].values() if "name" in node]
    assert sorted(names) == ["a b", "a-b", "a.b"]
    assert not found["layers"].keys() & found["nodes"].keys()


def test_an_output_of_a_list_has_the_name_of_its_layer_or_model():
    inner = sequential(given("i"), layer("Dense", "d", units=4), name="head", calls=[call(tensor("x"))])
    shared = layer("Dense", "both", call(tensor("x")), call(tensor("head")), units=4)
    found = lift(functional(X, inner, shared, outputs=[["head", 0, 0], ["both", 0, 0]])).document
    assert found["outputs"] == ["head", "both"]
    assert (found["models"]["head_1"]["name"], found["layers"]["both_1"]["name"]) == ("head", "both")


def test_nested_outputs_become_a_list_in_the_order_of_keras():
    layers_ = [layer("Dense", name, call(tensor("x")), units=4) for name in ("p", "q", "r")]
    outputs = {"b": ["p", 0, 0], "a": [["r", 0, 0], {"z": ["q", 0, 0]}]}
    found = lift(functional(X, *layers_, outputs=outputs))
    assert found.document["outputs"] == ["r", "q", "p"]
    assert found.warnings == ('the outputs of "model" are nested: here they are one list, in the order of Keras',)


def test_masks_that_keras_makes_vanish_and_others_stay():
    words = given("w", [None])
    made = layer("Embedding", "e", call(tensor("w")), input_dim=9, output_dim=4, mask_zero=True)
    automatic = op("NotEqual", "not_equal", tensor("w"), 0)
    lstm = layer("LSTM", "y", call(tensor("e"), mask=tensor("not_equal"), training=False), units=2)
    assert nodes(words, made, automatic, lstm, outputs=["y", 0, 0]) == {
        "e": {"Embedding": {"input_dim": 9, "output_dim": 4, "mask_zero": True}, "from": "w"},
        "y": {"LSTM": {"units": 2}, "from": "e"},
    }
    own = op("Greater", "mine", tensor("w"), 2)
    lstm = layer("LSTM", "y", call(tensor("e"), mask=tensor("mine")), units=2)
    assert nodes(words, made, own, lstm, outputs=["y", 0, 0])["y"]["from"] == {"sequences": "e", "mask": "mine"}


def test_layers_and_models_inside_arguments():
    inner = functional(given("i"), layer("Dense", "a", call(tensor("i")), units=3), name="frame", outputs=["a", 0, 0])
    found = lifted(
        functional(
            given("x", [5, 4]),
            layer("Bidirectional", "b", call(tensor("x")), merge_mode="concat",
                  layer=layer("LSTM", "forward_lstm", units=2, return_sequences=True),
                  backward_layer=layer("LSTM", "backward_lstm", units=2, return_sequences=True, go_backwards=True)),
            layer("RNN", "r", call(tensor("b")), cell=[layer("LSTMCell", "lstm_cell", units=3)], return_sequences=True),
            layer("TimeDistributed", "t", call(tensor("x")), layer=inner),
            outputs=[["r", 0, 0], ["t", 0, 0]],
        )
    )  # fmt: skip
    assert found["nodes"]["b"]["Bidirectional"] == {"layer": {"LSTM": {"units": 2, "return_sequences": True}}}
    assert found["nodes"]["r"]["RNN"] == {"cell": [{"LSTMCell": {"units": 3}}], "return_sequences": True}
    assert found["nodes"]["t"]["TimeDistributed"] == {"layer": {"ref": "frame"}}
    assert list(found["models"]) == ["frame"]


def test_the_policy_of_most_layers_is_the_models():
    found = lifted(
        functional(
            X,
            layer("Dense", "a", call(tensor("x")), units=2, dtype=policy("mixed_bfloat16")),
            layer("Dense", "b", call(tensor("a")), units=2, dtype=policy("mixed_bfloat16")),
            layer("Dense", "y", call(tensor("b")), units=2, dtype=policy("float32")),
            outputs=["y", 0, 0],
        )
    )
    assert found["dtype"] == "mixed_bfloat16"
    assert found["nodes"]["y"]["Dense"] == {"units": 2, "dtype": "float32"}
    assert found["nodes"]["a"]["Dense"] == {"units": 2}


def test_compile():
    saved = functional(X, Y, outputs=["y", 0, 0]) | {
        "compile_config": {
            "optimizer": {
                "module": "keras.optimizers", "class_name": "Adam",
                "config": {"name": "adam_3", "learning_rate": 0.0003000000142492354, "beta_1": 0.9, "clipnorm": None},
                "registered_name": None,
            },
            "loss": {"module": "builtins", "class_name": "function", "config": "mean_squared_error"},
            "loss_weights": None, "metrics": ["mae"], "weighted_metrics": None, "run_eagerly": False,
            "steps_per_execution": 1, "jit_compile": False,
        }
    }  # fmt: skip
    assert lifted(saved)["compile"] == {
        "optimizer": {"Adam": {"learning_rate": 0.0003}},
        "loss": "mean_squared_error",
        "metrics": ["mae"],
    }


LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wEAAA", "defaults": None, "closure": None}}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (layer("Lambda", "y", call(tensor("x")), function=LAMBDA), '"y" is a Lambda'),
        (layer("TFSMLayer", "y", call(tensor("x")), filepath="/etc"), '"y" is a TFSMLayer'),
        (layer("Gate", "y", call(tensor("x")), module="demo") | {"registered_name": "demo>Gate"},
         '"y" is a demo>Gate of'),
        (layer("system", "y", call(tensor("x")), module="os"), '"y" is a system of the module "os"'),
        (layer("Danse", "y", call(tensor("x"))), '"y" is a Danse, which Keras'),
        (layer("Dense", "y", call(tensor("x")), units=2, activation=LAMBDA), '"y.activation"'),
        (layer("Dense", "y", call(tensor("x")), units=2,
               activation={"module": "keras.utils", "class_name": "function", "config": "get_file"}), '"get_file"'),
        (layer("Dense", "y", call(tensor("x")), units=2,
               kernel_initializer={"module": "os", "class_name": "system", "config": {}}),
         '"y.kernel_initializer" is a system'),
        (layer("TimeDistributed", "y", call(tensor("x")), layer=layer("Lambda", "l")), '"y.layer" is a Lambda'),
        (op("Map", "y", tensor("x"), module="core"), '"y" is the operation Map'),
        (op("GetItem", "y", tensor("x"), [tensor("x")]), '"y" cannot be written'),
        (layer("Dense", "y", call(tensor("z")), units=2), 'uses call 0 of "z"'),
    ],
)  # fmt: skip
def test_what_is_no_data_is_refused_by_the_layers_name(made, said):
    with pytest.raises(LiftError) as refusal:
        lift(functional(X, made, outputs=["y", 0, 0]))
    assert any(said in problem for problem in refusal.value.problems), refusal.value.problems


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ({}, "no model of Keras 3"),
        ({"class_name": "Functional", "module": "keras", "config": []}, "no model of Keras 3"),
        ({"class_name": "MyModel", "module": "demo", "config": {"layers": []}}, "the model is a MyModel"),
        ({"class_name": "Functional", "module": "keras", "config": {"name": "m", "layers": [1]}},
         "not as Keras 3 writes it"),
        (functional(X, layer("Dense", "y", call({"class_name": "__slice__"}), units=1), outputs=OUT), "not as Keras 3"),
        (functional(X, layer("Dense", "y", call(tensor("x")), units={"class_name": "__numpy__"}), outputs=OUT),
         "not as Keras 3 writes it"),
        (sequential(layer("Dense", "a", units=3)), "no shape of its input"),
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused(saved, said):
    with pytest.raises(LiftError, match=said):
        lift(saved)


def test_a_layer_inside_and_outside_is_told():
    weights = {"units": 4, "kernel_initializer": "glorot_uniform"}
    inner = functional(
        given("i"), layer("Dense", "d", call(tensor("i")), **weights), name="inner", outputs=["d", 0, 0],
        calls=[call(tensor("x"))],
    )  # fmt: skip
    wrapper = layer("TimeDistributed", "t", call(tensor("s")), layer=layer("Dense", "e", **weights))
    outer = [layer("Dense", name, call(tensor("x")), **weights) for name in ("d", "e", "f")]
    outputs = [[name, 0, 0] for name in ("t", "d", "e", "f")] + [["inner", 1, 0]]
    found = lift(functional(given("s", [5, 4]), X, wrapper, *outer, inner, outputs=outputs))
    assert [warning.split(" ", 1)[0] for warning in found.warnings] == ['"d"', '"e"']


def test_what_is_numbered_is_one_layer_wherever_it_stands():
    inner = {**layer("Dense", "d", units=4), "shared_object_id": 7}
    del inner["inbound_nodes"], inner["name"]
    d = {**layer("Dense", "d", call(tensor("x")), units=4), "shared_object_id": 7}
    t = {**layer("TimeDistributed", "t", call(tensor("d")), layer=inner), "shared_object_id": 8}
    document = lift(functional(given("x", [3, 4]), d, t, outputs=["t", 0, 0]), tells_sharing=True).document
    assert document["layers"] == {"d": {"Dense": {"units": 4}}}
    assert document["nodes"] == {
        "d_1": {"call": "d", "from": "x"},
        "t": {"TimeDistributed": {"layer": {"ref": "d"}}, "from": "d_1"},
    }


def test_the_first_place_inside_another_object_has_no_number():
    def tower(name, **number):
        dense = {**layer("Dense", "d", units=4), **number}
        del dense["inbound_nodes"], dense["name"]
        return sequential(given("i"), dense, name=name, calls=[call(tensor("x"))])

    first, second = tower("first"), tower("second", shared_object_id=7)
    model = functional(given("x"), first, second, outputs=[["first", 0, 0], ["second", 0, 0]])
    document = lift(model, tells_sharing=True).document
    assert list(document["layers"]) == ["d"]
    assert {item["name"]: item["nodes"] for item in document["models"].values()} == {
        name: {"d_1": {"call": "d", "from": "i"}} for name in ("first", "second")
    }


def test_equal_layers_without_a_number_are_two():
    d = layer("Dense", "d", call(tensor("x")), units=4)
    inner = layer("Dense", "d", units=4)
    t = layer("TimeDistributed", "t", call(tensor("d")), layer=inner)
    lifted = lift(functional(given("x", [3, 4]), d, t, outputs=["t", 0, 0]), tells_sharing=True)
    assert "layers" not in lifted.document
    assert not lifted.warnings


def test_a_range_is_not_the_number_that_it_begins_with():
    zoom = layer("RandomZoom", "z", call(tensor("x")), height_factor=[0.5, 0.5], width_factor=[0.5, 0.5])
    nodes = lift(functional(given("x", [8, 8, 3]), zoom, outputs=["z", 0, 0])).document["nodes"]
    assert nodes["z"]["RandomZoom"] == {"height_factor": [0.5, 0.5], "width_factor": [0.5, 0.5]}


def test_what_compile_cannot_hold_is_left_out_with_a_warning():
    function = {"module": "builtins", "class_name": "function", "config": "own", "registered_name": "own"}
    y = layer("Dense", "y", call(tensor("x")), units=4)
    model = functional(given("x"), y, outputs={"a": ["y", 0, 0], "b": ["y", 0, 0]})
    model["compile_config"] = {"loss": {"a": ["mse"], "c": "mse"}, "metrics": {"b": [function]}, "loss_weights": None}
    lifted = lift(model)
    assert lifted.document["compile"] == {"loss": {"a": "mse"}}
    assert list(lifted.warnings) == [
        'left out of compile: "compile.metrics" is the function "own", which Keras does not know by that name',
        'left out of compile: "loss" of "c", which is no output',
    ]


def test_a_quantized_layer_is_refused_as_such():
    dtype = {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": "float32"}}
    quantization = {"class_name": "Int8QuantizationConfig"}
    y = layer("Dense", "y", call(tensor("x")), units=4, quantization_config=quantization, dtype=dtype)
    with pytest.raises(LiftError, match=r'"y" is quantized \(int8_from_float32\)'):
        lift(functional(given("x"), y, outputs=["y", 0, 0]))


def test_a_frozen_model_has_frozen_layers():
    y = layer("Dense", "y", call(tensor("x")), units=4)
    y["config"]["trainable"] = False
    document = lift(functional(given("x"), y, outputs=["y", 0, 0], trainable=False)).document
    assert document["nodes"]["y"]["trainable"] is False


def test_the_config_alone_is_enough():
    saved = functional(given("x"), layer("Dense", "y", call(tensor("x")), units=4), outputs=["y", 0, 0])
    assert lift(saved["config"]).document == lift(saved).document


def test_a_model_that_is_frozen_as_a_whole_has_frozen_layers():
    y = layer("Dense", "y", call(tensor("x")), units=4)
    document = lift(functional(given("x"), y, outputs=["y", 0, 0], trainable=False)).document
    assert document["nodes"]["y"]["trainable"] is False


def test_a_list_of_losses_for_outputs_without_order_is_left_out():
    layers = [layer("Dense", name, call(tensor("x")), units=4) for name in "ab"]
    model = functional(given("x"), *layers, outputs={name: [name, 0, 0] for name in "ab"})
    model["compile_config"] = {"loss": ["mse", "mae"]}
    lifted = lift(model)
    assert "compile" not in lifted.document
    assert lifted.warnings == ('left out of compile: "loss" is a list, and the outputs have names and no order',)
