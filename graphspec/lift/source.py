"""A file of Keras -> the JSON in it that describes the model. Nothing else in it is opened, and nothing is run."""

import importlib
import json
import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Any

from graphspec.diagnostics.diagnostic import UsageError
from graphspec.lift.problems import LiftError

MAX_BYTES = 64 * 1024 * 1024
MAX_VALUES = 5_000_000
ENDINGS = (".keras", ".json", ".h5", ".hdf5")
_CONFIG = "config.json"
_ATTRIBUTE = "model_config"
_HEAD = 64 * 1024
_IS_SPEC = re.compile(rb'"graphspec"\s*:')
_MEMBERS = 10_000
_SHOWN = 120
_LONGEST_INTEGER = 308


def is_model_file(path: Path) -> bool:
    """Say whether a file is Keras' by its ending; one that ends in ``.json`` may also be a spec in JSON."""
    ending = path.suffix.lower()
    if ending != ".json":
        return ending in ENDINGS
    try:
        with path.open("rb") as file:
            return _IS_SPEC.search(file.read(_HEAD)) is None
    except OSError:
        return False


def tells_sharing(path: Path) -> bool:
    """Say whether Keras numbers the layers that stand in several places of such a file."""
    return path.suffix.lower() == ".keras"


def read_model(path: Path) -> dict[str, Any]:
    """Return the JSON object that describes the model in a file.

    Raises UsageError where there is no such file, and LiftError where it holds no model or one past the limits.
    """
    readers = {".keras": _member, ".json": _whole}
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise UsageError(f'"{path}" is {"a folder" if stat.S_ISDIR(mode) else "no regular file"}')
        data = readers.get(path.suffix.lower(), _attribute)(path)
    except FileNotFoundError:
        raise UsageError(f'there is no file "{path}"') from None
    except OSError as error:
        raise UsageError(f'cannot read "{path}": {(error.strerror or str(error)).lower()}') from None
    return parse_model(data)


def _whole(path: Path) -> bytes:
    with path.open("rb") as file:
        return _bounded(file.read(MAX_BYTES + 1))


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise LiftError([f"the model's JSON is larger than {MAX_BYTES // 1024**2} MiB"])
    return data


def _member(path: Path) -> bytes:
    """Return ``config.json`` of a zip file; its real size counts, whatever the file says of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > _MEMBERS:
                raise LiftError([f"the file has more than {_MEMBERS:,} members, which no .keras file has"])
            names = [item for item in archive.infolist() if item.filename == _CONFIG]
            if len(names) != 1:
                raise LiftError(
                    [f"the file holds {'no' if not names else 'more than one'} {_CONFIG}, so it is no model"]
                )
            with archive.open(names[0]) as file:
                return _bounded(file.read(MAX_BYTES + 1))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
        raise LiftError([f"the file is no .keras file: {str(error).lower() or 'it is cut off'}"]) from None


def _attribute(path: Path) -> bytes | str:
    """Return the attribute of an HDF5 file that holds the JSON; no group, no link and no array in it is opened."""
    try:
        h5py: Any = importlib.import_module("h5py")
    except ImportError:
        raise UsageError('a .h5 file takes h5py to read: pip install "graphspec[tensorflow]", or h5py alone') from None
    try:
        with h5py.File(path, "r") as file:
            if _ATTRIBUTE not in file.attrs:
                raise LiftError(["the file holds weights and no model: Keras writes one by model.save(...)"])
            attribute = file.attrs.get_id(_ATTRIBUTE)
            is_text = h5py.check_string_dtype(attribute.dtype) is not None
            if not is_text or attribute.shape != () or attribute.get_storage_size() > MAX_BYTES:
                raise LiftError([f'the attribute "{_ATTRIBUTE}" of the file is no text'])
            found: bytes | str = file.attrs[_ATTRIBUTE]
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError):
        raise LiftError(["the file is no HDF5 file that can be read"]) from None
    return _bounded(found.encode("utf-8", "surrogateescape") if isinstance(found, str) else found)


def parse_model(data: bytes | str) -> dict[str, Any]:
    """Return the object in Keras' JSON; raise LiftError where there is none, or more than a model has."""
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        text.encode("utf-8")
        _check_size(text)
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except UnicodeError:
        raise LiftError(["the model's JSON is not UTF-8 text"]) from None
    except (ValueError, RecursionError) as error:
        raise LiftError([f"the model's JSON cannot be read: {str(error)[:_SHOWN]}"]) from None
    if not isinstance(value, dict):
        raise LiftError(["the JSON is no model: it holds no object"])
    if _has_surrogates(text):
        _check_texts(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER:
        raise ValueError("an integer is larger than any float")
    return int(digits)


def _check_size(text: str) -> None:
    """Count values before parsing, by the signs around them; those inside of texts hardly matter."""
    if text.count("[") + text.count("{") + text.count(",") > MAX_VALUES:
        raise LiftError([f"the model's JSON has more than {MAX_VALUES:,} values"])


def _has_surrogates(text: str) -> bool:
    return "\\ud" in text.lower()


def _check_texts(value: object) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and not _is_unicode(item):
            raise LiftError(["the model's JSON holds half of a surrogate pair, which is no character"])


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
