"""The ``expect`` section: budgets and facts that a model must keep to."""

from collections.abc import Callable
from dataclasses import dataclass

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, respelling
from graphspec.frontend.fields import describe_value, in_brackets
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence, Tree
from graphspec.graph.typed import TypedGraph, is_trainable, output_types, total_flops, weights_of
from graphspec.shapes.dimension import Count, Dimension, named
from graphspec.shapes.types import TensorType, show_shape

UNCHECKED = "GS712"
OUTPUTS = "outputs"
_BOUNDS = ("min", "max")


def check_expect(tree: Mapping | None, typed: TypedGraph | None, diagnostics: Diagnostics) -> None:
    """Report each expectation that does not hold, with both figures; without a typed graph, only what is misspelt."""
    for entry in tree.entries.values() if tree is not None else ():
        if entry.key == OUTPUTS:
            _check_outputs(entry, typed, diagnostics)
        elif entry.key in _FIGURES:
            _check_figure(entry, typed, diagnostics)
        else:
            known = (*_FIGURES, OUTPUTS)
            hint = did_you_mean(entry.key, known)
            diagnostics.error(
                "GS201", f'unknown key "{entry.key}" in expect{hint}', entry.span,
                help=None if hint else f"it takes {', '.join(known)}", fix=respelling(entry.key, known, entry.span),
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Bound:
    low: float | None
    high: float | None

    def holds(self, value: int) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.low == self.high and self.low is not None:
            return _shown(self.low)
        parts = [f"at least {_shown(self.low)}"] if self.low is not None else []
        parts += [f"at most {_shown(self.high)}"] if self.high is not None else []
        return " and ".join(parts)


def _shown(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,}"


def _parameters(typed: TypedGraph) -> Count:
    weights = weights_of(typed)
    return None if weights is None else sum(weight.size for weight in weights)


def _trainable(typed: TypedGraph) -> Count:
    weights = weights_of(typed)
    return None if weights is None else sum(weight.size for weight in weights if is_trainable(typed, weight))


def _frozen(typed: TypedGraph) -> Count:
    weights = weights_of(typed)
    return None if weights is None else sum(weight.size for weight in weights if not is_trainable(typed, weight))


def _bytes(typed: TypedGraph) -> Count:
    weights = weights_of(typed)
    return None if weights is None else sum(weight.bytes for weight in weights)


_FIGURES: dict[str, Callable[[TypedGraph], Count]] = {
    "parameters": _parameters,
    "trainable_parameters": _trainable,
    "non_trainable_parameters": _frozen,
    "weights_bytes": _bytes,
    "flops": total_flops,
}


def _check_figure(entry: Entry, typed: TypedGraph | None, diagnostics: Diagnostics) -> None:
    bound = _bound(entry, diagnostics)
    if bound is None or typed is None:
        return
    figure = _FIGURES[entry.key](typed)
    if not isinstance(figure, int):
        why = f"it is {figure}, which depends on a size that has only a name" if figure else "a part is not known"
        _report_open(f'"{entry.key}" in expect', why, entry.span, diagnostics)
    elif not bound.holds(figure):
        diagnostics.error(
            "GS502", f'"{entry.key}" is expected to be {bound}, and the model has {figure:,}', entry.value.span
        )


def _bound(entry: Entry, diagnostics: Diagnostics) -> _Bound | None:
    tree = entry.value
    number = _number(tree)
    if number is not None:
        return _Bound(number, number)
    if not isinstance(tree, Mapping) or not tree.entries:
        _report_value(entry, f'"{entry.key}" in expect', "a number, or {min, max}", diagnostics)
        return None
    found: dict[str, float] = {}
    for item in tree.entries.values():
        value = _number(item.value)
        if item.key not in _BOUNDS:
            hint = did_you_mean(item.key, _BOUNDS) or "; it takes min and max"
            diagnostics.error(
                "GS201",
                f'unknown key "{item.key}" in "{entry.key}" of expect{hint}',
                item.span,
                fix=respelling(item.key, _BOUNDS, item.span),
            )
            return None
        if value is None:
            _report_value(item, f'"{item.key}" of "{entry.key}" in expect', "a number", diagnostics)
            return None
        found[item.key] = value
    bound = _Bound(found.get("min"), found.get("max"))
    if bound.low is not None and bound.high is not None and bound.low > bound.high:
        diagnostics.error("GS404", f'"{entry.key}" in expect has a min above its max', entry.value.span)
        return None
    return bound


def _number(tree: Tree) -> float | None:
    value = tree.value if isinstance(tree, Scalar) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _report_value(entry: Entry, subject: str, wanted: str, diagnostics: Diagnostics) -> None:
    text = entry.value.text if isinstance(entry.value, Scalar) else ""
    plain = text.replace("_", "").replace(",", "")
    diagnostics.error(
        "GS404", f"{subject} must be {wanted}, not {describe_value(entry.value)}", entry.value.span,
        help=f"write {plain}" if plain.isdigit() else None,
    )  # fmt: skip


def _check_outputs(entry: Entry, typed: TypedGraph | None, diagnostics: Diagnostics) -> None:
    tree = entry.value
    if not isinstance(tree, Mapping):
        _report_value(entry, '"outputs" in expect', "a mapping from output to shape", diagnostics)
        return
    for item in tree.entries.values():
        shape = _shape(item, diagnostics)
        if typed is None:
            continue
        found = output_types(typed)
        if item.key not in found:
            hint = did_you_mean(item.key, found) or f"; the outputs are {', '.join(found)}"
            diagnostics.error(
                "GS408",
                f'expect speaks of "{item.key}", which is no output{hint}',
                item.span,
                fix=respelling(item.key, found, item.span),
            )
        elif shape is not None:
            _check_shape(item, shape, found[item.key], diagnostics)


def _check_shape(
    entry: Entry, shape: tuple[Dimension, ...], found: TensorType | None, diagnostics: Diagnostics
) -> None:
    if found is None:
        _report_open(f'the output "{entry.key}" in expect', "its shape is not known", entry.span, diagnostics)
        return
    own = found.shape[1:]
    fits = len(own) == len(shape) and all(want in (None, has) for want, has in zip(shape, own, strict=True))
    if not fits:
        diagnostics.error(
            "GS502",
            f'"{entry.key}" is expected to be {show_shape((None, *shape))}, and it is {found}',
            entry.value.span,
        )


def _shape(entry: Entry, diagnostics: Diagnostics) -> tuple[Dimension, ...] | None:
    tree = entry.value
    if not isinstance(tree, Sequence):
        hint = in_brackets(tree)
        diagnostics.error(
            "GS208", f'the shape of "{entry.key}" in expect must be a list, not {describe_value(tree)}', tree.span,
            help=f"write {hint}" if hint else None,
        )  # fmt: skip
        return None
    sizes: list[Dimension] = []
    for item in tree.items:
        value = item.value if isinstance(item, Scalar) else False
        if isinstance(value, bool | float) or (isinstance(value, int) and value < 0):
            diagnostics.error(
                "GS208", f'a dimension of "{entry.key}" in expect must be an integer, null or a name, '
                f"not {describe_value(item)}", item.span,
            )  # fmt: skip
            return None
        sizes.append(named(value) if isinstance(value, str) else value)
    return tuple(sizes)


def _report_open(subject: str, why: str, place: Span, diagnostics: Diagnostics) -> None:
    diagnostics.warning(UNCHECKED, f"{subject} cannot be checked: {why}", place)
