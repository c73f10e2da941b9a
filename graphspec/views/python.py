"""A graph as plain Keras code, which makes the model that ``build`` makes and needs no GraphSpec."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphspec.catalog import catalog
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.graph.compile_arguments import compile_arguments
from graphspec.graph.infer import infer
from graphspec.graph.ir import Callable, Graph, Input, Node, Tensor, operands_of
from graphspec.graph.lint import reached
from graphspec.graph.output_names import keras_output_names
from graphspec.graph.typed import TypedGraph, port_type
from graphspec.shapes.types import TensorType
from graphspec.views.layout import WIDTH, Code, brackets, call, lay_out, subscript
from graphspec.views.python_calls import call_of_op, constructor, not_default, port_names
from graphspec.views.python_names import MAX_LENGTH, Names
from graphspec.views.python_operations import operations_to_rename
from graphspec.views.python_uses import modules_of, symbolic, taken_from_around, uses_of
from graphspec.views.python_values import Imports, Values, index, scalar, text

_MAIN = "build_model"
_RENAME = "rename_operation"
_RENAMING = f'''
def {_RENAME}(x: keras.KerasTensor, name: str) -> None:
    """Name the operation that made a tensor, for which keras.ops has no argument."""
    x._keras_history.operation.name = name'''
_LOCALS = ("keras", "layers", "model", "np", "ops", "policy", "sys")
_INDENT = 4
_DEEP = 300
_FRAMES_PER_NODE = 8


def render_python(typed: TypedGraph, description: str | None = None) -> str:
    """Return a Python module whose ``build_model`` makes the model of a graph."""
    module = _Module()
    _Function(typed, module, _MAIN, is_main=True).write(())
    parts = [
        _docstring(description or f"The Keras model {typed.graph.name}."),
        "\n".join(module.imports.statements()),
        *([_RENAMING] if module.renames else []),
        *(f"\n{function}" for function in module.functions),
        f'\nif __name__ == "__main__":\n    {_MAIN}().summary()',
    ]
    return "\n\n".join(parts) + "\n"


@dataclass(slots=True)
class _Module:
    """One file while it is written: its imports, its functions, and the function of each nested model."""

    imports: Imports = field(default_factory=Imports)
    functions: list[str] = field(default_factory=list)
    names: Names = field(default_factory=lambda: Names((_MAIN, _RENAME, *_LOCALS)))
    builders: dict[int, str] = field(default_factory=dict)
    renames: bool = False

    def builder(self, made: Callable, typed: TypedGraph) -> str:
        """Return the name of the function that builds a nested model, and write it once."""
        if id(made) not in self.builders:
            self.builders[id(made)] = name = self.names.new(f"build_{made.key}")
            _Function(typed, self, name, is_main=False).write(tuple(taken_from_around(typed.graph)))
        return self.builders[id(made)]


class _Function:
    """The function of one graph: each node a statement, in the order of the graph."""

    def __init__(self, typed: TypedGraph, module: _Module, name: str, *, is_main: bool) -> None:
        graph = typed.graph
        self.typed, self.graph, self.module, self.name, self.is_main = typed, graph, module, name, is_main
        self.imports = module.imports
        self.names = Names((*_LOCALS, _RENAME, *modules_of(graph)), prefix="build_")
        self.uses = uses_of(graph)
        self.used = _used_outputs(graph)
        self.symbolic = symbolic(graph)
        self.nodes = {node.name: node for node in graph.nodes}
        self.statements: list[str] = []
        self.results: dict[str, Code] = {}
        self.ports: dict[str, tuple[str, ...]] = {}
        self.layers: dict[str, str] = {}
        self.values = Values(self.imports, self.tensor, self.layer, self.construct)

    def write(self, parameters: tuple[str, ...]) -> None:
        """Add the function to the module."""
        for key in parameters:
            self.layers[key] = self.names.new(key)
        self.begin()
        needed = reached(self.graph)
        renamed = operations_to_rename(self.graph)
        inputs = [self.input(item) for item in self.graph.inputs]
        for node in self.graph.nodes:
            if node.name in needed:
                self.node(node)
                if node.name in renamed:
                    self.rename(node)
        is_bare = not self.is_main and len(inputs) == 1
        self.end(inputs[0] if is_bare else brackets("[", inputs, "]"))
        taken: list[Code] = [f"{self.layers[key]}: keras.layers.Layer" for key in parameters]
        head = lay_out((call(f"def {self.name}", taken), " -> keras.Model:"))
        self.module.functions.append("\n".join([head, *self.statements]))

    def begin(self) -> None:
        if self.is_main and len(self.graph.nodes) > _DEEP:
            self.imports.sys = True
            self.comment("Keras visits the graph by recursion.")
            depth = len(self.graph.nodes) * _FRAMES_PER_NODE
            self.say(call("sys.setrecursionlimit", [f"max(sys.getrecursionlimit(), {depth})"]))
        if self.is_main and self.graph.seed is not None:
            self.comment('Reproducible, but "graphspec build" seeds each layer by its name instead.')
            self.say(call("keras.utils.set_random_seed", [str(self.graph.seed)]))
        if self.graph.dtype is not None:
            self.say("policy = keras.config.dtype_policy()")
            self.say(call("keras.config.set_dtype_policy", [text(self.graph.dtype)]))

    def end(self, inputs: Code) -> None:
        arguments: list[Code] = [("inputs=", inputs), ("outputs=", self.outputs()), f"name={text(self.graph.name)}"]
        made = call("keras.Model", arguments)
        is_compiled = self.is_main and self.graph.compile is not None
        if not is_compiled and self.graph.dtype is None:
            self.say(("return ", made))
            return
        self.say(("model = ", made))
        if self.graph.dtype is not None:
            self.say("keras.config.set_dtype_policy(policy)")
        if is_compiled:
            values = compile_arguments(self.graph)
            self.say(call("model.compile", [(f"{key}=", self.values.short(value)) for key, value in values.items()]))
        self.say("return model")

    def say(self, statement: Code) -> None:
        self.statements.append(lay_out(statement, _INDENT))

    def comment(self, sentence: str) -> None:
        indent = f"{' ' * _INDENT}# "
        self.statements += textwrap.wrap(sentence, WIDTH, initial_indent=indent, subsequent_indent=indent)

    def input(self, item: Input) -> Code:
        sizes: list[Code] = [str(size) if isinstance(size, int) else "None" for size in item.shape or ()]
        chosen = {
            "dtype": item.dtype, "batch_size": item.batch_size, "sparse": item.sparse, "ragged": item.ragged,
            "optional": item.optional,
        }  # fmt: skip
        given: list[Code] = [f"{key}={scalar(value)}" for key, value in chosen.items() if value is not None]
        shape = ("(", sizes[0], ",)") if len(sizes) == 1 else brackets("(", sizes, ")")
        name = self.results[item.name] = self.names.new(item.name)
        self.say((f"{name} = ", call("keras.Input", [("shape=", shape), *given, f"name={text(item.name)}"])))
        return name

    def node(self, node: Node) -> None:
        """Write the statement of a node, after those that make the layers it needs."""
        made = self.call_of(node)
        name = self.results[node.name] = self.names.new(node.name)
        ports = self.unpacked(node, name)
        if ports:
            self.ports[node.name] = ports
            targets = ", ".join(ports) if len(ports) > 1 else f"({ports[0]},)"
            self.say((f"{targets} = ", made))
        else:
            self.say((f"{name} = ", made))

    def call_of(self, node: Node) -> Code:
        if node.kind == "index":
            key = node.kwargs["key"]
            operand = self.values.code(node.kwargs["x"])
            return subscript(operand, index(key if isinstance(key, tuple) else (key,)))
        if node.kind == "op":
            return call_of_op(node, self.values, self.symbolic)
        layer = self.layer(node.target, node.name)
        operands = [self.values.code(value) for value in node.args]
        named = dict(sorted(node.kwargs.items(), key=lambda item: not isinstance(item[1], Tensor)))
        return call(layer, [*operands, *self.values.named(named, self.values.exactly)])

    def unpacked(self, node: Node, name: str) -> tuple[str, ...]:
        """Return a variable for each output of a node, or none where it is spoken of as a whole."""
        found = self.typed.types.get(node.name)
        used = self.used[node.name]
        if not isinstance(found, tuple) or not all(isinstance(output, int) for output in used):
            return ()
        wanted = port_names(node, self.graph.callables.get(node.target), len(found))
        if sum(len(port) + len(name) for port in wanted) > 2 * MAX_LENGTH:
            return ()
        return tuple(
            "_" if number not in used else name if number == 0 else self.names.new(f"{name}_{port}")
            for number, port in enumerate(wanted)
        )

    def tensor(self, tensor: Tensor) -> Code:
        name = self.results[tensor.node]
        if tensor.node in self.ports and isinstance(tensor.output, int):
            return self.ports[tensor.node][tensor.output]
        output = tensor.output
        if output is None:
            found = self.typed.types.get(tensor.node)
            output = "" if isinstance(found, Mapping) and "" in found else None
        return name if output is None else (name, f"[{scalar(output)}]")

    def layer(self, key: str, node: str | None = None) -> Code:
        """Return a layer: its construction where it is used once, a variable where that says more."""
        if key in self.layers:
            return self.layers[key]
        made = self.graph.callables[key]
        code = self.construct(made)
        if self.uses[key] == 1 and made.trainable is None:
            return code
        name = self.layers[key] = self.names.new(f"{key}_layer" if key == node else key)
        self.say((f"{name} = ", code))
        if made.trainable is not None:
            self.say(f"{name}.trainable = {made.trainable}")
        return name

    def construct(self, made: Callable) -> Code:
        if made.graph is not None:
            inner = self.typed.models.get(made.key) or infer(made.graph, Diagnostics())
            return call(self.module.builder(made, inner), [self.layer(key) for key in taken_from_around(made.graph)])
        if made.kind != "application":
            return constructor(made, self.values)
        name = f"name={text(made.keras_name)}"
        declared = catalog.application(made.type)
        given = not_default(made.arguments, {} if declared is None else declared.arguments)
        items: list[Code] = [(f"{key}=", self.values.code(value, as_tuple=True)) for key, value in given.items()]
        base = call(f"keras.applications.{made.type}", [*items, name])
        if made.taps in {(), ("",)}:
            return base
        variable = self.names.new(f"{made.key}_base")
        self.say((f"{variable} = ", base))
        outputs: list[Code] = [
            (f"{text(tap)}: ", call(f"{variable}.get_layer", [text(tap)]) if tap else variable, ".output")
            for tap in made.taps
        ]
        return call("keras.Model", [f"inputs={variable}.inputs", ("outputs=", brackets("{", outputs, "}")), name])

    def rename(self, node: Node) -> None:
        self.module.renames = True
        ports = self.ports.get(node.name)
        first = next((port for port in ports if port != "_"), "_") if ports else self.results[node.name]
        if not ports and not isinstance(self.typed.types.get(node.name), TensorType | None):
            first = (first, "[0]")
        self.say(call(_RENAME, [first, text(node.keras_name)]))

    def outputs(self) -> Code:
        outputs = self.graph.outputs
        tensors = [self.tensor(tensor) for tensor in outputs.tensors]
        if outputs.form == "one":
            return tensors[0]
        if outputs.form == "mapping":
            named: list[Code] = [
                (f"{text(name)}: ", tensor) for name, tensor in zip(outputs.names, tensors, strict=True)
            ]
            return brackets("{", named, "}")
        return brackets("[", self.named_outputs(tensors) if len(tensors) > 1 else tensors, "]")

    def named_outputs(self, tensors: list[Code]) -> list[Code]:
        """Return a list of outputs that Keras knows by the spec's names, by an Identity where it would use another."""
        outputs = self.graph.outputs
        made_by = [self.operation_of(tensor.node) for tensor in outputs.tensors]
        taken = set(made_by)
        result: list[Code] = []
        names = keras_output_names(self.graph)
        for name, operation, tensor, code in zip(names, made_by, outputs.tensors, tensors, strict=True):
            if operation == name or name in taken:
                result.append(code)
                continue
            taken.add(name)
            found = port_type(self.typed, tensor)
            dtype = found.dtype if isinstance(found, TensorType) else ""
            given: list[Code] = [f"dtype={text(dtype)}"] if "float" in dtype else []
            identity = call(f"{self.imports.keras('layers')}.Identity", [*given, f"name={text(name)}"])
            result.append(call(identity, [code]))
        return result

    def operation_of(self, name: str) -> str:
        """Return the name of the operation behind what a node returns, or of an input."""
        node = self.nodes.get(name)
        if node is None or node.kind != "call":
            return name if node is None else node.keras_name
        made = self.typed.callables[node.target]
        return made.keras_name if made.graph is None else made.graph.name


def _used_outputs(graph: Graph) -> dict[str, set[int | str | None]]:
    """Return which outputs of each node are used."""
    needed = reached(graph)
    tensors = [tensor for node in graph.nodes if node.name in needed for tensor in operands_of(node)]
    found: dict[str, set[int | str | None]] = {}
    for tensor in (*tensors, *graph.outputs.tensors):
        found.setdefault(tensor.node, set()).add(tensor.output)
    return found


def _docstring(sentence: str) -> str:
    plain = " ".join(sentence.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').split())
    end = ' """' if plain.endswith('"') else '"""'
    lines = textwrap.wrap(plain, WIDTH - len(end) - 3, break_long_words=False, break_on_hyphens=False)
    return f'"""{plain}{end}' if len(lines) == 1 else '"""' + "\n".join(lines) + '\n"""'
