"""Any stage of the pipeline as text, for whoever looks inside, and for the tests."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass

from graphspec.diagnostics.span import Span
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.tree import Scalar, Sequence, plain
from graphspec.graph.ir import BlockUse
from graphspec.graph.typed import TypedGraph
from graphspec.shapes.types import Outputs, TensorType, Weight

_INDENT = "  "


def emit(stage: object) -> str:
    """Return a stage as indented text: a name a line, places left out, what is empty or None left out too."""
    return "\n".join(_lines(_typed_lines(stage) if isinstance(stage, TypedGraph) else stage, 0))


def _typed_lines(typed: TypedGraph) -> dict[str, object]:
    """Return what inference adds to a graph: a line a tensor, a weight and a count, nested models within."""
    return {
        "types": {name: _outputs_line(found) for name, found in typed.types.items()},
        "weights": {
            key: "?" if weights is None else [_weight_line(weight) for weight in weights]
            for key, weights in typed.weights.items()
        },
        "flops": {name: "?" if count is None else str(count) for name, count in typed.flops.items()},
        "models": {key: _typed_lines(model) for key, model in typed.models.items()},
    }


def _outputs_line(found: Outputs | None) -> str:
    if found is None:
        return "?"
    if isinstance(found, TensorType):
        return f"{found} {found.dtype}"
    if isinstance(found, Mapping):
        return ", ".join(f"{key}: {_outputs_line(item)}" for key, item in found.items())
    return ", ".join(_outputs_line(item) for item in found)


def _weight_line(weight: Weight) -> str:
    return f"{weight.name} {weight.shape} {weight.dtype}{'' if weight.trainable else ', not trained'}"


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
    return f" {type(value).__name__}" if _is_record(value) else ""


def _is_record(value: object) -> bool:
    return is_dataclass(value) or hasattr(value, "_field_defaults")


def _defaults(record: object) -> dict[str, object]:
    """Return the fields of a dataclass or a named tuple, each with its default."""
    if is_dataclass(record):
        return {field.name: field.default for field in fields(record)}
    given = getattr(record, "_field_defaults", {})
    return {name: given.get(name, MISSING) for name in getattr(record, "_fields", ())}


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, TreeMapping):
        yield from ((key, entry.value) for key, entry in value.entries.items())
    elif isinstance(value, Sequence):
        yield from (("-", item) for item in value.items)
    elif isinstance(value, Mapping):
        yield from ((str(key), item) for key, item in value.items())
    elif isinstance(value, BlockUse):
        yield from {**value._asdict(), "block": value.block.name}.items()
    elif _is_record(value):
        yield from (
            (name, found) for name, default in _defaults(value).items() if (found := getattr(value, name)) != default
        )
    elif isinstance(value, tuple | list):
        yield from (("-", item) for item in value)


def _inline(value: object) -> str | None:
    """Return a value that fits on the line of its name, or None where it needs lines of its own."""
    if isinstance(value, Span):
        return f"{value.line}:{value.column}"
    if isinstance(value, Scalar):
        return repr(value.value)
    if isinstance(value, Sequence | TreeMapping):
        text = repr(plain(value))
        return text if len(text) <= MAX_INLINE else None
    if _is_record(value):
        return None
    if isinstance(value, tuple | list) and all(isinstance(item, str | int | float | bool | None) for item in value):
        return repr(list(value))
    if isinstance(value, str | int | float | bool):
        return repr(value)
    return None


MAX_INLINE = 80
