"""The body of a Python function: each node a statement, each block a call, copies in loops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graphspec.catalog import catalog
from graphspec.graph.ir import Callable, Node, Tensor, Value
from graphspec.graph.typed import TypedGraph
from graphspec.shapes.types import TensorType
from graphspec.views.layout import Code, Group, IfBroken, Indent, Line, brackets, call, lay_out, subscript
from graphspec.views.python_blocks import INDEX, Plan
from graphspec.views.python_calls import call_of_op, constructor, not_default, port_names
from graphspec.views.python_frame import Frame, name_code
from graphspec.views.python_loops import Segment
from graphspec.views.python_names import MAX_LENGTH, Names
from graphspec.views.python_patterns import Call, Function, Item, Run, Style, Whole, relative
from graphspec.views.python_uses import taken_from_around
from graphspec.views.python_values import Imports, Values, Verbatim, index, scalar, text

RENAME = "rename_operation"
_INDENT = 4
_MOST_POSITIONAL = 2
_LONGEST_HEAD = 70


class Module(Protocol):
    """What a function needs of the file that it stands in."""

    imports: Imports
    plan: Plan
    renames: bool

    def builder(self, made: Callable) -> str:
        """Return the name of the function that builds a nested model."""

    def block(self, function: Function) -> str:
        """Return the name of the function of a block."""


@dataclass(slots=True, eq=False)
class _Loop:
    """What copies take and give while they are written: the variables of outputs, and the lists that gather them."""

    run: Run
    function: Function
    key: str
    inputs: list[Code]
    layers: list[Code]
    variables: dict[int, str] = field(default_factory=dict)
    lists: dict[int, str] = field(default_factory=dict)
    now: dict[int, Code] = field(default_factory=dict)

    def taken(self) -> list[Code]:
        """Return the tensors that the next copy takes."""
        pairs = zip(self.run.carried, self.inputs, strict=True)
        return [given if output is None else self.now[output] for output, given in pairs]


class Scope:
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
        self.statements.append(lay_out(statement, _INDENT * (self.depth + 1)))

    def items(self) -> None:
        """Write everything that the frame holds."""
        for item in self.frame.pattern.items:
            self._item(item)

    def returned(self) -> None:
        """Write what the frame returns: what made it, where nothing else needs that."""
        outputs = self.frame.pattern.outputs()
        code = together([self.tensor(tensor) for tensor in outputs])
        last = f"{' ' * _INDENT}{code} = "
        if isinstance(code, str) and self.statements and self.statements[-1].startswith(last):
            del self.statements[-1]
            self.say(("return ", self.latest))
        else:
            self.say(("return ", code))

    def _item(self, item: Item) -> None:
        if isinstance(item, Run):
            self._run(item)
        elif isinstance(item, Call):
            self._block(item)
        else:
            self._node(item)
            if item.name in self.frame.source.renamed:
                self._rename(item)

    def new_name(self, name: str) -> str:
        """Return a variable for what has a name in the graph; that of a function which is called here is taken."""
        wanted = relative(name, self.frame.path) or name.rpartition(".")[2]
        return self.names.new(f"{wanted}_out" if wanted in self.called else wanted)

    def _node(self, node: Node) -> None:
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
        wanted = relative(key, self.frame.path) or key.rpartition(".")[2]
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

    def _rename(self, node: Node) -> None:
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

    def _call_of_block(
        self, function: Function, tensors: Sequence[Code], layers: Sequence[Code], given: Sequence[Value], name: str
    ) -> Code:
        """Return the call of the function of a block; arguments that are its defaults are left out."""
        required = [(made, value) for made, value in zip(function.parameters, given, strict=True) if not made.default]
        others = [(made, value) for made, value in zip(function.parameters, given, strict=True) if made.default]
        is_plain = len(required) <= _MOST_POSITIONAL
        arguments: list[Code] = [*tensors, *layers]
        for made, value in required:
            code = self.written(made.style, value)
            arguments.append(code if is_plain else (f"{made.name}=", code))
        for made, value in others:
            if repr(value) != repr(made.default[0]):
                arguments.append((f"{made.name}=", self.written(made.style, value)))
        return call(self.module.block(function), [*arguments, f"name={text(name)}"])

    def _block(self, item: Call) -> None:
        """Write the call of the function of a block."""
        function = item.pattern.function
        if function is None:
            return
        key = self.frame.pattern.key(item)
        given = [self.frame.value(f"{key}({number})") for number in range(len(function.parameters))]
        tensors = [self.tensor(tensor) for tensor in item.pattern.tensors]
        layers = [self.layer(name) for name in item.pattern.layers]
        code = self._call_of_block(function, tensors, layers, given, name_code(self.frame.named(item.path)))
        made = item.pattern.outputs()
        name = self.new_name(item.path)
        if len(made) == 1:
            self.frame.exact[made[0]] = name
            self.say((f"{name} = ", code))
            return
        variables: list[Code] = []
        for tensor, inner in zip(made, function.output_names, strict=True):
            if self.frame.asked[tensor]:
                self.frame.exact[tensor] = variable = self.names.new(f"{name}_{inner}" if variables else name)
                variables.append(variable)
            else:
                variables.append("_")
        self.say((together(variables), " = ", code))

    def _run(self, run: Run) -> None:
        """Write copies: one by one, or in a loop."""
        function = run.pattern.function
        if function is None:
            return
        frame = self.frame
        inputs = [self.tensor(tensor) for tensor in run.pattern.tensors]
        layers = [self.layer(name) for name in run.pattern.layers]
        loop = _Loop(run, function, frame.pattern.key(run), inputs, layers)
        self._choose_variables(loop)
        found = self.plan.segments[frame.function, loop.key]
        if self._is_comprehension(loop, found):
            self._comprehension(loop, found[0])
        else:
            for output in loop.lists:
                self.say(f"{loop.lists[output]} = []")
            for segment in found:
                self._segment(loop, segment)
        self._note_outputs(loop)

    def _choose_variables(self, loop: _Loop) -> None:
        run, frame = loop.run, self.frame
        last = run.patterns[-1].outputs()
        for output, inner in enumerate(loop.function.output_names):
            is_collected = (loop.key, output) in frame.pattern.collected
            source = run.carried.index(output) if output in run.carried else None
            if is_collected:
                loop.lists[output] = self._new_list(run, inner)
            if source is not None:
                loop.now[output] = loop.inputs[source]
                loop.variables[output] = self._variable_for(loop, source, inner)
            elif not is_collected and frame.asked[last[output]]:
                loop.variables[output] = self._name_in(run, inner, is_first=not loop.variables)

    def _variable_for(self, loop: _Loop, source: int, inner: str) -> str:
        """Return the variable of what goes from copy to copy: that of the tensor itself, if nothing else needs it."""
        run, given = loop.run, loop.inputs[source]
        tensor = run.pattern.tensors[source]
        is_parameter = tensor in self.frame.pattern.tensors and not self.frame.is_whole
        if is_parameter and isinstance(given, str) and self.frame.asked[tensor] == 1:
            return given
        return self._name_in(run, inner, is_first=not loop.variables)

    def _name_in(self, run: Run, inner: str, *, is_first: bool) -> str:
        return self.new_name(run.path if is_first else f"{run.path}_{inner}")

    def _new_list(self, run: Run, inner: str) -> str:
        function = run.pattern.function
        is_alone = function is not None and len(function.outputs) == 1
        return self.new_name(f"{run.path}_copies" if is_alone else f"{run.path}_{inner}_copies")

    def _is_comprehension(self, loop: _Loop, found: Sequence[Segment]) -> bool:
        is_one = len(found) == 1 and found[0].is_loop and not loop.function.is_inline
        return is_one and not loop.variables and len(loop.lists) == len(loop.function.outputs) == 1

    def _comprehension(self, loop: _Loop, segment: Segment) -> None:
        given, head = self._loop_values(loop, segment, INDEX)
        name = name_code(self.frame.named(loop.run.path, f"{{{INDEX} + 1}}"))
        made = self._call_of_block(loop.function, loop.taken(), loop.layers, given, name)
        code = Group(("[", Indent((Line(), made, Line(" "), *head)), Line(), "]"))
        self.say((f"{loop.lists[0]} = ", code))

    def _segment(self, loop: _Loop, segment: Segment) -> None:
        if not segment.is_loop:
            given = [self.frame.value(f"{loop.key}({number})@{segment.first}") for number in _numbers(segment)]
            self._copy(loop, given, f"{segment.first + 1}")
            return
        for output, variable in loop.variables.items():
            if output in loop.now and loop.now[output] != variable:
                self.say((f"{variable} = ", loop.now[output]))
                loop.now[output] = variable
        number = self.names.new(INDEX) if self.depth else INDEX
        given, head = self._loop_values(loop, segment, number)
        self.say((*head, ":"))
        self.depth += 1
        self._copy(loop, given, f"{{{number} + 1}}")
        self.depth -= 1

    def _loop_values(self, loop: _Loop, segment: Segment, number: str) -> tuple[list[Value], tuple[Code, ...]]:
        """Return the arguments of each copy in a loop, and the head of the loop."""
        given: list[Value] = []
        tables: list[tuple[str, Code, Style, Value]] = []
        for at, formula in enumerate(segment.formulas):
            value = self.frame.value(f"{loop.key}({at})@{segment.first}")
            made = loop.function.parameters[at]
            if formula.kind == "table":
                variable = self.names.new(made.name)
                style = Style(made.style.argument, made.style.is_exact, made.style.tables + 1)
                tables.append((variable, self.written(style, value), made.style, value))
                given.append(Verbatim(variable))
            elif formula.kind == "same":
                given.append(value)
            else:
                given.append(Verbatim(formula.code(str(value), number)))
        if not tables:
            stop = str(self.frame.value(f"{loop.key}:stop"))
            bounds: list[Code] = [f"{segment.first}", stop] if segment.first else [stop]
            return given, (f"for {number} in ", call("range", bounds))
        start: list[Code] = [f"start={segment.first}"] if segment.first else []
        if len(tables) == 1:
            return given, (f"for {number}, {tables[0][0]} in ", call("enumerate", [tables[0][1], *start]))
        head = f"for {number}, ({', '.join(table[0] for table in tables)}) in "
        if len(head) > _LONGEST_HEAD:
            row = self.names.new("row")
            places = {table[0]: f"{row}[{at}]" for at, table in enumerate(tables)}
            given = [Verbatim(places.get(value, value)) if isinstance(value, Verbatim) else value for value in given]
            head = f"for {number}, {row} in "
        return given, (head, call("enumerate", [self._rows(tables), *start]))

    def _rows(self, tables: Sequence[tuple[str, Code, Style, Value]]) -> Code:
        """Return tables as one of rows."""
        columns = [value if isinstance(value, tuple) else () for *_, value in tables]
        if not all(columns):
            return call("zip", [code for _, code, _, _ in tables])
        rows: list[Code] = []
        for row in zip(*columns, strict=True):
            cells = [self.written(style, value) for (_, _, style, _), value in zip(tables, row, strict=True)]
            rows.append(brackets("(", cells, ")"))
        return brackets("[", rows, "]")

    def _copy(self, loop: _Loop, given: list[Value], number: str) -> None:
        """Write one copy, and note what it gives."""
        prefix = self.frame.named(loop.run.path, number)
        outputs: list[Code] = []
        if loop.function.is_inline:
            outputs = self._inline(loop, given, prefix)
        else:
            made = self._call_of_block(loop.function, loop.taken(), loop.layers, given, name_code(prefix))
            outputs = self._results_of_copy(loop, made)
        targets = [(loop.variables[at], code) for at, code in enumerate(outputs)
                   if at in loop.variables and loop.variables[at] != code]  # fmt: skip
        if targets:
            left, right = (together([pair[side] for pair in targets]) for side in (0, 1))
            self.say((left, " = ", right))
        for output, variable in loop.variables.items():
            outputs[output] = variable
            if output in loop.now:
                loop.now[output] = variable
        for output, name in loop.lists.items():
            self.say(call(f"{name}.append", [outputs[output]]))

    def _results_of_copy(self, loop: _Loop, made: Code) -> list[Code]:
        """Write the call of one copy and return its outputs; one that only a list takes needs no variable."""
        count = len(loop.function.outputs)
        if count == 1 and not loop.variables:
            return [made]
        names: list[Code] = []
        for output, inner in enumerate(loop.function.output_names):
            is_new = output in loop.lists and output not in loop.variables
            names.append(self.names.new(inner) if is_new else loop.variables.get(output, "_"))
        self.say((together(names), " = ", made))
        return names

    def _inline(self, loop: _Loop, given: list[Value], prefix: str) -> list[Code]:
        """Write the nodes of one copy, and return its outputs."""
        around = self.frame
        self.frame = Frame(loop.function, prefix, given)
        model = loop.function.places[0]
        self.frame.exact = dict(zip(model.tensors, loop.taken(), strict=True))
        self.frame.layers = dict(zip(model.layers, loop.layers, strict=True))
        outputs = model.outputs()
        last = model.items[-1]
        if len(outputs) == 1 and isinstance(last, Node) and outputs[0] == Tensor(last.name) and loop.variables:
            self.frame.targets[last.name] = loop.variables[0]
        self.items()
        found = [self.tensor(tensor) for tensor in outputs]
        self.frame = around
        return found

    def _note_outputs(self, loop: _Loop) -> None:
        """Note what stands for the outputs of copies once they are written."""
        run, frame = loop.run, self.frame
        for number, place in enumerate(run.patterns):
            for output, tensor in enumerate(place.outputs()):
                if output in loop.lists:
                    frame.runs[tensor] = Whole(run, output)
                    frame.exact[tensor] = f"{loop.lists[output]}[{number}]"
        for output, tensor in enumerate(run.patterns[-1].outputs()):
            if output in loop.lists:
                frame.exact[tensor] = f"{loop.lists[output]}[-1]"
                frame.collected[run, output] = loop.lists[output]
            if output in loop.variables:
                frame.exact[tensor] = loop.variables[output]


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


def _numbers(segment: Segment) -> range:
    return range(len(segment.formulas))


def _is_tensor(value: Value) -> bool:
    return isinstance(value, Tensor)
