"""Check the keys and scalars of a mapping against a part of a spec, in words of our own."""

import re
from itertools import takewhile

from pydantic_core import ErrorDetails, ValidationError

from graphspec.diagnostics.diagnostic import Diagnostics, Fix
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import nearest, respelling
from graphspec.frontend.structure import BLOCK, BODY, DOCUMENT, LAYER, MEMBER, Part
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree, Unknown

_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "an integer",
}
WORDS_FOR_BOOL = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_HOW_TO_GIVE = {
    "graphspec": 'start the file with "graphspec: 1"',
    "inputs": "name each input and its shape, as in inputs: {image: [64, 64, 3]}",
    "outputs": "name what the model returns, as in outputs: label",
    "shape": "leave the batch out of it, as in shape: [64, 64, 3]",
}
_HOW_TO_GIVE_TO_BLOCK = {
    "inputs": "name what feeds it, as in inputs: [x]",
    "outputs": "name what it returns, a node of it, as in outputs: out",
}
# What other libraries call it, where no spelling is near.
_OTHER_WORDS = {
    **dict.fromkeys(("input", "inputs", "source", "sources", "after", "parent", "parents"), ("from",)),
    **dict.fromkeys(("params", "args", "kwargs"), ("with",)),
    **dict.fromkeys(("out", "outs", "result", "results", "return", "returns"), ("outputs",)),
    **dict.fromkeys(("connections", "links", "wiring", "arrows"), ("edges",)),
    **dict.fromkeys(("version", "spec"), ("graphspec",)),
    "in": ("from", "inputs"),
    "random_seed": ("seed",),
    "size": ("shape",),
    "title": ("name",),
    "training": ("compile",),
}
IN_COMPILE = {
    key: f'it stands under "compile": compile: {{{key}: ...}}'
    for key in ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
}
_ELSEWHERE = {
    DOCUMENT: IN_COMPILE,
    BODY: IN_COMPILE | {"compile": "only the spec itself is compiled, not a model in it"},
    MEMBER: {"from": 'a member is fed by the one before; what feeds the first stands beside "chain"'},
    BLOCK: {
        key: f'"{key}" stands in the spec, beside "blocks", and its entries are in sight of every block'
        for key in ("layers", "models", "blocks")
    },
    LAYER: {"from": 'what feeds it stands beside each "call" of it'},
}


def checked_fields(
    part: Part, mapping: Mapping, subject: str, place: Span, diagnostics: Diagnostics
) -> dict[str, Tree] | None:
    """Return the fields of a mapping that are right, by key, or None where a required one is missing.

    A misspelt key is reported once and read as the key that was meant, so that one mistake hides no other.
    """
    cut = text_with_comma(mapping) if "description" in part.keys else None
    if cut is not None:
        report_comma(cut, subject, diagnostics)
        mapping = Mapping({key: item for key, item in mapping.entries.items() if item not in cut[1:]}, mapping.span)
    fields = {key: _at_its_key(entry) for key, entry in mapping.entries.items()}
    if not part.required and fields.keys() <= part.unchecked:
        return fields
    try:
        part.check({key: value.value if isinstance(value, Scalar) else value for key, value in fields.items()})
    except ValidationError as problem:
        errors = problem.errors(include_url=False, include_context=True, include_input=False)
        unknown = [str(error["loc"][0]) for error in errors if error["type"] == "extra_forbidden"]
        understood = [_report_unknown(key, part, fields, mapping, subject, diagnostics) for key in unknown]
        missing = [str(e["loc"][0]) for e in errors if e["type"] == "missing" and e["loc"][0] not in fields]
        # A key that nobody understands may well be the one that is missing.
        for key in missing if all(understood) else ():
            diagnostics.error("GS202", f'{subject} has no "{key}"', place, help=_how_to_give(key, part))
        for error in errors:
            _report_value(error, fields, subject, diagnostics)
        return None if missing else fields
    return fields


def _how_to_give(key: str, part: Part) -> str | None:
    if part is BLOCK:
        return _HOW_TO_GIVE_TO_BLOCK.get(key)
    return _HOW_TO_GIVE.get(key)


def text_with_comma(mapping: Mapping) -> list[Entry] | None:
    """Return a description that a comma cuts, ``{description: wide, not deep}``, and what follows it; or None."""
    text = mapping.entries.get("description")
    if text is None or not isinstance(text.value, Scalar) or not text.value.plain or not text.value.text:
        return None
    entries = list(mapping.entries.values())
    after = entries[entries.index(text) + 1 :]
    rest = list(takewhile(lambda entry: not _written(entry) and entry.span.line == text.value.span.end_line, after))
    return [text, *rest] if rest else None


def report_comma(cut: list[Entry], subject: str, diagnostics: Diagnostics) -> None:
    """Report that a text ends where its first comma stands."""
    first, last = cut[0].value.span, cut[-1].span
    place = Span(first.path, first.line, first.column, last.end_line, last.end_column)
    words = ", ".join([*(item.value.text for item in cut[:1] if isinstance(item.value, Scalar)),
                       *(item.key for item in cut[1:])])  # fmt: skip
    help_ = f'put the text in quotes: "{words}"' if len(words) <= MAX_SHOWN else "put the text in quotes"
    diagnostics.error("GS203", f"the description of {subject} ends at its first comma", place, help=help_)


def _at_its_key(entry: Entry) -> Tree:
    """Return a value that has a place to show: where nothing was written, that is the key."""
    value = entry.value
    return value._replace(span=entry.span) if isinstance(value, Scalar) and not value.text and value.plain else value


def holds_formula(value: Tree | None) -> bool:
    """Say whether a value is put together from params, so that nothing is known of it yet."""
    return isinstance(value, Scalar) and isinstance(value.value, str) and _FORMULA.search(value.value) is not None


_FORMULA = re.compile(r"\$\{|\A\$[A-Za-z_]\w*\Z")


def scalar(value: Tree | None) -> object:
    """Return the Python value of a scalar field, or None where it was left out."""
    return value.value if isinstance(value, Scalar) else None


def describe_value(value: Tree) -> str:
    """Return what a person would call a value: ``"12"``, ``a list``, ``a mapping``, ``nothing``."""
    if isinstance(value, Sequence):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    if value.value is None and not value.text:
        return "nothing"
    shown = value.text if len(value.text) <= MAX_SHOWN else value.text[:MAX_SHOWN] + "..."
    return f'"{shown}"' if isinstance(value.value, str) else shown


MAX_SHOWN = 60


def mended(mapping: Mapping, diagnostics: Diagnostics) -> Mapping:
    """Read ``{size: (3, 3)}`` as the list that was meant: to YAML it is the text "(3" and a key "3)" with no value.

    So is ``{size: 3, 3}``, a key "3" with no value.
    """
    for key, _, value in mapping.entries.values():
        if key.isdigit() or (isinstance(value, Scalar) and value.text.startswith("(") and _opens(value)):
            return _with_lists(mapping, diagnostics)
    return mapping


def _with_lists(mapping: Mapping, diagnostics: Diagnostics) -> Mapping:
    entries: dict[str, Entry] = {}
    given = list(mapping.entries.values())
    at = 0
    while at < len(given):
        entry = given[at]
        rest = _rest_of_tuple(given, at) if _opens(entry.value) else _bare_sizes(given, at)
        at += 1 + len(rest)
        entries[entry.key] = _bracketed(entry, rest, diagnostics) if rest else entry
    return Mapping(entries, mapping.span)


def _opens(value: Tree) -> bool:
    return isinstance(value, Scalar) and value.plain and value.text.startswith("(") and not value.text.endswith(")")


def _rest_of_tuple(given: list[Entry], at: int) -> list[Entry]:
    for end in range(at + 1, min(len(given), at + MAX_SIZES)):
        if not isinstance(given[end].value, Scalar) or scalar(given[end].value) is not None:
            return []
        if given[end].key.endswith(")"):
            return given[at + 1 : end + 1]
    return []


def _bare_sizes(given: list[Entry], at: int) -> list[Entry]:
    if not isinstance(scalar(given[at].value), int):
        return []
    return list(takewhile(lambda entry: entry.key.isdigit() and not _written(entry), given[at + 1 : at + MAX_SIZES]))


def _written(entry: Entry) -> bool:
    return not isinstance(entry.value, Scalar) or bool(entry.value.text)


def _bracketed(entry: Entry, rest: list[Entry], diagnostics: Diagnostics) -> Entry:
    start, end = entry.value.span, rest[-1].span
    span = Span(start.path, start.line, start.column, end.end_line, end.end_column)
    opening = entry.value.text if isinstance(entry.value, Scalar) else ""
    texts = f"{opening},{','.join(other.key for other in rest)}".strip("()").split(",")
    shown = ", ".join(texts)
    written = f"({shown})" if opening.startswith("(") else shown
    diagnostics.error(
        "GS203", f'"{written}" is not a list: a list stands in brackets', span, help=f"write {entry.key}: [{shown}]"
    )
    items = tuple(Scalar(_size(text), span, text) for text in texts)
    return Entry(entry.key, entry.span, Sequence(items, span))


def _size(text: str) -> int | str | None:
    return int(text) if text.isdigit() and len(text) < MAX_DIGITS else None if text == "None" else text


MAX_SIZES = 16
MAX_DIGITS = 16


def in_brackets(value: Tree) -> str | None:
    """Return how to write as a list what was written as a tuple, or None where it was not."""
    if not isinstance(value, Scalar) or not value.plain or not _TUPLE.match(value.text):
        return None
    return f"[{value.text[1:-1].strip().rstrip(',')}]"


_TUPLE = re.compile(r"\([^()]*\)\Z")


def _report_unknown(
    key: str, part: Part, fields: dict[str, Tree], mapping: Mapping, subject: str, diagnostics: Diagnostics
) -> bool:
    """Report a key that a part does not take; say whether it is clear what was meant."""
    elsewhere = _ELSEWHERE.get(part, {}).get(key)
    free = [name for name in part.keys if name not in fields]
    meant = None if elsewhere else _meant(key, free) or _section_like(fields[key], free)
    value = fields.pop(key)
    entry = mapping.entries[key]
    if meant is not None:
        fields[meant] = value
        fix = respelling(key, free, entry.span) or (Fix(entry.span, key, meant) if key in _OTHER_WORDS else None)
        diagnostics.error("GS201", f'unknown key "{key}" in {subject}; did you mean "{meant}"?', entry.span, fix=fix)
        return True
    allowed = ", ".join(sorted(name for name in part.keys if not name.startswith("$")))
    lacking = " and ".join(f'"{name}"' for name in part.required if name not in fields)
    help_ = elsewhere or f"it takes {allowed}{f'; it has no {lacking} yet' if lacking else ''}"
    diagnostics.error("GS201", f'unknown key "{key}" in {subject}', entry.span, help=help_)
    return elsewhere is not None


def _meant(key: str, free: list[str]) -> str | None:
    return nearest(key, free) or next((other for other in _OTHER_WORDS.get(key, ()) if other in free), None)


def _section_like(value: Tree, free: list[str]) -> str | None:
    """Return the section that a mapping of named things must be, whatever it is called."""
    entries = [entry.value for entry in value.entries.values()] if isinstance(value, Mapping) else []
    keys = {key for entry in entries if isinstance(entry, Mapping) for key in entry.entries}
    holds_layers = any(key[:1].isupper() for key in keys)
    likely = {"models": "outputs" in keys, "nodes": "from" in keys or holds_layers, "layers": holds_layers}
    return next((section for section, is_likely in likely.items() if is_likely and section in free), None)


def _report_value(error: ErrorDetails, fields: dict[str, Tree], subject: str, diagnostics: Diagnostics) -> None:
    key = str(error["loc"][0])
    if error["type"] in {"extra_forbidden", "missing"} or key not in fields:
        return
    if isinstance(fields[key], Unknown) or holds_formula(fields[key]):
        return
    value = fields.pop(key)
    expected = _EXPECTED.get(error["type"])
    if error["type"].startswith(("greater_than", "less_than")):
        limits = error["ctx"]
        bound = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
        expected = "".join(f"{bound[name]} {limit}" for name, limit in limits.items() if name in bound)
    if key == "graphspec":
        diagnostics.error(
            "GS212",
            f"language version {describe_value(value)} is not known; this GraphSpec reads version 1",
            value.span,
            help="write 1 without quotes" if scalar(value) == "1" else None,
        )
        return
    diagnostics.error(
        "GS203",
        f'"{key}" in {subject} must be {expected or "of another type"}, not {describe_value(value)}',
        value.span,
        help=_rewritten(value, error["type"]),
    )


def _rewritten(value: Tree, problem: str) -> str | None:
    """Return how to write a scalar as the type that was expected."""
    if not isinstance(value, Scalar) or not value.text:
        return None
    if problem == "string_type":
        return f'write "{value.text}" in quotes'
    if problem == "bool_type" and value.text.lower() in {*WORDS_FOR_BOOL, "true", "false"}:
        return f"write {WORDS_FOR_BOOL.get(value.text.lower(), value.text.lower())}"
    if problem == "int_type" and isinstance(value.value, str) and value.text.isdigit():
        return f"write {value.text} without quotes"
    return None
