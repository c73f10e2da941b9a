"""Bidirectional and TimeDistributed."""

from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import Count, Dimension, differ, plus, product, show, times
from graphspec.shapes.layers.recurrent import RECURRENT, check_time_mask
from graphspec.shapes.nested import effect_inside, uncast_effect_inside
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import (
    Argument,
    Effect,
    LayerType,
    Outputs,
    ShapeError,
    TensorType,
    UnknownEffectError,
    need_min_rank,
)

_ALIKE = ("stateful", "return_sequences", "return_state")
_MERGE_FLOPS = {"concat": 0, "sum": 1, "mul": 1, "ave": 2}
# Layers to which TimeDistributed passes its mask, a step at a time.
_TAKE_MASK = RECURRENT | {"BatchNormalization", "Bidirectional", "GlobalAveragePooling1D", "Softmax", "TimeDistributed"}


def bidirectional(
    layer: LayerType, sequences: TensorType, initial_state: Argument = None, mask: Argument = None
) -> Effect:
    """Return the effect of Bidirectional: a copy of a recurrent layer for each direction, and their outputs merged.

    FLOPs: those of both directions, and of merging each element.
    """
    forward, backward = _directions(layer)
    halves = _halves(initial_state)
    ahead = effect_inside(forward, sequences, initial_state=halves[0], mask=mask)
    back = effect_inside(backward, sequences, initial_state=halves[1], mask=mask)
    (y, *states), (y_back, *states_back) = _parts(ahead.outputs), _parts(back.outputs)
    if len(states) != len(states_back):
        raise ShapeError(f"has {len(states)} states in one direction and {len(states_back)} in the other")
    merged, flops = _merged(layer, y, y_back)
    outputs = (*merged, *states, *states_back)
    return Effect(
        outputs if len(outputs) > 1 else outputs[0],
        (*ahead.weights, *back.weights),
        plus(plus(ahead.flops, back.flops), flops),
        fixed=(ahead.fixed, back.fixed),
    )


def _directions(layer: LayerType) -> tuple[LayerType, LayerType]:
    forward = layer["layer"].copy()
    given = layer["backward_layer"]
    for inner in (forward, given):
        if inner is not None and inner.type not in RECURRENT:
            raise ShapeError(
                f"needs a recurrent layer, and {inner.type} is none", help=f"it holds {', '.join(sorted(RECURRENT))}"
            )
    if forward["stateful"] and forward["return_state"]:
        raise ShapeError("cannot be stateful and return states: Keras has no masks for them")
    if given is None:
        if forward["go_backwards"]:
            raise ShapeError("makes the backward layer itself, so its layer must not have go_backwards: true")
        return forward, layer["layer"].copy()
    if forward["go_backwards"] == given["go_backwards"]:
        raise ShapeError("needs a backward_layer whose go_backwards is not that of its layer")
    for name in _ALIKE:
        if forward[name] != given[name]:
            raise ShapeError(f'needs the same "{name}" in both directions')
    return forward, given


def _halves(states: Argument) -> tuple[Argument, Argument]:
    if states is None:
        return None, None
    if not isinstance(states, tuple):
        raise ShapeError("starts from states for each direction, and gets one tensor: ", states)
    half = len(states) // 2
    return states[:half], states[half:]


def _parts(outputs: Outputs) -> tuple[Argument, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


def _merged(layer: LayerType, y: TensorType, y_back: TensorType) -> tuple[tuple[TensorType, ...], Count]:
    mode, dtype = layer["merge_mode"], layer.compute_dtype
    if mode is None:
        return (TensorType(y.shape, dtype), TensorType(y_back.shape, dtype)), 0
    if mode == "concat":
        _check_all_but_last(y, y_back)
        shape = (*y.shape[:-1], plus(y.shape[-1], y_back.shape[-1]))
    else:
        shape = broadcast(y, y_back, verb=f"merge by {mode}")
    return (TensorType(shape, dtype),), times(_MERGE_FLOPS[mode], product(shape[1:]))


def _check_all_but_last(y: TensorType, y_back: TensorType) -> None:
    shown = ("cannot join ", y, " and ", y_back)
    if y.rank != y_back.rank:
        raise ShapeError(*shown, ": they have different ranks")
    for axis in range(y.rank - 1):
        if differ(y.shape[axis], y_back.shape[axis]):
            raise ShapeError(*shown, f": dimension {axis} is {show(y.shape[axis])} and {show(y_back.shape[axis])}")


def time_distributed(layer: LayerType, inputs: TensorType, mask: Argument = None) -> Effect:
    """Return the effect of TimeDistributed: ``(batch, time, ...)``, and the layer inside at each time.

    FLOPs: those of the layer inside, for each time. Keras skips the casts of the layer inside, so where it computes in
    another dtype than the wrapper, the backend decides what comes out.
    """
    inner = layer["layer"]
    need_min_rank(inputs, 3, help="TimeDistributed applies a layer to each time of (batch, time, ...)")
    check_time_mask(inputs, mask)
    if inner.compute_dtype != layer.compute_dtype:
        raise UnknownEffectError
    batch, steps = inputs.shape[:2]
    step = TensorType((batch, *inputs.shape[2:]), inputs.dtype)
    masked = {"mask": _step_of(mask)} if isinstance(mask, TensorType) and inner.type in _TAKE_MASK else {}
    try:
        effect = uncast_effect_inside(inner, step, **masked)
    except ShapeError as error:
        raise ShapeError(*error.parts, ", at each time of ", inputs, help=error.help) from error
    output = effect.outputs
    if not isinstance(output, TensorType):
        raise ShapeError(f"holds {inner.type}, which gives several tensors, and takes a layer that gives one")
    shape: tuple[Dimension, ...] = (output.shape[0], steps, *output.shape[1:])
    return Effect(TensorType(shape, output.dtype), effect.weights, times(steps, effect.flops), effect.fixed)


def _step_of(mask: TensorType) -> TensorType:
    return TensorType((mask.shape[0], *mask.shape[2:]), mask.dtype)


RULES: dict[str, Rule] = {"Bidirectional": bidirectional, "TimeDistributed": time_distributed}
