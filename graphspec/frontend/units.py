"""A spec with params: its values put in, and what it offers to those that import it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, nearest, respelling
from graphspec.frontend.defaults import Defaults, read_defaults
from graphspec.frontend.document import BlockSpec, Document, NodeSpec, What
from graphspec.frontend.evaluate import UnknownValueError
from graphspec.frontend.fields import describe_value
from graphspec.frontend.given import Giving
from graphspec.frontend.params import THE_SPEC, Declared, Given, bind_params, declare
from graphspec.frontend.renamed import renamed
from graphspec.frontend.structure import DOCUMENT
from graphspec.frontend.templates import Sight, filled, substitute
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree, holds_unknown
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.validate import validate, validate_library
from graphspec.frontend.whats import NAME, NAME_HELP, right_name

# Sections that say how the others are read; "blocks" is read as it is, since each use puts in values of its own.
_OWN = ("params", "variants", "defaults", "imports", "blocks")
# What a section is called elsewhere, where no spelling is near.
_OTHER_WORDS = {
    **dict.fromkeys(("parameters", "variables", "vars", "hyperparameters"), "params"),
    **dict.fromkeys(("include", "includes"), "imports"),
    **dict.fromkeys(("templates", "macros", "modules"), "blocks"),
}
# Sections of which every entry is a fact of its own.
_CHECKED = ("compile", "expect")
# What a model is made of. An importer takes nothing of it.
OF_MODEL = ("inputs", "nodes", "edges", "outputs", "compile", "expect", "variants", "name", "dtype", "seed")


@dataclass(slots=True, eq=False)
class Unit:
    """One file: its document, what its formulas see, and the files that it imports.

    ``prefix`` stands before the names of its layers and models in the spec that imports it.
    """

    shown: str
    prefix: str
    sight: Sight
    document: Document
    defaults: Defaults
    imports: Mapping[str, Given]
    load: Callable[[str, Given, "Unit"], "Unit | None"]
    params: dict[int, Declared] = field(default_factory=dict)
    units: dict[str, "Unit | None"] = field(default_factory=dict)
    wanted: dict[str, tuple["Unit", str]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    givings: dict[Span, Giving] = field(default_factory=dict)
    changed: dict[int, tuple[NodeSpec, NodeSpec]] = field(default_factory=dict)

    def params_of(self, block: BlockSpec, diagnostics: Diagnostics) -> Declared:
        """Return the params that a block of this file declares."""
        found = self.params.get(id(block))
        if found is None:
            origin, diagnostics.origin = diagnostics.origin, None
            body = TreeMapping(block.raw, block.span)
            found = declare(block.params, body, f'block "{block.name}"', diagnostics)
            diagnostics.origin = origin
            self.params[id(block)] = found
        return found

    def block(self, name: str, place: Span, diagnostics: Diagnostics) -> "tuple[BlockSpec, Unit] | None":
        """Return a block by the name that this file has for it, and the file that it stands in."""
        alias, dot, inner = name.rpartition(".")
        home = self if not dot else self.imported(alias, place, diagnostics, dot + inner)
        if home is None:
            return None
        blocks = home.document.blocks
        if inner in blocks:
            block = blocks[inner]
            return None if block is None else (block, home)
        if name in self.told:
            return None
        self.told.add(name)
        known = [*blocks, *(f"{key}." for key in self.imports)] if not dot else [f"{alias}.{key}" for key in blocks]
        hint = did_you_mean(name, known)
        help_ = None
        if not hint and not dot and name in self.imports:
            help_ = f"{name} is a file: write {name}.BLOCK"
        elif not hint:
            help_ = f"there are {', '.join(known)}" if known else 'there are no "blocks"'
        fix = respelling(inner, blocks, place, before=alias + dot)
        diagnostics.error("GS311", f'there is no block "{name}"{hint}', place, help=help_, fix=fix)
        return None

    def imported(self, alias: str, place: Span, diagnostics: Diagnostics, after: str = "") -> "Unit | None":
        """Return the file that an alias stands for; one of an import of an import is ``a.b``.

        ``after`` is what is written behind it.
        """
        first, dot, rest = alias.partition(".")
        if first not in self.imports and first in self.told:
            return None
        if first not in self.imports:
            self.told.add(first)
            hint = did_you_mean(first, self.imports)
            help_ = None if hint else 'name the file under "imports"'
            fix = respelling(first, self.imports, place, after=dot + rest + after)
            diagnostics.error("GS311", f'nothing under imports is named "{first}"{hint}', place, help=help_, fix=fix)
            return None
        if first not in self.units:
            origin, diagnostics.origin = diagnostics.origin, None
            self.units[first] = self.load(first, self.imports[first], self)
            diagnostics.origin = origin
        found = self.units[first]
        return found.imported(rest, place, diagnostics) if dot and found is not None else found

    def settled(self, spec: NodeSpec, diagnostics: Diagnostics) -> NodeSpec:
        """Return a call with the defaults of its class, and with the names that the whole spec has for what it uses."""
        if not self.defaults and not self.prefix and not self.imports:
            return spec
        known = self.changed.get(id(spec))
        if known is None:
            what = None if spec.what is None else self.settled_what(spec.what, diagnostics)
            known = self.changed[id(spec)] = (spec, spec if what is spec.what else spec._replace(what=what))
        return known[1]

    def settled_what(self, what: What, diagnostics: Diagnostics) -> What | None:
        """Return what a node is, with the defaults of its class and the names of the whole spec."""
        if what.kind == "call":
            name = self.want(what.name, what.span, diagnostics)
            return None if name is None else what._replace(name=name)
        if what.kind == "plugin":
            self.hint_at_import(what, diagnostics)
        arguments = self.defaults.applied(what)
        if isinstance(arguments, TreeMapping) and (self.prefix or self.imports):
            arguments = renamed(arguments, lambda item: self.want(item.text, item.span, diagnostics) or item.text)
        return what if arguments is what.arguments else what._replace(arguments=arguments)

    def hint_at_import(self, what: What, diagnostics: Diagnostics) -> None:
        """Note how something of an import is used, where it is written as a class of a plugin."""
        alias, _, inner = what.name.rpartition(".")
        if alias.partition(".")[0] not in self.imports:
            return
        home = self.imported(alias, what.span, diagnostics)
        if home is None:
            return
        document = home.document
        if inner in document.layers or inner in document.models:
            self.sight.hints[what.span] = f'"{alias}" is an import: write call: {what.name}'
        elif inner in document.blocks:
            self.sight.hints[what.span] = f'"{alias}" is an import: write block: {what.name}'

    def want(self, name: str, place: Span, diagnostics: Diagnostics) -> str | None:
        """Return the name that the whole spec has for an entry of layers or models, and note that it is used."""
        alias, dot, inner = name.rpartition(".")
        if not dot:
            if self.prefix and (name in self.document.layers or name in self.document.models):
                self.wanted[self.prefix + name] = (self, name)
            return self.prefix + name
        home = self.imported(alias, place, diagnostics, dot + inner)
        if home is None:
            return None
        if inner in home.document.layers or inner in home.document.models:
            home.want(inner, place, diagnostics)
            return self.prefix + name
        known = [*home.document.layers, *home.document.models]
        hint = did_you_mean(inner, known)
        message = f'nothing under layers or models of "{home.shown}" is named "{inner}"{hint}'
        diagnostics.error("GS311", message, place, fix=respelling(inner, known, place, before=alias + dot))
        return None


@dataclass(frozen=True, slots=True)
class Around:
    """What a file is opened in: who loads what it imports, the texts of files, and what is given to its params.

    ``variants`` is what each variant gives.
    """

    load: Callable[[str, Given, Unit], Unit | None]
    sources: Mapping[str, str]
    given: Mapping[str, Given] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, Given]] = field(default_factory=dict)
    prefix: str = ""
    wanted: dict[str, tuple[Unit, str]] | None = None
    givings: dict[Span, Giving] | None = None
    is_library: bool = False


def open_unit(tree: TreeMapping, shown: str, around: Around, diagnostics: Diagnostics) -> Unit | None:
    """Return a file with the values of its params in their places, or None where too little of it is right."""
    body = TreeMapping({key: item for key, item in tree.entries.items() if key not in _OWN}, tree.span)
    params = declare(tree.get("params"), body, THE_SPEC, diagnostics)
    entry = tree.entries.get("params")
    place = tree.span if entry is None else entry.span
    hints: dict[Span, str] = {}
    givings = {} if around.givings is None else around.givings
    givings[Span.of_file(shown)] = Giving(around.given, params)
    bare = Sight({}, sources=around.sources, hints=hints)
    sight = bind_params(params, around.given, THE_SPEC, place, bare, diagnostics, around.variants)
    if around.is_library:
        tree = TreeMapping({key: entry for key, entry in tree.entries.items() if key not in OF_MODEL}, tree.span)
    put_in = _put_in(tree, sight, diagnostics)
    document = (validate_library if around.is_library else validate)(put_in, diagnostics)
    if document is None:
        return None
    return Unit(
        shown=shown,
        prefix=around.prefix,
        sight=sight,
        document=document,
        defaults=read_defaults(tree.get("defaults"), sight, diagnostics),
        imports=_imports(tree.get("imports"), sight, diagnostics),
        load=around.load,
        wanted={} if around.wanted is None else around.wanted,
        givings=givings,
    )


def meant_section(key: str, free: Iterable[str]) -> str | None:
    """Return the section that a key is meant to be, by its spelling or by what others call it."""
    free = tuple(free)
    other = _OTHER_WORDS.get(key)
    return nearest(key, free) or (other if other in free else None)


def with_meant_sections(tree: TreeMapping, diagnostics: Diagnostics) -> TreeMapping:
    """Return a spec in which a misspelt section that others depend on has the name that was meant."""
    entries: dict[str, Entry] = {}
    for key, entry in tree.entries.items():
        free = [name for name in DOCUMENT.keys if name not in tree.entries and name not in entries]
        meant = None if key in DOCUMENT.keys else meant_section(key, free)
        if meant not in _OWN or meant is None:
            entries[key] = entry
            continue
        diagnostics.error("GS201", f'unknown key "{key}" in the spec; did you mean "{meant}"?', entry.span)
        entries[meant] = entry._replace(key=meant)
    return TreeMapping(entries, tree.span)


def _put_in(tree: TreeMapping, sight: Sight, diagnostics: Diagnostics) -> TreeMapping:
    """Return a spec with values in the place of its formulas; those with mistakes are unknown."""
    entries: dict[str, Entry] = {}
    for key, entry in tree.entries.items():
        if key in _OWN:
            entries[key] = entry
            continue
        section = filled(TreeMapping({key: entry}, entry.span), sight, diagnostics)
        value = section.get(key) if isinstance(section, TreeMapping) else None
        entries[key] = entry if value is None else entry._replace(value=_known(value) if key in _CHECKED else value)
    return TreeMapping(entries, tree.span)


def _known(tree: Tree) -> Tree:
    """Return a section without the entries that could not be made out."""
    if not isinstance(tree, TreeMapping):
        return tree
    kept = {key: entry for key, entry in tree.entries.items() if not holds_unknown(entry.value)}
    return tree if len(kept) == len(tree.entries) else TreeMapping(kept, tree.span)


def _imports(tree: Tree | None, sight: Sight, diagnostics: Diagnostics) -> dict[str, Given]:
    if tree is None or (isinstance(tree, Scalar) and tree.value is None):
        return {}
    if not isinstance(tree, TreeMapping):
        message = f'"imports" must be a mapping from a name to a path, not {describe_value(tree)}'
        diagnostics.error("GS203", message, tree.span, help="write imports: {parts: parts.yaml}")
        return {}
    found: dict[str, Given] = {}
    for entry in tree.entries.values():
        if not NAME.match(entry.key):
            message = f'"{entry.key}" cannot be the name of an import{right_name(entry.key)}'
            diagnostics.error("GS204", message, entry.span, help=NAME_HELP)
        try:
            path = substitute(entry.value, sight, diagnostics)
        except UnknownValueError:
            found[entry.key] = Given(entry.span, Sequence((), entry.span))
            continue
        if isinstance(path, Scalar) and isinstance(path.value, str) and path.value:
            found[entry.key] = Given(entry.span, path)
            continue
        # Nothing is known of what it would bring.
        found[entry.key] = Given(entry.span, Sequence((), entry.span))
        message = f'import "{entry.key}" must be the path of a spec, not {describe_value(path)}'
        diagnostics.error("GS203", message, path.span if not isinstance(path, Scalar) or path.text else entry.span)
    return found


def variants_of(tree: TreeMapping, diagnostics: Diagnostics) -> dict[str, dict[str, Given]]:
    """Return the variants of a spec: the values that each gives to its params."""
    section = tree.get("variants")
    if section is None or (isinstance(section, Scalar) and section.value is None):
        return {}
    if not isinstance(section, TreeMapping):
        message = f'"variants" must be a mapping of named sets of params, not {describe_value(section)}'
        diagnostics.error("GS203", message, section.span, help="write variants: {small: {width: 32}}")
        return {}
    found: dict[str, dict[str, Given]] = {}
    for entry in section.entries.values():
        found[entry.key] = {}
        if isinstance(entry.value, TreeMapping):
            found[entry.key] = {key: Given(item.span, item.value) for key, item in entry.value.entries.items()}
        elif not isinstance(entry.value, Scalar) or entry.value.value is not None:
            message = f'variant "{entry.key}" must be a mapping of params, not {describe_value(entry.value)}'
            diagnostics.error("GS203", message, entry.value.span)
    return found


def variant_places(tree: TreeMapping) -> dict[str, Related]:
    """Return where each variant stands, as a place related to a mistake that needs it."""
    section = tree.get("variants")
    entries = section.entries if isinstance(section, TreeMapping) else {}
    return {name: Related(f'only with variant "{name}"', entry.span) for name, entry in entries.items()}
