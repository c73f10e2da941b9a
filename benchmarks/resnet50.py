"""ResNet-50 twice: as functional Keras code written by hand, and as the same network in a flat spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import keras

STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))


def by_hand() -> keras.Model:
    import keras
    from keras import layers

    def convolution(x: keras.KerasTensor, name: str, filters: int, size: int, stride: int = 1) -> keras.KerasTensor:
        x = layers.Conv2D(filters, size, strides=stride, padding="same", name=f"{name}_conv")(x)
        return layers.BatchNormalization(epsilon=1.001e-5, name=f"{name}_bn")(x)

    image = keras.Input((224, 224, 3), name="image")
    x = layers.ReLU(name="stem_relu")(convolution(image, "stem", 64, 7, 2))
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="stem_pool")(x)
    for stage, (filters, blocks, first_stride) in enumerate(STAGES, 2):
        for block in range(1, blocks + 1):
            name = f"conv{stage}_block{block}"
            stride = first_stride if block == 1 else 1
            skip = convolution(x, f"{name}_0", 4 * filters, 1, stride) if block == 1 else x
            y = layers.ReLU(name=f"{name}_1_relu")(convolution(x, f"{name}_1", filters, 1, stride))
            y = layers.ReLU(name=f"{name}_2_relu")(convolution(y, f"{name}_2", filters, 3))
            y = convolution(y, f"{name}_3", 4 * filters, 1)
            x = layers.ReLU(name=f"{name}_out")(layers.Add(name=f"{name}_add")([skip, y]))
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    label = layers.Dense(1000, activation="softmax", name="label")(x)
    return keras.Model(image, label, name="resnet50")


def as_spec() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "graphspec: 1"
    yield "name: resnet50"
    yield "inputs: {image: [224, 224, 3]}"
    yield "nodes:"
    yield from _convolution("stem", "image", 64, 7, 2)
    yield "  stem_relu: {ReLU: {}, from: stem_bn}"
    yield "  stem_pool: {MaxPooling2D: {pool_size: 3, strides: 2, padding: same}, from: stem_relu}"
    x = "stem_pool"
    for stage, (filters, blocks, first_stride) in enumerate(STAGES, 2):
        for block in range(1, blocks + 1):
            name = f"conv{stage}_block{block}"
            stride = first_stride if block == 1 else 1
            skip = x
            if block == 1:
                yield from _convolution(f"{name}_0", x, 4 * filters, 1, stride)
                skip = f"{name}_0_bn"
            yield from _convolution(f"{name}_1", x, filters, 1, stride)
            yield f"  {name}_1_relu: {{ReLU: {{}}, from: {name}_1_bn}}"
            yield from _convolution(f"{name}_2", f"{name}_1_relu", filters, 3)
            yield f"  {name}_2_relu: {{ReLU: {{}}, from: {name}_2_bn}}"
            yield from _convolution(f"{name}_3", f"{name}_2_relu", 4 * filters, 1)
            yield f"  {name}_add: {{Add: {{}}, from: [{skip}, {name}_3_bn]}}"
            yield f"  {name}_out: {{ReLU: {{}}, from: {name}_add}}"
            x = f"{name}_out"
    yield f"  pool: {{GlobalAveragePooling2D: {{}}, from: {x}}}"
    yield "  label: {Dense: {units: 1000, activation: softmax}, from: pool}"
    yield "outputs: label"


def _convolution(name: str, source: str, filters: int, size: int, stride: int = 1) -> Iterator[str]:
    arguments = f"filters: {filters}, kernel_size: {size}, strides: {stride}, padding: same"
    yield f"  {name}_conv: {{Conv2D: {{{arguments}}}, from: {source}}}"
    yield f"  {name}_bn: {{BatchNormalization: {{epsilon: 1.001e-5}}, from: {name}_conv}}"
