"""The models of the example specs, written in Keras by hand: what a spec of the same name must build."""

from collections.abc import Callable

import keras
from keras import layers, ops


def mlp() -> keras.Model:
    visible = keras.Input((10,), name="visible")
    hidden = layers.Dense(10, activation="relu", name="hidden1")(visible)
    hidden = layers.Dense(20, activation="relu", name="hidden2")(hidden)
    hidden = layers.Dense(10, activation="relu", name="hidden3")(hidden)
    label = layers.Dense(1, activation="sigmoid", name="label")(hidden)
    model = keras.Model(visible, label, name="mlp")
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def cnn() -> keras.Model:
    image = keras.Input((64, 64, 1), name="image")
    x = layers.Conv2D(32, 4, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(16, 4, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(2, name="pool2")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(10, activation="relu", name="hidden")(x)
    label = layers.Dense(1, activation="sigmoid", name="label")(x)
    model = keras.Model(image, label, name="cnn")
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=["accuracy"])
    return model


def rnn() -> keras.Model:
    series = keras.Input((100, 1), name="series")
    x = layers.LSTM(10, name="memory")(series)
    x = layers.Dense(10, activation="relu", name="hidden")(x)
    label = layers.Dense(1, activation="sigmoid", name="label")(x)
    model = keras.Model(series, label, name="rnn")
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3, clipnorm=1.0), loss="binary_crossentropy", metrics=["accuracy"]
    )
    return model


def shared_input() -> keras.Model:
    image = keras.Input((64, 64, 1), name="image")
    first = layers.Conv2D(32, 4, activation="relu", name="conv1")(image)
    first = layers.MaxPooling2D(2, name="pool1")(first)
    first = layers.Flatten(name="flat1")(first)
    second = layers.Conv2D(16, 8, activation="relu", name="conv2")(image)
    second = layers.MaxPooling2D(2, name="pool2")(second)
    second = layers.Flatten(name="flat2")(second)
    merge = layers.Concatenate(name="merge")([first, second])
    hidden = layers.Dense(10, activation="relu", name="hidden")(merge)
    label = layers.Dense(1, activation="sigmoid", name="label")(hidden)
    model = keras.Model(image, label, name="shared_input")
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def shared_feature_extractor() -> keras.Model:
    series = keras.Input((100, 1), name="series")
    extract = layers.LSTM(10, name="extract")(series)
    shallow = layers.Dense(10, activation="relu", name="shallow")(extract)
    deep = layers.Dense(10, activation="relu", name="deep.dense")(extract)
    deep = layers.Dense(20, activation="relu", name="deep.dense_1")(deep)
    deep = layers.Dense(10, activation="relu", name="deep")(deep)
    merge = layers.Concatenate(name="merge")([shallow, deep])
    label = layers.Dense(1, activation="sigmoid", name="label")(merge)
    model = keras.Model(series, label, name="shared_feature_extractor")
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def multi_input() -> keras.Model:
    def tower(prefix: str, image: keras.KerasTensor) -> keras.KerasTensor:
        x = layers.Conv2D(32, 4, activation="relu", name=f"{prefix}_conv1")(image)
        x = layers.MaxPooling2D(2, name=f"{prefix}_pool1")(x)
        x = layers.Conv2D(16, 4, activation="relu", name=f"{prefix}_conv2")(x)
        x = layers.MaxPooling2D(2, name=f"{prefix}_pool2")(x)
        flat: keras.KerasTensor = layers.Flatten(name=f"{prefix}_flat")(x)
        return flat

    colour = keras.Input((32, 32, 3), name="colour")
    grey = keras.Input((64, 64, 1), name="grey")
    merge = layers.Concatenate(name="merge")([tower("grey", grey), tower("colour", colour)])
    hidden = layers.Dense(10, activation="relu", name="hidden1")(merge)
    hidden = layers.Dense(10, activation="relu", name="hidden2")(hidden)
    label = layers.Dense(1, activation="sigmoid", name="label")(hidden)
    model = keras.Model([colour, grey], label, name="multi_input")
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def multi_output() -> keras.Model:
    visible = keras.Input((100, 1), name="visible")
    extract = layers.LSTM(10, return_sequences=True, name="extract")(visible)
    x = layers.LSTM(10, name="class11")(extract)
    x = layers.Dense(10, activation="relu", name="class12")(x)
    label = layers.Dense(1, activation="sigmoid", name="label")(x)
    series = layers.TimeDistributed(layers.Dense(1), name="series")(extract)
    model = keras.Model(visible, [label, series], name="multi_output")
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss={"label": "binary_crossentropy", "series": "mse"},
        loss_weights={"label": 1.0, "series": 0.5},
        metrics={"label": ["accuracy"]},
    )
    return model


def linear() -> keras.Model:
    features = keras.Input((64,), name="features")
    x = layers.Dense(32, activation="relu", name="hidden.first")(features)
    x = layers.Dense(32, activation="relu", name="hidden")(x)
    label = layers.Dense(4, activation="softmax", name="label")(x)
    model = keras.Model(features, label, name="linear")
    model.compile(
        optimizer=keras.optimizers.SGD(0.01, momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def branches() -> keras.Model:
    features = keras.Input((64,), name="features")
    rectified = layers.Dense(32, activation="relu", name="rectified.dense")(features)
    rectified = layers.Dense(32, activation="relu", name="rectified")(rectified)
    squashed = layers.Dense(32, activation="sigmoid", name="squashed.dense")(features)
    squashed = layers.Dense(32, activation="sigmoid", name="squashed")(squashed)
    merge = layers.Concatenate(name="merge")([rectified, squashed])
    label = layers.Dense(4, activation="softmax", name="label")(merge)
    model = keras.Model(features, label, name="branches")
    model.compile(
        optimizer="adam",
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=["categorical_accuracy"],
    )
    return model


def house_price() -> keras.Model:
    image = keras.Input((64, 64, 3), name="image")
    numerical = keras.Input((16,), name="numerical")
    text = keras.Input((None,), dtype="int32", name="text")

    x = layers.Conv2D(16, 3, activation="relu", name="visual.conv2d")(image)
    x = layers.MaxPooling2D(name="visual.max_pooling2d")(x)
    x = layers.Conv2D(32, 3, activation="relu", name="visual.conv2d_1")(x)
    x = layers.MaxPooling2D(name="visual.max_pooling2d_1")(x)
    x = layers.Conv2D(64, 3, activation="relu", name="visual.conv2d_2")(x)
    x = layers.GlobalAveragePooling2D(name="visual.global_average_pooling2d")(x)
    visual = layers.Dense(64, activation="relu", name="visual")(x)
    x = layers.Dense(32, activation="relu", name="facts.dense")(numerical)
    facts = layers.Dense(32, activation="relu", name="facts")(x)
    x = layers.Embedding(10000, 32, name="advertisement.words")(text)
    advertisement = layers.LSTM(32, name="advertisement")(x)

    x = layers.Concatenate(name="impression")([advertisement, visual])
    x = layers.Dropout(0.3, name="kept")(x)
    x = layers.Concatenate(name="everything")([x, facts])
    judgement = layers.Dense(64, activation="relu", name="judgement")(x)
    price = layers.Dense(1, name="price")(judgement)
    bracket = layers.Dense(3, activation="softmax", name="bracket")(judgement)
    model = keras.Model([image, numerical, text], {"continuous": price, "categorical": bracket}, name="house_price")
    model.compile(
        optimizer="adam",
        loss={"continuous": "mse", "categorical": "sparse_categorical_crossentropy"},
        loss_weights={"continuous": 1.0, "categorical": 0.2},
        metrics={"continuous": ["mae"], "categorical": ["accuracy"]},
    )
    return model


def ticket_priority() -> keras.Model:
    metadata = keras.Input((5,), name="metadata")
    text = keras.Input((None,), dtype="int32", name="text")
    embedding = layers.Embedding(10000, 64, name="embedding")(text)
    reading = layers.LSTM(32, name="reading")(embedding)
    facts = layers.Dense(16, activation="relu", name="facts")(metadata)
    merge = layers.Concatenate(name="merge")([reading, facts])
    priority = layers.Dense(1, activation="sigmoid", name="priority")(merge)
    model = keras.Model([metadata, text], priority, name="ticket_priority")
    model.compile(
        optimizer=keras.optimizers.AdamW(1e-3, weight_decay=0.01),
        loss="binary_crossentropy",
        metrics=[keras.metrics.AUC(name="auc")],
    )
    return model


def detector() -> keras.Model:
    image = keras.Input((128, 128, 3), name="image")
    x = layers.Conv2D(32, 3, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(64, 3, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(2, name="pool2")(x)
    x = layers.Flatten(name="flat")(x)
    class_label = layers.Dense(10, activation="softmax", name="class_label")(x)
    bounding_box = layers.Dense(4, name="bounding_box")(x)
    model = keras.Model(image, [class_label, bounding_box], name="detector")
    model.compile(
        optimizer="adam",
        loss={"class_label": "sparse_categorical_crossentropy", "bounding_box": keras.losses.Huber(delta=0.5)},
        loss_weights={"class_label": 1.0, "bounding_box": 5.0},
        metrics={"class_label": ["accuracy"], "bounding_box": ["mae"]},
    )
    return model


def shared_embedding() -> keras.Model:
    text_a = keras.Input((None,), dtype="int32", name="text_a")
    text_b = keras.Input((None,), dtype="int32", name="text_b")
    embedding = layers.Embedding(10000, 128, name="embedding")
    reading_a = layers.LSTM(64, name="reading_a")(embedding(text_a))
    reading_b = layers.LSTM(64, name="reading_b")(embedding(text_b))
    merge = layers.Concatenate(name="merge")([reading_a, reading_b])
    same = layers.Dense(1, activation="sigmoid", name="same")(merge)
    model = keras.Model([text_a, text_b], same, name="shared_embedding")
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def residual() -> keras.Model:
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        image = keras.Input((32, 32, 3), name="image")
        stem = layers.Conv2D(64, 3, padding="same", activation="relu", name="stem")(image)
        x = layers.Conv2D(
            64,
            3,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            kernel_regularizer=keras.regularizers.L2(1e-4),
            name="conv1",
        )(stem)
        x = layers.Conv2D(
            64,
            3,
            padding="same",
            kernel_initializer=keras.initializers.VarianceScaling(scale=0.1, mode="fan_out"),
            kernel_regularizer=keras.regularizers.L2(1e-4),
            name="conv2",
        )(x)
        x = layers.Add(name="add")([x, stem])
        x = layers.ReLU(name="relu")(x)
        x = layers.GlobalAveragePooling2D(name="pool")(x)
        label = layers.Dense(10, activation="softmax", dtype="float32", name="label")(x)
        model = keras.Model(image, label, name="residual")
    finally:
        keras.config.set_dtype_policy(policy)
    schedule = keras.optimizers.schedules.CosineDecay(0.1, decay_steps=10000)
    model.compile(
        optimizer=keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def inception() -> keras.Model:
    features = keras.Input((28, 28, 192), name="features")
    naive = layers.Concatenate(name="naive")(
        [
            layers.Conv2D(64, 1, activation="relu", name="naive_1x1")(features),
            layers.Conv2D(128, 3, padding="same", activation="relu", name="naive_3x3")(features),
            layers.Conv2D(32, 5, padding="same", activation="relu", name="naive_5x5")(features),
            layers.MaxPooling2D(3, strides=1, padding="same", name="naive_pool")(features),
        ]
    )

    first = layers.Conv2D(64, 1, activation="relu", name="reduced_1x1")(features)
    second = layers.Conv2D(96, 1, activation="relu", name="reduced_3x3.narrow")(features)
    second = layers.Conv2D(128, 3, padding="same", activation="relu", name="reduced_3x3")(second)
    third = layers.Conv2D(16, 1, activation="relu", name="reduced_5x5.narrow")(features)
    third = layers.Conv2D(32, 5, padding="same", activation="relu", name="reduced_5x5")(third)
    fourth = layers.MaxPooling2D(3, strides=1, padding="same", name="reduced_pool.max_pooling2d")(features)
    fourth = layers.Conv2D(32, 1, activation="relu", name="reduced_pool")(fourth)
    reduced = layers.Concatenate(name="reduced")([first, second, third, fourth])
    return keras.Model(features, [naive, reduced], name="inception")


def autoencoder() -> keras.Model:
    def encoder() -> keras.Model:
        image = keras.Input((28, 28, 1), name="image")
        x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu", name="conv1")(image)
        x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu", name="conv2")(x)
        x = layers.Flatten(name="flat")(x)
        return keras.Model(image, layers.Dense(16, name="code")(x), name="encoder")

    def decoder() -> keras.Model:
        code = keras.Input((16,), name="code")
        x = layers.Dense(1568, activation="relu", name="wide")(code)
        x = layers.Reshape((7, 7, 32), name="grid")(x)
        x = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu", name="conv")(x)
        drawn = layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid", name="image")(x)
        return keras.Model(code, drawn, name="decoder")

    image = keras.Input((28, 28, 1), name="image")
    model = keras.Model(image, decoder()(encoder()(image)), name="autoencoder")
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model


def gan() -> keras.Model:
    def generator() -> keras.Model:
        noise = keras.Input((64,), name="noise")
        x = layers.Dense(3136, name="image.dense")(noise)
        x = layers.Reshape((7, 7, 64), name="image.reshape")(x)
        x = layers.BatchNormalization(name="image.batch_normalization")(x)
        x = layers.ReLU(name="image.re_lu")(x)
        x = layers.Conv2DTranspose(32, 4, strides=2, padding="same", use_bias=False, name="image.conv2d_transpose")(x)
        x = layers.BatchNormalization(name="image.batch_normalization_1")(x)
        x = layers.ReLU(name="image.re_lu_1")(x)
        image = layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh", name="image")(x)
        return keras.Model(noise, image, name="generator")

    def discriminator() -> keras.Model:
        image = keras.Input((28, 28, 1), name="image")
        x = layers.Conv2D(32, 4, strides=2, padding="same", name="verdict.conv2d")(image)
        x = layers.LeakyReLU(negative_slope=0.2, name="verdict.leaky_re_lu")(x)
        x = layers.Conv2D(64, 4, strides=2, padding="same", name="verdict.conv2d_1")(x)
        x = layers.LeakyReLU(negative_slope=0.2, name="verdict.leaky_re_lu_1")(x)
        x = layers.Dropout(0.3, name="verdict.dropout")(x)
        x = layers.Flatten(name="verdict.flatten")(x)
        return keras.Model(image, layers.Dense(1, name="verdict")(x), name="discriminator")

    judge = discriminator()
    judge.trainable = False
    noise = keras.Input((64,), name="noise")
    model = keras.Model(noise, judge(generator()(noise)), name="gan")
    model.compile(
        optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5), loss=keras.losses.BinaryCrossentropy(from_logits=True)
    )
    return model


def pretrained_features() -> keras.Model:
    base = keras.applications.VGG16(weights=None, include_top=False)
    taps = {name: base.get_layer(name).output for name in ("block3_pool", "block4_pool", "block5_pool")}
    backbone = keras.Model(base.inputs, taps, name="backbone")
    backbone.trainable = False
    image = keras.Input((64, 64, 3), name="image")
    seen = backbone(image)
    texture = layers.GlobalAveragePooling2D(name="texture")(seen["block3_pool"])
    parts = layers.GlobalAveragePooling2D(name="parts")(seen["block4_pool"])
    things = layers.GlobalAveragePooling2D(name="things")(seen["block5_pool"])
    merge = layers.Concatenate(name="merge")([texture, parts, things])
    label = layers.Dense(10, activation="softmax", name="label")(merge)
    model = keras.Model(image, label, name="pretrained_features")
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def siamese() -> keras.Model:
    def tower() -> keras.Model:
        image = keras.Input((32, 32, 1), name="image")
        x = layers.Conv2D(32, 3, activation="relu", name="embedding.conv2d")(image)
        x = layers.MaxPooling2D(name="embedding.max_pooling2d")(x)
        x = layers.Conv2D(64, 3, activation="relu", name="embedding.conv2d_1")(x)
        x = layers.GlobalAveragePooling2D(name="embedding.global_average_pooling2d")(x)
        return keras.Model(image, layers.Dense(64, name="embedding")(x), name="tower")

    image_a = keras.Input((32, 32, 1), name="image_a")
    image_b = keras.Input((32, 32, 1), name="image_b")
    shared = tower()
    distance = ops.abs(shared(image_a) - shared(image_b))
    same = layers.Dense(1, activation="sigmoid", name="same")(distance)
    model = keras.Model([image_a, image_b], same, name="siamese")
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def seq2seq() -> keras.Model:
    source = keras.Input((None,), dtype="int32", name="source")
    target = keras.Input((None,), dtype="int32", name="target")
    source_words = layers.Embedding(4000, 64, mask_zero=True, name="source_words")(source)
    target_words = layers.Embedding(5000, 64, mask_zero=True, name="target_words")(target)
    encoder, state_h, state_c = layers.LSTM(64, return_sequences=True, return_state=True, name="encoder")(source_words)
    decoder = layers.LSTM(64, return_sequences=True, name="decoder")(target_words, initial_state=[state_h, state_c])
    memory = layers.MultiHeadAttention(4, 16, name="memory")(decoder, decoder, use_causal_mask=True)
    attention = layers.MultiHeadAttention(4, 16, name="attention")(memory, encoder)
    context = layers.Concatenate(name="context")([memory, attention])
    thought = layers.Dense(64, activation="tanh", name="thought")(context)
    next_word = layers.Dense(5000, activation="softmax", name="next_word")(thought)
    model = keras.Model([source, target], next_word, name="seq2seq")
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def variational() -> keras.Model:
    def encoder() -> keras.Model:
        image = keras.Input((28, 28, 1), name="image")
        x = layers.Flatten(name="flat")(image)
        x = layers.Dense(256, activation="relu", name="hidden")(x)
        mean = layers.Dense(8, name="mean")(x)
        log_variance = layers.Dense(8, name="log_variance")(x)
        return keras.Model(image, {"mean": mean, "log_variance": log_variance}, name="encoder")

    def decoder() -> keras.Model:
        code = keras.Input((8,), name="code")
        x = layers.Dense(256, activation="relu", name="image.dense")(code)
        x = layers.Dense(784, activation="sigmoid", name="image.dense_1")(x)
        return keras.Model(code, layers.Reshape((28, 28, 1), name="image")(x), name="decoder")

    image = keras.Input((28, 28, 1), name="image")
    guess = encoder()(image)
    mean, log_variance = guess["mean"], guess["log_variance"]
    noise = layers.GaussianNoise(1.0, name="noise")(ops.zeros_like(mean))
    drawing = decoder()(mean + ops.exp(0.5 * log_variance) * noise)
    divergence = -0.5 * ops.sum(1 + log_variance - mean**2 - ops.exp(log_variance), axis=-1, keepdims=True)
    model = keras.Model(image, {"reconstruction": drawing, "divergence": divergence}, name="variational")
    model.compile(
        optimizer="adam",
        loss={"reconstruction": "binary_crossentropy", "divergence": "mae"},
        loss_weights={"reconstruction": 784.0, "divergence": 1.0},
    )
    return model


def video() -> keras.Model:
    def frame() -> keras.Model:
        image = keras.Input((32, 32, 3), name="image")
        x = layers.Conv2D(16, 3, activation="relu", name="conv1")(image)
        x = layers.MaxPooling2D(2, name="pool1")(x)
        x = layers.Conv2D(32, 3, activation="relu", name="conv2")(x)
        return keras.Model(image, layers.GlobalAveragePooling2D(name="features")(x), name="frame")

    frames = keras.Input((None, 32, 32, 3), name="frames")
    features = layers.TimeDistributed(frame(), name="features")(frames)
    motion = layers.GRU(32, name="motion")(features)
    action = layers.Dense(5, activation="softmax", name="action")(motion)
    model = keras.Model(frames, action, name="video")
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


ORACLES: dict[str, Callable[[], keras.Model]] = {
    builder.__name__: builder
    for builder in (
        mlp,
        cnn,
        rnn,
        shared_input,
        shared_feature_extractor,
        multi_input,
        multi_output,
        linear,
        branches,
        house_price,
        ticket_priority,
        detector,
        shared_embedding,
        residual,
        inception,
        autoencoder,
        gan,
        pretrained_features,
        siamese,
        seq2seq,
        variational,
        video,
    )
}

PARAMETERS: dict[str, int] = {
    "mlp": 551,
    "cnn": 35_813,
    "rnn": 601,
    "shared_input": 415_045,
    "shared_feature_extractor": 1_151,
    "multi_input": 49_699,
    "multi_output": 1_452,
    "linear": 3_268,
    "branches": 6_532,
    "house_price": 366_180,
    "ticket_priority": 652_561,
    "detector": 825_806,
    "shared_embedding": 1_378_945,
    "residual": 76_298,
    "inception": 550_992,
    "autoencoder": 61_329,
    "gan": 274_018,
    "pretrained_features": 14_727_498,
    "siamese": 23_041,
    "seq2seq": 1_008_584,
    "variational": 408_864,
    "video": 11_589,
}
