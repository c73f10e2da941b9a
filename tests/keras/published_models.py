"""Small models in the style of published examples: one function each, which returns the model."""

from collections.abc import Callable

import keras
import numpy as np
from keras import Input, Model, Sequential, layers, ops

MODELS: dict[str, Callable[[], Model]] = {}


def model(make: Callable[[], Model]) -> Callable[[], Model]:
    MODELS[make.__name__] = make
    return make


@model
def seq2seq() -> Model:
    source, target = Input((None, 7)), Input((None, 9))
    _, h, c = layers.LSTM(5, return_state=True)(source)
    x, _, _ = layers.LSTM(5, return_sequences=True, return_state=True)(target, initial_state=[h, c])
    return Model([source, target], layers.Dense(9, activation="softmax")(x))


@model
def seq2seq_encoder_and_decoder_cut_out() -> Model:
    source, target = Input((None, 7)), Input((None, 9))
    encoder = layers.LSTM(5, return_state=True)
    _, h, c = encoder(source)
    decoder = layers.LSTM(5, return_sequences=True, return_state=True)
    x, _, _ = decoder(target, initial_state=[h, c])
    Model([source, target], layers.Dense(9)(x))
    state_h, state_c = Input((5,), name="state_h"), Input((5,), name="state_c")
    y, h2, c2 = decoder(target, initial_state=[state_h, state_c])
    return Model([target, state_h, state_c], [y, h2, c2])


@model
def siamese_with_euclidean_distance() -> Model:
    tower_in = Input((10, 10, 1))
    x = layers.Conv2D(4, 3, activation="tanh")(layers.BatchNormalization()(tower_in))
    x = layers.Dense(6, activation="tanh")(layers.Flatten()(layers.AveragePooling2D(2)(x)))
    tower = Model(tower_in, x)
    left, right = Input((10, 10, 1)), Input((10, 10, 1))
    a, b = tower(left), tower(right)
    squares = ops.sum(ops.square(a - b), axis=1, keepdims=True)
    distance = ops.sqrt(ops.maximum(squares, keras.backend.epsilon()))
    return Model([left, right], layers.Dense(1, activation="sigmoid")(layers.BatchNormalization()(distance)))


@model
def triplet_with_frozen_base() -> Model:
    base = Sequential([Input((8, 8, 3)), layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()], name="base")
    base.trainable = False
    images = [Input((8, 8, 3), name=name) for name in ("anchor", "positive", "negative")]
    a, p, n = (base(image) for image in images)
    return Model(images, [ops.sum(ops.square(a - p), -1), ops.sum(ops.square(a - n), -1)])


@model
def wide_and_deep() -> Model:
    inputs = {"age": Input((1,), name="age"), "job": Input((1,), name="job", dtype="string")}
    job = layers.StringLookup(vocabulary=["cook", "clerk"], output_mode="one_hot")(inputs["job"])
    wide = layers.BatchNormalization()(layers.concatenate([inputs["age"], job]))
    deep = wide
    for units in (8, 4):
        deep = layers.Dropout(0.1)(layers.ReLU()(layers.BatchNormalization()(layers.Dense(units)(deep))))
    return Model(inputs, layers.Dense(1, activation="sigmoid")(layers.concatenate([wide, deep])))


@model
def deep_and_cross() -> Model:
    x0 = cross = Input((6,))
    for _ in range(2):
        cross = x0 * layers.Dense(6)(cross) + cross
    return Model(x0, layers.Dense(2)(layers.BatchNormalization()(cross)))


@model
def text_transformer() -> Model:
    tokens = Input((10,), dtype="int32")
    positions = layers.Embedding(10, 8)(ops.arange(0, 10, 1))
    x = layers.Embedding(50, 8)(tokens) + positions
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=8)(x, x)
    x = layers.LayerNormalization(epsilon=1e-6)(x + layers.Dropout(0.1)(attended))
    ffn = Sequential([layers.Dense(16, activation="relu"), layers.Dense(8)])
    x = layers.LayerNormalization(epsilon=1e-6)(x + layers.Dropout(0.1)(ffn(x)))
    return Model(tokens, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling1D()(x)))


@model
def vision_transformer() -> Model:
    image = Input((8, 8, 3))
    x = layers.Conv2D(6, 4, strides=4)(layers.Normalization(mean=[0.5] * 3, variance=[0.2] * 3)(image))
    x = layers.Reshape((-1, 6))(x)
    for _ in range(2):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        y = layers.MultiHeadAttention(2, 3, dropout=0.1)(y, y)
        x = layers.Add()([y, x])
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        y = layers.Dropout(0.1)(layers.Dense(12, activation=keras.activations.gelu)(y))
        x = layers.Add()([layers.Dense(6)(y), x])
    return Model(image, layers.Dense(3)(layers.Flatten()(x)))


@model
def masked_encoder_decoder_transformer() -> Model:
    source, target = Input((None,), dtype="int64", name="source"), Input((None,), dtype="int64", name="target")
    embedding = layers.Embedding(30, 8, mask_zero=True)
    encoded = embedding(source)
    encoded = layers.LayerNormalization()(encoded + layers.MultiHeadAttention(2, 4)(encoded, encoded))
    x = embedding(target)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True))
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(query=x, value=encoded, key=encoded))
    return Model([source, target], layers.Dense(30)(x))


@model
def attention_with_explicit_masks() -> Model:
    x, keep = Input((6, 8), name="x"), Input((6,), dtype="bool", name="keep")
    grid = ops.logical_and(ops.expand_dims(keep, 1), ops.expand_dims(keep, 2))
    y, scores = layers.MultiHeadAttention(2, 4)(x, x, attention_mask=grid, return_attention_scores=True)
    z = layers.Attention(use_scale=True)([x, y], mask=[keep, keep])
    return Model([x, keep], {"z": z, "scores": scores, "add": layers.AdditiveAttention()([x, z])})


@model
def grouped_query_attention() -> Model:
    x = Input((6, 8))
    y = layers.GroupQueryAttention(4, 4, 2, use_bias=False)(x, x)
    return Model(x, layers.RMSNormalization()(y) * layers.Activation("silu")(layers.Dense(8, use_bias=False)(x)))


@model
def rotary_positions() -> Model:
    x = Input((6, 8))
    angles = np.outer(np.arange(6), 1 / 10 ** np.arange(4)).astype("float32")
    first, second = x[..., :4], x[..., 4:]
    rotated = ops.concatenate(
        [first * np.cos(angles) - second * np.sin(angles), first * np.sin(angles) + second * np.cos(angles)], axis=-1
    )
    return Model(x, rotated)


@model
def unet() -> Model:
    image = Input((16, 16, 3))
    x, skips = image, []
    for filters in (4, 8):
        x = layers.Conv2D(filters, 3, activation="relu", padding="same", kernel_initializer="he_normal")(x)
        skips.append(x)
        x = layers.Dropout(0.3)(layers.MaxPool2D(2)(x))
    x = layers.Conv2D(16, 3, padding="same")(x)
    for filters, skip in zip((8, 4), skips[::-1], strict=True):
        x = layers.Conv2DTranspose(filters, 3, 2, padding="same")(x)
        x = layers.Conv2D(filters, 3, padding="same")(layers.concatenate([x, skip]))
    return Model(image, layers.Conv2D(3, 1, padding="same", activation="softmax")(x), name="U-Net")


@model
def xception_style_unet() -> Model:
    image = Input((16, 16, 3))
    x = previous = layers.Activation("relu")(layers.BatchNormalization()(layers.Conv2D(4, 3, 2, padding="same")(image)))
    for filters in (6, 8):
        x = layers.SeparableConv2D(filters, 3, padding="same")(layers.Activation("relu")(x))
        x = layers.MaxPooling2D(3, strides=2, padding="same")(layers.BatchNormalization()(x))
        x = previous = layers.add([x, layers.Conv2D(filters, 1, strides=2, padding="same")(previous)])
    x = layers.UpSampling2D(4, interpolation="bilinear")(x)
    return Model(image, x)


@model
def deeplab_head() -> Model:
    x = Input((16, 16, 4))
    pooled = layers.AveragePooling2D(pool_size=(16, 16))(x)
    pooled = layers.UpSampling2D(size=(16, 16), interpolation="bilinear")(layers.Conv2D(4, 1, use_bias=False)(pooled))
    branches = [layers.Conv2D(4, 3, dilation_rate=rate, padding="same", use_bias=False)(x) for rate in (1, 2, 4)]
    return Model(x, layers.Conv2D(2, 1)(layers.Concatenate(axis=-1)([pooled, *branches])))


@model
def wavenet() -> Model:
    x = inputs = Input((32, 1))
    skips = []
    for rate in (1, 2, 4):
        gate = layers.Conv1D(4, 2, padding="causal", dilation_rate=rate, activation="sigmoid")(x)
        signal = layers.Conv1D(4, 2, padding="causal", dilation_rate=rate, activation="tanh")(x)
        skips.append(layers.Conv1D(4, 1)(layers.multiply([gate, signal])))
        x = layers.add([layers.Conv1D(4, 1)(x), skips[-1]])
    return Model(inputs, layers.Conv1D(1, 1)(layers.ReLU()(layers.add(skips))))


@model
def gan_generator() -> Model:
    return Sequential([
        Input((10,)), layers.Dense(4 * 4 * 3), layers.LeakyReLU(negative_slope=0.2), layers.Reshape((4, 4, 3)),
        layers.Conv2DTranspose(6, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2D(1, 7, padding="same", activation="sigmoid"),
    ], name="generator")  # fmt: skip


@model
def gan_of_two_models() -> Model:
    critic = Sequential([Input((8, 8, 1)), layers.Conv2D(4, 3, strides=2), layers.LeakyReLU(), layers.Flatten(),
                         layers.Dropout(0.2), layers.Dense(1)], name="critic")  # fmt: skip
    critic.trainable = False
    generator = Sequential([Input((4,)), layers.Dense(64), layers.Reshape((8, 8, 1))], name="generator")
    noise = Input((4,))
    return Model(noise, critic(generator(noise)), name="gan")


@model
def conditional_generator() -> Model:
    noise, label = Input((6,)), Input((1,), dtype="int32")
    x = layers.Embedding(10, 6)(label)
    x = layers.Multiply()([noise, layers.Flatten()(x)])
    return Model([noise, label], layers.PReLU(shared_axes=[1])(layers.Reshape((3, 2))(x)))


@model
def vae_encoder() -> Model:
    image = Input((8, 8, 1))
    x = layers.Flatten()(layers.Conv2D(4, 3, strides=2, activation="relu", padding="same")(image))
    mean, log_var, noise = layers.Dense(2, name="z_mean")(x), layers.Dense(2, name="z_log_var")(x), Input((2,))
    return Model([image, noise], [mean, log_var, mean + ops.exp(0.5 * log_var) * noise], name="encoder")


@model
def beta_vae_with_seeded_noise() -> Model:
    x = Input((4,))
    noisy = layers.GaussianNoise(0.1, seed=3)(x)
    return Model(x, layers.ActivityRegularization(l2=1e-3)(layers.Dense(2, activity_regularizer="l1")(noisy)))


@model
def autoencoder_of_models() -> Model:
    image = Input((8, 8, 1), name="img")
    code_in = Input((4,), name="encoded")
    encoder = Model(image, layers.GlobalMaxPooling2D()(layers.Conv2D(4, 3)(image)), name="encoder")
    decoder = Model(code_in, layers.Reshape((8, 8, 1))(layers.Dense(64)(code_in)), name="decoder")
    whole = Input((8, 8, 1), name="whole")
    return Model(whole, decoder(encoder(whole)), name="autoencoder")


@model
def ensemble_of_one_class() -> Model:
    def member() -> Model:
        x = Input((5,))
        return Model(x, layers.Dense(1)(x))

    x = Input((5,))
    return Model(x, layers.average([member()(x) for _ in range(3)]))


@model
def ticket_router() -> Model:
    title, body, tags = (Input((None,), name="title"), Input((None,), name="body"), Input((4,), name="tags"))
    read = [layers.LSTM(4)(layers.Embedding(20, 3)(text)) for text in (title, body)]
    x = layers.concatenate([*read, tags])
    made = Model([title, body, tags], {"priority": layers.Dense(1, name="priority")(x),
                                       "department": layers.Dense(4, name="department")(x)})  # fmt: skip
    made.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss={"priority": keras.losses.BinaryCrossentropy(from_logits=True),
              "department": keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)},
        loss_weights={"priority": 1.0, "department": 0.2}, metrics={"department": ["accuracy"]},
    )  # fmt: skip
    return made


@model
def toy_resnet() -> Model:
    image = Input((16, 16, 3), name="img")
    x = block = layers.MaxPooling2D(3)(layers.Conv2D(4, 3, activation="relu")(image))
    for _ in range(2):
        x = layers.Conv2D(4, 3, activation="relu", padding="same")(block)
        block = layers.add([layers.Conv2D(4, 3, activation="relu", padding="same")(x), block])
    return Model(image, layers.Dense(3)(layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(block))), name="toy_resnet")


@model
def squeeze_and_excite() -> Model:
    x = Input((8, 8, 4))
    s = layers.Reshape((1, 1, 4))(layers.GlobalAveragePooling2D(keepdims=False)(x))
    s = layers.Conv2D(4, 1, activation="hard_sigmoid")(layers.Conv2D(2, 1, activation="relu")(s))
    return Model(x, layers.multiply([x, s]))


@model
def transfer_learning() -> Model:
    base = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(32, 32, 3), alpha=0.25)
    base.trainable = False
    image = Input((32, 32, 3))
    x = layers.RandomRotation(0.1)(layers.RandomFlip("horizontal")(image))
    x = base(layers.Rescaling(scale=1 / 127.5, offset=-1)(x), training=False)
    return Model(image, layers.Dense(1)(layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))))


@model
def fine_tuning_some_layers() -> Model:
    base = Sequential([Input((8,)), layers.Dense(4), layers.Dense(3), layers.Dense(2)], name="base")
    for layer in base.layers[:2]:
        layer.trainable = False
    x = Input((8,))
    return Model(x, layers.Dense(1)(base(x)))


@model
def features_of_a_base() -> Model:
    base = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(32, 32, 3), alpha=0.25)
    return Model(base.inputs, [base.get_layer(name).output for name in ("conv1_relu", "conv_pw_2_relu")])


@model
def cut_out_of_the_middle() -> Model:
    x = Input((4,))
    h = layers.Dense(3, name="h")(x)
    whole = Model(x, layers.Dense(2, name="o")(h))
    return Model(whole.get_layer("h").output, whole.output)


@model
def one_model_twice_in_another() -> Model:
    i = Input((4,), name="i")
    inner = Model(i, [layers.Dense(4, name="a")(i), layers.Dense(2, name="b")(i)], name="inner")
    x = Input((4,), name="x")
    a, b = inner(x)
    c, _ = inner(a)
    return Model(x, [b, c])


@model
def dicts_in_and_out_of_a_nested_model() -> Model:
    p, q = Input((3,), name="p"), Input((2,), name="q")
    inner = Model({"p": p, "q": q}, {"s": layers.Dense(2)(p) + q, "t": layers.Dense(3)(q)}, name="inner")
    x, y = Input((3,), name="x"), Input((2,), name="y")
    out = inner({"p": x, "q": y})
    return Model({"x": x, "y": y}, {"first": out["t"], "second": out["s"]})


@model
def layer_shared_with_a_wrapper() -> Model:
    x = Input((5, 4))
    dense = layers.Dense(4, name="dense")
    return Model(x, [layers.TimeDistributed(dense, name="each")(x), dense(x)])


@model
def layer_shared_with_a_nested_model() -> Model:
    dense = layers.Dense(4, name="dense")
    inner = Sequential([Input((4,)), dense, layers.Dense(2, name="last")], name="inner")
    x = Input((4,))
    return Model(x, [inner(x), dense(x)])


@model
def model_shared_by_two_models() -> Model:
    encoder = Sequential([Input((4,)), layers.Dense(3)], name="encoder")
    i, j, x = Input((4,), name="i"), Input((4,), name="j"), Input((4,), name="x")
    first = Model(i, layers.Dense(2)(encoder(i)), name="first")
    second = Model(j, encoder(j) * 2.0, name="second")
    return Model(x, [first(x), second(x)])


@model
def shared_embedding() -> Model:
    embedding = layers.Embedding(100, 8)
    a, b = Input((None,), dtype="int32"), Input((None,), dtype="int32")
    return Model([a, b], layers.Dot(axes=-1, normalize=True)([ops.mean(embedding(a), 1), ops.mean(embedding(b), 1)]))


@model
def tied_embedding() -> Model:
    tokens = Input((6,), dtype="int32")
    embedding = layers.ReversibleEmbedding(20, 8)
    return Model(tokens, embedding(layers.LayerNormalization()(embedding(tokens)), reverse=True))


@model
def collaborative_filtering() -> Model:
    pair = Input((2,), dtype="int32")
    user, movie = pair[:, 0], pair[:, 1]
    l2 = keras.regularizers.l2(1e-6)
    vectors = [
        layers.Embedding(count, 4, embeddings_initializer="he_normal", embeddings_regularizer=l2)(ids)
        for count, ids in ((10, user), (20, movie))
    ]
    bias = layers.Embedding(10, 1)(user) + layers.Embedding(20, 1)(movie)
    return Model(pair, ops.nn.sigmoid(ops.sum(vectors[0] * vectors[1], axis=1, keepdims=True) + bias))


@model
def factorization_machine() -> Model:
    x = Input((6, 3))
    square_of_sum = ops.square(ops.sum(x, axis=1))
    return Model(x, 0.5 * ops.sum(square_of_sum - ops.sum(ops.square(x), axis=1), axis=1, keepdims=True))


@model
def recurrent_stack() -> Model:
    x = Input((None, 4))
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True, dropout=0.1), merge_mode="sum")(x)
    y = layers.GRU(3, return_sequences=True, reset_after=False, go_backwards=True)(y)
    y = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True)(y)
    return Model(x, layers.SimpleRNN(2, activation="relu")(y))


@model
def bidirectional_states() -> Model:
    x = Input((5, 4))
    y, fh, fc, bh, bc = layers.Bidirectional(layers.LSTM(3, return_state=True, return_sequences=True), name="both")(x)
    h, c = layers.Concatenate()([fh, bh]), layers.Concatenate()([fc, bc])
    z = layers.LSTM(6, return_sequences=True)(y, initial_state=[h, c])
    w = layers.Bidirectional(layers.GRU(2), backward_layer=layers.GRU(3, go_backwards=True), merge_mode="concat")(z)
    return Model(x, w)


@model
def masked_recurrence() -> Model:
    tokens = Input((None,), dtype="int32")
    x = layers.SpatialDropout1D(0.2)(layers.Embedding(20, 6, mask_zero=True)(tokens))
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    return Model(tokens, layers.TimeDistributed(layers.Dense(5, activation="softmax"))(layers.Masking()(x)))


@model
def masks_that_meet() -> Model:
    a, b = Input((5,), dtype="int32"), Input((5,), dtype="int32")
    embed = layers.Embedding(9, 4, mask_zero=True)
    both = layers.Concatenate(axis=1)([embed(a), embed(b)])
    return Model([a, b], layers.GRU(3)(layers.Add()([both, both])))


@model
def computed_masks() -> Model:
    tokens = Input((6,), dtype="int32")
    mask = ops.cast(ops.not_equal(tokens, 0), "float32")
    x = layers.Embedding(9, 4)(tokens) * ops.expand_dims(mask, -1)
    y = layers.LSTM(3)(x, mask=ops.greater(tokens, 1))
    return Model(tokens, [ops.sum(x, 1) / ops.sum(mask, 1, keepdims=True), y])


@model
def video_convlstm() -> Model:
    x = Input((None, 8, 8, 1))
    y = layers.BatchNormalization()(layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True)(x))
    return Model(x, layers.Conv3D(1, 3, activation="sigmoid", padding="same")(y))


@model
def video_by_frame() -> Model:
    frame = Sequential([Input((8, 8, 3)), layers.Conv2D(3, 3), layers.Flatten(), layers.Dense(4)], name="frame")
    x = Input((5, 8, 8, 3))
    return Model(x, layers.LSTM(3)(layers.TimeDistributed(frame)(x)))


@model
def c3d() -> Model:
    x = Input((8, 8, 8, 1))
    y = layers.MaxPool3D(2)(layers.Conv3D(4, 3, activation="relu")(x))
    return Model(
        x, layers.Dense(1)(layers.Dropout(0.3)(layers.GlobalAveragePooling3D()(layers.BatchNormalization()(y))))
    )


@model
def captcha_reader() -> Model:
    image = Input((20, 10, 1), name="image")
    x = layers.MaxPooling2D((2, 2))(layers.Conv2D(4, (3, 3), padding="same", kernel_initializer="he_normal")(image))
    x = layers.Dense(6)(layers.Reshape(target_shape=(10, 20))(x))
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.25))(x)
    return Model(image, layers.Dense(11, activation="softmax", name="dense2")(x))


@model
def pointnet() -> Model:
    points = Input((16, 3))
    x = layers.Activation("relu")(layers.BatchNormalization(momentum=0.0)(layers.Conv1D(4, 1, padding="valid")(points)))
    t = layers.Dense(9, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(np.eye(3).flatten()))(
        layers.GlobalMaxPooling1D()(x)
    )
    return Model(points, layers.Dot(axes=(2, 1))([points, layers.Reshape((3, 3))(t)]))


@model
def retinanet_head() -> Model:
    image = Input((32, 32, 3))
    c3 = layers.Conv2D(4, 3, 4, padding="same")(image)
    c4 = layers.Conv2D(4, 3, 2, padding="same")(c3)
    p4 = layers.Conv2D(4, 1)(c4)
    p3 = layers.Conv2D(4, 1)(c3) + layers.UpSampling2D(2)(p4)
    rare = keras.initializers.Constant(-4.6)
    head = Sequential([Input((None, None, 4)), layers.Conv2D(4, 3, padding="same"), layers.ReLU(),
                       layers.Conv2D(12, 3, padding="same", bias_initializer=rare)])  # fmt: skip
    return Model(
        image, ops.concatenate([ops.reshape(head(p), (-1, size * size * 3, 4)) for p, size in ((p3, 8), (p4, 4))], 1)
    )


@model
def super_resolution() -> Model:
    x = Input((None, None, 1), name="low")
    y = layers.Conv2D(4, 5, activation="relu", kernel_initializer="orthogonal", padding="same")(x)
    y = ops.reshape(y[:, :4, :4, :], (-1, 4, 4, 2, 2))
    return Model(x, ops.transpose(y, (0, 1, 3, 2, 4)))


@model
def low_light_curves() -> Model:
    image = Input((8, 8, 3))
    curves = layers.Conv2D(6, 3, padding="same", activation="tanh")(image)
    x = image
    for r in ops.split(curves, 2, axis=3):
        x = x + r * (ops.square(x) - x)
    return Model(image, x)


@model
def nerf_encoding() -> Model:
    x = Input((None, 3))
    encoded = [x] + [f((2.0**i) * x) for i in range(2) for f in (ops.sin, ops.cos)]
    return Model(x, ops.concatenate(encoded, axis=-1))


@model
def ddpm_time_embedding() -> Model:
    image, time = Input((8, 8, 3)), Input((), dtype="int64")
    t = ops.cast(time, "float32")[:, None] * np.exp(np.arange(4) * -0.5).astype("float32")[None, :]
    t = layers.Dense(8, activation="swish")(ops.concatenate([ops.sin(t), ops.cos(t)], -1))
    x = layers.GroupNormalization(4)(layers.Conv2D(8, 3, padding="same")(image) + t[:, None, None, :])
    return Model([image, time], layers.Conv2D(3, 3, padding="same", kernel_initializer="zeros")(ops.silu(x)))


@model
def mlp_mixer() -> Model:
    x = Input((4, 6))
    y = layers.Permute((2, 1))(layers.LayerNormalization()(x))
    y = layers.Permute((2, 1))(layers.Dense(4, activation="gelu")(y))
    x1 = layers.Add()([x, y])
    u, v = ops.split(layers.Dense(12)(x1), 2, axis=-1)
    return Model(x, u * layers.Conv1D(6, 1)(v) + x1)


@model
def mixture_of_experts() -> Model:
    x = Input((6,))
    gates = ops.softmax(layers.Dense(3)(x))
    experts = ops.stack([layers.Dense(2)(x) for _ in range(3)], axis=1)
    best, index = ops.top_k(gates, 2)
    return Model(x, {"mixed": ops.einsum("be,beo->bo", gates, experts), "best": best, "index": index})


@model
def conditionals_on_tensors() -> Model:
    x, flag = Input((4,)), Input((1,), dtype="bool")
    y = ops.where(x > 0.0, x, ops.abs(x) ** 0.5)
    z = ops.where(flag, y, ops.zeros_like(y))
    return Model([x, flag], ops.clip(z, 0.0, 1.0) + ops.cast(ops.logical_not(flag), "float32"))


@model
def arithmetic_of_every_kind() -> Model:
    x, y = Input((4,)), Input((4,))
    z = (x + 1) - (2 - y) * x / (y**2 + 1.5) // 0.25 % 3 - -x
    return Model([x, y], [z, x @ ops.transpose(y), abs(x) ** 2, (x >= y), x != y])


@model
def slices_of_every_kind() -> Model:
    x = Input((6, 5, 4))
    parts = [x[:, 0], x[:, -1, 1:], x[:, ::2, ..., -1], x[..., None, 1:3], x[:, 1:-1, ::-1], x[:, :, 2, 3]]
    return Model(x, [layers.Flatten()(part) for part in parts])


@model
def operations_with_several_results() -> Model:
    x = Input((6, 4))
    mean, variance = ops.moments(x, axes=[1], keepdims=True)
    parts = ops.unstack(x, axis=1)
    q, r = ops.qr(ops.matmul(ops.transpose(x, (0, 2, 1)), x))
    return Model(x, [(x - mean) * ops.rsqrt(variance + 1e-3), parts[0] + parts[-1], q[:, :, 0] + r[:, 0]])


@model
def operations_on_images() -> Model:
    x = Input((8, 8, 3))
    y = ops.image.resize(x, (4, 4), interpolation="nearest")
    y = ops.nn.average_pool(ops.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]]), 2, 2)
    z = ops.image.extract_patches(x, (4, 4))
    return Model(x, [y, ops.one_hot(ops.argmax(z, -1), 48), ops.nn.gelu(y, approximate=False)])


@model
def constants_of_every_kind() -> Model:
    x = Input((3,))
    y = ops.matmul(x, np.arange(6, dtype="float32").reshape(3, 2)) + ops.convert_to_tensor([1.0, 2.0])
    z = ops.take(ops.convert_to_tensor([[0.5], [1.5]]), ops.cast(x > 0, "int32"), axis=0)
    return Model(x, [y, z, 3.0 / (ops.exp(x) + 1)])


@model
def preprocessing() -> Model:
    text, number, image = (
        Input((), dtype="string", name="text"), Input((2,), name="number"), Input((8, 8, 3), name="image")
    )  # fmt: skip
    words = layers.TextVectorization(max_tokens=10, output_sequence_length=4, vocabulary=["a", "b"])(text)
    codes = layers.CategoryEncoding(4, output_mode="multi_hot")(layers.Discretization([-0.5, 0.0, 0.5])(number))
    x = layers.CenterCrop(4, 4)(layers.Resizing(6, 6)(layers.RandomContrast(0.2)(image)))
    x = layers.RandomZoom(0.2)(layers.RandomTranslation((-0.2, 0.3), 0.1, fill_mode="reflect")(x))
    index = layers.IntegerLookup(vocabulary=[3, 5], num_oov_indices=2)(words)
    hashed = layers.Hashing(5, salt=[1, 2])(words)
    crossed = layers.HashedCrossing(7)((ops.cast(number[:, 0], "int32"), ops.cast(number[:, 1], "int32")))
    return Model([text, number, image], [index, hashed, crossed, codes, x])


@model
def mixed_precision() -> Model:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        x = Input((8,))
        y = layers.BatchNormalization()(layers.Dense(4, activation="relu")(x))
        return Model(x, layers.Dense(2, activation="softmax", dtype="float32")(ops.cast(y, "float32") + y))
    finally:
        keras.config.set_dtype_policy(before)


@model
def objects_with_arguments() -> Model:
    x = Input((8,))
    y = layers.Dense(
        4, kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed=1),
        kernel_regularizer=keras.regularizers.L1L2(1e-5, 1e-4), bias_constraint=keras.constraints.NonNeg(),
        kernel_constraint=keras.constraints.MaxNorm(2, axis=[0]), activation=layers.LeakyReLU(0.1), name="y",
    )(x)  # fmt: skip
    made = Model(x, layers.SpectralNormalization(layers.Dense(2))(y))
    rate = keras.optimizers.schedules.CosineDecay(1e-3, 100, warmup_target=1e-2, warmup_steps=10)
    made.compile(keras.optimizers.AdamW(rate, weight_decay=1e-4, clipnorm=1.0), keras.losses.Huber(0.5),
                 metrics=["mae", keras.metrics.RootMeanSquaredError()])  # fmt: skip
    return made


@model
def frozen_layers() -> Model:
    x = Input((8,))
    y = layers.BatchNormalization(trainable=False)(layers.Dense(4, trainable=False)(x))
    return Model(x, layers.Dense(1)(y), trainable=True)


@model
def monte_carlo_dropout() -> Model:
    x = Input((8,))
    return Model(x, layers.AlphaDropout(0.3)(layers.Dropout(0.5, seed=2)(x, training=False)))


@model
def inputs_of_every_kind() -> Model:
    a, b = Input(batch_shape=(2, 3), dtype="float64", name="a"), Input((), name="b", dtype="uint8")
    c = Input((None, None), name="c", dtype="bool")
    return Model([c, a, b], [ops.any(c, axis=[1, 2]), ops.cast(a, "float32") + ops.cast(b, "float32")[:, None]])


@model
def outputs_that_are_inputs() -> Model:
    x, y = Input((3,), name="x"), Input((2,), name="y")
    z = layers.Dense(2, name="z")(x)
    return Model([x, y], {"same": x, "once": z, "twice": z, "other": y})


@model
def two_heads_with_one_tensor_twice() -> Model:
    x = Input((3,))
    y = layers.Dense(2, name="y")(x)
    return Model(x, [y, y, layers.Softmax()(y)])


@model
def deep_chain() -> Model:
    x = y = Input((2,))
    for _ in range(60):
        y = layers.Activation("tanh")(layers.Dense(2)(y))
    return Model(x, y)


@model
def names_with_dots_and_spaces() -> Model:
    x = Input((3,), name="the input")
    y = layers.Dense(2, name="block_1.dense")(x)
    return Model(x, layers.Dense(1, name="2nd-dense")(y), name="my model 1.0")


@model
def sequential_of_everything() -> Model:
    return Sequential([
        Input((12, 12, 3)), layers.ZeroPadding2D(((1, 0), (0, 1))), layers.Cropping2D(1), layers.DepthwiseConv2D(3),
        layers.SeparableConv2D(4, (3, 1), strides=2, padding="same"), layers.UnitNormalization(),
        layers.LayerNormalization(axis=[1, 2]), layers.ELU(0.5), layers.ReLU(6.0, threshold=0.1),
        Sequential([layers.Dense(2), layers.Dropout(0.1)]), layers.AveragePooling2D((2, 1), padding="same"),
        layers.Permute((3, 1, 2)), layers.Reshape((-1, 6)), layers.Flatten(), layers.RepeatVector(2),
    ])  # fmt: skip


@model
def sequential_built_on_data() -> Model:
    made = Sequential([layers.Dense(3, activation="relu"), layers.Dense(1)])
    made.build((None, 4))
    return made


@model
def functional_without_layers() -> Model:
    x = Input((3,))
    return Model(x, ops.mean(x, axis=-1))


@model
def speech_features() -> Model:
    audio = Input((64,))
    x = ops.abs(ops.rfft(ops.reshape(audio, (-1, 4, 16)))[0])
    x = layers.Conv1D(4, 3, padding="same", activation="relu")(layers.Dense(4)(x))
    return Model(audio, layers.GlobalMaxPooling1D(keepdims=True)(layers.AveragePooling1D(2)(x)))


@model
def timeseries_transformer() -> Model:
    x = Input((12, 1))
    y = layers.Dropout(0.1)(layers.MultiHeadAttention(key_dim=4, num_heads=2, value_dim=3, output_shape=(1,))(x, x))
    res = layers.LayerNormalization(epsilon=1e-6)(y) + x
    y = layers.Conv1D(filters=1, kernel_size=1)(layers.Conv1D(4, 1, activation="relu")(res))
    y = layers.GlobalAveragePooling1D(data_format="channels_last")(y + res)
    return Model(x, layers.Dense(2, activation="softmax")(y))


@model
def graph_attention_step() -> Model:
    nodes, adjacency = Input((5, 4)), Input((5, 5))
    h = layers.Dense(3, use_bias=False)(nodes)
    scores = ops.leaky_relu(layers.Dense(1)(h) + ops.swapaxes(layers.Dense(1)(h), 1, 2), 0.2)
    weights = ops.softmax(ops.where(adjacency > 0, scores, -1e9), axis=-1)
    return Model(
        [nodes, adjacency], layers.EinsumDense("bnd,de->bne", (None, 2), bias_axes="e")(ops.matmul(weights, h))
    )


@model
def policy_and_value() -> Model:
    state = Input((4,))
    common = layers.Dense(8, activation="relu")(state)
    logits, value = layers.Dense(2)(common), ops.squeeze(layers.Dense(1)(common), axis=1)
    return Model(inputs=state, outputs=[logits - ops.logsumexp(logits, axis=1, keepdims=True), value])


@model
def dueling_q_network() -> Model:
    state = Input((4, 6, 6))
    x = layers.Permute((2, 3, 1))(state)
    x = layers.Flatten()(layers.Conv2D(4, 3, data_format="channels_last")(x))
    advantage, value = layers.Dense(3)(x), layers.Dense(1)(x)
    return Model(state, value + (advantage - ops.mean(advantage, axis=1, keepdims=True)))


@model
def object_detector_boxes() -> Model:
    x = Input((8, 8, 4))
    raw = layers.Conv2D(5, 1)(x)
    xy, wh, score = raw[..., 0:2], raw[..., 2:4], raw[..., 4:]
    grid = np.stack(np.meshgrid(np.arange(8), np.arange(8)), -1).astype("float32")
    return Model(x, ops.concatenate([ops.sigmoid(xy) + grid, ops.exp(wh), ops.sigmoid(score)], axis=-1))


@model
def metric_learning() -> Model:
    x = Input((8, 8, 3))
    y = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(x))
    return Model(x, layers.UnitNormalization()(layers.Dense(4)(y)))


@model
def contrastive_with_shared_head() -> Model:
    head = Sequential([Input((4,)), layers.Dense(4, activation="relu"), layers.Dense(2)], name="head")
    a, b = Input((4,), name="a"), Input((4,), name="b")
    p, q = ops.normalize(head(a), axis=1), ops.normalize(head(b), axis=1)
    return Model({"a": a, "b": b}, {"similarity": ops.matmul(p, ops.transpose(q)) / 0.1})


@model
def knowledge_tracing() -> Model:
    steps, skill = Input((None, 6)), Input((None,), dtype="int32")
    h = layers.LSTM(4, return_sequences=True, recurrent_dropout=0.1, unit_forget_bias=False)(
        layers.Masking(-1.0)(steps)
    )
    y = layers.TimeDistributed(layers.Dense(6, activation="sigmoid"))(h)
    return Model([steps, skill], ops.sum(y * ops.one_hot(skill, 6), axis=-1))


@model
def stateful_recurrence() -> Model:
    x = Input(batch_shape=(2, 5, 3))
    return Model(
        x, layers.GRU(4, stateful=True, return_sequences=True)(layers.LSTM(3, stateful=True, return_sequences=True)(x))
    )


@model
def convolutions_of_all_ranks() -> Model:
    x = Input((16, 2))
    y = layers.Conv1DTranspose(4, 3, strides=2, output_padding=1)(layers.SeparableConv1D(3, 3)(x))
    y = layers.UpSampling1D(2)(layers.ZeroPadding1D((1, 2))(layers.Cropping1D(1)(layers.DepthwiseConv1D(3)(y))))
    return Model(x, layers.MaxPooling1D(2)(y))


@model
def augmentation_pipeline() -> Model:
    augment = Sequential([Input((8, 8, 3)), layers.RandomFlip(seed=1), layers.RandomBrightness(0.2, value_range=(0, 1)),
                          layers.RandomCrop(6, 6), layers.GaussianDropout(0.1)], name="augment")  # fmt: skip
    x = Input((8, 8, 3))
    return Model(x, layers.Conv2D(2, 3)(augment(x)))


@model
def blocks_of_a_spec() -> Model:
    x = y = Input((8, 8, 4), name="image")
    for number in range(2):
        z = layers.Conv2D(4, 3, padding="same", name=f"stage.{number}.conv")(y)
        z = layers.BatchNormalization(name=f"stage.{number}.norm")(z)
        y = layers.Add(name=f"stage.{number}.add")([y, z])
    heads = [layers.GlobalAveragePooling2D(name="head.pool")(y), layers.Flatten(name="2nd-head")(y)]
    return Model(x, heads)


@model
def unet_on_a_frozen_backbone() -> Model:
    x = y = Input((16, 16, 3), name="backbone_input")
    features = []
    for stage, filters in enumerate((4, 6), 1):
        y = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False, name=f"stage{stage}_unit1_conv1")(y)
        y = layers.BatchNormalization(scale=stage > 1, epsilon=2e-5, name=f"stage{stage}_unit1_bn1")(y)
        features.append(y)
    backbone = Model(x, features, name="resnet-18.backbone")
    backbone.trainable = False
    image = Input((16, 16, 3), name="data")
    skip, y = backbone(image)
    y = layers.UpSampling2D(2, name="decoder_stage0_upsampling")(y)
    y = layers.Concatenate(axis=3, name="decoder_stage0_concat")([y, skip])
    y = layers.UpSampling2D(2, interpolation="bilinear")(layers.ReLU(name="decoder_stage0_relu")(y))
    return Model(image, layers.Conv2D(1, 3, padding="same", activation="sigmoid", name="final conv")(y), name="u-net")


@model
def auxiliary_classifier() -> Model:
    x = Input((9, 9, 4))
    y = layers.concatenate([layers.Conv2D(3, 1)(x), layers.Conv2D(3, (1, 7), padding="same")(x)], name="mixed.0")
    aux = layers.Dense(2, activation="softmax", name="aux.logits")(layers.Flatten()(y))
    main = layers.Dense(2, activation="softmax", name="main-logits")(layers.GlobalAveragePooling2D()(y))
    made = Model(x, [main, aux])
    losses = {"main-logits": "categorical_crossentropy", "aux.logits": "mse"}
    made.compile("adam", losses, loss_weights={"main-logits": 1.0, "aux.logits": 0.3})
    return made


@model
def capsules() -> Model:
    def squash(value: keras.KerasTensor) -> keras.KerasTensor:
        length = ops.sum(ops.square(value), axis=-1, keepdims=True)
        return length / (1 + length) * value / ops.sqrt(length + 1e-7)

    x = Input((8, 8, 1))
    y = squash(layers.Reshape((-1, 4))(layers.Conv2D(8, 5, strides=2, activation="relu")(x)))
    votes = ops.einsum("bic,ocd->boid", y, ops.ones((3, 4, 5)))
    logits = ops.zeros_like(votes[..., 0])
    for _ in range(2):
        y = squash(ops.sum(ops.softmax(logits, axis=1)[..., None] * votes, axis=2))
        logits = logits + ops.einsum("boid,bod->boi", votes, y)
    return Model(x, [ops.norm(y, axis=-1), y])


@model
def model_in_a_wrapper_and_beside_it() -> Model:
    x = Input((8, 8, 1))
    frame = Model(x, layers.GlobalMaxPooling2D()(layers.SeparableConv2D(4, 3)(x)), name="frame-net")
    video = Input((3, 8, 8, 1))
    y = layers.GRU(4, reset_after=False)(layers.TimeDistributed(frame, name="per frame")(video))
    return Model(video, layers.Subtract()([y, frame(video[:, 0])]))


@model
def states_of_stacked_cells() -> Model:
    x = Input((5, 4))
    y, _, state = layers.RNN([layers.GRUCell(3), layers.GRUCell(2)], return_sequences=True, return_state=True)(x)
    return Model(x, layers.Conv1DTranspose(2, 3, strides=2, output_padding=1, padding="same")(y) + state[:, None])


@model
def head_called_in_a_list_of_outputs() -> Model:
    head = layers.Dense(3, name="head")
    inner = Sequential([Input((4,)), layers.Dense(2)], name="tower")
    x, y = Input((4,), name="x"), Input((4,), name="y")
    return Model([x, y], [head(x), inner(y), layers.Softmax(name="other")(head(y))])


@model
def windows_of_attention() -> Model:
    x = Input((8, 8, 4))
    y = ops.roll(layers.LayerNormalization(epsilon=1e-5)(x), (-2, -2), (1, 2))
    windows = ops.reshape(ops.transpose(ops.reshape(y, (-1, 2, 4, 2, 4, 4)), (0, 1, 3, 2, 4, 5)), (-1, 16, 4))
    split = ops.transpose(ops.reshape(layers.Dense(12)(windows), (-1, 16, 3, 2, 2)), (2, 0, 3, 1, 4))
    scores = ops.softmax(split[0] * 2**-0.5 @ ops.transpose(split[1], (0, 1, 3, 2)), -1)
    y = layers.Dense(4)(ops.reshape(ops.transpose(scores @ split[2], (0, 2, 1, 3)), (-1, 16, 4)))
    y = ops.reshape(ops.transpose(ops.reshape(y, (-1, 2, 2, 4, 4, 4)), (0, 1, 3, 2, 4, 5)), (-1, 8, 8, 4))
    return Model(x, x + ops.roll(y, (2, 2), (1, 2)))


@model
def conformer_block() -> Model:
    x = y = Input((None, 8))
    y = y + 0.5 * layers.Dense(8)(layers.Dense(16, activation="silu")(layers.LayerNormalization()(y)))
    normal = layers.LayerNormalization()(y)
    y = y + layers.MultiHeadAttention(2, 4, dropout=0.1)(normal, normal)
    left, right = ops.split(layers.Conv1D(16, 1)(layers.LayerNormalization()(y)), 2, axis=-1)
    z = layers.DepthwiseConv1D(3, padding="same")(left * ops.sigmoid(right))
    return Model(x, y + layers.Conv1D(8, 1)(ops.silu(layers.BatchNormalization()(z))))


@model
def normalized_graph_convolution() -> Model:
    features, adjacency = Input((5, 3), name="features"), Input((5, 5), name="adjacency")
    looped = adjacency + ops.eye(5)
    scale = ops.rsqrt(ops.sum(looped, -1))
    normal = scale[:, :, None] * looped * scale[:, None, :]
    hidden = layers.Dropout(0.3)(ops.relu(normal @ layers.Dense(4, use_bias=False)(features)))
    return Model([features, adjacency], ops.log_softmax(normal @ layers.Dense(2)(hidden)))


@model
def texts_like_formulas() -> Model:
    x = Input((1,), dtype="string")
    return Model(x, layers.StringLookup(vocabulary=["$a", "${b}", "$${c}", "$ 1"], name="lookup of $ signs")(x))
