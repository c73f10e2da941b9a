"""Check specs one by one: what a run over many, its workers and its cache have in common."""

import time
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from graphspec.diagnostics.diagnostic import Diagnostic

if TYPE_CHECKING:
    from graphspec.compiler import Compilation, Options

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a spec.

    ``digests`` are of every file that was read, by the path that diagnostics show; ``sources`` are the texts of those
    that something was found in.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, str]
    digests: dict[str, str]
    seconds: float = 0.0


def check_file(spec: str, options: "Options") -> Checked:
    """Compile the spec in a file, and return what was found."""
    from graphspec.compiler import compile_file  # noqa: PLC0415 - a cache may make it needless

    start = time.perf_counter()
    result = compile_file(Path(spec), options, spec)
    return checked(spec, result, time.perf_counter() - start)


def checked(spec: str, result: "Compilation", seconds: float = 0.0) -> Checked:
    """Return what was found in a compilation."""
    named = {item.span.path for item in result.diagnostics}
    named |= {other.span.path for item in result.diagnostics for other in item.related}
    return Checked(
        spec,
        result.diagnostics,
        {path: text for path, text in result.sources.items() if path in named},
        {path: digest_of(text.encode()) for path, text in result.sources.items()},
        seconds,
    )


def digest_of(data: bytes) -> str:
    """Return what tells the text of a file from any other; a byte order mark is no part of the text."""
    return blake2b(data.removeprefix(_BYTE_ORDER_MARK), digest_size=16).hexdigest()
