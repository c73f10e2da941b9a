"""Does a written value fit a kind of argument? Pure: no names are looked up here."""

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from typing import Any

from graphspec.catalog.dtypes import is_policy
from graphspec.catalog.kinds import Alternative, Kind, describe_kind
from graphspec.frontend.fields import describe_value, in_brackets
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree
from graphspec.graph.ir import Value

OBJECTS = frozenset(
    {"activation", "initializer", "regularizer", "constraint", "optimizer", "schedule", "loss", "metric"}
)
_UNDERSCORED = re.compile(r"[-+]?\d[\d_]*_[\d_]*\d\Z")
_QUOTIENT = re.compile(r"(\d{1,15}\.?\d{0,15}) ?/ ?(\d{1,15}\.?\d{0,15})\Z", re.ASCII)
_EXAMPLES = {
    "initializer": ": {HeNormal: {seed: 1}}",
    "layer": ": {Dense: {units: 10}}",
    "optimizer": ": {Adam: {learning_rate: 1e-3}}",
}
_WORDS_FOR_NULL = frozenset({"none", "None", "nil", "NULL", "undefined"})
_WORDS_FOR_BOOL = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def fits(value: object, alternative: Alternative) -> bool:
    """Say whether a scalar fits one alternative of a kind."""
    fits_name = _FITS.get(alternative.name)
    return fits_name is not None and fits_name(value, alternative)


def fits_kind(value: object, kind: Kind) -> bool:
    """Say whether a scalar fits a kind as it stands: a path does not, since what it names has to be trusted."""
    for alternative in kind:  # noqa: SIM110 - asked of every value, and any() is slower than a loop
        if alternative.name != "path" and fits(value, alternative):
            return True
    return False


def kind_names(kind: Kind) -> set[str]:
    """Return the names of the alternatives of a kind."""
    return {alternative.name for alternative in kind}


def _within(value: float, alternative: Alternative) -> bool:
    low, high = alternative.low, alternative.high
    if low is not None and not (value > low if alternative.low_open else value >= low):
        return False
    return high is None or (value < high if alternative.high_open else value <= high)


# Not bool, which is an int to Python alone.
_NUMBERS = (int, float)
_FITS: MappingABC[str, Callable[[Any, Alternative], bool]] = {
    "null": lambda value, _: value is None,
    "bool": lambda value, _: isinstance(value, bool),
    "string": lambda value, _: isinstance(value, str),
    "path": lambda value, _: isinstance(value, str),
    "literal": lambda value, alternative: isinstance(value, str) and value == alternative.literal,
    "int": lambda value, alternative: type(value) is int and _within(value, alternative),
    "array": lambda value, _: type(value) in _NUMBERS,
    "float": lambda value, alternative: type(value) in _NUMBERS and _within(value, alternative),
    "dtype": lambda value, _: isinstance(value, str) and is_policy(value),
    "any": lambda _, __: True,
}


def literal_words(kind: Kind) -> list[str]:
    """Return the words that a kind enumerates."""
    return [alternative.literal for alternative in kind if alternative.literal is not None]


def may_hold_arguments(tree: Tree) -> bool:
    """Say whether a value stands for the arguments of a class: a mapping of them, or nothing."""
    return isinstance(tree, Mapping) or (isinstance(tree, Scalar) and tree.value is None)


def lacks_colon(entry: Entry) -> bool:
    """Say whether a key has its value in it, as in ``{units 10}``."""
    return " " in entry.key and isinstance(entry.value, Scalar) and not entry.value.text


def example_of_class(kind: Kind) -> str:
    """Return ``: {Dense: {units: 10}}`` or its like to end a sentence with, or nothing."""
    return next((_EXAMPLES[alternative.name] for alternative in kind if alternative.name in _EXAMPLES), "")


def misfit(tree: Tree, kind: Kind) -> tuple[Tree, str]:
    """Return the smallest part of a value that does not fit, and what is wrong with it."""
    expected = describe_kind(kind)
    if isinstance(tree, Sequence):
        element = _wrong_element(tree, kind)
        if element is not None:
            return element, f"must be {expected}; {describe_value(element)} is not"
        if any(alternative.name == "list" for alternative in kind):
            return tree, f"must be {expected}, not a list of {len(tree.items)}"
    return tree, f"must be {expected}, not {describe_value(tree)}"


def _wrong_element(tree: Sequence, kind: Kind) -> Tree | None:
    lists = [a for a in kind if a.name == "list" and a.item is not None and count_fits(len(tree.items), a)]
    if len(lists) != 1:
        return None
    for item in tree.items:
        if isinstance(item, Scalar) and not any(fits(item.value, a) for a in lists[0].item or ()):
            return item
    return None


def count_fits(count: int, alternative: Alternative) -> bool:
    """Say whether a list of so many elements fits."""
    low, high = alternative.min_count, alternative.max_count
    return (low is None or count >= low) and (high is None or count <= high)


def correction(tree: Tree, kind: Kind) -> str | None:
    """Return how to write what the writer of a value most likely meant."""
    if not isinstance(tree, Scalar) or not isinstance(tree.value, str):
        return _single_element_help(tree)
    text = tree.value
    names = kind_names(kind)
    if text in _WORDS_FOR_NULL and "null" in names:
        return "write null"
    if text.lower() in _WORDS_FOR_BOOL and "bool" in names:
        return f"write {_WORDS_FOR_BOOL[text.lower()]}"
    if text in {"True", "False"} and "bool" in names:
        return f"write {text.lower()}"
    if not names & {"int", "float", "list", "array"}:
        return None
    listed = in_brackets(tree) if "list" in names else None
    if listed is not None:
        return f"write {listed}"
    if _UNDERSCORED.match(text):
        return f"write {text.replace('_', '')}: YAML 1.2 has no underscores in numbers"
    if not tree.plain and _is_number(text):
        return f"write {text} without quotes"
    if (quotient := _QUOTIENT.match(text)) is not None and float(quotient[2]):
        return f"write {float(quotient[1]) / float(quotient[2]):.6g}: a value is not computed"
    if text.lower() in {"nan", "inf", "-inf"} and "float" in names:
        return f"write {text.lower().replace('nan', '.nan').replace('inf', '.inf')}"
    return None


def _single_element_help(tree: Tree) -> str | None:
    if isinstance(tree, Sequence) and len(tree.items) == 1 and isinstance(tree.items[0], Scalar):
        return f"write {tree.items[0].text} without the list" if tree.items[0].text else None
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


SERIALISED_KEYS = frozenset({"class_name", "module", "registered_name", "__lambda__", "__tensor__", "__numpy__"})


def freely(tree: Tree) -> Value:
    """Return the value of a tree that no kind restricts."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Sequence):
        return tuple(freely(item) for item in tree.items)
    return {key: freely(entry.value) for key, entry in tree.entries.items()}


def serialised_part(tree: Tree) -> Mapping | None:
    """Return the first mapping in a value that has the form in which Keras itself stores objects."""
    if isinstance(tree, Mapping):
        if SERIALISED_KEYS & tree.entries.keys():
            return tree
        children = [entry.value for entry in tree.entries.values()]
    else:
        children = list(tree.items) if isinstance(tree, Sequence) else []
    return next((found for child in children if (found := serialised_part(child)) is not None), None)
