"""What is known of the thing under the cursor: what is inferred of a call, what the catalogue says of a word."""

import json
from typing import NamedTuple

from graphspec.catalog import catalog
from graphspec.catalog.catalog import Application, Argument, CallArgument, Layer, Object, Op
from graphspec.catalog.kinds import OBJECTS, describe_kind, parse_kind
from graphspec.diagnostics.span import Span
from graphspec.frontend.templates import shown
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree, plain
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.whats import classify
from graphspec.lsp.analysis import Analysis, Document
from graphspec.lsp.facts import Fact, shown_dtypes, shown_outputs
from graphspec.lsp.names import PARAMS, Symbol
from graphspec.lsp.positions import holds

Described = Layer | Op | Application | Object
_COMPILE = {"optimizer": "optimizer", "loss": "loss", "metrics": "metric", "weighted_metrics": "metric"}
_MOST_ARGUMENTS = 24


class Hover(NamedTuple):
    """Markdown, and the text that it is about."""

    markdown: str
    span: Span


class _Word(NamedTuple):
    """A word of the catalogue under the cursor: what it is, and what may stand in its place."""

    found: Described | Argument | CallArgument
    span: Span


def hover_of(document: Document, line: int, column: int) -> Hover | None:
    """Return what is known of the place, which counts from 1, or None."""
    then = document.then(line)
    if then is None:
        return None
    good = document.good
    use = good.names.at(then, column)
    if use is not None:
        text = _of_symbol(good, use.symbol)
        place = document.here(use.span)
        return None if text is None or place is None else Hover(text, place)
    word = None if good.tree is None else _word_at(good.tree, then, column)
    place = None if word is None else document.here(word.span)
    if word is None or place is None:
        return None
    fact = _fact_at(good, word.span)
    parts = [_of_word(word.found), *([_of_fact(fact)] if fact is not None else [])]
    return Hover("\n\n".join(parts), place)


def _of_symbol(analysis: Analysis, symbol: Symbol) -> str | None:
    if symbol.kind == "file":
        return f"the spec `{symbol.path}`"
    if symbol in analysis.names.declared:
        return _of_declared(analysis, symbol, analysis.names.declared[symbol])
    if symbol.kind in {"layer", "model"}:
        callers = [name for name, fact in analysis.facts(symbol.scope).items() if fact.type is not None]
        typed = analysis.typed(symbol.scope)
        calls = [node.name for node in typed.graph.nodes if node.kind == "call" and node.target == symbol.path
                 and node.name in callers] if typed is not None else []  # fmt: skip
        fact = analysis.facts(symbol.scope).get(calls[0]) if calls else None
        head = f"**{symbol.path}**, an entry of {symbol.kind}s"
        called = f"called by {', '.join(f'`{name}`' for name in calls)}" if calls else "called by no node"
        return "\n\n".join([head, called, *([_of_fact(fact)] if fact is not None else [])])
    if symbol.kind == "output":
        return f"**{symbol.path}**, an output"
    fact = analysis.facts(symbol.scope).get(symbol.path)
    if fact is None:
        return f"**{symbol.path}**, of which nothing is known"
    what = "an input" if symbol.kind == "input" else fact.type or "an expression"
    return f"**{symbol.path}**: {what}\n\n{_of_fact(fact)}"


def _of_declared(analysis: Analysis, symbol: Symbol, entry: Entry) -> str:
    """Return what a param, a block or an import is, and what the spec makes of it."""
    if symbol.kind == "import":
        return f"**{symbol.path}**: what `{entry.value.text if isinstance(entry.value, Scalar) else '...'}` offers"
    if symbol.kind == "block":
        uses = sum(not use.is_definition for use in analysis.names.of(symbol))
        description = _text(entry.value, "description")
        used = "used by nothing" if not uses else f"used {uses} times" if uses > 1 else "used once"
        return "\n\n".join([f"**{symbol.path}**, a block: {shown_block(entry)}; {used}", *description])
    unit = analysis.result.unit
    values = {} if unit is None or symbol.scope != PARAMS else unit.sight.values
    now = f"; here `{shown(values[symbol.path])}`" if symbol.path in values else ""
    whose = "the spec" if symbol.scope == PARAMS else f"block {symbol.scope.removeprefix(PARAMS)}"
    head = f"**{symbol.path}**, a param of {whose}: {shown_param(entry)}{now}"
    return "\n\n".join([head, *_text(entry.value, "description")])


def _text(tree: Tree, key: str) -> list[str]:
    value = tree.get(key) if isinstance(tree, TreeMapping) else None
    return [value.text] if isinstance(value, Scalar) and value.text else []


def shown_block(entry: Entry) -> str:
    """Return the inputs and the params of a block in a line."""
    if not isinstance(entry.value, TreeMapping):
        return "unreadable"
    inputs, params = entry.value.get("inputs"), entry.value.get("params")
    shown_inputs = ", ".join(_names_in(inputs))
    shown_params = ", ".join(_names_in(params))
    return f"of {shown_inputs or 'nothing'}" + (f", with {shown_params}" if shown_params else "")


def _names_in(tree: Tree | None) -> list[str]:
    if isinstance(tree, TreeMapping):
        return list(tree.entries)
    items = tree.items if isinstance(tree, Sequence) else [tree]
    return [item.text for item in items if isinstance(item, Scalar) and item.text]


def shown_param(entry: Entry) -> str:
    """Return how a param is declared in a line."""
    if not isinstance(entry.value, TreeMapping):
        return f"default `{shown(plain(entry.value))}`"
    declared = {key: plain(item.value) for key, item in entry.value.entries.items() if key != "description"}
    default = f"default `{shown(declared.pop('default'))}`" if "default" in declared else "must be given"
    return "; ".join([*(f"{key} {shown(value)}" for key, value in declared.items()), default])


def _of_fact(fact: Fact) -> str:
    rows = [("output", shown_outputs(fact.outputs) or "not known"), ("dtype", shown_dtypes(fact.outputs))]
    if fact.shared_with is not None and fact.weights:
        rows.append(("weights", f"those of {fact.shared_with}"))
    elif fact.parameters:
        frozen = fact.parameters - (fact.trainable if fact.trainable is not None else fact.parameters)
        rows.append(("parameters", f"{fact.parameters:,}" + (f" ({frozen:,} not trainable)" if frozen else "")))
        rows += [("", f"{weight.name} {weight.shape}") for weight in (fact.weights or ())[:8]]
    if isinstance(fact.flops, int) and fact.flops:
        rows.append(("FLOPs", f"{fact.flops:,} for one sample"))
    elif fact.flops is not None and not isinstance(fact.flops, int):
        rows.append(("FLOPs", f"{fact.flops} for one sample"))
    return "```text\n" + "\n".join(f"{name:10}  {value}" for name, value in rows if value) + "\n```"


def _fact_at(analysis: Analysis, span: Span) -> Fact | None:
    """Return what is known of the call that a word stands for, where it is what a node or a member is."""
    scope, path = analysis.names.calls.get(span, (None, ""))
    return None if scope is None else analysis.facts(scope).get(path)


def _of_word(found: Described | Argument | CallArgument) -> str:
    if isinstance(found, Argument | CallArgument):
        default = "required" if found.required else f"default `{json.dumps(found.default)}`"
        kind = "a tensor" if isinstance(found, CallArgument) and found.role != "literal" else _kind(found.kind)
        return f"**{found.name}**: {kind}; {default}\n\n{found.doc}"
    title = {Op: "ops.", Application: "applications."}.get(type(found), "") + found.name
    arguments = found.arguments if isinstance(found, Op) else tuple(found.arguments.values())
    listed = [f"- `{item.name}`{'' if item.required else f' = `{json.dumps(item.default)}`'}" for item in arguments]
    if len(listed) > _MOST_ARGUMENTS:
        listed = [*listed[:_MOST_ARGUMENTS], f"- and {len(listed) - _MOST_ARGUMENTS} more"]
    return "\n\n".join([f"**{title}**", *([found.doc] if found.doc else []), *(["\n".join(listed)] if listed else [])])


def _kind(kind: str) -> str:
    return describe_kind(parse_kind(kind))


def _word_at(tree: Tree, line: int, column: int) -> _Word | None:
    """Return the word of the catalogue at a place: the keys that lead there say what it can be."""
    taker: Described | None = None
    categories: frozenset[str] = frozenset()
    depth = 0
    while True:
        step = _step(tree, line, column)
        if step is None:
            return None
        if isinstance(step, Scalar):
            found = _named(str(step.value), categories) if isinstance(step.value, str) else None
            return None if found is None else _Word(found, step.span)
        if not isinstance(step, Entry):
            tree = step
            continue
        argument = _argument(taker, step.key)
        item: Described | Argument | CallArgument | None = argument
        if argument is not None:
            categories, taker = _categories(argument.kind), None
        elif depth == 1 and step.key in _COMPILE:
            categories = frozenset({_COMPILE[step.key]})
        elif depth:
            taker = _named(step.key, categories)
            item = taker
            categories = frozenset({"layer"}) if step.key == "chain" else categories if taker is None else frozenset()
        if holds(step.span, line, column):
            return None if item is None else _Word(item, step.span)
        tree, depth = step.value, depth + 1


def _step(tree: Tree, line: int, column: int) -> Entry | Tree | None:
    if isinstance(tree, Scalar):
        return tree if holds(tree.span, line, column) else None
    if isinstance(tree, Sequence):
        return next((item for item in tree.items if holds(item.span, line, column)), None)
    entries = tree.entries.values()
    return next((e for e in entries if holds(e.span, line, column) or holds(e.value.span, line, column)), None)


def _argument(taker: Described | None, name: str) -> Argument | CallArgument | None:
    if isinstance(taker, Op):
        return next((argument for argument in taker.arguments if argument.name == name), None)
    return None if taker is None else taker.arguments.get(name)


def _categories(kind: str) -> frozenset[str]:
    names = {alternative.name for alternative in parse_kind(kind)}
    items = {item.name for alternative in parse_kind(kind) for item in alternative.item or ()}
    return OBJECTS & (names | items)


def _named(name: str, categories: frozenset[str]) -> Described | None:
    """Return what a word names where objects of these categories may stand; where none may, what a node can be."""
    for category in categories - {"layer"}:
        found = catalog.object_(category, name)
        if found is not None:
            return found
    if categories and "layer" not in categories:
        return None
    kind, rest = classify(name)
    return {"layer": catalog.layer, "op": catalog.op, "application": catalog.application}.get(kind, lambda _: None)(
        rest
    )
