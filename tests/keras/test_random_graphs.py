"""Static inference and Keras agree on whole graphs: on every type, on every layer's weights, and on what is wrong."""

import json
import random
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from agreement import (
    BATCHES,
    NO_KERNEL,
    array_of,
    called,
    mismatch,
    tensors_in,
    weights_difference,
)
from random_graphs import Spec, random_spec

from graphspec.compiler import Compilation, Options, compile_bytes
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.graph.ir import Graph, operands_of
from graphspec.target.lower import Lowered, lower

# What is said of an index that is too large, of a mask that Keras carries along beside a tensor, and of a softmax over
# more dimensions than TensorFlow has a kernel for: no shape decides.
BESIDE_SHAPES = ("is not in [0, ", "The `mask` ", "Input dims must be <= 5")

# What is said of layers that TimeDistributed calls without the check of their dimensions: they pool the wrong ones.
UNCHECKED = re.compile(r"\(TimeDistributed\) holds Global\w+Pooling\dD, which needs")

# What Keras says where its symbolic tensors have lost a size that a run has, as after RNN.
LOST = "must be fully-defined"

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]


@dataclass
class Told:
    """What inference and Keras say of a spec: the nodes that each refuses, with its sentence."""

    compiled: Compilation
    graph: Graph
    lowered: Lowered | None
    ours: dict[str, str]
    theirs: dict[str, str]


@dataclass
class Judgement:
    """How many nodes agree, and what does not."""

    nodes: int = 0
    mistakes: int = 0
    problems: list[str] = field(default_factory=list)


def told(spec: Spec) -> Told:
    """Return what both say of a spec."""
    compiled = compile_bytes(json.dumps(spec).encode(), "graph.yaml", Options(trust=True), Path.cwd())
    errors = [item for item in compiled.diagnostics if item.severity == "error"]
    others = [item.message for item in errors if item.code != "GS501"]
    if others or compiled.graph is None:
        raise AssertionError(f"the generator wrote what is no spec: {others}")
    ours = {str(item.node): item.message for item in errors}
    assert len(ours) == len(errors), "one mistake, several messages"
    diagnostics = Diagnostics()
    lowered = lower(compiled.graph, diagnostics, trust=True, compiled=False, fetch=False)
    theirs = {item.node: item.message for item in diagnostics if item.node is not None}
    return Told(compiled, compiled.graph, lowered, ours, theirs)


def judge(spec: Spec) -> Judgement:
    """Return where inference and Keras do not agree on a spec.

    What several calls cannot take is told once, so what is left without that call may have it at another.
    """
    result = Judgement()
    while wrong := mistakes(spec, result):
        spec = without(spec, wrong)
    if spec["nodes"] and not result.problems:
        compare(spec, result)
    return result


def mistakes(spec: Spec, result: Judgement) -> set[str]:
    """Return the nodes that inference or Keras refuses, and note where these do not agree."""
    found = told(spec)
    wrong = set(found.ours) | set(found.theirs)
    result.mistakes += len(wrong)
    silent = dependents(spec, set(found.ours))
    for name, sentence in found.theirs.items():
        is_known = found.compiled.typed is not None and found.compiled.typed.types.get(name, ()) is not None
        if is_known and name not in found.ours and name.split(".")[0] not in silent and LOST not in sentence:
            result.problems.append(f'passes "{name}", and Keras refuses: {sentence}')
    result.problems += [
        f"refuses what Keras runs: {sentence}"
        for name, sentence in found.ours.items()
        if name not in found.theirs
        and UNCHECKED.search(sentence) is None
        and is_run(without(spec, wrong - {name}), name)
    ]
    return wrong


def dependents(spec: Spec, wrong: set[str]) -> set[str]:
    """Return the nodes that are wrong, or that depend on one that is; a nested model's are those that call it."""
    found = {name.split(".")[0] for name in wrong}
    found |= {name for name, body in spec.get("models", {}).items() if found & body["nodes"].keys()}
    for name, node in spec["nodes"].items():
        if found & set(words_in(node)):
            found.add(name)
    return found


def words_in(value: Any) -> Iterator[str]:
    """Yield every name that a node may refer to."""
    if isinstance(value, str):
        yield from (
            word.split(".")[0] for word in "".join(c if c.isalnum() or c in "._" else " " for c in value).split()
        )
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from words_in(item)


def without(spec: Spec, wrong: set[str]) -> Spec:
    """Return a spec without these nodes and what depends on them."""
    left_out = dependents(spec, wrong)
    nodes = {name: node for name, node in spec["nodes"].items() if name not in left_out}
    used = {word for node in nodes.values() for word in words_in(node)}
    parts = {
        key: {name: item for name, item in spec.get(key, {}).items() if name in used} for key in ("layers", "models")
    }
    return {
        "graphspec": 1, "inputs": spec["inputs"], **{key: value for key, value in parts.items() if value},
        "nodes": nodes, "outputs": [name for name in nodes if name not in used],
    }  # fmt: skip


def is_run(spec: Spec, name: str) -> bool:
    """Say whether Keras runs a node on arrays of any number of samples."""
    found = told(spec)
    if name not in {node.name for node in found.graph.nodes}:
        # It is in a nested model, or beside another mistake in its node, so it cannot be run alone.
        return False
    return found.lowered is not None and any(run(found, batch, name) for batch in BATCHES)


def run(found: Told, batch: int, *names: str) -> dict[str, list[Any]] | None:
    """Return what nodes give for arrays, None where Keras cannot run them, {} where TensorFlow alone cannot."""
    assert found.lowered is not None
    numbers = np.random.default_rng(1)
    flat = {name: keras.tree.flatten(found.lowered.results[name]) for name in names}
    tensors = [item for items in flat.values() for item in items if isinstance(item, keras.KerasTensor)]
    arrays = [
        keras.ops.convert_to_tensor(
            array_of(numbers, item.shape or (), item.dtype or "float32", item.batch_size or batch),
            dtype=item.dtype or "float32",
        )
        for item in found.graph.inputs
    ]
    model = keras.Model([found.lowered.results[item.name] for item in found.graph.inputs], tensors)
    try:
        # Compiled, layers that change images give other dtypes, so that is for a node that needs it alone.
        results = iter(keras.tree.flatten(called(model, arrays) if len(names) == 1 else model(arrays)))
    except Exception as error:  # noqa: BLE001 - whatever Keras raises is a refusal
        return {} if any(text in str(error) for text in (*NO_KERNEL, *BESIDE_SHAPES)) else None
    return {
        name: [next(results) if isinstance(item, keras.KerasTensor) else item for item in items]
        for name, items in flat.items()
    }


def compare(spec: Spec, result: Judgement) -> None:
    """Compare types and weights of a spec that both accept."""
    found = told(spec)
    if found.lowered is None and not found.theirs:
        # An output is a constant, of which Keras makes no model.
        return
    if found.ours or found.lowered is None:
        result.problems.append(f"what is left of the spec is wrong: {found.ours or found.theirs}")
        return
    nodes = [node.name for node in found.graph.nodes if node.name in found.lowered.results]
    ran = next((ran for batch in BATCHES if batch > 1 and (ran := run(found, batch, *nodes))), None)
    if ran is None:
        ran = node_by_node(found, nodes, result)
    for name, real in ran.items():
        result.nodes += 1
        problem = type_difference(found, name, real)
        if problem:
            result.problems.append(f'"{name}": {problem}')
            return
    assert found.compiled.typed is not None
    # The weights of a layer that only arguments name are those of the layers that hold it.
    for key in found.compiled.typed.weights.keys() & found.lowered.layers.keys():
        if found.compiled.typed.weights[key] is None:
            continue
        problem = weights_difference(found.compiled.typed, key, found.lowered.layers[key])
        if problem:
            result.problems.append(f'"{key}": {problem}')


def node_by_node(found: Told, nodes: list[str], result: Judgement) -> dict[str, list[Any]]:
    """Return what nodes give that Keras can run; that it cannot is a problem where no size at run time decides."""
    ran: dict[str, list[Any]] = {}
    failed: set[str] = set()
    for node in (node for node in found.graph.nodes if node.name in nodes):
        # One sample fits anything, and so says nothing.
        batch, alone = next(
            ((batch, done) for batch in BATCHES if (done := run(found, batch, node.name)) is not None), (0, None)
        )
        if alone is not None:
            ran |= alone if batch > 1 else {}
            continue
        sources = {tensor.node for tensor in operands_of(node)}
        failed.add(node.name)
        is_unknown = found.compiled.typed is None or found.compiled.typed.types[node.name] is None
        if not is_unknown and not sources & failed and all(is_known(found, name) for name in sources):
            result.problems.append(f'passes "{node.name}", and Keras cannot run it')
    return ran


def is_known(found: Told, name: str) -> bool:
    """Say whether Keras knows all sizes of a tensor but for the batch, and what it does not know is the batch."""
    assert found.lowered is not None
    tensors = [item for item in keras.tree.flatten(found.lowered.results[name]) if isinstance(item, keras.KerasTensor)]
    for batch in BATCHES:
        ran = run(found, batch, name)
        if ran and any(
            None in one.shape[1:] or real.shape[:1] not in {one.shape[:1], (batch,)}
            for one, real in zip(tensors, ran[name], strict=True)
        ):
            return False
    return True


def type_difference(found: Told, name: str, real: list[Any]) -> str:
    """Return how the types of a node differ from what a run gave."""
    assert found.compiled.typed is not None
    assert found.lowered is not None
    own = found.compiled.typed.types[name]
    if own is None:
        return "is unknown"
    symbolic = keras.tree.flatten(found.lowered.results[name])
    ours = list(tensors_in(own))
    if len(ours) != len(real):
        return f"{len(ours)} outputs, and Keras has {len(real)}"
    for mine, one, other in zip(ours, symbolic, real, strict=True):
        if not isinstance(one, keras.KerasTensor):
            continue
        made = keras.ops.convert_to_tensor(other)
        dtype = keras.backend.standardize_dtype(made.dtype)
        problem = mismatch(mine, tuple(one.shape), tuple(made.shape), dtype)
        # A size that is the batch's by chance is not known.
        if problem and not (problem.startswith("knows less") and real[0].shape[:1] == other.shape[-1:]):
            return problem
    return ""


def checked(seed: object) -> tuple[Spec, Judgement]:
    """Return a random spec and its judgement."""
    spec = random_spec(random.Random(f"graph:{seed}"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return spec, judge(spec)


def test_inference_agrees_with_keras_on_random_graphs(
    pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> None:
    nodes = 0
    for seed in range(pytestconfig.getoption("--cases")):
        spec, result = checked(seed)
        nodes += result.nodes
        assert not result.problems, f"{result.problems}\n{json.dumps(spec)}"
    record_property("graph_nodes", nodes)
    assert nodes > pytestconfig.getoption("--cases")
