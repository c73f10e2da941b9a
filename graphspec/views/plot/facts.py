"""What is known of a call, as text and numbers."""

from collections.abc import Mapping, Sequence

from graphspec.graph.ir import Callable
from graphspec.shapes.types import Outputs, TensorType, tensors_of
from graphspec.views.plot.drawing import Card
from graphspec.views.plot.operands import shown_value
from graphspec.views.summary import shown_shape as sizes_of
from graphspec.views.summary import total_of
from graphspec.views.table import shown_shape


def type_of(made: Callable) -> str:
    """Return the class of what is called; a wrapper's with that of the layer inside."""
    inner = made.arguments.get("layer")
    return f"{made.type}({type_of(inner)})" if isinstance(inner, Callable) else made.type


def arguments_of(made: Callable) -> tuple[tuple[str, str], ...]:
    """Return the arguments of what is called, as text."""
    return tuple((name, shown_value(value)) for name, value in made.arguments.items())


def port_of(found: Outputs | None, output: int | str | None) -> Outputs | None:
    """Return the type of one output of a call."""
    if found is None or isinstance(found, TensorType):
        return found
    if isinstance(found, Mapping):
        return found.get("" if output is None else str(output))
    return found[output] if isinstance(output, int) and output < len(found) else found


def shapes_of(found: Outputs | None) -> tuple[str, ...]:
    """Return the shapes of all outputs of a call, as text."""
    return ("?",) if found is None else tuple(shown_shape(sizes_of(item)) for item in tensors_of(found))


def dtype_of(found: Outputs | None) -> str:
    """Return the dtype of the first output of a call."""
    first = next(tensors_of(found), None) if found is not None else None
    return "" if first is None else first.dtype


def are_all_frozen(cards: Sequence[Card]) -> bool:
    """Say whether no card with weights learns."""
    with_weights = [card for card in cards if card.parameters]
    return bool(with_weights) and all(card.is_frozen for card in with_weights)


def group_of(path: str, name: str, kind: str, inside: Sequence[Card], *, last: Card) -> Card:
    """Return a card with cards inside, whose type is that of the last of them."""
    return Card(
        path=path,
        name=name,
        type=kind,
        kind="group",
        family="model",
        shapes=last.shapes,
        dtype=last.dtype,
        parameters=total_of(card.parameters for card in inside),
        is_frozen=are_all_frozen(inside),
        inside=tuple(inside),
        count=sum(card.count or 1 for card in inside),
    )
