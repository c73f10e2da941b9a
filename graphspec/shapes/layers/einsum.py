"""The rule of EinsumDense: a dense layer whose dimensions an equation names.

Source of the notation: https://numpy.org/doc/stable/reference/generated/numpy.einsum.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from graphspec.shapes.activations import activated
from graphspec.shapes.dimension import Dimension, as_known, plus, product, show, times
from graphspec.shapes.dtypes import result_type
from graphspec.shapes.low_rank import need_plain_weights, with_low_rank
from graphspec.shapes.types import Effect, LayerType, ShapeError, TensorType, Weight

_PLAIN = re.compile(r"([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)")
_LEFT = re.compile(r"\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)")
_RIGHT = re.compile(r"([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\.")
_FORMS = 'write it as "ab,bc->ac", "...b,bc->...c" or "ab...,bc->ac..."'
_SIZES = "output_shape leaves the batch out, and null there stands for the size of the input"


@dataclass(frozen=True, slots=True)
class _Einsum:
    """An equation and the sizes of an input that it names; ``elided`` are those that ``...`` stands for."""

    inputs: str
    kernel: str
    outputs: str
    left: bool
    elided: tuple[Dimension, ...]
    sizes: Mapping[str, Dimension]


def einsum_dense(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of EinsumDense.

    FLOPs: a multiply-add for each combination of the dimensions, an addition for the bias, one for the activation.
    """
    need_plain_weights(layer)
    einsum = _parsed(layer["equation"], inputs)
    wanted = _wanted(layer["output_shape"], einsum, inputs)
    kernel = tuple(_kernel_size(name, einsum, wanted, inputs) for name in einsum.kernel)
    weights = with_low_rank(layer, Weight("kernel", kernel, layer.variable_dtype))
    if layer["bias_axes"] is not None:
        bias = _bias_shape(layer["bias_axes"], einsum, wanted, inputs)
        weights += (Weight("bias", bias, layer.variable_dtype),)
    sizes = {**dict(zip(einsum.kernel, kernel, strict=True)), **einsum.sizes}
    named = tuple(sizes[name] for name in einsum.outputs)
    shape = einsum.elided + named if einsum.left else named + einsum.elided
    made = TensorType(shape, result_type(inputs.dtype, layer.compute_dtype))
    bias_flops = product(shape[1:]) if layer["bias_axes"] is not None else 0
    flops = plus(_multiply_adds(einsum, sizes), bias_flops)
    return activated(layer, Effect(made, weights, flops))


def _parsed(equation: str, x: TensorType) -> _Einsum:
    for form in (_PLAIN, _LEFT, _RIGHT):
        found = form.fullmatch(equation)
        if found is None:
            continue
        inputs, kernel, outputs = found.groups()
        count = x.rank - len(inputs)
        if count < 0 or (count and form is _PLAIN):
            raise ShapeError(f'names {len(inputs)} dimensions in "{equation}", and gets {x.rank}: ', x)
        left = form is _LEFT
        elided = x.shape[:count] if left else x.shape[len(inputs) :]
        named = x.shape[count:] if left else x.shape[: len(inputs)]
        _need_letters(equation, inputs, kernel, outputs)
        return _Einsum(inputs, kernel, outputs, left, elided, dict(zip(inputs, named, strict=True)))
    raise ShapeError(f'cannot read the equation "{equation}"', help=_FORMS)


def _need_letters(equation: str, inputs: str, kernel: str, outputs: str) -> None:
    for name in outputs:
        if name not in inputs + kernel:
            raise ShapeError(f'cannot make dimension "{name}" of "{equation}", which stands left of -> nowhere')
    for name in kernel:
        if name not in inputs + outputs:
            raise ShapeError(f'cannot size dimension "{name}" of the kernel in "{equation}", which stands there alone')


def _wanted(given: int | tuple[int | None, ...], einsum: _Einsum, x: TensorType) -> Mapping[str, int | None]:
    """Return the size that ``output_shape`` gives each dimension of the output; the batch has its own."""
    own = (given,) if isinstance(given, int) else given
    batch = () if einsum.left and einsum.elided else (as_known(x.shape[0]),)
    if len(batch) + len(own) != len(einsum.outputs):
        wanted = len(einsum.outputs) - len(batch)
        raise ShapeError(
            f'makes "{einsum.outputs}", for which output_shape has to hold {wanted} sizes, not {len(own)}: ',
            x,
            help=_SIZES,
        )
    wanted_sizes = dict(zip(einsum.outputs, (*batch, *own), strict=True))
    for name, size in einsum.sizes.items():
        wished = wanted_sizes.get(name)
        if wished is not None and wished != as_known(size):
            raise ShapeError(f'makes dimension "{name}" of {wished}, and it is {show(size)} in ', x, help=_SIZES)
    return wanted_sizes


def _kernel_size(name: str, einsum: _Einsum, wanted: Mapping[str, int | None], x: TensorType) -> int:
    size = wanted[name] if name in wanted else as_known(einsum.sizes[name])
    if size is None:
        raise ShapeError(f'makes weights as large as dimension "{name}", whose size is not known: ', x, help=_SIZES)
    return size


def _bias_shape(axes: str, einsum: _Einsum, wanted: Mapping[str, int | None], x: TensorType) -> tuple[int, ...]:
    """Return the shape of a bias that varies along some of the output's dimensions."""
    if not axes or not set(axes) <= set(einsum.outputs):
        raise ShapeError(f'has bias_axes "{axes}", which have to be among "{einsum.outputs}": ', x)
    first = min(einsum.outputs.index(name) for name in axes)
    named = tuple(
        _kernel_size(name, einsum, wanted, x) if name in axes else 1 for name in einsum.outputs[first:]
    )  # fmt: skip
    return named if einsum.left else named + (1,) * len(einsum.elided)


def _multiply_adds(einsum: _Einsum, sizes: Mapping[str, Dimension]) -> Dimension:
    """Return two for each combination of sizes, those of one sample alone."""
    batched = einsum.left and bool(einsum.elided)
    elided = einsum.elided[1:] if batched else einsum.elided
    named = [size for name, size in sizes.items() if batched or name != einsum.inputs[0]]
    return times(product((*named, *elided)), 2)
