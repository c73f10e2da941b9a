"""Arguments that every layer of a class has -> ``defaults``."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphspec.catalog import catalog

_SECTIONS = ("blocks", "layers", "models", "nodes")
_LEAST = 3
_ABSENT = object()
Arguments = Mapping[str, Any]
Change = Callable[[Arguments, Arguments], dict[str, Any]]


def with_defaults(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec in which what all layers of a class give stands once, where there are a few of them."""
    layers: dict[str, list[Arguments]] = {}
    for name, arguments in _layers_of(document):
        layers.setdefault(name, []).append(arguments)
    found = {name: _shared(name, written) for name, written in sorted(layers.items()) if len(written) >= _LEAST}
    defaults = {name: shared for name, shared in found.items() if shared}
    return {**_each(document, defaults, _without), "defaults": defaults} if defaults else dict(document)


def without_idle_defaults(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec whose layers give for themselves what stands under ``defaults`` for one or two of them."""
    counts = Counter(name for name, _ in _layers_of(document))
    defaults = document.get("defaults", {})
    idle = {name: shared for name, shared in defaults.items() if counts[name] < _LEAST}
    if not idle:
        return dict(document)
    kept = {name: shared for name, shared in defaults.items() if name not in idle}
    restored = _each(document, idle, lambda given, shared: {**given, **shared})
    return {**restored, "defaults": kept} if kept else {key: restored[key] for key in restored if key != "defaults"}


def _layers_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Arguments]]:
    for section in _SECTIONS:
        yield from _layers(document.get(section))


def _layers(value: Any) -> Iterator[tuple[str, Arguments]]:  # noqa: ANN401 - any value of a spec
    """Yield every layer in a value with its arguments; a text that is the name of one may be one without any."""
    if isinstance(value, str):
        if catalog.layer(value) is not None:
            yield value, {}
    elif isinstance(value, list):
        for item in value:
            yield from _layers(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Mapping) and catalog.layer(key) is not None:
                yield key, item
            yield from _layers(item)


def _shared(name: str, written: list[Arguments]) -> dict[str, Any]:
    layer = catalog.layer(name)
    known = {} if layer is None else layer.arguments
    optional = {
        key: value
        for key, value in written[0].items()
        if key in known and not known[key].required and "$" not in str(value)
    }
    return {
        key: value for key, value in optional.items() if all(_is(other.get(key, _ABSENT), value) for other in written)
    }


def _is(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _without(given: Arguments, shared: Arguments) -> dict[str, Any]:
    return {name: item for name, item in given.items() if name not in shared}


def _each(document: Mapping[str, Any], classes: Mapping[str, Arguments], change: Change) -> dict[str, Any]:
    """Return a spec with the arguments of every layer of some classes changed."""

    def changed(value: Any) -> Any:  # noqa: ANN401 - any value of a spec
        if isinstance(value, list):
            return [changed(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        found = {key: changed(item) for key, item in value.items()}
        for key in found.keys() & classes.keys():
            if isinstance(found[key], dict):
                found[key] = change(found[key], classes[key])
        return found

    return {key: changed(value) if key in _SECTIONS else value for key, value in document.items()}
