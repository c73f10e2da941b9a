"""Which arguments are others now."""

from collections.abc import Iterator, Mapping

from graphspec.catalog import catalog
from graphspec.views.diff.canonical import Json
from graphspec.views.diff.changes import Detail

DEFAULT = "default"
# What these say changes values, and never the size of anything.
_NEUTRAL = frozenset(
    [
        "activation",
        "recurrent_activation",
        "rate",
        "dropout",
        "recurrent_dropout",
        "seed",
        "momentum",
        "epsilon",
        "trainable",
        "alpha",
        "negative_slope",
        "stateful",
        "unroll",
        "use_cudnn",
        "implementation",
        "interpolation",
        "training",
        "zero_output_for_mask",
        "flash_attention",
        "stddev",
        "threshold",
        "max_value",
        "mode",
        "fill_mode",
        "fill_value",
        "noise_shape",
        "mask_value",
        "reset_after",
        "autocast",
    ]
)
_NEUTRAL_ENDINGS = ("_initializer", "_regularizer", "_constraint")


def details_between(
    old: Mapping[str, Json],
    new: Mapping[str, Json],
    defaults: Mapping[str, Json] | None = None,
    path: str = "",
    missing: Json = DEFAULT,
) -> Iterator[Detail]:
    """Yield what differs between two sets of arguments, down to the smallest part that has a name.

    ``missing`` stands for an argument that is not given and of which no default is known.
    """
    standard = defaults or {}
    for key in sorted({*old, *new}):
        one, other = old.get(key, standard.get(key, missing)), new.get(key, standard.get(key, missing))
        if key in old and key in new and one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict) and set(one) & set(other):
            yield from details_between(one, other, None, f"{path}{key}.")
        elif key in old or key in new:
            yield Detail(f"{path}{key}", one, other)


def defaults_of(kind: str, name: str) -> Mapping[str, Json]:
    """Return what the arguments of a layer, an application or an op are where the spec does not say."""
    if kind == "op":
        op = catalog.op(name)
        return {} if op is None else {item.name: item.default for item in op.arguments if not item.required}
    found = catalog.application(name) if kind == "application" else catalog.layer(name)
    return {} if found is None else {key: item.default for key, item in found.arguments.items() if not item.required}


def is_neutral(detail: Detail) -> bool:
    """Say whether a change of an argument leaves every shape and every weight as it is."""
    names = detail.what.split(".")
    return any(name in _NEUTRAL or name.endswith(_NEUTRAL_ENDINGS) for name in names)


def translated(value: Json, layers: Mapping[str, str]) -> Json:
    """Return arguments in which references to layers have the names of the new model."""
    if isinstance(value, dict):
        if set(value) == {"ref"}:
            return {"ref": layers.get(value["ref"], value["ref"])}
        return {key: translated(item, layers) for key, item in value.items()}
    return [translated(item, layers) for item in value] if isinstance(value, list) else value
