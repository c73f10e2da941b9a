"""The section ``defaults``: arguments for every layer of a class that does not give them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphspec.catalog import catalog
from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.suggest import did_you_mean, nearest
from graphspec.frontend.document import What
from graphspec.frontend.fields import describe_value
from graphspec.frontend.templates import Sight, filled
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree, Unknown
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.whats import classify

# What has arguments of its own and a class, by which they are given.
_KINDS = ("layer", "plugin")


@dataclass(frozen=True, slots=True)
class Defaults:
    """Arguments by class."""

    by_class: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_class)

    def applied(self, what: What) -> Tree | None:
        """Return the arguments of a layer, and of those inside them, with the defaults of their classes."""
        arguments = what.arguments
        if not self.by_class or what.kind not in _KINDS:
            return arguments
        if isinstance(arguments, TreeMapping):
            arguments = self._inside(arguments)
        own = self._of(what.name)
        if own is None or not (arguments is None or isinstance(arguments, TreeMapping)):
            return arguments
        return _merged(arguments, own, what)

    def _of(self, name: str) -> Mapping[str, Entry] | None:
        return self.by_class.get(_class_of(name))

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
        if catalog.layer(entry.key) is None and entry.key not in self.by_class:
            return tree
        empty = isinstance(entry.value, Scalar) and entry.value.value is None
        what = What("layer", entry.key, entry.span, None if empty else entry.value)
        value = self.applied(what)
        if value is what.arguments or value is None:
            return tree
        return TreeMapping({entry.key: entry._replace(value=value)}, tree.span)


def _class_of(name: str) -> str:
    """Return the name of a class that stands for all of its names."""
    found = catalog.layer(name)
    return name if found is None else found.replaces or found.name


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
    tree = filled(tree, sight, diagnostics)
    if isinstance(tree, Unknown):
        return Defaults()
    if not isinstance(tree, TreeMapping):
        message = f'"defaults" must be a mapping from a class to arguments, not {describe_value(tree)}'
        diagnostics.error("GS203", message, tree.span, help="write defaults: {Conv2D: {padding: same}}")
        return Defaults()
    by_class: dict[str, dict[str, Entry]] = {}
    places: dict[str, Entry] = {}
    for entry in tree.entries.values():
        if not _is_of_layers(entry, diagnostics):
            continue
        named = _with_right_class(entry, tree, diagnostics)
        name = _class_of(named.key)
        if name in places:
            message = f'the defaults of one class are given twice: "{entry.key}" is "{places[name].key}"'
            related = [Related("the first are here", places[name].span)]
            diagnostics.error("GS213", message, entry.span, help="put them together", related=related)
        places.setdefault(name, named)
        by_class[name] = {**_of_class(named, diagnostics), **by_class.get(name, {})}
    return Defaults(by_class)


def _is_of_layers(entry: Entry, diagnostics: Diagnostics) -> bool:
    """Say whether defaults are for what has them, and report it where they are not."""
    kind, _ = classify(entry.key)
    if kind in _KINDS:
        return True
    diagnostics.error(
        "GS215", f'defaults are for layers, and "{entry.key}" is an {kind}', entry.span,
        help="give it its arguments where it is used",
    )  # fmt: skip
    return False


def _with_right_class(entry: Entry, tree: TreeMapping, diagnostics: Diagnostics) -> Entry:
    """Return the defaults of a class by the name that was meant, once it was reported that there is no such class."""
    if catalog.layer(entry.key) is not None or "." in entry.key:
        return entry
    meant = nearest(entry.key, [name for name in catalog.layer_names() if name not in tree.entries])
    hint = f'; did you mean "{meant}"?' if meant else ""
    diagnostics.error("GS401", f'unknown layer "{entry.key}"{hint}', entry.span)
    return entry if meant is None else entry._replace(key=meant)


def _of_class(entry: Entry, diagnostics: Diagnostics) -> dict[str, Entry]:
    found = catalog.layer(entry.key)
    if (found is None and "." not in entry.key) or isinstance(entry.value, Unknown):
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
            meant = nearest(key, [name for name in found.arguments if name not in entry.value.entries])
            # What nobody understands may be what the class needs.
            for name in (meant,) if meant else found.required:
                kept.setdefault(name, Entry(name, item.span, Unknown.at(item.span)))
        else:
            kept[key] = item
    return kept
