"""Correct specs where there is one certain correction, and nothing else in them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graphspec.cli.terminal import write_err
from graphspec.diagnostics.diagnostic import Diagnostic, Fix, UsageError
from graphspec.diagnostics.move import moved
from graphspec.diagnostics.plain import visible
from graphspec.output import replace_bytes

if TYPE_CHECKING:
    from graphspec.compiler import Options

_BREAK = re.compile(r"\r\n|\r|\n")
_MOST_ROUNDS = 100


def fix_specs(specs: Sequence[str], options: "Options", *, quiet: bool) -> None:
    """Correct the files of specs in their places, and say what was done.

    Raises UsageError for standard input, and where a file cannot be written.
    """
    if "-" in specs:
        raise UsageError("standard input cannot be corrected in its place; name a file")
    for spec in specs:
        path = Path(spec)
        try:
            data = path.read_bytes() if path.is_file() else None
        except OSError:
            continue
        fixed, fixes = (data, []) if data is None else fix_text(data, spec, options)
        if not fixes or fixed is None:
            continue
        replace_bytes(path, fixed)
        if not quiet:
            shown = ", ".join(dict.fromkeys(_said(fix) for fix in fixes))
            write_err(f"fixed {visible(spec)}: {visible(shown)}")


def _said(fix: Fix) -> str:
    return (
        f'"{fix.old}" is moved {"in" if fix.shift > 0 else "out"}' if fix.shift else f'"{fix.old}" is now "{fix.new}"'
    )


def fix_text(data: bytes, spec: str, options: "Options") -> tuple[bytes, list[Fix]]:
    """Return the bytes of a spec with what is certain corrected, and the corrections.

    A correction after which the same is wrong, in as many places, is none, and nor is one that cannot be read.
    """
    made: list[Fix] = []
    found = _found(data, spec, options)
    for _ in range(_MOST_ROUNDS):
        mended = [item for item in found if item.fix is not None and item.fix.span.path == spec]
        best = next(filter(None, (_better(data, part, found, spec, options) for part in _parts(mended))), None)
        if best is None:
            break
        data, found, done = best
        made += done
    return data, made


def _parts(mended: list[Diagnostic]) -> Iterator[list[Diagnostic]]:
    """Yield all that can be mended at once, and then each alone, for where one spoils the others."""
    if mended:
        yield mended
    if len(mended) > 1:
        yield from ([item] for item in mended)


def _better(
    data: bytes, mended: list[Diagnostic], before: Sequence[Diagnostic], spec: str, options: "Options"
) -> tuple[bytes, Sequence[Diagnostic], list[Fix]] | None:
    text, done = apply(data.decode(), [item.fix for item in mended if item.fix is not None])
    if not done:
        return None
    fixed = text.encode()
    after = _found(fixed, spec, options)
    left = {(item.code, item.message) for item in after}
    # A name that is right may show what was hidden; lines that are moved must leave less wrong.
    is_gone = not any((item.code, item.message) in left for item in mended) and not any(fix.shift for fix in done)
    is_readable = not any(item.code.startswith("GS1") for item in after)
    return (fixed, after, done) if is_readable and (is_gone or _weight(after) < _weight(before)) else None


def _weight(found: Sequence[Diagnostic]) -> tuple[int, int]:
    """Return how much is wrong: more places are left of a name that is misspelt several times than diagnostics."""
    errors = [item for item in found if item.severity == "error"]
    return sum(1 + len(item.related) for item in errors), len(found) - len(errors)


def _found(data: bytes, spec: str, options: "Options") -> Sequence[Diagnostic]:
    from graphspec.compiler import compile_bytes  # noqa: PLC0415 - as everywhere among the commands

    return compile_bytes(data, spec, options, Path(spec).parent).diagnostics


def apply(text: str, fixes: Iterable[Fix]) -> tuple[str, list[Fix]]:
    """Return a text with the characters of fixes replaced, and the fixes that apply to it; quotes stay."""
    mark = 1 if text.startswith("\ufeff") else 0
    lines = [mark, *(found.end() for found in _BREAK.finditer(text))]
    done: list[Fix] = []
    limit = len(text)
    for fix in sorted(fixes, key=lambda fix: fix.span, reverse=True):
        start, end = _moved_lines(fix, lines, len(text)) if fix.shift else _name(fix, lines, text)
        fixed = moved(text[start:end], fix) if fix.shift else fix.new if text[start:end] == fix.old else None
        if end > limit or fixed is None:
            continue
        text, limit = text[:start] + fixed + text[end:], start
        done.append(fix)
    return text, done[::-1]


def _name(fix: Fix, lines: list[int], text: str) -> tuple[int, int]:
    start = lines[fix.span.line - 1] + fix.span.column - 1
    end = lines[fix.span.end_line - 1] + fix.span.end_column - 1
    inside = 1 if text[start : start + 1] in {'"', "'"} and end - start == len(fix.old) + 2 else 0
    return start + inside, end - inside


def _moved_lines(fix: Fix, lines: list[int], length: int) -> tuple[int, int]:
    return lines[fix.span.line - 1], lines[fix.span.end_line] if fix.span.end_line < len(lines) else length
