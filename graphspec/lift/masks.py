"""The ops that Keras makes by itself to compute masks: they vanish, since a build makes them again."""

from graphspec.catalog import catalog
from graphspec.lift.saved import Call, Model, Operation, Source, flatten, sources_of

_JOINING = frozenset({
    "All", "Any", "BroadcastTo", "Cast", "Concatenate", "ExpandDims", "LogicalAnd", "LogicalOr", "Repeat", "Reshape",
    "Stack", "Squeeze", "Transpose",
})  # fmt: skip


def drop_masks(model: Model) -> None:
    """Remove from a model the masks that its layers make and hand on by themselves."""
    roots = {_key(source, name) for source, name in _masked(model)}
    if not roots:
        return
    automatic: set[str] = set()
    for made in model.operations:
        if made.is_op and len(made.calls) == 1 and _is_automatic(made, roots, automatic):
            automatic.add(made.name)
    _keep_used(model, automatic)
    for made in model.operations:
        made.calls[:] = [_without(call, automatic) for call in made.calls]
    model.operations[:] = [made for made in model.operations if made.name not in automatic]


def _keep_used(model: Model, automatic: set[str]) -> None:
    """Take out of the automatic operations those that others use, and what these are made of."""
    users = _users(model)
    operations = {made.name: made for made in model.operations}
    used = [name for name in automatic if any(user not in automatic for user in users.get(name, ()))]
    while used:
        name = used.pop()
        if name in automatic:
            automatic.remove(name)
            used += [source.operation for source in sources_of(operations[name].calls[0])]


def _key(source: Source, value: object) -> tuple[Source, object]:
    return source, value


def _masked(model: Model) -> list[tuple[Source, object]]:
    """Return each tensor of which a layer makes a mask, and the value that is masked out."""
    found = []
    for made in model.operations:
        if made.class_name == "Masking":
            value = made.config.get("mask_value", 0.0)
        elif made.config.get("mask_zero") is True:
            value = 0
        else:
            continue
        found += [(source, value) for call in made.calls for source in flatten(call.args[:1])]
    return found


def _is_automatic(made: Operation, roots: set[tuple[Source, object]], automatic: set[str]) -> bool:
    call = made.calls[0]
    sources = sources_of(call)
    if made.class_name == "NotEqual" and len(sources) == 1:
        values = [value for value in (*call.args, *call.kwargs.values()) if not isinstance(value, Source)]
        return any(isinstance(value, int | float) and _key(sources[0], value) in roots for value in values)
    if made.class_name == "OnesLike":
        return True
    return made.class_name in _JOINING and bool(sources) and all(source.operation in automatic for source in sources)


def _users(model: Model) -> dict[str, list[str]]:
    """Return who uses each operation, but for its uses as a mask."""
    users: dict[str, list[str]] = {}
    for made in model.operations:
        for call in made.calls:
            plain = [call.args, [value for key, value in call.kwargs.items() if not is_mask(made, key)]]
            for source in flatten(plain):
                users.setdefault(source.operation, []).append(made.name)
    for source in flatten(model.outputs):
        users.setdefault(source.operation, []).append("")
    return users


def is_mask(made: Operation, key: str) -> bool:
    """Say whether an argument of a call is a mask that layers hand on."""
    if made.is_op:
        return False
    found = catalog.layer(made.class_name)
    if found is None:
        return key == "mask"
    return any(argument.name == key and argument.role == "mask" for argument in found.call)


def _without(call: Call, automatic: set[str]) -> Call:
    kwargs = {}
    for key, value in call.kwargs.items():
        sources = flatten(value)
        if not sources or any(source.operation not in automatic for source in sources):
            kwargs[key] = value
    return call._replace(kwargs=kwargs)
