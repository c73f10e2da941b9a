"""Writing text files: whole or not at all."""

from pathlib import Path

from graphspec.output import write_bytes


def write_text(path: Path, text: str) -> None:
    """Write a text file beside its place and rename it.

    Raises UsageError where it cannot be written; what was there before is then still there.
    """
    write_bytes(path, text.encode("utf-8"))
