"""Which node of one graph is which of another: by name, then by what they are and stand beside.

Each step is linear in the graph. A step that finds something makes the next find more, so a graph in which every node
has another name is followed from its inputs on, past a change from its outputs back.
"""

import json
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphspec.frontend.expand import snake_case
from graphspec.views.diff.canonical import Json
from graphspec.views.diff.snapshot import InputFact, NodeFact, Snapshot, Wire

_ROUNDS = 8
# Above this many pairs to try, the members of a chain are aligned by name alone.
_MOST_PAIRS = 4_000_000
_NUMBERED = re.compile(r"(.*)\.([a-z0-9_]+?)(_\d+)?$")

Token = tuple[Hashable, ...]


def text_of(value: Json) -> str:
    """Return a value as text that is equal for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


class Side:
    """One of two graphs, with what is asked of it over and over."""

    def __init__(self, model: Snapshot) -> None:
        """Look at every node once."""
        self.model = model
        self.nodes = {node.name: node for node in model.nodes}
        self.positions = {node.name: number for number, node in enumerate(model.nodes)}
        self.families = {node.name: self._family(node) for node in model.nodes}
        layers = {key: self._layer_text(key) for key in model.layers}
        self.tokens: dict[str, Token] = {
            node.name: (
                self.families[node.name],
                layers[node.type] if node.kind == "call" else "",
                text_of(node.form),
                len(node.wires),
            )
            for node in model.nodes
        }
        self.consumers: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for node in model.nodes:
            for slot, (source, _) in enumerate(node.wires):
                self.consumers[source].append((node.name, slot))
        for number, (source, _) in enumerate(model.outputs.values()):
            self.consumers[source].append(("", number))

    def _family(self, node: NodeFact) -> tuple[str, str]:
        if node.kind != "call":
            return node.kind, node.type
        layer = self.model.layers[node.type]
        return layer.kind, layer.type

    def _layer_text(self, key: str) -> str:
        layer = self.model.layers[key]
        inner = "" if layer.model is None else text_of([node.type for node in layer.model.nodes])
        return f"{text_of(layer.arguments)} {layer.trainable} {inner}"


_Token = Callable[[Side, str], Hashable]


def _exact(side: Side, name: str) -> Hashable:
    return side.tokens[name]


def _loose(side: Side, name: str) -> Hashable:
    return side.families[name]


@dataclass(slots=True)
class Matching:
    """The nodes and inputs of two graphs that are the same; ``forward`` leads from old to new."""

    forward: dict[str, str] = field(default_factory=dict)
    back: dict[str, str] = field(default_factory=dict)

    def add(self, old: str, new: str) -> None:
        """Say that two nodes are the same."""
        self.forward[old] = new
        self.back[new] = old

    def wires(self, wires: Iterable[Wire]) -> tuple[Wire, ...] | None:
        """Return old wires in the names of the new graph, or None where one of them is not matched."""
        found = []
        for name, port in wires:
            if name not in self.forward:
                return None
            found.append((self.forward[name], port))
        return tuple(found)


def match(old: Side, new: Side) -> Matching:
    """Return which node of the old graph is which of the new."""
    return _Search(old, new).run()


@dataclass(slots=True)
class _Search:
    old: Side
    new: Side
    found: Matching = field(default_factory=Matching)

    def run(self) -> Matching:
        self._inputs()
        self._numbered()
        for name, node in self.old.nodes.items():
            if _stem(node, self.old) is None:
                self._try(name, name, self.old.families, self.new.families)
        self._by_structure()
        for name in self.old.nodes:
            if name in self.new.nodes and self._is_free(name, name):
                self.found.add(name, name)
        return self.found

    def _is_free(self, old: str, new: str) -> bool:
        return old not in self.found.forward and new not in self.found.back

    def _try(self, old: str, new: str, olds: Mapping[str, Hashable], news: Mapping[str, Hashable]) -> bool:
        if new not in self.new.nodes or not self._is_free(old, new) or olds[old] != news[new]:
            return False
        self.found.add(old, new)
        return True

    def _inputs(self) -> None:
        olds = {item.name: item for item in self.old.model.inputs}
        news = {item.name: item for item in self.new.model.inputs}
        for name in olds:
            if name in news:
                self.found.add(name, name)
        left = [item for name, item in olds.items() if name not in self.found.forward]
        right = [item for name, item in news.items() if name not in self.found.back]
        for key in (_input_type, None):
            for one, other in list(_paired(left, right, key)):
                self.found.add(one.name, other.name)
                left.remove(one)
                right.remove(other)

    def _numbered(self) -> None:
        """Match the nodes that have no names of their own but were counted: where one is put in, all others shift."""
        olds, news = _groups(self.old), _groups(self.new)
        for group, names in olds.items():
            for old, new in _aligned(names, news.get(group, []), self.old.tokens, self.new.tokens):
                self._try(old, new, self.old.families, self.new.families)

    def _by_structure(self) -> None:
        if len(self.found.forward) == len(self.old.nodes) + len(self.old.model.inputs):
            return
        for token, is_exact in ((_exact, True), (_loose, False), (_exact, True)):
            self._spread(token, is_exact=is_exact)
            if is_exact:
                self._unique(token)
                self._spread(token, is_exact=is_exact)

    def _spread(self, token: _Token, *, is_exact: bool) -> None:
        for _ in range(_ROUNDS):
            before = len(self.found.forward)
            self._along(token, from_inputs=True, is_exact=is_exact)
            self._along(token, from_inputs=False, is_exact=is_exact)
            if len(self.found.forward) == before:
                return

    def _along(self, token: _Token, *, from_inputs: bool, is_exact: bool) -> None:
        """Match nodes whose neighbours on one side are matched, and on both where they may differ themselves."""
        waiting: dict[Hashable, deque[str]] = defaultdict(deque)
        for name, node in self.new.nodes.items():
            if name not in self.found.back:
                for key in self._neighbours(node, self.new, None, from_inputs=from_inputs):
                    waiting[token(self.new, name), key].append(name)
        names = list(self.old.nodes)
        for name in names if from_inputs else reversed(names):
            if name in self.found.forward:
                continue
            for key in self._neighbours(self.old.nodes[name], self.old, self.found, from_inputs=from_inputs):
                queue = waiting.get((token(self.old, name), key))
                while queue and queue[0] in self.found.back:
                    queue.popleft()
                if queue and (is_exact or self._agree(name, queue[0], from_inputs=from_inputs)):
                    self.found.add(name, queue.popleft())
                    break

    def _neighbours(
        self, node: NodeFact, side: Side, found: Matching | None, *, from_inputs: bool
    ) -> Iterator[Hashable]:
        """Yield what a node stands beside, in the names of the new graph."""
        if from_inputs:
            wires = node.wires if found is None else found.wires(node.wires)
            if wires is not None:
                yield wires
            return
        for consumer, slot in side.consumers[node.name]:
            if found is None or not consumer:
                yield consumer, slot
            elif consumer in found.forward:
                yield found.forward[consumer], slot

    def _agree(self, old: str, new: str, *, from_inputs: bool) -> bool:
        """Say whether two nodes stand beside the same on the other side too, as far as that is known."""
        one, other = self.old.nodes[old], self.new.nodes[new]
        if not from_inputs:
            known = [(self.found.forward[name], port) for name, port in one.wires if name in self.found.forward]
            return bool(set(known) & set(other.wires)) or not known
        known_slots = {
            (self.found.forward.get(consumer, ""), slot)
            for consumer, slot in self.old.consumers[old]
            if not consumer or consumer in self.found.forward
        }
        return bool(known_slots & set(self.new.consumers[new])) or not known_slots

    def _unique(self, token: _Token) -> None:
        """Match what there is once on either side."""
        olds = _once(self.old, self.found.forward, token)
        news = _once(self.new, self.found.back, token)
        for key, name in olds.items():
            if key in news:
                self.found.add(name, news[key])


def _once(side: Side, matched: dict[str, str], token: _Token) -> dict[Hashable, str]:
    free = [name for name in side.nodes if name not in matched]
    counts = Counter(token(side, name) for name in free)
    return {token(side, name): name for name in free if counts[token(side, name)] == 1}


def _stem(node: NodeFact, side: Side) -> str | None:
    """Return what stands before the count in the name of a node that was counted, or None for one with a name."""
    parts = _NUMBERED.match(node.name)
    if parts is None:
        return None
    kind, type_ = side.families[node.name]
    own = type_.rpartition(".")[2] if kind in {"op", "index"} else snake_case(type_.rpartition(".")[2])
    return parts[1] if parts[2] == own else None


def _groups(side: Side) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, node in side.nodes.items():
        stem = _stem(node, side)
        if stem is not None:
            groups[stem].append(name)
    return groups


def _aligned(
    olds: list[str], news: list[str], old_tokens: dict[str, Token], new_tokens: dict[str, Token]
) -> Iterator[tuple[str, str]]:
    """Yield the members of two runs that belong together: the same ones first, then, between two, those in order."""
    ones, others = [old_tokens[name] for name in olds], [new_tokens[name] for name in news]
    if ones == others:
        yield from zip(olds, news, strict=True)
        return
    head = _common(ones, others)
    tail = _common(ones[head:][::-1], others[head:][::-1])
    yield from zip(olds[:head], news[:head], strict=True)
    if tail:
        yield from zip(olds[-tail:], news[-tail:], strict=True)
    yield from _middle(olds[head : len(olds) - tail], news[head : len(news) - tail], old_tokens, new_tokens)


def _middle(
    olds: list[str], news: list[str], old_tokens: dict[str, Token], new_tokens: dict[str, Token]
) -> Iterator[tuple[str, str]]:
    if len(olds) * len(news) > _MOST_PAIRS:
        known = set(news)
        yield from ((name, name) for name in olds if name in known)
        return
    from difflib import SequenceMatcher  # noqa: PLC0415 - few chains have changed in the middle

    ones, others = [old_tokens[name] for name in olds], [new_tokens[name] for name in news]
    for tag, start, end, begin, stop in SequenceMatcher(None, ones, others, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(olds[start:end], news[begin:stop], strict=True)
        elif tag == "replace":
            yield from _in_order(olds[start:end], news[begin:stop], old_tokens, new_tokens)


def _in_order(
    olds: list[str], news: list[str], old_tokens: dict[str, Token], new_tokens: dict[str, Token]
) -> Iterator[tuple[str, str]]:
    waiting: dict[Hashable, deque[str]] = defaultdict(deque)
    for name in news:
        waiting[new_tokens[name][0]].append(name)
    for name in olds:
        queue = waiting.get(old_tokens[name][0])
        if queue:
            yield name, queue.popleft()


def _common(ones: list[Token], others: list[Token]) -> int:
    count = 0
    for one, other in zip(ones, others, strict=False):
        if one != other:
            break
        count += 1
    return count


def _input_type(item: InputFact) -> str:
    return item.type


def _paired(
    left: list[InputFact], right: list[InputFact], key: Callable[[InputFact], str] | None
) -> Iterator[tuple[InputFact, InputFact]]:
    """Yield inputs of a type of which there is one on either side; without a type, the only ones that are left."""
    counts = Counter((key(item) if key else "") for item in left)
    others = Counter((key(item) if key else "") for item in right)
    for item in left:
        wanted = key(item) if key else ""
        if counts[wanted] == others[wanted] == 1:
            yield item, next(other for other in right if (key(other) if key else "") == wanted)
