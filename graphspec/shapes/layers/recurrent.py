"""Cells, the recurrent layers that run them over time, and stacks of cells."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import Union

from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import Count, Dimension, differ, plus, show, times
from graphspec.shapes.dtypes import is_float
from graphspec.shapes.nested import effect_inside
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import (
    Argument,
    Effect,
    LayerType,
    Outputs,
    ShapeError,
    TensorType,
    UnknownEffectError,
    Weight,
    need_rank,
    need_size,
)

_SEQUENCES = (
    "a recurrent layer takes (batch, time, features); one that follows another needs that one's return_sequences: true"
)
_MASKED_AXES = 2  # the batch and the time
_FEATURES = "give the last dimension a size"

_UNFIT = {"glu": "halves what it is given", "threshold": "has no value to compare with"}

# What a cell hands on from step to step: the size of its state, or those of its states.
StateSizes = Union[int, tuple["StateSizes", ...]]  # noqa: UP007 - it refers to itself
CellCall = Callable[[TensorType, Argument], Effect]


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of cell; ``operations`` counts those that one unit takes in a step beside products and biases."""

    gates: int
    states: int
    operations: int


# Operations: the sum of the two products and the activation of every gate; then what mixes gates and states.
CELLS = {
    "SimpleRNNCell": Cell(gates=1, states=1, operations=2),
    "GRUCell": Cell(gates=3, states=1, operations=11),
    "LSTMCell": Cell(gates=4, states=2, operations=13),
}
RECURRENT = frozenset({"SimpleRNN", "GRU", "LSTM", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})


def cell_step(layer: LayerType, inputs: TensorType, states: Argument) -> Effect:
    """Return the effect of a cell: ``(batch, features)`` and its states -> the output and the new states.

    FLOPs: a multiply-add for each weight, an addition for each bias, and the kind's operations for each unit.
    Source: https://arxiv.org/abs/1406.1078 (GRU), https://doi.org/10.1162/neco.1997.9.8.1735 (LSTM)
    """
    cell, units = CELLS[layer.type], layer["units"]
    need_rank(inputs, 2, help="a cell takes one step of a sequence: (batch, features)")
    if layer.type == "SimpleRNNCell":
        check_dropout(layer, inputs)
    _check_activations(layer)
    given = states if isinstance(states, tuple) else (states,)
    if len(given) < cell.states:
        raise ShapeError(f"needs {cell.states} states and gets {len(given)}")
    for state in given[: cell.states]:
        _check_state(state, units)
    features = need_size(inputs, -1, help=_FEATURES)
    own = _cell_weights(layer, cell, features)
    biases = sum(prod(weight.shape) for weight in own[2:])
    flops = 2 * cell.gates * units * (features + units) + biases + cell.operations * units
    first = TensorType((inputs.shape[0], units), layer.compute_dtype)
    output = TensorType(broadcast(first, *given[: cell.states], verb="go on from"), layer.compute_dtype)
    after = (output,) * cell.states if isinstance(states, tuple) else output
    return Effect((output, after), own + activation_weights(layer, output), flops)


def _check_activations(layer: LayerType) -> None:
    for name in ("activation", "recurrent_activation"):
        given = layer.arguments.get(name)
        if isinstance(given, str) and given in _UNFIT:
            raise ShapeError(f'cannot have the {name} "{given}", which {_UNFIT[given]}')


def activation_weights(layer: LayerType, state: TensorType) -> tuple[Weight, ...]:
    """Return the weights of activations that are layers, as PReLU is."""
    activations = [layer["activation"], layer.arguments.get("recurrent_activation")]
    return tuple(
        weight
        for inner in activations
        if isinstance(inner, LayerType)
        for weight in effect_inside(inner, state).weights
    )


def _check_state(state: Argument, units: int) -> None:
    if not isinstance(state, TensorType):
        raise ShapeError("takes one tensor for each state of a cell, not a list", help=f"a state is (batch, {units})")
    need_rank(state, 2, help=f"a state is (batch, {units})")
    if differ(state.shape[1], units):
        raise ShapeError(f"has {units} units, so its states are (batch, {units}), not ", state)


def _cell_weights(layer: LayerType, cell: Cell, features: int) -> tuple[Weight, ...]:
    units, width, dtype = layer["units"], cell.gates * layer["units"], layer.variable_dtype
    weights = [Weight("kernel", (features, width), dtype), Weight("recurrent_kernel", (units, width), dtype)]
    if layer["use_bias"]:
        # The reset gate after the product needs a bias for each of the two products.
        is_double = layer.type == "GRUCell" and layer["reset_after"]
        weights.append(Weight("bias", (2, width) if is_double else (width,), dtype))
    return tuple(weights)


def stacked_cells(layer: LayerType, inputs: TensorType, states: Argument) -> Effect:
    """Return the effect of cells in a stack, each fed by the one before; ``states`` holds those of each cell."""
    return _stack(layer["cells"], inputs, states)


def _stack(cells: tuple[LayerType, ...], inputs: TensorType, states: Argument) -> Effect:
    for cell in cells:
        _sizes_of(cell)
    if not isinstance(states, tuple) or len(states) < len(cells):
        given = len(states) if isinstance(states, tuple) else 1
        raise ShapeError(f"has {len(cells)} cells, and gets states for {given}")
    output, new = inputs, list[Argument]()
    weights: list[Weight] = []
    flops: Count = 0
    for cell, given in zip(cells, states, strict=False):
        effect = effect_inside(cell, output, given if isinstance(given, tuple) else (given,))
        output, after = _output_and_states(effect)
        weights += effect.weights
        flops = plus(flops, effect.flops)
        new.append(after if isinstance(given, tuple) else after[0])
    return Effect((output, new[0] if len(new) == 1 else tuple(new)), tuple(weights), flops)


def _output_and_states(effect: Effect) -> tuple[TensorType, Argument]:
    outputs: Argument = effect.outputs
    return outputs[0], outputs[1]


def recurrent(layer: LayerType, sequences: TensorType, initial_state: Argument = None, mask: Argument = None) -> Effect:
    """Return the effect of SimpleRNN, GRU or LSTM: the step of its cell at each time."""
    cell = replace(layer, type=f"{layer.type}Cell")
    need_rank(sequences, 3, help=_SEQUENCES)
    check_dropout(cell, sequences)
    sizes = _sizes_of(cell)
    given = initial_state
    if isinstance(given, tuple) and layer.type == "GRU":
        given = given[:1]
    return run(layer, sequences, given, mask, sizes, lambda inputs, states: cell_step(cell, inputs, states))


def rnn(layer: LayerType, sequences: TensorType, initial_state: Argument = None, mask: Argument = None) -> Effect:
    """Return the effect of RNN: the step of its cell, or of a stack of cells, at each time."""
    cell = layer["cell"]
    sizes = tuple(_sizes_of(item) for item in cell) if isinstance(cell, tuple) else _sizes_of(cell)
    need_rank(sequences, 3, help=_SEQUENCES)
    check_dropout(_first_cell(cell), sequences)

    def step(inputs: TensorType, states: Argument) -> Effect:
        return _stack(cell, inputs, states) if isinstance(cell, tuple) else effect_inside(cell, inputs, states)

    return run(layer, sequences, initial_state, mask, sizes, step)


def _first_cell(cell: LayerType | tuple[LayerType, ...]) -> LayerType:
    if not cell:
        raise ShapeError("needs a cell, and gets an empty list of them")
    if isinstance(cell, tuple):
        return _first_cell(cell[0])
    return _first_cell(cell["cells"]) if cell.type == "StackedRNNCells" else cell


def check_dropout(layer: LayerType, inputs: TensorType) -> None:
    """Raise ShapeError where Keras would make a dropout mask, as it does even without training, for whole numbers."""
    if layer["dropout"] > 0 and not is_float(inputs.dtype):
        raise ShapeError(f"has dropout, which needs floating numbers, not {inputs.dtype}: ", inputs)


def _sizes_of(cell: LayerType) -> StateSizes:
    if cell.type == "StackedRNNCells":
        return tuple(_sizes_of(item) for item in cell["cells"])
    if cell.type in RECURRENT:
        raise UnknownEffectError
    if cell.type not in CELLS:
        raise ShapeError(
            f"needs a cell, and {cell.type} is none", help=f"the cells are {', '.join(CELLS)} and StackedRNNCells"
        )
    states = CELLS[cell.type].states
    return cell["units"] if states == 1 else (cell["units"],) * states


def run(
    layer: LayerType, sequences: TensorType, initial_state: Argument, mask: Argument, sizes: StateSizes, step: CellCall
) -> Effect:
    """Return the effect of a step at each time of sequences."""
    states = sizes if isinstance(sizes, tuple) else (sizes,)
    batch, steps = sequences.shape[:2]
    check_stateful(layer, sequences)
    check_time_mask(sequences, mask)
    inputs = TensorType((batch, *sequences.shape[2:]), sequences.dtype)
    given = _initial_states(layer, initial_state, states, batch)
    effect = step(inputs, given)
    output, _ = _output_and_states(effect)
    dtype = layer.compute_dtype
    result = TensorType((batch, steps, *output.shape[1:]) if layer["return_sequences"] else output.shape, dtype)
    flops = times(steps, effect.flops)
    if not layer["return_state"]:
        return Effect(result, effect.weights, flops)
    final = tuple(_zeros(size, batch, dtype) for size in states)
    return Effect((result, *final), effect.weights, flops)


def check_stateful(layer: LayerType, sequences: TensorType) -> None:
    """Raise ShapeError where states are kept from call to call for a batch of no known size."""
    if layer["stateful"] and sequences.shape[0] is None:
        raise ShapeError(
            "is stateful, so its batch needs a size; it gets ", sequences, help="give the input a batch_size"
        )


def check_time_mask(inputs: TensorType, mask: Argument) -> None:
    """Raise ShapeError unless a mask has the batch and the time of what it masks."""
    if not isinstance(mask, TensorType):
        return
    shown = ("cannot mask ", inputs, " with ", mask)
    if mask.rank < _MASKED_AXES:
        raise ShapeError(*shown, ": a mask has the batch and the time")
    for axis in range(_MASKED_AXES):
        if differ(inputs.shape[axis], mask.shape[axis]):
            raise ShapeError(*shown, f": dimension {axis} is {show(inputs.shape[axis])} and {show(mask.shape[axis])}")


def _initial_states(layer: LayerType, given: Argument, states: tuple[StateSizes, ...], batch: Dimension) -> Argument:
    if given is None:
        return tuple(_zeros(size, batch, layer.compute_dtype) for size in states)
    found = given if isinstance(given, tuple) else (given,)
    if layer.arguments.get("unroll"):
        found = found[: len(states)]
    if len(found) != len(states):
        raise ShapeError(f"starts from {len(states)} state{'s' * (len(states) > 1)}, and gets {len(found)}")
    return found


def _zeros(sizes: StateSizes, batch: Dimension, dtype: str) -> Outputs:
    if isinstance(sizes, tuple):
        return tuple(_zeros(size, batch, dtype) for size in sizes)
    return TensorType((batch, sizes), dtype)


RULES: dict[str, Rule] = {
    "GRU": recurrent,
    "GRUCell": cell_step,
    "LSTM": recurrent,
    "LSTMCell": cell_step,
    "RNN": rnn,
    "SimpleRNN": recurrent,
    "SimpleRNNCell": cell_step,
    "StackedRNNCells": stacked_cells,
}
