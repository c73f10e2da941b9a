"""Values of the graph -> Python code."""

import keyword
import math
from collections.abc import Callable as CallableABC
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphspec.catalog import catalog
from graphspec.catalog.kinds import OBJECT_MODULES
from graphspec.graph.ir import (
    Array,
    Callable,
    EllipsisOf,
    Imported,
    LayerReference,
    Object,
    SliceOf,
    Tensor,
    Value,
)
from graphspec.graph.layer_types import default_dtype
from graphspec.views.layout import Code, brackets, call

# Of these Keras makes from the name what it makes from the class: losses and metrics would get other names.
_SAME_BY_NAME = frozenset({"initializer", "regularizer", "constraint", "optimizer"})
# Keras documents these as tuples; some it takes as nothing else.
_TUPLES = frozenset(
    {
        "cropping", "dilation_rate", "input_shape", "kernel_size", "newshape", "ngrams", "output_padding",
        "output_size", "padding", "pool_size", "shape", "size", "strides", "target_shape",
    }
)  # fmt: skip
# numpy itself has these; it takes others only once a backend is loaded.
_NUMPY_DTYPES = frozenset(
    {
        "bool", "complex64", "complex128", "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8",
        "uint16", "uint32", "uint64",
    }
)  # fmt: skip


class Verbatim(str):
    """Code that stands where a value would."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Tell it from a string."""
        return f"Verbatim({super().__repr__()})"


_OWN_NAMES = ("keras", "layers", "np", "ops", "sys")


@dataclass(slots=True)
class Imports:
    """What the code imports, noted as it is written."""

    from_keras: set[str] = field(default_factory=set)
    numpy: bool = False
    sys: bool = False
    modules: dict[str, str] = field(default_factory=dict)

    def keras(self, name: str) -> str:
        """Return a name of ``keras`` that is imported by itself."""
        self.from_keras.add(name)
        return name

    def module(self, path: str) -> str:
        """Return how a module from outside Keras is spoken of."""
        is_hidden = path.partition(".")[0] in _OWN_NAMES
        return self.modules.setdefault(path, f"{path.replace('.', '_')}_module" if is_hidden else path)

    def statements(self) -> list[str]:
        """Return the import statements, in the order in which sorters leave them."""
        plain = {"keras": "import keras"}
        if self.numpy:
            plain["numpy"] = "import numpy as np"
        for path, name in self.modules.items():
            plain[path] = f"import {path}" if path == name else f"import {path} as {name}"
        found = [plain[path] for path in sorted(plain)]
        if self.from_keras:
            found.append(f"from keras import {', '.join(sorted(self.from_keras))}")
        return ["import sys", "", *found] if self.sys else found


@dataclass(frozen=True, slots=True)
class Values:
    """Writes values; ``tensor``, ``layer`` and ``build`` write what they refer to."""

    imports: Imports
    tensor: CallableABC[[Tensor], Code]
    layer: CallableABC[[str], Code]
    build: CallableABC[[Callable], Code]

    def code(self, value: Value, *, as_tuple: bool = False) -> Code:
        """Return the code of a value."""
        if isinstance(value, tuple):
            items = [self.code(item, as_tuple=as_tuple) for item in value]
            return _tuple(items) if as_tuple else brackets("[", items, "]")
        if isinstance(value, Mapping):
            return brackets("{", [(f"{text(key)}: ", self.code(item)) for key, item in value.items()], "}")
        match value:
            case Tensor():
                return self.tensor(value)
            case LayerReference():
                return self.layer(value.name)
            case Callable():
                return self.build(value)
            case Object():
                return self.object(value)
            case Array():
                return self.array(value)
            case Imported():
                module, _, attribute = value.path.partition(":")
                return f"{self.imports.module(module)}.{attribute}"
            case SliceOf() | EllipsisOf():
                return index((value,))
        return scalar(value)

    def object(self, value: Object) -> Code:
        """Return the construction of an initializer, a loss and the like."""
        return call(f"keras.{OBJECT_MODULES[value.category]}.{value.name}", self.named(value.arguments, self.exactly))

    def short(self, value: Value) -> Code:
        """Return a value, by its name alone where Keras makes the same of it."""
        if not isinstance(value, Object) or value.arguments or value.category not in _SAME_BY_NAME:
            return self.code(value)
        name = value.name.lower() if value.category == "optimizer" else value.name
        found = catalog.object_(value.category, name)
        is_same = found is not None and found.by_string and found.canonical == value.name
        return text(name) if is_same else self.code(value)

    def exactly(self, _: str, value: Value) -> Code:
        """Return the value of an argument as it is."""
        return self.code(value)

    def usual(self, name: str, value: Value) -> Code:
        """Return the value of an argument in the form that is usual in Keras."""
        return self.code(value, as_tuple=True) if name in _TUPLES else self.short(value)

    def named(self, arguments: Mapping[str, Value], write: CallableABC[[str, Value], Code]) -> list[Code]:
        """Return arguments by name; a name that Python has no syntax for goes through a dict."""
        plain = {key: value for key, value in arguments.items() if _is_plain(key)}
        odd = {key: value for key, value in arguments.items() if not _is_plain(key)}
        written: list[Code] = [(f"{key}=", write(key, value)) for key, value in plain.items()]
        return [*written, ("**", self.code(odd))] if odd else written

    def array(self, value: Array) -> Code:
        """Return the construction of a constant."""
        dtype = value.dtype or default_dtype(value.value)
        if dtype not in _NUMPY_DTYPES:
            function = f"{self.imports.keras('ops')}.convert_to_tensor"
        else:
            self.imports.numpy = True
            function = "np.array"
        return call(function, [self.code(value.value), f"dtype={text(dtype)}"])


def index(keys: tuple[Value, ...]) -> str:
    """Return what stands between the brackets of an index.

    >>> index((SliceOf(None, None, None), -1, SliceOf(1, 3, None), EllipsisOf(), None))
    ':, -1, 1:3, ..., None'
    >>> index((SliceOf(None, Verbatim("2 * half"), None), SliceOf(Verbatim("2 * half"), None, None)))
    ': 2 * half, 2 * half :'
    """
    return ", ".join(_key(key) for key in keys)


def _key(key: Value) -> str:
    if isinstance(key, EllipsisOf):
        return "..."
    if not isinstance(key, SliceOf):
        return scalar(key)
    start, stop, step = ("" if part is None else str(part) for part in (key.start, key.stop, key.step))
    # Formatters put space around the colons where a part is more than a name or a number.
    colon = " : " if " " in f"{start}{stop}{step}" else ":"
    return (f"{start}{colon}{stop}{colon}{step}" if step else f"{start}{colon}{stop}").strip().replace("  ", " ")


def scalar(value: object) -> str:
    """Return a scalar as the formatters write it.

    >>> scalar(1e16), scalar(float("inf")), scalar("a"), scalar(None)
    ('1e16', 'float("inf")', '"a"', 'None')
    """
    if isinstance(value, str):
        return text(value)
    if not isinstance(value, float):
        return repr(value)
    return repr(value).replace("e+", "e") if math.isfinite(value) else f'float("{value!r}")'


def text(value: str) -> str:
    r"""Return a string in double quotes, or in single ones where that saves escapes; code stays as it is.

    >>> text("it's"), text('say "no"')
    ('"it\'s"', '\'say "no"\'')
    """
    if isinstance(value, Verbatim):
        return str(value)
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_character(character, quote) for character in value) + quote


def _character(character: str, quote: str) -> str:
    if character in {"'", '"'}:
        return f"\\{character}" if character == quote else character
    return repr(character)[1:-1]


def _tuple(items: list[Code]) -> Code:
    return ("(", items[0], ",)") if len(items) == 1 else brackets("(", items, ")")


def _is_plain(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)
