"""Quick fixes: the certain correction of a diagnostic, else what it says to write instead."""

import re
from typing import NamedTuple

from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.diagnostics.move import moved
from graphspec.diagnostics.span import Span
from graphspec.lsp.positions import Text

_MEANT = re.compile(r'; did you mean "([^"]+)"\?\Z')
_WRITE = re.compile(r"write (true|false|null|-?[0-9][0-9.e+-]*|\[[^\[\]]*\])(?: without quotes|: .*)?\Z")
_VALUE_CODES = frozenset({"GS203", "GS208", "GS404", "GS405"})


class Fix(NamedTuple):
    """An edit, and the sentence that offers it; a preferred one is certain."""

    title: str
    span: Span
    new: str
    is_preferred: bool = True


def fixes_of(item: Diagnostic, text: Text) -> list[Fix]:
    """Return the fixes of a diagnostic."""
    found = _certain(item, text) or _rename(item, text) or _rewrite(item, text)
    return [*([] if found is None else [found]), *_silence(item, text)]


def _certain(item: Diagnostic, text: Text) -> Fix | None:
    """Apply the fix that a diagnostic brings along; quotes stay."""
    fix = item.fix
    if fix is None or fix.span.path != item.span.path:
        return None
    if fix.shift:
        return _move(item, text)
    written = text.slice(fix.span)
    if written is None or fix.old not in {written, written[1:-1]}:
        return None
    new = fix.new if written == fix.old else written[0] + fix.new + written[-1]
    return Fix(f'Change "{fix.old}" to "{fix.new}"', fix.span, new)


def _move(item: Diagnostic, text: Text) -> Fix | None:
    fix = item.fix
    if fix is None or fix.span.end_line > len(text.lines):
        return None
    lines = text.lines[fix.span.line - 1 : fix.span.end_line]
    line_break = "\r\n" if "\r\n" in text.text else "\n"
    new = moved(line_break.join(lines), fix)
    span = Span(fix.span.path, fix.span.line, 1, fix.span.end_line, len(lines[-1]) + 1)
    return None if new is None else Fix(f'Move "{fix.old}" {"in" if fix.shift > 0 else "out"}', span, new)


def _rename(item: Diagnostic, text: Text) -> Fix | None:
    """Put the name that was meant in place of the one that was written, which has to be all of the span."""
    match = _MEANT.search(item.message)
    written = text.slice(item.span)
    if match is None or written is None:
        return None
    bare = written.strip("\"'")
    if not bare or f'"{bare}"' not in item.message[: match.start()]:
        return None
    return Fix(f'Change "{bare}" to "{match[1]}"', item.span, written.replace(bare, match[1]), is_preferred=False)


def _rewrite(item: Diagnostic, text: Text) -> Fix | None:
    """Write a value as the help says, where that is the whole value."""
    match = _WRITE.match(item.help or "")
    if match is None or item.code not in _VALUE_CODES or not text.slice(item.span):
        return None
    return Fix(f"Write {match[1]}", item.span, match[1])


def _silence(item: Diagnostic, text: Text) -> list[Fix]:
    line = text.line(item.span.line)
    if item.severity != "warning" or "#" in line or not line.strip() or item.code == "GS704":
        return []
    end = Span(item.span.path, item.span.line, len(line) + 1, item.span.line, len(line) + 1)
    return [Fix(f"Silence {item.code} on this line", end, f"  # graphspec: ignore[{item.code}]", is_preferred=False)]
