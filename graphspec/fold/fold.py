"""Repeated pieces of graph -> blocks with params, and copies in a row -> ``repeat``; the model stays the same."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphspec.fold.defaults import with_defaults, without_idle_defaults
from graphspec.fold.pieces import Piece, Ref, Template, Value, lines_of, piece_of, plain_of
from graphspec.fold.regions import Numbers, Region, strings_of
from graphspec.fold.repeats import OVERHEAD, Repeat, repeats_in, runs_of
from graphspec.fold.runs import Body, Copy, Run, only, runs_in, use_key
from graphspec.fold.unify import SOURCE, Block, DifferentError, unify, worded_alike
from graphspec.frontend.expand import snake_case
from graphspec.frontend.taken import Taken
from graphspec.frontend.whats import NAME
from graphspec.frontend.write import write

_WORD = re.compile(r"[A-Za-z_]\w*")
_MOST_BLOCKS = 40
_MOST_TRIED = 64
# What a reader pays for: a param, and an argument of a use, in lines.
_LINES_OF_PARAM = 0.5
_LINES_OF_ARGUMENT = 0.15
_LINES_OF_LONG_USE = 2
_LINES_FOR_A_COPY = 0.5
_LEAST_SAVED = 4
_LEAST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class _Choice:
    """A block that could be made, its uses, and the lines that it saves."""

    block: Block
    runs: tuple[Run, ...]
    saved: float

    @property
    def rank(self) -> float:
        """Return how good the choice is: of two that save the same, the block that comes more often is the better."""
        return self.saved + _LINES_FOR_A_COPY * sum(run.count for run in self.runs)


def folded(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec that says the same in fewer lines: in blocks, copies, and defaults."""
    flat = with_defaults(document)
    blocks = without_idle_defaults(fold(flat))
    if "blocks" not in blocks:
        return without_idle_defaults(flat)
    lines = len(write(blocks).splitlines())
    is_shorter = lines < len(document["nodes"]) or lines < len(write(flat).splitlines())
    return blocks if is_shorter else without_idle_defaults(flat)


def fold(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec that says the same in fewer lines: what comes again in it is a block."""
    models = document.get("models", {})
    bodies = {key: _body(model) for key, model in models.items() if isinstance(model, Mapping) and "nodes" in model}
    top = _body(document)
    folder = _Folder([top, *bodies.values()])
    folder.run()
    if not folder.blocks:
        return dict(document)
    inner = {key: {**models[key], "nodes": _nodes(body)} for key, body in bodies.items()}
    blocks = {block.key: _plain_block(block, folder.bodies[block.key]) for block in folder.blocks.values()}
    return {**document, "blocks": blocks, "nodes": _nodes(top)} | ({"models": {**models, **inner}} if models else {})


def _body(plain: Mapping[str, Any]) -> Body:
    pieces: dict[str, Piece] = {}
    kept: dict[str, Any] = {}
    nodes = plain.get("nodes", {})
    for key, node in nodes.items():
        piece = piece_of(key, node)
        if piece is None:
            kept[key] = node
        else:
            pieces[key] = piece
    fixed = {word for item in (*kept.values(), plain.get("outputs")) for word in _WORD.findall(str(item))}
    return Body(pieces, kept, list(nodes), fixed, Taken([*nodes, *plain.get("inputs", {})]))


def _nodes(body: Body) -> dict[str, Any]:
    return {
        key: body.kept[key] if key in body.kept else plain_of(body.pieces[key], key, lambda ref: ref.text)
        for key in body.order
        if key in body.kept or key in body.pieces
    }


def _plain_block(block: Block, body: Body) -> dict[str, Any]:
    params = {name: param.declaration() for name, param in block.params.items()}
    nodes = {key: plain_of(body.pieces[key], "", lambda ref: ref.text) for key in body.order}
    return {"params": params, "inputs": [SOURCE], "nodes": nodes, "outputs": body.output}


@dataclass(slots=True)
class _Folder:
    """All graphs of a spec, and the blocks that were found in them."""

    graphs: list[Body]
    blocks: dict[str, Block] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    numbers: Numbers = field(default_factory=Numbers)
    names: Taken = field(default_factory=Taken)

    def run(self) -> None:
        """Make the block that saves most, as long as there is one."""
        while len(self.blocks) < _MOST_BLOCKS:
            choice = self.best()
            if choice is None:
                return
            self.take(choice)

    def best(self) -> _Choice | None:
        bodies = [*self.graphs, *self.bodies.values()]
        strings: list[list[Region]] = []
        owners: list[Body] = []
        for body in bodies:
            body.sort()
            found = strings_of(body.pieces, body.fixed, body.output, self.numbers)
            strings += found
            owners += [body] * len(found)
        best: _Choice | None = None
        for repeat in repeats_in(strings)[:_MOST_TRIED]:
            if best is not None and repeat.saving + _LINES_FOR_A_COPY * repeat.copies <= best.rank:
                break
            choice = self.choice(repeat, strings, owners)
            if choice is not None and (best is None or choice.rank > best.rank):
                best = choice
        return best

    def choice(self, repeat: Repeat, strings: Sequence[Sequence[Region]], owners: Sequence[Body]) -> _Choice | None:
        """Return the block of what comes again, or None where it is not worth its lines."""
        length = len(repeat.numbers)
        rows = [[Copy.of(strings, owners, place, length) for place in row] for row in runs_of(repeat, strings)]
        copies = [copy for row in rows for copy in row]
        alike = worded_alike([copy.pieces for copy in copies])
        if len(alike) < len(copies):
            rows = list(only(rows, alike))
            copies = [copy for row in rows for copy in row]
        try:
            block = unify([copy.pieces for copy in copies], copies[0].wiring(), self.blocks)
        except DifferentError:
            return None
        runs: list[Run] = []
        at = 0
        for row in rows:
            runs += runs_in(block, row, at)
            at += len(row)
        flat = sum(self.numbers.lines_of(piece) for copy in copies for piece in copy.pieces)
        cost = OVERHEAD + sum(map(lines_of, block.nodes.values())) + _LINES_OF_PARAM * len(block.params)
        cost += sum(1 if lines_of(run.use(block)) == 1 else _LINES_OF_LONG_USE for run in runs)
        cost += _LINES_OF_ARGUMENT * sum(len(run.values) for run in runs)
        is_worth = flat - cost >= max(_LEAST_SAVED, _LEAST_SHARE * flat)
        return _Choice(block, tuple(runs), flat - cost) if is_worth else None

    def take(self, choice: _Choice) -> None:
        """Put the uses of a block in the places of its copies."""
        key = self.key(choice)
        block = replace(choice.block, key=key)
        self.blocks[key] = block
        nodes = dict(block.nodes)
        self.bodies[key] = Body(nodes, {}, list(nodes), set(), Taken([SOURCE, *nodes]), next(reversed(nodes)))
        renamed: dict[tuple[int, str], str] = {}
        for run in choice.runs:
            at = id(run.body)
            entry = Ref(renamed.get((at, run.entry.node), run.entry.node), run.entry.suffix)
            renamed[at, run.exit] = _replace(run, entry, block)

    def key(self, choice: _Choice) -> str:
        """Return a name for a block: the word that its uses are named by, or that of its first layer with weights."""
        names = [_text(name) for run in choice.runs for name in run.names]
        words = Counter(word for name in names for word in dict.fromkeys(re.findall(r"[A-Za-z]{3,}", name)))
        shared = [word for word, count in words.items() if count == len(names)]
        stem = shared[-1].lower() if shared else _stem(choice.block)
        key = stem
        for letter in "bcdefghijklmnopqrstuvwxyz":
            if key not in self.names:
                self.names.add(key)
                return key
            key = f"{stem}_{letter}"
        return self.names.unused(stem)


def _replace(run: Run, entry: Ref, block: Block) -> str:
    """Put one use in the place of its copies, and return its name."""
    body = run.body
    key = use_key(run)
    place = body.order.index(run.exit)
    gone = set(run.nodes)
    use = replace(run.use(block), refs=(entry,))
    body.order[place] = key
    body.order[:] = [name for name in body.order if name == key or name not in gone]
    for name in run.nodes:
        del body.pieces[name]
    body.pieces[key] = use
    if run.exit == body.output:
        body.output = key
    if key == run.exit:
        return key
    for name, piece in body.pieces.items():
        if any(ref.node == run.exit for ref in piece.refs):
            refs = tuple(Ref(key, ref.suffix) if ref.node == run.exit else ref for ref in piece.refs)
            body.pieces[name] = Piece(piece.kind, piece.leaves, piece.form, refs)
    return key


def _text(value: Value) -> str:
    if isinstance(value, Template):
        return "".join(part for part in value.parts if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _stem(block: Block) -> str:
    kinds = [snake_case(piece.kind) for piece in block.nodes.values() if NAME.match(piece.kind)]
    return f"{kinds[0]}_block" if kinds else "block"
