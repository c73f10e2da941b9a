"""What earlier runs found in specs that have not changed since.

A cache is one file of JSON behind a checksum. It may be deleted, cut off or overwritten at any time: whatever is not
exactly what was written is no cache. What was found is kept under everything that it depends on: the text of every file
that was read, the options, the folder, GraphSpec's own code, and the Python and PyYAML that it runs on.
"""

import contextlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from graphspec.cli.check import Checked, digest_of
from graphspec.diagnostics.diagnostic import Diagnostic, Fix, Related
from graphspec.diagnostics.span import Span
from graphspec.frontend.files import root_of
from graphspec.version import __version__

FOLDER = ".graphspec_cache"
_PACKAGE = Path(__file__).parent.parent
_FORMAT = 1
_MOST_BYTES = 64 * 1024 * 1024
_MOST_ENTRIES = 50_000
_MOST_FILES = 8
# What is found in these depends on files that are not there, and so on more than what was read.
_ABOUT_FILES = ("GS301", "GS302", "GS303")
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds what graphspec found before. Delete it at will.\n"
)


def cache_folder(folder: Path) -> Path:
    """Return where the cache of a folder is: in the root of its project, or else in the folder itself."""
    for candidate in (folder, *folder.parents):
        if (candidate / "pyproject.toml").exists() or (candidate / ".git").exists():
            return candidate / FOLDER
    return folder / FOLDER


class Cache:
    """What is known of specs, by the paths that they are shown as."""

    def __init__(self, folder: Path, options: Mapping[str, object], *, is_of_plain_paths: bool = False) -> None:
        """Open the cache in a folder for the options that change what is found.

        ``is_of_plain_paths`` leaves out specs that a link leads to, where what is found depends on where it leads.
        """
        self.is_of_plain_paths = is_of_plain_paths
        self.file = folder / f"{_key(options)}.json"
        self.entries = _load(self.file)
        self.has_changed = False

    def find(self, spec: str, data: bytes) -> Checked | None:
        """Return what was found in a spec whose bytes these are, or None where that is not known."""
        entry = self.entries.get(spec)
        digest = digest_of(data)
        if self.is_of_plain_paths and not _are_plain([spec]):
            return None
        if entry == digest:
            return Checked(spec, (), {}, {spec: digest})
        if not isinstance(entry, dict):
            return None
        try:
            return self._found(spec, entry, {spec: data}) if entry["digests"][spec] == digest else None
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    def _found(self, spec: str, entry: dict[str, Any], texts: dict[str, bytes]) -> Checked | None:
        if len(entry["digests"]) > 1 and not self._are_as_they_were(spec, entry, texts):
            return None
        diagnostics = tuple(_diagnostic(item) for item in entry["diagnostics"])
        sources = {path: texts[path].decode("utf-8-sig") for path in entry["sources"]}
        return Checked(spec, diagnostics, sources, entry["digests"])

    def _are_as_they_were(self, spec: str, entry: dict[str, Any], texts: dict[str, bytes]) -> bool:
        """Say whether the files that a spec names are where they were, and hold what they held."""
        paths = list(entry["digests"])
        if not _are_plain(paths) or entry["root"] != str(root_of(Path(spec))):
            return False
        for path in paths:
            if path not in texts:
                data = read_small(path)
                if data is None or digest_of(data) != entry["digests"][path]:
                    return False
                texts[path] = data
        return True

    def keep(self, found: Checked) -> None:
        """Remember what was found in a spec, where it depends on nothing but the files that were read."""
        self.has_changed |= self.entries.pop(found.path, None) is not None
        paths = list(found.digests)
        about_files = any(item.code.startswith(_ABOUT_FILES) for item in found.diagnostics)
        if found.path not in found.digests or about_files or not self._may_keep(paths):
            return
        self.has_changed = True
        if len(paths) == 1 and not found.diagnostics:
            self.entries[found.path] = found.digests[found.path]
            return
        self.entries[found.path] = {
            "digests": found.digests,
            "root": str(root_of(Path(found.path))) if len(paths) > 1 else "",
            "sources": list(found.sources),
            "diagnostics": [_plain(item) for item in found.diagnostics],
        }

    def _may_keep(self, paths: list[str]) -> bool:
        return (len(paths) == 1 and not self.is_of_plain_paths) or _are_plain(paths)

    def save(self) -> None:
        """Write what is known, whole or not at all; a folder that cannot be written to has no cache."""
        if not self.has_changed:
            return
        newest = list(self.entries.items())[-_MOST_ENTRIES:]
        body = json.dumps(dict(newest), separators=(",", ":")).encode()
        with contextlib.suppress(OSError):
            _prepare(self.file.parent)
            _replace(self.file, _checksum(body) + b"\n" + body)
            _forget_old(self.file.parent)


def read_small(path: str, limit: int = _MOST_BYTES) -> bytes | None:
    """Return the bytes of a regular file, or None where it is none, is too large, or cannot be read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
            return None
        with os.fdopen(os.dup(handle), "rb") as file:
            return file.read(limit)
    except OSError:
        return None
    finally:
        os.close(handle)


def _are_plain(paths: list[str]) -> bool:
    """Say whether no link leads to any of these files, so that their names alone say which files they are."""
    return all(os.path.realpath(path) == os.path.abspath(path) for path in paths)  # noqa: PTH100 - of text, as shown


def _key(options: Mapping[str, object]) -> str:
    parts = [__version__, str(_FORMAT), sys.version, sys.platform, str(Path.cwd()), repr(sorted(options.items()))]
    parts += _stamps(_PACKAGE)
    yaml = find_spec("yaml")
    parts += _stamps(Path(yaml.origin).parent) if yaml is not None and yaml.origin is not None else []
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _stamps(folder: Path) -> Iterator[str]:
    """Yield the name, the size and the time of each file of a package, which change where its code does."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _stamps(Path(entry.path))
            continue
        known = entry.stat()
        yield f"{entry.path} {known.st_size} {known.st_mtime_ns}"


def _checksum(body: bytes) -> bytes:
    return blake2b(body, digest_size=32).hexdigest().encode()


def _load(file: Path) -> dict[str, Any]:
    data = read_small(str(file)) or b""
    checksum, _, body = data.partition(b"\n")
    if not body or checksum != _checksum(body):
        return {}
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _prepare(folder: Path) -> None:
    """Make the folder of a cache, which neither git nor backups take along."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")


def _replace(file: Path, data: bytes) -> None:
    descriptor, draft = tempfile.mkstemp(prefix="draft-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as written:
            written.write(data)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _forget_old(folder: Path) -> None:
    """Remove the caches of old code and options, and drafts that a killed run has left."""
    known = [(item.stat().st_mtime, item) for item in folder.iterdir() if item.suffix == ".json" or _is_draft(item)]
    for _, item in sorted(known, reverse=True)[_MOST_FILES:]:
        item.unlink(missing_ok=True)


def _is_draft(item: Path) -> bool:
    return item.name.startswith("draft-")


def _plain(item: Diagnostic) -> list[object]:
    related = [[other.message, list(other.span)] for other in item.related]
    fix = None if item.fix is None else [list(item.fix.span), item.fix.old, item.fix.new, item.fix.shift]
    return [item.code, item.severity, item.message, list(item.span), item.help, related, item.node, fix]


def _diagnostic(item: list[Any]) -> Diagnostic:
    code, severity, message, span, help_, related, node, fix = item
    others = tuple(Related(text, Span(*place)) for text, place in related)
    correction = None if fix is None else Fix(Span(*fix[0]), *fix[1:])
    return Diagnostic(code, severity, message, Span(*span), help_, others, node, correction)
