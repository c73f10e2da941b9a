"""Values in a saved config -> values of a spec: objects by name, policies as text, and no defaults."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from graphspec.catalog import catalog
from graphspec.catalog.application_layers import APPLICATION_LAYERS
from graphspec.catalog.catalog import Argument
from graphspec.catalog.dtypes import FLOATS
from graphspec.catalog.kinds import Kind, parse_kind
from graphspec.frontend.expand import snake_case
from graphspec.lift.calls import literal
from graphspec.lift.problems import Notes
from graphspec.lift.saved import Constant, Operation, decode, is_keras_layer, is_model
from graphspec.lift.sharing import number_of

_CATEGORIES = {
    "keras.initializers": "initializer",
    "keras.regularizers": "regularizer",
    "keras.constraints": "constraint",
    "keras.optimizers": "optimizer",
    "keras.optimizers.schedules": "schedule",
    "keras.losses": "loss",
    "keras.metrics": "metric",
    "keras.activations": "activation",
}
_LAYERS = frozenset({"cell", "layer"})
_FUNCTIONS = frozenset({"function", "builtin_function_or_method"})
_NOT_ARGUMENTS = frozenset({"name", "trainable", "dtype"})
# What Keras writes into a config beside the arguments of the constructor.
_DERIVED = frozenset({
    "batch_input_shape", "build_config", "is_legacy_optimizer", "oov_method", "quantization_config", "rms_scaling",
    "unroll", "vocabulary_size", "zero_output_for_mask",
})  # fmt: skip
# What Keras writes only where it was given.
_WHERE_GIVEN = frozenset({"thresholds"})
# What stands for null in a saved config: another argument, or a value.
_STANDS_FOR_NULL = {"strides": "pool_size", "value_dim": "key_dim"}
_NULL_WORDS = {"data_format": "channels_last", "activation": "linear"}


class Entries(Protocol):
    """Where the layers and models in arguments stand that are entries of the whole spec."""

    def nested(self, item: Mapping[str, Any]) -> str | None:
        """Make an entry of a model in an argument, and return its key; None once it is refused."""

    def shared(self, item: Mapping[str, Any], what: dict[str, Any]) -> str:
        """Make an entry of a layer that stands elsewhere too, and return its key."""


class _Refused:
    """The value of what cannot stand in a spec, once that was told."""


REFUSED = _Refused()


@dataclass(slots=True)
class Objects:
    """Lifts values; ``around`` has the configs of the layers around a nested model, where it may share some."""

    notes: Notes
    entries: Entries
    policy: str
    around: Mapping[str, Mapping[str, Any]]
    plugins: tuple[str, ...] = ()

    def layer(self, item: Mapping[str, Any], owner: str) -> dict[str, Any] | None:
        """Return ``{Class: arguments}`` or ``{ref: entry}`` of a saved layer, or None where it is refused."""
        config = item.get("config")
        if not isinstance(config, dict):
            return None
        registered, module = item.get("registered_name"), str(item.get("module") or "")
        made = Operation(owner, module, str(item.get("class_name")), registered, config, [], item.get("build_config"))
        what = self.what(made, owner)
        if what is None:
            return None
        if number_of(item) is not None:
            return {"ref": self.entries.shared(item, what)}
        self.tell_shared(config)
        return what

    def what(self, made: Operation, owner: str) -> dict[str, Any] | None:
        """Return ``{Class: arguments}`` of a layer, or None once it is refused."""
        if not made.is_keras:
            path = self.outside(made, owner)
            return None if path is None else {path: self.free_arguments(made.config, owner)}
        found = self.known_layer(made.class_name, owner)
        if found is None:
            return None
        mode = policy_name(made.config.get("dtype")) or ""
        if made.config.get("quantization_config") is not None or "/" in mode:
            self.notes.refuse(f'"{owner}" is quantized ({mode}), which a spec does not say: import it unquantized')
            return None
        return {made.class_name: self.layer_arguments(found, made.config, owner, made.build)}

    def outside(self, made: Operation, owner: str) -> str | None:
        """Return the path of a class from outside ``keras.layers``, or None once it is refused."""
        module = "" if made.module in {"", "__main__", "builtins"} else made.module
        path = f"{module}.{made.class_name}"
        if path in APPLICATION_LAYERS or (module and module in self.plugins):
            return path
        shown = made.registered_name or made.class_name
        if not module and len(self.plugins) == 1:
            self.notes.warn(f'"{owner}" is a {shown} of a script: it is taken for that of the plugin {self.plugins[0]}')
            return f"{self.plugins[0]}.{made.class_name}"
        where = f'of the module "{module}"' if module else "of a script"
        help_ = f"if you trust that module, add --plugin {module}" if module else "put it in a module, and add --plugin"
        self.notes.refuse(f'"{owner}" is a {shown} {where}: a class from outside keras.layers; {help_}')
        return None

    def free_arguments(self, config: Mapping[str, Any], owner: str) -> dict[str, Any]:
        """Return the arguments of a layer that the catalogue does not know, all of them."""
        given: dict[str, Any] = {}
        for name, item in config.items():
            if name in _NOT_ARGUMENTS | {"build_config"}:
                continue
            value = self.value(item, Argument(name, "any", None, required=False, doc=""), owner)
            if _holds_object(value) and value != item:
                self.notes.refuse(f'"{name}" of "{owner}" is an object, and the layers of plugins take plain values')
            elif value is not REFUSED:
                given[name] = value
        policy = policy_name(config.get("dtype"))
        return given if policy in {None, self.policy} else {**given, "dtype": policy}

    def layer_arguments(
        self, found: catalog.Layer, config: Mapping[str, Any], owner: str, build: object
    ) -> dict[str, Any]:
        """Return the arguments of a saved layer, with its dtype policy where it is not the one around it."""
        arguments = self.arguments(found.name, found.arguments, config, owner)
        if "attention_axes" in arguments and arguments["attention_axes"] == _attention_axes(build):
            del arguments["attention_axes"]
        if "backward_layer" in arguments and arguments["backward_layer"] == _backward(arguments.get("layer")):
            del arguments["backward_layer"]
        policy = policy_name(config.get("dtype"))
        is_own = found.family == "preprocessing" and policy not in FLOATS
        if found.accepts_dtype and policy not in (None, self.policy) and not is_own:
            arguments["dtype"] = policy
        return arguments

    def known_layer(self, name: str, owner: str) -> catalog.Layer | None:
        """Return the layer of the catalogue that a saved one is, or None once it is refused."""
        found = catalog.layer(name)
        if found is None:
            self.notes.refuse(f'"{owner}" is a {name}, which Keras {catalog.KERAS_VERSION} does not offer')
        elif found.refused is not None:
            self.notes.refuse(f'"{owner}" is a {name}: {found.refused}')
        return found if found is not None and found.refused is None else None

    def arguments(
        self, class_name: str, declared: Mapping[str, Argument], config: Mapping[str, Any], owner: str
    ) -> dict[str, Any]:
        """Return the arguments of a saved config that are no defaults, in the catalogue's order."""
        values: dict[str, Any] = {}
        for name, argument in declared.items():
            if name == "dtype" or name not in config:
                continue
            value = self.value(config[name], argument, owner)
            if value is REFUSED:
                continue
            kind = parse_kind(argument.kind)
            value = _shortest(value, kind)
            if argument.required or not _is_default(name, value, argument, kind, config):
                values[name] = value
        for name, value in config.items():
            if name not in declared and name not in _NOT_ARGUMENTS | _DERIVED and value not in (None, False, [], {}):
                self.notes.warn(f'"{name}" of "{owner}" is left out: {class_name} takes no such argument')
        return values

    def value(self, value: Any, argument: Argument, owner: str) -> Any:  # noqa: ANN401 - as loose as JSON is
        """Return a saved value as a spec has it, or REFUSED once that was told."""
        if isinstance(value, list):
            items = [self.value(item, argument, owner) for item in value]
            return REFUSED if any(item is REFUSED for item in items) else items
        if not isinstance(value, dict):
            return value
        decoded = decode(value) if str(value.get("class_name")).startswith("__") else None
        if isinstance(decoded, Constant):
            is_array = any(alternative.name == "array" for alternative in parse_kind(argument.kind))
            return literal(decoded, argument.name) if is_array else decoded.value
        if isinstance(decoded, list):
            return self.value(decoded, argument, owner)
        if "class_name" not in value:
            found = {key: self.value(item, argument, owner) for key, item in value.items()}
            return {key: item for key, item in found.items() if item is not REFUSED}
        return self.object_(value, argument, owner)

    def object_(self, item: Mapping[str, Any], argument: Argument, owner: str) -> Any:  # noqa: ANN401 - as above
        """Return a saved object: a layer, an initializer, a loss or a function by its name."""
        class_name, module = str(item["class_name"]), str(item.get("module") or "")
        config = item.get("config")
        place = f"{owner}.{argument.name}"
        if is_model(class_name, module):
            name = self.entries.nested(item)
            return REFUSED if name is None else {"ref": name}
        takes = {alternative.name for alternative in parse_kind(argument.kind)}
        if is_keras_layer(module) or (takes & _LAYERS and module not in _CATEGORIES):
            made = self.layer(item, place)
            return REFUSED if made is None else made
        if class_name in _FUNCTIONS and isinstance(config, str):
            return self.function(config, argument, place)
        if class_name.endswith(("DTypePolicy", "DTypePolicyMap")):
            return policy_name(item)
        category = _CATEGORIES.get(module)
        found = catalog.object_(category, class_name) if category is not None else None
        if category is None or found is None or found.refused is not None or not isinstance(config, dict):
            self.notes.refuse(f'"{place}" is a {class_name} of "{module or "?"}": code from outside Keras')
            return REFUSED
        given = self.arguments(class_name, found.arguments, config, place)
        self.tell_lost(class_name, found.arguments, config, place)
        if category == "optimizer" and _is_counted(given.get("name"), class_name):
            del given["name"]
        return {found.canonical: given} if given else _name_of(category, found.canonical, argument.default)

    def tell_lost(
        self, class_name: str, declared: Mapping[str, Argument], config: Mapping[str, Any], place: str
    ) -> None:
        """Warn of the arguments of an object that Keras does not save."""
        for name in declared.keys() - config.keys() - _NOT_ARGUMENTS - _WHERE_GIVEN:
            self.notes.warn(f'"{place}": Keras does not save "{name}" of {class_name}; add it if it had another value')

    def tell_shared(self, config: Mapping[str, Any]) -> None:
        """Warn of a layer inside another that may be one of those around it: Keras writes it twice."""
        if _has_weights(config) and self.around.get(str(config.get("name"))) == config:
            self.notes.warn(
                f'"{config["name"]}" stands inside a wrapper or nested model and outside of it: if it is one layer, its'
                " weights are shared, which Keras does not save and the spec does not say"
            )

    def function(self, name: str, argument: Argument, place: str) -> Any:  # noqa: ANN401 - as above
        """Return the name of a function that Keras knows by it."""
        takes = [item.name for item in parse_kind(argument.kind)]
        categories = [item for item in catalog.SECTIONS if item in takes or takes == ["any"]]
        if any(catalog.object_(category, name) is not None for category in categories):
            return name
        self.notes.refuse(f'"{place}" is the function "{name}", which Keras does not know by that name')
        return REFUSED


def _is_counted(name: object, class_name: str) -> bool:
    """Say whether a name is the one that Keras makes up of a class and a number."""
    return isinstance(name, str) and re.sub(r"_\d+\Z", "", name) == snake_case(class_name)


def _name_of(category: str, canonical: str, default: object) -> str:
    """Return the name by which an object without arguments is known: the default's, else the one in small letters."""
    if isinstance(default, str):
        known = catalog.object_(category, default)
        if known is not None and known.canonical == canonical:
            return default
    names = [name for name in catalog.object_names(category) if _stands_for(category, name, canonical)]
    written = canonical.lower()
    return min(names, key=lambda name: (not name.islower(), name.replace("_", "") != written, name), default=canonical)


def _stands_for(category: str, name: str, canonical: str) -> bool:
    found = catalog.object_(category, name)
    return found is not None and found.by_string and found.canonical == canonical


def _attention_axes(build: object) -> list[int] | None:
    """Return the axes that attention has by itself: all but the first and the last of the query."""
    shapes = build.get("shapes_dict") if isinstance(build, Mapping) else None
    shape = shapes.get("query_shape") if isinstance(shapes, Mapping) else None
    return list(range(1, len(shape) - 1)) if isinstance(shape, list) else None


def _has_weights(config: Mapping[str, Any]) -> bool:
    return any(key in {"cell", "layer"} or key.endswith("_initializer") for key in config)


def _backward(layer: object) -> object:
    """Return the layer that Bidirectional makes by itself of the one that it is given."""
    if not isinstance(layer, dict) or len(layer) != 1:
        return None
    ((class_name, arguments),) = layer.items()
    return {class_name: {**arguments, "go_backwards": True}} if isinstance(arguments, dict) else None


def policy_name(dtype: object) -> str | None:
    """Return the name of a saved dtype policy, or None where it has none."""
    if isinstance(dtype, str):
        return dtype
    config = dtype.get("config") if isinstance(dtype, Mapping) else None
    if not isinstance(config, Mapping):
        return None
    if "source_name" in config:
        return f"{config.get('mode')}_from_{config['source_name']}"
    name = config.get("name")
    return name if isinstance(name, str) else None


def _shortest(value: Any, kind: Kind) -> Any:  # noqa: ANN401 - as loose as JSON is
    """Return one number for a list that repeats it, where the argument takes either."""
    if not isinstance(value, list) or not value:
        return value
    takes_list = any(alternative.name in {"list", "any", "array", "shape"} for alternative in kind)
    if len(value) == 1 and not takes_list:
        return value[0]
    items = [_shortest(item, kind) for item in value]
    # A pair of floats is a range, and one float a range around zero.
    takes_one = any(item.name == "int" for item in kind) and not any(item.name == "float" for item in kind)
    takes_many = any(alternative.name == "list" and alternative.min_count for alternative in kind)
    is_same = all(type(item) in (int, float) and item == items[0] for item in items)
    return items[0] if takes_one and takes_many and is_same else value


def _holds_object(value: object) -> bool:
    """Say whether a value holds ``{Class: arguments}``, which the layers of plugins would get as a mapping."""
    if isinstance(value, list):
        return any(_holds_object(item) for item in value)
    return isinstance(value, dict)


def _is_default(name: str, value: object, argument: Argument, kind: Kind, config: Mapping[str, Any]) -> bool:
    default = _shortest(argument.default, kind)
    if value == default and isinstance(value, bool) == isinstance(default, bool):
        return True
    if default is not None:
        return False
    if name in _STANDS_FOR_NULL:
        return bool(value == _shortest(config.get(_STANDS_FOR_NULL[name]), kind))
    return name in _NULL_WORDS and value == _NULL_WORDS[name]
