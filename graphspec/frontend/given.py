"""Where the value of a param that a mistake speaks of was given."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from graphspec.diagnostics.diagnostic import Diagnostic, Related
from graphspec.diagnostics.span import Derived, Span
from graphspec.frontend.formulas import FormulaError, names_in, parse_formula
from graphspec.frontend.params import Declared, Given
from graphspec.frontend.templates import names_used
from graphspec.frontend.tree import Scalar

# Of these the formula itself is the mistake.
_OF_FORMULAS = frozenset({"GS304", "GS305"})
_COMPUTED = "GS306"
_MOST_SHOWN = 3
_MOST_STEPS = 64


class Giving(NamedTuple):
    """What a use of a block, or the outside of a spec, gives to the params there."""

    given: Mapping[str, Given]
    declared: Declared

    def place(self, name: str) -> tuple[Span, bool] | None:
        """Return where a param has its value, and whether that is its default."""
        item = self.given.get(name)
        if item is not None:
            return item.value.span, False
        param = self.declared.params.get(name)
        return None if param is None or param.default is None else (param.default.span, True)


def with_given(item: Diagnostic, givings: Mapping[Span, Giving], sources: Mapping[str, str]) -> Diagnostic:
    """Return a mistake in a value that params make with the places where those have their values.

    ``givings`` holds what each use gives by its place, and what a spec is given by the start of its file.
    """
    # Of an item of a table the very place is known.
    if item.severity != "error" or item.code in _OF_FORMULAS or isinstance(item.span, Derived):
        return item
    names = tuple(_names(item.span, sources, is_formula=item.code == _COMPUTED))
    if not names:
        return item
    uses = [related.span for related in item.related if related.span in givings]
    known = {item.span, *(related.span for related in item.related)}
    found = (_given(name, item.span, uses, givings, sources) for name in dict.fromkeys(names))
    new = [place for place in found if place is not None and place.span not in known][:_MOST_SHOWN]
    return replace(item, related=(*new, *item.related)) if new else item


def _given(
    name: str, place: Span, uses: list[Span], givings: Mapping[Span, Giving], sources: Mapping[str, str]
) -> Related | None:
    """Return where a param has its value, through the params that give it one."""
    found: Related | None = None
    for _ in range(_MOST_STEPS):
        giving = givings.get(uses[0] if uses else Span.of_file(place.path))
        at = None if giving is None else giving.place(name)
        if at is None:
            break
        place, is_default = at
        found = Related(f'the default of "{name}" is here' if is_default else f'"{name}" is given here', place)
        names = tuple(_names(place, sources))
        if len(names) != 1:
            break
        name, uses = names[0], uses if is_default else uses[1:]
    return found


def _names(place: Span, sources: Mapping[str, str], *, is_formula: bool = False) -> Iterator[str]:
    """Yield the names of the formulas that a place holds, or of the formula that it is a part of."""
    text = _text(place, sources)
    if is_formula and "$" not in text:
        try:
            yield from names_in(parse_formula(text))
        except FormulaError:
            return
    elif "$" in text:
        bare = text[1:-1] if text[0] in "'\"" else text
        yield from names_used(Scalar(bare, place, bare))


def _text(place: Span, sources: Mapping[str, str]) -> str:
    if place.line != place.end_line:
        return ""
    lines = _lines(sources.get(place.path, ""))
    return lines[place.line - 1][place.column - 1 : place.end_column - 1] if place.line <= len(lines) else ""


# A text with many mistakes is taken apart once.
@lru_cache(4)
def _lines(text: str) -> list[str]:
    return text.splitlines()
