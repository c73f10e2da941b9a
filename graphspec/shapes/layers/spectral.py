"""SpectralNormalization."""

from graphspec.shapes.dimension import as_known
from graphspec.shapes.nested import effect_inside
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, LayerType, ShapeError, TensorType, Weight

# What owns a kernel or embeddings, by which Keras means an attribute of that name.
_NORMALIZED = frozenset(
    {"Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "Dense", "DepthwiseConv1D",
     "DepthwiseConv2D", "EinsumDense", "Embedding", "ReversibleEmbedding", "SpectralNormalization"}
)  # fmt: skip


def spectral_normalization(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of SpectralNormalization: the layer inside, its output in the dtype of the input.

    It owns a vector beside the kernel, which comes first among the weights. Only training normalizes, so a call takes
    no FLOPs of its own. Source: https://arxiv.org/abs/1802.05957
    """
    inner = layer["layer"]
    if inner.type not in _NORMALIZED:
        raise ShapeError(
            f"needs a layer with a kernel or embeddings, and {inner.type} has neither",
            help="wrap Dense, Embedding or a convolution",
        )
    effect = effect_inside(inner, inputs)
    output: Argument = effect.outputs
    kernel = effect.weights[0]
    vector = Weight("vector_u", (1, kernel.shape[-1]), kernel.dtype, trainable=False)
    fixed = (as_known(inputs.shape[-1]) if inputs.rank else None, effect.fixed)
    return Effect(TensorType(output.shape, inputs.dtype), (*effect.weights, vector), effect.flops, fixed)


RULES: dict[str, Rule] = {"SpectralNormalization": spectral_normalization}
