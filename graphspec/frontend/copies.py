"""How many copies a node stands for, by ``repeat`` or ``each``, and what each of them sees."""

from dataclasses import replace
from typing import NamedTuple

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import Control, What
from graphspec.frontend.evaluate import OF_COPIES, UnknownValueError
from graphspec.frontend.fields import describe_value
from graphspec.frontend.templates import Sight, names_used, substitute
from graphspec.frontend.tree import Scalar, Sequence, Tree, Unknown, plain

# How what cannot be copied by itself is written as a chain of one.
_AS_CHAIN = {
    "layer": "write chain: [{{{}: {{...}}}}]",
    "op": "write chain: [{{ops.{}: {{...}}}}]",
    "call": "write chain: [{{call: {}}}]",
}

_REPEATED = frozenset({"repeat", "each"})
_ONE_FOR_ALL = {
    "from": 'all copies have the same "from": give all of them the whole list, and let a block take one of it,'
    ' as in from: "x.${{i}}" in the block, and with: {{i: $index}} beside the copies',
    "when": 'all copies have the same "when": leave out of "each" what is not to be copied',
}


class Copies(NamedTuple):
    """A number of copies, none of them made yet; ``items`` are those of ``each``."""

    number: int
    span: Span
    items: tuple[object, ...] | None = None

    def sees(self, index: int) -> dict[str, object]:
        """Return the names that a copy sees besides those in sight."""
        return {"index": index} if self.items is None else {"index": index, "item": self.items[index]}


def copies_of(what: What | None, control: Control, sight: Sight, diagnostics: Diagnostics) -> Copies | None:
    """Return the copies of a node that has ``repeat`` or ``each``, or None where that is wrong."""
    entries = control.raw.entries
    if "repeat" in entries and "each" in entries:
        message = f'{control.subject} has both "repeat" and "each"'
        diagnostics.error("GS313", message, entries["each"].span, help="put one of the two inside a block")
        return None
    if what is None or any(isinstance(control.raw.get(key), Unknown) for key in ("repeat", "each")):
        return None
    key = "repeat" if "repeat" in entries else "each"
    if what.kind not in {"block", "chain"}:
        message = f'"{key}" is for a block or a chain, and {control.subject} is neither'
        help_ = _AS_CHAIN[what.kind].format(what.name) if what.kind in _AS_CHAIN else None
        diagnostics.error("GS313", message, entries[key].span, help=help_)
        return None
    try:
        tree = substitute(entries[key].value, sight, diagnostics)
    except UnknownValueError:
        return None
    return _repeats(tree, control, diagnostics) if key == "repeat" else _items(tree, control, diagnostics)


def _repeats(tree: Tree, control: Control, diagnostics: Diagnostics) -> Copies | None:
    count = tree.value if isinstance(tree, Scalar) else None
    if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
        return Copies(count, tree.span)
    message = f'"repeat" of {control.subject} must be an integer of at least 0, not {describe_value(tree)}'
    diagnostics.error("GS313", message, tree.span)
    return None


def _items(tree: Tree, control: Control, diagnostics: Diagnostics) -> Copies | None:
    if isinstance(tree, Sequence):
        return Copies(len(tree.items), tree.span, tuple(plain(item) for item in tree.items))
    message = f'"each" of {control.subject} must be a list, not {describe_value(tree)}'
    help_ = 'for a number of copies in a row there is "repeat"' if isinstance(tree, Scalar) else None
    if isinstance(tree, Scalar) and isinstance(tree.value, int) and not isinstance(tree.value, bool):
        help_ = f'for copies in a row there is "repeat"; for copies side by side, each: "{_as_list(control)}"'
    diagnostics.error("GS313", message, tree.span, help=help_)
    return None


def _as_list(control: Control) -> str:
    """Return a list with as many items as the number that stands in its place."""
    written = control.raw.get("each")
    number = written.text.removeprefix("$").strip("{}") if isinstance(written, Scalar) else ""
    return f"${{[0] * {number if number.isidentifier() or number.isdigit() else f'({number})'}}}"


def sight_beside(tree: Tree, key: str, control: Control, sight: Sight) -> Sight:
    """Return what the formulas of a key beside what is copied see: none of the names that a copy has of its own."""
    if control.raw.entries.keys().isdisjoint(_REPEATED) or OF_COPIES.keys().isdisjoint(names_used(tree)):
        return sight
    return replace(sight, no_copy=_ONE_FOR_ALL[key])
