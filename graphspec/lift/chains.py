"""Names with dots -> chains: ``stem.conv`` is a member of the chain ``stem``, as a spec would have named it."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from graphspec.frontend.expand import snake_case
from graphspec.frontend.whats import NAME


class Member(NamedTuple):
    """A call that may stand in a chain: its name, and the only call that feeds it; an entry has no name of its own."""

    name: str
    before: str | None
    is_entry: bool


class Chain(NamedTuple):
    """A chain by its name, and the calls in it, in order."""

    name: str
    members: tuple[str, ...]


def find_chains(calls: Mapping[str, Member], uses: Mapping[str, int]) -> list[Chain]:
    """Return the chains that the dotted names of some calls come from."""
    groups: dict[str, list[str]] = {}
    for name, call in calls.items():
        head = name.partition(".")[0]
        if not call.is_entry and NAME.match(head):
            groups.setdefault(head, []).append(name)
    found = []
    for head, names in groups.items():
        if len(names) == 1 and "." not in names[0]:
            continue
        members = _linked(names, calls, uses)
        if members is not None and (head not in names or names[-1] == head) and _are_names(head, names):
            found.append(Chain(head, tuple(members)))
    return found


def _are_names(head: str, names: list[str]) -> bool:
    return all(NAME.match(part) for name in names for part in name.removeprefix(head).lstrip(".").split(".") if part)


def _linked(names: list[str], calls: Mapping[str, Member], uses: Mapping[str, int]) -> list[str] | None:
    """Return the calls of a chain, calls of entries between them included, or None where they are not in a row."""
    members = [names[0]]
    for before, name in pairwise(names):
        between: list[str] = []
        at = calls[name].before
        while at is not None and at != before and at in calls and calls[at].is_entry and uses.get(at) == 1:
            between.insert(0, at)
            at = calls[at].before
        if at != before:
            return None
        members += [*between, name]
    return members


def written(chain: str, names: tuple[str, ...], made: Mapping[str, dict[str, Any]], stem: Callable[[str], str],
            calls: Mapping[str, Member]) -> list[Any]:  # fmt: skip
    """Return the members of a chain as a spec has them; a name is left out where it is the one that they would get."""
    members: list[Any] = []
    counts: dict[str, int] = {}
    at = 0
    while at < len(names):
        name = names[at]
        is_entry = calls[name].is_entry
        rest = "" if is_entry else name.removeprefix(chain).lstrip(".")
        head, _, deeper = rest.partition(".")
        if deeper:
            inner = f"{chain}.{head}"
            end = at + 1
            while end < len(names) and (calls[names[end]].is_entry or names[end].startswith(inner + ".")
                                        or names[end] == inner):  # fmt: skip
                end += 1
            item: Any = {"chain": written(inner, names[at:end], made, stem, calls)}
            own = "chain"
            at = end
        else:
            item = dict(made[name])
            own = stem(name)
            at += 1
        automatic = _automatic(own, counts) if at < len(names) or not rest else None
        if not is_entry and rest and head != automatic:
            item["name"] = head
            if automatic is not None:
                counts[own] -= 1
        members.append(_short(item))
    return members


def _automatic(stem: str, counts: dict[str, int]) -> str:
    count = counts.get(stem, 0)
    counts[stem] = count + 1
    return stem if count == 0 else f"{stem}_{count}"


def _short(item: dict[str, Any]) -> Any:  # noqa: ANN401 - a text for a layer without arguments
    if len(item) != 1:
        return item
    ((key, value),) = item.items()
    return key if value == {} and key not in {"call", "chain", "expr"} else item


def stem_of(what: Mapping[str, Any]) -> str:
    """Return the name that a member gets which has none."""
    key = next(iter(what))
    if key in {"expr", "chain"}:
        return key
    return snake_case(str(what["call"] if key == "call" else key).rpartition(".")[2])
