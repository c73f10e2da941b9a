"""Do static inference and Keras say the same of a case? ``python tests/keras/agreement.py Dense ops.add --count 300``.

A case is a spec with one node ``n``. Keras is asked twice: for the types of its symbolic tensors, and, since some of
those are wrong, by running the model on arrays. What comes out of the run is the truth.
"""

import argparse
import importlib
import json
import math
import os
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Its pooling ends the process where a window is larger than the tensor, which adaptive pooling to size 1 asks for.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf

from graphspec.compiler import Compilation, Options, compile_bytes
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.graph.ir import Graph
from graphspec.graph.typed import TypedGraph, is_trainable
from graphspec.shapes.dimension import Dim
from graphspec.shapes.types import TensorType
from graphspec.target.lower import Lowered, lower

# The first ones tell a batch from other sizes; the rest are for what divides or multiplies it.
BATCHES = (3, 2, 4, 1, 5, 6, 8, 12, 16, 24)
UNKNOWN = 7
# What TensorFlow says where it has no kernel for a dtype: nothing is wrong with the types.
NO_KERNEL = ("Could not find device for node", "is not in the list of allowed values", "No OpKernel was registered")
NAMED = {"time": 5, "steps": 11}
# What TensorFlow says where its kernels on the CPU do less than Keras allows.
LACKS_KERNEL = re.compile(
    r"only supports (the )?ND?HWC|CPU implementations? do(es)? not yet support dilation"
    r"|Current implementation only supports equal length strides|Could not find device for node: {{node (Max|Avg)Pool3D"
)
FAMILIES = sorted(path.stem for path in (Path(__file__).parent / "cases").glob("[a-z]*.py"))


@dataclass(frozen=True)
class Case:
    """One call: ``what`` is written as in a spec; ``data`` gives the arrays of inputs whose values matter.

    ``output`` is a tensor of the call that the spec can return, where the bare name stands for several.
    Of an ``expr``, the arguments are its text. The output is said where ``n`` has several. ``after`` is an expression
    that ties ``n`` to an input where it is a constant, as a model has none among its outputs.
    """

    what: str
    arguments: Mapping[str, Any] | str
    inputs: Mapping[str, Any]
    feed: Any
    call: Mapping[str, Any] = field(default_factory=dict)
    layers: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, np.ndarray] = field(default_factory=dict)
    output: str = "n"
    after: str = ""

    def spec(self) -> dict[str, Any]:
        """Return the spec that holds this call alone."""
        node: dict[str, Any] = {self.what: self.arguments if isinstance(self.arguments, str) else dict(self.arguments)}
        if self.feed is not None:
            node["from"] = self.feed
        if self.call:
            node["with"] = dict(self.call)
        entries = {"layers": dict(self.layers), "models": dict(self.models)}
        used = {key: value for key, value in entries.items() if value}
        nodes = {"n": node, **({"after": {"expr": self.after}} if self.after else {})}
        last = "after" if self.after else self.output
        return {"graphspec": 1, **used, "inputs": dict(self.inputs), "nodes": nodes, "outputs": last}


Generator = Callable[[random.Random], Case]


@dataclass(frozen=True)
class Verdict:
    """What came of a case: ``agree``, ``skip`` (the spec is wrong before any shape), ``unknown`` or ``disagree``."""

    kind: str
    detail: str = ""


def judge(case: Case) -> Verdict:
    """Return whether static inference and Keras agree on a case."""
    compiled, graph, refusal = statically(case)
    if graph is None:
        return Verdict("skip", refusal)
    diagnostics = Diagnostics()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lowered, flat, sentence = lowered_of(graph, diagnostics)
        ran, failure = run_with_any_batch(case, graph, lowered, flat) if lowered is not None else (None, sentence)
    if ran is None and lowered is not None and not refusal and any(text in failure for text in NO_KERNEL):
        return compare(compiled, lowered, flat, flat)
    if ran is None and lowered is not None and has_unknown_sizes(case) and not refusal:
        return Verdict("agree", "Keras refuses only what the sizes at run time decide")
    if ran is None:
        return Verdict("agree") if refusal else Verdict("disagree", f"passes, and Keras refuses: {failure[:300]}")
    if refusal:
        return Verdict("disagree", f"refuses what Keras runs: {refusal}")
    if not ran:
        return Verdict("agree", "only one sample fits, and Keras squeezes some of those away")
    return compare(compiled, lowered, flat, ran)


def statically(case: Case) -> tuple[Compilation, Graph | None, str]:
    """Return the compilation, its graph, and the shape mistake that inference finds."""
    compiled = compile_bytes(json.dumps(case.spec()).encode(), "case.yaml", Options(trust=True), Path.cwd())
    errors = [item for item in compiled.diagnostics if item.severity == "error"]
    before = [item for item in errors if not item.code.startswith("GS5")]
    if before or compiled.graph is None:
        return compiled, None, before[0].message if before else "no graph"
    if len(errors) > 1:
        raise AssertionError(f"one mistake, {len(errors)} messages: {[item.message for item in errors]}")
    return compiled, compiled.graph, errors[0].message if errors else ""


def lowered_of(graph: Graph, diagnostics: Diagnostics) -> tuple[Lowered | None, list[Any], str]:
    """Return the model in Keras and the tensors of the node, or Keras' sentence."""
    lowered = lower(graph, diagnostics, trust=True, compiled=False)
    if lowered is None or diagnostics.has_errors:
        return None, [], " ".join(item.message for item in diagnostics)
    return lowered, keras.tree.flatten(lowered.results["n"]), ""


def run_with_any_batch(case: Case, graph: Graph, lowered: Lowered, flat: list[Any]) -> tuple[list[Any] | None, str]:
    """Return what the node gives for arrays of some number of samples: a batch may be 1, and then fits anything."""
    if not any(isinstance(item, keras.KerasTensor) for item in flat):
        return flat, ""
    failure = ""
    for batch in BATCHES:
        ran, problem = run(case, graph, lowered, flat, batch)
        if ran is not None:
            return (ran if batch > 1 else []), ""
        # What the backend lacks says more than that a number of samples does not fit.
        failure = problem if not failure or any(text in problem for text in NO_KERNEL) else failure
    return None, failure


def run(case: Case, graph: Graph, lowered: Lowered, flat: list[Any], batch: int) -> tuple[list[Any] | None, str]:
    """Return what the node gives for arrays, or why Keras could not run it."""
    numbers = np.random.default_rng(1)
    try:
        model = keras.Model([lowered.results[item.name] for item in graph.inputs], flat)
        arrays = [
            case.data.get(item.name, array_of(numbers, item.shape, item.dtype or "float32", item.batch_size or batch))
            for item in graph.inputs
        ]
        tensors = [
            keras.ops.convert_to_tensor(array, dtype=item.dtype or "float32")
            for array, item in zip(arrays, graph.inputs, strict=True)
        ]
        result = keras.tree.flatten(called(model, tensors))
        return [keras.ops.convert_to_tensor(item) if isinstance(item, int | float) else item for item in result], ""
    except Exception as error:  # noqa: BLE001 - whatever Keras raises is a refusal
        return None, f"{type(error).__name__}: {error}"


def called(model: keras.Model, tensors: list[Any]) -> Any:
    """Return what a model gives; where TensorFlow alone lacks a kernel for the CPU, compiled by XLA, which has it."""
    try:
        return model(tensors)
    except Exception as error:
        if not LACKS_KERNEL.search(str(error)):
            raise
    return tf.function(model, jit_compile=True)(tensors)


def array_of(numbers: np.random.Generator, shape: tuple[Any, ...], dtype: str, batch: int) -> Any:
    """Return random data for an input; names and unknown sizes get numbers of their own."""
    sizes = [batch, *(NAMED.get(size, UNKNOWN) if not isinstance(size, int) else size for size in shape)]
    if dtype == "bool":
        return numbers.integers(0, 2, sizes).astype(bool)
    if "int" in dtype:
        return numbers.integers(0, 2, sizes)
    if dtype == "string":
        return numbers.choice(["a", "b", "a b"], sizes)
    return numbers.uniform(0.1, 0.9, sizes).astype("float64").astype(dtype if dtype != "bfloat16" else "float32")


def has_unknown_sizes(case: Case) -> bool:
    """Say whether any input has a size that only a run decides, the batch aside."""
    text = json.dumps([value["shape"] if isinstance(value, dict) else value for value in case.inputs.values()])
    return "null" in text or '"' in text


def compare(compiled: Compilation, lowered: Lowered, flat: list[Any], ran: list[Any]) -> Verdict:
    """Compare types and weights where both sides accept a case."""
    typed = compiled.typed
    assert typed is not None
    found = typed.types["n"]
    if found is None:
        return Verdict("unknown")
    ours = list(tensors_in(found))
    if len(ours) != len(ran):
        return Verdict("disagree", f"{len(ours)} outputs, and Keras has {len(ran)}")
    for number, (own, symbolic, real) in enumerate(zip(ours, flat, ran, strict=True)):
        problem = mismatch(own, tuple(symbolic.shape), tuple(real.shape), keras.backend.standardize_dtype(real.dtype))
        if problem:
            return Verdict("disagree", f"output {number}: {problem}")
    return Verdict(*weights_problem(compiled, lowered))


def weights_problem(compiled: Compilation, lowered: Lowered) -> tuple[str, str]:
    """Compare the weights of the node's layer: shapes, and which of them train."""
    node = compiled.graph.nodes[-1]  # type: ignore[union-attr]
    if node.kind != "call":
        return "agree", ""
    assert compiled.typed is not None
    problem = weights_difference(compiled.typed, node.target, lowered.layers[node.target])
    return ("disagree", problem) if problem else ("agree", "")


def weights_difference(typed: TypedGraph, key: str, layer: Any) -> str:
    """Return how the weights of a layer differ from those that Keras made, or "" where they do not."""
    weights = typed.weights.get(key) or ()
    own = Counter((tuple(weight.shape), is_trainable(typed, weight)) for weight in weights)
    theirs = Counter(
        [(tuple(item.shape), True) for item in layer.trainable_weights]
        + [(tuple(item.shape), False) for item in layer.non_trainable_weights]
    )
    if own != theirs:
        return f"weights {sorted(own.elements())}, and Keras has {sorted(theirs.elements())}"
    dtypes = Counter(weight.dtype for weight in weights)
    others = Counter(str(item.dtype) for item in layer.weights)
    return "" if dtypes == others else f"weights' dtypes {dtypes}, and Keras has {others}"


def tensors_in(outputs: Any) -> Iterator[TensorType]:
    """Yield the types in the order in which Keras flattens them."""
    if isinstance(outputs, TensorType):
        yield outputs
    elif isinstance(outputs, Mapping):
        for key in sorted(outputs):
            yield from tensors_in(outputs[key])
    else:
        for item in outputs:
            yield from tensors_in(item)


def mismatch(own: TensorType, symbolic: tuple[Any, ...], real: tuple[Any, ...], dtype: str) -> str:
    """Return how a type differs from what a run gave, or "" where it does not."""
    shown = f"{own} {own.dtype}, and Keras has {symbolic}, in a run {real} {dtype}"
    if len(own.shape) != len(real) or own.dtype != dtype:
        return shown
    for axis, (size, is_) in enumerate(zip(own.shape, real, strict=True)):
        value = evaluated(size) if isinstance(size, Dim) else size
        if value is not None and is_ is not None and value != is_:
            return shown
        if value is None and is_ is not None and len(symbolic) == len(real) and symbolic[axis] == is_:
            return f"knows less: {shown}"
    return ""


def evaluated(size: Dim) -> int:
    """Return the value of a named size in a run."""
    total = 0
    for names, factor in size.terms:
        total += factor * math.prod(NAMED[name] for name in names)
    return total


def pick(rng: random.Random, **choices: list[Any]) -> dict[str, Any]:
    """Return one value of each list; an argument whose value is ``...`` is left out.

    >>> pick(random.Random(1), units=[3], activation=[...])
    {'units': 3}
    """
    chosen = {name: rng.choice(values) for name, values in choices.items()}
    return {name: value for name, value in chosen.items() if value is not ...}


def sizes(
    rng: random.Random, rank: int, among: tuple[Any, ...] = (1, 2, 3, 4, 5, 6, 8), unknown: float = 0.15
) -> list[Any]:
    """Return a shape without the batch: mostly numbers, now and then unknown or named."""
    return [rng.choice([None, "time", "steps"]) if rng.random() < unknown else rng.choice(among) for _ in range(rank)]


def tensor(
    rng: random.Random,
    rank: int,
    dtypes: tuple[str, ...] = ("float32", "float32", "float16", "bfloat16", "int32", "int64", "uint8", "bool"),
    among: tuple[Any, ...] = (1, 2, 3, 4, 5, 6, 8),
    unknown: float = 0.15,
    fixed: float = 0.3,
) -> dict[str, Any]:
    """Return an input of so many dimensions, the batch included, which has a fixed size at times."""
    batch = {"batch_size": rng.choice((1, 2, 3, 4, 6))} if rng.random() < fixed else {}
    return {"shape": sizes(rng, max(rank - 1, 0), among, unknown), "dtype": rng.choice(dtypes), **batch}


def generators(family: str) -> Mapping[str, Generator]:
    """Return the generators of a family's cases, by layer or by ``ops.`` and op."""
    found: Mapping[str, Generator] = importlib.import_module(f"cases.{family}").CASES
    return found


def tally(name: str, generator: Generator, count: int, seed: int = 0) -> tuple[Counter[str], list[str]]:
    """Judge so many cases; return how many of each verdict, and the disagreements with their specs."""
    counts: Counter[str] = Counter()
    problems = []
    for number in range(count):
        case = generator(random.Random(f"{name}:{seed}:{number}"))
        verdict = judge(case)
        counts[verdict.kind] += 1
        if verdict.kind in {"disagree", "unknown"}:
            problems.append(f"{verdict.kind}: {verdict.detail}\n    {json.dumps(case.spec())}")
    return counts, problems


def main() -> None:
    """Judge the cases of the layers, ops or families that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="+", help="layers (Dense), ops (ops.add), or families (convolution)")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=3, help="disagreements to show of each")
    options = parser.parse_args()
    wanted = [
        (name, generator)
        for family in FAMILIES
        for name, generator in generators(family).items()
        if name in options.names or family in options.names
    ]
    total: Counter[str] = Counter()
    for name, generator in wanted:
        counts, problems = tally(name, generator, options.count, options.seed)
        total += counts
        print(name, dict(counts), flush=True)
        for problem in problems[: options.show]:
            print("  ", problem, flush=True)
    print("total", dict(total))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
