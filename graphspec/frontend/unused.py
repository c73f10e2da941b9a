"""What a spec names and never uses: its imports and its params."""

import re
from collections.abc import Collection, Iterator

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.frontend.templates import names_used
from graphspec.frontend.tree import Mapping, Sequence, Tree

_FORMULA = re.compile(r"\$(?:\{[^}]*\}|\w+)")
_WORD = re.compile(r"\w+")


def check_unused(tree: Mapping, text: str, loaded: Collection[str], diagnostics: Diagnostics) -> None:
    """Warn of imports and params that nothing in a spec names; ``loaded`` imports are in use."""
    imports = _section(tree, "imports")
    idle = [alias for alias in imports.entries if alias not in loaded]
    rest = [value for key, value in _values(tree) if key not in {"imports", "params"}] if idle else []
    for alias in idle:
        if not any(_is_named(alias, value) for value in (*rest, _section(tree, "params"))):
            _warn(f'nothing uses the import "{alias}"', imports, alias, diagnostics)
    params = _section(tree, "params")
    if not params.entries:
        return
    # A word in any formula is taken for a use, for speed; the names that are left are looked for one by one.
    words = set(_WORD.findall(" ".join(_FORMULA.findall(text))))
    unsure = [name for name in params.entries if name not in words]
    # A block sees no params but its own.
    used = {name for key, value in _values(tree) if key != "blocks" for name in names_used(value)} if unsure else set()
    for name in unsure:
        if name not in used:
            _warn(f'nothing uses the param "{name}"', params, name, diagnostics)


def _section(tree: Mapping, key: str) -> Mapping:
    found = tree.get(key)
    return found if isinstance(found, Mapping) else Mapping({}, tree.span)


def _values(tree: Mapping) -> Iterator[tuple[str, Tree]]:
    return ((key, entry.value) for key, entry in tree.entries.items())


def _is_named(alias: str, tree: Tree) -> bool:
    """Say whether an alias stands as a word in any key or text, since names may be computed."""
    if isinstance(tree, Mapping):
        return any(alias in _WORD.findall(key) or _is_named(alias, value) for key, value in _values(tree))
    if isinstance(tree, Sequence):
        return any(_is_named(alias, item) for item in tree.items)
    return alias in tree.text and alias in _WORD.findall(tree.text)


def _warn(message: str, section: Mapping, name: str, diagnostics: Diagnostics) -> None:
    diagnostics.warning("GS714", message, section.entries[name].span, help="use it, or remove it")
