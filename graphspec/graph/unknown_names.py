"""Report names that Keras has not, with the name it has now or the nearest one."""

import re
from collections.abc import Collection

from graphspec.catalog import catalog
from graphspec.catalog.dtypes import POLICIES
from graphspec.catalog.kinds import Kind, describe_kind
from graphspec.diagnostics.diagnostic import Fix
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, nearest, respelling
from graphspec.frontend.tree import Entry
from graphspec.graph.checker import Checker
from graphspec.graph.literals import lacks_colon, literal_words


def report_foreign(name: str, place: Span, checker: Checker) -> None:
    """Report a class of a module that nobody has allowed."""
    module, _, last = name.rpartition(".")
    if module.split(".")[0] in {"keras", "tf", "tensorflow", "layers"}:
        prefix = "ops." if module.endswith("ops") else "applications." if module.endswith("applications") else ""
        checker.diagnostics.error(
            "GS401", f'"{name}" is written without its module', place, help=f"write {prefix}{last}"
        )
        return
    alias = module.split(".")[0]
    if alias in checker.imports:
        help_ = f"write block: {name} for a block of that file, or call: {name} for a layer or a model"
        checker.diagnostics.error(
            "GS401", f'"{alias}" is an import, and "{name}" is no layer of Keras', place, help=help_
        )
        return
    known = did_you_mean(module, checker.plugins)
    checker.diagnostics.error(
        "GS401",
        f'"{module}" is not a plugin that is in use, so "{name}" is unknown{known}',
        place,
        help=f"if you trust that module, run again with --plugin {module}, or name it in pyproject.toml:"
        f' [tool.graphspec] plugins = ["{module}"]',
    )


def report_unknown_layer(name: str, place: Span, checker: Checker) -> None:
    """Report a class that Keras has not, with the name it has now or the nearest one."""
    use = "block" if name in checker.blocks else "call" if name in checker.callables else None
    if use is not None:
        what = "a block" if use == "block" else "an entry of layers or models"
        checker.diagnostics.error(
            "GS401", f'"{name}" is {what}, and no layer of Keras', place, help=f"write {{{use}: {name}, ...}}"
        )
        return
    renamed = catalog.renamed_layer(name)
    if renamed is not None:
        checker.diagnostics.error(
            "GS406", f"{name} is not a layer of Keras 3: {renamed.advice}", place, fix=renaming(name, renamed, place)
        )
        return
    first = re.split(r"[ (]", name, maxsplit=1)[0]
    if first != name and catalog.layer(first) is not None:
        checker.diagnostics.error("GS401", f'unknown layer "{name}"', place, help=f"write {first}: {{argument: value}}")
        return
    meant = nearest(name, catalog.layer_names())
    op = None if meant else nearest(name, catalog.op_names())
    application = None if meant else nearest(name, catalog.application_names())
    hint = f'; did you mean "{meant}"?' if meant else ""
    if application is not None:
        hint = f'; did you mean "applications.{application}"?'
    elif op is not None:
        hint = f'; did you mean "ops.{op}"?'
    help_ = None if hint else '"graphspec layers" lists the layers that there are'
    fix = respelling(name, catalog.layer_names(), place)
    checker.diagnostics.error("GS401", f'unknown layer "{name}"{hint}', place, help=help_, fix=fix)


def report_unknown_object(
    name: str, place: Span, kind: Kind, categories: list[str], subject: str, checker: Checker
) -> None:
    """Report a name that no category of objects which would do has."""
    names = [known for category in categories for known in catalog.object_names(category)] + literal_words(kind)
    if nearest(name, names) is None and any(alternative.name in {"int", "float"} for alternative in kind):
        checker.diagnostics.error("GS405", f'{subject} must be {describe_kind(kind)}, not "{name}"', place)
        return
    article = "an" if categories[0][0] in "aeio" else "a"
    checker.diagnostics.error(
        "GS405",
        f'unknown {categories[0]} "{name}" for {subject}{did_you_mean(name, names)}',
        place,
        help=None if nearest(name, names) else f"{article} {categories[0]} is one of {capped(', '.join(names))}",
        fix=respelling(name, names, place),
    )


def report_dtype(value: str, place: Span, subject: str, checker: Checker) -> None:
    """Report a text that is no dtype."""
    checker.diagnostics.error(
        "GS405",
        f'{subject} must be a dtype, and "{value}" is none{did_you_mean(value, POLICIES)}',
        place,
        fix=respelling(value, POLICIES, place),
    )


def renaming(old: str, renamed: catalog.Renamed, place: Span) -> Fix | None:
    """Return the fix of a name that Keras had, where it has another now that takes the same values."""
    is_same = renamed.new is not None and renamed.advice.startswith(f"it is {renamed.new} now")
    return Fix(place, old, renamed.new or "") if is_same and renamed.keeps_values else None


def capped(text: str, limit: int = 200) -> str:
    """Return a list of names short enough to read."""
    return text if len(text) <= limit else text[: text.rindex(",", 0, limit)] + ", ..."


def report_unknown_argument(
    owner: str, entry: Entry, declared: Collection[str], free: Collection[str], checker: Checker
) -> str | None:
    """Report an argument that a class does not take; return the one of the ``free`` that is meant, or None."""
    first, _, rest = entry.key.partition(" ")
    meant = first if lacks_colon(entry) and first in free else nearest(entry.key, free)
    shown = f"{first}: {rest.strip()}" if meant == first else meant
    hint = f'; did you mean "{shown}"?' if meant else ""
    names = ", ".join(sorted(declared))
    checker.diagnostics.error(
        "GS402",
        f'unknown argument "{entry.key}" of {owner}{hint}',
        entry.span,
        help=None if meant else (f"{owner} takes {capped(names)}" if names else f"{owner} takes no arguments"),
        fix=respelling(entry.key, free, entry.span) if meant != first else None,
    )
    return meant
