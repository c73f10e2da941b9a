"""The inputs and outputs of two models."""

from collections.abc import Iterator

from graphspec.views.diff.changes import Change, ChangeClass, Detail
from graphspec.views.diff.level import BEHAVIOUR, Level
from graphspec.views.diff.snapshot import InputFact, Snapshot, Wire
from graphspec.views.diff.wiring import Wiring


def compare_inputs(part: Level, feeding: list[Change], *, is_whole: bool) -> None:
    """Find what changed in the inputs; of a nested model ``feeding`` has made the types of inputs others."""
    flags: set[ChangeClass] = {"interface"} if is_whole else set(BEHAVIOUR)
    olds = {item.name: item for item in part.old.inputs}
    for item in part.new.inputs:
        before = olds.pop(part.found.back.get(item.name, ""), None)
        if before is None:
            change = Change(kind="added", where=part.prefix + item.name, type="Input", flags=set(flags),
                            details=[Detail("type", None, item.type)], new_span=item.span)  # fmt: skip
            part.taint[item.name] = [part.record.add(change)]
            continue
        _compare_input(part, before, item, feeding, flags)
    for item in olds.values():
        part.record.add(Change(kind="removed", where=part.prefix + item.name, type="Input", flags=set(flags),
                               details=[Detail("type", item.type, None)], old_span=item.span))  # fmt: skip


def _compare_input(part: Level, old: InputFact, new: InputFact, feeding: list[Change], flags: set[ChangeClass]) -> None:
    is_inherited = bool(feeding) and old.declared == new.declared
    details = list(_input_details(old, new, is_inherited=is_inherited))
    change = None
    if details:
        only_names = all(detail.what == "shape" for detail in details)
        own_flags: set[ChangeClass] = {"cosmetic"} if only_names else set(flags)
        change = Change(kind="changed", where=part.prefix + new.name, type="Input", details=details, flags=own_flags,
                        old_span=old.span, new_span=new.span)  # fmt: skip
        part.record.add(change)
    if old.type != new.type:
        causes = [*([change] if change is not None else []), *feeding]
        part.taint[new.name] = causes


def _input_details(old: InputFact, new: InputFact, *, is_inherited: bool) -> Iterator[Detail]:
    if old.name != new.name:
        yield Detail("name", old.name, new.name)
    if old.type != new.type and not is_inherited:
        yield Detail("type", old.type, new.type)
    elif old.declared != new.declared and old.type == new.type:
        # To Keras these are the same: a size with a name is any size.
        yield Detail("shape", old.declared, new.declared)
    if old.more != new.more:
        yield Detail("options", dict(old.more), dict(new.more))


def compare_outputs(part: Level, *, is_whole: bool) -> None:
    """Find what changed in the outputs, and which changes of nodes have made their types others."""
    wiring = Wiring(*part.sides, part.found, part.added, part.removed)
    pairs = _paired(part)
    for old, new in pairs:
        _compare_output(part, old, new, wiring, is_whole=is_whole)
    came = [name for name in part.new.outputs if name not in {new for _, new in pairs}]
    went = [name for name in part.old.outputs if name not in {old for old, _ in pairs}]
    flags: set[ChangeClass] = {"interface"} if is_whole else set(BEHAVIOUR)
    for name in came:
        part.record.add(Change(kind="added", where=part.prefix + name, type="output", flags=set(flags),
                               details=[Detail("type", None, part.new.output_types[name])]))  # fmt: skip
    for name in went:
        part.record.add(Change(kind="removed", where=part.prefix + name, type="output", flags=set(flags),
                               details=[Detail("type", part.old.output_types[name], None)]))  # fmt: skip
    _compare_form(part, pairs, flags)


def _compare_form(part: Level, pairs: list[tuple[str, str]], flags: set[ChangeClass]) -> None:
    """Find whether the outputs come in another form, or in another order where they are a list."""
    details = []
    if part.old.form != part.new.form:
        details.append(Detail("form", part.old.form, part.new.form))
    elif part.new.form == "list":
        renamed = dict(pairs)
        before = [renamed[name] for name in part.old.outputs if name in renamed]
        now = [name for name in part.new.outputs if name in set(renamed.values())]
        if before != now:
            details.append(Detail("order", list(part.old.outputs), list(part.new.outputs)))
    if details:
        part.record.add(Change(kind="changed", where=f"{part.prefix}outputs", details=details, flags=set(flags),
                               old_span=part.old.span, new_span=part.new.span))  # fmt: skip


def _paired(part: Level) -> list[tuple[str, str]]:
    """Return which output is which: by name, then by what it is the output of."""
    pairs = [(name, name) for name in part.old.outputs if name in part.new.outputs]
    taken = {name for name, _ in pairs}
    free = {wire: name for name, wire in part.new.outputs.items() if name not in taken}
    for name, (node, port) in part.old.outputs.items():
        wire: Wire = part.found.forward.get(node, ""), port
        if name not in taken and wire in free:
            pairs.append((name, free.pop(wire)))
    if len(part.old.outputs) == len(part.new.outputs) == 1 and not pairs:
        pairs.append((next(iter(part.old.outputs)), next(iter(part.new.outputs))))
    return pairs


def _compare_output(part: Level, old: str, new: str, wiring: Wiring, *, is_whole: bool) -> None:
    flags: set[ChangeClass] = {"interface"} if is_whole else set(BEHAVIOUR)
    if old != new and not _is_named_after_model(part, old, new):
        part.record.add(Change(kind="changed", where=part.prefix + new, type="output", flags=set(flags),
                               details=[Detail("name", old, new)]))  # fmt: skip
    before, now = part.old.outputs[old], part.new.outputs[new]
    verdict, explaining = wiring.judge((before,), (now,))
    source = None
    if verdict == "rewired":
        detail = Detail("from", _shown(before), _shown(now))
        source = part.record.add(Change(kind="rewired", where=part.prefix + new, type="output", details=[detail],
                                        flags=set(BEHAVIOUR)))  # fmt: skip
    types = part.old.output_types[old], part.new.output_types[new]
    if types[0] == types[1] or not is_whole:
        return
    causes = [source] if source is not None else [*part.taint.get(now[0], ()), *explaining]
    detail = Detail(new, *types)
    for change in {id(item): item for item in causes}.values():
        change.outputs.append(detail)
    if not causes:
        part.record.add(Change(kind="changed", where=new, type="output", flags={"interface"},
                               details=[Detail("type", *types)]))  # fmt: skip


def _is_named_after_model(part: Level, old: str, new: str) -> bool:
    """Say whether an output is, before and after, that of a call of one nested model, which names it in Keras."""
    if part.new.form == "mapping" or part.new.form != part.old.form:
        return False
    before, now = part.old.outputs[old], part.new.outputs[new]
    if part.found.forward.get(before[0]) != now[0] or before[1] != now[1]:
        return False
    return all(_is_call_of_model(side, wire) for side, wire in ((part.old, before), (part.new, now)))


def _is_call_of_model(side: Snapshot, wire: Wire) -> bool:
    node = next((node for node in side.nodes if node.name == wire[0]), None)
    layer = None if node is None or node.kind != "call" else side.layers.get(node.type)
    return layer is not None and layer.model is not None


def _shown(wire: Wire) -> str:
    return f"{wire[0]}.{wire[1]}" if wire[1] else wire[0]
