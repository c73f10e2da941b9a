"""Repeated pieces of graph -> blocks with params, and copies in a row -> ``repeat``; the model stays the same."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from graphspec.fold.defaults import with_defaults, without_idle_defaults
from graphspec.fold.pieces import Code, Piece, Ref, Template, Value, codes_in, lines_of, piece_of, plain_of, use_of
from graphspec.fold.regions import Numbers, Region, strings_of
from graphspec.fold.repeats import OVERHEAD, Place, Repeat, repeats_in, runs_of
from graphspec.fold.unify import SOURCE, Block, DifferentError, Param, unify, worded_alike
from graphspec.fold.wording import common_start, counted, line, shares
from graphspec.frontend.expand import snake_case
from graphspec.frontend.whats import NAME
from graphspec.frontend.write import write
from graphspec.lift.names import Taken

_WORD = re.compile(r"[A-Za-z_]\w*")
_MOST_BLOCKS = 40
_MOST_TRIED = 64
# What a reader pays for: a param, and an argument of a use, in lines.
_LINES_OF_PARAM = 0.5
_LINES_OF_ARGUMENT = 0.15
_LINES_OF_LONG_USE = 2
_LEAST_SAVED = 4
_LEAST_SHARE = 0.2
_LEAST_FOR_A_RULE = 3


@dataclass(slots=True)
class _Body:
    """A graph that is folded: its nodes in pieces, and those that stay as they are."""

    pieces: dict[str, Piece]
    kept: dict[str, Any]
    order: list[str]
    fixed: set[str]
    names: Taken
    output: str | None = None

    def sort(self) -> None:
        """Bring the nodes in order."""
        self.pieces = {key: self.pieces[key] for key in self.order if key in self.pieces}


@dataclass(frozen=True, slots=True)
class _Run:
    """Copies in a row that are one use: where they begin and end, and what they give the params."""

    body: _Body
    entry: Ref
    exit: str
    nodes: tuple[str, ...]
    values: Mapping[str, Value]
    count: int
    names: tuple[Value, ...]

    def use(self, block: Block) -> Piece:
        """Return the node that stands for the copies."""
        naming = {name for name, param in block.params.items() if param.is_name}
        return use_of(block.key, self.values, naming, self.entry, self.count)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A block that could be made, its uses, and the lines that it saves."""

    block: Block
    runs: tuple[_Run, ...]
    saved: float


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


def _body(plain: Mapping[str, Any]) -> _Body:
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
    return _Body(pieces, kept, list(nodes), fixed, Taken([*nodes, *plain.get("inputs", {})]))


def _nodes(body: _Body) -> dict[str, Any]:
    return {
        key: body.kept[key] if key in body.kept else plain_of(body.pieces[key], key, lambda ref: ref.text)
        for key in body.order
        if key in body.kept or key in body.pieces
    }


def _plain_block(block: Block, body: _Body) -> dict[str, Any]:
    params = {name: param.declaration() for name, param in block.params.items()}
    nodes = {key: plain_of(body.pieces[key], "", lambda ref: ref.text) for key in body.order}
    return {"params": params, "inputs": [SOURCE], "nodes": nodes, "outputs": body.output}


@dataclass(slots=True)
class _Folder:
    """All graphs of a spec, and the blocks that were found in them."""

    graphs: list[_Body]
    blocks: dict[str, Block] = field(default_factory=dict)
    bodies: dict[str, _Body] = field(default_factory=dict)
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
        owners: list[_Body] = []
        for body in bodies:
            body.sort()
            found = strings_of(body.pieces, body.fixed, body.output, self.numbers)
            strings += found
            owners += [body] * len(found)
        best: _Choice | None = None
        for repeat in repeats_in(strings)[:_MOST_TRIED]:
            if best is not None and repeat.saving <= best.saved:
                break
            choice = self.choice(repeat, strings, owners)
            if choice is not None and (best is None or choice.saved > best.saved):
                best = choice
        return best

    def choice(self, repeat: Repeat, strings: Sequence[Sequence[Region]], owners: Sequence[_Body]) -> _Choice | None:
        """Return the block of what comes again, or None where it is not worth its lines."""
        length = len(repeat.numbers)
        rows = [[_Copy.of(strings, owners, place, length) for place in row] for row in runs_of(repeat, strings)]
        copies = [copy for row in rows for copy in row]
        alike = worded_alike([copy.pieces for copy in copies])
        if len(alike) < len(copies):
            rows = list(_only(rows, alike))
            copies = [copy for row in rows for copy in row]
        try:
            block = unify("", [copy.pieces for copy in copies], copies[0].wiring(), self.blocks)
        except DifferentError:
            return None
        runs: list[_Run] = []
        at = 0
        for row in rows:
            runs += _runs(block, row, at)
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
        block = Block(key, choice.block.nodes, choice.block.params)
        self.blocks[key] = block
        nodes = dict(block.nodes)
        self.bodies[key] = _Body(nodes, {}, list(nodes), set(), Taken([SOURCE, *nodes]), next(reversed(nodes)))
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


@dataclass(frozen=True, slots=True)
class _Copy:
    """One of the pieces of graph that are alike."""

    body: _Body
    entry: Ref
    nodes: tuple[str, ...]

    @classmethod
    def of(cls, strings: Sequence[Sequence[Region]], owners: Sequence[_Body], place: Place, length: int) -> "_Copy":
        regions = strings[place.string][place.start : place.start + length]
        nodes = tuple(node for region in regions for node in region.nodes)
        return cls(owners[place.string], regions[0].entry, nodes)

    @property
    def pieces(self) -> list[Piece]:
        return [self.body.pieces[node] for node in self.nodes]

    def wiring(self) -> list[list[int]]:
        places = {node: place for place, node in enumerate(self.nodes)}
        return [[places.get(ref.node, -1) for ref in piece.refs] for piece in self.pieces]


def _only(rows: Sequence[Sequence[_Copy]], chosen: set[int]) -> Iterator[list[_Copy]]:
    """Yield the rows of the copies with these numbers."""
    number = 0
    for row in rows:
        found: list[_Copy] = []
        for copy in row:
            if number in chosen:
                found.append(copy)
            elif found:
                yield found
                found = []
            number += 1
        if found:
            yield found


def _runs(block: Block, row: Sequence[_Copy], first: int) -> Iterator[_Run]:
    """Yield the uses of a row of copies: as many as can be counted are one."""
    at = 0
    while at < len(row):
        end, values = _longest(block, first + at, len(row) - at)
        end += at
        copies = row[at:end]
        nodes = tuple(node for copy in copies for node in copy.nodes)
        names = next((param.values[first + at : first + end] for param in block.params.values() if param.is_name), ())
        yield _Run(copies[0].body, copies[0].entry, nodes[-1], nodes, values, len(copies), names)
        at = end


def _longest(block: Block, first: int, count: int) -> tuple[int, dict[str, Value]]:
    """Return how many copies from this one on can be one use, and what this gives the params."""
    best = _LEAST_FOR_A_RULE
    values = _counted(block, first, best) if count >= best else None
    if values is None:
        # Two numbers are on any line: two copies are a row where names alone are counted.
        best = min(2, count)
        values = _counted(block, first, best) if _is_row(block, first, best) else None
        return (1, block.given(first)) if values is None else (best, values)
    step = best
    while step:
        size = min(count, best + step)
        longer = _counted(block, first, size) if size > best else None
        if longer is None:
            step //= 2
            continue
        best, values = size, longer
        step *= 2
    return best, values


def _is_row(block: Block, first: int, count: int) -> bool:
    """Say whether copies differ in their names alone."""
    rest = (param for param in block.params.values() if not param.is_name)
    return all(len({repr(value) for value in param.values[first : first + count]}) == 1 for param in rest)


def _counted(block: Block, first: int, count: int) -> dict[str, Value] | None:
    """Return what copies in a row give the params, over their number, or None."""
    found: dict[str, Value] = {}
    for param in block.params.values():
        value = _over_index(param.values[first : first + count], param)
        if value is None:
            return None
        if value[0] != param.default or type(value[0]) is not type(param.default):
            found[param.name] = value[0]
    return found


def _over_index(values: Sequence[Value], param: Param) -> tuple[Value] | None:
    """Return the value over the number of a copy, alone in a tuple since null is one."""
    if len({repr(value) for value in values}) == 1:
        return (values[0],)
    if any(True for value in values for _ in codes_in(value)):
        return None
    if param.is_name and all(isinstance(value, str) for value in values):
        text = counted([str(value) for value in values])
        # An expression alone would be a number, and not the text of one.
        return None if text is None or isinstance(text, Code) else (text,)
    if all(type(value) is float for value in values):
        share = shares([float(str(value)) for value in values])
        return None if share is None else (Code(share, is_index=True),)
    if not all(type(value) is int for value in values):
        return None
    numbers = [int(str(value)) for value in values]
    steps = {after - before for before, after in pairwise(numbers)}
    if len(steps) == 1:
        return (Code(line(numbers[0], steps.pop()), is_index=True),)
    ratios = {after / before for before, after in pairwise(numbers) if before}
    ratio = ratios.pop() if len(numbers) >= _LEAST_FOR_A_RULE and 0 not in numbers else 0
    if ratios or ratio < 2 or ratio != int(ratio):  # noqa: PLR2004 - doubling is the slowest
        return None
    power = f"{int(ratio)} ** index"
    return (Code(power if numbers[0] == 1 else f"{numbers[0]} * {power}", is_index=True),)


def _replace(run: _Run, entry: Ref, block: Block) -> str:
    """Put one use in the place of its copies, and return its name."""
    body = run.body
    key = _use_key(run)
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


def _use_key(run: _Run) -> str:
    """Return the name of a use: what its layers are named after, or the name of its last node."""
    texts = [name for name in run.names if isinstance(name, str)]
    if len(texts) < run.count:
        return run.exit
    end = "" if run.count == 1 else f"_to_{texts[-1][_start_of_number(texts) :]}"
    wish = re.sub(r"\W", "_", texts[0] + end, flags=re.ASCII).strip("_")
    if NAME.match(wish) and wish not in run.body.names:
        run.body.names.add(wish)
        return wish
    return run.exit


def _start_of_number(texts: Sequence[str]) -> int:
    """Return where the first number begins in which texts differ, or the first letter."""
    start = common_start(texts)
    while start and texts[0][start - 1].isdigit() and texts[0][start : start + 1].isdigit():
        start -= 1
    return start


def _text(value: Value) -> str:
    if isinstance(value, Template):
        return "".join(part for part in value.parts if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _stem(block: Block) -> str:
    kinds = [snake_case(piece.kind) for piece in block.nodes.values() if NAME.match(piece.kind)]
    return f"{kinds[0]}_block" if kinds else "block"
