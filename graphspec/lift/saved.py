"""Keras' JSON as values of our own: the operations of a model, their calls, and the tensors that feed them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from graphspec.lift.problems import LiftError
from graphspec.lift.sharing import number_of

FUNCTIONAL = frozenset({"Functional", "Model"})
MODELS = FUNCTIONAL | {"Sequential"}
_OWN_MODULES = ("keras", "keras.models", "keras.src.models", "keras.src.engine")
Json = dict[str, Any]


class Source(NamedTuple):
    """A tensor: the operation that made it, in which of its calls, and its place among what the call returned."""

    operation: str
    call: int
    place: int


class Constant(NamedTuple):
    """An array that stands in the graph."""

    value: Any
    dtype: str | None


class Slice(NamedTuple):
    """A ``start:stop:step`` of an index."""

    start: Any
    stop: Any
    step: Any


class Rest(NamedTuple):
    """The ``...`` of an index."""


class Call(NamedTuple):
    """One call of an operation; ``number`` is how tensors refer to it."""

    number: int
    args: list[Any]
    kwargs: dict[str, Any]


@dataclass(slots=True)
class Operation:
    """A layer, an op, an input or a nested model, with its calls; ``number`` tells one that stands elsewhere too."""

    name: str
    module: str
    class_name: str
    registered_name: str | None
    config: Json
    calls: list[Call]
    build: Any = None
    number: int | None = None

    @property
    def is_input(self) -> bool:
        """Say whether this is an input."""
        return self.class_name == "InputLayer"

    @property
    def is_op(self) -> bool:
        """Say whether this is a function of ``keras.ops``."""
        return self.module.startswith(("keras.src.ops.", "keras.ops"))

    @property
    def is_keras(self) -> bool:
        """Say whether this is a layer of Keras."""
        return is_keras_layer(self.module)

    @property
    def is_model(self) -> bool:
        """Say whether this is a nested model."""
        return is_model(self.class_name, self.module)

    @property
    def is_entry(self) -> bool:
        """Say whether this stands under ``layers`` or ``models`` of a spec: a model, or a layer in several places."""
        return self.is_model or len(self.calls) > 1 or (self.number is not None and not self.is_input)

    @property
    def has_many_outputs(self) -> bool:
        """Say whether this is a nested model that returns several tensors."""
        outputs = self.config.get("output_layers") if self.is_model else None
        return isinstance(outputs, list | dict) and not _is_tensor(outputs) and len(outputs) > 1


@dataclass(slots=True)
class Model:
    """A model: its operations in the order of the file, the names of its inputs, and its outputs."""

    name: str
    operations: list[Operation]
    inputs: list[str]
    outputs: Any
    trainable: bool = True


def is_model(class_name: str, module: str) -> bool:
    """Say whether a class is Keras' own functional or sequential model."""
    return class_name in MODELS and (module in _OWN_MODULES or module.startswith("keras.src.models."))


def is_keras_layer(module: object) -> bool:
    """Say whether a layer of this module is Keras' own."""
    return isinstance(module, str) and (module == "keras.layers" or module.startswith("keras.src.layers."))


def read_saved(config: Json, class_name: str) -> Model:
    """Return the model in the config of a functional or sequential model.

    Raises LiftError where the JSON is not of the form that Keras writes.
    """
    try:
        return _sequential(config) if class_name == "Sequential" else _functional(config)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise LiftError(
            [f'the JSON of the model "{config.get("name")}" is not as Keras 3 writes it: {_fault(error)}']
        ) from None


def _fault(error: Exception) -> str:
    return f'"{error.args[0]}" is missing' if isinstance(error, KeyError) else str(error)


def _functional(config: Json) -> Model:
    operations = [_operation(item) for item in config["layers"]]
    # Functional models have a call of their own in front of the others, which the outputs count and the calls do not.
    shifted = {made.name for made in operations if made.is_model and made.class_name in FUNCTIONAL}
    return Model(
        name=str(config["name"]),
        operations=operations,
        inputs=[source.operation for source in flatten(_tensors(config["input_layers"], shifted))],
        outputs=_tensors(config["output_layers"], shifted),
        trainable=config.get("trainable") is not False,
    )


def _operation(item: Json) -> Operation:
    made = _bare(item, str(item["name"]))
    for number, call in enumerate(item["inbound_nodes"]):
        made.calls.append(Call(number, [decode(value) for value in call["args"]], _decoded(call["kwargs"])))
    return made


def _bare(item: Json, name: str) -> Operation:
    config = item["config"]
    if not isinstance(config, dict):
        raise TypeError(f'"{name}" has no config')
    module, registered = str(item.get("module") or ""), item.get("registered_name")
    return Operation(
        name, module, str(item["class_name"]), registered, config, [], item.get("build_config"), number_of(item)
    )


def _sequential(config: Json) -> Model:
    operations = [_bare(item, str(item["config"].get("name", ""))) for item in config["layers"]]
    if not operations or not operations[0].is_input:
        operations.insert(0, _input_of(config, [item.name for item in operations]))
    for before, made in pairwise(operations):
        made.calls.append(Call(0, [Source(before.name, 0, 0)], {}))
    return Model(
        name=str(config["name"]),
        operations=operations,
        inputs=[operations[0].name],
        outputs=Source(operations[-1].name, 0, 0),
        trainable=config.get("trainable") is not False,
    )


def _input_of(config: Json, taken: list[str]) -> Operation:
    shape = config.get("build_input_shape")
    if not isinstance(shape, list):
        raise TypeError("it has no shape of its input; build the model before it is saved")
    name = "input_layer"
    while name in taken:
        name += "_"
    dtype = config.get("build_input_dtype")
    return Operation(name, "keras.layers", "InputLayer", None, {"batch_shape": shape, "dtype": dtype}, [])


def _tensors(value: Any, shifted: set[str]) -> Any:  # noqa: ANN401 - a structure of tensors
    """Return the structure of ``input_layers`` and ``output_layers``, where a tensor is a list of three."""
    if _is_tensor(value):
        return Source(value[0], int(value[1]) - (value[0] in shifted), int(value[2]))
    if isinstance(value, list):
        return [_tensors(item, shifted) for item in value]
    if isinstance(value, dict):
        return {key: _tensors(item, shifted) for key, item in value.items()}
    raise TypeError(f"{value!r} is no tensor")


def _is_tensor(value: object) -> bool:
    return isinstance(value, list) and len(value) == 3 and isinstance(value[0], str)  # noqa: PLR2004 - as said


def _decoded(values: Json) -> Json:
    return {key: decode(value) for key, value in values.items()}


def decode(value: Any) -> Any:  # noqa: ANN401 - whatever a call takes
    """Return an argument of a call with its tensors, arrays, slices and tuples as values.

    Raises LiftError where one of these is not of the form that Keras writes.
    """
    try:
        return _decode(value)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise LiftError([f"a value in the model is not as Keras 3 writes it: {_fault(error)}"]) from None


def _decode(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, list):
        return [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    config = value.get("config")
    match value.get("class_name"):
        case "__keras_tensor__":
            name, call, place = value["config"]["keras_history"]
            return Source(str(name), int(call), int(place))
        case "__tuple__":
            return [_decode(item) for item in value.get("items") or config or []]
        case "__numpy__" | "__tensor__":
            return Constant(value["config"]["value"], value["config"].get("dtype"))
        case "__slice__":
            return Slice(*(_decode(value["config"][part]) for part in ("start", "stop", "step")))
        case "__ellipsis__":
            return Rest()
    return {key: _decode(item) for key, item in value.items()}


def flatten(value: Any) -> list[Source]:  # noqa: ANN401 - a structure of tensors
    """Return the tensors of a structure in Keras' order: a mapping by its sorted keys."""
    return list(_flat(value))


def _flat(value: Any) -> Iterator[Source]:  # noqa: ANN401 - as above
    if isinstance(value, Source):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from _flat(value[key])
    elif isinstance(value, Slice):
        for item in value:
            yield from _flat(item)


def sources_of(call: Call) -> list[Source]:
    """Return every tensor that feeds a call."""
    return flatten([call.args, list(call.kwargs.values())])
