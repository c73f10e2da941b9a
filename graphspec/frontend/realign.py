"""Read what stands at the wrong depth as what it must be, so that one line too far in or out is one mistake."""

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.suggest import nearest
from graphspec.frontend.structure import NODE, Part
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree
from graphspec.frontend.whats import is_what_name

SECTIONS = ("inputs", "layers", "models", "nodes")
_WITH_ENTRIES = (*SECTIONS, "compile")


def realign(tree: Mapping, part: Part, diagnostics: Diagnostics) -> Mapping:
    """Return a spec or a nested model with its sections and their entries at their depths."""
    for step in (_indented, _outdented, _without_header, _beside_section):
        tree = step(tree, part, diagnostics)
    return tree


def is_empty(value: Tree) -> bool:
    """Say whether nothing, or null, is written."""
    return isinstance(value, Scalar) and value.value is None


def _indented(tree: Mapping, part: Part, diagnostics: Diagnostics) -> Mapping:
    """Read keys that stand below an empty section, and are no keys of the part, as the section's own."""
    entries: dict[str, Entry] = {}
    inner: dict[str, dict[str, Entry]] = {}
    section: str | None = None
    for entry in tree.entries.values():
        if section and entry.key not in part.keys and nearest(entry.key, part.keys) is None:
            inner.setdefault(section, {})[entry.key] = entry
            continue
        section = entry.key if entry.key in _WITH_ENTRIES and is_empty(entry.value) else None
        entries[entry.key] = entry
    for key, stray in inner.items():
        first, *others = stray.values()
        diagnostics.error(
            "GS207",
            f'"{first.key}" stands beside "{key}", which is empty, not inside it',
            first.span,
            help=f'indent it under "{key}"{", and what follows it" if others else ""}',
            related=[Related(f'"{key}" is here', entries[key].span)],
        )
        entries[key] = Entry(key, entries[key].span, Mapping(stray, first.span))
    return Mapping(entries, tree.span) if inner else tree


def _outdented(tree: Mapping, part: Part, diagnostics: Diagnostics) -> Mapping:
    """Read keys of the part that stand inside a section, and cannot be its entries, as the part's own."""
    entries = dict(tree.entries)
    for section in ("inputs", "layers", "nodes", "outputs"):
        mapping = tree.get(section)
        if not isinstance(mapping, Mapping):
            continue
        stray = {
            entry.key: entry
            for entry in mapping.entries.values()
            if entry.key in part.keys and entry.key not in entries and not _may_be_entry(entry, section, part)
        }
        for entry in stray.values():
            diagnostics.error(
                "GS207",
                f'"{entry.key}" stands inside "{section}", not beside it',
                entry.span,
                help=f'indent it as "{section}" is',
                related=[Related(f'"{section}" is here', entries[section].span)],
            )
        if stray:
            kept = {key: entry for key, entry in mapping.entries.items() if key not in stray}
            header = next((entry for entry in stray.values() if is_empty(entry.value)), None)
            if header is not None:
                names = list(mapping.entries)
                after = names[names.index(header.key) + 1 :]
                inner = {key: kept.pop(key) for key in after if key in kept}
                stray[header.key] = Entry(header.key, header.span, Mapping(inner, header.span))
            entries[section] = Entry(section, entries[section].span, Mapping(kept, mapping.span))
            entries |= stray
    return Mapping(entries, tree.span)


def _may_be_entry(entry: Entry, section: str, part: Part) -> bool:
    """Say whether what has the name of a section may still be an input, a layer, a node or an output."""
    if is_empty(entry.value):
        return entry.key not in _WITH_ENTRIES
    if section == "outputs":
        return isinstance(entry.value, Scalar)
    if isinstance(entry.value, Mapping):
        return "shape" in entry.value.entries if section == "inputs" else _is_node(entry)
    return isinstance(entry.value, Sequence) and section == "inputs" and entry.key not in part.required


def _is_node(entry: Entry) -> bool:
    keys = entry.value.entries if isinstance(entry.value, Mapping) else {}
    return "shape" not in keys and ("from" in keys or any(is_what_name(key) for key in keys))


def _is_keras_input(entry: Entry) -> bool:
    keys = entry.value.entries if isinstance(entry.value, Mapping) else {}
    return any(key.startswith(("Input", "keras.Input")) for key in keys)


def _without_header(tree: Mapping, part: Part, diagnostics: Diagnostics) -> Mapping:
    """Read nodes or layers that stand among the inputs, with no line between, as the section that there is not."""
    inputs = tree.get("inputs")
    if not isinstance(inputs, Mapping):
        return tree
    stray = {key: entry for key, entry in inputs.entries.items() if _is_node(entry) and not _is_keras_input(entry)}
    missing = next((key for key in ("nodes", "layers") if key in part.keys and key not in tree.entries), None)
    if not stray or missing is None:
        return tree
    first = next(iter(stray.values()))
    diagnostics.error(
        "GS207",
        f'"{first.key}" stands inside "inputs", and is a {missing.removesuffix("s")}',
        first.span,
        help=f'put "{missing}:" on a line before it',
        related=[Related('"inputs" is here', tree.entries["inputs"].span)],
    )
    kept = {key: entry for key, entry in inputs.entries.items() if key not in stray}
    moved = {"inputs": Mapping(kept, inputs.span), missing: Mapping(stray, first.span)}
    entries = {key: Entry(key, first.span, value) for key, value in moved.items()}
    return Mapping({**tree.entries, **entries}, tree.span)


def _beside_section(tree: Mapping, part: Part, diagnostics: Diagnostics) -> Mapping:
    """Read entries that stand beside their section as its own."""
    entries: dict[str, Entry] = {}
    section: Entry | None = None
    for entry in tree.entries.values():
        if entry.key in part.keys:
            section = entry if entry.key in SECTIONS else None
        is_known = entry.key in part.keys or nearest(entry.key, part.keys) is not None
        if is_known or section is None or not isinstance(section.value, Mapping) or not _fits(entry, section):
            entries[entry.key] = entry
            continue
        diagnostics.error(
            "GS207",
            f'"{entry.key}" stands beside "{section.key}", not inside it',
            entry.span,
            help=f'indent it under "{section.key}"',
            related=[Related(f'"{section.key}" is here', section.span)],
        )
        inside = {**section.value.entries, entry.key: entry}
        section = entries[section.key] = Entry(section.key, section.span, Mapping(inside, section.value.span))
    return Mapping(entries, tree.span)


def _fits(entry: Entry, section: Entry) -> bool:
    keys = entry.value.entries if isinstance(entry.value, Mapping) else {}
    if section.key == "inputs":
        return isinstance(entry.value, Sequence) or "shape" in keys
    return "outputs" in keys if section.key == "models" else _is_node(entry)


def nodes_realigned(mapping: Mapping, diagnostics: Diagnostics) -> Mapping:
    """Read ``from`` and its like that stand beside a node as the node's own."""
    entries: dict[str, Entry] = {}
    node: Entry | None = None
    for entry in mapping.entries.values():
        if node is None or not _belongs_to(node, entry):
            node = entries[entry.key] = entry
            continue
        diagnostics.error(
            "GS207",
            f'"{entry.key}" stands beside node "{node.key}", not inside it',
            entry.span,
            help=f'indent it under "{node.key}"',
            related=[Related(f'"{node.key}" is here', node.span)],
        )
        own = node.value.entries if isinstance(node.value, Mapping) else {}
        inner = Mapping({**own, entry.key: entry}, entry.span)
        node = entries[node.key] = Entry(node.key, node.span, inner)
    return Mapping(entries, mapping.span)


def _belongs_to(node: Entry, entry: Entry) -> bool:
    if is_empty(node.value):
        return entry.key in NODE.keys or is_what_name(entry.key)
    own = node.value.entries if isinstance(node.value, Mapping) else None
    return own is not None and entry.key in NODE.keys and entry.key not in own and not _is_node(entry)
