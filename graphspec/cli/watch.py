"""Check again whenever a file changes."""

import glob
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from graphspec.cli import status
from graphspec.cli.find import ENDINGS, is_passed_over
from graphspec.cli.terminal import write_err
from graphspec.diagnostics.diagnostic import UsageError

_EVERY = 0.3
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
_State = dict[str, tuple[int, int] | None]


def watch(once: Callable[[], int], paths: Collection[str], read: Collection[str], *, quiet: bool) -> int:
    """Run once, and again whenever a file under the paths, or one that was ``read``, changes; return when interrupted.

    Raises UsageError for standard input, which does not change.
    """
    if "-" in paths:
        raise UsageError("standard input cannot be watched; name a file")
    before: _State | None = None
    try:
        while True:
            now = _state(paths, read)
            if now == before:
                time.sleep(_EVERY)
                continue
            if before is not None and sys.stdout.isatty():
                sys.stdout.write(_CLEAR)
            _run(once)
            # The first run tells which other files are read: they are no change.
            others = _state((), read)
            before = {**{path: others[path] for path in others if path not in now}, **now}
            if not quiet:
                write_err("watching; press Ctrl-C to end")
    except KeyboardInterrupt:
        return status.OK


def _run(once: Callable[[], int]) -> None:
    try:
        once()
    except UsageError as problem:
        write_err(f"graphspec: {problem}")


def _state(paths: Iterable[str], read: Iterable[str]) -> _State:
    """Return the time and the size of each file that may matter; a file that is not there may come."""
    here = Path.cwd()
    settings = [str(folder / "pyproject.toml") for folder in (here, *here.parents)]
    return {path: _stamp(path) for path in (*(file for path in paths for file in _files(path)), *read, *settings)}


def _files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):  # noqa: PTH112 - a path as the user wrote it
        found = glob.glob(path, recursive=True) if glob.has_magic(path) else ()  # noqa: PTH207 - as above
        yield path
        for inner in found:
            if inner != path:
                yield from _files(inner) if os.path.isdir(inner) else (inner,)  # noqa: PTH112 - as above
        return
    for here, folders, files in os.walk(path):
        folders[:] = [name for name in folders if not is_passed_over(name)]
        yield from (os.path.join(here, name) for name in files if name.endswith(ENDINGS))  # noqa: PTH118 - as above


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        known = os.stat(path)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return None
    return known.st_mtime_ns, known.st_size
