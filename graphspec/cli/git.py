"""A spec as it was at some commit: read through git, and laid out as it lay then, with the files that it may name."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graphspec.diagnostics.diagnostic import UsageError

_MARKERS = ("pyproject.toml",)
_MAX_BYTES = 16 * 1024 * 1024
_REGULAR = {b"100644", b"100755"}


@dataclass(frozen=True, slots=True)
class _Blob:
    """A file of a commit: its name in git's store, and its size."""

    name: str
    size: int


def is_at_commit(side: str) -> bool:
    """Say whether an argument is written ``REV:PATH`` and is no file."""
    rev, colon, path = side.partition(":")
    return bool(colon and rev and path) and not os.path.lexists(side)


def lay_out(side: str, folder: Path) -> Path:
    """Write the file that ``REV:PATH`` names below a folder, with every file that its text may name; return its path.

    Raises UsageError where there is no such commit or file, or no git.
    """
    rev, _, path = side.partition(":")
    commit = _commit(rev)
    files = _files(commit)
    wanted = _path_of(path, files, side)
    texts = {wanted: _read(files[wanted])}
    by_name: dict[bytes, list[str]] = {}
    for item in files:
        by_name.setdefault(item.rpartition("/")[2].encode(), []).append(item)
    waiting = [wanted] if files[wanted].size <= _MAX_BYTES else []
    while waiting:
        text = texts[waiting.pop()]
        for name, paths in by_name.items():
            if name not in text:
                continue
            for item in paths:
                if item not in texts and files[item].size <= _MAX_BYTES:
                    texts[item] = _read(files[item])
                    waiting.append(item)
    _write(texts, files, folder)
    return folder / wanted


def path_at(rev: str, spec: str) -> str:
    """Return ``REV:PATH`` for a file of the working tree."""
    top = Path(os.path.realpath(_git("rev-parse", "--show-toplevel").decode().rstrip("\n")))
    file = Path(os.path.realpath(spec))
    if not file.is_relative_to(top):
        raise UsageError(f'"{spec}" is not in the repository at "{top}"')
    return f"{rev}:{file.relative_to(top).as_posix()}"


def _commit(rev: str) -> str:
    try:
        return _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{tree}}").decode().strip()
    except _GitError:
        _git("rev-parse", "--git-dir")
        raise UsageError(f'git knows no commit "{rev}"') from None


def _files(commit: str) -> Mapping[str, _Blob]:
    """Return the files of a commit by path; links are left out."""
    files = {}
    for entry in _git("ls-tree", "-r", "-l", "-z", "--full-tree", commit).split(b"\0"):
        about, _, path = entry.partition(b"\t")
        fields = about.split()
        if len(fields) == 4 and fields[0] in _REGULAR:  # noqa: PLR2004 - mode, type, name and size
            files[os.fsdecode(path)] = _Blob(fields[2].decode(), int(fields[3]))
    return files


def _path_of(path: str, files: Mapping[str, _Blob], side: str) -> str:
    """Return a path from the top of the repository: as git takes it, or from the folder that we are in."""
    here = _git("rev-parse", "--show-prefix").decode().rstrip("\n")
    for candidate in (path, here + path):
        wanted = os.path.normpath(candidate).replace(os.sep, "/")
        if wanted in files:
            return wanted
    from graphspec.diagnostics.suggest import did_you_mean  # noqa: PLC0415 - needed for the message alone

    rev = side.partition(":")[0]
    raise UsageError(f'there is no file "{path}" at "{rev}"{did_you_mean(path, files)}')


def _read(blob: _Blob) -> bytes:
    return _git("cat-file", "blob", blob.name)


def _write(texts: Mapping[str, bytes], files: Mapping[str, _Blob], folder: Path) -> None:
    (folder / ".git").mkdir()
    for path in files:
        if path.rpartition("/")[2] in _MARKERS:
            _write_one(folder / path, b"")
    for path, text in texts.items():
        _write_one(folder / path, text)


def _write_one(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


class _GitError(Exception):
    """Git has refused."""


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and what a user gives stands after --end-of-options
            ["git", *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL,  # noqa: S607 - git of PATH
            env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        )  # fmt: skip
    except OSError:
        raise UsageError("git is not installed, or cannot be run") from None
    if done.returncode == 0:
        return done.stdout
    problem = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ").splitlines()
    if "--verify" in arguments:
        raise _GitError
    raise UsageError(f"git says: {problem[0] if problem else 'nothing, and fails'}")
