"""Cases of the ops that slide a window.

Keras 3.15.1 hands ``padding`` and ``output_padding`` of ``conv_transpose`` over in the wrong order, so that no model
runs it; it is mended here. What comes of ``adaptive_average_pool`` and ``adaptive_max_pool`` has a dimension too many
in Keras' symbols, and not in a run. Left out: pooling over three axes in dtypes that TensorFlow alone has no kernels
for on the CPU; adaptive pooling over one axis to a list of several sizes, and a list of more ``output_padding`` than
axes, of both of which Keras takes the first.
"""

import random
from typing import Any

from agreement import Case, Generator, pick
from keras.src import backend
from keras.src.ops.nn import ConvTranspose

from cases.linear import spoiled, tensor, whole

DTYPES = ["float32"] * 5 + ["float16", "float64", "bfloat16", "int32", "uint8", "bool"]


def transposed(self: ConvTranspose, inputs: Any, kernel: Any) -> Any:
    """Return what the op was meant to: its arguments in the order of the function below it."""
    return backend.nn.conv_transpose(
        inputs, kernel, self.strides, self.padding, self.output_padding, self.data_format, self.dilation_rate
    )


ConvTranspose.call = transposed


def spatial(rng: random.Random, count: int, among: tuple[int, ...] = (1, 2, 4, 5, 6, 8)) -> list[Any]:
    """Return spatial sizes, now and then unknown or named."""
    return [rng.choice([None, "time"]) if rng.random() < 0.1 else rng.choice(among) for _ in range(count)]


def shaped(rng: random.Random, count: int, channels: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return a shape of so many spatial axes, and the argument that says where its channels are."""
    sizes = spatial(rng, count)
    if rng.random() < 0.25:
        return [channels, *sizes], {"data_format": "channels_first"}
    return [*sizes, channels], pick(rng, data_format=[..., "channels_last", None])


def sizes_of(rng: random.Random, count: int, among: list[int], wrong: float = 0.06) -> Any:
    """Return a number for all axes, or one for each."""
    if rng.random() < wrong:
        return [2] * rng.choice([1, count + 1])
    return rng.choice([rng.choice(among), [rng.choice(among) for _ in range(count)]])


def known(shape: list[Any]) -> list[int]:
    """Return a shape of numbers."""
    return [size if isinstance(size, int) else 2 for size in shape]


def convolution(what: str) -> Generator:
    """Return a generator of convolutions with a kernel of a fixed batch, which is the first size of its window."""

    def generate(rng: random.Random) -> Case:
        count = rng.choice([1, 2, 2, 3])
        channels = rng.choice([1, 2, 3])
        shape, arguments = shaped(rng, count, rng.choice([channels, channels, channels, None, 4]))
        filters = rng.choice([1, 2, 5])
        window = [rng.choice([1, 2, 3]) for _ in range(count)]
        last = [filters, channels] if what == "ops.conv_transpose" else [channels, filters]
        dtypes = [rng.choice(DTYPES)] if rng.random() < 0.9 else DTYPES
        inputs = {
            "inputs": tensor(rng, spoiled(rng, shape, 0.05), dtypes),
            "kernel": whole(rng, known(spoiled(rng, [*window, *last], 0.05)), dtypes),
        }
        arguments |= pick(rng, padding=[..., "valid", "same", "same"])
        if rng.random() < 0.7:
            arguments["strides"] = sizes_of(rng, count, [1, 2, 3])
        if rng.random() < 0.3:
            arguments["dilation_rate"] = sizes_of(rng, count, [1, 2])
        if what == "ops.conv_transpose" and rng.random() < 0.3:
            arguments["output_padding"] = sizes_of(rng, count, [0, 1], wrong=0)
        names = {"inputs": "inputs", "kernel": "kernel"}
        if what == "ops.separable_conv":
            between = channels * filters
            point = [*[1] * count, rng.choice([between, between, between, 7]), rng.choice([1, 4])]
            inputs["pointwise"] = whole(rng, spoiled(rng, point, 0.05), dtypes)
            names = {"inputs": "inputs", "depthwise_kernel": "kernel", "pointwise_kernel": "pointwise"}
        return Case(what, arguments, inputs, names)

    return generate


def pooled(rng: random.Random, shape: list[Any], count: int) -> Any:
    """Return the input of a pooling, over three axes in a dtype that TensorFlow has a kernel for."""
    if count < 3:
        return tensor(rng, spoiled(rng, shape, 0.1) if count < 2 else shape, DTYPES)
    return tensor(rng, shape, ["float32", "float32", "bfloat16", "int32", "bool"])


def pool(what: str) -> Generator:
    """Return a generator of pooling over windows."""

    def generate(rng: random.Random) -> Case:
        count = rng.choice([1, 2, 2, 3])
        shape, arguments = shaped(rng, count, rng.choice([1, 2, 3, None]))
        arguments |= pick(rng, padding=[..., "valid", "same"])
        arguments["pool_size"] = sizes_of(rng, count, [1, 2, 3])
        if rng.random() < 0.6:
            arguments["strides"] = sizes_of(rng, count, [1, 2, 3])
        return Case(what, arguments, {"x": pooled(rng, shape, count)}, "x")

    return generate


def adaptive(what: str) -> Generator:
    """Return a generator of pooling to a size."""

    def generate(rng: random.Random) -> Case:
        count = rng.choice([1, 2, 2, 3])
        shape, arguments = shaped(rng, count, rng.choice([1, 2, 3, None]))
        size = [rng.choice([1, 2, 3, 9]) for _ in range(count)]
        if rng.random() < 0.1 and count > 1:
            size = rng.choice([2, [*size, 2]])
        return Case(what, {**arguments, "output_size": size}, {"x": pooled(rng, shape, count)}, "x")

    return generate


CASES: dict[str, Generator] = {
    "ops.adaptive_average_pool": adaptive("ops.adaptive_average_pool"),
    "ops.adaptive_max_pool": adaptive("ops.adaptive_max_pool"),
    "ops.average_pool": pool("ops.average_pool"),
    "ops.conv": convolution("ops.conv"),
    "ops.conv_transpose": convolution("ops.conv_transpose"),
    "ops.depthwise_conv": convolution("ops.depthwise_conv"),
    "ops.max_pool": pool("ops.max_pool"),
    "ops.separable_conv": convolution("ops.separable_conv"),
}
