"""The text of a spec: how it gets off the disk, and what may be in it."""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span

UNREADABLE = "GS102"
NOT_TEXT = "GS103"
LIMIT = "GS108"

_CHUNK = 1 << 20
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_ALLOWED_IN_ASCII = bytes((9, 10, 13, *range(0x20, 0x7F)))
# It takes 6 ms to compile, and most files are ASCII and have nothing that is forbidden.
_FORBIDDEN = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_BYTE_ORDER_MARK = 0xFEFF
_LAST_CONTROL = 0x9F
_LATIN_1_LETTERS = range(0xA0, 0x100)
_SAVE_AS_UTF_8 = "save the file as UTF-8"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a spec may get before it is refused."""

    file_bytes: int = 16 * 1024 * 1024
    depth: int = 64
    yaml_nodes: int = 1_000_000
    graph_nodes: int = 100_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text without its byte order mark, and the path that diagnostics show."""

    path: str
    text: str


def load_source(path: Path, shown_as: str, limits: Limits, diagnostics: Diagnostics) -> Source | None:
    """Read a file that holds a spec, or record why it cannot be read."""
    try:
        kind = _kind(path.stat().st_mode)
        data = None if kind else _read_regular(path, limits.file_bytes)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        diagnostics.error(UNREADABLE, f"cannot read the file: {reason}", Span.of_file(shown_as))
        return None
    if data is None:
        message = f"cannot read the file: it is {kind or 'not a regular file'}; expected a YAML file"
        diagnostics.error(UNREADABLE, message, Span.of_file(shown_as))
        return None
    return decode(data, shown_as, limits, diagnostics)


def decode(data: bytes, shown_as: str, limits: Limits, diagnostics: Diagnostics) -> Source | None:
    """Turn the bytes of a file into text, or record why they are none."""
    if len(data) > limits.file_bytes:
        message = f"the file is larger than {limits.file_bytes} bytes"
        diagnostics.error(LIMIT, message, Span.of_file(shown_as), help="raise the limit with --max-bytes")
        return None
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if encoding is not None:
        message = f"the file is encoded as {encoding}; expected UTF-8"
        diagnostics.error(NOT_TEXT, message, Span.of_file(shown_as), help=_SAVE_AS_UTF_8)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _report_undecodable(data, error, shown_as, diagnostics)
        return None
    source = Source(shown_as, text)
    return None if has_forbidden_characters(source, diagnostics) else source


def has_forbidden_characters(source: Source, diagnostics: Diagnostics) -> bool:
    """Record the first character that YAML does not allow in a text, and say whether there is one."""
    text = source.text
    if text.isascii() and not text.encode("ascii").translate(None, _ALLOWED_IN_ASCII):
        return False
    found = re.search(_FORBIDDEN, text)
    if found is None:
        return False
    code = ord(found.group())
    help_text: str | None = f'inside double quotes it can be written as "\\u{code:04x}"'
    message = f"control character U+{code:04X} is not allowed; expected text"
    if code == 0:
        message = "the file holds a NUL character, so it is binary or UTF-16; expected UTF-8 text"
        help_text = _SAVE_AS_UTF_8
    elif code == _BYTE_ORDER_MARK:
        message = "a byte order mark (U+FEFF) stands inside the text; it may only start the file"
        help_text = "remove this character, which editors do not show"
    elif code > _LAST_CONTROL:
        message = f"character U+{code:04X} is not allowed; expected text"
        help_text = None
    diagnostics.error(NOT_TEXT, message, span_at(source, found.start(), found.end()), help=help_text)
    return True


def span_at(source: Source, start: int, end: int) -> Span:
    """Return the span between two offsets into a text."""
    return Span(source.path, *_place(source.text, start), *_place(source.text, end))


def _place(text: str, offset: int) -> tuple[int, int]:
    breaks = text.count("\n", 0, offset) + text.count("\r", 0, offset) - text.count("\r\n", 0, offset)
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return breaks + 1, offset - start + 1


def _kind(mode: int) -> str | None:
    if stat.S_ISREG(mode):
        return None
    return next((name for matches, name in _KINDS if matches(mode)), "not a regular file")


def _read_regular(path: Path, limit: int) -> bytes | None:
    """Return at most one byte more than the limit, or None where the path became something that could block."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        chunks: list[bytes] = []
        left = limit + 1
        while left > 0 and (chunk := os.read(handle, min(left, _CHUNK))):
            chunks.append(chunk)
            left -= len(chunk)
        return b"".join(chunks)
    finally:
        os.close(handle)


def _report_undecodable(data: bytes, error: UnicodeDecodeError, shown_as: str, diagnostics: Diagnostics) -> None:
    offset = error.start
    before = Source(shown_as, data[:offset].decode("utf-8-sig"))
    place = span_at(before, len(before.text), len(before.text))
    span = Span(shown_as, place.line, place.column, place.line, place.column + 1)
    byte = data[offset]
    if b"\x00" in data:
        diagnostics.error(NOT_TEXT, "the file is binary; expected UTF-8 text", span)
        return
    message = f"the file is not UTF-8: byte 0x{byte:02x} cannot be decoded"
    if byte in _LATIN_1_LETTERS and error.reason != "unexpected end of data":
        message = f'{message}; it looks like Latin-1, where it is "{chr(byte)}"'
    diagnostics.error(NOT_TEXT, message, span, help=_SAVE_AS_UTF_8)
