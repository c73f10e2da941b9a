"""Statements of a Python function: nodes as calls, and the layers that they need."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from graphspec.catalog import catalog
from graphspec.graph.ir import Callable, Node, Tensor, Value
from graphspec.graph.typed import TypedGraph
from graphspec.shapes.types import TensorType
from graphspec.views.layout import Code, Group, IfBroken, Indent, Line, brackets, call, lay_out_statement, subscript
from graphspec.views.python_blocks import Plan
from graphspec.views.python_calls import call_of_op, constructor, not_default, port_names
from graphspec.views.python_frame import Frame
from graphspec.views.python_names import MAX_LENGTH, Names
from graphspec.views.python_patterns import Function, Style, relative
from graphspec.views.python_uses import taken_from_around
from graphspec.views.python_values import Imports, Values, index, scalar, text

RENAME = "rename_operation"
_INDENT = 4


class Module(Protocol):
    """What a function needs of the file that it stands in."""

    imports: Imports
    plan: Plan
    renames: bool

    def builder(self, made: Callable) -> str:
        """Return the name of the function that builds a nested model."""

    def block(self, function: Function) -> str:
        """Return the name of the function of a block."""


class Statements:
    """One Python function while it is written; ``frame`` is what it is written after."""

    def __init__(self, module: Module, frame: Frame, names: Names) -> None:
        """Start with no statements."""
        self.module, self.frame, self.names = module, frame, names
        self.imports, self.plan = module.imports, module.plan
        self.statements: list[str] = []
        self.depth = 0
        self.latest: Code = ""
        self.called = called_in(frame.function)
        self.values = Values(self.imports, self.tensor, self.layer, self.construct)

    @property
    def typed(self) -> TypedGraph:
        """Return what is known of the graph."""
        return self.frame.source.typed

    def say(self, statement: Code) -> None:
        """Write a statement."""
        self.latest = statement[-1] if isinstance(statement, tuple) else statement
        self.statements.append(lay_out_statement(statement, _INDENT * (self.depth + 1)))

    def new_name(self, name: str) -> str:
        """Return a variable for what has a name in the graph; that of a function which is called here is taken."""
        wanted = relative(name, self.frame.path) or self.frame.pattern.region.block
        return self.names.new(f"{wanted}_out" if wanted in self.called else wanted)

    def node(self, node: Node) -> None:
        """Write the statement of a node, after those that make the layers it needs."""
        made = self._call_of(self.frame.node(node))
        name = self.frame.targets.get(node.name) or self.new_name(node.name)
        self.frame.results[node.name] = name
        ports = self._unpacked(node, name)
        if ports:
            self.frame.ports[node.name] = ports
            targets = ", ".join(ports) if len(ports) > 1 else f"({ports[0]},)"
            self.say((f"{targets} = ", made))
        else:
            self.say((f"{name} = ", made))

    def _call_of(self, node: Node) -> Code:
        if node.kind == "index":
            key = node.kwargs["key"]
            operand = self.values.code(node.kwargs["x"])
            return subscript(operand, index(key if isinstance(key, tuple) else (key,)))
        if node.kind == "op":
            return call_of_op(node, self.values, self.frame.source.symbolic)
        layer = self.layer(node.target, node)
        operands = [self.values.code(value) for value in node.args]
        named = dict(sorted(node.kwargs.items(), key=lambda item: not _is_tensor(item[1])))
        return call(layer, [*operands, *self.values.named(named, self.values.exactly)])

    def _unpacked(self, node: Node, name: str) -> tuple[str, ...]:
        """Return a variable for each output of a node, or none where it is spoken of as a whole."""
        found = self.typed.types.get(node.name)
        used = self.frame.used(node)
        if not isinstance(found, tuple) or not all(isinstance(output, int) for output in used):
            return ()
        wanted = port_names(node, self.frame.source.graph.callables.get(node.target), len(found))
        if sum(len(port) + len(name) for port in wanted) > 2 * MAX_LENGTH:
            return ()
        return tuple(
            "_" if number not in used else name if number == 0 else self.names.new(f"{name}_{port}")
            for number, port in enumerate(wanted)
        )

    def tensor(self, tensor: Tensor) -> Code:
        """Return the code of what a reference stands for."""
        if tensor in self.frame.exact:
            return self.frame.exact[tensor]
        name = self.frame.results[tensor.node]
        if tensor.node in self.frame.ports and isinstance(tensor.output, int):
            return self.frame.ports[tensor.node][tensor.output]
        output = tensor.output
        if output is None:
            found = self.typed.types.get(tensor.node)
            output = "" if isinstance(found, Mapping) and "" in found else None
        return name if output is None else (name, f"[{scalar(output)}]")

    def layer(self, key: str, node: Node | None = None) -> Code:
        """Return a layer: its construction where it is used once, a variable where that says more."""
        if key in self.frame.layers:
            return self.frame.layers[key]
        own = None if node is None else self.frame.made_by(node)
        made = own or self.frame.source.graph.callables[key]
        code = self.construct(made)
        if self.frame.source.calls[key] == 1 and made.trainable is None:
            return code
        wanted = relative(key, self.frame.path) or self.frame.pattern.region.block
        name = self.names.new(f"{wanted}_layer" if node is not None and key == node.name else wanted)
        self.frame.layers[key] = name
        self.say((f"{name} = ", code))
        if made.trainable is not None:
            self.say(f"{name}.trainable = {made.trainable}")
        return name

    def construct(self, made: Callable) -> Code:
        """Return the construction of a layer, an application or a nested model."""
        if made.graph is not None:
            taken = [self.layer(key) for key in taken_from_around(made.graph)]
            return call(self.module.builder(made), taken)
        if made.kind != "application":
            return constructor(made, self.values)
        name = f"name={text(made.keras_name)}"
        declared = catalog.application(made.type)
        given = not_default(made.arguments, {} if declared is None else declared.arguments)
        items: list[Code] = [(f"{key}=", self.values.code(value, as_tuple=True)) for key, value in given.items()]
        base = call(f"keras.applications.{made.type}", [*items, name])
        if made.taps in {(), ("",)}:
            return base
        variable = self.new_name(f"{made.key}_base")
        self.say((f"{variable} = ", base))
        outputs: list[Code] = [
            (f"{text(tap)}: ", call(f"{variable}.get_layer", [text(tap)]) if tap else variable, ".output")
            for tap in made.taps
        ]
        return call("keras.Model", [f"inputs={variable}.inputs", ("outputs=", brackets("{", outputs, "}")), name])

    def rename(self, node: Node) -> None:
        """Write the statement that names the operation of a node."""
        self.module.renames = True
        ports = self.frame.ports.get(node.name)
        first = next((port for port in ports if port != "_"), "_") if ports else self.frame.results[node.name]
        if not ports and not isinstance(self.typed.types.get(node.name), TensorType | None):
            first = (first, "[0]")
        self.say(call(RENAME, [first, text(self.frame.operation(node))]))

    def written(self, style: Style, value: Value) -> Code:
        """Return the code of a value as that of an argument."""
        if style.tables and isinstance(value, tuple):
            inner = Style(style.argument, style.is_exact, style.tables - 1)
            items = [self.written(inner, item) for item in value]
            return ("(", items[0], ",)") if len(items) == 1 else brackets("(", items, ")")
        return self.values.code(value) if style.is_exact else self.values.usual(style.argument, value)


def called_in(function: Function) -> set[str]:
    """Return the names of the functions that the code of another one calls."""
    inner = [item.pattern.function for item in function.places[0].items if not isinstance(item, Node)]
    return {
        name for made in inner if made is not None
        for name in (called_in(made) if made.is_inline else {made.name})
    }  # fmt: skip


def together(items: Sequence[Code]) -> Code:
    """Return items in a row, as on either side of an assignment."""
    if len(items) == 1:
        return items[0]
    listed = [part for item in items[1:] for part in (",", Line(" "), item)]
    inside = (Line(), items[0], *listed, IfBroken(","))
    return Group((IfBroken("("), Indent(inside), Line(), IfBroken(")")))


def _is_tensor(value: Value) -> bool:
    return isinstance(value, Tensor)
