"""Writing text files: whole or not at all."""

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path

from graphspec.diagnostics.diagnostic import UsageError
from graphspec.output import write_bytes


def write_text(path: Path, text: str) -> None:
    """Write a text file beside its place and rename it.

    Raises UsageError where it cannot be written; what was there before is then still there.
    """
    write_bytes(path, text.encode("utf-8"))


def replace_bytes(path: Path, data: bytes) -> None:
    """Replace what a file holds, whole or not at all; a link to it stays one, and who may read it stays the same.

    Raises UsageError where it cannot be written.
    """
    real = Path(os.path.realpath(path))
    draft: str | None = None
    try:
        mode = real.stat().st_mode
        if not os.access(real, os.W_OK):
            raise PermissionError(errno.EACCES, "permission denied")
        descriptor, draft = tempfile.mkstemp(prefix=".graphspec-", dir=real.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(draft).chmod(stat.S_IMODE(mode))
        Path(draft).replace(real)
    except OSError as error:
        if draft is not None:
            with contextlib.suppress(OSError):
                Path(draft).unlink()
        raise UsageError(f'cannot write "{path}": {(error.strerror or str(error)).lower()}') from None
