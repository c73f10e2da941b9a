"""Read what stands at the wrong depth as what it must be, so that one line too far in or out is one mistake."""

from collections.abc import Iterator

from graphspec.catalog import catalog
from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.suggest import nearest
from graphspec.frontend.fields import IN_COMPILE
from graphspec.frontend.indentation import column_inside, indentation
from graphspec.frontend.structure import INPUT, NODE, Part
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree
from graphspec.frontend.whats import is_what_name

SECTIONS = ("inputs", "layers", "models", "nodes")
_WITH_ENTRIES = (*SECTIONS, "compile", "expect")


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
            fix=indentation(first, [first, *others][-1], column_inside(entries[key])),
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
                fix=indentation(entry, entry, entries[section].span.column),
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
    return not any(key.lower() in INPUT.keys for key in keys) and (
        "from" in keys or any(is_what_name(key) for key in keys)
    )


def _is_keras_input(entry: Entry) -> bool:
    keys = entry.value.entries if isinstance(entry.value, Mapping) else {}
    return any(key.startswith(("Input", "keras.Input")) for key in keys)


def _lacks_header(entry: Entry, missing: str) -> bool:
    if missing == "compile":
        return entry.key in IN_COMPILE
    return _is_node(entry) and not _is_keras_input(entry)


def _without_header(tree: Mapping, part: Part, diagnostics: Diagnostics) -> Mapping:
    """Read what the line of a section is missing above as that section: nodes among the inputs, and their like."""
    for missing, section in (("nodes", "inputs"), ("layers", "inputs"), ("compile", "outputs")):
        mapping = tree.get(section)
        if missing not in part.keys or missing in tree.entries or not isinstance(mapping, Mapping):
            continue
        inside = {key: entry for key, entry in mapping.entries.items() if _lacks_header(entry, missing)}
        if all(isinstance(entry.value, Scalar) for entry in inside.values()):
            continue
        first = next(iter(inside.values()))
        diagnostics.error(
            "GS207",
            f'"{first.key}" stands inside "{section}", and belongs to "{missing}"',
            first.span,
            help=f'put "{missing}:" on a line before it',
            related=[Related(f'"{section}" is here', tree.entries[section].span)],
        )
        kept = {key: entry for key, entry in mapping.entries.items() if key not in inside}
        entries = {
            **tree.entries,
            section: Entry(section, tree.entries[section].span, Mapping(kept, mapping.span)),
            missing: Entry(missing, first.span, Mapping(inside, first.span)),
        }
        return Mapping(entries, tree.span)
    return tree


def _beside_section(tree: Mapping, part: Part, diagnostics: Diagnostics) -> Mapping:
    """Read entries that stand beside their section as its own."""
    absent = [key for key in (*_WITH_ENTRIES, "outputs") if key not in tree.entries]
    entries: dict[str, Entry] = {}
    section: Entry | None = None
    for entry in tree.entries.values():
        if entry.key in part.keys:
            section = entry if entry.key in SECTIONS else None
        is_known = entry.key in part.keys or nearest(entry.key, absent) is not None
        if is_known or section is None or not isinstance(section.value, Mapping) or not _fits(entry, section):
            entries[entry.key] = entry
            continue
        diagnostics.error(
            "GS207",
            f'"{entry.key}" stands beside "{section.key}", not inside it',
            entry.span,
            help=f'indent it under "{section.key}"',
            related=[Related(f'"{section.key}" is here', section.span)],
            fix=indentation(entry, entry, column_inside(section)),
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
    """Read ``from`` and its like that stand beside a node as the node's own, and nodes inside a node as nodes."""
    entries: dict[str, Entry] = {}
    node: Entry | None = None
    reported: Entry | None = None
    for entry in _lifted(mapping, diagnostics):
        if node is None or not _belongs_to(node, entry):
            node = entries[entry.key] = entry
            continue
        if reported is not node:
            _report_depth(entry, node, "beside", "inside", f'indent it under "{node.key}"', diagnostics)
        own = node.value.entries if isinstance(node.value, Mapping) else {}
        inner = Mapping({**own, entry.key: entry}, entry.span)
        reported = node = entries[node.key] = Entry(node.key, node.span, inner)
    return Mapping(entries, mapping.span)


def _lifted(mapping: Mapping, diagnostics: Diagnostics) -> Iterator[Entry]:
    for node in mapping.entries.values():
        inner = node.value.entries if isinstance(node.value, Mapping) else {}
        stray = [
            entry
            for entry in inner.values()
            if isinstance(entry.value, Mapping)
            and entry.key not in NODE.keys
            and entry.key not in mapping.entries
            and not is_what_name(entry.key)
            and _is_whole_node(entry)
        ]
        if not stray or not isinstance(node.value, Mapping) or len(inner) == len(stray):
            yield node
            continue
        _report_depth(stray[0], node, "inside", "beside", f'indent it as "{node.key}" is', diagnostics)
        kept = {key: entry for key, entry in inner.items() if entry not in stray}
        yield Entry(node.key, node.span, Mapping(kept, node.value.span))
        yield from stray


def _is_whole_node(entry: Entry) -> bool:
    keys = entry.value.entries if isinstance(entry.value, Mapping) else {}
    return "from" in keys or any(catalog.layer(key) is not None for key in keys)


def _report_depth(entry: Entry, node: Entry, where: str, right: str, help_: str, diagnostics: Diagnostics) -> None:
    diagnostics.error(
        "GS207",
        f'"{entry.key}" stands {where} node "{node.key}", not {right} it',
        entry.span,
        help=help_,
        related=[Related(f'"{node.key}" is here', node.span)],
        fix=indentation(entry, entry, column_inside(node) if where == "beside" else node.span.column),
    )


def _belongs_to(node: Entry, entry: Entry) -> bool:
    if is_empty(node.value):
        return entry.key in NODE.keys or is_what_name(entry.key)
    own = node.value.entries if isinstance(node.value, Mapping) else None
    return own is not None and entry.key in NODE.keys and entry.key not in own and not _is_node(entry)
