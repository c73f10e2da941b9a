"""Where Keras' symbolic tensors are wrong, inference follows the run; a test that fails here says that Keras is mended.

What then is to be done: take the layer out of ``_WRONG_IN_KERAS`` in ``target/ask.py``, and the remark from its cases.
"""

import keras
import numpy as np
import pytest
from keras import layers

pytestmark = pytest.mark.keras


def test_scores_of_multi_head_attention_take_the_length_of_the_query_twice() -> None:
    query, value = keras.Input((4, 8)), keras.Input((6, 8))
    attention = layers.MultiHeadAttention(2, 4)
    _, symbolic = attention(query, value, return_attention_scores=True)
    _, real = attention(np.ones((3, 4, 8)), np.ones((3, 6, 8)), return_attention_scores=True)
    assert tuple(real.shape) == (3, 2, 4, 6)
    assert symbolic.shape == (None, 2, 4, 4)


def test_text_vectorization_keeps_a_dimension_that_its_run_drops() -> None:
    layer = layers.TextVectorization(vocabulary=["a", "b"], output_mode="multi_hot")
    symbolic = layer(keras.Input((1,), dtype="string"))
    assert tuple(layer(np.array([["a"], ["b"], ["c"]])).shape) == (3, 3)
    assert symbolic.shape == (None, 1, 3)


@pytest.mark.parametrize("mode", ["multi_hot", "one_hot", "count"])
def test_lookups_promise_floats_and_give_integers(mode: str) -> None:
    layer = layers.IntegerLookup(vocabulary=[1, 2], output_mode=mode)
    symbolic = layer(keras.Input((1,), dtype="int64"))
    assert keras.backend.standardize_dtype(layer(np.array([[1], [2]])).dtype) == "int64"
    assert symbolic.dtype == "float32"


def test_random_shear_does_not_read_its_own_config() -> None:
    with pytest.raises(TypeError, match="range"):
        layers.RandomShear.from_config(layers.RandomShear(0.2, 0.2).get_config())


def test_states_of_stacked_cells_are_nested_otherwise_than_promised() -> None:
    layer = layers.RNN([layers.LSTMCell(4), layers.GRUCell(5)], return_state=True)
    symbolic = layer(keras.Input((3, 2)))
    real = layer(np.ones((2, 3, 2), "float32"))
    assert isinstance(real[2], list | tuple)
    assert isinstance(symbolic[2], keras.KerasTensor)


def test_the_fixed_kernels_of_a_spectrogram_count_as_trained() -> None:
    layer = layers.STFTSpectrogram(frame_length=8, window=None)
    layer(np.ones((1, 32, 1), "float32"))
    assert layer.trainable_weights


def test_a_reversible_embedding_does_not_say_what_it_makes_in_reverse() -> None:
    layer = layers.ReversibleEmbedding(10, 4)
    layer(np.ones((2, 3), "int32"))
    assert tuple(layer(np.ones((2, 3, 4), "float32"), reverse=True).shape) == (2, 3, 10)
    assert tuple(layer.compute_output_shape((2, 3, 4))) == (2, 3, 4, 4)
