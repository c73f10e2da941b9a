"""A Keras model -> a file, whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphspec.diagnostics.diagnostic import UsageError
from graphspec.target.backend import load_keras
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


def lost_sharing(model: Any, path: Path) -> list[str]:  # noqa: ANN401 - a model of Keras
    """Return the names of the layers with weights that are shared in a model, and not in what Keras loads of the file.

    Keras loads the architecture alone without any sharing between nested models and wrappers. From a ``.keras`` file it
    restores that of a layer which its model calls before wrappers of the same model hold it, and no other.
    """
    ending = ending_of(path)
    holders = {} if ending == ".weights.h5" else _holders(model)
    first = {key: those[0] for key, (_, those) in holders.items()}
    return sorted(
        layer.name
        for layer, those in holders.values()
        if len(those) > 1 and layer.weights and (ending == ".json" or not _is_restored(those, first))
    )


def _holders(model: Any) -> dict[int, tuple[Any, list[Any]]]:  # noqa: ANN401 - a model of Keras
    """Return every layer in a model with the models and wrappers that hold it, in the order in which Keras saves."""
    holders: dict[int, tuple[Any, list[Any]]] = {}
    waiting = [(None, model)]
    while waiting:
        holder, layer = waiting.pop()
        if id(layer) in holders:
            holders[id(layer)][1].append(holder)
            continue
        holders[id(layer)] = (layer, [holder])
        inner = layer._flatten_layers(include_self=False, recursive=False)  # noqa: SLF001 - knows layers in lists too
        waiting.extend((layer, item) for item in reversed(inner))
    return holders


def _is_restored(those: list[Any], first: dict[int, Any]) -> bool:
    model, *others = those
    return _is_graph(model) and all(not _is_graph(other) and _is_inside(other, model, first) for other in others)


def _is_graph(holder: Any) -> bool:  # noqa: ANN401 - a layer of Keras
    return isinstance(holder, load_keras().Model)


def _is_inside(layer: Any, model: Any, first: dict[int, Any]) -> bool:  # noqa: ANN401 - layers of Keras
    while layer is not None and layer is not model:
        layer = first[id(layer)]
    return layer is model


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
