"""Rules of the activation layers."""

from graphspec.shapes.activations import activated_dtype, activation_effect
from graphspec.shapes.axes import axes_of
from graphspec.shapes.dimension import differ, product, show
from graphspec.shapes.dtypes import float_of, result_type
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, Weight, same

_UNKNOWN = 'give every dimension a size, or share the weights along it: "shared_axes"'


def activation(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Activation."""
    return activation_effect(layer["activation"], inputs)


def elu(layer: LayerType, inputs: TensorType) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of ELU."""
    return activation_effect("elu", inputs)


def leaky_relu(layer: LayerType, inputs: TensorType) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of LeakyReLU."""
    return activation_effect("leaky_relu", inputs)


def relu(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of ReLU; a slope below zero makes it LeakyReLU, and with a bound it needs floats."""
    if layer["negative_slope"] == 0:
        return activation_effect("relu", inputs)
    bounded = layer["max_value"] is not None or layer["threshold"] != 0
    return activation_effect("elu" if bounded else "leaky_relu", inputs)


def prelu(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of PReLU: one weight for each element of a sample, but along shared axes."""
    shared = layer["shared_axes"]
    shape = list(inputs.shape[1:])
    for axis in (shared,) if isinstance(shared, int) else shared or ():
        if not 1 - len(shape) <= axis <= len(shape):
            raise ShapeError(f"shares weights along axis {axis}, which is not there: ", inputs)
        # Keras counts a negative axis from one place further left than it says.
        shape[axis - 1] = 1
    known = tuple(size for size in shape if isinstance(size, int))
    if len(known) < len(shape):
        raise ShapeError("makes a weight for each element, whose number is not known: ", inputs, help=_UNKNOWN)
    dtype = activated_dtype("prelu", inputs)
    weight = Weight("alpha", known, layer.variable_dtype)
    flops = product(inputs.shape[1:])
    return Effect(TensorType(inputs.shape, result_type(dtype, layer.compute_dtype)), (weight,), flops)


def softmax(layer: LayerType, inputs: TensorType, mask: TensorType | None = None) -> Effect:
    """Return the effect of Softmax, whose mask has to broadcast to its input."""
    if mask is not None:
        _need_mask(inputs, mask)
    axis = layer["axis"]
    if axis is not None and not axes_of(inputs, axis):
        raise ShapeError("needs at least one axis: ", inputs)
    dtype = activated_dtype("softmax", inputs) if mask is None else float_of(inputs.dtype)
    return same(inputs, product(inputs.shape[1:]), dtype)


def _need_mask(x: TensorType, mask: TensorType) -> None:
    if mask.rank > x.rank:
        raise ShapeError("cannot mask ", x, " by ", mask, f": the mask has {mask.rank} dimensions")
    for axis in range(-mask.rank, 0):
        size, own = mask.shape[axis], x.shape[axis]
        if size != 1 and differ(size, own):
            raise ShapeError("cannot mask ", x, " by ", mask, f": dimension {axis} is {show(own)} and {show(size)}")


RULES: dict[str, Rule] = {
    "Activation": activation,
    "ELU": elu,
    "LeakyReLU": leaky_relu,
    "PReLU": prelu,
    "ReLU": relu,
    "Softmax": softmax,
}
