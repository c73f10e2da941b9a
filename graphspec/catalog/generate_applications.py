"""Read the models of ``keras.applications``: their layers, what feeds each, and what in them depends on arguments.

Each model is built without weights. An argument that a layer takes on is given a value that nothing else has, and is
found again by it; parts that an argument adds or leaves out are found by comparing builds.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, product, takewhile
from math import log2
from typing import Any
from unittest.mock import patch

import keras
from keras.src.applications import imagenet_utils
from keras.src.utils.naming import to_snake_case

from graphspec.catalog import catalog

Entry = dict[str, Any]
Line = list[Any]
Facts = dict[str, Any]

_UNNAMED = "unnamed-"
_SENTINELS: Facts = {
    "classes": 1013, "classifier_activation": "softsign", "depth_multiplier": 11, "dropout": 0.4375,
    "dropout_rate": 0.46875,
}  # fmt: skip
_LEFT_OUT = frozenset({"name", "dtype", "trainable", "data_format"})
_LEFT_OUT_ENDS = ("_initializer", "_regularizer", "_constraint")
# MobileNetV3 has no size of its own, and checks the least one by itself.
_SIZE, _LEAST = 224, 32
# Keras computes the sizes of these from alpha by rules of their own; MobileNet takes alpha times each, whatever it is.
_ALPHAS = {
    "MobileNetV2": (0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
    "MobileNetV3Large": (0.5, 0.75, 1.0, 1.25),
    "MobileNetV3Small": (0.5, 0.75, 1.0, 1.25),
}
_IS_SCALED = frozenset({"MobileNet"})
# These have one structure where the width is known and another where it is not.
_ARE_SIZED = frozenset({"NASNetLarge", "NASNetMobile"})
# The first layer of these drops the border that its window cannot fill; those of the others pad it.
_ARE_TRIMMED = _ARE_SIZED
# These begin in another way where they come with weights.
_ARE_RESCALED = frozenset(f"EfficientNetB{number}" for number in range(8))


@dataclass(slots=True)
class _Seen:
    """What Keras computed while it built a model: padding by the tensor it is for, and the sizes it insists on."""

    paddings: dict[int, tuple[Any, int]] = field(default_factory=dict)
    size: int | None = None
    least: int | None = None


def application(name: str) -> Entry:
    """Return how an application is made up."""
    return _Reader(name, getattr(keras.applications, name)).entry()


def text_of(entry: Entry) -> str:
    """Return an entry as JSON with one layer or row a line."""
    return f"{_lines(entry)}\n"


def _lines(value: object) -> str:
    """Return JSON that is broken between the things of a list of lists, so that changes can be read."""
    if isinstance(value, dict) and "body" in value:
        return "{" + ",\n".join(f"{json.dumps(key)}:{_lines(item)}" for key, item in value.items()) + "}"
    if isinstance(value, dict) and "rows" in value:
        return "{\n" + ",\n".join(f"{json.dumps(key)}:{_lines(item)}" for key, item in value.items()) + "\n}"
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        return "[\n" + ",\n".join(_lines(item) for item in value) + "]"
    return json.dumps(value, separators=(",", ":"))


@dataclass(slots=True)
class _Reader:
    """One application on its way to an entry; ``rows`` are types with arguments, which many layers share."""

    name: str
    function: Callable[..., Any]
    rows: dict[str, int] = field(default_factory=dict)
    seen: _Seen = field(default_factory=_Seen)
    built: dict[str, list[Line]] = field(default_factory=dict)

    def entry(self) -> Entry:
        shapes = [list(self.build(weights=None, include_top=top).input_shape[1:]) for top in (True, False)]
        size = self.seen.size or _SIZE
        variants = [self.variant(when, size) for when in self.variants()]
        return {
            "shapes": shapes,
            "size": self.seen.size,
            "least": self.seen.least or _LEAST,
            "rows": [json.loads(row) for row in self.rows],
            "variants": variants,
        }

    def takes(self, argument: str) -> bool:
        return argument in inspect.signature(self.function).parameters

    def variants(self) -> Iterator[Facts]:
        alphas = [{"alpha": alpha} for alpha in _ALPHAS.get(self.name, ())] or [{}]
        small = [{"minimalistic": value} for value in (False, True)] if self.takes("minimalistic") else [{}]
        sized = [{"sized": value} for value in (True, False)] if self.name in _ARE_SIZED else [{}]
        for parts in product(alphas, small, sized):
            yield {key: value for part in parts for key, value in part.items()}

    def starts(self) -> list[Facts]:
        if self.takes("include_preprocessing"):
            return [
                {"include_preprocessing": given, "rgb": rgb} for given, rgb in product((True, False), (True, False))
            ]
        return [{"weights": None}, {"weights": "imagenet"}] if self.name in _ARE_RESCALED else [{}]

    def ends(self) -> Iterator[Facts]:
        if self.takes("dropout_rate"):
            yield from ({"include_top": True, "drops": drops} for drops in (True, False))
        else:
            yield {"include_top": True}
        for pooling in (None, "avg", "max"):
            yield {"include_top": False, "pooling": pooling}

    def variant(self, when: Facts, size: int) -> Entry:
        """Return a variant as what may begin it, what is always there, and what may end it."""
        starts, ends = self.starts(), list(self.ends())
        bare = {"include_top": False, "pooling": None}
        begun = [self.layers({**when, **start, **bare}, size) for start in starts]
        ended = [self.layers({**when, **starts[0], **end}, size) for end in ends]
        first = begun[0]
        head = len(first) - min(_agreeing(first[::-1], other[::-1]) for other in begun)
        stem = min(_agreeing(first, other) for other in ended)
        fronts = [lines[: len(lines) - len(first) + head] for lines in begun]
        return {
            "when": when,
            "starts": [list(pair) for pair in zip(starts, fronts, strict=True)],
            "ends": [[end, lines[stem:]] for end, lines in zip(ends, ended, strict=True)],
            "body": first[head:stem],
        }  # fmt: skip

    def layers(self, facts: Facts, size: int) -> list[Line]:
        sized, rgb = facts.get("sized", True), facts.get("rgb", True)
        channels = 3 if rgb else 1
        shape = (size, size, channels) if sized else (None, None, channels)
        top = facts["include_top"]
        if top and not sized:
            # Keras refuses a head without a size, so this one is never used.
            return self.layers({**facts, "include_top": False, "pooling": None}, size)
        given = {key: value for key, value in facts.items() if key not in {"sized", "rgb", "drops"}}
        if self.takes("dropout_rate"):
            given["dropout_rate"] = _SENTINELS["dropout_rate"] if facts.get("drops", True) else 0.0
        sentinels = {key: value for key, value in _SENTINELS.items() if self.takes(key) and key not in given}
        if given.get("weights"):
            del sentinels["classes"], sentinels["classifier_activation"]
        arguments = {"weights": None, **sentinels, **given, "input_shape": shape}
        key = repr(sorted(arguments.items()))
        if key not in self.built:
            self.built[key] = self.lines(self.build(**arguments))
        return self.built[key]

    def build(self, **arguments: object) -> Any:  # noqa: ANN401 - a model of Keras
        with _watched(self.seen), keras.StatelessScope(initialize_variables=False):
            return self.function(**arguments)

    def lines(self, model: Any) -> list[Line]:  # noqa: ANN401 - a model of Keras
        found: list[Line] = []
        at: dict[int, int] = {id(model.inputs[0]): -1}
        operations = [item for item in model.operations if not isinstance(item, keras.layers.InputLayer)]
        for number, operation in enumerate(operations):
            call = operation._inbound_nodes[0]  # noqa: SLF001 - the record Keras keeps of its graph
            feeds = [number - at[id(tensor)] for tensor in call.input_tensors]
            at[id(operation.output)] = number
            name = None if operation.name.startswith(_UNNAMED) else operation.name
            found.append([name, self.row(operation, call, model), *([feeds] if feeds != [1] else [])])
        return found

    def row(self, operation: Any, call: Any, model: Any) -> int:  # noqa: ANN401 - operations of Keras
        if not isinstance(operation, keras.layers.Layer):
            kind = f"ops.{to_snake_case(type(operation).__name__)}"
            names = inspect.signature(operation.call).parameters
            given = dict(zip(names, call.arguments.args, strict=False)) | call.arguments.kwargs
            return self.row_of(kind, {key: value for key, value in given.items() if isinstance(value, int | float)})
        if isinstance(operation, keras.Sequential):
            channels = operation.input_shape[-1]
            own = model.input_shape[-1]
            layers = [
                [layer.name, self.row_of(type(layer).__name__, self.arguments(layer))] for layer in operation.layers
            ]
            return self.row_of(
                "Sequential", {"channels": "$channels" if channels == own else channels, "layers": layers}
            )
        arguments = self.arguments(operation)
        if self.name in _IS_SCALED and arguments.get("filters") not in {None, "$classes"}:
            arguments["filters"] = ["$alpha", arguments["filters"]]
        padding = self.seen.paddings.get(id(call.input_tensors[0]))
        if padding is not None and isinstance(operation, keras.layers.ZeroPadding2D):
            tensor, kernel = padding
            whole, size = model.input_shape[1], tensor.shape[1]
            halvings = round(log2(whole / size)) if size else 0
            arguments["padding"] = ["$padding", kernel, halvings, self.name in _ARE_TRIMMED]
        return self.row_of(type(operation).__name__, arguments)

    def arguments(self, layer: Any) -> Facts:  # noqa: ANN401 - a layer of Keras
        """Return the arguments of a layer that differ from the defaults, without those that only training needs."""
        known = catalog.layer(type(layer).__name__)
        defaults = None if known is None else {item.name: item.default for item in known.arguments.values()}
        found: Facts = {}
        for name, given in layer.get_config().items():
            is_known = defaults is None or name in defaults
            if name in _LEFT_OUT or name.endswith(_LEFT_OUT_ENDS) or not is_known:
                continue
            value = self.plain(given)
            if defaults is None or value != defaults[name]:
                found[name] = value
        return found

    def plain(self, value: Any) -> Any:  # noqa: ANN401 - a value in a config of Keras
        if isinstance(value, tuple | list):
            return [self.plain(item) for item in value]
        if hasattr(value, "tolist"):
            return self.plain(value.tolist())
        signs = {name: sign for name, sign in _SENTINELS.items() if self.takes(name)}
        return next((f"${name}" for name, sign in signs.items() if type(sign) is type(value) and sign == value), value)

    def row_of(self, kind: str, arguments: Facts) -> int:
        return self.rows.setdefault(json.dumps([kind, arguments]), len(self.rows))


def _agreeing(one: list[Line], other: list[Line]) -> int:
    """Return how many lines two lists have in common at their beginnings."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@contextmanager
def _watched(seen: _Seen) -> Iterator[None]:
    """Let a model be built without a download; mark the names that Keras makes up, and note what it computes."""
    numbers = count()
    correct_pad, obtain_input_shape = imagenet_utils.correct_pad, imagenet_utils.obtain_input_shape

    def pad(inputs: Any, kernel_size: Any) -> Any:  # noqa: ANN401 - tensors of Keras
        kernel = kernel_size if isinstance(kernel_size, int) else kernel_size[0]
        seen.paddings[id(inputs)] = (inputs, kernel)
        return correct_pad(inputs, kernel_size)

    def shape(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passed on
        seen.size, seen.least = kwargs["default_size"], kwargs["min_size"]
        return obtain_input_shape(*args, **kwargs)

    seen.paddings.clear()
    with (
        patch("keras.src.ops.operation.auto_name", lambda _: f"{_UNNAMED}{next(numbers)}"),
        patch("keras.src.utils.file_utils.get_file"),
        patch.object(keras.Model, "load_weights"),
        patch.object(imagenet_utils, "correct_pad", pad),
        patch.object(imagenet_utils, "obtain_input_shape", shape),
    ):
        yield
