"""Any stage of the pipeline as text, for whoever looks inside, and for the tests."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from graphspec.diagnostics.span import Span
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.tree import Scalar, Sequence, plain

_INDENT = "  "


def emit(stage: object) -> str:
    """Return a stage as indented text: a name a line, places left out, what is empty or None left out too."""
    return "\n".join(_lines(stage, 0))


def _lines(value: object, depth: int) -> Iterator[str]:
    for name, item in _parts(value):
        if item is None or item in ((), {}):
            continue
        shown = _inline(item)
        if shown is not None:
            yield f"{_INDENT * depth}{name}: {shown}"
        else:
            yield f"{_INDENT * depth}{name}:{_title(item)}"
            yield from _lines(item, depth + 1)


def _title(value: object) -> str:
    return f" {type(value).__name__}" if is_dataclass(value) else ""


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, TreeMapping):
        yield from ((key, entry.value) for key, entry in value.entries.items())
    elif isinstance(value, Sequence):
        yield from (("-", item) for item in value.items)
    elif isinstance(value, Mapping):
        yield from ((str(key), item) for key, item in value.items())
    elif isinstance(value, tuple | list):
        yield from (("-", item) for item in value)
    elif is_dataclass(value):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))


def _inline(value: object) -> str | None:
    """Return a value that fits on the line of its name, or None where it needs lines of its own."""
    if isinstance(value, Span):
        return f"{value.line}:{value.column}"
    if isinstance(value, Scalar):
        return repr(value.value)
    if isinstance(value, Sequence | TreeMapping):
        text = repr(plain(value))
        return text if len(text) <= MAX_INLINE else None
    if isinstance(value, tuple | list) and all(isinstance(item, str | int | float | bool | None) for item in value):
        return repr(list(value))
    if isinstance(value, str | int | float | bool):
        return repr(value)
    return None


MAX_INLINE = 80
