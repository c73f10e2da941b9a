"""A place of a block -> what is alike in all such places, and the values that may differ."""

from collections.abc import Callable as CallableABC
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from graphspec.graph.ir import (
    Callable,
    EllipsisOf,
    Graph,
    LayerReference,
    Node,
    SliceOf,
    Tensor,
    Value,
    operands_of,
)
from graphspec.views.python_patterns import Call, Item, Pattern, Run, Slot, Style, Whole, default_of, relative
from graphspec.views.python_values import Verbatim

_LAST = "!last"


class Rewriting:
    """Walks over all that a node says, and puts something else in place of each part."""

    def __init__(
        self,
        leaf: CallableABC[[str, Slot], Value],
        tensors: CallableABC[[tuple[Value, ...]], tuple[Value, ...]],
        layer: CallableABC[[str], Value],
        name: CallableABC[[str, str, str], str],
        made: CallableABC[[Callable], Value],
        known: CallableABC[[str], Iterable[str]] = lambda _: (),
    ) -> None:
        """Take what is to be done with values, tensors in lists, layers from around, names and layers in arguments.

        ``known`` says which arguments a layer has even if it does not give them.
        """
        self.leaf, self.tensors, self.layer, self.name, self.made = leaf, tensors, layer, name, made
        self.known = known

    def node(self, node: Node, path: str) -> Node:
        """Return a node with its operands and the values it is called with replaced."""
        key = relative(node.name, path)
        args = tuple(
            self.value(value, f"{key}:{number}", Slot(value, Style(), "value", key))
            for number, value in enumerate(node.args)
        )
        is_exact = node.kind == "call"
        kwargs = {
            name: self.value(value, f"{key}:{name}", Slot(value, Style(name, is_exact), name, key))
            for name, value in node.kwargs.items()
        }
        return node._replace(args=args, kwargs=kwargs)

    def callable(self, made: Callable, key: str) -> Callable:
        """Return a layer with its name and the values of its arguments replaced."""
        style = Style(is_exact=made.kind == "plugin")
        node = key.partition(":")[0]
        missing = [name for name in self.known(key) if name not in made.arguments]
        arguments = {
            name: self.value(value, f"{key}.{name}", Slot(value, replace(style, argument=name), name, node, made))
            for name, value in {**made.arguments, **dict.fromkeys(missing)}.items()
        }
        return replace(made, keras_name=self.name(made.keras_name, f"{key}.", key), arguments=arguments)

    def value(self, value: Value, key: str, slot: Slot) -> Value:
        """Return a value with every part of it replaced."""
        if isinstance(value, Tensor):
            return self.tensors((value,))[0]
        if isinstance(value, LayerReference):
            return self.layer(value.name)
        if isinstance(value, Callable):
            return self.made(self.callable(value, key))
        if isinstance(value, tuple) and _has_parts(value):
            if all(isinstance(item, Tensor) for item in value):
                found = self.tensors(value)
                is_whole = len(found) == 1 and isinstance(found[0], Verbatim) and found[0].startswith("*")
                return Verbatim(str(found[0])[1:]) if is_whole else found
            return tuple(self.value(item, f"{key}.{number}", slot) for number, item in enumerate(value))
        if isinstance(value, Mapping) and _has_parts(value):
            return {name: self.value(item, f"{key}.{name}", slot) for name, item in value.items()}
        if isinstance(value, SliceOf):
            return self._slice(value, key, slot)
        if isinstance(value, EllipsisOf):
            return value
        if isinstance(value, tuple) and any(isinstance(item, SliceOf | EllipsisOf) for item in value):
            return tuple(self.value(item, f"{key}.{number}", slot) for number, item in enumerate(value))
        return self.leaf(key, replace(slot, value=value))

    def _slice(self, value: SliceOf, key: str, slot: Slot) -> SliceOf:
        parts = {"start": value.start, "stop": value.stop, "step": value.step}
        found = {
            name: part if part is None else self.value(part, f"{key}.{name}", replace(slot, name=name))
            for name, part in parts.items()
        }
        return SliceOf(**found)  # type: ignore[arg-type]


def read(pattern: Pattern) -> None:
    """Find what is in a place: what it takes, its values and its skeleton."""
    _Reader(pattern).read()


class _Reader:
    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.path = pattern.region.path
        self.is_whole = pattern.region.kind == "graph"
        self.own = pattern.tokens
        self.runs: dict[Tensor, Whole] = {}
        self.nodes = {item.name for item in pattern.items if isinstance(item, Node)}
        self.rewriting = Rewriting(self.leaf, self.listed, self.layer, self.name, _frozen_layer)
        for item in pattern.items:
            if isinstance(item, Call):
                for number, tensor in enumerate(item.pattern.outputs()):
                    self.own[tensor] = f"{pattern.key(item)}!{number}{_LAST}"
            elif isinstance(item, Run):
                self.own_run(item)

    def own_run(self, run: Run) -> None:
        for number, copy in enumerate(run.patterns, 1):
            for output, tensor in enumerate(copy.outputs()):
                which = _LAST if number == len(run.patterns) else f"!{number - 1}"
                self.own[tensor] = f"{self.pattern.key(run)}!{output}{which}"
                self.runs[tensor] = Whole(run, output)

    def read(self) -> None:
        said = [self.item(item) for item in self.pattern.items]
        slots = [*self.pattern.slots.values(), *(row[0] for row in self.pattern.varying.values())]
        self.pattern.follows |= not any(slot.style.is_name for slot in slots)
        if self.is_whole:
            self.listed(self.pattern.source.graph.outputs.tensors)
        else:
            needed = self.pattern.source.needed_after.get(self.pattern.region, {})
            inner = [self.listed((tensor,)) for tensor in needed if not self.own.get(tensor, _LAST).endswith(_LAST)]
            self.pattern.skeleton = repr((said, inner))

    def item(self, item: Item) -> object:
        if isinstance(item, Node):
            return self.node(item)
        key = self.pattern.key(item)
        tensors = [self.listed((tensor,)) for tensor in item.pattern.tensors]
        layers = [self.layer(name) for name in item.pattern.layers]
        made = item.pattern.function
        self.pattern.follows |= made is not None and made.follows
        parameters = [] if made is None else made.parameters
        for number, parameter in enumerate(parameters):
            slots = tuple(
                Slot(parameter.values[place.number], parameter.style, parameter.name, relative(item.path, self.path))
                for place in item.patterns
            )
            if isinstance(item, Call):
                self.pattern.slots[f"{key}({number})"] = slots[0]
            else:
                self.pattern.varying[f"{key}({number})"] = slots
        if isinstance(item, Call):
            return key, id(made), tensors, layers
        stop = Slot(item.last, Style(), "repeat", relative(item.path, self.path))
        self.pattern.slots[f"{key}:stop"] = stop
        return key, id(made), tensors, layers, item.carried

    def node(self, node: Node) -> object:
        if self.is_whole:
            for value in (*node.args, *node.kwargs.values()):
                self.note_lists(value)
            return ""
        source, key = self.pattern.source, relative(node.name, self.path)
        target: object = node.target
        if node.kind == "call":
            target = self.target(node, key)
        rewritten = self.rewriting.node(node, self.path)
        flags = [tensor.node in source.symbolic for tensor in operands_of(node)]
        found = source.typed.types.get(node.name)
        form = len(found) if isinstance(found, tuple) else sorted(found) if isinstance(found, Mapping) else ""
        operation = self.name(node.keras_name, f"{key}:", key) if node.name in source.renamed else None
        return (
            key, node.kind, target, repr(rewritten.args), repr(sorted(rewritten.kwargs.items())), flags, form,
            operation,
        )  # fmt: skip

    def note_lists(self, value: Value) -> None:
        if isinstance(value, Tensor):
            self.listed((value,))
        elif isinstance(value, tuple) and all(isinstance(item, Tensor) for item in value):
            self.listed(value)
        elif isinstance(value, tuple | Mapping):
            for item in value.values() if isinstance(value, Mapping) else value:
                self.note_lists(item)

    def target(self, node: Node, key: str) -> object:
        made = local_layer(node, self.pattern.source.graph)
        return self.layer(node.target) if made is None else _frozen_layer(self.rewriting.callable(made, f"{key}:layer"))

    def leaf(self, key: str, slot: Slot) -> Value:
        self.pattern.slots[key] = slot
        return "?"

    def name(self, name: str, key: str, node: str) -> str:
        # Only what has no name of its own in the place goes by the path itself; another was given that name.
        is_path = name == self.path and not node.partition(":")[0]
        if is_path or name.startswith(f"{self.path}."):
            self.pattern.follows = True
            return name[len(self.path) :]
        self.pattern.slots[key] = Slot(name, Style(is_name=True), "name", node)
        return "?"

    def layer(self, name: str) -> Value:
        layers = self.pattern.layers
        if name not in layers:
            layers.append(name)
        return f"layer {layers.index(name)}"

    def listed(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        """Return what stands for tensors, of which some may be an output of all the copies of a run."""
        found = with_runs(values, self.runs)
        for item in found:
            whole = item if isinstance(item, Whole) else None
            if whole is not None:
                self.pattern.collected.add((self.pattern.key(whole.run), whole.output))
            elif isinstance(item, Tensor) and item in self.runs and not self.own[item].endswith(_LAST):
                self.pattern.collected.add((self.pattern.key(self.runs[item].run), self.runs[item].output))
        return tuple(
            f"all of {self.pattern.key(item.run)}!{item.output}" if isinstance(item, Whole) else self.reference(item)
            for item in found
        )

    def reference(self, tensor: Value) -> str:
        if not isinstance(tensor, Tensor) or tensor in self.own:
            return self.own[tensor] if isinstance(tensor, Tensor) else ""
        if tensor.node in self.nodes:
            return f"{relative(tensor.node, self.path)}:{tensor.output!r}"
        if tensor not in self.pattern.tensors:
            self.pattern.tensors.append(tensor)
        return f"input {self.pattern.tensors.index(tensor)}"


def with_runs(values: Sequence[Value], runs: Mapping[Tensor, Whole]) -> list[Value | Whole]:
    """Return tensors with one thing for all those that are the same output of all the copies of a run."""
    result: list[Value | Whole] = []
    at = 0
    while at < len(values):
        value = values[at]
        whole = runs.get(value) if isinstance(value, Tensor) else None
        everything = [] if whole is None else [copy.outputs()[whole.output] for copy in whole.run.patterns]
        if whole is not None and len(everything) > 1 and list(values[at : at + len(everything)]) == everything:
            result.append(whole)
            at += len(everything)
        else:
            result.append(value)
            at += 1
    return result


def local_layer(node: Node, graph: Graph) -> Callable | None:
    """Return the layer that a node makes for itself, or None where it calls one that has a name."""
    made = graph.callables.get(node.target) if node.kind == "call" else None
    return made if made is not None and made.key == node.name and made.graph is None else None


def _frozen_layer(made: Callable) -> Value:
    slots = {name: Slot(None, Style(name), name, "", made) for name in sorted(made.arguments)}
    names = tuple(name for name, slot in slots.items() if not default_of(slot))
    parts = tuple((name, value) for name, value in sorted(made.arguments.items()) if not _is_leaf(value))
    return (made.kind, made.type, made.keras_name, made.trainable, names, parts, made.taps)


def _is_leaf(value: Value) -> bool:
    return isinstance(value, str) and value == "?"


def _has_parts(value: Value) -> bool:
    return any(isinstance(part, Tensor | LayerReference | Callable) for part in _parts(value))


def _parts(value: Value) -> Iterator[Value]:
    yield value
    if isinstance(value, tuple | Mapping):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _parts(item)
