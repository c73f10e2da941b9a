"""The section ``defaults``: arguments for every layer of a class that does not give them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphspec.catalog import catalog
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.suggest import did_you_mean, nearest
from graphspec.frontend.document import What
from graphspec.frontend.evaluate import UnknownValueError
from graphspec.frontend.fields import describe_value
from graphspec.frontend.templates import Sight, substitute
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree
from graphspec.frontend.tree import Mapping as TreeMapping


@dataclass(frozen=True, slots=True)
class Defaults:
    """Arguments by class."""

    by_class: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_class)

    def applied(self, what: What) -> Tree | None:
        """Return the arguments of a layer, and of those inside them, with the defaults of their classes."""
        arguments = what.arguments
        if not self.by_class or what.kind != "layer":
            return arguments
        if isinstance(arguments, TreeMapping):
            arguments = self._inside(arguments)
        own = self._of(what.name)
        if own is None or not (arguments is None or isinstance(arguments, TreeMapping)):
            return arguments
        return _merged(arguments, own, what)

    def _of(self, name: str) -> Mapping[str, Entry] | None:
        """Return the defaults of a class, by whichever of its names."""
        found = catalog.layer(name)
        return self.by_class.get(name) or (None if found is None else self.by_class.get(found.name))

    def _inside(self, arguments: TreeMapping) -> TreeMapping:
        """Return arguments in which each layer has the defaults of its class."""
        changed: dict[str, Entry] = {}
        for key, entry in arguments.entries.items():
            value = self._nested(entry.value)
            if value is not entry.value:
                changed[key] = entry._replace(value=value)
        return TreeMapping({**arguments.entries, **changed}, arguments.span) if changed else arguments

    def _nested(self, tree: Tree) -> Tree:
        if isinstance(tree, Sequence):
            items = tuple(self._nested(item) for item in tree.items)
            same = all(new is old for new, old in zip(items, tree.items, strict=True))
            return tree if same else Sequence(items, tree.span)
        if not isinstance(tree, TreeMapping) or len(tree.entries) != 1:
            return tree
        entry = next(iter(tree.entries.values()))
        if catalog.layer(entry.key) is None:
            return tree
        empty = isinstance(entry.value, Scalar) and entry.value.value is None
        what = What("layer", entry.key, entry.span, None if empty else entry.value)
        value = self.applied(what)
        if value is what.arguments or value is None:
            return tree
        return TreeMapping({entry.key: entry._replace(value=value)}, tree.span)


def _merged(arguments: TreeMapping | None, own: Mapping[str, Entry], what: What) -> TreeMapping | None:
    given = {} if arguments is None else arguments.entries
    missing = {key: entry for key, entry in own.items() if key not in given}
    if not missing:
        return arguments
    return TreeMapping({**given, **missing}, what.span if arguments is None else arguments.span)


def read_defaults(tree: Tree | None, sight: Sight, diagnostics: Diagnostics) -> Defaults:
    """Return the defaults that a spec has; classes and arguments that there are not are reported here, once."""
    if tree is None or (isinstance(tree, Scalar) and tree.value is None):
        return Defaults()
    try:
        tree = substitute(tree, sight, diagnostics)
    except UnknownValueError:
        return Defaults()
    if not isinstance(tree, TreeMapping):
        message = f'"defaults" must be a mapping from a class to arguments, not {describe_value(tree)}'
        diagnostics.error("GS203", message, tree.span, help="write defaults: {Conv2D: {padding: same}}")
        return Defaults()
    return Defaults({entry.key: _of_class(entry, diagnostics) for entry in tree.entries.values()})


def _of_class(entry: Entry, diagnostics: Diagnostics) -> dict[str, Entry]:
    found = catalog.layer(entry.key)
    if found is None and "." not in entry.key:
        hint = did_you_mean(entry.key, catalog.layer_names())
        diagnostics.error("GS401", f'unknown layer "{entry.key}"{hint}', entry.span)
        return {}
    if not isinstance(entry.value, TreeMapping):
        if not isinstance(entry.value, Scalar) or entry.value.value is not None:
            message = f"the defaults of {entry.key} must be a mapping, not {describe_value(entry.value)}"
            diagnostics.error("GS203", message, entry.value.span)
        return {}
    kept: dict[str, Entry] = {}
    for key, item in entry.value.entries.items():
        if found is not None and key not in found.arguments:
            hint = did_you_mean(key, found.arguments)
            diagnostics.error("GS402", f'unknown argument "{key}" of {entry.key}{hint}', item.span)
            meant = nearest(key, found.arguments)
            if meant is not None:
                kept.setdefault(meant, item._replace(key=meant))
        else:
            kept[key] = item
    return kept
