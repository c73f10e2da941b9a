"""Arrays that a spec writes out: ``{constant: [[1, 0], [0, 1]], dtype: float32}``."""

from graphspec.catalog.kinds import parse_kind
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.frontend.fields import describe_value
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree
from graphspec.graph.checker import UNKNOWN, Checker, Unknown
from graphspec.graph.ir import Array, Value
from graphspec.graph.literals import correction, fits, freely
from graphspec.graph.unknown_names import report_dtype

_NUMBER = parse_kind("float")
_NUMBERS = "numbers or booleans, alone or in lists"


def constant(tree: Mapping, subject: str, checker: Checker) -> Value | Unknown:
    """Return the array of ``{constant: [[1, 0], [0, 1]], dtype: float32}``."""
    for key, entry in tree.entries.items():
        if key not in {"constant", "dtype"}:
            hint = did_you_mean(key, ["dtype"])
            checker.diagnostics.error("GS402", f'unknown key "{key}" of the constant in {subject}{hint}', entry.span)
            return UNKNOWN
    dtype = tree.get("dtype")
    name = dtype.value if isinstance(dtype, Scalar) else None
    if dtype is not None and not (isinstance(name, str) and fits(name, parse_kind("dtype")[0])):
        report_dtype(describe_value(dtype).strip('"'), dtype.span, f'"dtype" of the constant in {subject}', checker)
        return UNKNOWN
    held = tree.entries["constant"]
    wrong = _not_numeric(held.value)
    if wrong is not None:
        is_empty = describe_value(wrong) == "nothing"
        checker.diagnostics.error(
            "GS404",
            f"the constant in {subject} must hold {_NUMBERS}, not {describe_value(wrong)}",
            held.span if is_empty and wrong is held.value else wrong.span,
            help=correction(wrong, _NUMBER),
        )
        return UNKNOWN
    value = freely(held.value)
    if _shape(value) is None:
        checker.diagnostics.error(
            "GS404", f"the constant in {subject} has rows of different lengths", tree.entries["constant"].span
        )
        return UNKNOWN
    return Array(value, name if isinstance(name, str) else None)


def tensor_literal(entry: Entry, subject: str, checker: Checker, *, required: bool = False) -> Value | Unknown:
    """Return the literal that stands for a tensor: a number, a list of them, a constant, or null where none will do."""
    tree = entry.value
    if isinstance(tree, Mapping) and "constant" in tree.entries:
        return constant(tree, subject, checker)
    if isinstance(tree, Mapping):
        return _report_mapping(tree, subject, checker)
    is_null = isinstance(tree, Scalar) and tree.value is None
    wrong = None if is_null and not required else _not_numeric(tree)
    if wrong is None:
        return freely(tree)
    checker.diagnostics.error(
        "GS404",
        f"{subject} must be {_NUMBERS}, not {describe_value(wrong)}",
        wrong.span,
        help=correction(wrong, _NUMBER) or f'the output of a node goes under "from": from: {{{entry.key}: ...}}',
    )
    return UNKNOWN


def _report_mapping(tree: Mapping, subject: str, checker: Checker) -> Unknown:
    for key, entry in tree.entries.items():
        hint = did_you_mean(key, ["constant"])
        if hint:
            checker.diagnostics.error("GS402", f'unknown key "{key}" in {subject}{hint}', entry.span)
            return UNKNOWN
    checker.diagnostics.error(
        "GS404", f"{subject} must be {_NUMBERS}, not a mapping", tree.span,
        help="an array is written {constant: [[1, 0], [0, 1]], dtype: float32}",
    )  # fmt: skip
    return UNKNOWN


def _not_numeric(tree: Tree) -> Tree | None:
    if isinstance(tree, Sequence):
        return next((wrong for item in tree.items if (wrong := _not_numeric(item)) is not None), None)
    if isinstance(tree, Scalar) and isinstance(tree.value, bool | int | float):
        return None
    return tree


def _shape(value: Value) -> tuple[int, ...] | None:
    if not isinstance(value, tuple):
        return ()
    shapes = {_shape(item) for item in value}
    if len(shapes) > 1:
        return None
    inner = next(iter(shapes), ())
    return None if inner is None else (len(value), *inner)
