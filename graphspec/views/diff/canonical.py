"""Values in the one form in which equal ones are equal: spellings settled, defaults left out, ready for JSON."""

import math
from collections.abc import Callable as CallableABC
from collections.abc import Mapping
from functools import cache
from typing import Any

from graphspec.catalog import catalog
from graphspec.catalog.kinds import Kind, parse_kind
from graphspec.frontend.expand import snake_case
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

Json = Any
Model = CallableABC[[Callable], Json]
Wire = CallableABC[[Tensor], Json]

# Where the kinds are not declared: what the arguments of compile hold, however deep.
_COMPILE = {"optimizer": "optimizer", "loss": "loss", "metrics": "metric", "weighted_metrics": "metric"}
_COMPILE_DEFAULTS = {"run_eagerly": False, "jit_compile": "auto", "auto_scale_loss": True, "steps_per_execution": 1}
_KINDS_WITHOUT_COUNT = frozenset({"seed"})


def arguments_of(made: Callable, model: Model) -> dict[str, Json]:
    """Return the arguments of a layer or an application that are not what they would be anyhow."""
    return _given(_declared(made), made.arguments, model)


def type_of(made: Callable) -> str:
    """Return the class of a callable, an alias as what it stands for."""
    found = catalog.layer(made.type) if made.kind == "layer" else None
    return made.type if found is None or found.replaces is None else found.replaces


def op_of(name: str) -> str:
    """Return the shortest spelling of an op."""
    short = name.rpartition(".")[2]
    if short == name or short not in catalog.op_names():
        return name
    one, other = catalog.op(short), catalog.op(name)
    return short if one is not None and other is not None and one.arguments == other.arguments else name


def call_arguments(target: str, kwargs: Mapping[str, Value], wire: Wire, model: Model) -> dict[str, Json]:
    """Return the arguments of an op, by name, that are not what they would be anyhow."""
    found = catalog.op(target)
    declared = () if found is None else found.arguments
    defaults = {item.name: item.default for item in declared if not item.required}
    result = {name: canonical(value, None, model, wire) for name, value in kwargs.items()}
    return {name: value for name, value in sorted(result.items()) if not _is_default(name, value, defaults)}


def compile_of(section: Mapping[str, Value] | None, model: Model) -> dict[str, Json] | None:
    """Return the compile section, or None where there is none."""
    if section is None:
        return None
    result = {}
    for key, value in sorted(section.items()):
        category = _COMPILE.get(key)
        found = canonical(value, None if category is None else parse_kind(category), model, None, deep=True)
        if found is not None and found != _COMPILE_DEFAULTS.get(key):
            result[key] = found
    return result


def canonical(value: Value, kind: Kind | None, model: Model, wire: Wire | None, *, deep: bool = False) -> Json:
    """Return a value of a kind in its one form; ``deep`` lets the kind hold of whatever is inside too."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, kind)
    if isinstance(value, str):
        return _name(value, kind)
    if isinstance(value, tuple):
        inner = kind if deep else _item(kind)
        return [canonical(item, inner, model, wire, deep=deep) for item in value]
    if isinstance(value, Mapping):
        inner = kind if deep else None
        return {key: canonical(item, inner, model, wire, deep=deep) for key, item in sorted(value.items())}
    return _special(value, model, wire)


def _special(value: Value, model: Model, wire: Wire | None) -> Json:
    match value:
        case Tensor():
            return value.node if wire is None else wire(value)
        case Array(held, dtype):
            return {"constant": canonical(held, None, model, wire), "dtype": dtype}
        case SliceOf(start, stop, step):
            return {"slice": [start, stop, step]}
        case EllipsisOf():
            return "..."
        case Object(category, name, arguments):
            found = catalog.object_(category, name)
            declared = {} if found is None else dict(found.arguments)
            given = _given({key: (item.kind, item.default) for key, item in declared.items()}, arguments, model)
            shown = name if found is None else found.canonical
            # A metric without a name of its own is named after its class, and saved with that name.
            if category == "metric" and "name" in declared and declared["name"].default is None:
                given = {key: item for key, item in given.items() if (key, item) != ("name", snake_case(shown))}
            return {shown: given} if given else shown
        case LayerReference(name):
            return {"ref": name}
        case Imported(path):
            return {"import": path}
        case Callable():
            return _layer(value, model)
    return str(value)


def _layer(made: Callable, model: Model) -> Json:
    if made.graph is not None:
        return {"model": model(made)}
    frozen = {"trainable": made.trainable} if made.trainable is False else {}
    return {type_of(made): arguments_of(made, model), **frozen}


def _declared(made: Callable) -> dict[str, tuple[str, object]]:
    found = catalog.layer(made.type) if made.kind == "layer" else None
    taker = catalog.application(made.type) if made.kind == "application" else found
    return {} if taker is None else {name: (item.kind, item.default) for name, item in taker.arguments.items()}


def _given(declared: Mapping[str, tuple[str, object]], arguments: Mapping[str, Value], model: Model) -> dict[str, Json]:
    result = {}
    for name, value in sorted(arguments.items()):
        text, default = declared.get(name, ("any", _NOTHING))
        counted = name not in _KINDS_WITHOUT_COUNT
        kind = parse_kind(text)
        found = _widened(canonical(value, kind, model, None), kind if counted else None)
        standard = _standard(text, default) if default is not _NOTHING else _NOTHING
        if found != standard or type(found) is not type(standard):
            result[name] = found
    return result


def _standard(text: str, default: object) -> Json:
    kind = parse_kind(text)
    return _widened(canonical(_frozen(default), kind, _no_model, None), kind)


def _no_model(made: Callable) -> Json:
    return made.type


def _frozen(value: Any) -> Value:  # noqa: ANN401 - as loose as JSON is
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _is_default(name: str, value: Json, defaults: Mapping[str, object]) -> bool:
    return name in defaults and value == defaults[name] and type(value) is type(defaults[name])


_NOTHING = object()
_NOT_FINITE = (math.inf, -math.inf)


def _number(value: float, kind: Kind | None) -> Json:
    if value in _NOT_FINITE or value != value:  # noqa: PLR0124 - so is NaN, and only NaN
        return str(value)
    names = {alternative.name for alternative in kind or ()}
    return float(value) + 0.0 if "float" in names and "int" not in names else value


def _name(value: str, kind: Kind | None) -> str:
    for alternative in kind or ():
        if alternative.name in catalog.SECTIONS:
            found = _object_name(alternative.name, value)
            if found is not None:
                return found
    return value


@cache
def _object_name(category: str, name: str) -> str | None:
    found = catalog.object_(category, name)
    return None if found is None else found.canonical


def _item(kind: Kind | None) -> Kind | None:
    lists = [alternative.item for alternative in kind or () if alternative.name == "list"]
    return lists[0] if len(lists) == 1 else None


def _widened(value: Json, kind: Kind | None) -> Json:
    """Return a whole number as the list of equal ones that it stands for, where a kind has both forms."""
    if type(value) is not int:
        return value
    names = [alternative.name for alternative in kind or ()]
    for alternative in kind or ():
        if alternative.name == "list" and "int" in names and alternative.min_count == alternative.max_count:
            inner = alternative.item or ()
            count = alternative.min_count
            if count is not None and all(item.name == "int" for item in inner):
                return [value] * count
    return value
