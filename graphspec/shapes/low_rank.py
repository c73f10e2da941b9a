"""Kernels that a low rank adapts: the kernel is frozen, and two thin matrices beside it learn.

Source: https://arxiv.org/abs/2106.09685, section 4.1.
"""

from dataclasses import replace

from graphspec.shapes.types import LayerType, ShapeError, UnknownEffectError, Weight


def with_low_rank(layer: LayerType, kernel: Weight, names: str = "kernel") -> tuple[Weight, ...]:
    """Return a kernel and what ``lora_rank`` puts beside it, always in float32."""
    rank = layer["lora_rank"]
    if not rank:
        return (kernel,)
    if layer[f"{names}_constraint"] is not None:
        raise ShapeError(f'has both "lora_rank" and "{names}_constraint", of which only one works')
    return (
        replace(kernel, trainable=False),
        Weight(f"lora_{names}_a", (*kernel.shape[:-1], rank), "float32"),
        Weight(f"lora_{names}_b", (rank, kernel.shape[-1]), "float32"),
    )


def need_plain_weights(layer: LayerType) -> None:
    """Raise UnknownEffectError for a quantized layer, whose weights its quantizer shapes."""
    policy = layer["dtype"]
    if policy is not None and (not isinstance(policy, str) or "_from_" in policy):
        raise UnknownEffectError
