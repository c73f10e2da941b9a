"""Values that could carry code or read files: refused, but where the person who runs it trusts the spec."""

from graphspec.catalog.kinds import Kind, describe_kind
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.frontend.tree import Mapping, Scalar, Tree
from graphspec.graph.checker import TRUST_HELP, UNKNOWN, Checker, Unknown
from graphspec.graph.ir import Imported, Value
from graphspec.graph.literals import SERIALISED_KEYS, freely, literal_words, serialised_part


def file_path(tree: Scalar, subject: str, checker: Checker) -> Value | Unknown:
    """Return the path of a file that an argument would read."""
    if checker.trust:
        return tree.value
    checker.diagnostics.error(
        "GS407",
        f'{subject} would read the file "{tree.value}", and a spec reads no files',
        tree.span,
        help=f"write the values as a list; or, {TRUST_HELP}",
    )
    return UNKNOWN


def code(tree: Scalar, kind: Kind, subject: str, checker: Checker) -> Value | Unknown:
    """Return the function that an argument names as ``module:function``."""
    words = literal_words(kind)
    if checker.trust and ":" in str(tree.value):
        return Imported(str(tree.value))
    hint = did_you_mean(str(tree.value), words)
    if words:
        checker.diagnostics.error(
            "GS405", f'{subject} must be {describe_kind(kind)}, not "{tree.value}"{hint}', tree.span
        )
        return UNKNOWN
    checker.diagnostics.error(
        "GS407",
        f"{subject} is code, and a spec carries none",
        tree.span,
        help=f'{TRUST_HELP}, and name the function as "module:function"',
    )
    return UNKNOWN


def free_value(tree: Tree, subject: str, checker: Checker) -> Value | Unknown:
    """Return a value of any form, unless it is Keras' stored form of an object."""
    part = serialised_part(tree)
    if part is None:
        return freely(tree)
    report_serialised(part, subject, checker)
    return UNKNOWN


def report_serialised(part: Mapping, subject: str, checker: Checker) -> None:
    """Report that a mapping is Keras' stored form of an object."""
    key = next(entry for name, entry in part.entries.items() if name in SERIALISED_KEYS)
    checker.diagnostics.error(
        "GS407",
        f'{subject} has the key "{key.key}": Keras\' stored form can name code, so a spec does not take it',
        key.span,
        help="write the class as the one key, with its arguments: {HeNormal: {seed: 1}}",
    )
