"""Copies of a piece of graph -> one block with params, and what each copy gives them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from graphspec.catalog import catalog
from graphspec.fold.pieces import REPEAT, Code, Opaque, Path, Piece, Ref, Template, Value, codes_in, is_name, rendered
from graphspec.fold.wording import atoms_of, common_end, common_start, starts_of, tokens_of, value_of
from graphspec.frontend.expand import snake_case
from graphspec.frontend.taken import Taken
from graphspec.frontend.whats import NAME

SOURCE = "x"
NAME_PARAM = "name"
NUMBER_PARAM = "number"
_WORDS = re.compile(r"[^A-Za-z0-9_]+")
_SIZES = frozenset({"filters", "units", "output_dim", "key_dim", "projection_dim", "groups"})
# Pieces that differ in more are better told apart: a reader of one with many params sees no layer any more.
_MOST_PARAMS = 5
_RESERVED = frozenset({"index", "item"})
_TYPES: Mapping[type, str] = {int: "integer", float: "number", str: "string", bool: "boolean", tuple: "list"}


NO_DEFAULT = Template(())


class DifferentError(Exception):
    """Raised where copies differ in what no param can hold."""


@dataclass(slots=True)
class Param:
    """A param, by what each copy gives it.

    ``is_name`` says that it names layers; ``of`` is the argument that it is for. ``default`` is the value of more than
    half of the copies, or an empty template where there is none.
    """

    name: str
    values: tuple[Value, ...]
    of: str
    is_name: bool = False
    default: Value = field(init=False)

    def __post_init__(self) -> None:
        """Find the default."""
        value, count = Counter(self.values).most_common(1)[0]
        is_default = 2 * count > len(self.values) and not self.is_name and not codes_in(value)
        self.default = value if is_default else NO_DEFAULT

    def declaration(self) -> Any:  # noqa: ANN401 - a value, or a mapping that declares one
        """Return how a spec declares it."""
        default = self.default
        if default is not NO_DEFAULT and default is not None and not isinstance(default, Opaque):
            return rendered(default)
        if default is not NO_DEFAULT:
            return {"default": rendered(default)}
        types = {_type(value) for value in self.values if not isinstance(value, Code)}
        if types == {"integer", "number"}:
            return {"type": "number"}
        return {"type": types.pop()} if len(types) == 1 and "" not in types else {}


def _type(value: Value) -> str:
    if isinstance(value, Template):
        return "string"
    return "" if isinstance(value, Opaque) else _TYPES.get(type(value), "")


@dataclass(slots=True)
class Block:
    """A block: its nodes by their names, the last one its output, and its params. It has a key once it is chosen."""

    nodes: dict[str, Piece]
    params: dict[str, Param]
    key: str = ""

    def given(self, copy: int) -> dict[str, Value]:
        """Return what a copy gives the params, without their defaults."""
        found = {name: param.values[copy] for name, param in self.params.items()}
        return {name: value for name, value in found.items() if not _same(value, self.params[name].default)}


def worded_alike(copies: Sequence[Sequence[Piece]]) -> set[int]:
    """Return which copies have names that one wording fits; all of them where most have a wording of their own."""
    paths = _name_paths(copies[0])
    names = [[copy[place].leaves[path] for place, path in paths if path[-1] == NAME_PARAM] for copy in copies]
    if names[0] and starts_of([[atoms_of(name) for name in copy] for copy in names]) is not None:
        return set(range(len(copies)))
    groups: dict[tuple[Any, ...], set[int]] = {}
    for number, copy in enumerate(copies):
        kinds = tuple(
            tuple(None if _is_number(token) else token for token in _tokens(copy[place].leaves[path]))
            for place, path in paths
        )
        groups.setdefault(kinds, set()).add(number)
    largest = max(groups.values(), key=len)
    return largest if 2 * len(largest) >= len(copies) else set(range(len(copies)))


def unify(copies: Sequence[Sequence[Piece]], wiring: Sequence[Sequence[int]], blocks: Mapping[str, Block]) -> Block:
    """Return the block that all copies are, its params in the order of their use.

    ``wiring`` has for each reference of each node the place of the node that it is to, or -1 for the source. Raises
    DifferentError where no params make them one.
    """
    return _Unifier(copies, wiring, blocks).block()


@dataclass(slots=True)
class _Unifier:
    copies: Sequence[Sequence[Piece]]
    wiring: Sequence[Sequence[int]]
    blocks: Mapping[str, Block]
    params: dict[str, Param] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    sizes: dict[tuple[Value, ...], str] = field(default_factory=dict)

    def block(self) -> Block:
        names = self.names()
        columns = [self.columns(place) for place in range(len(self.copies[0]))]
        self.find_sizes(columns)
        leaves = []
        for place, column in enumerate(columns):
            found = {path: self.leaf(place, path, values) for path, values in column.items()}
            leaves.append({path: value for (at, path), value in names.items() if at == place} | found)
        rest = [param for param in self.params.values() if not param.is_name]
        if not self.params or len(rest) > _MOST_PARAMS:
            raise DifferentError
        nodes = {}
        for key, piece, made, wires in zip(self.keys, self.copies[0], leaves, self.wiring, strict=True):
            refs = tuple(
                Ref(SOURCE if to < 0 else self.keys[to], "" if to < 0 else ref.suffix)
                for ref, to in zip(piece.refs, wires, strict=True)
            )
            nodes[key] = Piece(piece.kind, made, piece.form, refs)
        params = sorted(self.params.values(), key=lambda item: (not item.is_name, item.default is not NO_DEFAULT))
        return Block(nodes, {param.name: param for param in params})

    def names(self) -> dict[tuple[int, Path], Value]:
        """Return the wording of each name, and choose the names of the nodes."""
        columns = {
            (place, path): [copy[place].leaves[path] for copy in self.copies]
            for place, path in _name_paths(self.copies[0])
        }
        if any("$" in atoms_of(value) for values in columns.values() for value in values):
            raise DifferentError
        found: dict[tuple[int, Path], Value] = {}
        whole = [
            [atoms_of(value) for value in values] for (_, path), values in columns.items() if path[-1] == NAME_PARAM
        ]
        starts = starts_of([list(copy) for copy in zip(*whole, strict=True)]) if whole else None
        wishes = [""] * len(self.copies[0])
        for (place, path), given in columns.items():
            if starts is None or path[-1] != NAME_PARAM:
                found[place, path] = self.name(given)
                continue
            column = [atoms_of(value) for value in given]
            rest = column[0][starts[0] :]
            if any(isinstance(atom, Code) and not atom.is_index for atom in rest):
                raise DifferentError
            values = tuple(value_of(atoms[:start]) for atoms, start in zip(column, starts, strict=True))
            param = self.param(NAME_PARAM, values, NAME_PARAM, is_name=True)
            found[place, path] = value_of([Code(param), *rest])
            wishes[place] = "".join(atom for atom in rest if isinstance(atom, str))
        taken = Taken({SOURCE})
        for place, piece in enumerate(self.copies[0]):
            self.keys.append(_key(wishes[place], piece, taken))
        return found

    def name(self, values: Sequence[Value]) -> Value:
        """Return the wording of one name: with a number that counts on, or with a text where it differs."""
        if all(_is_number(value) for value in values):
            wording = self.counted(tuple(values))
            return wording[0] if isinstance(wording, tuple) else values[0]
        split = [_tokens(value) for value in values]
        kinds = {tuple(None if _is_number(token) else token for token in tokens) for tokens in split}
        if len(kinds) == 1 and all(kind.is_index for kind in next(iter(kinds)) if isinstance(kind, Code)):
            return value_of([atom for tokens in zip(*split, strict=True) for atom in self.counted(tokens)])
        if any(isinstance(token, Code) and token.is_index for tokens in split for token in tokens):
            raise DifferentError
        if any(isinstance(token, Code) for tokens in split for token in tokens):
            return Code(self.param("full_name", tuple(values), "full_name", is_name=True))
        column = [atoms_of(value) for value in values]
        start = common_start(column)
        end = common_end([atoms[start:] for atoms in column])
        middles = tuple(value_of(atoms[start : len(atoms) - end]) for atoms in column)
        rest = column[0][len(column[0]) - end :]
        numbers = [tokens_of(str(middle)) for middle in middles]
        if all(len(tokens) == 1 and isinstance(tokens[0], int) for tokens in numbers):
            return value_of([*column[0][:start], *self.counted(tuple(tokens[0] for tokens in numbers)), *rest])
        param = self.param("suffix" if not end else "part", middles, "", is_name=True)
        return value_of([*column[0][:start], Code(param), *rest])

    def counted(self, values: tuple[Value, ...]) -> str | tuple[Code]:
        """Return the wording of a part of a name: a number may be another one and so many."""
        first = values[0]
        if len(set(values)) == 1 and not (isinstance(first, Code) and not first.is_index):
            return (first,) if isinstance(first, Code) else str(first)
        for param in self.params.values():
            if param.is_name and all(map(_is_number, param.values)):
                steps = set(map(_step, param.values, values))
                step = steps.pop()
                if not steps and step is not None:
                    return (Code.count(param.name, step),)
        return (Code.count(self.param(NUMBER_PARAM, values, "", is_name=True), 0),)

    def columns(self, place: int) -> dict[Path, tuple[Value, ...]]:
        """Return the values of each copy at one node, by their paths, without names of layers."""
        paths = dict.fromkeys(path for copy in self.copies for path in copy[place].leaves if not is_name(path))
        found = {}
        for path in paths:
            values = [copy[place].leaves.get(path, NO_DEFAULT) for copy in self.copies]
            if any(value is NO_DEFAULT for value in values):
                default = self.default(self.copies[0][place], path)
                values = [default if value is NO_DEFAULT else value for value in values]
            found[path] = tuple(values)
        return found

    def default(self, piece: Piece, path: Path) -> Value:
        """Return the value that a node has which does not give one."""
        if path == REPEAT:
            return 1
        if path == ("trainable",):
            return True
        if piece.block is not None and path[0] == "with":
            return self.blocks[piece.block].params[path[1]].default
        found = catalog.layer(piece.kind)
        argument = None if found is None or len(path) != 2 or path[0] != "what" else found.arguments.get(path[1])  # noqa: PLR2004 - an argument
        if argument is None or argument.required or isinstance(argument.default, dict):
            raise DifferentError
        return _plainest(argument.default)

    def leaf(self, place: int, path: Path, values: tuple[Value, ...]) -> Value:
        """Return what stands in the block for the values of the copies: the value, or a param."""
        if any(value is NO_DEFAULT for value in values):
            raise DifferentError
        codes = [code for value in values for code in codes_in(value)]
        is_same = all(_same(value, values[0]) for value in values)
        if is_same and all(code.is_index for code in codes):
            return values[0]
        if any(code.is_index for code in codes) or any(isinstance(value, Opaque) for value in values):
            raise DifferentError
        if path == REPEAT and any(isinstance(value, Code) for value in values):
            raise DifferentError
        return self.listed(values) or self.scaled("copies" if path == REPEAT else path[-1], values, self.keys[place])

    def scaled(self, of: str, values: tuple[Value, ...], at: str = "") -> Code:
        """Return a param with these values, or a multiple of one."""
        base = self.base(values)
        name = self.param(self.sizes.get(base, of), base, self.sizes.get(base, of), at=at)
        ratio = 1 if base is values else _ratio(values, base)
        return Code(name if ratio == 1 else f"{ratio} * {name}")

    def listed(self, values: tuple[Value, ...]) -> Value:
        """Return a list in which all that differs are sizes, and multiples of them; nothing for any other."""
        lists = [value for value in values if isinstance(value, tuple)]
        if len(lists) < len(values) or len({len(value) for value in lists}) > 1:
            return None
        columns = list(zip(*lists, strict=True))
        differing = [column for column in columns if len(set(column)) > 1 or any(map(codes_in, column))]
        if any(self.base(column) not in self.sizes for column in differing):
            return None
        return tuple(self.scaled("", column) if column in differing else column[0] for column in columns)

    def base(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        """Return the sizes that these are the greatest multiple of, or these themselves."""
        if None in map(_factors, values) or len(set(values)) == 1:
            return values
        ratios = {base: _ratio(values, base) for base in self.sizes}
        base, ratio = max(ratios.items(), key=lambda item: item[1], default=(values, 1))
        return base if ratio > 1 or (ratio == 1 and base == values) else values

    def find_sizes(self, columns: Sequence[Mapping[Path, tuple[Value, ...]]]) -> None:
        """Find the sizes: a bottleneck gives back four times the filters that it has."""
        for path, values in (item for column in columns for item in column.items()):
            if path[-1] in _SIZES and None not in map(_factors, values) and len(set(values)) > 1:
                self.sizes.setdefault(values, path[-1])

    def param(self, wish: str, values: tuple[Value, ...], of: str, *, is_name: bool = False, at: str = "") -> str:
        """Return the name of the param that has these values, and make it where there is none."""
        for param in self.params.values():
            is_kin = param.of == of or (param.of in _SIZES and of in _SIZES)
            if is_kin and param.is_name == is_name and all(map(_same, param.values, values)):
                return param.name
        name = wish
        if name in self.params or name in _RESERVED:
            name = f"{at}_{wish}" if at else wish
        number = 1
        stem = name
        while name in self.params or name in _RESERVED:
            number += 1
            name = f"{stem}_{number}"
        self.params[name] = Param(name, values, of, is_name)
        return name


def _name_paths(copy: Sequence[Piece]) -> list[tuple[int, Path]]:
    """Return where names of layers stand: in nodes, and in what a use gives a block."""
    return [(place, path) for place, piece in enumerate(copy) for path in piece.leaves if is_name(path)]


def _is_number(value: Value) -> bool:
    return type(value) is int or (isinstance(value, Code) and value.offset is not None)


def _step(before: Value, after: Value) -> int | None:
    """Return by how much a number is more than another, where that is known."""
    if isinstance(before, Code) and isinstance(after, Code):
        return (after.offset or 0) - (before.offset or 0) if before.param == after.param else None
    return after - before if isinstance(before, int) and isinstance(after, int) else None


def _tokens(value: Value) -> tuple[str | int | Code, ...]:
    """Return the texts, numbers and expressions in a name."""
    if isinstance(value, Template):
        return tuple(token for part in value.parts for token in (tokens_of(part) if isinstance(part, str) else (part,)))
    return (value,) if isinstance(value, Code) else tokens_of(str(value))


def _factors(value: Value) -> tuple[int, str] | None:
    """Return a size as a number and the param that it multiplies, which is empty where it is just the number."""
    if isinstance(value, Code):
        number, times, param = value.text.rpartition(" * ")
        return (int(number or 1), param) if NAME.match(param) and (not times or number.isdigit()) else None
    return (value, "") if type(value) is int and value > 0 else None


def _ratio(values: tuple[Value, ...], base: tuple[Value, ...]) -> int:
    """Return what all values are of those of a base, or 0 where that is no integer or differs."""
    ratios = set()
    for value, one in zip(map(_factors, values), map(_factors, base), strict=True):
        if value is None or one is None or value[1] != one[1]:
            return 0
        ratios.add(divmod(value[0], one[0]))
    ratio, rest = ratios.pop()
    return 0 if ratios or rest else ratio


def _plainest(default: object) -> Value:
    """Return a default as a spec would say it: one number for a list of the same ones."""
    if not isinstance(default, list):
        return cast("Value", default)
    return default[0] if len(set(default)) == 1 else tuple(default)


def _same(one: Value, other: Value) -> bool:
    return type(one) is type(other) and one == other


def _key(wish: str, piece: Piece, taken: Taken) -> str:
    """Return the name of a node in a block: the end of its layer's name if that is one, else its class."""
    words = _WORDS.sub("_", wish).strip("_")
    number, rest = re.match(r"(\d*)_?(.*)\Z", words).groups()  # type: ignore[union-attr]
    key = f"{rest}{'_' if number and rest[-1:].isdigit() else ''}{number}"
    if not NAME.match(key):
        key = _stem(piece)
    if key in taken:
        return taken.unused(key)
    taken.add(key)
    return key


def _stem(piece: Piece) -> str:
    return snake_case((piece.block or piece.kind).rpartition(".")[2].rpartition(" ")[2])
