"""Check specs one by one: what a run over many, its workers and its cache have in common."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from graphspec.diagnostics.diagnostic import Diagnostic

if TYPE_CHECKING:
    from graphspec.compiler import Compilation, Options
    from graphspec.locks import Lock

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a spec.

    ``digests`` are of every file that was read, by the path that diagnostics show, and empty where nobody keeps them;
    ``sources`` are the texts of those that something was found in.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, str]
    digests: dict[str, str]
    seconds: float = 0.0


def check_file(spec: str, options: "Options", *, is_kept: bool = False) -> Checked:
    """Compile the spec in a file, and return what was found; ``is_kept`` says that a cache wants the digests."""
    return _check(spec, options, None, is_kept=is_kept)


def check_against(spec: str, lock: "Lock", options: "Options", *, is_kept: bool = False) -> Checked:
    """Compile the spec in a file, and return what was found, and what is no longer what the lock says."""
    return _check(spec, options, lock, is_kept=is_kept)


def _check(spec: str, options: "Options", lock: "Lock | None", *, is_kept: bool) -> Checked:
    from graphspec.compiler import compile_file  # noqa: PLC0415 - a cache may make it needless

    start = time.perf_counter()
    result = compile_file(Path(spec), options, spec)
    if lock is not None:
        result = against(lock, result, spec, options)
    return checked(spec, result, time.perf_counter() - start, is_kept=is_kept)


def against(lock: "Lock", result: "Compilation", spec: str, options: "Options") -> "Compilation":
    """Return a compilation with what of its models the lock does not say."""
    from graphspec.locks import check  # noqa: PLC0415 - few runs hold specs against a lock

    found = check(result, spec, lock, options.choice.variant)
    return replace(result, diagnostics=(*result.diagnostics, *found))


def checked(spec: str, result: "Compilation", seconds: float = 0.0, *, is_kept: bool = False) -> Checked:
    """Return what was found in a compilation."""
    named = {item.span.path for item in result.diagnostics}
    named |= {other.span.path for item in result.diagnostics for other in item.related}
    return Checked(
        spec,
        result.diagnostics,
        {path: text for path, text in result.sources.items() if path in named},
        {path: digest_of(text.encode()) if is_kept else "" for path, text in result.sources.items()},
        seconds,
    )


def digest_of(data: bytes) -> str:
    """Return what tells the text of a file from any other; a byte order mark is no part of the text."""
    from hashlib import blake2b  # noqa: PLC0415 - for a cache alone

    return blake2b(data.removeprefix(_BYTE_ORDER_MARK), digest_size=16).hexdigest()
