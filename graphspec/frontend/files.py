"""Which files a spec may name: those inside its root, reached by no link out of it."""

import os
import re
from pathlib import Path, PurePosixPath

from graphspec.diagnostics.suggest import nearest

_MARKERS = (".git", "pyproject.toml")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class OutsideRootError(Exception):
    """Raised where a path leads outside the root, or is no path of a spec; says which."""


def root_of(spec: Path) -> Path:
    """Return the nearest folder above a spec that holds ``.git`` or ``pyproject.toml``, else the spec's own."""
    folder = Path(os.path.realpath(spec)).parent
    for candidate in (folder, *folder.parents):
        if any((candidate / marker).exists() for marker in _MARKERS):
            return candidate
    return folder


def within_root(named: str, spec: Path, root: Path) -> Path:
    """Return the file that a spec names, relative to the spec, with every link followed.

    Raises OutsideRootError where the name is absolute or a URL, or leads out of the root.
    """
    if _SCHEME.match(named):
        raise OutsideRootError("a URL or a drive is not a path inside the spec's folder")
    if named.startswith(("/", "\\", "~")) or Path(named).is_absolute():
        raise OutsideRootError("an absolute path is not inside the spec's folder")
    if "\\" in named or "\0" in named:
        raise OutsideRootError("a path is written with forward slashes")
    lexical = Path(os.path.normpath(Path(os.path.realpath(spec)).parent / named))
    if not lexical.is_relative_to(root):
        raise OutsideRootError(f'it leads out of the spec\'s root, "{root.name or root}"')
    real = Path(os.path.realpath(lexical))
    if not real.is_relative_to(root):
        raise OutsideRootError(f'it is a link that leads out of the spec\'s root, "{root.name or root}"')
    return real


def meant_file(path: Path, named: str, spec: Path) -> str | None:
    """Return what a spec should write for a file that is not there, or None where no other is near.

    The same name beside the spec wins, then the name with its ending, then the nearest one in the folder.
    """
    home = Path(os.path.realpath(spec))
    if (home.parent / path.name).is_file() and home.name != path.name:
        return path.name
    siblings = [item for item in path.parent.glob("*.y*ml") if item != home] if path.parent.is_dir() else []
    name = next((item.name for item in sorted(siblings) if item.stem == path.name), None)
    name = name or nearest(path.name, [item.name for item in siblings])
    return None if name is None else str(PurePosixPath(named).with_name(name))


def model_name(path: Path) -> str:
    """Return a file's stem as a name that Keras takes."""
    stem = path.name.split(".", 1)[0]
    name = "".join(character if character.isascii() and (character.isalnum() or character == "_") else "_"
                   for character in stem)  # fmt: skip
    return name if name[:1].isalpha() or name[:1] == "_" else f"model_{name}"
