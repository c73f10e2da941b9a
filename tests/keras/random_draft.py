"""A random spec as it grows: what is known of its tensors, and which calls Keras takes."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras

from graphspec.compiler import Compilation, Options, compile_bytes
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.target.lower import lower

Spec = dict[str, Any]
# How many of the wrong calls stay in the spec.
WRONG = 0.06
LARGEST = 4096


@dataclass(frozen=True)
class Known:
    """A tensor to go on from: how a spec refers to it, and what Keras says of it."""

    reference: str
    shape: tuple[int | None, ...]
    dtype: str

    @property
    def rank(self) -> int:
        """Return the number of dimensions, batch included."""
        return len(self.shape)

    def described(self) -> Spec:
        """Return an input that is like this tensor."""
        batch = {} if self.shape[0] is None else {"batch_size": self.shape[0]}
        return {"shape": list(self.shape[1:]), "dtype": self.dtype, **batch}


@dataclass(frozen=True)
class Call:
    """A node to try: ``wired`` makes it for the references of its operands."""

    operands: tuple[Known, ...]
    wired: Callable[[list[str]], Spec]
    layers: Spec = field(default_factory=dict)
    models: Spec = field(default_factory=dict)


@dataclass
class Draft:
    """A spec that grows node by node."""

    rng: random.Random
    prefix: str = ""
    inputs: Spec = field(default_factory=dict)
    layers: Spec = field(default_factory=dict)
    models: Spec = field(default_factory=dict)
    nodes: Spec = field(default_factory=dict)
    known: list[Known] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    takers: dict[str, Known] = field(default_factory=dict)

    def add_input(self, rank: int | None = None, dtype: str | None = None) -> Known:
        """Add an input; sizes are few, so that branches meet."""
        rng = self.rng
        rank = rank or rng.choice([2, 2, 3, 3, 3, 4, 4, 5])
        among = [4, 4, 4, 8, 8, 6, 1, 2, 3] if rank < 5 else [4, 4, 3]
        sizes: list[Any] = [rng.choice(among) for _ in range(rank - 1)]
        for axis in range(rank - 1 if rng.random() < 0.1 else rank - 2):
            if rng.random() < 0.25:
                sizes[axis] = rng.choice([None, "time", "time", "steps"])
        name = f"{self.prefix}in{len(self.inputs)}"
        dtype = dtype or rng.choice(["float32"] * 8 + ["int32", "float16"])
        batch = 4 if rng.random() < 0.05 and not self.prefix else None
        self.inputs[name] = (
            sizes
            if dtype == "float32" and batch is None
            else {"shape": sizes, "dtype": dtype} | ({"batch_size": batch} if batch else {})
        )
        shape = (batch, *(size if isinstance(size, int) else None for size in sizes))
        self.known.append(Known(name, shape, dtype))
        return self.known[-1]

    def some(self, *ranks: int, dtype: str = "float") -> Known:
        """Return a tensor of one of these numbers of dimensions, the later the likelier."""
        fitting = [item for item in self.known if (not ranks or item.rank in ranks) and dtype in item.dtype]
        if not fitting or self.rng.random() < 0.06:
            return self.add_input(self.rng.choice(ranks) if ranks else None, "int32" if dtype == "int" else None)
        return self.rng.choice(fitting[-6:] if self.rng.random() < 0.7 else fitting)

    def like(self, x: Known) -> Known:
        """Return a tensor of the same shape, or now and then of the same rank or of any."""
        others = [item for item in self.known if item != x]
        same = [item for item in others if item.shape == x.shape]
        rank = [item for item in others if item.rank == x.rank]
        chance = self.rng.random()
        return self.rng.choice((same if chance < 0.8 else rank if chance < 0.95 else others) or [x])

    def try_call(self, call: Call) -> bool:
        """Add a call if Keras takes it, and now and then if not; return whether there is one more node."""
        results = symbolic(call)
        if results is None and (self.rng.random() > WRONG or not is_spec(call)):
            return False
        name = f"{self.prefix}n{len(self.nodes)}"
        self.nodes[name] = call.wired([item.reference for item in call.operands])
        self.layers.update(call.layers)
        self.models.update(call.models)
        self.used.update(item.reference.split(".")[0] for item in call.operands)
        found = [replace(item, reference=name + item.reference) for item in results or ()]
        self.known += [item for item in found if is_usable(item)]
        if results is None and self.rng.random() < 0.3:
            # What depends on a mistake is silent.
            after = f"{self.prefix}n{len(self.nodes)}"
            self.nodes[after] = {"Identity": {}, "from": name}
            self.used.add(name)
        return True

    def spec(self) -> Spec:
        """Return the spec, whose outputs are all that nothing uses."""
        inputs = {name: described for name, described in self.inputs.items() if name in self.used}
        parts = {"inputs": inputs, "layers": self.layers, "models": self.models, "nodes": self.nodes}
        return {
            "graphspec": 1,
            **{key: value for key, value in parts.items() if value},
            "outputs": [name for name in self.nodes if name not in self.used],
        }


def is_usable(item: Known) -> bool:
    """Say whether an input can stand for a tensor, and is small enough to compute with."""
    known = [size for size in item.shape if size is not None]
    return item.rank > 0 and all(0 < size <= LARGEST for size in known) and item.rank < 7


def is_spec(call: Call) -> bool:
    """Say whether a call is wrong for its shapes alone."""
    return not any(item.code[:3] == "GS4" for item in compiled(call, {"m": {"Identity": {}, "from": "n"}}).diagnostics)


def compiled(call: Call, beside: Spec) -> Compilation:
    """Return the compilation of a call alone."""
    names = [f"i{number}" for number in range(len(call.operands))]
    inputs = {name: item.described() for name, item in zip(names, call.operands, strict=True)}
    parts = {"inputs": inputs or {"i0": [1]}, "layers": call.layers, "models": call.models}
    spec = {"graphspec": 1, **{key: value for key, value in parts.items() if value}}
    nodes = {"n": call.wired(names), **beside}
    return compile_bytes(json.dumps({**spec, "nodes": nodes, "outputs": "n"}).encode(), "call", Options(), Path.cwd())


def symbolic(call: Call) -> list[Known] | None:
    """Return the tensors that Keras makes of a call, or None where it refuses."""
    graph = compiled(call, {}).graph
    diagnostics = Diagnostics()
    with keras.StatelessScope(initialize_variables=False):
        lowered = None if graph is None else lower(graph, diagnostics, compiled=False, fetch=False)
    if lowered is None or diagnostics.has_errors or "n" not in lowered.results:
        return None
    found = lowered.results["n"]
    if isinstance(found, Mapping):
        entries = [(f".{name}" if name else "", item) for name, item in found.items()]
    elif isinstance(found, list | tuple):
        entries = [(f".{number}", item) for number, item in enumerate(found)]
    else:
        entries = [("", found)]
    return [
        Known(suffix, tuple(item.shape), keras.backend.standardize_dtype(item.dtype))
        for suffix, item in entries
        if isinstance(item, keras.KerasTensor)
    ]
