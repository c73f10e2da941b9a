"""Tree -> document: is the structure right? Names and arguments come later."""

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from dataclasses import replace
from itertools import islice, takewhile
from typing import TypeVar

from graphspec.catalog.dtypes import DTYPES, POLICIES, is_policy
from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, nearest, respelling
from graphspec.frontend.document import (
    BlockModel,
    BlockSpec,
    Body,
    Control,
    Dimension,
    Document,
    FileModel,
    InputSpec,
    LayerSpec,
    ModelSpec,
    NodeSpec,
)
from graphspec.frontend.fields import checked_fields, describe_value, in_brackets, mended, scalar
from graphspec.frontend.realign import SECTIONS, is_empty, nodes_realigned, realign
from graphspec.frontend.structure import BLOCK_MODEL, BODY, DOCUMENT, INPUT, LAYER, LIBRARY, NODE
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree, Unknown, holds_unknown
from graphspec.frontend.whats import (
    NAME,
    NAME_HELP,
    UNKNOWN_SOURCE,
    checked_name,
    is_what_name,
    node_spec,
    read_what,
    right_name,
)

MAX_RANK = 32
_FIRST_LINES = 'a spec starts with "graphspec: 1" and has "inputs", "nodes" and "outputs"'
_MODEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}\Z")
_CLASS_NAME = re.compile(r"[A-Z][A-Za-z0-9_]*")
# Of a file with more top-level keys than any spec, the first ones tell what it is.
_MOST_KEYS = 1000
_Part = TypeVar("_Part")


def validate(tree: Mapping, diagnostics: Diagnostics) -> Document | None:
    """Return the document of a tree, or None where too little of it is right to go on.

    What is wrong goes into ``diagnostics``; entries that are wrong stay in the document as unknown, so that what
    refers to them is not reported as well.
    """
    place = _first_key(tree)
    keys = list(islice(tree.entries, _MOST_KEYS))
    if not any(key in tree.entries or nearest(key, keys) for key in DOCUMENT.required):
        diagnostics.error("GS202", 'this is not a spec: it has no "graphspec" key', place, help=_FIRST_LINES)
        return None
    fields = checked_fields(DOCUMENT, realign(tree, DOCUMENT, diagnostics), "the spec", place, diagnostics)
    if fields is None:
        return None
    _check_one_namespace(fields, diagnostics)
    seed = scalar(fields.get("seed"))
    document = Document(
        body=_body(fields, "the spec", place, diagnostics),
        name=_model_name(fields, diagnostics),
        blocks=_section(fields, "blocks", _block, diagnostics) if "blocks" in fields else {},
        layers=_section(fields, "layers", _layer, diagnostics),
        models=_section(fields, "models", _model, diagnostics),
        seed=seed if isinstance(seed, int) else None,
        compile=_mapping(fields, "compile", diagnostics),
        expect=_mapping(fields, "expect", diagnostics),
    )
    return document if _has_names(fields, "the spec", diagnostics) else None


def validate_library(tree: Mapping, diagnostics: Diagnostics) -> Document | None:
    """Return the document of a tree that has no model of its own, only blocks, layers and models for others."""
    place = _first_key(tree)
    fields = checked_fields(LIBRARY, tree, "the spec", place, diagnostics)
    if fields is None:
        return None
    return Document(
        body=Body(span=place, inputs={}, nodes={}, edges=None, outputs=Scalar(None, place, "")),
        blocks=_section(fields, "blocks", _block, diagnostics),
        layers=_section(fields, "layers", _layer, diagnostics),
        models=_section(fields, "models", _model, diagnostics),
    )


def _block(entry: Entry, diagnostics: Diagnostics) -> BlockSpec | None:
    from graphspec.frontend.blocks import read_block  # noqa: PLC0415 - most specs have none

    return read_block(entry, _nodes_of_block, diagnostics)


def _nodes_of_block(
    fields: dict[str, Tree], diagnostics: Diagnostics
) -> tuple[MappingABC[str, Entry], dict[str, NodeSpec]]:
    mapping = _mapping(fields, "nodes", diagnostics)
    if mapping is None:
        return {}, {}
    mapping = nodes_realigned(mapping, diagnostics)
    return mapping.entries, _section({"nodes": mapping}, "nodes", read_node, diagnostics)


def _has_names(fields: dict[str, Tree], subject: str, diagnostics: Diagnostics) -> bool:
    """Say whether the sections that name things could be read: where one could not, every name would be unknown."""
    inputs = fields["inputs"]
    if isinstance(inputs, Unknown):
        return False
    if is_empty(inputs) or (isinstance(inputs, Mapping) and not inputs.entries):
        diagnostics.error("GS202", f"{subject} has no input: a model needs at least one", inputs.span)
        return False
    return all(isinstance(fields[key], Mapping) or is_empty(fields[key]) for key in SECTIONS if key in fields)


def _body(fields: dict[str, Tree], subject: str, place: Span, diagnostics: Diagnostics) -> Body:
    return Body(
        span=place,
        inputs=_section(fields, "inputs", _input, diagnostics),
        nodes=_section(fields, "nodes", read_node, diagnostics),
        edges=fields.get("edges"),
        outputs=fields["outputs"],
        description=_text(fields, "description"),
        dtype=_dtype(fields, subject, POLICIES, diagnostics),
    )


def _dtype(fields: dict[str, Tree], subject: str, known: tuple[str, ...], diagnostics: Diagnostics) -> str | None:
    name = _text(fields, "dtype")
    if name is None or name in known or (known is POLICIES and is_policy(name)):
        return name
    what = "a dtype policy" if known is POLICIES else "a dtype"
    diagnostics.error(
        "GS405",
        f'"dtype" of {subject} must be {what}, not "{name}"{did_you_mean(name, known)}',
        fields["dtype"].span,
        fix=respelling(name, known, fields["dtype"].span),
    )
    return None


def _text(fields: dict[str, Tree], key: str) -> str | None:
    value = scalar(fields.get(key))
    return value if isinstance(value, str) else None


def _model_name(fields: dict[str, Tree], diagnostics: Diagnostics) -> str | None:
    name = _text(fields, "name")
    if name is None or _MODEL_NAME.match(name):
        return name
    diagnostics.error(
        "GS204",
        f'"{name}" cannot be the name of a model',
        fields["name"].span,
        help="it has letters, digits, underscores, dots and hyphens, and starts with a letter or an underscore",
    )
    return None


def _first_key(tree: Mapping) -> Span:
    return next((entry.span for entry in tree.entries.values()), tree.span)


def _mapping(fields: dict[str, Tree], key: str, diagnostics: Diagnostics) -> Mapping | None:
    value = fields.get(key)
    if value is None or is_empty(value):
        return None
    if isinstance(value, Mapping):
        return mended(value, diagnostics)
    help_ = None
    if isinstance(value, Sequence) and all(isinstance(item, Mapping) for item in value.items) and value.items:
        help_ = 'its entries have names: remove the "- " before each'
    diagnostics.error("GS203", f'"{key}" must be a mapping, not {describe_value(value)}', value.span, help=help_)
    return None


def _section(
    fields: dict[str, Tree], key: str, read_entry: Callable[[Entry, Diagnostics], _Part], diagnostics: Diagnostics
) -> dict[str, _Part]:
    mapping = _mapping(fields, key, diagnostics)
    if mapping is None:
        return {}
    mapping = nodes_realigned(mapping, diagnostics) if key == "nodes" else mapping
    for entry in mapping.entries.values():
        if not NAME.match(entry.key):
            _report_name(entry, key, diagnostics)
    return {entry.key: read_entry(entry, diagnostics) for entry in mapping.entries.values()}


def _report_name(entry: Entry, section: str, diagnostics: Diagnostics) -> None:
    singular = section.removesuffix("s")
    article = "an" if singular[0] in "aeiou" else "a"
    diagnostics.error(
        "GS204",
        f'"{entry.key}" cannot be the name of {article} {singular}{right_name(entry.key)}',
        entry.span,
        help=NAME_HELP,
    )


def _check_one_namespace(fields: dict[str, Tree], diagnostics: Diagnostics) -> None:
    """Report names that two sections have; of a node and an input, what refers to the name means the input."""
    first: dict[str, tuple[str, Entry]] = {}
    for section in SECTIONS:
        mapping = fields.get(section)
        if not isinstance(mapping, Mapping):
            continue
        for entry in mapping.entries.values():
            if entry.key not in first:
                first[entry.key] = (section, entry)
                continue
            other, before = first[entry.key]
            diagnostics.error(
                "GS213",
                f'the name "{entry.key}" is given twice: in "{section}" and in "{other}"',
                entry.span,
                help="inputs, layers, models and nodes share their names; rename one of the two",
                related=[Related(f'"{entry.key}" in "{other}" is here', before.span)],
            )
        if section == "nodes" and any(first[name][0] == "inputs" for name in mapping.entries):
            kept = {name: entry for name, entry in mapping.entries.items() if first[name][0] != "inputs"}
            fields[section] = Mapping(kept, mapping.span)


def _as_mapping(entry: Entry, subject: str, expected: str, diagnostics: Diagnostics) -> Mapping | None:
    if isinstance(entry.value, Mapping):
        return entry.value
    if isinstance(entry.value, Unknown):
        return None
    help_ = None
    class_name = _CLASS_NAME.match(entry.value.text) if isinstance(entry.value, Scalar) else None
    if class_name is not None and not subject.startswith(("input", "model")):
        arguments = "argument: value" if class_name.end() < len(class_name.string) else ""
        source = ", from: ..." if subject.startswith("node") else ""
        help_ = f"write {entry.key}: {{{class_name[0]}: {{{arguments}}}{source}}}"
    elif subject.startswith("node") and isinstance(entry.value, Sequence):
        help_ = f"layers in a row are a chain: write {entry.key}: {{chain: [...], from: ...}}"
    elif subject.startswith("input") and isinstance(entry.value, Scalar):
        help_ = _shape_help(entry)
    place = entry.span if describe_value(entry.value) == "nothing" else entry.value.span
    diagnostics.error("GS203", f"{subject} must be {expected}, not {describe_value(entry.value)}", place, help=help_)
    return None


def _shape_help(entry: Entry) -> str | None:
    listed = in_brackets(entry.value)
    if isinstance(entry.value, Scalar) and isinstance(entry.value.value, int):
        listed = f"[{entry.value.text}]"
    return f"write {entry.key}: {listed}" if listed else None


def read_node(entry: Entry, diagnostics: Diagnostics) -> NodeSpec:
    """Return an entry of ``nodes``."""
    subject = f'node "{entry.key}"'
    mapping = _as_mapping(entry, subject, "a mapping that says what it is and where its tensors come from", diagnostics)
    if mapping is None:
        return NodeSpec(span=entry.span, what=None)
    what, beside = read_what(_listed(mapping, diagnostics), NODE, subject, entry.span, diagnostics)
    fields = checked_fields(NODE, beside, subject, entry.span, diagnostics) or {}
    if any(key not in NODE.keys for key in beside.entries):
        fields.setdefault("from", UNKNOWN_SOURCE)
    return node_spec(what, entry.span, fields, Control(mapping, subject, is_member=False), diagnostics)


def _listed(mapping: Mapping, diagnostics: Diagnostics) -> Mapping:
    """Read ``{Add: {}, from: a, b}`` as the list that was meant: to YAML it has a key "b" with no value."""
    entries = list(mapping.entries.values())
    source = mapping.entries.get("from")
    if source is None or source is entries[-1]:
        return mapping
    if not isinstance(source.value, Scalar) or not isinstance(source.value.value, str):
        return mapping
    after = entries[entries.index(source) + 1 :]
    rest = list(takewhile(lambda entry: _is_bare(entry) and entry.span.line == source.span.line, after))
    if not rest:
        return mapping
    first, last = source.value.span, rest[-1].span
    span = Span(first.path, first.line, first.column, last.end_line, last.end_column)
    items = tuple(_unbracketed(item) for item in (source.value, *(Scalar(it.key, it.span, it.key) for it in rest)))
    shown = ", ".join(item.text for item in items)
    diagnostics.error("GS203", f'"{shown}" is not a list: a list stands in brackets', span, help=f"write [{shown}]")
    kept = {entry.key: entry for entry in entries if entry not in rest}
    return Mapping({**kept, "from": Entry("from", source.span, Sequence(items, span))}, mapping.span)


def _unbracketed(item: Scalar) -> Scalar:
    text = item.text.strip("() ")
    return Scalar(text, item.span, text)


def _is_bare(entry: Entry) -> bool:
    written = isinstance(entry.value, Scalar) and entry.value.text
    return is_empty(entry.value) and not written and entry.key not in NODE.keys and not is_what_name(entry.key)


def _layer(entry: Entry, diagnostics: Diagnostics) -> LayerSpec:
    subject = f'layer "{entry.key}"'
    mapping = _as_mapping(entry, subject, "a mapping that says what it is", diagnostics)
    if mapping is None:
        return LayerSpec(span=entry.span, what=None)
    what, beside = read_what(mapping, LAYER, subject, entry.span, diagnostics)
    if what is not None and what.kind not in {"layer", "application", "plugin"}:
        diagnostics.error(
            "GS214",
            f"{subject} cannot be {'an op' if what.kind == 'op' else f'a {what.kind}'}: it has nothing to share",
            what.span,
            help="an entry of layers is a layer or an application; ops, calls, chains and expressions are nodes",
        )
        what = None
    fields = checked_fields(LAYER, beside, subject, entry.span, diagnostics) or {}
    trainable = scalar(fields.get("trainable"))
    return LayerSpec(
        span=entry.span,
        what=what,
        trainable=trainable if isinstance(trainable, bool) else None,
        name=checked_name(fields.get("name"), subject, diagnostics),
    )


def _model(entry: Entry, diagnostics: Diagnostics) -> ModelSpec | None:
    subject = f'model "{entry.key}"'
    value = entry.value
    if isinstance(value, Scalar) and isinstance(value.value, str) and value.value:
        return FileModel(span=value.span, path=value.value)
    mapping = _as_mapping(entry, subject, "a body with inputs, nodes and outputs, or a path to a spec", diagnostics)
    if mapping is None:
        return None
    if "block" in mapping.entries:
        return _block_model(mapping, subject, entry, diagnostics)
    fields = checked_fields(BODY, realign(mapping, BODY, diagnostics), subject, entry.span, diagnostics)
    if fields is None:
        return None
    _check_one_namespace(fields, diagnostics)
    name = checked_name(fields.get("name"), subject, diagnostics)
    body = replace(_body(fields, subject, entry.span, diagnostics), name=name)
    return body if _has_names(fields, subject, diagnostics) else None


def _block_model(mapping: Mapping, subject: str, entry: Entry, diagnostics: Diagnostics) -> BlockModel | None:
    fields = checked_fields(BLOCK_MODEL, mapping, subject, entry.span, diagnostics)
    if fields is None:
        return None
    if not isinstance(fields.get("inputs", mapping), Mapping):
        _mapping(fields, "inputs", diagnostics)
        return None
    return BlockModel(
        span=entry.span,
        block=fields["block"],
        literals=fields.get("with"),
        inputs=_section(fields, "inputs", _input, diagnostics) if "inputs" in fields else None,
        name=checked_name(fields.get("name"), subject, diagnostics),
        description=_text(fields, "description"),
        dtype=_dtype(fields, subject, POLICIES, diagnostics),
    )


def read_inputs(tree: Mapping, diagnostics: Diagnostics) -> dict[str, InputSpec]:
    """Return the inputs of a mapping from name to shape."""
    return _section({"inputs": tree}, "inputs", _input, diagnostics)


def _input(entry: Entry, diagnostics: Diagnostics) -> InputSpec:
    before = len(diagnostics)
    read = _read_input(entry, diagnostics)
    is_known = len(diagnostics) == before and not holds_unknown(entry.value)
    return read if is_known else replace(read, shape=None)


def _read_input(entry: Entry, diagnostics: Diagnostics) -> InputSpec:
    subject = f'input "{entry.key}"'
    if isinstance(entry.value, Sequence):
        return InputSpec(span=entry.span, shape=_shape(entry.value, subject, diagnostics))
    mapping = _as_mapping(entry, subject, "a shape, as in [64, 64, 3], or a mapping with a shape", diagnostics)
    mapping = None if mapping is None else mended(mapping, diagnostics)
    fields = None if mapping is None else checked_fields(INPUT, mapping, subject, entry.span, diagnostics)
    if fields is None:
        return InputSpec(span=entry.span, shape=())
    shape = fields.pop("shape", None)
    if shape is None or isinstance(shape, Unknown):
        return InputSpec(span=entry.span, shape=())
    if not isinstance(shape, Sequence):
        help_ = _shape_help(Entry("shape", shape.span, shape))
        diagnostics.error(
            "GS208", f'"shape" of {subject} must be a list, not {describe_value(shape)}', shape.span, help=help_
        )
        return InputSpec(span=entry.span, shape=())
    if scalar(fields.get("sparse")) is True and scalar(fields.get("ragged")) is True:
        diagnostics.error("GS404", f"{subject} cannot be both sparse and ragged", fields["ragged"].span)
    scalars = {key: scalar(value) for key, value in fields.items()}
    scalars["dtype"] = _dtype(fields, subject, DTYPES, diagnostics)
    return InputSpec(entry.span, _shape(shape, subject, diagnostics), **scalars)  # type: ignore[arg-type]


def _shape(value: Sequence, subject: str, diagnostics: Diagnostics) -> tuple[Dimension, ...]:
    if len(value.items) > MAX_RANK:
        diagnostics.error("GS208", f"the shape of {subject} has more than {MAX_RANK} dimensions", value.span)
        return ()
    return tuple(_dimension(item, subject, diagnostics) for item in value.items)


def _dimension(item: Tree, subject: str, diagnostics: Diagnostics) -> Dimension:
    value = item.value if isinstance(item, Scalar) else False
    if value is None or (isinstance(value, str) and NAME.match(value) and value not in {"None", "none"}):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31:
        return value
    help_ = "write null for a dimension of any size" if value in {"None", "none", -1, "?"} else None
    diagnostics.error(
        "GS208",
        f"a dimension of {subject} must be a positive integer, null or a name, not {describe_value(item)}",
        item.span,
        help=help_,
    )
    return None
