"""Keras' docstrings -> one line for a thing, and one line for each of its arguments."""

import re
from collections.abc import Iterator

MAX_LENGTH = 160

_SECTION = re.compile(r"(?:\*\*)?(Args|Arguments|Call arguments|Call Args):?(?:\*\*)?:?\s*$", re.IGNORECASE)
_OTHER_SECTION = re.compile(r"[A-Z][A-Za-z ]+:\s*$")
_ENTRY = re.compile(r"(\s*)[`*]{0,2}(\w+)`?(?:\s*\([^)]*\))?\s*:\s*(.*)")
_END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!etc)(?<!vs)\.(?=\s|$)")
# Leading sentences that say no more than the type or the default, which the kind and the default say better.
_TYPE = re.compile(
    r"(?:(?:(?:\(?optional\)?,?|a|python|positive|>= 0(?:\.0)?|boolean|bool|floating point value|float"
    r"|integer|int|number|tuple|list|string|str|none|or|/|,"
    r"|\(?defaults? ?(?:to|:|is)? ?(?:\.?[^.;)\s])*\)?)\s*)++[.;:]\s+(?=\S))+",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"`{1,2}([^`]*)`{1,2}")
_LINK = re.compile(r"\[([^\]]*)\]\s?\([^)]*\)")


def summary(doc: str | None) -> str:
    """Return the first sentence of a docstring, without markup, on one line."""
    paragraph = (doc or "").strip().split("\n\n", 1)[0]
    return _sentence(paragraph)


def argument_docs(doc: str | None) -> dict[str, str]:
    """Return the first sentence about each argument that a docstring speaks of."""
    found: dict[str, str] = {}
    for name, text in _entries((doc or "").expandtabs().splitlines()):
        found.setdefault(name, _sentence(text))
    return found


def _entries(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield names and texts of the sections on arguments, whose entries all stand at one indentation."""
    inside = False
    indentation: int | None = None
    name, text = "", ""
    for line in lines:
        bare = line.strip()
        if _SECTION.match(bare):
            inside, indentation = True, None
        elif inside and _OTHER_SECTION.match(bare) and _ENTRY.match(line) and not line.startswith(" "):
            inside = False
        if not inside or not bare or _SECTION.match(bare):
            continue
        entry = _ENTRY.match(line)
        if entry is not None and indentation in {None, len(entry[1])}:
            if name:
                yield name, text
            indentation = len(entry[1])
            name, text = entry[2], entry[3]
        elif indentation is not None and len(line) - len(line.lstrip()) <= indentation:
            inside = False
        else:
            text = f"{text} {bare}"
    if name:
        yield name, text


def _sentence(text: str) -> str:
    flat = " ".join(_LINK.sub(r"\1", _MARKUP.sub(r"\1", text)).split())
    prefix = _TYPE.match(flat)
    flat = flat[prefix.end() :] if prefix is not None else flat
    flat = flat[:1].upper() + flat[1:]
    end = _END.search(flat)
    sentence = flat[: end.end()] if end is not None else flat
    if len(sentence) > MAX_LENGTH:
        sentence = f"{sentence[: sentence.rindex(' ', 0, MAX_LENGTH - 3)]}..."
    return sentence
