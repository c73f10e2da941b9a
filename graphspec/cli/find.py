"""Find the specs that a command line names: files, folders, globs, standard input."""

import fnmatch
import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from graphspec.diagnostics.diagnostic import UsageError
from graphspec.diagnostics.suggest import did_you_mean

ENDINGS = (".yaml", ".yml")
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})
_IS_SPEC = re.compile(rb"^[\xef\xbb\xbf{ \t]*[\"']?graphspec[\"']?[ \t]*:", re.MULTILINE)
_HEAD = 64 * 1024


def find_specs(named: Sequence[str], exclude: Iterable[str], *, force_exclude: bool) -> list[str]:
    """Return the specs that the arguments name, once each, in a stable order; ``-`` stays as it is.

    A folder stands for every YAML file below it that has a ``graphspec`` key. Raises UsageError for a path that is
    not there.
    """
    patterns = tuple(exclude)
    found: dict[str, None] = {}
    for argument in named:
        for path in _expanded(argument):
            if os.path.isdir(path):  # noqa: PTH112 - the path stays as the user wrote it
                found.update((item, None) for item in _below(path, patterns))
            elif not (force_exclude and _is_excluded(path, patterns)):
                found[path] = None
    return list(found)


def _expanded(argument: str) -> list[str]:
    if argument == "-" or os.path.lexists(argument):
        return [argument]
    if glob.has_magic(argument):
        return sorted(glob.glob(argument, recursive=True))  # noqa: PTH207 - as above
    raise UsageError(f'there is no file or folder "{argument}"{_sibling(Path(argument))}')


def _sibling(path: Path) -> str:
    try:
        return did_you_mean(path.name, [item.name for item in path.parent.iterdir()])
    except OSError:
        return ""


def _below(folder: str, patterns: Sequence[str]) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_passed_over(name))
        for name in sorted(files):
            path = os.path.normpath(os.path.join(here, name))  # noqa: PTH118 - as above
            if name.endswith(ENDINGS) and not _is_excluded(path, patterns) and _is_spec(path):
                yield path


def is_passed_over(folder: str) -> bool:
    """Say whether no spec is looked for in a folder of this name."""
    return folder.startswith(".") or folder in _SKIPPED


def _is_excluded(path: str, patterns: Sequence[str]) -> bool:
    """Say whether a pattern fits a path or a folder above it, wherever that stands."""
    shown = os.path.normpath(path).replace(os.sep, "/")
    return any(
        fnmatch.fnmatch(shown, form)
        for pattern in (pattern.rstrip("/").removeprefix("./") for pattern in patterns)
        for form in (pattern, f"*/{pattern}", f"{pattern}/*", f"*/{pattern}/*")
    )


def _is_spec(path: str) -> bool:
    """Say whether a file has a ``graphspec`` key; one that cannot be read is left to be reported."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return _IS_SPEC.search(file.read(_HEAD)) is not None
    except OSError:
        return True
