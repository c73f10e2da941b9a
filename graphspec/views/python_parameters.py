"""What a function takes: the values that differ between the places of a block, under the names they have there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graphspec.frontend.document import BlockSpec
from graphspec.graph.ir import Value
from graphspec.views.python_calls import frozen
from graphspec.views.python_names import Names
from graphspec.views.python_params import defaults_of, products_in
from graphspec.views.python_patterns import NAME, Function, Parameter, Pattern, Slot, Style, default_of
from graphspec.views.python_wording import Term, worded

_MISSING = "(missing)"
_Rows = dict[tuple[object, ...], list[str]]


def settle(function: Function, slots: Mapping[str, Sequence[Slot]], taken: Iterable[str]) -> None:
    """Make values that differ between the places of a function its parameters; values that go together are one."""
    given = params_of(function)
    params = {name: [repr(value) for value in values] for name, values in given.items()}
    rows: _Rows = {}
    for key, row in slots.items():
        told = [repr(slot.value) for slot in row]
        found = worded([slot.value for slot in row], given) if row[0].style.is_name else None
        if len(set(told)) == 1:
            function.constants[key] = row[0].value
        elif found is None or told in params.values():
            rows.setdefault((row[0].style.is_exact, row[0].style.tables, *told), []).append(key)
        else:
            function.worded[key] = found
    slots = {**slots, **_slots_of_params(function, given, rows)}
    block = _block_of(function)
    defaults = {} if block is None else defaults_of(block)
    function.tensors = _names_of_inputs(function, taken)
    names = Names((*taken, *function.tensors))
    chosen = _names(rows.values(), slots, params, names)
    for keys in rows.values():
        row = slots[keys[0]]
        name = chosen[keys[0]]
        style = replace(row[0].style, is_name=any(slots[key][0].style.is_name for key in keys))
        default = () if name == NAME else _default(row, defaults.get(name))
        made = Parameter(name, style, tuple(slot.value for slot in row), default)
        function.parameters.append(made)
        function.chosen |= dict.fromkeys(keys, made)
    if block is not None:
        _find_products(function, products_in(block))
    function.parameters.sort(key=lambda item: len(item.default))


def params_of(function: Function) -> dict[str, list[Value]]:
    """Return the values of the params of a block in each place."""
    uses = [place.source.graph.uses.get(place.region.path) for place in function.places]
    known = [use.params for use in uses if use is not None]
    if len(known) < len(uses):
        return {}
    shared = [name for name in known[0] if all(name in params for params in known)]
    return {name: [frozen(params[name]) for params in known] for name in shared}


def _block_of(function: Function) -> BlockSpec | None:
    """Return the block that every place of a function is a use of."""
    uses = [place.source.graph.uses.get(place.region.path) for place in function.places]
    return None if uses[0] is None or None in uses else uses[0].block


def _slots_of_params(function: Function, given: Mapping[str, Sequence[Value]], rows: _Rows) -> dict[str, list[Slot]]:
    """Return the values of the params that word others, and add them to the rows."""
    found: dict[str, list[Slot]] = {}
    terms = [part for parts in function.worded.values() for part in (parts if isinstance(parts, tuple) else (parts,))]
    for name in dict.fromkeys(part.param for part in terms if isinstance(part, Term)):
        key, values = f"${name}", given[name]
        told = tuple(repr(value) for value in values)
        found[key] = [Slot(value, Style(is_name=True), name, "") for value in values]
        same = next((row for row in rows if row[1:] == (0, *told)), (True, 0, *told))
        rows.setdefault(same, []).append(key)
    return found


def _names(
    rows: Iterable[Sequence[str]],
    slots: Mapping[str, Sequence[Slot]],
    params: Mapping[str, Sequence[str]],
    names: Names,
) -> dict[str, str]:
    """Return a name for each parameter by the first key of it: first for those that the block has a name for."""
    found: dict[str, str] = {}
    others: list[Sequence[str]] = []
    for keys in rows:
        told = [repr(slot.value) for slot in slots[keys[0]]]
        same = [name for name, values in params.items() if values == told]
        own = [slots[key][0].name for key in keys]
        if same:
            found[keys[0]] = names.new(next((name for name in own if name in same), same[0]))
        else:
            others.append(keys)
    for keys in others:
        found[keys[0]] = names.new(_wanted(slots[keys[0]][0], names))
    return found


def _wanted(slot: Slot, names: Names) -> str:
    """Return the name of an argument, with that of its node where it is taken."""
    node = next((part for part in reversed(slot.node.split(".")) if not part.isdecimal()), "")
    return f"{node}_{slot.name}" if node and names.has(slot.name) else slot.name


def slots_of(places: Sequence[Pattern]) -> dict[str, list[Slot]]:
    """Return the values of all places by what they are values of; where one says nothing, it is Keras' default."""
    known: dict[str, Slot] = {}
    for place in places:
        for key, slot in place.slots.items():
            known.setdefault(key, slot)
    missing = {key: default_of(slot) or (_MISSING,) for key, slot in known.items()}
    return {
        key: [
            place.slots.get(key) or Slot(missing[key][0], slot.style, slot.name, slot.node, slot.owner)
            for place in places
        ]
        for key, slot in known.items()
    }


def _find_products(function: Function, products: Iterable[tuple[int, str]]) -> None:
    """Do without the parameters that are, in every place, what the block itself says is a multiple of another."""
    named = {parameter.name: parameter for parameter in function.parameters}
    for factor, name in sorted(products):
        base = named.get(name)
        bases = [made for _, made in function.products.values()]
        multiple = [repr(factor * value) if type(value) is int else "" for value in (base.values if base else ())]
        for other in [*function.parameters]:
            is_multiple = (
                not other.style.tables
                and not other.style.is_name
                and [repr(value) for value in other.values] == multiple
            )
            if base not in function.parameters or other is base or other in bases or not is_multiple:
                continue
            keys = [key for key, made in function.chosen.items() if made is other]
            for key in keys:
                del function.chosen[key]
            function.products |= dict.fromkeys(keys, (factor, base))
            function.parameters.remove(other)


def _default(row: Sequence[Slot], said: object) -> tuple[Value, ...]:
    """Return the default of a parameter: the block's, else Keras', as far as any of the places has that value."""
    if row[0].style.tables:
        return ()
    known = ((frozen(said),) if said is not None else ()) + default_of(row[0])
    told = {repr(slot.value) for slot in row}
    return next(((value,) for value in known if repr(value) in told and not isinstance(value, tuple)), ())


def _names_of_inputs(function: Function, taken: Iterable[str]) -> tuple[str, ...]:
    model = function.model
    use = model.source.graph.uses.get(model.region.path)
    inputs = {} if use is None else use.inputs
    names = Names(taken)
    wanted = [
        inputs.get(tensor.node) or inputs.get(f"{tensor.node}.{tensor.output}") or "x" for tensor in model.tensors
    ]
    return tuple(names.new(name) for name in wanted)
