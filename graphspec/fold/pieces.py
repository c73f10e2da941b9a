"""A node of a spec in pieces: what it is, the values in it by their paths, and the references that feed it."""

import json
from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphspec.frontend.expression_names import names_in
from graphspec.frontend.expressions import parse_expression
from graphspec.frontend.whats import NAME
from graphspec.frontend.write import WIDTH

Path = tuple[str, ...]
NAMED: Path = ("name",)
REPEAT: Path = ("repeat",)
# Under "with" in a spec: the params of a block that name layers, which are told from those that do not.
NAMING = "naming"
# A line has room for the name of the node, and for the quotes that a text in it may need.
_MARGIN = 26
_LINES_OF_LONG = 1.3
_BLOCK = "block "
_CALL = "call "
_SECTIONS = {NAMING: "with"}
_BESIDE = frozenset({"from", "with", "trainable", "repeat", "name"})


@dataclass(frozen=True, slots=True)
class Code:
    """An expression over params; ``is_index`` says that it is one over the number of a copy alone.

    ``offset`` is what an expression that counts on from a param adds to it, and None for any other.
    """

    text: str
    is_index: bool = False
    offset: int | None = None

    @classmethod
    def count(cls, param: str, offset: int) -> "Code":
        """Return a param that counts, and so many more."""
        text = param if not offset else f"{param} {'+' if offset > 0 else '-'} {abs(offset)}"
        return cls(text, offset=offset)

    @property
    def param(self) -> str:
        """Return the param that an expression counts on from."""
        return self.text.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with expressions in it."""

    parts: tuple[str | Code, ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A list that holds more than scalars, as JSON."""

    text: str


Value = str | int | float | bool | None | tuple[Any, ...] | Code | Template | Opaque


class Ref(NamedTuple):
    """A reference: a node or an input, and what follows its name."""

    node: str
    suffix: str

    @property
    def text(self) -> str:
        """Return it as a spec has it."""
        return self.node + self.suffix


@dataclass(frozen=True, slots=True)
class Piece:
    """One node; ``form`` is what stands under ``from``, or the parts of an expression, with numbers for references."""

    kind: str
    leaves: Mapping[Path, Value]
    form: Hashable
    refs: tuple[Ref, ...]

    @property
    def block(self) -> str | None:
        """Return the block that the node is a use of."""
        return self.kind.removeprefix(_BLOCK) if self.kind.startswith(_BLOCK) else None


def is_name(path: Path) -> bool:
    """Say whether a value names a layer."""
    return path == NAMED or path[0] == NAMING


def use_of(block: str, values: Mapping[str, Value], naming: Container[str], feed: Ref, repeat: int) -> Piece:
    """Return the node that uses a block of one input; ``naming`` are the params that name layers."""
    leaves: dict[Path, Value] = {(NAMING if name in naming else "with", name): values[name] for name in values}
    return Piece(_BLOCK + block, leaves | ({REPEAT: repeat} if repeat > 1 else {}), 0, (feed,))


def piece_of(key: str, node: Mapping[str, Any]) -> Piece | None:
    """Return a node in pieces, or None for one that stays as it is."""
    what = next((name for name in node if name not in _BESIDE), None)
    if what is None or what in {"chain", "block"} or node.keys() - _BESIDE - {what}:
        return None
    leaves: dict[Path, Value] = {}
    refs: list[Ref] = []
    form = _expression(str(node[what]), refs) if what == "expr" else _feed(node.get("from"), refs)
    kind = what
    if what == "call":
        kind = f"{_CALL}{node[what]}"
    elif isinstance(node[what], Mapping):
        leaves.update(_leaves(("what",), node[what]))
    for section in ("with", "trainable"):
        if section in node:
            leaves.update(_leaves((section,), node[section]))
    if what != "call":
        leaves[NAMED] = str(node.get("name", key))
    return Piece(kind, leaves, form, tuple(refs))


def plain_of(piece: Piece, key: str, reference: Callable[[Ref], str]) -> dict[str, Any]:
    """Return the node as a spec has it, without the name in Keras that it has anyway."""
    texts = [reference(ref) for ref in piece.refs]
    node: dict[str, Any] = {}
    if piece.kind == "expr" and isinstance(piece.form, tuple):
        node["expr"] = "".join(texts[part] if isinstance(part, int) else str(part) for part in piece.form[1:])
    elif piece.kind.startswith((_BLOCK, _CALL)):
        what, _, name = piece.kind.partition(" ")
        node[what] = name
    else:
        node[piece.kind] = {}
    if piece.kind != "expr" and piece.form is not None:
        node["from"] = _fed(piece.form, texts)
    for path, value in piece.leaves.items():
        if path == NAMED and value == key:
            continue
        place = [_SECTIONS.get(path[0], path[0]), *path[1:]]
        if path[0] == "what":
            place[0] = piece.kind
        _put(node, place, rendered(value))
    ordered = {name: node[name] for name in node if name not in _BESIDE}
    return ordered | {name: node[name] for name in ("from", "with", "trainable", "repeat", "name") if name in node}


def lines_of(piece: Piece) -> float:
    """Return how many lines a node is to a reader: one, and not much more where its line is broken at each key."""
    node = plain_of(piece, "", lambda ref: ref.text)
    return 1 if len(str(node).replace("'", "")) < WIDTH - _MARGIN else _LINES_OF_LONG


def rendered(value: Value) -> Any:  # noqa: ANN401 - any value of a spec
    """Return a value as a spec has it."""
    if isinstance(value, Code):
        return f"${value.text}" if NAME.match(value.text) else f"${{{value.text}}}"
    if isinstance(value, Template):
        return "".join(part if isinstance(part, str) else f"${{{part.text}}}" for part in value.parts)
    if isinstance(value, Opaque):
        return json.loads(value.text)
    return [rendered(item) for item in value] if isinstance(value, tuple) else value


def codes_in(value: Value) -> list[Code]:
    """Return the expressions in a value."""
    if isinstance(value, Code):
        return [value]
    parts = value.parts if isinstance(value, Template) else value if isinstance(value, tuple) else ()
    return [part for part in parts if isinstance(part, Code)]


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Value]]:  # noqa: ANN401 - any value of a spec
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves((*path, key), item)
    elif isinstance(value, Mapping):
        if len(path) > 1:
            yield path, Opaque("{}")
    elif not isinstance(value, list):
        yield path, value
    elif any(isinstance(item, list | Mapping) for item in value):
        yield path, Opaque(json.dumps(value))
    else:
        yield path, tuple(value)


def _put(node: dict[str, Any], place: list[str], value: Any) -> None:  # noqa: ANN401 - any value of a spec
    at = node
    for key in place[:-1]:
        at = at.setdefault(key, {})
    at[place[-1]] = value


def _reference(text: str, refs: list[Ref]) -> int:
    head, dot, rest = text.partition(".")
    refs.append(Ref(head, dot + rest))
    return len(refs) - 1


def _feed(value: Any, refs: list[Ref]) -> Hashable:  # noqa: ANN401 - a structure of references
    if isinstance(value, str):
        return _reference(value, refs)
    if isinstance(value, list):
        return ("list", *(_feed(item, refs) for item in value))
    if isinstance(value, Mapping):
        return ("mapping", *((key, _feed(item, refs)) for key, item in value.items()))
    return None


def _fed(form: Hashable, texts: list[str]) -> Any:  # noqa: ANN401 - a structure of references
    if isinstance(form, int):
        return texts[form]
    if not isinstance(form, tuple):
        return None
    if form[0] == "list":
        return [_fed(item, texts) for item in form[1:]]
    return {key: _fed(item, texts) for key, item in form[1:]}


def _expression(text: str, refs: list[Ref]) -> Hashable:
    parts: list[str | int] = []
    at = 0
    for name in sorted(names_in(parse_expression(text)), key=lambda item: item.start):
        parts += [text[at : name.start], _reference(name.path, refs)]
        at = name.end
    return ("expr", *parts, text[at:])
