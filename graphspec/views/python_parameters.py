"""What a function takes: the values that differ between the places of a block, under the names they have there."""

from collections.abc import Iterable, Mapping, Sequence

from graphspec.graph.ir import Value
from graphspec.views.python_calls import frozen
from graphspec.views.python_names import Names
from graphspec.views.python_params import defaults_of, products_in
from graphspec.views.python_patterns import Function, Parameter, Pattern, Slot, default_of

_MISSING = "(missing)"


def settle(function: Function, slots: Mapping[str, Sequence[Slot]], taken: Iterable[str]) -> None:
    """Make values that differ between the places of a function its parameters; values that go together are one."""
    rows: dict[tuple[object, ...], list[str]] = {}
    for key, row in slots.items():
        told = [repr(slot.value) for slot in row]
        if len(set(told)) == 1:
            function.constants[key] = row[0].value
        else:
            rows.setdefault((row[0].style.is_exact, row[0].style.tables, *told), []).append(key)
    uses = [place.source.graph.uses.get(place.region.path) for place in function.places]
    known = [use for use in uses if use is not None]
    is_block = len(known) == len(uses)
    params = _vectors([use.params for use in known]) if is_block else {}
    defaults = defaults_of(known[0].block) if is_block else {}
    function.tensors = _names_of_inputs(function, taken)
    names = Names((*taken, *function.tensors))
    chosen = _names(rows.values(), slots, params, names)
    for keys in rows.values():
        row = slots[keys[0]]
        name = chosen[keys[0]]
        made = Parameter(name, row[0].style, tuple(slot.value for slot in row), _default(row, defaults.get(name)))
        function.parameters.append(made)
        function.chosen |= dict.fromkeys(keys, made)
    if is_block:
        _find_products(function, products_in(known[0].block))
    function.parameters.sort(key=lambda item: len(item.default))


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
            is_multiple = not other.style.tables and [repr(value) for value in other.values] == multiple
            if base not in function.parameters or other is base or other in bases or not is_multiple:
                continue
            keys = [key for key, made in function.chosen.items() if made is other]
            for key in keys:
                del function.chosen[key]
            function.products |= dict.fromkeys(keys, (factor, base))
            function.parameters.remove(other)


def _vectors(params: Sequence[Mapping[str, object]]) -> dict[str, list[str]]:
    """Return the values of the params of a block in each place, as text."""
    shared = [name for name in params[0] if all(name in given for given in params)]
    return {name: [repr(frozen(given[name])) for given in params] for name in shared}


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
