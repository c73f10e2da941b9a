"""Cases of the layers that prepare numbers, categories, texts and signals.

A layer that has yet to be adapted, and then knows its bins or its vocabulary, is left out: Keras does not run it.
"""

import random
from typing import Any

import numpy as np
from agreement import Case, Generator, pick, sizes

from cases.activation import POLICIES, one_input

DTYPES = ["int64", "int64", "int32", "float32", "bool", "uint8", "float16"]
MODES = ["int", "one_hot", "multi_hot", "count"]
WORDS = ["a", "b", "a b"]


def categories(rng: random.Random, strings: float, rank: int | None = None) -> dict[str, Any]:
    """Return an input of categories, which are strings as often as is said."""
    shape = sizes(rng, rng.choice([0, 1, 1, 1, 2, 3]) if rank is None else rank, among=(1, 1, 2, 3, 4))
    return {"x": {"shape": shape, "dtype": "string" if rng.random() < strings else rng.choice(DTYPES)}}


def rescaling(rng: random.Random) -> Case:
    """Return a call of Rescaling by numbers or arrays, some of which broadcast."""
    inputs = one_input(rng)
    last = (inputs["x"]["shape"] or [3])[-1]
    count = last if isinstance(last, int) else 5
    arrays: list[Any] = [2.0, 1, [0.5] * count, [[1.0] * count], [1.0, 2.0], [3.0]]
    return Case("Rescaling", pick(rng, scale=arrays, offset=[..., ..., *arrays], dtype=POLICIES), inputs, "x")


def normalization(rng: random.Random) -> Case:
    """Return a call of Normalization, with statistics of all shapes or with none.

    An axis that is named twice comes without any, and not of size 1: there Keras runs it by accident.
    """
    inputs = one_input(rng, unknown=0.1)
    shape = inputs["x"]["shape"]
    rank = len(shape) + 1
    axes = sorted(rng.sample(range(1, rank), rng.randint(0, rank - 1)))
    axis: Any = rng.choice(
        [..., axes, axes, None, rng.randint(-rank, rank - 1), rng.randint(-4, 4), [1, -1] if shape != [1] else [1]]
    )
    arguments = pick(rng, axis=[axis], invert=[..., True], dtype=POLICIES)
    if rng.random() < 0.5 or axis == [1, -1]:
        return Case("Normalization", arguments, inputs, "x")
    kept = axis if isinstance(axis, list) else [] if axis is None else [-1 if axis is ... else axis]
    known = [[None, *shape][number] for number in kept if -rank <= number < rank]
    values = np.ones([size if isinstance(size, int) else 2 for size in known]).tolist()
    mean = rng.choice([values, values, values, 0.5, [1.0], [0.5, 0.5], [[1.0, 2.0]]])
    arguments |= pick(rng, mean=[mean], variance=[mean, mean, mean, mean, mean, 2.0, ...])
    return Case("Normalization", arguments, inputs, "x")


def discretization(rng: random.Random) -> Case:
    """Return a call of Discretization with boundaries."""
    arguments = pick(
        rng,
        bin_boundaries=[[0.0, 0.5], [1.0], [0.1, 0.2, 0.3]],
        num_bins=[...] * 9 + [4],
        output_mode=[..., *MODES],
        sparse=[...] * 5 + [True],
        dtype=[*POLICIES, "int32"],
    )
    return Case("Discretization", arguments, one_input(rng), "x")


def category_encoding(rng: random.Random) -> Case:
    """Return a call of CategoryEncoding, at times with weights."""
    arguments = pick(
        rng,
        num_tokens=[2, 5],
        output_mode=[..., *MODES[1:]],
        sparse=[...] * 6 + [True],
        dtype=[*POLICIES, "int32", "int64"],
    )
    inputs = categories(rng, 0)
    if rng.random() < 0.7:
        return Case("CategoryEncoding", arguments, inputs, "x")
    shape = inputs["x"]["shape"]
    inputs["w"] = {"shape": rng.choice([shape, shape, shape, [2]] if len(shape) < 2 else [shape]), "dtype": "float32"}
    if rng.random() < 0.7:
        arguments["output_mode"] = "count"
    return Case("CategoryEncoding", arguments, inputs, {"inputs": "x", "count_weights": "w"})


def hashing(rng: random.Random) -> Case:
    """Return a call of Hashing on numbers or strings."""
    arguments = pick(
        rng,
        num_bins=[1, 3, 8],
        mask_value=[..., ..., ..., 0, "a"],
        salt=[..., 7, [1, 2]],
        output_mode=[..., *MODES],
        sparse=[...] * 6 + [True],
        dtype=[*[...] * 8, "int32", "int64", "float32", "float16", "mixed_float16"],
    )
    inputs = categories(rng, 0.4)
    return Case("Hashing", arguments, inputs, "x")


def hashed_crossing(rng: random.Random) -> Case:
    """Return a call of HashedCrossing on two features, and now and then on three."""
    rank = rng.choice([0, 1, 1, 1, 2])
    inputs: dict[str, Any] = {}
    for name in ["a", "b", "c"][: rng.choice([2] * 9 + [3])]:
        shape = [1] * (rank if rng.random() < 0.95 else 1) if rng.random() < 0.95 else [2]
        dtype = rng.choice(["int64", "int32", "int64", "uint8", "float32", "string", "string"])
        inputs[name] = {"shape": shape, "dtype": dtype, **pick(rng, batch_size=[...] * 20 + [3])}
    arguments = pick(
        rng,
        num_bins=[2, 5],
        output_mode=[..., "int", "one_hot"],
        dtype=[..., ..., ..., "int32", "float16", "mixed_float16"],
    )
    return Case("HashedCrossing", arguments, inputs, list(inputs))


LOOKED_UP: dict[str, list[Any]] = {
    "invert": [...] * 8 + [True],
    "output_mode": [..., *MODES, "tf_idf", "binary", "tf-idf"],
    "sparse": [...] * 9 + [True],
    "pad_to_max_tokens": [..., ..., False],
    "max_tokens": [..., ..., ..., 8, 20, 3],
    "num_oov_indices": [..., ..., 2, 0],
}


def with_vocabulary(rng: random.Random, arguments: dict[str, Any], terms: list[Any], special: list[Any]) -> None:
    """Give a layer a vocabulary, which may begin with special tokens, and weights where it needs some."""
    vocabulary = rng.choice([*[terms] * 6, *[special + terms] * 4, terms + special, terms + terms[:1], []])
    arguments["vocabulary"] = vocabulary
    if "max_tokens" in arguments and rng.random() < 0.4:
        arguments["pad_to_max_tokens"] = True
    if arguments.get("output_mode") in {"tf_idf", "tf-idf"} and rng.random() < 0.9:
        arguments["idf_weights"] = [0.5] * (len(vocabulary) - (rng.random() < 0.1))


def string_lookup(rng: random.Random) -> Case:
    """Return a call of StringLookup; every text is in the vocabulary, in case nothing else has an index."""
    arguments = pick(rng, mask_token=[..., ..., "m", ""], **LOOKED_UP)
    mask = arguments.get("mask_token")
    with_vocabulary(rng, arguments, WORDS, [] if mask is None else [mask])
    inputs = categories(rng, 0.1 if arguments.get("invert") else 0.95)
    return Case("StringLookup", arguments, inputs, "x")


def integer_lookup(rng: random.Random) -> Case:
    """Return a call of IntegerLookup."""
    arguments = pick(rng, mask_token=[..., ..., 9], salt=[...] * 9 + [3], oov_method=[..., "farmhash"], **LOOKED_UP)
    with_vocabulary(rng, arguments, [0, 1, 5], rng.choice([[-1], [9, -1], [9]]))
    inputs = categories(rng, 0.05)
    return Case("IntegerLookup", arguments, inputs, "x")


def text_vectorization(rng: random.Random) -> Case:
    """Return a call of TextVectorization on texts of all shapes."""
    choices = {name: LOOKED_UP[name] for name in ("output_mode", "sparse", "pad_to_max_tokens", "max_tokens")}
    arguments = pick(
        rng,
        split=[..., "character", "whitespace", None],
        standardize=[..., "lower", None],
        ngrams=[..., ..., 2],
        **choices,
    )
    if arguments.get("output_mode", "int") == "int" or rng.random() < 0.1:
        arguments |= pick(rng, ragged=[..., ..., True], output_sequence_length=[..., ..., 4])
    with_vocabulary(rng, arguments, ["a", "b"], ["", "[UNK]"])
    inputs = categories(rng, 0.95)
    if inputs["x"]["shape"] and rng.random() < 0.6:
        inputs["x"]["shape"][-1] = 1
    return Case("TextVectorization", arguments, inputs, "x")


def mel_spectrogram(rng: random.Random) -> Case:
    """Return a call of MelSpectrogram on signals that are mostly long enough."""
    arguments = pick(
        rng,
        fft_length=[4, 8, 16, 9, 15],
        sequence_stride=[1, 2, 3, 7],
        sequence_length=[..., ..., 4, 8, 12],
        num_mel_bins=[2, 5],
        power_to_db=[..., False],
        window=[..., "hamming", None, [1.0] * 8, "foo"],
        dtype=POLICIES,
    )
    inputs = one_input(rng, rng.choice([1, 1, 2, 3]))
    inputs["x"]["shape"][-1] = rng.choice([4, 5, 8, 10, 16, 20, 33, 64, None, "time"])
    return Case("MelSpectrogram", arguments, inputs, "x")


def stft_spectrogram(rng: random.Random) -> Case:
    """Return a call of STFTSpectrogram; a window that has a name is left out, since it takes SciPy to make it."""
    frame = rng.choice([2, 4, 5, 8, 1])
    arguments = pick(
        rng,
        mode=["log", "magnitude", "psd", "real", "imag", "angle", "stft"],
        frame_length=[frame],
        frame_step=[..., ..., 1, 2, 3],
        fft_length=[..., ..., 8, 16, 9],
        window=[None, None, None, [1.0] * frame, [1.0, 0.5]],
        scaling=[..., None],
        padding=[..., "same"],
        expand_dims=[..., True],
        data_format=[..., ..., "channels_last", "channels_first"],
        dtype=POLICIES,
    )
    inputs = one_input(rng, rng.choice([2] * 9 + [1, 3]))
    if rng.random() < 0.7:
        inputs["x"]["dtype"] = "float32"
    time = 1 if arguments.get("data_format") == "channels_first" and len(inputs["x"]["shape"]) > 1 else 0
    inputs["x"]["shape"][time] = rng.choice([3, 8, 16, 20, None, "steps"])
    return Case("STFTSpectrogram", arguments, inputs, "x")


CASES: dict[str, Generator] = {
    "Rescaling": rescaling,
    "Normalization": normalization,
    "Discretization": discretization,
    "CategoryEncoding": category_encoding,
    "Hashing": hashing,
    "HashedCrossing": hashed_crossing,
    "StringLookup": string_lookup,
    "IntegerLookup": integer_lookup,
    "TextVectorization": text_vectorization,
    "MelSpectrogram": mel_spectrogram,
    "STFTSpectrogram": stft_spectrogram,
}
