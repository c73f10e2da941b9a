"""Plain value -> YAML text: the inverse of reading, in the style of a person who writes specs.

What fits on a line stands on one, in flow style; the rest is in block style. The sections of a spec come in the order
of the language reference; all other keys stay as they are.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from graphspec.frontend.scalars import resolve

WIDTH = 120
# Named things, one a line however short.
_LISTED = frozenset({"defaults", "blocks", "layers", "models", "inputs", "nodes"})
_BODIES = frozenset({"blocks", "models"})
_SECTIONS = (
    "$schema", "graphspec", "name", "description", "params", "variants", "defaults", "imports", "blocks", "layers",
    "models", "inputs", "nodes", "edges", "outputs", "dtype", "seed", "compile", "expect",
)  # fmt: skip
_ORDER = {name: place for place, name in enumerate(_SECTIONS)}
# Inside brackets as well as outside, and to a parser of YAML 1.1 as well as to one of 1.2.
_PLAIN = re.compile(r"[A-Za-z_/$.(][A-Za-z0-9_/$.()+*=<>;!?'@^|~-]*(?: [A-Za-z0-9_/$.()+*=<>;!?'@^|~-]+)*\Z")
# Outside brackets a comma is nothing special.
_PLAIN_OUTSIDE = re.compile(_PLAIN.pattern.replace("(?: ", "(?:,? "))
_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]*\Z")
_WORDS_OF_1_1 = frozenset({"yes", "no", "on", "off"})
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_EXPONENT = re.compile(r"e([-+])0*(\d)")
# What YAML allows a key that is not announced by a "?"; an escape takes up to ten of them.
_LONGEST_KEY = 1024

Scalar = str | int | float | bool | None
Plain = Scalar | Mapping[str, "Plain"] | Sequence["Plain"]


def write(document: Mapping[str, Plain]) -> str:
    """Return the YAML text that reads back as this value.

    Raises ValueError where a spec cannot hold it: a key that is empty or too long, half of a surrogate pair, an integer
    larger than any float.
    """
    if not document:
        return "{}\n"
    lines: list[str] = []
    _body(document, "", lines)
    return "\n".join(lines) + "\n"


def _body(body: Mapping[str, Plain], indent: str, lines: list[str]) -> None:
    """Write the sections of a spec, or of a model in it."""
    for key, value in sorted(body.items(), key=lambda item: _ORDER.get(item[0], len(_ORDER))):
        head = f"{indent}{_key(key)}:"
        if key == "edges" and isinstance(value, list) and value:
            _items(head, value, indent, lines)
        elif key in _LISTED and isinstance(value, Mapping) and value:
            lines.append(head)
            _named(value, f"{indent}  ", lines, are_bodies=key in _BODIES)
        else:
            _value(head, value, indent, lines)


def _named(section: Mapping[str, Plain], indent: str, lines: list[str], *, are_bodies: bool) -> None:
    for name, item in section.items():
        head = f"{indent}{_key(name)}:"
        if are_bodies and isinstance(item, Mapping) and item:
            lines.append(head)
            _body(item, f"{indent}  ", lines)
        else:
            _value(head, item, indent, lines)


def _value(head: str, value: Plain, indent: str, lines: list[str]) -> None:
    """Write a value after ``head``, on its line where there is room."""
    if isinstance(value, Mapping) and len(value) == 1 and head.endswith("-"):
        _block(head, value, indent, lines)
        return
    if not isinstance(value, Mapping | list | tuple):
        lines.append(f"{head} {_scalar(value, _PLAIN_OUTSIDE)}")
        return
    flow = _flow(value, WIDTH - len(head) - 1)
    if flow is not None:
        lines.append(f"{head} {flow}")
    elif isinstance(value, Mapping):
        _block(head, value, indent, lines)
    elif any(isinstance(item, Mapping | list | tuple) for item in value):
        _items(head, value, indent, lines)
    else:
        _fill(head, [_scalar(item) for item in value], indent, lines)


def _items(head: str, items: Sequence[Plain], indent: str, lines: list[str]) -> None:
    lines.append(head)
    for item in items:
        _value(f"{indent}  -", item, f"{indent}  ", lines)


def _block(head: str, mapping: Mapping[str, Plain], indent: str, lines: list[str]) -> None:
    inner = f"{indent}  "
    starts = [inner] * len(mapping)
    if head.endswith("-"):
        starts[0] = f"{head} "
    else:
        lines.append(head)
    for start, (key, value) in zip(starts, mapping.items(), strict=True):
        if key == "chain" and isinstance(value, list) and value:
            _items(f"{start}{_key(key)}:", value, inner, lines)
        else:
            _value(f"{start}{_key(key)}:", value, inner, lines)


def _fill(head: str, items: list[str], indent: str, lines: list[str]) -> None:
    """Write a long list of scalars over as many lines as it takes."""
    line = f"{head} [{items[0]}"
    for item in items[1:]:
        if len(line) + len(item) + 3 > WIDTH:
            lines.append(f"{line},")
            line = f"{indent}  {item}"
        else:
            line = f"{line}, {item}"
    lines.append(f"{line}]")


def _flow(value: Plain, room: int) -> str | None:
    """Return a value on one line, or None where it takes more room than there is."""
    if isinstance(value, Mapping):
        inside = _joined((_pair(key, item, room) for key, item in value.items()), room)
        return None if inside is None else f"{{{inside}}}"
    if isinstance(value, list | tuple):
        inside = _joined((_flow(item, room) for item in value), room)
        return None if inside is None else f"[{inside}]"
    text = _scalar(value)
    return text if len(text) <= room else None


def _pair(key: str, value: Plain, room: int) -> str | None:
    written = _key(key)
    flow = _flow(value, room - len(written) - 2)
    return None if flow is None else f"{written}: {flow}"


def _joined(pieces: Iterator[str | None], room: int) -> str | None:
    found: list[str] = []
    room -= 2
    for piece in pieces:
        if piece is None:
            return None
        room -= len(piece) + 2 * bool(found)
        if room < 0:
            return None
        found.append(piece)
    return ", ".join(found)


def _key(key: str) -> str:
    written = key if _PLAIN_KEY.match(key) and _is_text(key) else _quoted(key)
    if not key or len(written) > _LONGEST_KEY:
        raise ValueError("a key has between one and about a thousand characters")
    return written


def _scalar(value: Plain, without_quotes: re.Pattern[str] = _PLAIN) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return value if without_quotes.match(value) and _is_text(value) else _quoted(value)
    raise TypeError(f"YAML has no such value: {value!r}")


def _integer(value: int) -> str:
    try:
        float(value)
    except OverflowError:
        raise ValueError("an integer is larger than any float") from None
    return str(value)


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    return _EXPONENT.sub(r"e\1\2", repr(value)).replace("e+", "e")


def _is_text(text: str) -> bool:
    """Say whether a text without quotes is a text to every parser."""
    if text.lower() in _WORDS_OF_1_1:
        return False
    try:
        return isinstance(resolve(text), str)
    except OverflowError:
        return False


def _quoted(text: str) -> str:
    if text.isprintable() and ('"' in text or "\\" in text):
        doubled = text.replace("'", "''")
        return f"'{doubled}'"
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - the surrogates
        raise ValueError("half of a surrogate pair is no character")
    if code <= 0xFF:  # noqa: PLR2004 - what two digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - what four digits hold
