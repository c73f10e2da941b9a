"""Rules of the layers that prepare numbers: scaling and normalization. The others have files of their own."""

from graphspec.shapes.axes import axes_of
from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import product, times
from graphspec.shapes.layers import categorical, lookup, pipeline, spectrogram
from graphspec.shapes.literals import operand
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, Weight, need_size

_UNKNOWN = "give that dimension a size, or keep another: axis"


def rescaling(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Rescaling, whose scale and offset may be arrays; two FLOPs for each element."""
    if inputs.dtype == "string":
        raise ShapeError("cannot rescale string: ", inputs)
    shape = broadcast(inputs, operand(layer["scale"]), operand(layer["offset"]), verb="rescale")
    return Effect(TensorType(shape, layer.compute_dtype), flops=times(product(shape[1:]), 2))


def normalization(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of Normalization; two FLOPs for each element.

    Without a given mean it owns what ``adapt`` finds: a mean and a variance along the axes, and a count.
    """
    axis = layer["axis"]
    kept = sorted(axes_of(inputs, () if axis is None else axis))
    sizes = tuple(need_size(inputs, number, help=_UNKNOWN) for number in kept)
    flops = times(product(inputs.shape[1:]), 2)
    made = TensorType(inputs.shape, layer.compute_dtype)
    if layer["mean"] is None and layer["variance"] is None:
        return Effect(made, _adapted(layer, sizes), flops)
    if layer["mean"] is None or layer["variance"] is None:
        raise ShapeError('needs both "mean" and "variance", or neither')
    _need_statistics(operand(layer["mean"]), operand(layer["variance"]), sizes)
    return Effect(made, flops=flops)


def _adapted(layer: LayerType, sizes: tuple[int, ...]) -> tuple[Weight, ...]:
    found = tuple(Weight(name, sizes, layer.variable_dtype, trainable=False) for name in ("mean", "variance"))
    return (*found, Weight("count", (), "int64", trainable=False))


def _need_statistics(mean: TensorType, variance: TensorType, sizes: tuple[int, ...]) -> None:
    if mean.shape != variance.shape:
        raise ShapeError(f"has a mean of shape {mean.shape} and a variance of shape {variance.shape}")
    if mean.rank > len(sizes):
        raise ShapeError(f"has a mean of shape {mean.shape} for {len(sizes)} axes")
    for size, own in zip(reversed(mean.shape), reversed(sizes), strict=False):
        if size not in {1, own}:
            raise ShapeError(f"has a mean of shape {mean.shape} for axes of sizes {sizes}")


RULES: dict[str, Rule] = {
    "Rescaling": rescaling,
    "Normalization": normalization,
    **categorical.RULES,
    **lookup.RULES,
    **pipeline.RULES,
    **spectrogram.RULES,
}
