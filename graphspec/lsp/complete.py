"""Completion of references, params and blocks. Layers and arguments are what editors complete by the JSON Schema.

What may stand at the cursor is read off the lines before it, since a text that is being written seldom parses.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from graphspec.frontend.tree import Scalar
from graphspec.graph.scope import layer_ports, model_ports
from graphspec.lsp.analysis import Analysis, Document
from graphspec.lsp.facts import shown_outputs
from graphspec.lsp.hover import shown_block, shown_param
from graphspec.lsp.names import BLOCKS, PARAMS, SPEC, Symbol

_KEY = re.compile(r"(?<![\w.])[\"']?(from|outputs|call|ref|expr|edges|block)[\"']?\s*:(?=\s|$)")
_BLOCK_KEY = re.compile(r"\s*(?:-\s+)*[\"']?([\w$.]+)[\"']?\s*:(?:\s|$)")
_WORD = re.compile(r"[\w.]*\Z")
_PARAM = re.compile(r"\$(\w*)\Z|\$\{[^{}]*?(\w*)\Z", re.ASCII)
_OPENERS, _CLOSERS = "[{(", "]})"


class Completion(NamedTuple):
    """One name that may stand at the cursor."""

    label: str
    detail: str
    kind: str


class Place(NamedTuple):
    """What is being written: under which key, and the dotted path up to the cursor."""

    key: str
    word: str


def completions_of(document: Document, line: int, column: int) -> list[Completion]:
    """Return the names that may stand at a place, which counts from 1."""
    lines, good = document.now.text.lines, document.good
    if _is_in_formula(lines, line, column):
        return list(_params(good, _around(lines, line)[0]))
    place = place_of(lines, line, column)
    if place is None:
        return []
    if place.key == "block":
        return list(_blocks(good, place.word))
    if place.key in {"call", "ref"}:
        return [Completion(symbol.path, symbol.kind, symbol.kind) for symbol in _callables(good)]
    scope, node = _around(lines, line)
    head, dot, _ = place.word.rpartition(".")
    if dot:
        return list(_inside(good, scope, head))
    return list(_names(good, scope, node))


def place_of(lines: list[str], line: int, column: int) -> Place | None:
    """Return what is being written at a place, or None where that is no reference."""
    if not 0 < line <= len(lines):
        return None
    before = lines[line - 1][: column - 1]
    word = _WORD.search(before)
    if word is None or _in_comment(before):
        return None
    keys = list(_KEY.finditer(before))
    if keys:
        return Place(keys[-1][1], word[0]) if _is_open(before[keys[-1].end() :], keys[-1][1]) else None
    key = _key_above(lines, line, before)
    return None if key is None else Place(key, word[0])


def _is_in_formula(lines: list[str], line: int, column: int) -> bool:
    before = lines[line - 1][: column - 1] if 0 < line <= len(lines) else ""
    return _PARAM.search(before) is not None and not _in_comment(before)


def _in_comment(before: str) -> bool:
    return re.search(r"(?:^|\s)#", before) is not None


def _is_open(rest: str, key: str) -> bool:
    """Say whether the value that ``rest`` starts goes on to its end."""
    depth = 0
    for character in rest:
        if character in _OPENERS:
            depth += 1
        elif character in _CLOSERS:
            depth -= 1
        if depth < 0 or (character == "," and depth == 0 and key not in {"expr", "edges"}):
            return False
    return depth > 0 or key in {"expr", "edges"} or not re.search(r"\S\s+\S*\Z", rest)


def _key_above(lines: list[str], line: int, before: str) -> str | None:
    """Return the key that a list item or an entry of a mapping in block style belongs to."""
    is_item = re.match(r"\s*-\s", before) is not None
    if not is_item and not _BLOCK_KEY.match(before):
        return None
    indent = len(before) - len(before.lstrip())
    for number in range(line - 2, max(-1, line - 200), -1):
        above = lines[number]
        if not above.strip() or above.lstrip().startswith("#"):
            continue
        depth = len(above) - len(above.lstrip())
        match = _BLOCK_KEY.match(above)
        starts_item = above.lstrip().startswith("- ")
        if depth > indent or (depth == indent and (starts_item or not is_item)):
            continue
        found = _KEY.search(above)
        is_key = match is not None and found is not None and not above[found.end() :].strip()
        return found[1] if is_key and found is not None and found[1] in {"from", "outputs", "edges"} else None
    return None


def _callables(analysis: Analysis) -> Iterator[Symbol]:
    return (symbol for symbol in analysis.names.defined.values() if symbol.kind in {"layer", "model"})


def _params(analysis: Analysis, scope: str) -> Iterator[Completion]:
    """Yield the params that a formula sees: those of the block that it stands in, else those of the spec."""
    at = f"{PARAMS}{scope.removeprefix(BLOCKS)}" if scope.startswith(BLOCKS) else PARAMS
    for symbol, entry in analysis.names.declared.items():
        if symbol.scope == at:
            yield Completion(symbol.path, shown_param(entry), "param")


def _blocks(analysis: Analysis, word: str) -> Iterator[Completion]:
    """Yield the blocks of the spec and the files that have more; after the alias of a file, its blocks."""
    alias, dot, _ = word.rpartition(".")
    if dot:
        unit = analysis.imported(alias)
        for name in () if unit is None else unit.document.blocks:
            yield Completion(name, unit.shown if unit is not None else "", "block")
        return
    for symbol, entry in analysis.names.declared.items():
        if symbol.kind == "block":
            yield Completion(symbol.path, shown_block(entry), "block")
        elif symbol.kind == "import":
            yield Completion(f"{symbol.path}.", entry.value.text if isinstance(entry.value, Scalar) else "", "import")


def _around(lines: list[str], line: int) -> tuple[str, str | None]:
    """Return the scope and the node that a line is in, by the keys that it is indented under."""
    keys: list[str] = []
    indent: int | None = None
    for text in reversed(lines[:line]):
        depth = len(text) - len(text.lstrip())
        match = _BLOCK_KEY.match(text)
        if match is not None and (indent is None or depth < indent):
            keys.insert(0, match[1])
            indent = depth
        if indent == 0:
            break
    scope = SPEC
    if len(keys) > 1 and keys[0] in {"models", "blocks"}:
        scope = keys[1] if keys[0] == "models" else f"{BLOCKS}{keys[1]}"
    inside = keys[keys.index("nodes") + 1 :] if "nodes" in keys else []
    return scope, inside[0] if inside else None


def _names(analysis: Analysis, scope: str, node: str | None) -> Iterator[Completion]:
    facts = analysis.facts(scope)
    for (at, path), symbol in analysis.names.defined.items():
        if at == scope and symbol.kind in {"input", "node"} and path != node:
            fact = facts.get(path)
            shape = None if fact is None else shown_outputs(fact.outputs)
            yield Completion(path, shape or "", symbol.kind)


def _inside(analysis: Analysis, scope: str, head: str) -> Iterator[Completion]:
    """Yield what a path may go on with: members of a chain, and the outputs of a call."""
    facts = analysis.facts(scope)
    for at, path in analysis.names.defined:
        rest = path.removeprefix(f"{head}.")
        if at == scope and rest != path and "." not in rest:
            fact = facts.get(path)
            yield Completion(rest, (fact and shown_outputs(fact.outputs)) or "", "member")
    for name in _outputs(analysis, scope, head):
        yield Completion(name, "an output", "output")


def _outputs(analysis: Analysis, scope: str, path: str) -> tuple[str, ...]:
    typed = analysis.typed(scope)
    node = next((node for node in typed.graph.nodes if node.name == path), None) if typed is not None else None
    if typed is None or node is None or node.kind != "call":
        return ()
    made = typed.callables[node.target]
    ports = model_ports(made.graph) if made.graph is not None else layer_ports(made, {})
    return ports.names if len(ports.names) > 1 else ()
