"""What the code of a graph or a block knows while it is written: variables, and what stands for values and names."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from graphspec.graph.ir import Callable, LayerReference, Node, Tensor, Value, operands_of
from graphspec.views.layout import Code
from graphspec.views.python_patterns import Function, Pattern, Run, Slot, Source, Whole, relative
from graphspec.views.python_reading import Rewriting, local_layer, with_runs
from graphspec.views.python_values import Verbatim, text
from graphspec.views.python_wording import Parts, Term, Wording


@dataclass(slots=True, eq=False)
class Frame:
    """The place after which code is written, and what stands for what differs from place to place.

    ``prefix`` is what names of layers start with, as the inside of an f-string; ``arguments`` stand for the
    parameters. ``results`` has the variables of nodes, ``exact`` what stands for certain tensors, ``targets`` the
    variables that nodes have to use, and ``collected`` the lists of an output of all the copies of a run.
    """

    function: Function
    prefix: str = ""
    arguments: Sequence[Value] = ()
    results: dict[str, Code] = field(default_factory=dict)
    exact: dict[Tensor, Code] = field(default_factory=dict)
    ports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    layers: dict[str, Code] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    runs: dict[Tensor, Whole] = field(default_factory=dict)
    collected: dict[tuple[Run, int], str] = field(default_factory=dict)
    asked: Counter[Tensor] = field(default_factory=Counter)
    known: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Count how often each tensor is used, and note which arguments there are."""
        for key in (*self.function.constants, *self.function.chosen, *self.function.products):
            owner, _, argument = key.rpartition(".")
            self.known.setdefault(owner, []).extend([argument] if argument else [])
        for item in self.pattern.items:
            self.asked.update(operands_of(item) if isinstance(item, Node) else item.pattern.tensors)
            for copy in item.patterns[1:] if isinstance(item, Run) else ():
                self.asked.update(copy.tensors)
        self.asked.update(self.source.graph.outputs.tensors if self.is_whole else self.pattern.outputs())

    @property
    def pattern(self) -> Pattern:
        """Return the place."""
        return self.function.places[0]

    @property
    def source(self) -> Source:
        """Return the graph of the place."""
        return self.pattern.source

    @property
    def path(self) -> str:
        """Return the path of the place."""
        return self.pattern.region.path

    @property
    def is_whole(self) -> bool:
        """Say whether the place is a whole graph."""
        return self.pattern.region.kind == "graph"

    def value(self, key: str) -> Value:
        """Return what stands for a value."""
        if key in self.function.constants:
            value = self.function.constants[key]
            return value.code() if isinstance(value, Wording) else value
        if key in self.function.worded:
            return self._worded(self.function.worded[key])
        if key in self.function.products:
            factor, parameter = self.function.products[key]
            value = self.arguments[self.function.parameters.index(parameter)]
            return Verbatim(f"{factor} * {value}") if isinstance(value, Verbatim) else _times(factor, value)
        return self.arguments[self.function.parameters.index(self.function.chosen[key])]

    def _worded(self, found: Parts | Term) -> Verbatim:
        if isinstance(found, Term):
            return Verbatim(self._term(found))
        parts = (part if isinstance(part, str) else f"{{{self._term(part)}}}" for part in found)
        return Wording("".join(parts)).code()

    def _term(self, term: Term) -> str:
        return term.code(str(self.value(f"${term.param}")))

    def node(self, node: Node) -> Node:
        """Return a node with what stands for its values, and the name of its operation."""
        if self.is_whole and not self.collected:
            return node
        return self._rewriting().node(node, self.path)

    def operation(self, node: Node) -> str:
        """Return the name of the operation of a node."""
        return self._name(node.keras_name, f"{relative(node.name, self.path)}:")

    def made_by(self, node: Node) -> Callable | None:
        """Return the layer that a node makes for itself, with what stands for its values, if it makes one."""
        made = local_layer(node, self.source.graph)
        if made is None or self.is_whole:
            return made
        return self._rewriting().callable(made, f"{relative(node.name, self.path)}:layer")

    def named(self, path: str, copy: str = "") -> str:
        """Return what names start with in a part of the place, as the inside of an f-string."""
        part = relative(path, self.path)
        return ".".join(item for item in (self.prefix, part, copy) if item)

    def used(self, node: Node) -> set[int | str | None]:
        """Return which outputs of a node are used in any of the places."""
        name = relative(node.name, self.path)
        if self.is_whole:
            return self.source.used[node.name]
        places = self.function.places
        return {
            output
            for place in places
            for output in place.source.used[f"{place.region.path}.{name}" if name else place.region.path]
        }

    def _rewriting(self) -> Rewriting:
        return Rewriting(self._leaf, self._tensors, LayerReference, self._name_of_layer, self._inner, self._known)

    def _leaf(self, key: str, slot: Slot) -> Value:
        return slot.value if self.is_whole else self.value(key)

    def _tensors(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        if not self.collected:
            return values
        return tuple(
            Verbatim(f"*{self.collected[item.run, item.output]}") if isinstance(item, Whole) else item
            for item in with_runs(values, self.runs)
        )

    def _name_of_layer(self, name: str, key: str, _: str) -> str:
        return self._name(name, key)

    def _name(self, name: str, key: str) -> str:
        if self.is_whole:
            return name
        if not self.function.has(key):
            rest = name[len(self.path) :]
            return name_code(self.prefix, rest)
        value = self.value(key)
        return value if isinstance(value, str) else ""

    def _inner(self, made: Callable) -> Value:
        return made

    def _known(self, key: str) -> list[str]:
        """Return the arguments that a layer is given in any of the places."""
        return self.known.get(key, [])


def _times(factor: int, value: Value) -> Value:
    return factor * value if isinstance(value, int) else value


def name_code(prefix: str, rest: str = "") -> str:
    """Return a name that starts with the inside of an f-string.

    >>> name_code("{name}", ".conv"), name_code("{name}"), name_code("stage", ".conv")
    (Verbatim('f"{name}.conv"'), Verbatim('name'), 'stage.conv')
    """
    if "{" not in prefix:
        return prefix + rest
    if prefix == "{name}" and not rest:
        return Verbatim("name")
    return Verbatim(f"f{text(prefix + rest.replace('{', '{{').replace('}', '}}'))}")
