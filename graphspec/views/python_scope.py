"""The body of a Python function: each node a statement, each block a call, copies in loops."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from graphspec.graph.ir import Node, Tensor, Value
from graphspec.views.layout import Code, Group, Indent, Line, brackets, call
from graphspec.views.python_blocks import INDEX
from graphspec.views.python_frame import Frame, name_code
from graphspec.views.python_loops import Segment
from graphspec.views.python_patterns import NAME, Call, Function, Item, Run, Style, Whole
from graphspec.views.python_statements import Statements, together
from graphspec.views.python_values import Verbatim, text

_INDENT = 4
_MOST_POSITIONAL = 2
_LONGEST_HEAD = 70


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


class Scope(Statements):
    """One Python function while it is written; ``frame`` is what it is written after."""

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
            self.node(item)
            if item.name in self.frame.source.renamed:
                self.rename(item)

    def _call_of_block(
        self, function: Function, tensors: Sequence[Code], layers: Sequence[Code], given: Sequence[Value], name: str
    ) -> Code:
        """Return the call of the function of a block; arguments that are its defaults are left out."""
        pairs = [*zip(function.parameters, given, strict=True)]
        required = [(made, value) for made, value in pairs if not made.default and made.name != NAME]
        others = [(made, value) for made, value in pairs if made.default]
        own: list[Code] = [text(name)] if function.follows else []
        own += [self.written(made.style, value) for made, value in pairs if made.name == NAME]
        is_plain = len(required) <= _MOST_POSITIONAL
        arguments: list[Code] = [*tensors, *layers]
        for made, value in required:
            code = self.written(made.style, value)
            arguments.append(code if is_plain else (f"{made.name}=", code))
        for made, value in others:
            if repr(value) != repr(made.default[0]):
                arguments.append((f"{made.name}=", self.written(made.style, value)))
        return call(self.module.block(function), [*arguments, *((f"{NAME}=", code) for code in own)])

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
        used = [tensor for tensor in made if self.frame.asked[tensor]]
        variables: list[Code] = []
        for tensor, inner in zip(made, function.output_names, strict=True):
            if tensor in used:
                variable = self.new_name(f"{item.path}_{inner}" if len(used) > 1 else item.path)
                self.frame.exact[tensor] = variable
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
        number = self.names.new(INDEX) if self.depth else INDEX
        given, head = self._loop_values(loop, segment, number)
        name = name_code(self.frame.named(loop.run.path, f"{{{number} + 1}}"))
        made = self._call_of_block(loop.function, loop.taken(), loop.layers, given, name)
        code = Group(("[", Indent((Line(), Group((made, Line(" "), *head)))), Line(), "]"))
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
                variable = self.names.new(f"layer_{NAME}" if made.name == NAME else made.name)
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


def _numbers(segment: Segment) -> range:
    return range(len(segment.formulas))
