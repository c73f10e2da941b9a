"""ConvLSTM1D, ConvLSTM2D and ConvLSTM3D."""

from graphspec.shapes.dimension import Shape, differ, plus, product, times
from graphspec.shapes.dtypes import is_float
from graphspec.shapes.layers.recurrent import activation_weights, check_dropout, check_stateful, check_time_mask
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, LayerType, ShapeError, TensorType, Weight, need_rank, need_size
from graphspec.shapes.windows import per_axis, slid

_GATES = 4
_STATES = 2
# The sum of the two products and the activation of every gate; then what mixes gates and states.
_OPERATIONS = 13


def conv_lstm(layer: LayerType, sequences: TensorType, initial_state: Argument = None, mask: Argument = None) -> Effect:
    """Return the effect of ConvLSTM: an LSTM whose products are convolutions.

    FLOPs: those of the gates' two convolutions at each place and time, of their biases, and of the LSTM's step.
    Source: https://arxiv.org/abs/1506.04214
    """
    spatial = int(layer.type[-2])
    need_rank(sequences, spatial + 3, help=f"it takes (batch, time, {spatial} spatial dimensions, channels)")
    is_first = layer["data_format"] == "channels_first"
    channel = 2 if is_first else -1
    channels = need_size(sequences, channel, help="give the channels a size")
    filters = layer["filters"]
    first = 3 if is_first else 2
    for axis in range(first, first + spatial):
        need_size(sequences, axis, help="it keeps a state for each place, so its spatial dimensions need sizes")
    places = _places(layer, sequences, sequences.shape[first : first + spatial])
    kernel = per_axis(layer["kernel_size"], spatial)
    step: Shape = (filters, *places) if is_first else (*places, filters)
    if not is_float(sequences.dtype):
        raise ShapeError(
            f"convolves {layer.compute_dtype} numbers, and gets {sequences.dtype}: ", sequences,
            help="cast them before: ops.cast",
        )  # fmt: skip
    check_dropout(layer, sequences)
    check_stateful(layer, sequences)
    check_time_mask(sequences, mask)
    _check_states(initial_state, step)
    biases = _GATES * filters if layer["use_bias"] else 0
    convolved = 2 * _GATES * filters * (channels + filters)
    each = plus(times(product(kernel), convolved), biases + _OPERATIONS * filters)
    flops = times(times(product(places), each), sequences.shape[1])
    batch, dtype = sequences.shape[0], layer.compute_dtype
    state = TensorType((batch, *step), dtype)
    output = TensorType((batch, sequences.shape[1], *step), dtype) if layer["return_sequences"] else state
    weights = _weights(layer, kernel, channels) + activation_weights(layer, state)
    outputs = (output, state, state) if layer["return_state"] else output
    return Effect(outputs, weights, flops, fixed=sequences.shape[2:])


def _places(layer: LayerType, sequences: TensorType, sizes: Shape) -> Shape:
    spatial = len(sizes)
    strides, dilation = per_axis(layer["strides"], spatial), per_axis(layer["dilation_rate"], spatial)
    if max(strides) > 1 and max(dilation) > 1:
        raise ShapeError(f"takes either strides or a dilation_rate above 1, not {strides} and {dilation}")
    windows = zip(sizes, per_axis(layer["kernel_size"], spatial), strides, dilation, strict=True)
    places = tuple(slid(size, window, stride, layer["padding"], by) for size, window, stride, by in windows)
    if any(isinstance(size, int) and size < 1 for size in places):
        raise ShapeError(
            f"has a kernel of {layer['kernel_size']} that is larger than a step of ", sequences,
            help="write padding: same, or a smaller kernel_size",
        )  # fmt: skip
    return places


def _check_states(given: Argument, step: Shape) -> None:
    if given is None:
        return
    states = given if isinstance(given, tuple) else (given,)
    wanted = TensorType((None, *step), "")
    if len(states) != _STATES:
        raise ShapeError(f"starts from {_STATES} states, and gets {len(states)}")
    for state in states:
        need_rank(state, wanted.rank, help=f"a state is {wanted}")
        if any(differ(size, own) for size, own in zip(state.shape[1:], step, strict=True)):
            raise ShapeError(f"has states of shape {wanted}, not ", state)


def _weights(layer: LayerType, kernel: tuple[int, ...], channels: int) -> tuple[Weight, ...]:
    filters, dtype = layer["filters"], layer.variable_dtype
    weights = [
        Weight("kernel", (*kernel, channels, _GATES * filters), dtype),
        Weight("recurrent_kernel", (*kernel, filters, _GATES * filters), dtype),
    ]
    if layer["use_bias"]:
        weights.append(Weight("bias", (_GATES * filters,), dtype))
    return tuple(weights)


RULES: dict[str, Rule] = {"ConvLSTM1D": conv_lstm, "ConvLSTM2D": conv_lstm, "ConvLSTM3D": conv_lstm}
