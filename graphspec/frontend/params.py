"""Params: what a spec or a block declares, and the values that a use of it gives them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, nearest, respelling
from graphspec.frontend.evaluate import OF_COPIES, UnknownValueError
from graphspec.frontend.fields import describe_value, report_comma, text_with_comma
from graphspec.frontend.templates import Sight, names_used, places_of, substitute
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree, Unknown, plain
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.whats import NAME, NAME_HELP, right_name

_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "integer": ((int,), "an integer"),
    "number": ((int, float), "a number"),
    "string": ((str,), "text"),
    "boolean": ((bool,), "true or false"),
    "list": ((list,), "a list"),
    "mapping": ((dict,), "a mapping"),
}
_KEYS = ("type", "default", "choices", "min", "max", "description")
THE_SPEC = "the spec"


@dataclass(frozen=True, slots=True)
class Param:
    """One declared param; ``default`` is None where one must be given."""

    name: str
    span: Span
    default: Tree | None
    type: str | None = None
    choices: tuple[object, ...] | None = None
    low: float | None = None
    high: float | None = None


_MOST_SHOWN = 3


class Given(NamedTuple):
    """A value that is given to a param: by a use, a variant or an option."""

    span: Span
    value: Tree


NO_VARIANTS: Mapping[str, Mapping[str, Given]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Declared:
    """The params of a spec or a block; those that are declared wrongly are None.

    ``body`` is what they are for, and ``told`` has the names in it that were reported to be no params.
    """

    params: Mapping[str, Param | None]
    body: Tree | None = None
    told: set[str] = field(default_factory=set)


def declare(tree: Tree | None, body: Tree, subject: str, diagnostics: Diagnostics) -> Declared:
    """Return the params that a mapping declares."""
    return Declared(_declared(tree, subject, diagnostics), body)


def _declared(tree: Tree | None, subject: str, diagnostics: Diagnostics) -> dict[str, Param | None]:
    if tree is None or (isinstance(tree, Scalar) and tree.value is None):
        return {}
    if not isinstance(tree, TreeMapping):
        help_ = "write params: {width: 64}, or params: {width: {}} where one must be given"
        message = f'"params" of {subject} must be a mapping, not {describe_value(tree)}'
        diagnostics.error("GS203", message, tree.span, help=help_)
        return {}
    return {key: _param(entry, diagnostics) for key, entry in tree.entries.items()}


def _param(entry: Entry, diagnostics: Diagnostics) -> Param | None:
    name = entry.key
    if not NAME.match(name) or name in OF_COPIES:
        help_ = "copies made by repeat and each have it" if name in OF_COPIES else NAME_HELP
        message = f'"{name}" cannot be the name of a param{"" if name in OF_COPIES else right_name(name)}'
        diagnostics.error("GS204", message, entry.span, help=help_)
        return None
    if not isinstance(entry.value, TreeMapping):
        return Param(name, entry.span, entry.value)
    return _declared_in_full(entry, entry.value, diagnostics)


def _declared_in_full(entry: Entry, tree: TreeMapping, diagnostics: Diagnostics) -> Param | None:
    before = diagnostics.errors
    cut = text_with_comma(tree)
    if cut is not None:
        report_comma(cut, f'param "{entry.key}"', diagnostics)
    for key, item in tree.entries.items():
        if key not in _KEYS and (cut is None or item not in cut):
            help_ = None if did_you_mean(key, _KEYS) else "a mapping that is the default stands under default: {...}"
            message = f'unknown key "{key}" in param "{entry.key}"{did_you_mean(key, _KEYS)}'
            diagnostics.error("GS201", message, item.span, help=help_)
    wanted = tree.get("type")
    type_ = wanted.text if isinstance(wanted, Scalar) else None
    if wanted is not None and type_ not in _TYPES:
        message = f'param "{entry.key}" has no such type: {describe_value(wanted)}{did_you_mean(type_ or "", _TYPES)}'
        diagnostics.error("GS310", message, wanted.span, help=f"a type is one of {', '.join(_TYPES)}")
    choices = tree.get("choices")
    if choices is not None and (not isinstance(choices, Sequence) or not choices.items):
        message = f'"choices" of param "{entry.key}" must be a list, not {describe_value(choices)}'
        diagnostics.error("GS310", message, choices.span)
    bounds = [_bound(key, tree.get(key), entry.key, diagnostics) for key in ("min", "max")]
    if diagnostics.errors > before:
        return None
    param = Param(
        entry.key, entry.span, tree.get("default"), type_,
        tuple(plain(item) for item in choices.items) if isinstance(choices, Sequence) else None,
        bounds[0], bounds[1],
    )  # fmt: skip
    return param if _has_right_default(param, diagnostics) else None


def _bound(key: str, tree: Tree | None, name: str, diagnostics: Diagnostics) -> float | None:
    value = tree.value if isinstance(tree, Scalar) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if tree is not None:
        message = f'"{key}" of param "{name}" must be a number, not {describe_value(tree)}'
        diagnostics.error("GS310", message, tree.span)
    return None


def _has_right_default(param: Param, diagnostics: Diagnostics) -> bool:
    default = param.default
    if default is None or any(True for _ in names_used(default)) or (isinstance(default, Scalar) and not default.text):
        return True
    problem = None if plain(default) is None else _problem(param, default)
    if problem is not None:
        diagnostics.error("GS310", f'the default of param "{param.name}" {problem}', default.span)
    return problem is None


def _problem(param: Param, tree: Tree) -> str | None:
    """Return what is wrong with a value, as the end of a sentence about it."""
    value = plain(tree)
    if param.type is not None:
        types, wanted = _TYPES[param.type]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            return f"must be {wanted}, not {describe_value(tree)}"
    if param.choices is not None and not any(value == item and type(value) is type(item) for item in param.choices):
        shown = ", ".join(str(item) for item in param.choices)
        return f"must be one of {shown}, not {describe_value(tree)}{_near(value, param.choices)}"
    for bound, word, is_past in ((param.low, "at least", -1), (param.high, "at most", 1)):
        size = len(value) if isinstance(value, str | list | dict) else value
        if bound is not None and isinstance(size, int | float) and (size - bound) * is_past > 0:
            noun = "have a length of " if size is not value else ""
            return f"must {noun or 'be '}{word} {bound:g}, not {size if size is not value else describe_value(tree)}"
    return None


def _near(value: object, choices: tuple[object, ...]) -> str:
    return did_you_mean(value, [item for item in choices if isinstance(item, str)]) if isinstance(value, str) else ""


def bind_params(
    declared: Declared, given: Mapping[str, Given], subject: str, place: Span, sight: Sight, diagnostics: Diagnostics,
    variants: Mapping[str, Mapping[str, Given]] = NO_VARIANTS,
) -> Sight:  # fmt: skip
    """Return what the formulas of a spec or a block see, once a use has given its params their values.

    ``place`` is where a value that is missing is missed, ``sight`` has what is not of the params. Of what variants give
    that are not chosen the names are checked.
    """
    params = declared.params
    related = [Related(f"the params of {subject} are declared here", param.span) for param in params.values() if param]
    sight = replace(sight, declared=tuple(related[:1]), told=declared.told, body=declared.body)
    binding = _Binding(declared, given, subject, place, sight, diagnostics)
    others = [item for variant in variants.values() for item in variant.items()]
    for name, item in [*given.items(), *others]:
        if name not in params and name not in binding.failed:
            binding.report_unknown(name, item)
    for name in params:
        binding.settle(name)
    if binding.lacking:
        _report_lacking(binding.lacking, variants, diagnostics)
    return replace(sight, values=binding.values, unknown=frozenset(binding.failed), trees=binding.trees)


def unbound(declared: Declared, subject: str, sight: Sight, diagnostics: Diagnostics) -> Sight:
    """Return what the formulas of a block see that nothing uses: its params, each of them unknown."""
    lacking = [param for param in declared.params.values() if param is not None and param.default is None]
    given = {param.name: Given(param.span, Unknown.at(param.span)) for param in lacking}
    bound = bind_params(declared, given, subject, Span.of_file(""), sight, diagnostics)
    return replace(bound, values={}, unknown=frozenset(declared.params))


def _report_lacking(
    lacking: list[Param], variants: Mapping[str, Mapping[str, Given]], diagnostics: Diagnostics
) -> None:
    """Report all that a spec must be given and is not, which one variant may give."""
    shown = " and ".join(f'"{param.name}"' for param in lacking)
    what = f"values for params {shown}" if len(lacking) > 1 else f"a value for param {shown}"
    right = [name for name, given in variants.items() if all(param.name in given for param in lacking)]
    choice = f"choose --variant {' or --variant '.join(right[:_MOST_SHOWN])}, or " if right else ""
    settings = " ".join(f"--set {param.name}=..." for param in lacking)
    diagnostics.error(
        "GS308", f"{THE_SPEC} needs {what}", lacking[0].span, help=f"{choice}give {settings}",
        related=[Related("this is declared without a default too", param.span) for param in lacking[1:]],
    )  # fmt: skip


class _Binding:
    """The values of params on their way: one may use another, whichever stands first."""

    def __init__(
        self, declared: Declared, given: Mapping[str, Given], subject: str, place: Span, sight: Sight,
        diagnostics: Diagnostics,
    ) -> None:  # fmt: skip
        self.declared = declared
        self.params = declared.params
        self.given = dict(given)
        self.subject = subject
        self.place = place
        self.sight = sight
        self.diagnostics = diagnostics
        self.values: dict[str, object] = {}
        self.trees: dict[str, Tree] = {}
        self.failed: set[str] = set()
        self.open: list[str] = []
        self.lacking: list[Param] = []

    def settle(self, name: str) -> None:
        if name in self.values or name in self.failed:
            return
        param = self.params[name]
        if param is None:
            self.failed.add(name)
            return
        if name in self.open:
            self.report_cycle(param)
            return
        self.open.append(name)
        tree = self.tree(param)
        self.open.pop()
        if name in self.failed:
            return
        if tree is None:
            self.failed.add(name)
            return
        self.values[name] = plain(tree)
        self.trees[name] = tree

    def tree(self, param: Param) -> Tree | None:
        given = self.given.get(param.name)
        tree = param.default if given is None else given.value
        if tree is None and self.subject == THE_SPEC:
            self.lacking.append(param)
            return None
        if tree is None:
            self.diagnostics.error(
                "GS308", f'{self.subject} needs a value for param "{param.name}"', self.place,
                related=[Related("it is declared here, without a default", param.span)],
            )  # fmt: skip
            return None
        for used in names_used(tree):
            if used in self.params and used != param.name:
                self.settle(used)
        unknown = frozenset(self.failed) | set(self.open)
        seen = replace(self.sight, values=self.values, unknown=unknown, declared=(), trees=self.trees)
        try:
            value = substitute(tree, seen, self.diagnostics)
        except UnknownValueError:
            return None
        is_null = isinstance(value, Scalar) and value.value is None
        null_is_right = is_null and isinstance(param.default, Scalar) and param.default.value is None
        problem = None if null_is_right or (is_null and param.type is None) else _problem(param, value)
        if problem is None:
            return value
        self.report_wrong(param, given, tree, problem)
        return None

    def report_wrong(self, param: Param, given: Given | None, tree: Tree, problem: str) -> None:
        if given is None:
            message = f'the default of param "{param.name}" {problem}'
            self.diagnostics.error("GS310", message, tree.span, help=self.sight.hints.get(tree.span))
            return
        place = given.value.span if not isinstance(given.value, Scalar) or given.value.text else given.span
        self.diagnostics.error(
            "GS309", f'param "{param.name}" of {self.subject} {problem}', place, help=self.sight.hints.get(place),
            related=[Related("it is declared here", param.span)],
        )  # fmt: skip

    def report_cycle(self, param: Param) -> None:
        cycle = self.open[self.open.index(param.name) :]
        self.failed.update(cycle)
        shown = " -> ".join([*cycle, param.name])
        message = (
            f"these params use each other in a cycle: {shown}"
            if len(cycle) > 1
            else (f'param "{param.name}" uses itself')
        )
        self.diagnostics.error("GS310", message, param.span)

    def report_unknown(self, name: str, item: Given) -> None:
        free = [other for other in self.params if other not in self.given]
        meant = nearest(name, free)
        hint = did_you_mean(name, self.params)
        if meant is not None and name in self.given:
            self.given[meant] = item
        # What uses it by this name is wrong for the same reason.
        self.failed.add(name)
        used = list(islice(places_of(name, self.declared.body, self.sight.sources), _MOST_SHOWN))
        if used and name in self.declared.told:
            return
        self.declared.told.add(name)
        shown = ", ".join(self.params)
        help_ = None if hint else f"its params are {shown}" if shown else "it declares no params"
        known = next((param for param in self.params.values() if param is not None), None)
        related = [Related("its params are declared here", known.span)] if known else []
        related += [Related("it is used here", place) for place in used]
        message = f'{self.subject} has no param "{name}"{hint}'
        fix = None if used else respelling(name, free, item.span)
        self.diagnostics.error("GS307", message, item.span, help=help_, related=related, fix=fix)
