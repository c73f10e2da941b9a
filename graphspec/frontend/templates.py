"""Values with ``${...}`` or ``$name`` in them: find them, and put values in their place.

A mapping that is guarded, by ``when``, ``repeat`` or ``each``, is left alone: what is in it has a meaning only once it
is known whether, and how often, it is there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Derived, Span
from graphspec.diagnostics.suggest import nearest, respelling
from graphspec.frontend.edges import within
from graphspec.frontend.evaluate import OF_COPIES, UnknownValueError, evaluate
from graphspec.frontend.formulas import FormulaError, Term, names_in, parse_formula
from graphspec.frontend.origins import origin_of, outside_of
from graphspec.frontend.structure import NODE
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree, Unknown, holds_unknown, plain
from graphspec.frontend.tree import Mapping as TreeMapping

_WHOLE_NAME = re.compile(r"\$([A-Za-z_]\w*)\Z", re.ASCII)
_NAME_AND_MORE = re.compile(r"\$([A-Za-z_]\w*)(?=\s*[-+*/%<>=\[])", re.ASCII)
_NAMES = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NAME_AND_ITEM = re.compile(r"\$([A-Za-z_]\w*)\.(\w+)", re.ASCII)
_REPEATED = ("repeat", "each")
_COPIED = ("block", "chain")
_GUARDS = ("when", *_REPEATED)
_OF_NODES = ("nodes", "chain")
MAX_TEXT = 10_000
_MOST_SHOWN = 3


class Template(NamedTuple):
    """The parts of a text: plain ones, and formulas with the offset at which each begins."""

    parts: tuple["str | tuple[Term, int]", ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What a formula sees: values by name, the names whose values are wrong, and what to call this place.

    ``sources`` holds the texts of files, in which a place inside a value that YAML wrote otherwise is found; ``hints``
    gathers what to say where a value that was put together is refused later on. A name that is not there is reported
    once, and then is in ``told``; ``body`` is where its other uses are looked for. ``trees`` has the places of values.
    ``no_copy`` says what to do where the names that copies have are not in sight, if that is not to make copies.
    """

    values: Mapping[str, object]
    unknown: frozenset[str] = frozenset()
    declared: tuple[Related, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    hints: dict[Span, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    body: Tree | None = None
    trees: Mapping[str, Tree] = field(default_factory=dict)
    no_copy: str | None = None

    def hidden(self) -> "Sight":
        """Return the sight with every value in it unknown."""
        return replace(self, values={}, unknown=self.unknown | self.values.keys())

    def and_also(self, **values: object) -> "Sight":
        """Return the sight with more names in it."""
        return replace(self, values={**self.values, **values})


def is_template(tree: Tree | None) -> bool:
    """Say whether a value is put together from params."""
    return isinstance(tree, Scalar) and isinstance(tree.value, str) and "$" in tree.value and _has_parts(tree.value)


def _has_parts(text: str) -> bool:
    try:
        return parse_template(text) is not None
    except FormulaError:
        return True


def is_guarded(mapping: TreeMapping) -> bool:
    """Say whether a mapping is a node of which there may be none, or several."""
    entries = mapping.entries
    if "when" in entries:
        return True
    return any(key in entries for key in _REPEATED) and any(key in entries for key in _COPIED)


def _children(tree: Tree) -> list[Tree]:
    if isinstance(tree, TreeMapping):
        return [entry.value for entry in tree.entries.values()]
    return list(tree.items) if isinstance(tree, Sequence) else []


def is_meant_guarded(tree: Tree) -> bool:
    """Say whether a node has a key of a guard, be it misspelt, or without what that is for."""
    return isinstance(tree, TreeMapping) and any(map(_is_near_guard, tree.entries))


@lru_cache(4096)
def _is_near_guard(key: str) -> bool:
    return key in _GUARDS or (key[:1].islower() and "." not in key and nearest(key, NODE.keys) in _GUARDS)


@lru_cache(4096)
def parse_template(text: str) -> Template | None:
    """Return the parts of a text, or None where it is plain.

    Raises FormulaError, with places in the text, where a formula in it is wrong.
    """
    name = _WHOLE_NAME.match(text)
    if name is not None:
        return Template(((Term("name", name[1], (), 0, len(name[1])), 1),), is_whole=True)
    if "${" not in text:
        return None
    parts: list[str | tuple[Term, int]] = []
    at = 0
    while (start := text.find("${", at)) >= 0:
        if start and text[start - 1] == "$":
            parts.append(text[at : start - 1] + "${")
            at = start + 2
            continue
        end = _closing(text, start + 2)
        if start > at:
            parts.append(text[at:start])
        parts.append((_shifted(text[start + 2 : end], start + 2), start + 2))
        at = end + 1
    if at < len(text):
        parts.append(text[at:])
    is_whole = len(parts) == 1 and not isinstance(parts[0], str)
    return Template(tuple(parts), is_whole)


def _closing(text: str, at: int) -> int:
    quote = ""
    for offset in range(at, len(text)):
        character = text[offset]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "}":
            return offset
    raise FormulaError('"${" is not closed by "}"', at - 2, len(text))


def _shifted(formula: str, offset: int) -> Term:
    try:
        return parse_formula(formula)
    except FormulaError as error:
        end = max(error.end, error.start + 1) + offset
        raise FormulaError(error.message, error.start + offset, end, error.help) from None


def names_used(tree: Tree) -> Iterator[str]:
    """Yield the names that the formulas in a value use."""
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield from names_used(item)
    elif isinstance(tree, TreeMapping):
        for entry in tree.entries.values():
            yield from names_used(entry.value)
    elif is_template(tree):
        try:
            template = parse_template(str(tree.value))
        except FormulaError:
            return
        for part in template.parts if template else ():
            if not isinstance(part, str):
                yield from names_in(part[0])


def places_of(name: str, tree: Tree | None, sources: Mapping[str, str]) -> Iterator[Span]:
    """Yield the places at which the formulas in a value use a name, one for each formula."""
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield from places_of(name, item, sources)
    elif isinstance(tree, TreeMapping):
        for entry in tree.entries.values():
            yield from places_of(name, entry.value, sources)
    elif isinstance(tree, Scalar) and name in tree.text and name in names_used(tree):
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", tree.text)
        if found is not None:
            yield place_within(tree, found.start(), found.end(), sources)


def has_templates(tree: Tree) -> bool:
    """Say whether anything in a value is put together from params."""
    if isinstance(tree, Scalar):
        return is_template(tree)
    if isinstance(tree, Sequence):
        return any(has_templates(item) for item in tree.items)
    return any(has_templates(entry.value) for entry in tree.entries.values())


def substitute(tree: Tree, sight: Sight, diagnostics: Diagnostics) -> Tree:
    """Return a value with the values of its formulas; what has none of them is returned as it is.

    Raises UnknownValueError once every mistake in it has been reported.
    """
    result = filled(tree, sight, diagnostics)
    if holds_unknown(result):
        raise UnknownValueError
    return result


def filled(tree: Tree, sight: Sight, diagnostics: Diagnostics) -> Tree:
    """Return a value with the values of its formulas; those that have mistakes, which are reported, are unknown."""
    return _Substitution(sight, diagnostics).tree(tree)


@dataclass(frozen=True, slots=True)
class _Substitution:
    sight: Sight
    diagnostics: Diagnostics

    def tree(self, tree: Tree) -> Tree:
        if isinstance(tree, Scalar):
            return self.scalar(tree) if isinstance(tree.value, str) and "$" in tree.value else tree
        if isinstance(tree, Sequence):
            items = tuple([self.tree(item) for item in tree.items])
            same = all(new is old for new, old in zip(items, tree.items, strict=True))
            return tree if same else Sequence(items, tree.span)
        if is_guarded(tree):
            return tree
        return self.mapping(tree)

    def mapping(self, tree: TreeMapping) -> TreeMapping:
        changed: dict[str, Entry] = {}
        for key, entry in tree.entries.items():
            value = self.nodes(entry.value) if key in _OF_NODES else self.tree(entry.value)
            if value is not entry.value:
                changed[key] = Entry(entry.key, entry.span, value)
        return TreeMapping({**tree.entries, **changed}, tree.span) if changed else tree

    def nodes(self, tree: Tree) -> Tree:
        """Return nodes or members of a chain, of which those that are meant to be guarded are left alone."""
        children = _children(tree)
        if not any(map(is_meant_guarded, children)):
            return self.tree(tree)
        made = [item if is_meant_guarded(item) else self.tree(item) for item in children]
        if isinstance(tree, TreeMapping):
            pairs = zip(tree.entries.items(), made, strict=True)
            return TreeMapping({key: entry._replace(value=item) for (key, entry), item in pairs}, tree.span)
        return Sequence(tuple(made), tree.span)

    def scalar(self, scalar: Scalar) -> Tree:
        text = str(scalar.value)
        try:
            template = parse_template(text)
            if template is None:
                self.hint_at_name(scalar, text)
                return scalar
            if template.is_whole:
                return self.whole(scalar, template)
            return self.joined(scalar, template)
        except FormulaError as error:
            self.report(scalar, error)
        except UnknownValueError:
            pass
        return Unknown.at(scalar.span)

    def whole(self, scalar: Scalar, template: Template) -> Tree:
        value = self.value(template.parts[0])
        if isinstance(value, float) and value.is_integer() and "/" in scalar.text:
            self.sight.hints[scalar.span] = '"/" gives a number with a fraction; "//" gives an integer'
        return to_tree(value, self.place(scalar, template))

    def place(self, scalar: Scalar, template: Template) -> Span:
        """Return the place of a value, which knows where in a table, or outside the spec, the value stands."""
        term = template.parts[0]
        origin = None if isinstance(term, str) else origin_of(term[0], self.sight.values, self.sight.trees)
        return scalar.span if origin is None else Derived.at(scalar.span, origin)

    def joined(self, scalar: Scalar, template: Template) -> Scalar:
        texts = [part if isinstance(part, str) else self.text(part) for part in template.parts]
        text = "".join(texts)
        if len(text) > MAX_TEXT:
            raise FormulaError(f"the text is longer than {MAX_TEXT} characters", 0, len(scalar.text), None, "GS306")
        self.hint_at_text(scalar, template)
        return Scalar(text, scalar.span, text, plain=False)

    def text(self, part: tuple[Term, int]) -> str:
        value = self.value(part)
        if isinstance(value, list | dict) or value is None:
            term, offset = part
            what = "null" if value is None else "a list" if isinstance(value, list) else "a mapping"
            message = f"{what} cannot be put into a text"
            raise FormulaError(message, term.start + offset, term.end + offset, None, "GS306")
        return shown(value)

    def value(self, part: str | tuple[Term, int]) -> object:
        if isinstance(part, str):
            return part
        term, offset = part
        try:
            return evaluate(term, self.sight.values, self.sight.unknown)
        except FormulaError as error:
            start, end = error.start + offset, error.end + offset
            raise FormulaError(error.message, start, end, error.help, error.code) from None

    def report(self, scalar: Scalar, error: FormulaError) -> None:
        name = scalar.text[error.start : error.end]
        if error.code == "GS305":
            if name in self.sight.told:
                return
            self.sight.told.add(name)
        place = place_within(scalar, error.start, error.end, self.sight.sources)
        origin = outside_of(_NAMES.findall(name), self.sight.trees) if error.code == "GS306" else None
        place = place if origin is None else Derived.at(place, origin)
        related: tuple[Related, ...] = ()
        fix = None
        if error.code == "GS305":
            fix = respelling(name, (*self.sight.values, *self.sight.unknown), place)
            others = (it for it in places_of(name, self.sight.body, self.sight.sources) if it != place)
            related = (
                *self.sight.declared,
                *(Related("it is used here too", it) for it in islice(others, _MOST_SHOWN)),
            )
        help_ = error.help
        if name in OF_COPIES and self.sight.no_copy is not None:
            help_ = self.sight.no_copy.format(name=name)
        self.diagnostics.error(error.code, error.message, place, help=help_, related=related, fix=fix)

    def hint_at_text(self, scalar: Scalar, template: Template) -> None:
        """Note that arithmetic stands outside the braces, where it is only text."""
        written = "".join(part if isinstance(part, str) else _source(scalar.text, part) for part in template.parts)
        self.hint_at_formula(scalar, written)

    def hint_at_name(self, scalar: Scalar, text: str) -> None:
        item = _NAME_AND_ITEM.fullmatch(text)
        if item is not None and item[1] in self.sight.values:
            self.sight.hints[scalar.span] = (
                f"an item of a mapping stands in brackets: write \"${{{item[1]}['{item[2]}']}}\""
            )
        if _NAME_AND_MORE.match(text):
            self.hint_at_formula(scalar, _NAME_AND_MORE.sub(r"\1", text).replace("$", ""))

    def hint_at_formula(self, scalar: Scalar, written: str) -> None:
        try:
            term = parse_formula(written)
        except FormulaError:
            return
        if term.kind not in {"name", "constant"} and names_in(term) <= self.sight.values.keys():
            self.sight.hints[scalar.span] = f'arithmetic stands inside the braces: write "${{{written}}}"'


def _source(text: str, part: tuple[Term, int]) -> str:
    return text[part[1] : _closing(text, part[1])]


def shown(value: object) -> str:
    """Return a value as a spec writes it.

    >>> shown(True), shown(0.5), shown("same")
    ('true', '0.5', 'same')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def to_tree(value: object, span: Span) -> Tree:
    """Return a value as a tree, all of it at one place."""
    if isinstance(value, list | tuple):
        return Sequence(tuple(to_tree(item, span) for item in value), span)
    if isinstance(value, Mapping):
        return TreeMapping({str(key): Entry(str(key), span, to_tree(item, span)) for key, item in value.items()}, span)
    if isinstance(value, str | int | float) or value is None:
        return Scalar(value, span, shown(value), plain=not isinstance(value, str))
    raise TypeError(f"a spec holds no {type(value).__name__}")


def value_of(tree: Tree, sight: Sight, diagnostics: Diagnostics) -> object:
    """Return the Python value of a tree once its formulas are computed.

    Raises UnknownValueError once every mistake in it has been reported.
    """
    return plain(substitute(tree, sight, diagnostics))


def place_within(scalar: Scalar, start: int, end: int, sources: Mapping[str, str]) -> Span:
    """Return the place of a part of a value, also where quotes, escapes or several lines hide it."""
    place = within(scalar, start, end - start)
    if place != scalar.span or (start, end) == (0, len(scalar.text)):
        return place
    lines = sources.get(place.path, "").splitlines()[place.line - 1 : place.end_line]
    if not lines:
        return place
    lines[-1] = lines[-1][: place.end_column - 1] if place.end_column > 1 or len(lines) > 1 else lines[-1]
    word = scalar.text[start:end].strip()
    pattern = re.compile(r"(?<!\w)" + re.escape(word) + r"(?!\w)")
    nth = sum(1 for found in pattern.finditer(scalar.text) if found.start() < start)
    places = [
        (number, found)
        for number, line in enumerate(lines)
        for found in pattern.finditer(line, place.column - 1 if number == 0 else 0)
    ]
    if not word or len(places) != len(pattern.findall(scalar.text)) or nth >= len(places):
        return place
    number, found = places[nth]
    line = place.line + number
    return Span(place.path, line, found.start() + 1, line, found.end() + 1)
