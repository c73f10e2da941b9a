"""Read what a node is: the one key that names a layer, an op, an application, a call, an expression or a chain."""

import re
from collections.abc import Collection
from functools import lru_cache

from graphspec.catalog import catalog
from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import nearest, respelling
from graphspec.frontend.document import Control, NodeSpec, What, WhatKind
from graphspec.frontend.fields import checked_fields, describe_value, holds_formula, scalar
from graphspec.frontend.indentation import column_inside, indentation
from graphspec.frontend.structure import MEMBER, NODE, Part
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree, Unknown

RESERVED: dict[str, WhatKind] = {"call": "call", "chain": "chain", "expr": "expr", "block": "block"}
_OWN_WORDS = frozenset((*RESERVED, *NODE.keys))
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_CLASS = re.compile(r"[A-Z][A-Za-z0-9_]*\Z")
_BESIDE = ("from", "with")
_SOURCE_ALONE = frozenset({"from"})
CONTROLS = ("when", "repeat", "each")
# Stands for the "from" of a node that has a key nobody knows: that may be what it is fed by.
UNKNOWN_SOURCE = Unknown.at(Span.of_file(""))


def read_what(
    mapping: Mapping, part: Part, subject: str, place: Span, diagnostics: Diagnostics
) -> tuple[What | None, Mapping]:
    """Return the what of a node and the mapping of the keys beside it."""
    own = part.keys
    candidates = [entry for key, entry in mapping.entries.items() if key not in own]
    what: Entry | None
    if len(candidates) == 1 and is_what_name(candidates[0].key):
        what, consumed = candidates[0], candidates
    else:
        meant = _misindented(candidates, subject, diagnostics)
        if meant is None:
            meant = _single(mapping, candidates, own, subject, place, diagnostics)
        what, consumed = meant.entry, meant.consumed
    left = dict(mapping.entries)
    for entry in consumed:
        left.pop(entry.key, None)
    beside = Mapping(left, mapping.span)
    if what is None:
        return None, beside
    entry, inside = _parted(what, own, subject, diagnostics)
    if inside:
        beside = Mapping({**inside, **beside.entries}, mapping.span)
    return _what(entry, subject, diagnostics), beside


def _parted(
    entry: Entry, own: Collection[str], subject: str, diagnostics: Diagnostics
) -> tuple[Entry, dict[str, Entry]]:
    """Part what belongs beside a layer from its arguments: ``Dense: {units: 3, from: x}``."""
    arguments = entry.value
    if entry.key in RESERVED or not isinstance(arguments, Mapping):
        return entry, {}
    inside = {key: arguments.entries[key] for key in _BESIDE if key in arguments.entries and key in own}
    if not inside:
        return entry, {}
    for key, item in inside.items():
        diagnostics.error(
            "GS207",
            f'"{key}" stands inside {entry.key} in {subject}, not beside it',
            item.span,
            help=f"write {{{entry.key}: {{...}}, {key}: ...}}",
            related=[Related(f"{entry.key} is here", entry.span)],
        )
    rest = {key: item for key, item in arguments.entries.items() if key not in inside}
    return Entry(entry.key, entry.span, Mapping(rest, arguments.span)), inside


_WHATS = 'give it one layer, op or application (Dense: {units: 10}), or "call", "chain", "block" or "expr"'


class _Meant:
    """The entry that says what a node is, and every entry that was taken care of."""

    __slots__ = ("consumed", "entry")

    def __init__(self, entry: Entry | None, consumed: list[Entry]) -> None:
        self.entry = entry
        self.consumed = consumed


def _misindented(candidates: list[Entry], subject: str, diagnostics: Diagnostics) -> _Meant | None:
    """Recognise ``Dense:`` with its arguments at its own depth: one mistake, however many arguments."""
    if len(candidates) < 2:  # noqa: PLR2004 - a layer and at least one argument
        return None
    heads = [entry for entry in candidates if is_what_name(entry.key)]
    if len(heads) != 1 or not _is_nothing(heads[0].value):
        return None
    head = heads[0]
    arguments = [entry for entry in candidates if entry is not head]
    shown = " and ".join(f'"{entry.key}"' for entry in arguments)
    diagnostics.error(
        "GS207",
        f"{shown} stand{'s' if len(arguments) == 1 else ''} beside {head.key} in {subject}, not inside it",
        arguments[0].span,
        help=f"indent {'this line' if len(arguments) == 1 else f'these {len(arguments)} lines'} under {head.key},"
        f" or write {head.key}: {{{', '.join(entry.key + ': ...' for entry in arguments)}}}",
        related=[Related(f"{head.key} is here", head.span)],
        fix=indentation(arguments[0], arguments[-1], column_inside(head)),
    )
    inner = Mapping({entry.key: entry for entry in arguments}, head.span)
    return _Meant(Entry(head.key, head.span, inner), candidates)


def _single(
    mapping: Mapping,
    candidates: list[Entry],
    own: Collection[str],
    subject: str,
    place: Span,
    diagnostics: Diagnostics,
) -> _Meant:
    reserved = [key for key in RESERVED if key not in mapping.entries]
    heads = [entry for entry in candidates if is_what_name(entry.key)]
    others = [entry for entry in candidates if not is_what_name(entry.key)]
    consumed = list(heads)
    if (
        not heads
        and others
        and not any(_may_be_what(entry, reserved, own, is_only=len(others) == 1) for entry in others)
    ):
        _report_no_what(others, subject, diagnostics)
        return _Meant(None, others)
    for entry in others:
        if nearest(entry.key, [key for key in own if key not in mapping.entries]) and (heads or len(others) > 1):
            continue
        meant = nearest(entry.key, reserved)
        if meant is not None and not heads:
            message = f'unknown key "{entry.key}" in {subject}; did you mean "{meant}"?'
            diagnostics.error("GS201", message, entry.span, fix=respelling(entry.key, reserved, entry.span))
            heads.append(Entry(meant, entry.span, entry.value))
            consumed.append(entry)
        elif not heads:
            heads.append(entry)
            consumed.append(entry)
        elif _report_argument_outside(entry, heads[0], subject, diagnostics):
            consumed.append(entry)
    if not heads:
        diagnostics.error(
            "GS205",
            f"{subject} does not say what it is",
            place,
            help=_WHATS,
        )
        return _Meant(None, consumed)
    if len([entry for entry in heads if entry in candidates]) > 1:
        names = " and ".join(f'"{entry.key}"' for entry in heads)
        diagnostics.error(
            "GS206",
            f"{subject} says twice what it is: {names}",
            heads[1].span,
            help="make it two nodes, or a chain",
            related=[Related(f'"{heads[0].key}" is here', heads[0].span)],
        )
        return _Meant(None, consumed)
    return _Meant(heads[0], consumed)


def _may_be_what(entry: Entry, reserved: Collection[str], own: Collection[str], *, is_only: bool) -> bool:
    if is_only and (isinstance(entry.value, Mapping) or _is_nothing(entry.value)):
        return True
    return nearest(entry.key, (*reserved, *own, *catalog.layer_names())) is not None


def _report_no_what(others: list[Entry], subject: str, diagnostics: Diagnostics) -> None:
    shown = " and ".join(f'"{entry.key}"' for entry in others)
    diagnostics.error(
        "GS205",
        f"{subject} does not say what it is: {shown} {'is' if len(others) == 1 else 'are'} no layer",
        others[0].span,
        help=_WHATS,
    )


def _report_argument_outside(entry: Entry, head: Entry, subject: str, diagnostics: Diagnostics) -> bool:
    layer = catalog.layer(head.key)
    if layer is None or entry.key not in layer.arguments:
        return False
    diagnostics.error(
        "GS207",
        f'"{entry.key}" stands beside {head.key} in {subject}, not inside it',
        entry.span,
        help=f"write {head.key}: {{..., {entry.key}: ...}}",
        related=[Related(f"{head.key} is here", head.span)],
        fix=indentation(entry, entry, column_inside(head)),
    )
    return True


# A spec has few different keys, and each is asked about several times.
@lru_cache(1024)
def is_what_name(key: str) -> bool:
    """Say whether a key looks like one that says what a node is."""
    if key in RESERVED:
        return True
    if key.lower() in _OWN_WORDS:
        return False
    return "." in key or _CLASS.match(key.split(" ", 1)[0]) is not None


def _is_nothing(value: Tree) -> bool:
    return isinstance(value, Scalar) and value.value is None


def _what(entry: Entry, subject: str, diagnostics: Diagnostics) -> What | None:
    if isinstance(entry.value, Unknown):
        return None
    if entry.key == "chain":
        return _chain(entry, subject, diagnostics)
    if entry.key in RESERVED:
        return _named(entry, RESERVED[entry.key], subject, diagnostics)
    kind, name = classify(entry.key)
    arguments = None if _is_nothing(entry.value) else entry.value
    if arguments is not None and not isinstance(arguments, Mapping) and not holds_formula(arguments):
        diagnostics.error(
            "GS203",
            f"the arguments of {entry.key} in {subject} must be a mapping, not {describe_value(arguments)}",
            arguments.span,
            help=arguments_help(entry),
        )
        return None
    return What(kind, name, entry.span, arguments)


def classify(key: str) -> tuple[WhatKind, str]:
    """Return the kind of a what and its name in the catalogue.

    >>> classify("ops.matmul")
    ('op', 'matmul')
    """
    if key.startswith("ops."):
        return "op", key[4:]
    if key.startswith("applications."):
        return "application", key[13:]
    if "." in key:
        return "plugin", key
    return "layer", key


def arguments_help(entry: Entry) -> str | None:
    """Return how to write arguments by name that were written by place, as in ``Dense: 10``."""
    layer = catalog.layer(entry.key)
    values = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
    texts = [value.text for value in values if isinstance(value, Scalar)]
    if layer is None or not 0 < len(texts) <= len(layer.arguments) or len(texts) != len(values):
        return None
    named = ", ".join(f"{name}: {text}" for name, text in zip(layer.arguments, texts, strict=False))
    return f"write {entry.key}: {{{named}}}"


def _named(entry: Entry, kind: WhatKind, subject: str, diagnostics: Diagnostics) -> What | None:
    value = entry.value
    if not isinstance(value, Scalar) or not (isinstance(value.value, str) or kind == "expr") or not value.text:
        wanted = _WANTED[kind]
        place = entry.span if _is_nothing(value) else value.span
        help_ = None
        if kind == "call" and isinstance(value, Mapping) and len(value.entries) == 1:
            help_ = f"write call: {next(iter(value.entries))}; what it is made of stands with the entry"
        diagnostics.error(
            "GS203", f'"{entry.key}" in {subject} must be {wanted}, not {describe_value(value)}', place, help=help_
        )
        return None
    return What(kind=kind, name=value.text, span=value.span, arguments=value)


_WANTED = {
    "call": "the name of an entry of layers or models", "block": "the name of a block", "expr": "an expression",
}  # fmt: skip


def _chain(entry: Entry, subject: str, diagnostics: Diagnostics) -> What | None:
    value = entry.value
    if not isinstance(value, Sequence) or not value.items:
        shown = "an empty list" if isinstance(value, Sequence) else describe_value(value)
        place = entry.span if _is_nothing(value) else value.span
        help_ = 'put "- " before each of its layers' if isinstance(value, Mapping) else None
        diagnostics.error("GS203", f'"chain" in {subject} must be a list of layers, not {shown}', place, help=help_)
        return None
    members = tuple(
        read_member(item, f"member {number} of {subject}", diagnostics) for number, item in enumerate(value.items, 1)
    )
    return What(kind="chain", name="chain", span=entry.span, members=members)


def read_member(item: Tree, subject: str, diagnostics: Diagnostics) -> NodeSpec:
    """Return a member of a chain."""
    if isinstance(item, Scalar) and isinstance(item.value, str):
        entry = Entry(item.value, item.span, Scalar(None, item.span, ""))
        kind, name = classify(entry.key)
        return NodeSpec(what=What(kind=kind, name=name, span=item.span), span=item.span)
    if isinstance(item, Unknown):
        return NodeSpec(what=None, span=item.span)
    if not isinstance(item, Mapping):
        diagnostics.error("GS203", f"{subject} must be a layer, not {describe_value(item)}", item.span)
        return NodeSpec(what=None, span=item.span)
    first = next(iter(item.entries.values()), None)
    place = item.span if first is None else first.span
    what, beside = read_what(item, MEMBER, subject, place, diagnostics)
    fields = checked_fields(MEMBER, beside, subject, place, diagnostics)
    if fields is None or isinstance(item.get("from"), Sequence | Mapping):
        # What has several tensors before it is fed in another way than a chain can, which was reported.
        return NodeSpec(what=None, span=place)
    return node_spec(what, place, fields, Control(item, subject, is_member=True), diagnostics)


def node_spec(
    what: What | None, place: Span, fields: dict[str, Tree], written: Control, diagnostics: Diagnostics
) -> NodeSpec:
    """Return a node of a what and the fields beside it."""
    if fields.keys() <= _SOURCE_ALONE:
        return NodeSpec(place, what, fields.get("from"))
    if isinstance(fields.get("with"), Unknown):
        what = None
    trainable = scalar(fields.get("trainable"))
    subject = written.subject
    return NodeSpec(
        span=place,
        what=what,
        source=fields.get("from"),
        literals=_literals(fields, subject, diagnostics),
        trainable=trainable if isinstance(trainable, bool) else None,
        name=checked_name(fields.get("name"), subject, diagnostics, is_path=written.is_member),
        places={key: fields[key].span for key in ("trainable", "name") if key in fields},
        control=_control(what, written, fields) if any(key in fields for key in CONTROLS) else None,
    )


def _control(what: What | None, written: Control, fields: dict[str, Tree]) -> Control:
    """Return a node as it is meant: misspelt keys have been told, and stand under their right names.

    Whether there is a node whose "when" is misspelt is not known; how often is, where that can be said of it.
    """
    entries = {key: entry for key, entry in written.raw.entries.items() if key in fields or key not in NODE.keys}
    guesses = {key for key in CONTROLS if key in fields and key not in entries}
    if not (what is not None and what.kind in {"block", "chain"}):
        fields = {key: Unknown.at(value.span) if key in guesses else value for key, value in fields.items()}
    elif "when" in guesses:
        fields = {**fields, "when": Unknown.at(fields["when"].span)}
    if any(key not in entries for key in fields):
        entries = {key: entry for key, entry in entries.items() if key in fields or is_what_name(key)}
        for key, value in fields.items():
            entries.setdefault(key, Entry(key, value.span, value))
    return written._replace(raw=Mapping(entries, written.raw.span))


def _literals(fields: dict[str, Tree], subject: str, diagnostics: Diagnostics) -> Mapping | None:
    """Return the mapping under ``with``, or None where there is none or it is something else."""
    value = fields.get("with")
    if value is None or isinstance(value, Mapping) or _is_nothing(value) or holds_formula(value):
        return value if isinstance(value, Mapping) else None
    diagnostics.error(
        "GS203",
        f'"with" in {subject} must be a mapping of call arguments, not {describe_value(value)}',
        value.span,
    )
    return None


def checked_name(value: Tree | None, subject: str, diagnostics: Diagnostics, *, is_path: bool = False) -> str | None:
    """Return the name under ``name`` where Keras takes it or, of one that is part of a path, references do."""
    name = scalar(value)
    if value is None or not isinstance(name, str) or holds_formula(value):
        return None
    if NAME.match(name) if is_path else is_keras_name(name):
        return name
    shown = f'"{name}" cannot be the name of {subject}{right_name(name)}'
    diagnostics.error("GS204", shown, value.span, help=NAME_HELP if is_path else _KERAS_NAME_HELP)
    return None


def is_keras_name(name: str) -> bool:
    """Say whether Keras can hold a name, in a model and in a file.

    >>> is_keras_name("stage 1.conv-a"), is_keras_name("stage/conv")
    (True, False)
    """
    return name != "" and "/" not in name and name.isprintable()


def right_name(name: str) -> str:
    """Return ``; did you mean "my_layer"?`` for a text that is no name, or nothing where it cannot become one."""
    meant = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    meant = f"_{meant}" if meant[:1].isdigit() else meant
    return f'; did you mean "{meant}"?' if NAME.match(meant) else ""


NAME_HELP = "a name has letters, digits and underscores, and does not start with a digit"
_KERAS_NAME_HELP = "a name in Keras has at least one character and no slash, line break or other control character"
