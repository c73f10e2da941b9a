"""What a person would run in Keras to see the table of specs/multi_output.yaml."""

import keras
from keras import layers

visible = keras.Input((100, 1), name="visible")
extract = layers.LSTM(10, return_sequences=True, name="extract")(visible)
class11 = layers.LSTM(10, name="class11")(extract)
class12 = layers.Dense(10, activation="relu", name="class12")(class11)
label = layers.Dense(1, activation="sigmoid", name="label")(class12)
series = layers.TimeDistributed(layers.Dense(1), name="series")(extract)
keras.Model(visible, [label, series], name="multi_output").summary()
