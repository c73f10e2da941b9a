"""Arrays that a spec writes out: ``{constant: [[1, 0], [0, 1]], dtype: float32}``."""

from graphspec.catalog.kinds import parse_kind
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.frontend.fields import describe_value
from graphspec.frontend.tree import Mapping, Scalar, Sequence, Tree
from graphspec.graph.checker import UNKNOWN, Checker, Unknown
from graphspec.graph.ir import Array, Value
from graphspec.graph.literals import fits, freely
from graphspec.graph.unknown_names import report_dtype


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
    wrong = _not_numeric(tree.entries["constant"].value)
    if wrong is not None:
        checker.diagnostics.error(
            "GS404", f"the constant in {subject} must hold numbers, not {describe_value(wrong)}", wrong.span
        )
        return UNKNOWN
    value = freely(tree.entries["constant"].value)
    if _shape(value) is None:
        checker.diagnostics.error(
            "GS404", f"the constant in {subject} has rows of different lengths", tree.entries["constant"].span
        )
        return UNKNOWN
    return Array(value, name if isinstance(name, str) else None)


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
