"""Check the keys and scalars of a mapping against a part of a spec, in words of our own."""

from collections.abc import Iterable

from pydantic_core import ErrorDetails, ValidationError

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import nearest
from graphspec.frontend.structure import Part
from graphspec.frontend.tree import Mapping, Scalar, Sequence, Tree

_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "an integer",
    "literal_error": "1",
}


def checked_fields(
    part: Part, mapping: Mapping, subject: str, place: Span, diagnostics: Diagnostics
) -> dict[str, Tree] | None:
    """Return the fields of a mapping that are right, by key, or None where a required one is missing.

    A misspelt key is reported once and read as the key that was meant, so that one mistake hides no other.
    """
    fields = {key: entry.value for key, entry in mapping.entries.items()}
    try:
        part.check({key: value.value if isinstance(value, Scalar) else value for key, value in fields.items()})
    except ValidationError as problem:
        errors = problem.errors(include_url=False, include_context=True, include_input=False)
        unknown = [str(error["loc"][0]) for error in errors if error["type"] == "extra_forbidden"]
        for key in unknown:
            _report_unknown(key, part.keys, fields, mapping, subject, diagnostics)
        missing = [str(e["loc"][0]) for e in errors if e["type"] == "missing" and e["loc"][0] not in fields]
        for key in missing:
            diagnostics.error("GS202", f'{subject} has no "{key}"', place)
        for error in errors:
            _report_value(error, fields, mapping, subject, diagnostics)
        return None if missing else fields
    return fields


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


def _report_unknown(
    key: str,
    known: Iterable[str],
    fields: dict[str, Tree],
    mapping: Mapping,
    subject: str,
    diagnostics: Diagnostics,
) -> None:
    meant = nearest(key, [name for name in known if name not in fields])
    value = fields.pop(key)
    entry = mapping.entries[key]
    if meant is not None:
        fields[meant] = value
        diagnostics.error("GS201", f'unknown key "{key}" in {subject}; did you mean "{meant}"?', entry.span)
        return
    allowed = ", ".join(sorted(name for name in known if not name.startswith("$")))
    diagnostics.error("GS201", f'unknown key "{key}" in {subject}', entry.span, help=f"it takes {allowed}")


def _report_value(
    error: ErrorDetails, fields: dict[str, Tree], mapping: Mapping, subject: str, diagnostics: Diagnostics
) -> None:
    key = str(error["loc"][0])
    if error["type"] in {"extra_forbidden", "missing"} or key not in fields:
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
        )
        return
    diagnostics.error(
        "GS203",
        f'"{key}" in {subject} must be {expected or "of another type"}, not {describe_value(value)}',
        value.span if describe_value(value) != "nothing" else mapping.entries[key].span,
    )
