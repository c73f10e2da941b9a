"""``graphspec.lock``: what each model was when it was last accepted, as text that git can compare and merge.

An entry has the fingerprint of a model and all that a diff needs of it: a line for each input, output, layer with its
variables, and call. Entries go by the path of the spec; a ``#`` would set a variant of it apart.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphspec.views.diff.canonical import Json
from graphspec.views.diff.fingerprint import fingerprint
from graphspec.views.diff.snapshot import Snapshot
from graphspec.views.diff.store import from_json, to_json

NAME = "graphspec.lock"
VERSION = 1
_MARKER = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)
_ENTRY = re.compile(r'^    ("(?:[^"\\]|\\.)*"): \{$', re.MULTILINE)
# The parts of an entry that have a line for each of their own parts.
_OPENED = frozenset({"inputs", "outputs", "layers", "nodes", "order"})


class LockError(Exception):
    """The lock cannot be read; says why, and what to do."""


class ConflictError(LockError):
    """The lock has the marks of a merge; ``keys`` are the entries of both sides."""

    def __init__(self, message: str, keys: tuple[str, ...]) -> None:
        super().__init__(message)
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Entry:
    """A model as it was accepted."""

    fingerprint: str
    model: Snapshot


def entry_of(model: Snapshot) -> Entry:
    """Return the entry of a model as it is now."""
    return Entry(fingerprint(model), model)


def render_lock(entries: Mapping[str, Entry]) -> str:
    """Return the text of a lock: sorted, and with a line for each part of a model."""
    parts = [f"{_text(key)}: {_entry(entries[key])}" for key in sorted(entries)]
    body = ",\n".join(f"    {part}" for part in parts)
    specs = f"{{\n{body}\n  }}" if parts else "{}"
    return f'{{\n  "version": {VERSION},\n  "specs": {specs}\n}}\n'


def _entry(entry: Entry) -> str:
    return _record({"fingerprint": entry.fingerprint, **to_json(entry.model)}, "    ")


def _record(value: Json, indent: str) -> str:
    """Return a model, whose larger parts have a line for each of theirs."""
    inner = f"{indent}  "
    lines = [
        f"{_text(key)}: {_opened(item, inner) if key in _OPENED and item else _text(item)}"
        for key, item in value.items()
    ]
    return _block(lines, "{}", indent)


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
        found = Entry(str(entry["fingerprint"]), from_json(entry))
        is_whole = fingerprint(found.model) == found.fingerprint
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration, RecursionError):
        is_whole = False
    if not is_whole:
        raise LockError(f'{name} is damaged: the entry of "{key}" does not hold together; {again}')
    return found
