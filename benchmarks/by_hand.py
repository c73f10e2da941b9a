"""What a person would write in Keras for specs/multi_output.yaml: build, compile, save."""

import sys

import keras
from keras import layers

visible = keras.Input((100, 1), name="visible")
extract = layers.LSTM(10, return_sequences=True, name="extract")(visible)
class11 = layers.LSTM(10, name="class11")(extract)
class12 = layers.Dense(10, activation="relu", name="class12")(class11)
label = layers.Dense(1, activation="sigmoid", name="label")(class12)
series = layers.TimeDistributed(layers.Dense(1), name="series")(extract)
model = keras.Model(visible, [label, series], name="multi_output")
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-3),
    loss={"label": "binary_crossentropy", "series": "mse"},
    loss_weights={"label": 1.0, "series": 0.5},
    metrics={"label": ["accuracy"]},
)
model.save(sys.argv[1])
