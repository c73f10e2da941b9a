"""Lines at another depth: how a fix with a shift applies."""

from graphspec.diagnostics.diagnostic import Fix


def moved(text: str, fix: Fix) -> str | None:
    """Return the lines of a fix at their right depth, or None where more than an entry of a block stands on them."""
    if text[: fix.span.column - 1].strip(" ") or not text[fix.span.column - 1 :].startswith(fix.old):
        return None
    found = []
    for line in text.splitlines(keepends=True):
        if fix.shift < 0 and line.strip() and line[: -fix.shift].strip(" "):
            return None
        found.append(" " * fix.shift + line if fix.shift > 0 and line.strip() else line[max(0, -fix.shift) :])
    return "".join(found)
