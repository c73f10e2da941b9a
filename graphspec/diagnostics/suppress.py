"""Comments that silence a warning on their line: ``# graphspec: ignore[GS701] reason``."""

import re
from collections.abc import Iterable, Mapping

from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.diagnostics.span import Span

_COMMENT = r"#\s*graphspec:\s*ignore\[([^\]\n]*)\]"


def suppress(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> list[Diagnostic]:
    """Return the diagnostics that no comment silences, and one for each comment that silences nothing.

    Beside errors no comment is idle: the warning that it silences may come back once they are mended. Only warnings
    can be silenced: a spec with an error has no model, whatever a comment says.
    """
    wanted = {
        (path, number, code.strip()): Span(path, number, match.start() + 1, number, match.end() + 1)
        for path, text in sources.items()
        if "graphspec:" in text
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1)
        for match in re.finditer(_COMMENT, line)
        for code in match[1].split(",")
    }
    if not wanted:
        return list(diagnostics)
    kept: list[Diagnostic] = []
    silencing: set[tuple[str, int, str]] = set()
    for item in diagnostics:
        key = (item.span.path, item.span.line, item.code)
        if item.severity == "warning" and key in wanted:
            silencing.add(key)
        else:
            kept.append(item)
    if any(item.severity == "error" for item in kept):
        return kept
    kept += [
        Diagnostic("GS704", "warning", f'this comment silences nothing: there is no warning "{code}" here', place)
        for (path, number, code), place in wanted.items()
        if (path, number, code) not in silencing
    ]
    return kept
