"""Where the lock lies, what it says of a spec, and what a spec says against it."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphspec.cli.sides import SideError, of_compilation
from graphspec.compiler import Compilation
from graphspec.diagnostics.diagnostic import Diagnostic, UsageError
from graphspec.diagnostics.span import Span
from graphspec.frontend.files import root_of
from graphspec.views.diff.changes import Diff
from graphspec.views.diff.compare import compare
from graphspec.views.diff.show import lines, title
from graphspec.views.lock import NAME, Entry, LockError, entry_of, parse_lock

CHANGED = "GS801"
_ACCEPT = "where this is meant, run: graphspec lock"


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file and its entries."""

    file: Path
    entries: Mapping[str, Entry]

    def key(self, spec: str, variant: str | None = None) -> str:
        """Return what a spec goes by: its path from the lock's folder, and a variant of it after ``#``."""
        path = os.path.relpath(os.path.realpath(spec), os.path.realpath(self.file.parent)).replace(os.sep, "/")
        return path if variant is None else f"{path}#{variant}"


def lock_file(given: Path | None) -> Path:
    """Return where the lock is or will be: as given, else in the project's folder."""
    return given or root_of(Path.cwd() / NAME) / NAME


def read_lock(file: Path) -> Lock:
    """Return the lock in a file.

    Raises UsageError where there is none or it cannot be read, and LockError where it is none.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f'there is no "{shown(file)}"; run: graphspec lock') from None
    except UnicodeDecodeError:
        raise LockError(f"{shown(file)} is damaged: it is no text; put it back from git") from None
    except OSError as error:
        raise UsageError(f'cannot read "{shown(file)}": {(error.strerror or str(error)).lower()}') from None
    return Lock(file, parse_lock(text, shown(file)))


def shown(file: Path) -> str:
    """Return a path as short as it can be written from here."""
    try:
        return os.path.relpath(file)
    except ValueError:
        return str(file)


def difference(before: Entry, now: Entry, old: str, new: str) -> Diff | None:
    """Return what differs between two entries but for names alone, or None where nothing does."""
    if before.fingerprint == now.fingerprint:
        return None
    diff = compare(before.model, now.model, old, new)
    return diff if any(change.gravest != "cosmetic" for change in diff.changes) else None


def check(result: Compilation, spec: str, lock: Lock) -> Iterator[Diagnostic]:
    """Yield what in a spec is no longer what the lock says, each change at its place."""
    try:
        now = entry_of(of_compilation(result, spec, None))
    except SideError:
        return
    before = lock.entries.get(lock.key(spec))
    name = shown(lock.file)
    if before is None:
        yield _told(f"the model is not in {name}", Span.of_file(spec), "run: graphspec lock PATH")
        return
    diff = difference(before, now, name, spec)
    for change in diff.changes if diff is not None else ():
        if change.gravest == "cosmetic":
            continue
        place = change.new_span if change.new_span is not None and change.new_span.path else Span.of_file(spec)
        said = "; ".join(lines(change))
        text = f"{title(change)}, against {name} ({', '.join(change.classes)})"
        yield _told(f"{text}: {said}" if said else text, place, _ACCEPT)


def gone(lock: Lock, paths: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield the entries whose specs are not there any more, as far as the paths that are checked hold them."""
    folders = [Path(os.path.realpath(path)) for path in paths if path != "-"]
    for key in missing(lock):
        file = lock.file.parent / key.partition("#")[0]
        if any(Path(os.path.realpath(file)).is_relative_to(folder) for folder in folders):
            text = f'there is no file "{key}" any more, and {shown(lock.file)} has it'
            yield _told(text, Span.of_file(shown(lock.file)), _ACCEPT)


def missing(lock: Lock) -> Iterable[str]:
    """Return the entries whose specs are not there."""
    return [key for key in lock.entries if not (lock.file.parent / key.partition("#")[0]).is_file()]


def _told(message: str, place: Span, help_: str) -> Diagnostic:
    return Diagnostic(CHANGED, "error", message, place, help_)
