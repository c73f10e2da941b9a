"""Which functions the blocks of a spec become: places where a block is used and that are alike share one."""

from collections.abc import Iterable, Iterator, Sequence

from graphspec.graph.ir import Node, Tensor, Value
from graphspec.views.python_loops import Naming, Segment, segments
from graphspec.views.python_names import Names
from graphspec.views.python_parameters import params_of, settle, slots_of
from graphspec.views.python_patterns import (
    NAME,
    Call,
    Function,
    Item,
    Output,
    Pattern,
    Run,
    Slot,
    Source,
    Style,
    relative,
)
from graphspec.views.python_reading import read
from graphspec.views.python_regions import Region
from graphspec.views.python_wording import worded

_MOST_NAMED = 2
INDEX = "index"
_OWN_NAMES = (INDEX, NAME)


class Plan:
    """What the graphs of one module become: functions, calls of them, and loops."""

    def __init__(self, sources: Sequence[Source], taken: Iterable[str]) -> None:
        """Find the functions of all the blocks, the innermost first; their names are others than those taken."""
        self.own_names = _OWN_NAMES
        self.taken_beside_names = {*taken, INDEX}
        self.taken = {*self.taken_beside_names, NAME}
        self.functions: list[Function] = []
        self.bodies: dict[Source, Function] = {}
        self.segments: dict[tuple[Function, str], list[Segment]] = {}
        self.places: dict[Region, Pattern] = {}
        self.inside: dict[Region, list[Item]] = {}
        self.carried: dict[Function, tuple[int | None, ...]] = {}
        levels: dict[int, list[tuple[Region, Source]]] = {}
        for source in sources:
            _level(source.top, source, levels)
        for height in sorted(levels):
            self._level(levels[height])
        self._name_functions()

    def _level(self, regions: Sequence[tuple[Region, Source]]) -> None:
        """Plan regions of which none is inside another."""
        for region, _ in sorted(regions, key=lambda item: -len(item[0].items)):
            is_loop = region.kind == "copies" and not any(isinstance(item, Node) for item in region.items)
            self.inside[region] = list(self._copies(region) if is_loop else self._items(region))
        alike: dict[tuple[str, str], list[Pattern]] = {}
        for region, source in regions:
            if region.kind == "copies":
                continue
            pattern = Pattern(region, source, self.inside[region])
            read(pattern)
            if region.kind == "graph":
                self.bodies[source] = self._settled(Function("", is_inline=False, places=[pattern], outputs=[]))
            else:
                alike.setdefault((f"{region.kind} {region.block}", pattern.skeleton), []).append(pattern)
        for places in alike.values():
            if len(places) > 1:
                self._function(places)

    def _function(self, places: list[Pattern]) -> None:
        first = places[0].region
        function = Function(first.block, is_inline=first.kind == "copy", places=places, outputs=_outputs(places))
        for number, place in enumerate(places):
            place.function, place.number = function, number
            self.places[place.region] = place
        self.functions.append(self._settled(function))

    def _items(self, region: Region) -> Iterator[Item]:
        """Yield what is in a region, with what is in those regions inside that become no function."""
        for item in region.items:
            if isinstance(item, Node):
                yield item
            elif item in self.places and item.kind == "block":
                yield Call(item.path, self.places[item])
            else:
                yield from self.inside[item]

    def _copies(self, region: Region) -> Iterator[Item]:
        run: Run | None = None
        for item in region.inner:
            place = self.places.get(item)
            if run is not None and place is not None and self._continues(run, place):
                continue
            yield from self._ended(run, region)
            run = None if place is None else Run(region.path, _number(item), [place], ())
            if place is None:
                yield from self.inside[item]
        yield from self._ended(run, region)

    def _continues(self, run: Run, place: Pattern) -> bool:
        """Add a copy to a run, if it is like those before and takes from the last one what they took."""
        before, first = run.patterns[-1], run.pattern
        if place.function is not before.function or place.layers != before.layers or _number(place.region) != run.last:
            return False
        made = before.outputs()
        carried = tuple(made.index(tensor) if tensor in made else None for tensor in place.tensors)
        stay = [
            tensor == other
            for tensor, other, output in zip(place.tensors, first.tensors, carried, strict=True)
            if output is None
        ]
        taken = [output for output in carried if output is not None]
        if len(set(taken)) < len(taken) or not all(stay) or (len(run.patterns) > 1 and carried != run.carried):
            return False
        run.carried = carried
        run.patterns.append(place)
        return True

    def _ended(self, run: Run | None, region: Region) -> Iterator[Item]:
        if run is None:
            return
        place, function = run.pattern, run.pattern.function
        if function is None:
            return
        if len(run.patterns) > 1:
            self.carried.setdefault(function, run.carried)
        elif len(region.items) > 1 and not function.is_inline and function not in self.carried:
            yield Call(place.region.path, place)
            return
        else:
            simple = (0,) if len(place.tensors) == len(function.outputs) == 1 else (None,) * len(place.tensors)
            run.carried = self.carried.get(function, simple)
        yield run

    def _settled(self, function: Function) -> Function:
        """Find which values of a function differ between its places, and make them its parameters."""
        slots = slots_of(function.places)
        for item in function.model.items:
            if isinstance(item, Run):
                slots |= self._slots_of_run(function, item)
                if not self._needs_stop(function, item):
                    del slots[f"{function.model.key(item)}:stop"]
        settle(function, slots, self.taken if function.follows else self.taken_beside_names)
        return function

    def _slots_of_run(self, function: Function, run: Run) -> dict[str, list[Slot]]:
        """Return the values that a run takes, as they are found in each place: once a segment."""
        key = function.model.key(run)
        model = run.pattern.function
        count = 0 if model is None else len(model.parameters)
        rows = [[place.varying[f"{key}({number})"] for place in function.places] for number in range(count)]
        lengths = [_int(place.slots[f"{key}:stop"].value) - run.first for place in function.places]
        vectors = [[[slot.value for slot in slots] for slots in row] for row in rows]
        params = params_of(function)
        naming = Naming(
            [number for number, row in enumerate(rows) if row[0][0].style.is_name],
            lambda values: len(set(map(repr, values))) == 1 or worded(values, params) is not None,
        )
        found = self.segments[function, key] = segments(vectors, lengths, run.first, naming)
        result: dict[str, list[Slot]] = {}
        for segment in found:
            for number, formula in enumerate(segment.formulas):
                slot = rows[number][0][0]
                style, name = slot.style, slot.name
                if formula.kind == "table":
                    style, name = Style(style.argument, style.is_exact, style.tables + 1), f"{name}s"
                result[f"{key}({number})@{segment.first}"] = [
                    Slot(value, style, name, slot.node) for value in formula.values
                ]
        return result

    def _needs_stop(self, function: Function, run: Run) -> bool:
        """Say whether a loop counts up to the number of the copies: a table has as many rows as there are copies."""
        return any(
            segment.is_loop and all(formula.kind != "table" for formula in segment.formulas)
            for segment in self.segments[function, function.model.key(run)]
        )

    def _name_functions(self) -> None:
        used = {parameter.name for function in self.functions for parameter in function.parameters}
        used |= {name for function in self.functions for name in function.tensors}
        names = Names((*self.taken, *used))
        blocks: dict[str, list[Function]] = {}
        for function in self.functions:
            if not function.is_inline:
                blocks.setdefault(function.block, []).append(function)
        for block, made in blocks.items():
            made.sort(key=lambda item: -len(item.places))
            for function in made:
                function.name = names.new(block + _difference(function, made[0]))

    @property
    def names(self) -> set[str]:
        """Return the names of the functions."""
        return {function.name for function in self.functions if function.name}


def _level(region: Region, source: Source, levels: dict[int, list[tuple[Region, Source]]]) -> int:
    """Note how many regions there are inside each other in a region, and return it."""
    height = max((_level(item, source, levels) + 1 for item in region.inner), default=0)
    levels.setdefault(height, []).append((region, source))
    return height


def _number(copy: Region) -> int:
    return int(copy.path.rpartition(".")[2]) - 1


def _int(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _outputs(places: Sequence[Pattern]) -> list[Output]:
    """Return what is used of any of the places outside of it, in the order in which it is made."""
    made = [places[0].output(tensor)[0] for tensor in _made(places[0])]
    found = dict.fromkeys(
        place.output(tensor) for place in places for tensor in place.source.needed_after.get(place.region, ())
    )
    return sorted(found, key=lambda item: (made.index(item[0]), str(item[1])))


def _made(place: Pattern) -> list[Tensor]:
    result: list[Tensor] = []
    for item in place.items:
        if isinstance(item, Node):
            result.append(Tensor(item.name))
        else:
            result += [tensor for copy in item.patterns for tensor in copy.outputs()]
    return result


def _difference(function: Function, plain: Function) -> str:
    """Return what to call a function by what it has, or lacks, of another one of the same block."""
    own, other = (_heads(item) for item in (function, plain))
    more, less = [name for name in own if name not in other], [name for name in other if name not in own]
    if not less and 0 < len(more) <= _MOST_NAMED:
        return f"_with_{'_and_'.join(more)}"
    return f"_without_{'_and_'.join(less)}" if not more and 0 < len(less) <= _MOST_NAMED else ""


def _heads(function: Function) -> list[str]:
    place = function.model
    names = [relative(node.name, place.region.path).partition(".")[0] for node in place.region.nodes()]
    return list(dict.fromkeys(name for name in names if name))
