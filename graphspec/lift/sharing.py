"""Which layers and models in a saved model are one: Keras numbers what it meets a second time."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

KEY = "shared_object_id"
Json = dict[str, Any]


class _Place(NamedTuple):
    """A saved layer or model, and the objects around it, the outermost first."""

    item: Json
    around: tuple[int, ...]


def settle_sharing(saved: Json) -> None:
    """Leave a number at each layer or model that stands in several places, and at nothing else."""
    places = list(_places(saved))
    groups: dict[tuple[int, str], list[_Place]] = {}
    others = []
    for place in places:
        number = number_of(place.item)
        if number is None:
            others.append(place)
        else:
            groups.setdefault((number, _text(place)), []).append(place)
    for (_, text), found in groups.items():
        if _lacks_first(found):
            twins = (place for place in others if place.around[-1:] != found[0].around[-1:] and _text(place) == text)
            found.extend(islice(twins, 1))
    for place in places:
        place.item.pop(KEY, None)
    for number, group in enumerate(item for item in groups.values() if len(item) > 1):
        for place in group:
            place.item[KEY] = number


def _lacks_first(found: list[_Place]) -> bool:
    """Say whether the first place of an object has no number: Keras copies what is in an object once that is written.

    What comes again after that is numbered there alone. So the first place has its number only where what is around it
    is around the second one too.
    """
    return len(found) == 1 or not set(found[0].around) <= set(found[1].around)


def number_of(item: Mapping[str, Any]) -> int | None:
    """Return the number of a saved layer that stands in several places."""
    number = item.get(KEY)
    return number if isinstance(number, int) else None


def _places(saved: Json) -> Iterator[_Place]:
    """Return the layers and models in a saved one, in their order: what has a class, and a name in its config."""
    waiting: list[tuple[Any, tuple[int, ...]]] = [(saved.get("config"), ())]
    while waiting:
        item, around = waiting.pop()
        if isinstance(item, list):
            waiting += [(part, around) for part in reversed(item)]
        elif isinstance(item, dict):
            config = item.get("config")
            if "class_name" in item and isinstance(config, dict) and {"name", "trainable"} <= config.keys():
                yield _Place(item, around)
                around = (*around, id(item))
            waiting += [(part, around) for part in reversed(item.values())]


def _text(place: _Place) -> str:
    return json.dumps(_bare(place.item), sort_keys=True)


def _bare(value: Any) -> Any:  # noqa: ANN401 - as loose as JSON is
    """Return a saved object without what depends on where it stands: its numbers, its calls and its build."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if not isinstance(value, dict):
        return value
    left_out = {KEY, "build_config", "compile_config"}
    if "inbound_nodes" in value and "class_name" in value:
        left_out |= {"inbound_nodes", "name"}
    return {key: _bare(item) for key, item in value.items() if key not in left_out}
