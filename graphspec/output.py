"""Writing files: whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from graphspec.diagnostics.diagnostic import UsageError


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it.

    Raises UsageError where it cannot be written; what was there before is then still there.
    """
    draft: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=".graphspec-", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(draft).chmod(0o666 & ~_umask())
        Path(draft).replace(path)
    except OSError as error:
        if draft is not None:
            with contextlib.suppress(OSError):
                Path(draft).unlink()
        raise UsageError(f'cannot write "{path}": {(error.strerror or str(error)).lower()}') from None


def _umask() -> int:
    """Return the mask that new files get, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
