"""A Keras model -> a file, whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphspec.diagnostics.diagnostic import UsageError
from graphspec.target.errors import keras_sentence

Writer = Callable[[Any, Path], None]


def _write_keras(model: Any, path: Path) -> None:  # noqa: ANN401 - a model of Keras
    model.save(path)


def _write_weights(model: Any, path: Path) -> None:  # noqa: ANN401 - a model of Keras
    model.save_weights(path)


def _write_json(model: Any, path: Path) -> None:  # noqa: ANN401 - a model of Keras
    path.write_text(model.to_json(indent=2) + "\n", encoding="utf-8")


WRITERS: dict[str, Writer] = {".keras": _write_keras, ".weights.h5": _write_weights, ".json": _write_json}


def ending_of(path: Path) -> str | None:
    """Return the ending that says how a model is saved, or None where it says nothing."""
    return next((ending for ending in WRITERS if path.name.endswith(ending) and path.name != ending), None)


def save(model: Any, path: Path) -> int:  # noqa: ANN401 - a model of Keras
    """Save a model by the ending of a path and return the file's size in bytes.

    The file is written in a folder of its own beside its place and renamed. Raises UsageError where it cannot be
    written; what was there before is then still there.
    """
    ending = ending_of(path)
    if ending is None:
        raise UsageError(f'"{path}" does not end in {", ".join(WRITERS)}')
    folder = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".graphspec-", dir=path.parent))
        draft = folder / path.name
        WRITERS[ending](model, draft)
        size = draft.stat().st_size
        os.replace(draft, path)  # noqa: PTH105 - replaces on every system, as Path.replace does, and names the intent
    except Exception as error:
        raise UsageError(f'cannot write "{path}": {_reason(error, path.parent)}') from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
    return size


def _reason(error: Exception, folder: Path) -> str:
    """Return why writing failed; HDF5 hides a full disk behind errors of its own."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    text = keras_sentence(error)
    if "errno = 28" in text or "No space left" in text or _is_full(folder):
        return "no space left on device"
    return text


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free == 0
    except OSError:
        return False
