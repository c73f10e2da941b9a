"""A graph as plain Keras code, which makes the model that ``build`` makes and needs no GraphSpec."""

import textwrap
from dataclasses import dataclass, field

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.graph.compile_arguments import compile_arguments
from graphspec.graph.infer import infer
from graphspec.graph.ir import Callable, Input
from graphspec.graph.output_names import keras_output_names
from graphspec.graph.typed import TypedGraph, port_type
from graphspec.shapes.types import TensorType
from graphspec.views.layout import WIDTH, Code, brackets, call, lay_out
from graphspec.views.python_blocks import Plan
from graphspec.views.python_frame import Frame
from graphspec.views.python_names import Names
from graphspec.views.python_patterns import NAME, Function, Source
from graphspec.views.python_scope import Scope
from graphspec.views.python_statements import RENAME, called_in
from graphspec.views.python_uses import modules_of, taken_from_around
from graphspec.views.python_values import Imports, Verbatim, scalar, text

_MAIN = "build_model"
_RENAMING = f'''
def {RENAME}(x: keras.KerasTensor, name: str) -> None:
    """Name the operation that made a tensor, for which keras.ops has no argument."""
    x._keras_history.operation.name = name'''
_LOCALS = ("keras", "layers", "model", "np", "ops", "policy", "sys")
_BUILDER = "build_"
_INDENT = 4
_DEEP = 300
_FRAMES_PER_NODE = 8


def render_python(typed: TypedGraph, description: str | None = None) -> str:
    """Return a Python module whose ``build_model`` makes the model of a graph."""
    module = _Module(Source(typed))
    _Builder(module.main, module, _MAIN, is_main=True).write(())
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
    """One file while it is written: its imports, its functions, and those of nested models and of blocks."""

    main: Source
    imports: Imports = field(default_factory=Imports)
    functions: list[str] = field(default_factory=list)
    sources: dict[int, Source] = field(default_factory=dict)
    builders: dict[int, str] = field(default_factory=dict)
    written: set[Function] = field(default_factory=set)
    renames: bool = False
    taken: set[str] = field(init=False)
    names: Names = field(init=False)
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        """Plan what the blocks become."""
        self._gather(self.main)
        everything = [self.main, *self.sources.values()]
        modules = {name for source in everything for name in modules_of(source.graph)}
        self.taken = {_MAIN, RENAME, *_LOCALS, *modules}
        self.plan = Plan(everything, self.taken)
        self.names = Names((*self.taken, *self.plan.names))

    def _gather(self, source: Source) -> None:
        """Gather the nested models that are used."""
        for key, made in source.graph.callables.items():
            if made.graph is None or not source.calls[key] or id(made) in self.sources:
                continue
            typed = source.typed.models.get(key) or infer(made.graph, Diagnostics())
            inner = self.sources[id(made)] = Source(typed)
            self._gather(inner)

    def builder(self, made: Callable) -> str:
        """Return the name of the function that builds a nested model, and write it once."""
        if id(made) not in self.builders:
            source = self.sources[id(made)]
            self.builders[id(made)] = name = self.names.new(f"{_BUILDER}{made.key}")
            _Builder(source, self, name, is_main=False).write(tuple(taken_from_around(source.graph)))
        return self.builders[id(made)]

    def block(self, function: Function) -> str:
        """Return the name of the function of a block, and write it once."""
        if function not in self.written:
            self.written.add(function)
            self.functions.append(_block(function, self))
        return function.name

    def scope_names(self, function: Function) -> Names:
        """Return the names that a function may use."""
        return Names((*self.taken, *called_in(function), *self.plan.own_names), prefix=_BUILDER)


def _block(function: Function, module: _Module) -> str:
    """Return the function of a block."""
    place = function.places[0]
    names = module.scope_names(function)
    for name in (*function.tensors, *(parameter.name for parameter in function.parameters)):
        names.take(name)
    layers = [names.new(key) for key in place.layers]
    frame = Frame(function, f"{{{NAME}}}", [Verbatim(made.name) for made in function.parameters])
    frame.exact.update(zip(place.tensors, function.tensors, strict=True))
    frame.layers.update(zip(place.layers, layers, strict=True))
    scope = Scope(module, frame, names)
    scope.items()
    scope.returned()
    taken: list[Code] = [*function.tensors, *layers]
    plain = [made for made in function.parameters if made.name != NAME]
    for made in plain:
        default: Code = ("=", scope.written(made.style, made.default[0])) if made.default else ""
        taken.append((made.name, default))
    named: list[Code] = ["*", NAME] if function.follows or len(plain) < len(function.parameters) else []
    head = lay_out((call(f"def {function.name}", [*taken, *named]), ":"))
    return "\n".join([head, *scope.statements])


class _Builder(Scope):
    """The function of one graph: each node a statement, in the order of the graph."""

    def __init__(self, source: Source, module: _Module, name: str, *, is_main: bool) -> None:
        body = module.plan.bodies[source]
        super().__init__(module, Frame(body), module.scope_names(body))
        self.graph, self.name, self.is_main, self.functions = source.graph, name, is_main, module.functions
        self.nodes = {node.name: node for node in source.graph.nodes}

    def write(self, parameters: tuple[str, ...]) -> None:
        """Add the function to the module."""
        for key in parameters:
            self.frame.layers[key] = self.names.new(key)
        self.begin()
        inputs = [self.input(item) for item in self.graph.inputs]
        self.items()
        is_bare = not self.is_main and len(inputs) == 1
        self.end(inputs[0] if is_bare else brackets("[", inputs, "]"))
        taken: list[Code] = [(self.frame.layers[key], ": keras.layers.Layer") for key in parameters]
        head = lay_out((call(f"def {self.name}", taken), " -> keras.Model:"))
        self.functions.append("\n".join([head, *self.statements]))

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
        name = self.new_name(item.name)
        self.frame.results[item.name] = name
        self.say((f"{name} = ", call("keras.Input", [("shape=", shape), *given, f"name={text(item.name)}"])))
        return name

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


def _docstring(sentence: str) -> str:
    plain = " ".join(sentence.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').split())
    end = ' """' if plain.endswith('"') else '"""'
    lines = textwrap.wrap(plain, WIDTH - len(end) - 3, break_long_words=False, break_on_hyphens=False)
    return f'"""{plain}{end}' if len(lines) == 1 else '"""' + "\n".join(lines) + '\n"""'
