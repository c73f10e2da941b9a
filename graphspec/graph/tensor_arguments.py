"""Is what a call of a layer gets as a tensor one? Pure: the rules then need not ask."""

from collections.abc import Mapping

from graphspec.catalog import catalog
from graphspec.catalog.catalog import CallArgument
from graphspec.graph.ir import Callable
from graphspec.shapes.types import Argument, ShapeError, TensorType, UnknownEffectError

# Layers whose mask may be a list of them.
_TAKE_MASKS = frozenset(
    {"AdditiveAttention", "Attention", "Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN", "TimeDistributed"}
)
# The layer whose states are a list for each of its cells.
_TAKE_LISTS = frozenset({"StackedRNNCells"})


def check_tensors(made: Callable, args: list[Argument], kwargs: Mapping[str, Argument]) -> None:
    """Raise ShapeError where several tensors, or none, stand for one, and UnknownEffectError where a number does.

    What Keras makes of a number there, no rule says.
    """
    if not kwargs and all(isinstance(value, TensorType) for value in args):
        return
    if any(_holds_literal(value) for value in args):
        raise UnknownEffectError
    found = catalog.layer(made.type) if made.kind == "layer" else None
    declared = found.call if found is not None else ()
    named = [(argument, kwargs[argument.name]) for argument in declared if argument.name in kwargs]
    for argument, value in [*zip(declared, args, strict=False), *named]:
        if argument.role == "tensor" and isinstance(value, tuple | Mapping):
            raise ShapeError(f"takes one tensor, not {len(value)}", help="choose one by its number, as in name.0")
        if argument.role == "mask" and isinstance(value, tuple | Mapping) and made.type not in _TAKE_MASKS:
            raise ShapeError(f'takes one tensor as "{argument.name}", not {len(value)}')
        if argument.role == "tensors" and isinstance(value, tuple):
            _check_elements(argument, value, takes_lists=not argument.required or made.type in _TAKE_LISTS)
        if argument.role == "tensor" and argument.required and value is None:
            raise ShapeError(f'needs a tensor as "{argument.name}", not null')
        if argument.role != "literal" and _holds_literal(value):
            raise UnknownEffectError


def _check_elements(argument: CallArgument, values: tuple[Argument, ...], *, takes_lists: bool) -> None:
    for value in values:
        if value is None or isinstance(value, Mapping) or (isinstance(value, tuple) and not takes_lists):
            shown = "null" if value is None else "a list" if isinstance(value, tuple) else "a mapping"
            raise ShapeError(
                f'takes tensors as "{argument.name}", and {shown} is none',
                help="remove the null" if value is None else "name each of them in the one list",
            )


def _holds_literal(value: Argument) -> bool:
    if isinstance(value, tuple):
        return any(_holds_literal(item) for item in value)
    return isinstance(value, bool | int | float | str)
