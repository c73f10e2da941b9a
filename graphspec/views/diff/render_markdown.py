"""A diff for a comment on a pull request."""

import re

from graphspec.views.diff.changes import Diff
from graphspec.views.diff.show import lines, summary, title, totals

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~])")


def render_markdown(diff: Diff) -> str:
    """Return a table of the changes, and one of the totals."""
    parts = [f"**{_escaped(diff.old)} → {_escaped(diff.new)}**: {summary(diff)}"]
    if diff.changes:
        parts += ["", "| class | change | details |", "| --- | --- | --- |"]
    for change in diff.changes:
        details = "<br>".join(_escaped(line) for line in lines(change))
        parts.append(f"| {', '.join(change.classes)} | {_escaped(title(change))} | {details} |")
    found = list(totals(diff))
    if found:
        parts += ["", "| | before | after | difference |", "| --- | ---: | ---: | ---: |"]
    parts += [f"| {name} | {_escaped(old)} | {_escaped(new)} | {more} |" for name, old, new, more in found]
    return "\n".join(parts)


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text).replace("\n", " ")
