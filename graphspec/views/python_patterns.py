"""What is alike and what differs between the places where a block is used."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graphspec.catalog import catalog
from graphspec.graph.ir import (
    Callable,
    Graph,
    Node,
    Tensor,
    Value,
    operands_of,
)
from graphspec.graph.lint import reached
from graphspec.graph.typed import TypedGraph
from graphspec.views.python_calls import frozen
from graphspec.views.python_operations import operations_to_rename
from graphspec.views.python_regions import Region, regions_of
from graphspec.views.python_uses import symbolic, uses_of
from graphspec.views.python_wording import Parts, Term

# The param of a function that names of layers follow.
NAME = "name"
_Port = int | str | None
Output = tuple[str, _Port]


@dataclass(frozen=True, slots=True)
class Style:
    """How a value is written: as that of an argument, or ``tables`` deep in lists of such values.

    ``is_name`` where it is the name of a layer, or a part of such names.
    """

    argument: str = ""
    is_exact: bool = True
    tables: int = 0
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that may differ between the places; ``node`` is where it belongs, for want of a better name.

    ``owner`` is the layer that it is an argument of.
    """

    value: Value
    style: Style
    name: str
    node: str
    owner: Callable | None = None


@dataclass(slots=True, eq=False)
class Source:
    """A graph that is written: its regions, and what is asked of its nodes."""

    typed: TypedGraph
    graph: Graph = field(init=False)
    top: Region = field(init=False)
    symbolic: set[str] = field(init=False)
    renamed: set[str] = field(init=False)
    used: dict[str, set[_Port]] = field(init=False)
    calls: Counter[str] = field(init=False)
    needed_after: dict[Region, dict[Tensor, None]] = field(init=False)

    def __post_init__(self) -> None:
        """Look at the graph."""
        self.graph = self.typed.graph
        self.top = regions_of(self.graph)
        self.symbolic = symbolic(self.graph)
        self.renamed = operations_to_rename(self.graph)
        self.calls = uses_of(self.graph)
        self.used = {}
        self.needed_after = {}
        homes: dict[str, tuple[Region, ...]] = {}
        _note_homes(self.top, (), homes)
        needed = reached(self.graph)
        for node in self.graph.nodes:
            if node.name in needed:
                self._note_uses(operands_of(node), homes[node.name], homes)
        self._note_uses(self.graph.outputs.tensors, (), homes)

    def _note_uses(
        self, tensors: Sequence[Tensor], around: Sequence[Region], homes: Mapping[str, tuple[Region, ...]]
    ) -> None:
        for tensor in tensors:
            self.used.setdefault(tensor.node, set()).add(tensor.output)
            for region in homes.get(tensor.node, ()):
                if region not in around:
                    self.needed_after.setdefault(region, {})[tensor] = None


def _note_homes(region: Region, around: tuple[Region, ...], homes: dict[str, tuple[Region, ...]]) -> None:
    for item in region.items:
        if isinstance(item, Region):
            _note_homes(item, (*around, item), homes)
        else:
            homes[item.name] = around


@dataclass(slots=True, eq=False)
class Call:
    """A call of the function of a block."""

    path: str
    pattern: "Pattern"

    @property
    def patterns(self) -> "list[Pattern]":
        """Return the one place that this is."""
        return [self.pattern]


@dataclass(slots=True, eq=False)
class Run:
    """Copies that are alike, the first of them number ``first`` from 0.

    ``carried`` has for each tensor that a copy takes which output of the copy before it is, if any.
    """

    path: str
    first: int
    patterns: "list[Pattern]"
    carried: tuple[int | None, ...]

    @property
    def pattern(self) -> "Pattern":
        """Return the first copy."""
        return self.patterns[0]

    @property
    def last(self) -> int:
        """Return the number after that of the last copy."""
        return self.first + len(self.patterns)


Item = Node | Call | Run


@dataclass(frozen=True, slots=True)
class Whole:
    """One output of all the copies of a run, among the items of a list."""

    run: Run
    output: int


@dataclass(slots=True, eq=False)
class Pattern:
    """One place: its nodes, what it takes from around, and the values in it, by what they are values of.

    Places with the same ``skeleton`` differ in nothing but those. ``varying`` has the values of runs, one a copy, and
    ``collected`` the outputs of runs of which more than the last copy's is used. ``tokens`` are what the outputs of
    calls and runs go by. It ``follows`` its path where names of layers do, or where none is given.
    """

    region: Region
    source: Source
    items: list[Item]
    skeleton: str = ""
    slots: dict[str, Slot] = field(default_factory=dict)
    varying: dict[str, tuple[Slot, ...]] = field(default_factory=dict)
    tensors: list[Tensor] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    collected: set[tuple[str, int]] = field(default_factory=set)
    tokens: dict[Tensor, str] = field(default_factory=dict)
    function: "Function | None" = None
    number: int = 0
    follows: bool = False

    def outputs(self) -> list[Tensor]:
        """Return what the function of this place returns for it."""
        made = [] if self.function is None else self.function.outputs
        known = {token: tensor for tensor, token in self.tokens.items()}
        return [known.get(name) or Tensor(joined(self.region.path, name), output) for name, output in made]

    def output(self, tensor: Tensor) -> "Output":
        """Return what an output goes by in all places that are alike."""
        if tensor in self.tokens:
            return self.tokens[tensor], None
        return relative(tensor.node, self.region.path), tensor.output

    def key(self, item: Call | Run) -> str:
        """Return what the values of a call or of copies are found under."""
        name = relative(item.path, self.region.path)
        return name if isinstance(item, Call) else f"{name}@{item.first}"


@dataclass(slots=True, eq=False)
class Parameter:
    """What a function takes besides tensors and layers; ``values`` has that of each place.

    ``default`` is a tuple of the one value that most places have, where there is one.
    """

    name: str
    style: Style
    values: tuple[Value, ...]
    default: tuple[Value, ...] = ()


@dataclass(slots=True, eq=False)
class Function:
    """The code of all the places of a block that have the same skeleton; ``is_inline`` where it is a loop's body.

    A value is one of the ``constants``, a parameter that was ``chosen`` for it, one of the ``products`` of these, or
    ``worded`` with them; the parameter for a param of the block that words names is chosen for ``$`` and its name.
    """

    block: str
    is_inline: bool
    places: list[Pattern]
    outputs: list["Output"]
    name: str = ""
    tensors: tuple[str, ...] = ()
    parameters: list[Parameter] = field(default_factory=list)
    constants: dict[str, Value] = field(default_factory=dict)
    chosen: dict[str, Parameter] = field(default_factory=dict)
    products: dict[str, tuple[int, Parameter]] = field(default_factory=dict)
    worded: dict[str, Parts | Term] = field(default_factory=dict)

    def has(self, key: str) -> bool:
        """Say whether anything stands for a value."""
        return any(key in found for found in (self.constants, self.chosen, self.products, self.worded))

    @property
    def follows(self) -> bool:
        """Say whether it is told its path."""
        return any(place.follows for place in self.places)

    @property
    def output_names(self) -> list[str]:
        """Return what to call the outputs."""
        return [name.partition("@")[0].partition("!")[0] or self.block for name, _ in self.outputs]

    @property
    def model(self) -> Pattern:
        """Return the place after which the code is written."""
        return self.places[0]


def relative(name: str, path: str) -> str:
    """Return what a name adds to a path.

    >>> relative("stage.1.conv", "stage.1"), relative("stage.1", "stage.1"), relative("conv", "")
    ('conv', '', 'conv')
    """
    return name[len(path) + 1 :] if path else name


def joined(path: str, name: str) -> str:
    """Return a path with a name in it, which may be none."""
    return f"{path}.{name}" if path and name else path or name


def default_of(slot: Slot) -> tuple[Value, ...]:
    """Return the default of an argument of a layer as the one item of a tuple, or none where it has none."""
    made = slot.owner
    if made is None or made.kind == "plugin":
        return ()
    found = catalog.layer(made.type) if made.kind == "layer" else catalog.application(made.type)
    declared = None if found is None else found.arguments.get(slot.style.argument)
    return () if declared is None or declared.required else (frozen(declared.default),)
