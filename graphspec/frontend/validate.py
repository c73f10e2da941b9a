"""Tree -> document: is the structure right? Names and arguments come later."""

import re
from collections.abc import Callable
from typing import TypeVar

from graphspec.catalog.dtypes import DTYPES, POLICIES, is_policy
from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, nearest
from graphspec.frontend.document import (
    Body,
    Dimension,
    Document,
    FileModel,
    InputSpec,
    LayerSpec,
    ModelSpec,
    NodeSpec,
)
from graphspec.frontend.fields import checked_fields, describe_value, scalar
from graphspec.frontend.structure import BODY, DOCUMENT, INPUT, LAYER, NODE
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree
from graphspec.frontend.whats import NAME, NAME_HELP, checked_name, node_spec, read_what

MAX_RANK = 32
_FIRST_LINES = 'a spec starts with "graphspec: 1" and has "inputs", "nodes" and "outputs"'
_MODEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}\Z")
_Part = TypeVar("_Part")


def validate(tree: Mapping, diagnostics: Diagnostics) -> Document | None:
    """Return the document of a tree, or None where too little of it is right to go on.

    What is wrong goes into ``diagnostics``; entries that are wrong stay in the document as unknown, so that what
    refers to them is not reported as well.
    """
    place = _first_key(tree)
    if not any(key in tree.entries or nearest(key, tree.entries) for key in DOCUMENT.required):
        diagnostics.error("GS202", 'this is not a spec: it has no "graphspec" key', place, help=_FIRST_LINES)
        return None
    fields = checked_fields(DOCUMENT, tree, "the spec", place, diagnostics)
    if fields is None:
        return None
    seed = scalar(fields.get("seed"))
    document = Document(
        body=_body(fields, "the spec", place, diagnostics),
        name=_model_name(fields, diagnostics),
        layers=_section(fields, "layers", _layer, diagnostics),
        models=_section(fields, "models", _model, diagnostics),
        seed=seed if isinstance(seed, int) else None,
        compile=_mapping(fields, "compile", diagnostics),
    )
    _check_one_namespace(fields, diagnostics)
    return document


def _body(fields: dict[str, Tree], subject: str, place: Span, diagnostics: Diagnostics) -> Body:
    inputs = _section(fields, "inputs", _input, diagnostics)
    if not inputs and isinstance(fields["inputs"], Mapping):
        diagnostics.error("GS202", f"{subject} has no input: a model needs at least one", fields["inputs"].span)
    return Body(
        span=place,
        inputs=inputs,
        nodes=_section(fields, "nodes", _node, diagnostics),
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
        "GS405", f'"dtype" of {subject} must be {what}, not "{name}"{did_you_mean(name, known)}', fields["dtype"].span
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
    if value is None or (isinstance(value, Scalar) and value.value is None):
        return None
    if isinstance(value, Mapping):
        return value
    diagnostics.error("GS203", f'"{key}" must be a mapping, not {describe_value(value)}', value.span)
    return None


def _section(
    fields: dict[str, Tree], key: str, read_entry: Callable[[Entry, Diagnostics], _Part], diagnostics: Diagnostics
) -> dict[str, _Part]:
    mapping = _mapping(fields, key, diagnostics)
    if mapping is None:
        return {}
    for entry in mapping.entries.values():
        if not NAME.match(entry.key):
            _report_name(entry, key, diagnostics)
    return {entry.key: read_entry(entry, diagnostics) for entry in mapping.entries.values()}


def _report_name(entry: Entry, section: str, diagnostics: Diagnostics) -> None:
    singular = section.removesuffix("s")
    diagnostics.error("GS204", f'"{entry.key}" is not a name for a{"n" * (singular[0] in "aeiou")} {singular}',
                      entry.span, help=NAME_HELP)  # fmt: skip


def _check_one_namespace(fields: dict[str, Tree], diagnostics: Diagnostics) -> None:
    first: dict[str, tuple[str, Entry]] = {}
    for section in ("inputs", "layers", "models", "nodes"):
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


def _as_mapping(entry: Entry, subject: str, expected: str, diagnostics: Diagnostics) -> Mapping | None:
    if isinstance(entry.value, Mapping):
        return entry.value
    help_ = None
    if isinstance(entry.value, Scalar) and isinstance(entry.value.value, str) and entry.value.value[:1].isupper():
        help_ = f"write {entry.key}: {{{entry.value.value}: {{}}}}"
    place = entry.span if describe_value(entry.value) == "nothing" else entry.value.span
    diagnostics.error("GS203", f"{subject} must be {expected}, not {describe_value(entry.value)}", place, help=help_)
    return None


def _node(entry: Entry, diagnostics: Diagnostics) -> NodeSpec:
    subject = f'node "{entry.key}"'
    mapping = _as_mapping(entry, subject, "a mapping that says what it is and where its tensors come from", diagnostics)
    if mapping is None:
        return NodeSpec(span=entry.span, what=None)
    what, beside = read_what(mapping, NODE, subject, entry.span, diagnostics)
    fields = checked_fields(NODE, beside, subject, entry.span, diagnostics) or {}
    return node_spec(what, entry.span, fields, subject, diagnostics)


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
    fields = checked_fields(BODY, mapping, subject, entry.span, diagnostics)
    if fields is None:
        return None
    _check_one_namespace({key: fields[key] for key in ("inputs", "nodes") if key in fields}, diagnostics)
    return _body(fields, subject, entry.span, diagnostics)


def _input(entry: Entry, diagnostics: Diagnostics) -> InputSpec:
    subject = f'input "{entry.key}"'
    if isinstance(entry.value, Sequence):
        return InputSpec(span=entry.span, shape=_shape(entry.value, subject, diagnostics))
    mapping = _as_mapping(entry, subject, "a shape, as in [64, 64, 3], or a mapping with a shape", diagnostics)
    fields = None if mapping is None else checked_fields(INPUT, mapping, subject, entry.span, diagnostics)
    if fields is None:
        return InputSpec(span=entry.span, shape=())
    shape = fields.pop("shape", None)
    if shape is None:
        return InputSpec(span=entry.span, shape=())
    if not isinstance(shape, Sequence):
        diagnostics.error("GS208", f'"shape" of {subject} must be a list, not {describe_value(shape)}', shape.span)
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
