"""``graphspec.lock``: what each model was when it was last accepted, as text that git can compare and merge.

An entry has the fingerprint of a model and all that a diff needs of it: a line for each input, output, layer with its
variables, and call. Entries go by the path of the spec. Each variant of a spec is there in short, since eight models
that differ in their sizes would be eight times as long.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphspec.diagnostics.diagnostic import UsageError
from graphspec.views.diff.canonical import Json
from graphspec.views.diff.fingerprint import fingerprint
from graphspec.views.diff.outline import Outline, outline_from_json, outline_of, outline_to_json
from graphspec.views.diff.snapshot import Snapshot
from graphspec.views.diff.store import from_json, to_json

VERSION = 1
_MARKER = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)
_ENTRY = re.compile(r'^    ("(?:[^"\\]|\\.)*"): \{$', re.MULTILINE)
# The parts of an entry that have a line for each of their own parts.
_OPENED = frozenset({"inputs", "outputs", "layers", "nodes", "order", "variables"})


class LockError(UsageError):
    """The lock cannot be read; says why, and what to do."""


class ConflictError(LockError):
    """The lock has the marks of a merge; ``keys`` are the entries of both sides."""

    def __init__(self, message: str, keys: tuple[str, ...]) -> None:
        super().__init__(message)
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Entry:
    """A spec as it was accepted: its model, which is None where values are in its variants alone, and its variants."""

    model: Snapshot | None
    fingerprint: str = ""
    variants: Mapping[str, Outline] = field(default_factory=dict)


def entry_of(model: Snapshot | None, variants: Mapping[str, Snapshot]) -> Entry:
    """Return the entry of a spec as it is now."""
    outlines = {name: outline_of(variant) for name, variant in variants.items()}
    return Entry(model, "" if model is None else fingerprint(model), outlines)


def render_lock(entries: Mapping[str, Entry]) -> str:
    """Return the text of a lock: sorted, and with a line for each part of a model."""
    parts = [f"{_text(key)}: {_entry(entries[key])}" for key in sorted(entries)]
    body = ",\n".join(f"    {part}" for part in parts)
    specs = f"{{\n{body}\n  }}" if parts else "{}"
    return f'{{\n  "version": {VERSION},\n  "specs": {specs}\n}}\n'


def _entry(entry: Entry) -> str:
    model = {} if entry.model is None else {"fingerprint": entry.fingerprint, **to_json(entry.model)}
    lines = _lines(model, "      ")
    if entry.variants:
        variants = [
            f"{_text(name)}: {_record(outline_to_json(entry.variants[name]), ' ' * 8)}"
            for name in sorted(entry.variants)
        ]
        lines.append(f'"variants": {_block(variants, "{}", " " * 6)}')
    return _block(lines, "{}", "    ")


def _record(value: Json, indent: str) -> str:
    """Return a model, whose larger parts have a line for each of theirs."""
    return _block(_lines(value, f"{indent}  "), "{}", indent)


def _lines(value: Json, indent: str) -> list[str]:
    return [
        f"{_text(key)}: {_opened(item, indent) if key in _OPENED and item else _text(item)}"
        for key, item in value.items()
    ]


def _opened(value: Json, indent: str) -> str:
    inner = f"{indent}  "
    if not isinstance(value, dict):
        return _block([_text(item) for item in value], "[]", indent)
    return _block([f"{_text(key)}: {_line(item, inner)}" for key, item in value.items()], "{}", indent)


def _line(value: Json, indent: str) -> str:
    """Return a part on one line, but for a nested model, which has lines of its own."""
    if not isinstance(value, dict) or "model" not in value:
        return _text(value)
    own = _text({key: item for key, item in value.items() if key != "model"})
    return f'{own[:-1]}, "model": {_record(value["model"], indent)}}}'


def _block(lines: list[str], brackets: str, indent: str) -> str:
    body = ",\n".join(f"{indent}  {line}" for line in lines)
    return f"{brackets[0]}\n{body}\n{indent}{brackets[1]}"


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def parse_lock(text: str, name: str) -> dict[str, Entry]:
    """Return the entries of a lock by path.

    Raises LockError where it is damaged, or of another version, and ConflictError in the middle of a merge.
    """
    marker = _MARKER.search(text)
    if marker is not None:
        line = text.count("\n", 0, marker.start()) + 1
        keys = tuple(dict.fromkeys(json.loads(found) for found in _ENTRY.findall(text)))
        raise ConflictError(
            f"{name}:{line} has the conflict markers of a git merge; merge the specs, then run: graphspec lock", keys
        )
    again = "put it back from git, or remove it and run: graphspec lock PATH..."
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        place = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise LockError(f"{name}{place} is damaged: it is no JSON; {again}") from None
    except RecursionError:
        raise LockError(f"{name} is damaged: it is nested too deeply; {again}") from None
    version = data.get("version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise LockError(
            f"{name} is of version {version}, and this GraphSpec reads up to {VERSION}: use a newer GraphSpec"
        )
    if version != VERSION or not isinstance(data.get("specs"), dict):
        raise LockError(f"{name} is damaged: it is no lock of GraphSpec; {again}")
    return {key: _parsed(key, entry, name, again) for key, entry in data["specs"].items()}


def _parsed(key: str, entry: Any, name: str, again: str) -> Entry:  # noqa: ANN401 - as loose as JSON is
    try:
        model = from_json(entry) if "fingerprint" in entry else None
        variants = {name: outline_from_json(item) for name, item in entry.get("variants", {}).items()}
        found = Entry(model, str(entry.get("fingerprint", "")), variants)
        is_whole = bool(variants) if model is None else fingerprint(model) == found.fingerprint
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration, RecursionError):
        is_whole = False
    if not is_whole:
        raise LockError(f'{name} is damaged: the entry of "{key}" does not hold together; {again}')
    return found
