"""Random specs of many nodes: branches that meet, shared layers, nested models, chains, expressions and wrappers.

Keras' symbolic tensors say what shapes there are to go on from, and which calls are wrong; a wrong one stays in the
spec now and then. Static inference is not asked.

Left out: the activation "glu" inside a layer. It halves the last dimension, Keras' symbolic tensors do not, and so
Keras builds what follows for another size than comes.
"""

import json
import random
import re
from collections.abc import Callable, Mapping
from typing import Any

from agreement import FAMILIES, Case, generators, pick
from random_draft import Call, Draft, Known, Spec, is_usable

# How many of the calls come from the generators of single calls.
SINGLE = 0.15
SEVERAL = 2
POLICIES = [*[...] * 8, "mixed_float16", "float16"]


def unary(what: Callable[[random.Random, Known], Spec], *ranks: int, dtype: str = "float") -> "Maker":
    """Return a maker of a call with one operand."""

    def make(draft: Draft) -> Call:
        x = draft.some(*ranks, dtype=dtype)
        made = what(draft.rng, x)
        return Call((x,), lambda names: {**made, "from": names[0]})

    return make


def merge(draft: Draft) -> Call:
    """Return a layer or an op that joins two or three tensors, mostly of one shape."""
    rng = draft.rng
    x = draft.some(dtype="")
    operands = (x, *(draft.like(x) for _ in range(rng.choice([1, 1, 1, 2]))))
    if len(operands) == SEVERAL and rng.random() < 0.6:
        axes = {"axes": rng.choice([1, -1, [1, 1], [2, 1], [-1, -1]])}
        what = rng.choice(
            [
                {"Subtract": {}},
                {"Dot": axes},
                {"ops.matmul": {}},
                {"ops.add": {}},
                {"ops.greater": {}},
                {"ops.einsum": {"subscripts": rng.choice(["bij,bjk->bik", "bi,bj->bij", "...i,...i->..."])}},
                {"ops.tensordot": {"axes": rng.choice([0, 1])}},
                {"ops.cross": {}},
                {"Attention": {}},
                {"AdditiveAttention": {}},
            ]
        )
    else:
        axis = pick(rng, axis=[..., -1, 1, 2, 0])
        what = rng.choice(
            [
                *[{name: {}} for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")],
                {"Concatenate": axis},
                {"Concatenate": axis},
                {"ops.concatenate": axis},
                {"ops.stack": axis},
                {"ops.hstack": {}},
            ]
        )
    return Call(operands, lambda names: {**what, "from": list(names)})


def attention(draft: Draft) -> Call:
    """Return a call of a multi-head attention, at times with scores or a causal mask."""
    rng = draft.rng
    query = draft.some(3, 3, 3, 4)
    value = draft.like(query)
    sizes = {"num_heads": 2, "key_dim": rng.choice([2, 4])} | pick(rng, value_dim=[..., 3], output_shape=[..., ..., 5])
    grouped = {"head_dim": 4, "num_query_heads": rng.choice([4, 3]), "num_key_value_heads": 2}
    what = rng.choice([{"MultiHeadAttention": sizes}] * 3 + [{"GroupQueryAttention": grouped}])
    given = pick(rng, use_causal_mask=[..., ..., True], return_attention_scores=[..., ..., True])
    if query.rank > 3:
        # Keras takes the scores to have other dimensions than they have.
        given.pop("return_attention_scores", None)
    if len(given) == SEVERAL:
        # Keras leaves the causal mask on the scores, where no layer after them can take it.
        del given["use_causal_mask"]
    call = {"with": given} if given else {}
    return Call((query, value), lambda names: {**what, "from": {"query": names[0], "value": names[1]}, **call})


def expression(draft: Draft) -> Call:
    """Return arithmetic over one to three tensors."""
    rng = draft.rng
    x = draft.some(dtype="")
    operands = [x, draft.like(x), draft.like(x)]
    text = rng.choice(
        [
            "{0} + {1}",
            "{0} - 2 * {1}",
            "1 - {0}",
            "{0} ** 2 / ({1} + 1.5)",
            "ops.abs({0} - {1})",
            "{0} @ {1}",
            "{0}[:, -1]",
            "{0}[:, 0:2]",
            "{0}[..., None]",
            "{0}[:, ::2, 1]",
            "{0}[:, None] + {1}",
            "{0} * {1} + {2}",
            "{0} > 0.5",
            "-{0}",
            "{0} // 2",
            "ops.mean({0}, axis=-1, keepdims=true) * {1}",
            "ops.softmax({0}) @ {1}",
            "{0}[:, 1:-1] - 1",
            "{0} % 3",
            "ops.concatenate([{0}, {1}], axis=-1)",
            "ops.transpose({0}) @ {1}",
            "{0}[0]",
            "{0}[..., -2]",
            "{0}[:, 9]",
            "ops.maximum({0}, ops.mean({1}, axis=1))",
            "ops.where({0} > 0, {1}, {2})",
            "({0} == {1}) + 1.0",
        ]
    )
    count = 1 + max(int(number) for number in re.findall(r"{(\d)}", text))
    return Call(tuple(operands[:count]), lambda names: {"expr": text.format(*names)})


def chain(draft: Draft) -> Call:
    """Return a chain of layers and ops."""
    rng = draft.rng
    x = draft.some()
    links = [rng.choice(ANY + BY_RANK.get(x.rank, []))(rng, x) for _ in range(rng.randint(2, 4))]
    return Call((x,), lambda names: {"chain": links, "from": names[0]})


def shared(draft: Draft) -> Call:
    """Return a call of a layer that several nodes share, mostly with what it has been built for."""
    rng = draft.rng
    if not draft.layers or rng.random() < 0.3:
        x = draft.some(2, 3, 3, 4)
        name = f"{draft.prefix}shared{len(draft.layers)}"
        draft.takers[name] = x
        made = rng.choice(ANY + BY_RANK.get(x.rank, []) * 2)(rng, x)
        layers = {name: made}
        if any(key.startswith("ops.") for key in made):
            layers = {name: {"Dense": {"units": 4}}}
    else:
        name = rng.choice(sorted(draft.layers))
        layers = {name: draft.layers[name]}
        x = draft.like(draft.takers[name])
    if rng.random() < 0.15 and x.rank > SEVERAL:
        wrapper = rng.choice(["TimeDistributed", "Bidirectional"])
        return Call((x,), lambda names: {wrapper: {"layer": {"ref": name}}, "from": names[0]}, layers)
    return Call((x,), lambda names: {"call": name, "from": names[0]}, layers)


def model(draft: Draft) -> Call:
    """Return a call of a nested model; another call may have other shapes."""
    rng = draft.rng
    if draft.prefix:
        return chain(draft)
    layers: Spec = {}
    if draft.models and rng.random() < 0.6:
        name = rng.choice(sorted(draft.models))
        body = draft.models[name]
        ranks = [len(shape if isinstance(shape, list) else shape["shape"]) + 1 for shape in body["inputs"].values()]
        operands = tuple(draft.some(rank) for rank in ranks)
    else:
        name = f"model{len(draft.models)}"
        body = grown(rng, rng.randint(2, 5), f"{name}_", inputs=rng.choice([1, 1, 2])).spec()
        del body["graphspec"]
        layers = body.pop("layers", {})
        if not body["outputs"]:
            return chain(draft)
        if rng.random() < 0.3:
            body["outputs"] = {f"out{number}": item for number, item in enumerate(body["outputs"])}
        operands = tuple(
            draft.some(len(shape if isinstance(shape, list) else shape["shape"]) + 1, dtype="")
            for shape in body["inputs"].values()
        )
    references = list(body["inputs"])
    return Call(
        operands,
        lambda names: {"call": name, "from": dict(zip(references, names, strict=True))},
        {**{key: value for key, value in draft.layers.items() if key.startswith(f"{name}_")}, **layers},
        {name: body},
    )


def single(draft: Draft) -> Call:
    """Return a call with inputs of its own, as the generators of single calls make them."""
    rng = draft.rng
    generator = rng.choice(SINGLES)
    for _ in range(5):
        case: Case = generator(random.Random(rng.random()))
        if not (
            '"glu"' in json.dumps(case.spec())
            or case.data
            or case.layers
            or case.models
            or case.after
            or isinstance(case.arguments, str)
        ):
            break
    else:
        return expression(draft)
    fresh = {name: f"{draft.prefix}in{len(draft.inputs) + number}" for number, name in enumerate(case.inputs)}
    operands = []
    for name, described in case.inputs.items():
        draft.inputs[fresh[name]] = described
        shape = described if isinstance(described, list) else described["shape"]
        batch = None if isinstance(described, list) else described.get("batch_size")
        dtype = "float32" if isinstance(described, list) else described.get("dtype", "float32")
        sizes = (batch, *(size if isinstance(size, int) else None for size in shape))
        operands.append(Known(fresh[name], sizes, dtype))
        draft.known += [operands[-1]] if is_usable(operands[-1]) else []
    old = list(case.inputs)
    node = case.spec()["nodes"]["n"]

    def wired(names: list[str]) -> Spec:
        return {
            **node,
            **({"from": renamed(node["from"], dict(zip(old, names, strict=True)))} if "from" in node else {}),
        }

    return Call(tuple(operands), wired)


def renamed(feed: Any, names: Mapping[str, str]) -> Any:
    """Return what feeds a node with other references."""
    if isinstance(feed, str):
        return names[feed]
    if isinstance(feed, list):
        return [renamed(item, names) for item in feed]
    return {key: renamed(item, names) for key, item in feed.items()}


def reshaped(rng: random.Random, x: Known) -> Spec:
    """Return a reshape to a shape that has the elements of the tensor, or mostly so."""
    sizes = list(x.shape[1:])
    rng.shuffle(sizes)
    target = rng.choice([[-1], [*sizes], [-1, 2], [2, -1], [1, *sizes], [-1, *x.shape[-1:]], [3, 5]])
    return {"Reshape": {"target_shape": [-1 if size is None else size for size in target]}}


def permuted(rng: random.Random, x: Known) -> Spec:
    """Return a permutation of all dimensions but the batch, or of one too many."""
    axes = list(range(1, x.rank + (rng.random() < 0.1)))
    rng.shuffle(axes)
    return {"Permute": {"dims": axes}}


def padded(rng: random.Random, x: Known) -> Spec:
    """Return a padding of the dimensions after the batch."""
    return {"ops.pad": {"pad_width": [[0, 0], *([rng.randrange(3), rng.randrange(2)] for _ in range(x.rank - 1))]}}


def of(name: str, **choices: list[Any]) -> "What":
    """Return a maker of a layer or op with random arguments."""
    return lambda rng, _: {name: pick(rng, **choices)}


def conv(name: str, **more: list[Any]) -> "What":
    """Return a maker of a convolution."""
    choices: dict[str, list[Any]] = {
        "kernel_size": [1, 2, 3, 3, 5],
        "strides": [..., ..., 1, 2],
        "padding": ["same", "same", "valid", ...],
        "dilation_rate": [*[...] * 6, 2],
        "use_bias": [..., ..., False],
        "activation": [..., "relu", "softmax"],
        "dtype": POLICIES,
    }
    return of(name, **choices, **more)


def pool(name: str) -> "What":
    """Return a maker of a pooling."""
    return of(name, pool_size=[..., 2, 3], strides=[..., ..., 1, 2], padding=[..., "same", "valid"])


What = Callable[[random.Random, Known], Spec]
Maker = Callable[[Draft], Call]
FILTERS = [4, 4, 8, 6]
LOOP: dict[str, list[Any]] = {
    "return_sequences": [True, True, False],
    "go_backwards": [..., ..., True],
    "dtype": POLICIES,
}
AXIS: dict[str, list[Any]] = {"axis": [-1, 1, 1, 2, None, [1, 2], 0, 3], "keepdims": [..., ..., True]}
ANY: list[What] = [
    *[of("Dense", units=FILTERS, use_bias=[..., ..., False], activation=[..., "relu", "gelu"], dtype=POLICIES)] * 4,
    *[of(name) for name in ("ReLU", "LeakyReLU", "Softmax", "UnitNormalization", "Identity", "Flatten", "Flatten")],
    *[
        of(name)
        for name in ("LayerNormalization", "BatchNormalization", "GroupNormalization", "ops.sort", "ops.transpose")
    ],
    of("Activation", activation=["relu", "softmax", "swish"]),
    of("Dropout", rate=[0.5]),
    of("GaussianNoise", stddev=[0.1]),
    of("PReLU", shared_axes=[..., [1]]),
    of("LayerNormalization", axis=[-1, 1, [1, 2]]),
    of("Rescaling", scale=[0.5, 2]),
    of("Masking"),
    of("BatchNormalization", axis=[..., 1], scale=[..., False]),
    of("ActivityRegularization", l2=[0.1]),
    of("GroupNormalization", groups=[2, 4, 3]),
    of("SpectralNormalization", layer=[{"Dense": {"units": 4}}]),
    *[reshaped] * 3,
    *[permuted] * 2,
    padded,
    *[of(f"ops.{name}", **AXIS) for name in ("mean", "sum", "max", "std", "logsumexp", "argmax")],
    *[of(f"ops.{name}", axis=[-1, 1, 2]) for name in ("softmax", "flip", "cumsum", "sort", "expand_dims", "squeeze")],
    of("ops.cast", dtype=["float32", "float16", "int32", "bool"]),
    of("ops.clip", x_min=[0], x_max=[1]),
    of("ops.reshape", newshape=[[-1, 4], [-1, 2, 4], [-1], [4, -1]]),
    of("ops.repeat", repeats=[2], axis=[1, -1]),
    of("ops.split", indices_or_sections=[2, 2, [1], 3], axis=[-1, 1]),
    of("ops.top_k", k=[1, 2, 5]),
    of("ops.roll", shift=[1], axis=[1]),
    of("ops.tile", repeats=[[1, 2], [1, 1, 2], 2]),
    of("ops.moveaxis", source=[1], destination=[-1]),
    of("ops.one_hot", num_classes=[3]),
    of("ops.take", indices=[0, [0, 1]], axis=[1, -1]),
    of("ops.norm", axis=[-1, 1]),
    *[
        of(f"ops.{name}")
        for name in ("square", "exp", "relu", "isnan", "sign", "sqrt", "swish", "zeros_like", "ravel", "shape")
    ][:-1],
]
BY_RANK: dict[int, list[What]] = {
    2: [
        of("RepeatVector", n=[3, 4]),
        of("ops.diag"),
        of("Dense", units=FILTERS),
        of("Embedding", input_dim=[9], output_dim=[4]),
    ],
    3: [
        *[conv("Conv1D", filters=FILTERS), conv("SeparableConv1D", filters=FILTERS), conv("DepthwiseConv1D")],
        *[conv("Conv1DTranspose", filters=FILTERS), pool("MaxPooling1D"), pool("AveragePooling1D")],
        of("Conv1D", filters=FILTERS, kernel_size=[3], padding=["causal"], groups=[..., 2]),
        of("GlobalAveragePooling1D", keepdims=[..., True]),
        of("GlobalMaxPooling1D"),
        of("SpatialDropout1D", rate=[0.2]),
        *[of(name, units=FILTERS, return_state=[..., ..., True], **LOOP) for name in ("LSTM", "GRU", "SimpleRNN")],
        of(
            "Bidirectional",
            layer=[{"LSTM": {"units": 4}}, {"GRU": {"units": 3, "return_sequences": True}}],
            merge_mode=[..., "sum", "mul"],
        ),
        of("TimeDistributed", layer=[{"Dense": {"units": 4}}, {"Flatten": {}}, {"LSTM": {"units": 2}}]),
        of("UpSampling1D", size=[2]),
        of("ZeroPadding1D", padding=[1, [0, 2]]),
        of("Cropping1D", cropping=[1, [0, 2], 4]),
        of("AdaptiveAveragePooling1D", output_size=[2]),
        of("EinsumDense", equation=["abc,cd->abd"], output_shape=[[None, 4]]),
        of(
            "RNN",
            cell=[{"LSTMCell": {"units": 4}}, [{"GRUCell": {"units": 3}}, {"GRUCell": {"units": 4}}]],
            return_sequences=[True, False],
        ),
    ],
    4: [
        *[conv("Conv2D", filters=FILTERS, data_format=[*[...] * 6, "channels_first"])] * 2,
        *[conv("SeparableConv2D", filters=FILTERS), conv("DepthwiseConv2D"), conv("Conv2DTranspose", filters=FILTERS)],
        *[pool("MaxPooling2D"), pool("AveragePooling2D"), of("GlobalAveragePooling2D", keepdims=[..., True])],
        *[of("GlobalMaxPooling2D"), of("UpSampling2D", size=[2, [1, 2]]), of("ZeroPadding2D", padding=[1, [0, 2]])],
        of("Cropping2D", cropping=[1, [0, 2], 3]),
        of("Resizing", height=[4], width=[6]),
        of("SpatialDropout2D", rate=[0.2]),
        of("ConvLSTM1D", filters=[2], kernel_size=[2, 3], padding=["same", "valid"], return_sequences=[True, False]),
        of(
            "TimeDistributed",
            layer=[{"Conv1D": {"filters": 4, "kernel_size": 2}}, {"LSTM": {"units": 3}}, {"GlobalMaxPooling1D": {}}],
        ),
        of("RandomFlip"),
        of("CenterCrop", height=[3], width=[3]),
        of("ops.image.resize", size=[[2, 3]]),
    ],
    5: [
        *[conv("Conv3D", filters=[4]), pool("MaxPooling3D"), pool("AveragePooling3D"), of("GlobalAveragePooling3D")],
        *[of("UpSampling3D"), of("ZeroPadding3D"), of("Cropping3D", cropping=[1])],
        of("ConvLSTM2D", filters=[2], kernel_size=[2], padding=["same"], return_sequences=[True, False]),
        of("TimeDistributed", layer=[{"Conv2D": {"filters": 4, "kernel_size": 2}}, {"GlobalAveragePooling2D": {}}]),
    ],
}
SINGLES = [generator for family in FAMILIES for generator in generators(family).values()]
MAKERS: list[tuple[int, Maker]] = [
    *[
        (3 * len(whats) // 4, unary(lambda rng, _, whats=whats: rng.choice(whats)(rng, _), rank))
        for rank, whats in BY_RANK.items()
    ],
    (2, unary(of("Embedding", input_dim=[9], output_dim=[4, 8], mask_zero=[..., True]), 2, 3, dtype="int")),
    (14, unary(lambda rng, x: rng.choice(ANY)(rng, x))),
    (10, merge),
    (3, attention),
    (8, expression),
    (5, chain),
    (6, shared),
    (4, model),
]


def grown(rng: random.Random, count: int, prefix: str = "", inputs: int | None = None) -> Draft:
    """Return a draft of so many nodes."""
    draft = Draft(rng, prefix)
    for _ in range(inputs or rng.randint(1, 4)):
        draft.add_input()
    weights, makers = zip(*MAKERS, strict=True)
    # What is tried in vain ends, too.
    for _ in range(count * 12):
        if len(draft.nodes) >= count:
            break
        is_single = not prefix and rng.random() < SINGLE
        draft.try_call(single(draft) if is_single else rng.choices(makers, weights)[0](draft))
    return draft


def random_spec(rng: random.Random) -> Spec:
    """Return a spec of 5 to 25 nodes."""
    while not (found := grown(rng, rng.randint(5, 25))).nodes:
        pass
    return found.spec()
