"""Where the lock lies and which specs it has, for which nothing need be compiled."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from graphspec.diagnostics.diagnostic import Diagnostic, UsageError
from graphspec.diagnostics.span import Span
from graphspec.frontend.files import root_of

NAME = "graphspec.lock"
CHANGED = "GS801"
ACCEPT = "where this is meant, run: graphspec lock"


def lock_file(given: Path | None) -> Path:
    """Return where the lock is or will be: as given, else in the project's folder."""
    return given or root_of(Path.cwd() / NAME) / NAME


def lock_text(file: Path) -> str:
    """Return the text of a lock.

    Raises UsageError where there is none, it cannot be read, or it is no text.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f'there is no "{shown(file)}"; run: graphspec lock') from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown(file)} is damaged: it is no text; put it back from git") from None
    except OSError as error:
        raise UsageError(f'cannot read "{shown(file)}": {(error.strerror or str(error)).lower()}') from None


def shown(file: Path) -> str:
    """Return a path as short as it can be written from here."""
    try:
        return os.path.relpath(file)
    except ValueError:
        return str(file)


def gone(file: Path, keys: Iterable[str], paths: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield the entries whose specs are not there any more, as far as the paths that are checked hold them."""
    folders = [Path(os.path.realpath(path)) for path in paths if path != "-"]
    for key in missing(file, keys):
        if any(Path(os.path.realpath(file.parent / key)).is_relative_to(folder) for folder in folders):
            text = f'there is no file "{key}" any more, and {shown(file)} has it'
            yield Diagnostic(CHANGED, "error", text, Span.of_file(shown(file)), ACCEPT)


def keys_of(text: str) -> list[str]:
    """Return the specs that the text of a lock, which was found to be whole, has entries of."""
    return list(json.loads(text)["specs"])


def missing(file: Path, keys: Iterable[str]) -> list[str]:
    """Return the entries of a lock whose specs are not there."""
    return [key for key in keys if not (file.parent / key).is_file()]
