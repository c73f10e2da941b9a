import subprocess
import sys

import pytest

from graphspec.catalog import catalog
from graphspec.catalog.kinds import describe_kind, parse_kind
from graphspec.catalog.renamed import ARGUMENTS, EVERY_LAYER, EVERY_OPTIMIZER, LAYERS

ROLES = {"tensor", "tensors", "mask", "literal"}


def arguments_of_everything():
    for name in catalog.layer_names():
        yield from ((name, argument) for argument in catalog.layer(name).arguments.values())
    for category in catalog.SECTIONS:
        for name in catalog.object_names(category):
            yield from ((name, argument) for argument in catalog.object_(category, name).arguments.values())
    for name in catalog.application_names():
        yield from ((name, argument) for argument in catalog.application(name).arguments.values())


def calls_of_everything():
    for name in catalog.layer_names():
        yield from ((name, argument) for argument in catalog.layer(name).call)
    for name in catalog.op_names():
        yield from ((name, argument) for argument in catalog.op(name).arguments)


def test_every_kind_can_be_read_and_described():
    for owner, argument in [*arguments_of_everything(), *calls_of_everything()]:
        assert describe_kind(parse_kind(argument.kind)), owner


def test_every_call_argument_has_a_role():
    assert {argument.role for _, argument in calls_of_everything()} == ROLES


def test_required_arguments_stand_first_in_a_layer():
    for name in catalog.layer_names():
        required = [argument.required for argument in catalog.layer(name).arguments.values()]
        assert required == sorted(required, reverse=True), name


def test_names_are_sorted_and_known():
    for names, read in (
        (catalog.layer_names(), catalog.layer),
        (catalog.op_names(), catalog.op),
        (catalog.application_names(), catalog.application),
    ):
        assert list(names) == sorted(names)
        assert all(read(name).name == name for name in names)
        assert read("nothing") is None


def test_a_layer():
    dense = catalog.layer("Dense")
    assert (dense.family, dense.refused, dense.replaces, dense.accepts_dtype) == ("core", None, None, True)
    assert next(iter(dense.arguments)) == "units"
    assert dense.arguments["units"].required
    assert dense.arguments["use_bias"].default is True
    assert {"name", "trainable"}.isdisjoint(dense.arguments)
    assert [argument.name for argument in dense.call] == ["inputs", "training"]
    assert dense.outputs == (catalog.OutputName("output", None),)


def test_an_alias():
    alias = catalog.layer("MaxPool2D")
    assert (alias.name, alias.replaces) == ("MaxPool2D", "MaxPooling2D")
    assert alias.arguments == catalog.layer("MaxPooling2D").arguments
    assert "MaxPool2D" not in catalog.layer_names()


@pytest.mark.parametrize("name", ["Layer", "Wrapper", "InputLayer"])
def test_what_is_no_layer_of_a_spec(name):
    assert catalog.layer(name) is None
    assert catalog.renamed_layer(name) is not None


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("Conv1D", {"kernel_size": "int[1:]|list<int[1:];1>", "padding": "'valid'|'same'|'causal'"}),
        (
            "Conv2D",
            {"kernel_size": "int[1:]|list<int[1:];2>", "padding": "'valid'|'same'", "lora_rank": "null|int[1:]"},
        ),
        ("ZeroPadding2D", {"padding": "int[0:]|list<int[0:]|list<int[0:];2>;2>"}),
        ("Dropout", {"rate": "float[0:1]", "seed": "null|int"}),
        ("TextVectorization", {"vocabulary": "null|list<string>|path"}),
        ("TimeDistributed", {"layer": "layer"}),
    ],
)
def test_kinds(name, kinds):
    arguments = catalog.layer(name).arguments
    assert {argument: arguments[argument].kind for argument in kinds} == kinds


@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        ("GRU", {"output": None, "state": "return_state"}),
        ("LSTM", {"output": None, "state_h": "return_state", "state_c": "return_state"}),
        ("Attention", {"output": None, "scores": "return_attention_scores"}),
        ("MultiHeadAttention", {"output": None, "scores": "return_attention_scores"}),
        ("Bidirectional", {"output": None}),
    ],
)
def test_outputs(name, outputs):
    assert {output.name: output.when for output in catalog.layer(name).outputs} == outputs


def test_layers_that_decide_for_others():
    decided = {name: catalog.layer(name).outputs_of for name in catalog.layer_names()}
    assert {name: argument for name, argument in decided.items() if argument} == {
        "Bidirectional": "layer",
        "RNN": "cell",
        "SpectralNormalization": "layer",
        "StackedRNNCells": "cells",
        "TimeDistributed": "layer",
    }
    assert all(argument in catalog.layer(name).arguments for name, argument in decided.items() if argument)


def test_refused_layers():
    refused = {name for name in catalog.layer_names() if catalog.layer(name).refused}
    assert refused == {"FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper"}


@pytest.mark.parametrize(
    ("name", "counts"), [("Add", (1, None)), ("Subtract", (2, 2)), ("Dot", (2, 2)), ("Attention", (2, 3))]
)
def test_lists_of_tensors(name, counts):
    inputs = catalog.layer(name).call[0]
    assert (inputs.role, inputs.min_count, inputs.max_count) == ("tensors", *counts)


def test_ops():
    assert [argument.role for argument in catalog.op("matmul").arguments] == ["tensor", "tensor"]
    assert [argument.role for argument in catalog.op("reshape").arguments] == ["tensor", "literal"]
    assert catalog.op("concatenate").arguments[0].role == "tensors"
    assert catalog.op("einsum").arguments[1].variadic
    assert [output.name for output in catalog.op("top_k").outputs] == ["values", "indices"]
    assert catalog.op("split").outputs == ()
    assert catalog.op("split").outputs_count == "indices_or_sections"
    assert catalog.op("while_loop").refused
    assert catalog.op("linalg.norm").arguments == catalog.op("norm").arguments
    assert "image.resize" in catalog.op_names()
    assert "linalg.norm" not in catalog.op_names()


@pytest.mark.parametrize(
    ("category", "name", "canonical", "is_class"),
    [
        ("activation", "relu", "relu", False),
        ("initializer", "he_normal", "HeNormal", True),
        ("initializer", "HeNormal", "HeNormal", True),
        ("regularizer", "l2", "L2", True),
        ("constraint", "max_norm", "MaxNorm", True),
        ("optimizer", "adam", "Adam", True),
        ("optimizer", "RMSProp", "RMSprop", True),
        ("schedule", "CosineDecay", "CosineDecay", True),
        ("loss", "mse", "mean_squared_error", False),
        ("loss", "MeanSquaredError", "MeanSquaredError", True),
        ("metric", "mse", "MeanSquaredError", True),
        ("metric", "accuracy", "accuracy", False),
        ("metric", "AUC", "AUC", True),
    ],
)
def test_objects(category, name, canonical, is_class):
    found = catalog.object_(category, name)
    assert (found.name, found.canonical, found.is_class) == (name, canonical, is_class)
    assert found.doc


def test_what_keras_knows_by_class_alone():
    assert not catalog.object_("optimizer", "Lamb").by_string
    assert not catalog.object_("initializer", "constant").by_string
    assert catalog.object_("initializer", "zeros").by_string
    assert catalog.object_("loss", "no_such_loss") is None


def test_applications():
    vgg = catalog.application("VGG16")
    assert vgg.arguments["weights"].kind == "null|'imagenet'"
    assert {"name", "input_tensor"}.isdisjoint(vgg.arguments)
    assert {"block3_pool", "fc1", "predictions", "flatten"} <= catalog.application_layers("VGG16")
    assert "mixed10" in catalog.application_layers("InceptionV3")
    assert not any(name.startswith("conv2d") for name in catalog.application_layers("InceptionV3"))
    assert catalog.application_layers("nothing") == frozenset()


def test_every_application_has_layers():
    assert all(catalog.application_layers(name) for name in catalog.application_names())


def test_no_layer_is_both_here_and_gone():
    assert all(catalog.layer(name) is None for name in LAYERS)


def test_advice_names_what_there_is():
    for renamed in LAYERS.values():
        assert renamed.new is None or catalog.layer(renamed.new) is not None
    for (owner, name), renamed in ARGUMENTS.items():
        taken = catalog.layer(owner).arguments
        assert name not in taken
        assert renamed.new is None or renamed.new in taken, (owner, name)
    every = {name for layer in catalog.layer_names() for name in catalog.layer(layer).arguments}
    assert {renamed.new for renamed in EVERY_LAYER.values()} - {None} <= every
    assert {renamed.new for renamed in EVERY_OPTIMIZER.values()} - {None} <= set(
        catalog.object_("optimizer", "Adam").arguments
    )


@pytest.mark.parametrize(
    ("owner", "name", "new"),
    [
        ("Dense", "output_dim", "units"),
        ("Conv2D", "nb_filter", "filters"),
        ("Convolution2D", "border_mode", "padding"),
        ("Dropout", "p", "rate"),
        ("Conv2D", "nb_row", "kernel_size"),
        ("LeakyReLU", "alpha", "negative_slope"),
        ("LSTM", "output_dim", "units"),
        ("Adam", "lr", "learning_rate"),
        ("sgd", "lr", "learning_rate"),
    ],
)
def test_renamed_arguments(owner, name, new):
    assert catalog.renamed_argument(owner, name).new == new


@pytest.mark.parametrize(
    ("owner", "name"),
    [("LSTM", "time_major"), ("Dense", "input_shape"), ("BatchNormalization", "fused"), ("SGD", "decay")],
)
def test_arguments_that_are_gone(owner, name):
    renamed = catalog.renamed_argument(owner, name)
    assert renamed.new is None
    assert renamed.advice


@pytest.mark.parametrize(
    ("owner", "name"),
    [("Embedding", "output_dim"), ("Embedding", "input_dim"), ("Dense", "p"), ("ELU", "alpha"), ("nothing", "p")],
)
def test_arguments_that_were_not_renamed(owner, name):
    assert catalog.renamed_argument(owner, name) is None


def test_reading_loads_neither_keras_nor_numpy():
    code = (
        "import sys; from graphspec.catalog import catalog as c;"
        "c.layer('Dense'); c.op('add'); c.object_('loss', 'mse');"
        "print([name for name in ('keras', 'tensorflow', 'numpy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
