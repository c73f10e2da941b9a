"""Writing files: whole or not at all."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from graphspec.diagnostics.diagnostic import UsageError


def write_text(path: Path, text: str) -> None:
    """Write a text file; raises as ``write_bytes`` does."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it.

    Raises UsageError where it cannot be written; what was there before is then still there.
    """
    with _telling(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, data, 0o666 & ~_umask())


def replace_bytes(path: Path, data: bytes) -> None:
    """Replace what a file holds, whole or not at all; a link to it stays one, and who may read it stays the same.

    Raises UsageError where it cannot be written.
    """
    with _telling(path):
        real = Path(os.path.realpath(path))
        mode = real.stat().st_mode
        if not os.access(real, os.W_OK):
            raise PermissionError(errno.EACCES, "permission denied")
        _put(real, data, stat.S_IMODE(mode))


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f'cannot write "{path}": {(error.strerror or str(error)).lower()}') from None


def _put(path: Path, data: bytes, mode: int) -> None:
    import tempfile  # noqa: PLC0415 - most runs write no file

    descriptor, draft = tempfile.mkstemp(prefix=".graphspec-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(draft).chmod(mode)
        Path(draft).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(draft).unlink()
        raise


def _umask() -> int:
    """Return the mask that new files get, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
