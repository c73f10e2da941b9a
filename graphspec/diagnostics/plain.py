"""Text that is safe to show: whatever a spec or the name of a file holds, it drives no terminal."""

import os
import re
import unicodedata

from graphspec.diagnostics.diagnostic import Diagnostic

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINER = "\u200d"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def visible(text: str, *, newlines: bool = False) -> str:
    """Return text with its control characters written out; ``newlines`` are left where they are wanted."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character, newlines=newlines) for character in text)


def _visible(character: str, *, newlines: bool) -> str:
    if character == "\n" and newlines:
        return character
    if unicodedata.category(character) in _HIDDEN and character != _JOINER:
        return f"\\u{ord(character):04x}"
    return character


def encodable(text: str) -> str:
    """Return text with what no encoding takes, the halves of surrogate pairs, written out."""
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def full_message(item: Diagnostic) -> str:
    """Return what a diagnostic says and its help, for formats with one field for both."""
    message = visible(item.message)
    return f"{message}\nhelp: {visible(item.help, newlines=True)}" if item.help else message


def path_below(path: str, root: str) -> str:
    """Return a path relative to the root of a repository, with forward slashes; one outside it stays absolute."""
    if path.startswith("<"):
        return path
    whole = os.path.abspath(path)  # noqa: PTH100 - a path that a user wrote, links and all
    below = os.path.relpath(whole, root)
    return (whole if below.startswith("..") else below).replace(os.sep, "/")
