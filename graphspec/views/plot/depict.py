"""Typed graph -> drawing: every call a card, groups and nested models cards with cards inside."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from graphspec.graph.ir import Callable, Graph, Input, Node, Tensor
from graphspec.graph.lint import reached
from graphspec.graph.scope import layer_ports
from graphspec.graph.typed import TypedGraph, is_trainable
from graphspec.shapes.types import Weight
from graphspec.views.plot.alike import framed
from graphspec.views.plot.drawing import Card, Drawing, Link, Shared
from graphspec.views.plot.facts import arguments_of, dtype_of, group_of, port_of, shapes_of, type_of
from graphspec.views.plot.families import family_of, family_of_op
from graphspec.views.plot.operands import named_operands, shown_constants

_LAST = "="


def depict(typed: TypedGraph, *, everything: bool = False, besides: Sequence[Card] = ()) -> Drawing:
    """Return the drawing of a typed graph: of what its outputs need, or of everything, and cards besides."""
    book = _Book()
    _count_calls(typed, book, everything=everything)
    level = _Level(typed, "", book, everything=everything, besides=besides)
    cards = level.cards()
    return Drawing(
        name=typed.graph.name,
        cards=framed(level.with_outputs(cards)),
        links=tuple(book.links),
    )


class Source(NamedTuple):
    """Where a tensor comes from: the card, which of its outputs and its name, and what cards around it call that."""

    path: str
    output: str
    label: str
    shape: str
    leaves: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Book:
    """What has been drawn so far: links, weights that are counted, and the calls of shared layers."""

    links: list[Link] = field(default_factory=list)
    counted: set[int] = field(default_factory=set)
    calls: Counter[object] = field(default_factory=Counter)
    seen: Counter[object] = field(default_factory=Counter)
    first: dict[object, str] = field(default_factory=dict)


def _identity(typed: TypedGraph, key: str, prefix: str) -> object:
    """Return what calls of one layer have in common, whichever graph they stand in."""
    weights = typed.weights.get(key)
    made = typed.callables[key]
    return (made.kind, made.type, *map(id, weights)) if weights else (prefix, key)


def _count_calls(typed: TypedGraph, book: _Book, prefix: str = "", *, everything: bool) -> None:
    for node in _drawn(typed.graph, everything=everything):
        if node.kind != "call":
            continue
        identity = _identity(typed, node.target, prefix)
        book.calls[identity] += 1
        inner = typed.models.get(node.target)
        if inner is not None and book.calls[identity] == 1:
            _count_calls(inner, book, f"{prefix}{node.name}.", everything=False)


def _drawn(graph: Graph, *, everything: bool) -> tuple[Node, ...]:
    if everything:
        return graph.nodes
    needed = reached(graph)
    return tuple(node for node in graph.nodes if node.name in needed)


@dataclass(slots=True)
class _Level:
    """One graph: ``prefix`` leads the paths of its cards, ``given`` has what its inputs stand for."""

    typed: TypedGraph
    prefix: str
    book: _Book
    everything: bool = False
    besides: Sequence[Card] = ()
    given: Mapping[str, Source] = field(default_factory=dict)
    inner: dict[str, "_Level"] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)

    def cards(self) -> tuple[Card, ...]:
        """Return the cards of the graph, and note its links."""
        graph = self.typed.graph
        nodes = _drawn(graph, everything=self.everything)
        self.nodes = {node.name: node for node in nodes}
        heads = _heads([*(node.name for node in nodes), *(card.path for card in self.besides)])
        for node in nodes:
            self.paths[node.name] = f"{self.prefix}{node.name}{f'.{_LAST}' if node.name in heads else ''}"
        for card in self.besides:
            self.paths[card.path] = f"{card.path}.{_LAST}" if card.path in heads else card.path
        needed = None if self.everything else reached(graph)
        inputs = [
            self.input_card(item)
            for item in graph.inputs
            if item.name not in self.given and (needed is None or item.name in needed or not self.prefix)
        ]
        made = [(node.name, self.card(node)) for node in nodes]
        made += [(card.path, replace(card, path=self.paths[card.path])) for card in self.besides]
        return (*inputs, *self.grouped(made, ""))

    def input_card(self, item: Input) -> Card:
        path = f"{self.prefix}{item.name}"
        self.paths[item.name] = path
        found = self.typed.types.get(item.name)
        return Card(
            path=path, name=item.name, type="Input", kind="input", family="input", shapes=shapes_of(found),
            dtype=dtype_of(found),
        )  # fmt: skip

    def grouped(self, made: Sequence[tuple[str, Card]], prefix: str) -> tuple[Card, ...]:
        """Return cards with those of each chain and expression inside a card of its own."""
        groups: dict[str, list[tuple[str, Card]]] = {}
        for name, card in made:
            head = prefix + name.removeprefix(prefix).split(".", 1)[0] if name != prefix[:-1] else name
            groups.setdefault(head, []).append((name, card))
        result = []
        for head, members in groups.items():
            is_alone = len(members) == 1 and members[0][0] == head
            result.append(members[0][1] if is_alone or head == prefix[:-1] else self.group(head, members))
        return tuple(result)

    def group(self, head: str, members: Sequence[tuple[str, Card]]) -> Card:
        inside = self.grouped(members, f"{head}.")
        kind = self.typed.graph.groups.get(head)
        if kind is None:
            inside = tuple(_as_step(card) for card in inside)
        path, name = f"{self.prefix}{head}", head.rpartition(".")[2]
        return group_of(path, name, kind or "expression", inside, last=members[-1][1])

    def card(self, node: Node) -> Card:
        made = self.typed.callables[node.target] if node.kind == "call" else None
        found = self.typed.types.get(node.name)
        path = self.paths[node.name]
        card = Card(
            path=path,
            name=node.name.rpartition(".")[2],
            type="get_item" if node.kind == "index" else f"ops.{node.target}",
            family=family_of_op(node.target),
            shapes=shapes_of(found),
            dtype=dtype_of(found),
            arguments=() if made is not None else shown_constants(node),
        )
        if made is not None:
            card = self.called(replace(card, arguments=arguments_of(made)), node, made)
        self.link(node, made, path)
        return card

    def called(self, card: Card, node: Node, made: Callable) -> Card:
        identity = _identity(self.typed, made.key, self.prefix)
        calls = self.book.calls[identity]
        self.book.seen[identity] += 1
        number = self.book.seen[identity]
        first = self.book.first.setdefault(identity, card.path)
        weights = self.typed.weights.get(made.key)
        inner = self.typed.models.get(made.key)
        shared = Shared(number, calls, first) if calls > 1 else None
        card = replace(
            card,
            type=type_of(made),
            family=family_of(made),
            shared=shared,
            is_frozen=self.is_frozen(made, weights),
            kind="call" if inner is None else "model",
        )
        if inner is not None:
            card = self.opened(card, node, made, inner, is_first=number == 1)
        parameters = None if weights is None else self.counted(weights)
        return replace(card, parameters=parameters)

    def opened(self, card: Card, node: Node, made: Callable, inner: TypedGraph, *, is_first: bool) -> Card:
        count = len(inner.graph.nodes)
        if not is_first:
            return replace(card, count=count)
        tensors = [tensor for _, tensor in named_operands(node, made)]
        level = _Level(inner, f"{card.path}.", self.book, given=self.given_to(inner.graph, tensors))
        counted = set(self.book.counted)
        inside = level.cards()
        self.book.counted = counted
        self.inner[node.name] = level
        return replace(card, inside=inside, count=sum(item.count or 1 for item in inside))

    def given_to(self, graph: Graph, tensors: Sequence[Tensor]) -> dict[str, Source]:
        """Return what the one input of a nested model stands for: it needs no card, unless it is an output too."""
        if len(graph.inputs) != 1 or len(tensors) != 1:
            return {}
        only = graph.inputs[0].name
        if only not in reached(graph) or any(tensor.node == only for tensor in graph.outputs.tensors):
            return {}
        sources = self.sources(tensors[0])
        return {only: sources[0]} if len(sources) == 1 else {}

    def counted(self, weights: Sequence[Weight]) -> int:
        new = [weight for weight in weights if id(weight) not in self.book.counted]
        self.book.counted.update(id(weight) for weight in new)
        return sum(weight.size for weight in new)

    def is_frozen(self, made: Callable, weights: Sequence[Weight] | None) -> bool:
        if not weights:
            return False
        able = [weight for weight in weights if weight.trainable]
        return made.trainable is False or (bool(able) and not any(is_trainable(self.typed, item) for item in able))

    def link(self, node: Node, made: Callable | None, path: str) -> None:
        level = self.inner.get(node.name)
        for label, tensor in named_operands(node, made):
            for source in self.sources(tensor):
                if level is None:
                    self.book.links.append(_link(source, path, label))
                else:
                    self.enter(level, source, path, label)

    def enter(self, level: "_Level", source: Source, path: str, label: str) -> None:
        """Link to the input of a nested model; where that has no card, its takers have been linked already."""
        inputs = [item.name for item in level.typed.graph.inputs]
        name = label or (inputs[0] if inputs else "")
        if name in level.given:
            return
        target = level.paths.get(name)
        if target is None:
            return
        self.book.links.append(replace(_link(source, target, ""), enters=((path, label),)))

    def sources(self, tensor: Tensor) -> list[Source]:
        """Return where a tensor comes from: a card that is no frame."""
        if tensor.node in self.given:
            return [self.given[tensor.node]]
        level = self.inner.get(tensor.node)
        if level is not None:
            return [
                source._replace(leaves=(*source.leaves, (self.paths[tensor.node], name)))
                for name, source in level.results(tensor.output)
            ]
        output = "" if tensor.output in {None, ""} else str(tensor.output)
        shapes = shapes_of(port_of(self.typed.types.get(tensor.node), tensor.output))
        path = self.paths.get(tensor.node)
        shape = shapes[0] if len(shapes) == 1 else ""
        return [] if path is None else [Source(path, output, self.output_name(tensor), shape)]

    def output_name(self, tensor: Tensor) -> str:
        """Return what to call an output beside its line; the first of several is what a call is for."""
        if tensor.output in {None, "", 0}:
            return ""
        node = self.nodes.get(tensor.node)
        if node is None or node.kind != "call" or not isinstance(tensor.output, int):
            return str(tensor.output)
        names = layer_ports(self.typed.callables[node.target], node.kwargs).names
        return names[tensor.output] if tensor.output < len(names) else str(tensor.output)

    def results(self, output: int | str | None) -> Iterator[tuple[str, Source]]:
        """Yield the sources of an output of the graph, each with the output's name where there are several."""
        outputs = self.typed.graph.outputs
        if isinstance(output, str) and output and output not in outputs.names and output in self.paths:
            yield from ((output, source) for source in self.sources(Tensor(output)))
            return
        chosen = list(zip(outputs.names, outputs.tensors, strict=True))
        if output == "" or (output is None and outputs.form == "one"):
            chosen = chosen[:1]
        elif isinstance(output, int):
            chosen = chosen[output : output + 1]
        elif output is not None:
            chosen = [item for item in chosen if item[0] == output]
        several = len(outputs.tensors) > 1
        for name, tensor in chosen:
            yield from ((name if several else "", source) for source in self.sources(tensor))

    def with_outputs(self, cards: tuple[Card, ...]) -> tuple[Card, ...]:
        """Return the cards with each output of the model marked, or as a card where no single call makes it."""
        outputs = self.typed.graph.outputs
        besides = {card.path for card in self.besides}
        marks: dict[str, list[str]] = {}
        extra: list[Card] = []
        for name, tensor in zip(outputs.names, outputs.tensors, strict=True):
            sources = self.sources(tensor)
            is_plain = tensor.node not in self.inner and (tensor.node in self.nodes or tensor.node in besides)
            if is_plain and len(sources) == 1:
                part = f" = {sources[0].label}" if sources[0].label else ""
                marks.setdefault(sources[0].path, []).append(f"{name}{part}")
                continue
            path = f"{_LAST}output.{name}"
            shapes = tuple(source.shape for source in sources if source.shape)
            extra.append(Card(path=path, name=name, type="Output", kind="output", family="input", shapes=shapes))
            self.book.links.extend(_link(source, path, "") for source in sources)
        return (*(_marked(card, marks) for card in cards), *extra)


def _heads(names: Iterable[str]) -> set[str]:
    """Return what names with a dot are inside of."""
    heads = set()
    for name in names:
        head = name.rpartition(".")[0]
        while head and head not in heads:
            heads.add(head)
            head = head.rpartition(".")[0]
    return heads


def _marked(card: Card, marks: Mapping[str, list[str]]) -> Card:
    inside = tuple(_marked(item, marks) for item in card.inside)
    return replace(card, inside=inside, outputs=tuple(marks.get(card.path, ())))


def _as_step(card: Card) -> Card:
    """Return a step of an expression: its op is its name."""
    return replace(card, name=card.type.removeprefix("ops."), type="") if card.kind == "call" else card


def _link(source: Source, target: str, label: str) -> Link:
    return Link(
        source=source.path, output=source.output, label=source.label, shape=source.shape, leaves=source.leaves,
        target=target, argument=label,
    )  # fmt: skip
