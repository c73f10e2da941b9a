"""Models of the zoo that keras.applications lacks, written in Keras by hand from the papers, with small sizes.

Layers with weights have the names that the specs give them; by these the tests carry weights over.
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

Tensor = keras.KerasTensor
LENGTH = 11  # of texts and sounds


def unet_plus_plus() -> keras.Model:
    def unit(x: Tensor, filters: int, name: str) -> Tensor:
        for number in (1, 2):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}.conv{number}")(x)
        return x

    width, levels = 4, 5
    image = keras.Input((32, 32, 3), name="image")
    grid = {(0, 0): unit(image, width, "x0_0")}
    for level in range(1, levels):
        pooled = layers.MaxPooling2D()(grid[level - 1, 0])
        grid[level, 0] = unit(pooled, width * 2**level, f"x{level}_0.unit")
    for step in range(1, levels):
        for level in range(levels - step):
            filters = width * 2**level
            up = layers.Conv2DTranspose(filters, 2, strides=2, name=f"up{level}_{step}")(grid[level + 1, step - 1])
            joined = ops.concatenate([up, *(grid[level, before] for before in range(step))], axis=-1)
            grid[level, step] = unit(joined, filters, f"x{level}_{step}.unit")
    masks = [layers.Conv2D(1, 1, activation="sigmoid", name=f"mask{step}")(grid[0, step]) for step in range(1, levels)]
    return keras.Model(image, masks)


def vit() -> keras.Model:
    width, heads, patch, size = 24, 3, 8, 32
    image = keras.Input((size, size, 3), name="image")
    patches = layers.Conv2D(width, patch, strides=patch, name="patches.embed")(image)
    patches = ops.reshape(patches, (-1, (size // patch) ** 2, width))
    nothing = ops.cast(ops.zeros_like(patches[:, :1, 0]), "int32")
    token = layers.Embedding(1, width, name="class_token")(nothing)
    x = ops.concatenate([token, patches], axis=1)
    count = (size // patch) ** 2 + 1
    places = nothing + ops.reshape(ops.convert_to_tensor(np.arange(count, dtype="int32")), (1, count))
    x = x + layers.Embedding(count, width, name="position_embedding")(places)
    for number in (1, 2):
        name = f"encoder.{number}"
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}.attention.norm")(x)
        x = x + layers.MultiHeadAttention(heads, width // heads, name=f"{name}.attention.attention")(y, y, y)
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}.mlp.norm")(x)
        y = ops.gelu(layers.Dense(4 * width, name=f"{name}.mlp.dense1")(y), approximate=False)
        x = x + layers.Dense(width, name=f"{name}.mlp.dense2")(y)
    x = layers.LayerNormalization(epsilon=1e-6, name="norm")(x)
    return keras.Model(image, layers.Dense(5, name="logits")(x[:, 0]))


def gpt() -> keras.Model:
    width, heads = 16, 2
    tokens = keras.Input((LENGTH,), dtype="int32", name="tokens")
    words = layers.ReversibleEmbedding(50, width, name="words")
    places = ops.zeros_like(tokens) + ops.convert_to_tensor(np.arange(LENGTH, dtype="int32")[None])
    x = words(tokens) + layers.Embedding(12, width, name="position")(places)
    for number in (1, 2):
        name = f"decoder.{number}"
        y = layers.LayerNormalization(epsilon=1e-5, name=f"{name}.norm1")(x)
        attention = layers.MultiHeadAttention(heads, width // heads, name=f"{name}.attention")
        x = x + attention(y, y, use_causal_mask=True)
        y = layers.LayerNormalization(epsilon=1e-5, name=f"{name}.norm2")(x)
        y = layers.Dense(4 * width, name=f"{name}.mlp.dense1")(y)
        y = 0.5 * y * (1 + ops.tanh((2 / np.pi) ** 0.5 * (y + 0.044715 * y**3)))
        x = x + layers.Dense(width, name=f"{name}.mlp.dense2")(y)
    x = layers.LayerNormalization(epsilon=1e-5, name="norm")(x)
    return keras.Model(tokens, words(x, reverse=True))


def transformer() -> keras.Model:
    width, hidden, heads = 16, 32, 2
    places, halves = np.arange(LENGTH)[:, None], np.arange(width // 2)[None]
    angles = places / 10000 ** (2 * halves / width)
    waves = np.zeros((LENGTH, width), "float32")
    waves[:, 0::2], waves[:, 1::2] = np.sin(angles), np.cos(angles)
    words = layers.ReversibleEmbedding(40, width, name="words")
    source = keras.Input((LENGTH,), dtype="int32", name="source")
    target = keras.Input((LENGTH,), dtype="int32", name="target")
    seen = ops.expand_dims(ops.not_equal(source, 0), 1)

    def placed(tokens: Tensor) -> Tensor:
        return words(tokens) * np.sqrt(width) + ops.convert_to_tensor(waves)

    def normed(x: Tensor, change: Tensor, name: str) -> Tensor:
        return layers.LayerNormalization(epsilon=1e-6, name=f"{name}.norm")(x + change)

    def fed_forward(x: Tensor, name: str) -> Tensor:
        y = layers.Dense(hidden, activation="relu", name=f"{name}.dense1")(x)
        return normed(x, layers.Dense(width, name=f"{name}.dense2")(y), f"{name}.out")

    def attention(name: str) -> layers.MultiHeadAttention:
        return layers.MultiHeadAttention(heads, width // heads, name=name)

    x = placed(source)
    for number in (1, 2):
        name = f"encoder.{number}"
        x = normed(x, attention(f"{name}.attention")(x, x, attention_mask=seen), f"{name}.seen")
        x = fed_forward(x, f"{name}.out")
    y = placed(target)
    for number in (1, 2):
        name = f"decoder.{number}"
        y = normed(y, attention(f"{name}.self_attention")(y, y, use_causal_mask=True), f"{name}.said")
        y = normed(y, attention(f"{name}.cross_attention")(y, x, attention_mask=seen), f"{name}.read")
        y = fed_forward(y, f"{name}.out")
    return keras.Model([source, target], words(y, reverse=True))


def yolo_v8_like() -> keras.Model:
    def conv(x: Tensor, filters: int, name: str, kernel: int = 3, stride: int = 1) -> Tensor:
        x = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False, name=f"{name}.conv")(x)
        return ops.silu(layers.BatchNormalization(momentum=0.97, epsilon=1e-3, name=f"{name}.norm")(x))

    def c2f(x: Tensor, filters: int, count: int, name: str, *, shortcut: bool = True) -> Tensor:
        parts = list(ops.split(conv(x, filters, f"{name}.conv1", 1), 2, axis=-1))
        for number in range(1, count + 1):
            inner = f"{name}.bottleneck.{number}.conv"
            y = conv(conv(parts[-1], filters // 2, f"{inner}.1"), filters // 2, f"{inner}.2")
            parts.append(parts[-1] + y if shortcut else y)
        return conv(ops.concatenate(parts, axis=-1), filters, f"{name}.conv2", 1)

    def detect(x: Tensor, name: str) -> dict[str, Tensor]:
        found = {}
        for kind, filters, units in (("box", 64, 64), ("class", 32, 7)):
            y = conv(conv(x, filters, f"{name}.{kind}_conv.1"), filters, f"{name}.{kind}_conv.2")
            found[f"{name}_{kind}"] = layers.Conv2D(units, 1, name=f"{name}.{kind}")(y)
        return found

    image = keras.Input((64, 64, 3), name="image")
    filters = [8, 16, 32, 64, 128]
    x = conv(image, filters[0], "stem", stride=2)
    levels = []
    for number, count in ((1, 2), (2, 4), (3, 4), (4, 2)):
        name = f"c{number + 1}"
        x = c2f(conv(x, filters[number], f"{name}.conv", stride=2), filters[number], count, f"{name}.c2f")
        levels.append(x)
    _, c3, c4, c5 = levels
    pooled = [conv(c5, 64, "sppf.conv1", 1)]
    for _ in range(3):
        pooled.append(ops.max_pool(pooled[-1], 5, 1, padding="same"))
    p5 = conv(ops.concatenate(pooled, axis=-1), 128, "sppf.conv2", 1)

    def joined(x: Tensor, other: Tensor, filters: int, name: str) -> Tensor:
        return c2f(ops.concatenate([x, other], axis=-1), filters, 2, f"{name}.c2f", shortcut=False)

    join4 = joined(layers.UpSampling2D()(p5), c4, 64, "join4")
    join3 = joined(layers.UpSampling2D()(join4), c3, 32, "join3")
    out4 = joined(conv(join3, 32, "down4", stride=2), join4, 64, "out4")
    out5 = joined(conv(out4, 64, "down5", stride=2), p5, 128, "out5")
    return keras.Model(image, detect(join3, "small") | detect(out4, "medium") | detect(out5, "large"))


def wavenet() -> keras.Model:
    def conv(x: Tensor, filters: int, name: str, kernel: int = 1, dilation: int = 1) -> Tensor:
        x = ops.pad(x, [[0, 0], [(kernel - 1) * dilation, 0], [0, 0]])
        return layers.Conv1D(filters, kernel, dilation_rate=dilation, name=name)(x)

    sound = keras.Input((None,), dtype="int32", name="sound")
    x = conv(ops.cast(ops.one_hot(sound, 16), "float32"), 4, "causal", 2)
    skips = []
    for number in range(6):
        name, dilation = f"layers.{number + 1}", (1, 2, 4)[number % 3]
        y = ops.tanh(conv(x, 4, f"{name}.filter", 2, dilation)) * ops.sigmoid(conv(x, 4, f"{name}.gate", 2, dilation))
        skips.append(conv(y, 6, f"{name}.skip"))
        if number < 5:
            x = x + conv(y, 4, f"{name}.change")
    y = ops.relu(conv(ops.relu(sum(skips)), 6, "next.conv1d"))
    return keras.Model(sound, ops.softmax(conv(y, 16, "level")))


def tcn() -> keras.Model:
    def conv(x: Tensor, name: str, dilation: int) -> Tensor:
        x = ops.pad(x, [[0, 0], [2 * dilation, 0], [0, 0]])
        return ops.relu(layers.Conv1D(5, 3, dilation_rate=dilation, name=name)(x))

    series = x = keras.Input((None, 2), name="series")
    for number, dilation in enumerate((1, 2, 4), start=1):
        name = f"levels.{number}"
        y = conv(conv(x, f"{name}.conv1", dilation), f"{name}.conv2", dilation)
        x = ops.relu(y + (layers.Conv1D(5, 1, name=f"{name}.skip")(x) if number == 1 else x))
    return keras.Model(series, layers.Dense(3, name="logits")(x[:, -1]))


def siamese() -> keras.Model:
    image = x = keras.Input((65, 65, 1), name="image")
    for number, (filters, kernel) in enumerate(((64, 10), (128, 7), (128, 4), (256, 4)), start=1):
        x = layers.Conv2D(filters, kernel, activation="relu", name=f"features.conv{number}")(x)
        if number < 4:
            x = layers.MaxPooling2D()(x)
    x = layers.Dense(8, activation="sigmoid", name="features")(layers.Flatten()(x))
    twin = keras.Model(image, x, name="twin")
    left, right = keras.Input((65, 65, 1), name="left"), keras.Input((65, 65, 1), name="right")
    same = layers.Dense(1, activation="sigmoid", name="same")(ops.absolute(twin(left) - twin(right)))
    return keras.Model([left, right], same)


def two_tower() -> keras.Model:
    def tower(x: Tensor) -> Tensor:
        for number, units in enumerate((8, 6), start=1):
            x = layers.Dense(units, activation="relu", name=f"tower.hidden.{number}")(x)
        x = layers.Dense(4, name="tower.vector.dense")(x)
        return x / ops.sqrt(ops.sum(x * x, axis=-1, keepdims=True))

    watched = keras.Input((None,), dtype="int32", name="watched")
    features = keras.Input((8,), name="features")
    video = keras.Input((), dtype="int32", name="video")
    channel = keras.Input((), dtype="int32", name="channel")
    there = ops.expand_dims(ops.cast(watched != 0, "float32"), -1)
    history = layers.Embedding(50, 3, name="watched_videos")(watched) * there
    history = ops.sum(history, axis=1) / ops.sum(there, axis=1)
    user = keras.Model([features, watched], tower(ops.concatenate([history, features], axis=-1)), name="query")
    both = [layers.Embedding(50, 3, name="video_id")(video), layers.Embedding(20, 3, name="channel_id")(channel)]
    item = keras.Model([channel, video], tower(ops.concatenate(both, axis=-1)), name="candidate")
    product = user([features, watched]) * item([channel, video])
    return keras.Model([channel, features, video, watched], ops.sum(product, axis=-1, keepdims=True) / 0.1)


def wide_and_deep() -> keras.Model:
    names = ("demographic", "device", "installed_app", "shown_app")
    inputs = {name: keras.Input((), dtype="int32", name=name) for name in names}
    numbers = keras.Input((3,), name="numbers")
    pair = ops.mod(inputs["installed_app"] * 31 + inputs["shown_app"], 40)
    wide = layers.Embedding(40, 1, name="wide")(pair)
    vectors = [
        layers.Embedding(size, 4, name=f"{name}_vector")(inputs[f"{name}{'_app' if size == 30 else ''}"])
        for name, size in (("installed", 30), ("shown", 30), ("demographic", 7), ("device", 9))
    ]
    x = ops.concatenate([numbers, *vectors], axis=-1)
    for name, units in (("deep.dense", 1024), ("deep.dense_1", 512), ("deep.dense_2", 256)):
        x = layers.Dense(units, activation="relu", name=name)(x)
    install = ops.sigmoid(wide + layers.Dense(1, name="deep")(x))
    return keras.Model([*inputs.values(), numbers], install)


def dcgan() -> keras.Model:
    noise = keras.Input((5,), name="noise")
    x = layers.Dense(4 * 4 * 16, use_bias=False, name="project")(noise)
    x = ops.relu(layers.BatchNormalization(name="start.batch_normalization")(ops.reshape(x, (-1, 4, 4, 16))))
    for number, filters in ((1, 8), (2, 4), (3, 2)):
        up = layers.Conv2DTranspose(
            filters, 5, strides=2, padding="same", use_bias=False, name=f"up.{number}.conv2d_transpose"
        )
        x = ops.relu(layers.BatchNormalization(name=f"up.{number}.batch_normalization")(up(x)))
    made = layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh", name="image")(x)
    generator = keras.Model(noise, made, name="generator")

    image = keras.Input((64, 64, 1), name="image")
    x = layers.Conv2D(2, 5, strides=2, padding="same", name="start.conv2d")(image)
    x = ops.leaky_relu(x, 0.2)
    for number, filters in ((1, 4), (2, 8), (3, 16)):
        down = layers.Conv2D(filters, 5, strides=2, padding="same", use_bias=False, name=f"down.{number}.conv2d")
        x = ops.leaky_relu(layers.BatchNormalization(name=f"down.{number}.batch_normalization")(down(x)), 0.2)
    real = layers.Dense(1, activation="sigmoid", name="real")(layers.Flatten()(x))
    discriminator = keras.Model(image, real, name="discriminator")
    discriminator.trainable = False
    noise = keras.Input((5,), name="noise")
    return keras.Model(noise, discriminator(generator(noise)))


# The oracle of each spec, and the params with which the spec has its sizes.
ORACLES: dict[str, tuple[Callable[[], keras.Model], dict[str, object]]] = {
    "dcgan": (dcgan, {"noise": 5, "width": 2, "channels": 1}),
    "gpt": (gpt, {"vocabulary": 50, "context": 12, "layers": 2, "width": 16, "heads": 2}),
    "siamese": (siamese, {"size": 65, "features": 8}),
    "tcn": (tcn, {"features": 2, "classes": 3, "levels": 3, "filters": 5, "kernel": 3}),
    "transformer": (transformer, {"vocabulary": 40, "layers": 2, "width": 16, "hidden": 32, "heads": 2}),
    "two_tower": (
        two_tower,
        {"videos": 50, "channels": 20, "embedding": 3, "hidden": [8, 6], "width": 4, "temperature": 0.1},
    ),
    "unet_plus_plus": (unet_plus_plus, {"size": 32, "width": 4}),
    "vit": (vit, {"image_size": 32, "patch_size": 8, "classes": 5, "layers": 2, "width": 24, "heads": 3}),
    "wavenet": (wavenet, {"levels": 16, "stacks": 2, "depth": 3, "filters": 4, "skip_filters": 6}),
    "wide_and_deep": (
        wide_and_deep,
        {"apps": 30, "crosses": 40, "demographics": 7, "devices": 9, "embedding": 4},
    ),
    "yolo_v8_like": (yolo_v8_like, {"size": 64, "classes": 7, "depth": 0.67, "width": 0.125}),
}
