"""Open a spec with params and blocks, and the files that it imports, each of which is read once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.frontend.expand_blocks import expand_blocks, expand_library
from graphspec.frontend.params import Given
from graphspec.frontend.program import Program
from graphspec.frontend.source import Source
from graphspec.frontend.structure import DOCUMENT
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.tree import Scalar
from graphspec.frontend.units import OF_MODEL, Around, Unit, meant_section, open_unit, variants_of, with_meant_sections
from graphspec.frontend.unused import check_unused

if TYPE_CHECKING:
    from graphspec.frontend.given import Giving

_USED = re.compile(r"\$|\b(?:params|variants|defaults|imports|blocks?|repeat|each|when)[\"']?[ \t]*:")
# Of a file with more unknown keys than any spec has, the first ones tell what it is.
_MOST_KEYS = 100
_SECTIONS = ("params", "variants", "defaults", "imports", "blocks")


def has_params(text: str) -> bool:
    """Say whether a text, which has a word of them, is a spec with params, blocks and the like."""
    return _USED.search(text) is not None


def means_params(tree: TreeMapping) -> bool:
    """Say whether a section that only specs with params and the like have is misspelt."""
    unknown = islice((key for key in tree.entries if key not in DOCUMENT.keys), _MOST_KEYS)
    return any(meant_section(key, DOCUMENT.keys) in _SECTIONS for key in unknown)


class Reader(Protocol):
    """Finds and reads the files that specs name."""

    diagnostics: Diagnostics
    sources: dict[str, str]

    def located(self, named: str, place: Span, spec: Path, shown: str) -> tuple[Path, str] | None:
        """Return a file by the name that a spec has for it, and what to call it, or None once that was reported."""

    def source_of(self, path: Path, shown: str, named: str, place: Span, spec: Path) -> Source | None:
        """Return the text of a file, or None once that was reported."""

    def read_once(self, source: Source, shown: str) -> TreeMapping | None:
        """Return the tree of a file, or None where it has mistakes, which were reported."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is chosen for a spec: values for its params, and one of its variants."""

    params: Mapping[str, Given] = field(default_factory=dict)
    variant: str | None = None


class Units:
    """The specs with params and blocks of one run."""

    def __init__(self, reader: Reader, limit: int) -> None:
        """Start with none."""
        self.reader = reader
        self.limit = limit
        self.hints: dict[Span, str] = {}
        self.givings: dict[Span, Giving] = {}
        self.imported: set[str] = set()
        self.importing: list[tuple[Path, str]] = []

    def whole(self, tree: TreeMapping, path: Path, shown: str, chosen: Chosen) -> tuple[Unit | None, Program | None]:
        """Return a spec and its calls; one that is only there to be imported has none."""
        diagnostics = self.reader.diagnostics
        is_library = is_only_for_others(tree)
        tree = with_meant_sections(tree, diagnostics)
        given = self._given(tree, chosen)
        if given is None:
            return None, None
        variants = variants_of(tree, Diagnostics())
        like = Around(_nothing, self.reader.sources, given, variants, givings=self.givings, is_library=is_library)
        around = self.around(path, shown, like)
        self.importing.append((path.resolve(), shown))
        unit = open_unit(tree, shown, around, diagnostics)
        program = None
        if unit is not None:
            self.hints |= unit.sight.hints
            expanded = expand_library if is_library else expand_blocks
            program = expanded(unit, self.limit, diagnostics)
            loaded = frozenset(unit.units)
            for alias, item in unit.imports.items():
                unit.imported(alias, item.value.span, diagnostics)
            if not is_library and not diagnostics.has_errors:
                check_unused(tree, self.reader.sources[shown], loaded, diagnostics)
            self.hints |= unit.sight.hints
        self.importing.pop()
        return unit, program

    def around(self, path: Path, shown: str, like: Around) -> Around:
        """Return what a file is opened in, with a loader of what it imports."""

        def load(alias: str, item: Given, unit: Unit) -> Unit | None:
            return self.load(alias, item, unit, path, shown)

        return replace(like, load=load)

    def _given(self, tree: TreeMapping, chosen: Chosen) -> dict[str, Given] | None:
        """Return what a variant and options give, or None where there is no such variant; an option wins."""
        diagnostics = self.reader.diagnostics
        variants = variants_of(tree, diagnostics)
        if chosen.variant is None or chosen.variant in variants:
            return {**variants.get(chosen.variant or "", {}), **chosen.params}
        entry = tree.entries.get("variants")
        place = next(iter(tree.entries.values())).span if entry is None else entry.span
        hint = did_you_mean(chosen.variant, variants)
        known = f"there are {', '.join(variants)}" if variants else 'there are no "variants"'
        message = f'the spec has no variant "{chosen.variant}"{hint}'
        diagnostics.error("GS316", message, place, help=None if hint else known)
        return None

    def load(self, alias: str, item: Given, unit: Unit, spec: Path, shown: str) -> Unit | None:
        """Return the file that an import names; its mistakes are reported in that file."""
        if not isinstance(item.value, Scalar):
            return None
        named = item.value.text
        found = self.reader.located(named, item.value.span, spec, shown)
        if found is None:
            return None
        path, shown_as = found
        self.imported.add(shown_as)
        around = [other for other, _ in self.importing]
        if path in around:
            files = [name for _, name in self.importing[around.index(path) :]]
            self.reader.diagnostics.error(
                "GS303", f"these files name each other in a cycle: {' -> '.join([*files, shown_as])}", item.value.span,
                related=[Related("the cycle leads through this file", Span.of_file(name)) for name in files[1:]],
            )  # fmt: skip
            return None
        source = self.reader.source_of(path, shown_as, named, item.value.span, spec)
        tree = None if source is None else self.reader.read_once(source, shown_as)
        if tree is None:
            return None
        tree = with_meant_sections(tree, self.reader.diagnostics)
        inner = Around(
            _nothing,
            self.reader.sources,
            prefix=f"{unit.prefix}{alias}.",
            wanted=unit.wanted,
            givings=self.givings,
            is_library=True,
        )
        self.importing.append((path, shown_as))
        opened = open_unit(tree, shown_as, self.around(path, shown_as, inner), self.reader.diagnostics)
        for name, further in ({} if opened is None else opened.imports).items():
            if opened is not None:
                opened.imported(name, further.value.span, self.reader.diagnostics)
        self.importing.pop()
        if opened is not None:
            # What is put together of values there may be refused here.
            self.hints |= opened.sight.hints
        return opened


def _nothing(alias: str, item: Given, unit: Unit) -> Unit | None:  # noqa: ARG001 - stands in for a loader
    return None


def is_only_for_others(tree: TreeMapping) -> bool:
    """Say whether a spec has no model of its own, only blocks, layers and models for those that import it."""
    offers = any(key in tree.entries for key in ("blocks", "layers", "models"))
    return offers and not any(key in tree.entries for key in OF_MODEL)


def lacks_values(tree: TreeMapping, given: Mapping[str, Given]) -> bool:
    """Say whether a spec has params that only a variant gives their values."""
    section = tree.get("params")
    entries = section.entries.values() if isinstance(section, TreeMapping) else ()
    return any(
        isinstance(entry.value, TreeMapping) and "default" not in entry.value.entries and entry.key not in given
        for entry in entries
    )
