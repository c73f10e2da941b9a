"""Rename what a spec names: every place where the name is written, or a sentence that says why not."""

import re

from graphspec.diagnostics.span import Span
from graphspec.frontend.evaluate import OF_COPIES
from graphspec.frontend.scalars import resolve
from graphspec.frontend.whats import NAME, RESERVED
from graphspec.lsp.analysis import Analysis
from graphspec.lsp.names import BLOCKS, PARAMS, SPEC, Symbol, Use
from graphspec.lsp.positions import Text

_RENAMED = frozenset({"input", "node", "member", "layer", "model", "output", "block", "param", "import"})


class RenameError(Exception):
    """Raised where a name cannot be changed; says why."""


def renameable(analysis: Analysis, line: int, column: int) -> Use | None:
    """Return the use of a name that can be changed at a place, which counts from 1."""
    use = analysis.names.at(line, column)
    if use is None or use.symbol.kind not in _RENAMED or analysis.names.definition(use.symbol) is None:
        return None
    return use


def renamed(analysis: Analysis, symbol: Symbol, new: str) -> list[tuple[Span, str]]:
    """Return the edits that give a symbol another name.

    Raises RenameError where the name is none, is taken, or is written somewhere in a form that cannot be changed.
    """
    old = symbol.path.rpartition(".")[2]
    if not NAME.match(new):
        raise RenameError(f'"{new}" is no name: one has letters, digits and underscores, and starts with no digit')
    if not isinstance(resolve(new), str):
        raise RenameError(f'"{new}" is a value to YAML, and no name')
    before = symbol.path[: len(symbol.path) - len(old)]
    if new != old and (symbol.scope, before + new) in _taken(analysis, symbol):
        raise RenameError(f'"{before + new}" is there already')
    if new in OF_COPIES and symbol.kind == "param":
        raise RenameError(f'"{new}" is what copies made by repeat and each have, and cannot be a param')
    if new in RESERVED and symbol.kind == "member":
        raise RenameError(f'"{new}" says what a node is, and cannot be a name')
    _check_formulas(analysis, symbol, old)
    # An alias follows what it stands for.
    uses = [use for use in analysis.names.of(symbol) if not (analysis.text.slice(use.span) or "").startswith("*")]
    return [(_inner(use.span, old, analysis.text), new) for use in uses]


def _check_formulas(analysis: Analysis, symbol: Symbol, old: str) -> None:
    """Raise RenameError where formulas put together what may be the name."""
    names = analysis.names
    block = old if symbol.kind == "block" else symbol.scope.removeprefix(BLOCKS).removeprefix(PARAMS)
    if block != SPEC and block in names.chosen and symbol.kind not in {"node", "member"}:
        raise RenameError(f'line {names.chosen[block].line} computes which block it is, which may be "{block}"')
    if symbol.kind in {"block", "param", "import"}:
        return
    word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    for scalar in names.joined:
        if word.search(scalar.text) and not any(use.span == scalar.span for use in names.of(symbol)):
            raise RenameError(f'line {scalar.span.line} puts a reference together by a formula, which may be "{old}"')


def _taken(analysis: Analysis, symbol: Symbol) -> set[tuple[str, str]]:
    names = analysis.names
    if symbol.kind == "output":
        return {(use.symbol.scope, use.symbol.path) for use in names.uses if use.symbol.kind == "output"}
    if symbol.kind in {"block", "param", "import"}:
        return set(names.defined)
    # Entries of layers and models are in sight of the graphs inside too.
    if symbol.scope == SPEC and symbol.kind in {"layer", "model"}:
        return {(SPEC, path) for _, path in names.defined}
    return {*names.defined, *((symbol.scope, path) for scope, path in names.defined if scope == SPEC
                              and names.defined[scope, path].kind in {"layer", "model"})}  # fmt: skip


def _inner(span: Span, name: str, text: Text) -> Span:
    """Return the span of the name itself, without quotes around it."""
    written = text.slice(span)
    if written == name:
        return span
    if written is not None and written in {f'"{name}"', f"'{name}'"}:
        return span._replace(column=span.column + 1, end_column=span.end_column - 1)
    raise RenameError(f'line {span.line} does not write "{name}" in a form that can be changed')
