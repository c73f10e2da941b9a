"""What is printed, and how: standard output for results, standard error for the rest, colours where they are wanted."""

import contextlib
import errno
import os
import shutil
import sys
import time
from collections.abc import Mapping
from typing import TextIO

from graphspec.diagnostics.diagnostic import UsageError

_LONG = 0.5
_OFTEN = 0.1
_BAR = 30


def write_out(text: str) -> None:
    """Print a result; a reader who has gone away is no mistake, a full disk is one."""
    _write(sys.stdout, text, "standard output")


def write_err(text: str) -> None:
    """Print what is not the result: diagnostics of a failed command, progress."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(_encodable(text, sys.stderr) + "\n")
        sys.stderr.flush()


def _write(stream: TextIO, text: str, name: str) -> None:
    try:
        stream.write(_encodable(text, stream) + "\n")
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        if error.errno == errno.EINVAL:
            return
        raise UsageError(f"cannot write to {name}: {(error.strerror or str(error)).lower()}") from None


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, errors="backslashreplace").decode(encoding)


def _silence(stream: TextIO) -> None:
    """Point a stream at nothing, so that the interpreter does not complain when it flushes at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def wants_color(choice: str, stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Say whether to print colours: ``--color`` decides, then ``NO_COLOR``, ``FORCE_COLOR``, and what a terminal is."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def table_width(stream: TextIO) -> int | None:
    """Return the width that a table must fit, or None where it is not read on a terminal."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


class Progress:
    """A line on a terminal that says what takes long, and disappears."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing where nobody looks on."""
        self._shown = not quiet and sys.stderr.isatty()
        self._next = time.monotonic() + _LONG

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._shown:
            with contextlib.suppress(OSError):
                sys.stderr.write(f"\r\x1b[2K{text}")
                sys.stderr.flush()

    def count(self, done: int, of: int) -> None:
        """Draw a bar where it takes long."""
        now = time.monotonic()
        if not self._shown or now < self._next:
            return
        self._next = now + _OFTEN
        filled = _BAR * done // max(1, of)
        self.say(f"[{'#' * filled}{'.' * (_BAR - filled)}] {done} of {of}")

    def done(self) -> None:
        """Remove the line."""
        self.say("")
