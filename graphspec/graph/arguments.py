"""Check constructor and literal arguments against the catalogue, and turn them into values."""

from collections.abc import Mapping as MappingABC
from dataclasses import replace

from graphspec.catalog import catalog
from graphspec.catalog.application_layers import APPLICATION_LAYERS
from graphspec.catalog.catalog import Argument, Taker
from graphspec.catalog.kinds import Kind, describe_kind, parse_kind
from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, respelling
from graphspec.frontend.fields import describe_value, mended
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, holds_unknown
from graphspec.graph.checker import TRUST_HELP, UNKNOWN, Checker, Unknown
from graphspec.graph.constants import constant
from graphspec.graph.ir import Callable, LayerReference, Object, Value
from graphspec.graph.literals import (
    OBJECTS,
    SERIALISED_KEYS,
    correction,
    count_fits,
    example_of_class,
    fits_kind,
    kind_names,
    lacks_colon,
    literal_words,
    may_hold_arguments,
    misfit,
)
from graphspec.graph.unknown_names import (
    renaming,
    report_dtype,
    report_foreign,
    report_unknown_argument,
    report_unknown_layer,
    report_unknown_object,
)
from graphspec.graph.untrusted import code, file_path, free_value, report_serialised

_ACTIVATION_LAYERS = frozenset({"ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"})
_SPEC_KEYS = {"name": "the Keras name", "trainable": "whether it learns"}


def check_arguments(
    owner: str, place: Span, found: Taker, given: Mapping | None, path: str, checker: Checker
) -> dict[str, Value]:
    """Return the arguments of a class or function that are right; report the others, and those that are missing."""
    values: dict[str, Value] = {}
    doubtful = False
    seen: set[str] = set()
    written = given.entries if given is not None else {}
    given = None if given is None else mended(given, checker.diagnostics)
    for entry in given.entries.values() if given is not None else ():
        name = _declared_name(owner, entry, found.arguments, given, checker)
        if name is None:
            doubtful = True
            continue
        if name in seen or (name != entry.key and given is not None and name in given.entries):
            continue
        seen.add(name)
        if name != entry.key and (lacks_colon(entry) or not _keeps_values(owner, entry.key)):
            continue
        kind = parse_kind(found.arguments[name].kind)
        # An unknown value is a scalar of another class, and fits nothing.
        if type(entry.value) is Scalar and fits_kind(entry.value.value, kind):
            values[name] = entry.value.value
            continue
        # What was written in other brackets has been reported.
        sink = checker if entry is written[entry.key] else replace(checker, diagnostics=Diagnostics())
        value = check_value(entry, kind, f'"{name}" of {owner}', f"{path}.{name}", sink)
        if not isinstance(value, Unknown):
            values[name] = value
    missing = [name for name in found.required if name not in seen]
    if missing and not doubtful:
        shown = " and ".join(f'"{name}"' for name in missing)
        checker.diagnostics.error(
            "GS403",
            f"{owner} needs {shown}",
            place,
            help=f"write {owner}: {{{', '.join(f'{name}: ...' for name in missing)}}}",
        )
    return values


def has_all(values: MappingABC[str, Value], given: Mapping | None) -> bool:
    """Say whether every argument that was given has a value: one that refers to a wrong entry has none, silently."""
    return len(values) == (0 if given is None else len(given.entries))


def _declared_name(
    owner: str, entry: Entry, declared: MappingABC[str, Argument], given: Mapping | None, checker: Checker
) -> str | None:
    if entry.key in declared:
        return entry.key
    if entry.key in _SPEC_KEYS:
        checker.diagnostics.error(
            "GS402",
            f'"{entry.key}" is not an argument of {owner}: a spec says {_SPEC_KEYS[entry.key]} beside the layer',
            entry.span,
            help=f"write {{{owner}: {{...}}, {entry.key}: ...}}",
        )
        return None
    free = [name for name in declared if given is None or name not in given.entries]
    renamed = catalog.renamed_argument(owner, entry.key)
    if renamed is not None:
        fix = renaming(entry.key, renamed, entry.span) if renamed.new in free else None
        message = f'"{entry.key}" is an old argument of {owner}: {renamed.advice}'
        checker.diagnostics.error("GS406", message, entry.span, fix=fix)
        return renamed.new if renamed.new in declared else None
    return report_unknown_argument(owner, entry, declared, free, checker)


def _keeps_values(owner: str, old: str) -> bool:
    renamed = catalog.renamed_argument(owner, old)
    return renamed is None or renamed.keeps_values


def check_value(entry: Entry, kind: Kind, subject: str, path: str, checker: Checker) -> Value | Unknown:
    """Return the value of an argument that fits its kind, or UNKNOWN once it has been reported."""
    tree = entry.value
    if not isinstance(tree, Mapping) and holds_unknown(tree):
        return UNKNOWN
    if isinstance(tree, Scalar):
        return _scalar(entry, tree, kind, subject, path, checker)
    if isinstance(tree, Sequence):
        return _sequence(entry, tree, kind, subject, path, checker)
    return _mapping(entry, tree, kind, subject, path, checker)


def _scalar(entry: Entry, tree: Scalar, kind: Kind, subject: str, path: str, checker: Checker) -> Value | Unknown:
    value = tree.value
    if fits_kind(value, kind):
        return value
    if isinstance(value, str):
        names = kind_names(kind)
        if "path" in names:
            return file_path(tree, subject, checker)
        categories = [name for name in OBJECTS if name in names]
        if "layer" in names:
            return _layer(Entry(value, tree.span, Scalar(None, tree.span, "")), subject, path, checker)
        if "code" in names:
            return code(tree, kind, subject, checker)
        if categories and value:
            return _object_by_name(tree, kind, categories, subject, checker)
        words = literal_words(kind)
        if words and not isinstance(value, bool):
            hint = did_you_mean(value, words)
            message = f'{subject} must be {describe_kind(kind)}, not "{value}"{hint}'
            checker.diagnostics.error(
                "GS405", message, tree.span, help=correction(tree, kind), fix=respelling(value, words, tree.span)
            )
            return UNKNOWN
        if "dtype" in names:
            report_dtype(value, tree.span, subject, checker)
            return UNKNOWN
    return _misfit(entry, kind, subject, checker)


def _misfit(entry: Entry, kind: Kind, subject: str, checker: Checker) -> Unknown:
    part, problem = misfit(entry.value, kind)
    place = entry.span if describe_value(part) == "nothing" else part.span
    checker.diagnostics.error("GS404", f"{subject} {problem}", place, help=correction(part, kind))
    return UNKNOWN


def _sequence(entry: Entry, tree: Sequence, kind: Kind, subject: str, path: str, checker: Checker) -> Value | Unknown:
    names = kind_names(kind)
    if "any" in names or "array" in names:
        return free_value(tree, subject, checker)
    if "shape" in names:
        kind = (*kind, *parse_kind("list<null|int[1:]>"))
    alternatives = [a for a in kind if a.name == "list" and a.item is not None and count_fits(len(tree.items), a)]
    for alternative in alternatives:
        item_kind = alternative.item or ()
        if kind_names(item_kind) & (OBJECTS | {"layer"}):
            return _items(tree, item_kind, subject, path, checker)
        quiet = Checker(checker.callables, checker.used, checker.trust, checker.plugins, Diagnostics())
        values = _items(tree, item_kind, subject, path, quiet)
        if not isinstance(values, Unknown):
            return values
    return _misfit(entry, kind, subject, checker)


def _items(tree: Sequence, kind: Kind, subject: str, path: str, checker: Checker) -> Value | Unknown:
    values: list[Value] = []
    failed = False
    for number, item in enumerate(tree.items):
        value = check_value(Entry(str(number), item.span, item), kind, subject, f"{path}.{number}", checker)
        if isinstance(value, Unknown):
            failed = True
        else:
            values.append(value)
    return UNKNOWN if failed else tuple(values)


def _mapping(entry: Entry, tree: Mapping, kind: Kind, subject: str, path: str, checker: Checker) -> Value | Unknown:
    if SERIALISED_KEYS & tree.entries.keys():
        report_serialised(tree, subject, checker)
        return UNKNOWN
    names = kind_names(kind)
    categories = [name for name in OBJECTS if name in names]
    if "constant" in tree.entries and holds_unknown(tree):
        return UNKNOWN
    if "constant" in tree.entries and "array" in names | {"array" if "any" in names else ""}:
        return constant(tree, subject, checker)
    if categories or "layer" in names:
        return _one_key(tree, kind, categories, subject, path, checker)
    if holds_unknown(tree):
        return UNKNOWN
    if "any" in names or "dict" in names:
        return free_value(tree, subject, checker)
    return _misfit(entry, kind, subject, checker)


def _one_key(
    tree: Mapping, kind: Kind, categories: list[str], subject: str, path: str, checker: Checker
) -> Value | Unknown:
    expected = describe_kind(kind)
    if len(tree.entries) != 1:
        heads = [entry for entry in tree.entries.values() if entry.key[:1].isupper()]
        if len(heads) == 1 and may_hold_arguments(heads[0].value):
            arguments = [entry for entry in tree.entries.values() if entry is not heads[0]]
            checker.diagnostics.error(
                "GS207",
                f'"{arguments[0].key}" stands beside {heads[0].key} in {subject}, not inside it',
                arguments[0].span,
                help=f"indent it under {heads[0].key}",
                related=[Related(f"{heads[0].key} is here", heads[0].span)],
            )
            return UNKNOWN
        checker.diagnostics.error(
            "GS404", f"{subject} must be {expected} with one key, not a mapping of {len(tree.entries)}", tree.span,
            help=f"write the class as the one key, with its arguments{example_of_class(kind)}",
        )  # fmt: skip
        return UNKNOWN
    entry = next(iter(tree.entries.values()))
    if isinstance(entry.value, Scalar) and holds_unknown(entry.value):
        return UNKNOWN
    if "layer" in kind_names(kind):
        return _layer(entry, subject, path, checker)
    return _object(entry, kind, categories, subject, path, checker)


def _object_by_name(tree: Scalar, kind: Kind, categories: list[str], subject: str, checker: Checker) -> Value | Unknown:
    name = str(tree.value)
    for category in categories:
        found = catalog.object_(category, name)
        if found is None:
            continue
        if found.is_class and found.required:
            shown = " and ".join(f'"{item}"' for item in found.required)
            arguments = ", ".join(f"{item}: ..." for item in found.required)
            checker.diagnostics.error(
                "GS403", f"{name} needs {shown}", tree.span, help=f"write {{{found.canonical}: {{{arguments}}}}}"
            )
            return UNKNOWN
        return name if found.by_string else Object(category, found.canonical, {})
    report_unknown_object(name, tree.span, kind, categories, subject, checker)
    return UNKNOWN


def _object(
    entry: Entry, kind: Kind, categories: list[str], subject: str, path: str, checker: Checker
) -> Value | Unknown:
    if "activation" in categories and entry.key in _ACTIVATION_LAYERS:
        return _layer(entry, subject, path, checker)
    arguments = entry.value
    if not may_hold_arguments(arguments):
        checker.diagnostics.error(
            "GS404", f"the arguments of {entry.key} must be a mapping, not {describe_value(arguments)}", arguments.span
        )
        return UNKNOWN
    given = arguments if isinstance(arguments, Mapping) else None
    for category in categories:
        found = catalog.object_(category, entry.key)
        if found is None:
            continue
        if found.refused is not None and not checker.trust:
            checker.diagnostics.error("GS407", f"{entry.key} is refused: {found.refused}", entry.span, help=TRUST_HELP)
            return UNKNOWN
        if not found.is_class and (category == "activation" or not found.arguments):
            return _function(entry, given, category, checker)
        values = check_arguments(found.name, entry.span, found, given, path, checker)
        exact = {name: _exact(value, found.arguments[name].kind) for name, value in values.items()}
        return Object(category, found.canonical, exact)
    report_unknown_object(entry.key, entry.span, kind, categories, subject, checker)
    return UNKNOWN


def _exact(value: Value, kind: str) -> Value:
    """Return a value in the form that optimizers and metrics insist on: 1.0 for 1, an optimizer for its name."""
    names = {alternative.name for alternative in parse_kind(kind)}
    if isinstance(value, int) and not isinstance(value, bool) and "float" in names and "int" not in names:
        return float(value)
    if isinstance(value, str) and "optimizer" in names:
        found = catalog.object_("optimizer", value)
        return value if found is None else Object("optimizer", found.canonical, {})
    return value


def _function(entry: Entry, given: Mapping | None, category: str, checker: Checker) -> Value | Unknown:
    if given is None or not given.entries:
        return entry.key
    class_name = "".join(word.capitalize() for word in entry.key.split("_"))
    help_ = None
    if category == "activation":
        help_ = f"the activations with arguments are layers: {', '.join(sorted(_ACTIVATION_LAYERS))}"
    elif catalog.object_(category, class_name) is not None:
        help_ = f"write {{{class_name}: {{...}}}}: the class takes arguments"
    checker.diagnostics.error(
        "GS402",
        f'{category} "{entry.key}" takes no arguments',
        next(iter(given.entries.values())).span,
        help=help_,
    )
    return UNKNOWN


def _layer(entry: Entry, subject: str, path: str, checker: Checker) -> Value | Unknown:
    if entry.key == "ref":
        return _layer_reference(entry, subject, checker)
    given = entry.value if isinstance(entry.value, Mapping) else None
    if given is None and not (isinstance(entry.value, Scalar) and entry.value.value is None):
        checker.diagnostics.error(
            "GS404",
            f"the arguments of {entry.key} must be a mapping, not {describe_value(entry.value)}",
            entry.value.span,
        )
        return UNKNOWN
    made = make_layer(entry.key, entry.span, given, path, checker)
    return UNKNOWN if made is None else made


def _layer_reference(entry: Entry, subject: str, checker: Checker) -> Value | Unknown:
    value = entry.value
    if not isinstance(value, Scalar) or not isinstance(value.value, str):
        checker.diagnostics.error(
            "GS404", f'"ref" in {subject} must be the name of an entry of layers or models', value.span
        )
        return UNKNOWN
    if value.value in checker.callables:
        checker.used.add(value.value)
        return LayerReference(value.value) if checker.callables[value.value] else UNKNOWN
    hint = did_you_mean(value.value, checker.callables)
    checker.diagnostics.error(
        "GS408",
        f'{subject} refers to "{value.value}", which is no entry of layers or models{hint}',
        value.span,
        fix=respelling(value.value, checker.callables, value.span),
    )
    return UNKNOWN


def make_layer(
    name: str, place: Span, given: Mapping | None, path: str, checker: Checker, *, keras_name: str | None = None,
    trainable: bool | None = None,
) -> Callable | None:  # fmt: skip
    """Return the layer of a class with its arguments, or None where the class itself is unknown or refused."""
    if "." in name:
        return _plugin_layer(name, place, given, path, checker, keras_name=keras_name, trainable=trainable)
    found = catalog.layer(name)
    if found is None:
        if not checker.diagnostics.was_told("GS401", place):
            report_unknown_layer(name, place, checker)
        return None
    if found.refused is not None and not checker.trust:
        checker.diagnostics.error("GS407", f"{name} is refused: {found.refused}", place, help=TRUST_HELP)
        return None
    before = len(checker.diagnostics)
    values = check_arguments(name, place, found, given, path, checker)
    return Callable(
        key=path, keras_name=keras_name or path, kind="layer", type=found.replaces or found.name, arguments=values,
        trainable=trainable, complete=len(checker.diagnostics) == before and has_all(values, given), span=place,
    )  # fmt: skip


def _plugin_layer(
    name: str, place: Span, given: Mapping | None, path: str, checker: Checker, *, keras_name: str | None,
    trainable: bool | None,
) -> Callable | None:  # fmt: skip
    module = name.rpartition(".")[0]
    if module not in checker.plugins and name not in APPLICATION_LAYERS:
        report_foreign(name, place, checker)
        return None
    if holds_unknown(given):
        return None
    values = free_value(given, f"the arguments of {name}", checker) if given is not None else {}
    if not isinstance(values, MappingABC):
        return None
    numbers = APPLICATION_LAYERS.get(name, ())
    lacking = [key for key in numbers if not isinstance(values.get(key), int | float)]
    if lacking:
        checker.diagnostics.error("GS403", f'{name} needs "{lacking[0]}", a number', place)
    return Callable(
        key=path, keras_name=keras_name or path, kind="plugin", type=name, arguments=values, trainable=trainable,
        complete=not lacking, span=place,
    )  # fmt: skip
