"""Values from outside a spec: ``--set name=value``, and the params that Python gives."""

from collections.abc import Mapping

from graphspec.diagnostics.diagnostic import Diagnostics, UsageError
from graphspec.diagnostics.span import Outside
from graphspec.frontend.params import Given
from graphspec.frontend.read import read
from graphspec.frontend.source import Limits, Source
from graphspec.frontend.templates import to_tree
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree
from graphspec.frontend.tree import Mapping as TreeMapping

OPTION = "--set"
_KEY = "value: "


def given_by_options(settings: tuple[str, ...], limits: Limits) -> tuple[dict[str, Given], str]:
    """Return the value of each ``name=value``, and the text in which they have their places, one a line.

    Raises UsageError where one of them is none.
    """
    found: dict[str, Given] = {}
    for number, setting in enumerate(settings, 1):
        name, equals, value = setting.partition("=")
        if not equals or not name.strip() or "\n" in setting:
            raise UsageError(f'--set takes NAME=VALUE, not "{setting}"')
        diagnostics = Diagnostics()
        tree = read(Source(OPTION, _KEY + value), diagnostics, limits)
        if tree is None or set(tree.entries) != {"value"}:
            reason = next((item.message for item in diagnostics), "it is no single YAML value")
            raise UsageError(f'--set {setting}: cannot read "{value}": {reason}')
        moved = _moved(tree.entries["value"].value, number, len(name) + 1 - len(_KEY))
        found[name.strip()] = Given(Outside(OPTION, number, 1, number, len(name) + 1), moved)
    return found, "\n".join(settings)


def given_by_python(params: Mapping[str, object]) -> dict[str, Given]:
    """Return the values that a program gives.

    Raises UsageError where a spec cannot hold one.
    """
    found: dict[str, Given] = {}
    for name, value in params.items():
        place = Outside.of_file(f"params[{name!r}]")
        try:
            found[name] = Given(place, to_tree(value, place))
        except TypeError as error:
            raise UsageError(f"param {name!r} cannot be set: {error}") from None
    return found


def _moved(tree: Tree, line: int, columns: int) -> Tree:
    """Return a value with its places in the text of the options."""
    old = tree.span
    span = Outside(OPTION, line, max(1, old.column + columns), line, max(2, old.end_column + columns))
    if isinstance(tree, Scalar):
        return tree._replace(span=span)
    if isinstance(tree, Sequence):
        return Sequence(tuple(_moved(item, line, columns) for item in tree.items), span)
    entries = {key: Entry(key, span, _moved(entry.value, line, columns)) for key, entry in tree.entries.items()}
    return TreeMapping(entries, span)
