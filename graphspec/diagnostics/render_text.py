"""Diagnostics as text, for people: the message, the line, what is underlined, the help, the related places."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.diagnostics.plain import visible
from graphspec.diagnostics.span import Span

MAX_LINE_WIDTH = 160
_BREAK = r"\r\n|\r|\n"
_COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "help": "\x1b[36m", "place": "\x1b[1m", "dim": "\x1b[2m"}
_RESET = "\x1b[0m"


def render_text(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], *, color: bool) -> str:
    """Return one block of lines a diagnostic; ``sources`` maps a path to its text."""
    lines_of = {path: re.split(_BREAK, text) for path, text in sources.items() if text}
    return "\n".join(_block(item, lines_of, color=color) for item in diagnostics)


def render_count(diagnostics: Sequence[Diagnostic], files: int) -> str:
    """Return the line that ends a report: ``2 errors, 1 warning in 3 files``."""
    errors = sum(item.severity == "error" for item in diagnostics)
    warnings = len(diagnostics) - errors
    found = [_plural(count, noun) for count, noun in ((errors, "error"), (warnings, "warning")) if count]
    return f"{', '.join(found) or 'no mistakes'} in {_plural(files, 'file')}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _block(item: Diagnostic, lines_of: Mapping[str, list[str]], *, color: bool) -> str:
    def paint(text: str, style: str) -> str:
        return f"{_COLORS[style]}{text}{_RESET}" if color else text

    place = paint(f"{visible(item.span.path)}:{item.span.line}:{item.span.column}:", "place")
    label = paint(f"{item.severity}[{item.code}]:", item.severity)
    out = [f"{place} {label} {visible(item.message)}"]
    out += [paint(line, "dim") if index == 0 else paint(line, item.severity)
            for index, line in enumerate(_excerpt(item.span, lines_of))]  # fmt: skip
    if item.help:
        head, *rest = visible(item.help, newlines=True).split("\n")
        out.append(f"  {paint('help:', 'help')} {head}")
        out += [f"        {line}" for line in rest]
    out += [
        f"  {visible(related.span.path)}:{related.span.line}:{related.span.column}: {visible(related.message)}"
        for related in item.related
    ]
    return "\n".join(out)


def _excerpt(span: Span, lines_of: Mapping[str, list[str]]) -> list[str]:
    lines = lines_of.get(span.path, [])
    if not 1 <= span.line <= len(lines) or span == Span.of_file(span.path):
        return []
    line = lines[span.line - 1]
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    first = max(0, start - MAX_LINE_WIDTH // 2)
    shown = line[first : first + MAX_LINE_WIDTH].rstrip()
    before = _width(visible(line[first:start].replace("\t", " ")))
    marked = max(1, _width(visible(line[start : max(start + 1, min(end, first + MAX_LINE_WIDTH))].replace("\t", " "))))
    return [f"    {visible(shown.replace(chr(9), ' '))}", f"    {' ' * before}{'^' * marked}"]


def _width(text: str) -> int:
    """Return how many columns a terminal needs for a text (Unicode Standard Annex 11)."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
