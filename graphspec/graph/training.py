"""The ``compile`` section: the arguments of ``keras.Model.compile``, per output where Keras takes a mapping."""

from collections.abc import Mapping as MappingABC

from graphspec.catalog.kinds import Kind, parse_kind
from graphspec.diagnostics.suggest import nearest, respelling
from graphspec.frontend.fields import describe_value
from graphspec.frontend.tree import Entry, Mapping, Scalar, Sequence
from graphspec.graph.arguments import check_value
from graphspec.graph.checker import Checker, Unknown
from graphspec.graph.ir import Value
from graphspec.graph.literals import lacks_colon
from graphspec.graph.unknown_names import report_unknown_argument

_SIMPLE = {
    "optimizer": parse_kind("optimizer"),
    "run_eagerly": parse_kind("bool"),
    "steps_per_execution": parse_kind("int[1:]"),
    "jit_compile": parse_kind("bool|'auto'"),
    "auto_scale_loss": parse_kind("bool"),
}
_PER_OUTPUT = {
    "loss": parse_kind("loss"),
    "loss_weights": parse_kind("float"),
    "metrics": parse_kind("metric"),
    "weighted_metrics": parse_kind("metric"),
}
_SINGULAR = {"loss": "loss", "loss_weights": "weight", "metrics": "metric", "weighted_metrics": "metric"}


def check_compile(
    tree: Mapping | None, outputs: tuple[str, ...], checker: Checker, *, is_ordered: bool
) -> MappingABC[str, Value] | None:
    """Return the compile arguments that are right.

    ``outputs`` are the names that a mapping may speak of; where they have no order a list may not speak of them.
    """
    if tree is None:
        return None
    values: dict[str, Value] = {}
    wrong: set[str] = set()
    for entry in tree.entries.values():
        key = _known_key(entry, tree, checker)
        if key is None or (key != entry.key and lacks_colon(entry)):
            continue
        subject = f'"{key}" of compile'
        if key in _SIMPLE:
            value = check_value(entry, _SIMPLE[key], subject, f"compile.{key}", checker)
        else:
            value = _per_output(entry, key, outputs, wrong, subject, checker)
            if not is_ordered and len(outputs) > 1 and isinstance(entry.value, Sequence):
                _report_order(entry.value, subject, outputs, checker)
        if not isinstance(value, Unknown):
            values[key] = value
    return values


def _report_order(tree: Sequence, subject: str, outputs: tuple[str, ...], checker: Checker) -> None:
    checker.diagnostics.error(
        "GS404",
        f"the outputs are a mapping, so a list as {subject} does not say which is for which",
        tree.span,
        help=f"write {{{', '.join(f'{name}: ...' for name in sorted(outputs))}}}",
    )


def _known_key(entry: Entry, tree: Mapping, checker: Checker) -> str | None:
    known = [*_SIMPLE, *_PER_OUTPUT]
    if entry.key in known:
        return entry.key
    return report_unknown_argument("compile", entry, known, [key for key in known if key not in tree.entries], checker)


def _per_output(
    entry: Entry, key: str, outputs: tuple[str, ...], wrong: set[str], subject: str, checker: Checker
) -> Value | Unknown:
    kind = _PER_OUTPUT[key]
    tree = entry.value
    if isinstance(tree, Mapping) and not _is_object(tree, kind, outputs):
        return _by_name(tree, key, outputs, wrong, subject, checker)
    if isinstance(tree, Scalar) and tree.value is None:
        return None
    if isinstance(tree, Sequence):
        return _listed(tree, key, outputs, subject, checker)
    if key == "loss_weights":
        checker.diagnostics.error(
            "GS404", f"{subject} must be a list or a mapping from output to number, not {describe_value(tree)}",
            tree.span,
        )  # fmt: skip
        return Unknown()
    value = check_value(entry, kind, subject, f"compile.{key}", checker)
    return (value,) if "metrics" in key and not isinstance(value, Unknown) else value


def _is_object(tree: Mapping, kind: Kind, outputs: tuple[str, ...]) -> bool:
    """Say whether a mapping is one object with its arguments rather than a mapping from output to object."""
    names = list(tree.entries)
    if len(names) != 1 or names[0] in outputs or kind[0].name == "float":
        return False
    return names[0][:1].isupper() or (bool(outputs) and nearest(names[0], outputs) is None)


def _by_name(
    tree: Mapping, key: str, outputs: tuple[str, ...], wrong: set[str], subject: str, checker: Checker
) -> Value | Unknown:
    """Return what is said of each output; a name that is none goes into ``wrong``, and is reported where it is not."""
    values: dict[str, Value] = {}
    failed = False
    for entry in tree.entries.values():
        name = entry.key
        if outputs and name not in outputs:
            meant = nearest(entry.key, [output for output in outputs if output not in tree.entries])
            hint = f'; did you mean "{meant}"?' if meant else ""
            if entry.key not in wrong:
                checker.diagnostics.error(
                    "GS408", f'{subject} speaks of "{entry.key}", which is no output{hint}', entry.span,
                    help=None if meant else f"the outputs are {', '.join(outputs)}",
                    fix=respelling(entry.key, [output for output in outputs if output not in tree.entries], entry.span),
                )  # fmt: skip
            wrong.add(entry.key)
            failed = True
            if meant is None:
                continue
            name = meant
        what = f'the {_SINGULAR[key]} of "{name}"'
        value = _one(entry, key, what, checker)
        if isinstance(value, Unknown):
            failed = True
        else:
            values[name] = value
    return Unknown() if failed else values


def _one(entry: Entry, key: str, what: str, checker: Checker) -> Value | Unknown:
    tree = entry.value
    if isinstance(tree, Scalar) and tree.value is None:
        return None
    if "metrics" in key and isinstance(tree, Sequence):
        values = [
            check_value(Entry(entry.key, item.span, item), _PER_OUTPUT[key], what, "compile", checker)
            for item in tree.items
        ]
        known = tuple(value for value in values if not isinstance(value, Unknown))
        return known if len(known) == len(values) else Unknown()
    value = check_value(entry, _PER_OUTPUT[key], what, "compile", checker)
    return (value,) if "metrics" in key and not isinstance(value, Unknown) else value


def _listed(tree: Sequence, key: str, outputs: tuple[str, ...], subject: str, checker: Checker) -> Value | Unknown:
    if ("metrics" not in key or len(outputs) > 1) and outputs and len(tree.items) != len(outputs):
        checker.diagnostics.error(
            "GS404",
            f"{subject} lists {len(tree.items)} for {len(outputs)} output{'s' * (len(outputs) != 1)}",
            tree.span,
            help=f"one for each of {', '.join(outputs)}, or a mapping from output to {_SINGULAR[key]}",
        )
        return Unknown()
    values = [_one(Entry(str(number), item.span, item), key, subject, checker) if isinstance(item, Sequence)
              else _element(item, key, subject, checker) for number, item in enumerate(tree.items)]  # fmt: skip
    known = tuple(value for value in values if not isinstance(value, Unknown))
    return known if len(known) == len(values) else Unknown()


def _element(item: Scalar | Mapping, key: str, subject: str, checker: Checker) -> Value | Unknown:
    if isinstance(item, Scalar) and item.value is None:
        return None
    return check_value(Entry(key, item.span, item), _PER_OUTPUT[key], subject, "compile", checker)
