"""The comments that speak to GraphSpec: ``# graphspec: ignore[GS701] reason``."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suppress import Ignored

_IGNORE = re.compile(r"(?<!\S)#\s*+graphspec:\s*+ignore\[([^\]\r\n]*+)\]")
_BREAK = re.compile(r"\r\n|\r|\n")
# They break lines in YAML 1.1, and so in PyYAML, but are text in YAML 1.2.
_OLD_BREAKS = dict.fromkeys(map(ord, "\x85\u2028\u2029"), " ")
_Scanner: Any = getattr(yaml.cyaml, "CParser", yaml.SafeLoader) if yaml.__with_libyaml__ else yaml.SafeLoader


def ignores(sources: Mapping[str, str]) -> list[Ignored]:
    """Return what the comments of some texts silence."""
    return [found for path, text in sources.items() if "ignore[" in text for found in _in_text(path, text)]


def _in_text(path: str, text: str) -> Iterator[Ignored]:
    matches = list(_IGNORE.finditer(text))
    if not matches:
        return
    values = list(_values(text))
    lines = [0, *(found.end() for found in _BREAK.finditer(text))]
    for match in matches:
        before = bisect_right(values, (match.start(), len(text))) - 1
        if before >= 0 and match.start() < values[before][1]:
            continue
        line = bisect_right(lines, match.start())
        column = match.start() - lines[line - 1] + 1
        codes = tuple(code.strip() for code in match[1].split(","))
        yield Ignored(codes, Span(path, line, column, line, column + len(match[0])))


def _values(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the scalars of a text start and end; a comment may follow the sign that starts a block of text."""
    try:
        scanner = _Scanner(text.translate(_OLD_BREAKS))
        for token in iter(scanner.get_token, None):
            if not isinstance(token, yaml.ScalarToken):
                continue
            start, end = token.start_mark.index, token.end_mark.index
            if token.style in {"|", ">"}:
                first_break = _BREAK.search(text, start)
                start = first_break.end() if first_break else end
            yield start, end
    except yaml.YAMLError:
        return
