"""A folded spec is the flat one, node for node, in fewer lines."""

import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from random_repeats import random_spec

from graphspec.catalog import catalog
from graphspec.compiler import Choice, Options, compile_bytes, compile_file
from graphspec.fold.fold import folded
from graphspec.fold.wording import counted, shares, tokens_of
from graphspec.frontend.tree import plain
from graphspec.frontend.write import write
from graphspec.graph.ir import Callable, Graph, Tensor
from graphspec.views.expanded import expanded

ZOO = Path(__file__).parents[3] / "specs" / "zoo"
HERE = Path(__file__).parent
SMALL_ENOUGH = {"gpt": "gpt2"}


def graph_of(text: str, folder: Path = HERE) -> Graph:
    result = compile_bytes(text.encode(), "spec.yaml", Options(), folder)
    assert not result.has_errors, [item.message for item in result.diagnostics]
    assert result.graph is not None
    return result.graph


def meaning(graph: Graph) -> Any:
    """Return what Keras would make of a graph: the names of nodes are nothing to it, and defaults are what they are."""
    names = {node.name: node.keras_name for node in graph.nodes}

    def said(value: Any) -> Any:
        if isinstance(value, Tensor):
            return "tensor", names.get(value.node, value.node), value.output
        if isinstance(value, Callable):
            return made(value)
        if isinstance(value, Mapping):
            return {key: said(item) for key, item in value.items()}
        return tuple(map(said, value)) if isinstance(value, tuple) else repr(value)

    def made(value: Callable) -> Any:
        layer = catalog.layer(value.type)
        defaults = {} if layer is None else {name: item.default for name, item in layer.arguments.items()}
        given = {
            name: said(item)
            for name, item in value.arguments.items()
            if name not in defaults or plainest(defaults[name]) != plainest(item)
        }
        inner = None if value.graph is None else meaning(value.graph)
        return value.keras_name, value.kind, value.type, given, value.trainable, inner

    calls = [
        (
            node.keras_name,
            made(graph.callables[node.target]) if node.kind == "call" else node.target,
            said(node.args),
            said(node.kwargs),
        )
        for node in graph.nodes
    ]
    outputs = graph.outputs.form, graph.outputs.names, said(graph.outputs.tensors)
    return sorted(calls, key=repr), outputs, [repr((item.name, item.shape, item.dtype)) for item in graph.inputs]


def plainest(value: Any) -> Any:
    items = list(value) if isinstance(value, list | tuple) else []
    return items[0] if items and all(item == items[0] for item in items) else value


def checked(document: dict[str, Any], folder: Path = HERE) -> str:
    """Return the folded text, once it is known to mean the same."""
    text = write(folded(document))
    assert meaning(graph_of(text, folder)) == meaning(graph_of(write(document), folder))
    assert write(folded(document)) == text
    return text


@pytest.mark.parametrize("path", sorted(ZOO.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_spec_of_the_zoo_written_out_folds_back(path: Path) -> None:
    result = compile_file(path, Options(choice=Choice(variant=SMALL_ENOUGH.get(path.stem))))
    assert result.document is not None
    assert result.program is not None
    flat = expanded(result.document, result.program, "model")
    tree = compile_bytes(flat.encode(), "flat.yaml", Options(), path.parent).tree
    text = checked(plain(tree), path.parent)  # type: ignore[arg-type]
    assert len(text.splitlines()) <= len(flat.splitlines()) + 4


@pytest.mark.parametrize("seed", range(120))
def test_a_random_spec_folded_means_the_same(seed: int) -> None:
    document = random_spec(random.Random(seed))
    text = checked(document)
    assert len(text.splitlines()) <= len(write(document).splitlines()) + 4


def dense_block(name: str, units: int, source: str, **more: Any) -> dict[str, Any]:
    return {
        f"{name}_dense": {"Dense": {"units": units, **more}, "from": source},
        f"{name}_norm": {"LayerNormalization": {}, "from": f"{name}_dense"},
        f"{name}_out": {"ReLU": {}, "from": f"{name}_norm"},
    }


def row(names: list[str], units: list[int], **more: Any) -> dict[str, Any]:
    nodes: dict[str, Any] = {}
    source = "x"
    for name, size in zip(names, units, strict=True):
        nodes |= dense_block(name, size, source, **more)
        source = f"{name}_out"
    nodes["last"] = {"Dense": {"units": 1}, "from": source}
    return {"graphspec": 1, "inputs": {"x": [8]}, "nodes": nodes, "outputs": "last"}


def test_copies_in_a_row_are_one_use() -> None:
    text = checked(row([f"block{number}" for number in range(2, 8)], [16] * 6))
    assert 'block2_to_7: {block: block, from: x, with: {name: "block${index + 2}"}, repeat: 6}' in text
    assert '      dense: {Dense: {units: 16}, from: x, name: "${name}_dense"}' in text


def test_letters_are_counted_through_the_alphabet() -> None:
    text = checked(row([f"block2{letter}" for letter in "bcdefg"], [16] * 6))
    assert "name: \"block2${'bcdefg'[index]}\"" in text


def test_what_differs_without_a_rule_is_a_param_of_each_use() -> None:
    text = checked(
        row(
            ["one", "two", "three", "four", "five", "six", "seven", "ten", "cat", "dog"],
            [16, 24, 7, 7, 5, 9, 1, 3, 4, 2],
        )
    )
    assert "params: {name: {type: string}, units: {type: integer}}" in text
    assert "two: {block: dense_block, from: one, with: {name: two, units: 24}}" in text


def test_an_argument_that_some_leave_out_has_the_default_of_the_layer() -> None:
    document = row([f"block{number}" for number in range(1, 9)], [16] * 8)
    document["nodes"]["block3_norm"]["LayerNormalization"] = {"epsilon": 1e-5}
    text = checked(document)
    assert "epsilon: 0.001" in text
    assert "block3: {block: block, from: block1_to_2, with: {name: block3, epsilon: 1e-5}}" in text


def test_what_is_an_output_or_used_elsewhere_is_in_no_block() -> None:
    document = row([f"block{number}" for number in range(1, 7)], [16] * 6)
    document["outputs"] = {"last": "last", "middle": "block3_norm"}
    document["nodes"]["more"] = {"Dense": {"units": 2}, "from": "block5_dense"}
    document["outputs"]["more"] = "more"
    text = checked(document)
    assert "\n  block3_norm: {LayerNormalization" in text
    assert "\n  block5_dense: {Dense" in text


def test_sizes_inside_of_lists_are_worded_by_the_sizes_beside_them() -> None:
    nodes: dict[str, Any] = {}
    source = "x"
    for number, size in enumerate([3, 5, 7, 9, 4, 6], 1):
        nodes[f"b{number}_dense"] = {"Dense": {"units": size}, "from": source}
        nodes[f"b{number}_wide"] = {"Dense": {"units": 4 * size}, "from": f"b{number}_dense"}
        nodes[f"b{number}_cut"] = {"Reshape": {"target_shape": [2, 2 * size]}, "from": f"b{number}_wide"}
        nodes[f"b{number}_flat"] = {"Flatten": {}, "from": f"b{number}_cut"}
        source = f"b{number}_flat"
    nodes["last"] = {"Dense": {"units": 1}, "from": source}
    text = checked({"graphspec": 1, "inputs": {"x": [8]}, "nodes": nodes, "outputs": "last"})
    assert "params: {name: {type: string}, units: {type: integer}}" in text
    assert 'target_shape: [2, "${2 * units}"]' in text
    assert 'units: "${4 * units}"' in text


def test_what_is_too_short_stays_as_it_is() -> None:
    document = row(["one", "two"], [16, 16])
    assert folded(document) == document


def test_copies_inside_of_copies_are_blocks_in_a_block() -> None:
    nodes: dict[str, Any] = {}
    source = "x"
    for stage in range(1, 5):
        first = source
        for part in "ab":
            nodes |= dense_block(f"stage{stage}_{part}", 8, source)
            source = f"stage{stage}_{part}_out"
        nodes[f"stage{stage}_add"] = {"Add": {}, "from": [first, source]}
        source = f"stage{stage}_add"
        nodes |= dense_block(f"stage{stage}_c", 8, source)
        source = f"stage{stage}_c_out"
    document = {"graphspec": 1, "inputs": {"x": [8]}, "nodes": nodes | {"y": {"Dense": {"units": 1}, "from": source}}}
    text = checked({**document, "outputs": "y"})
    assert "repeat: 4" in text
    assert len(text.splitlines()) < len(nodes)


def test_nested_models_are_folded_too() -> None:
    inner = row([f"block{number}" for number in range(6)], [8] * 6)
    model = {key: inner[key] for key in ("inputs", "nodes", "outputs")}
    document = {
        "graphspec": 1, "models": {"inner": model}, "inputs": {"x": [8]},
        "nodes": {"y": {"call": "inner", "from": "x"}}, "outputs": "y",
    }  # fmt: skip
    assert "repeat: 6" in checked(document)


def test_a_dollar_in_a_name_is_left_alone() -> None:
    document = row([f"block{number}" for number in range(6)], [16] * 6)
    for number in range(6):
        document["nodes"][f"block{number}_norm"]["name"] = f"$norm{number}$$"
    assert folded(document)["nodes"] == document["nodes"]


def test_defaults_hold_what_all_layers_of_a_class_have() -> None:
    document = row(["one", "two", "three"], [8, 9, 10], kernel_initializer="he_normal")
    document["nodes"]["last"]["Dense"]["kernel_initializer"] = "he_normal"
    assert folded(document)["defaults"] == {"Dense": {"kernel_initializer": "he_normal"}}
    document["nodes"]["last"]["Dense"]["kernel_initializer"] = "zeros"
    assert "defaults" not in folded(document)


def test_a_layer_in_an_argument_counts_for_the_defaults() -> None:
    document = row(["one", "two", "three"], [8, 9, 10], use_bias=False)
    document["nodes"]["last"] = {"TimeDistributed": {"layer": {"Dense": {"units": 1}}}, "from": "three_out"}
    assert "defaults" not in folded(document)


@pytest.mark.parametrize(
    "texts",
    [["a", "b", "d"], ["a1", "a2", "a4"], ["a1", "b"], ["z", "a"], ["conv", "conv_1"], ["a01", "a02", "a1"]],
)
def test_what_has_no_rule_is_not_counted(texts: list[str]) -> None:
    assert counted(texts) is None


def test_numbers_with_zeros_before_them_are_text() -> None:
    assert tokens_of("s01_10") == ("s", "01", "_", 10)


def test_shares_are_right_to_the_last_bit() -> None:
    assert shares([0.2 * at / 55.0 for at in range(5, 11)]) == "0.2 * (index + 5) / 55"
    assert shares([0.1, 0.2, 0.4]) is None
    assert shares([0.5, 0.5, 0.5]) is None


SECONDS = 5
MANY = 6000


def test_a_long_row_and_a_graph_full_of_skips_take_their_time_only() -> None:
    long = row([f"block{number}" for number in range(MANY // 3)], [16] * (MANY // 3))
    dense: dict[str, Any] = {"n0": {"Dense": {"units": 4}, "from": "x"}}
    for number in range(1, MANY):
        dense[f"n{number}"] = {"Add": {}, "from": [f"n{number - 1}", f"n{number // 2}"]}
    skips = {**long, "nodes": dense, "outputs": f"n{MANY - 1}"}
    began = time.process_time()
    assert len(write(folded(long)).splitlines()) < 20
    folded(skips)
    assert time.process_time() - began < SECONDS
