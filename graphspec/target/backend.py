"""The door to Keras: it is opened once, late, and says what is missing where it does not open."""

import contextlib
import gc
import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from types import ModuleType

from graphspec.diagnostics.diagnostic import UsageError

_PACKAGES = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch", "openvino": "openvino"}


def load_keras() -> ModuleType:
    """Return the keras module on the backend that the user has chosen (``KERAS_BACKEND``).

    Raises UsageError where Keras or its backend is not installed, and says what to install.
    """
    try:
        keras = _import_keras()
    except ImportError as error:
        raise UsageError(_missing(error)) from None
    version = getattr(keras, "__version__", "0")
    if int(version.split(".")[0]) < 3:  # noqa: PLR2004 - the major version that specs are written for
        raise UsageError(f"Keras {version} is installed, and GraphSpec needs Keras 3: pip install 'keras>=3.15.1'")
    return keras


def _import_keras() -> ModuleType:
    """Import Keras without collecting garbage: it makes a million objects that stay, and no cycles worth a search."""
    if "keras" in sys.modules or not gc.isenabled():
        return importlib.import_module("keras")
    gc.disable()
    try:
        return importlib.import_module("keras")
    finally:
        gc.enable()


def keras_version() -> str:
    """Return which Keras runs, and on what: ``3.15.1 on tensorflow``."""
    keras = load_keras()
    return f"{keras.__version__} on {keras.backend.backend()}"


def _missing(error: ImportError) -> str:
    name = (error.name or "").split(".")[0]
    if name in {"keras", "tensorflow", ""}:
        return (
            f"this command needs Keras with TensorFlow, and {name or 'one of them'} is not installed:"
            " pip install 'graphspec[tensorflow]'"
        )
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    package = _PACKAGES.get(backend, name)
    return f"the Keras backend {backend} does not load, because {name} is not installed: pip install {package}"


@contextlib.contextmanager
def quiet_loading() -> Iterator[None]:
    """Keep what TensorFlow's C++ says of itself while it loads from standard error, unless loading fails."""
    if "keras" in sys.modules:
        yield
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        saved = os.dup(2)
    except OSError:
        yield
        return
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        except Exception:
            said.seek(0)
            os.write(saved, said.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
