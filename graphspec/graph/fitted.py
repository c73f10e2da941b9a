"""What a call gives to a nested model, as the model's inputs take it."""

from graphspec.graph.ir import Callable, Input
from graphspec.graph.typed import input_type
from graphspec.shapes.dimension import show
from graphspec.shapes.types import ShapeError, TensorType, UnknownEffectError


def fitted(item: Input, x: TensorType, made: Callable) -> TensorType:
    """Return the type of a nested model's input, as far as the input's own shape and the tensor say.

    Keras adds or takes away a last dimension of 1 where that makes the number of dimensions right.
    """
    declared = input_type(item)
    if declared is None:
        raise UnknownEffectError
    shape = x.shape
    culprit = (made.key, item.name, shape)
    if len(shape) == declared.rank + 1 and shape[-1] == 1:
        shape = shape[:-1]
    elif len(shape) == declared.rank - 1 and declared.shape[-1] == 1:
        shape = (*shape, 1)
    if len(shape) != declared.rank:
        raise ShapeError(f'takes {declared} as "{item.name}", not ', x, culprit=culprit)
    help_ = f"write input_shape: {_listed(x)}" if made.kind == "application" else None
    sizes = [shape[0]]
    for axis, (own, size) in enumerate(zip(declared.shape[1:], shape[1:], strict=True), 1):
        if isinstance(own, int) and isinstance(size, int) and own != size:
            raise ShapeError(
                f'takes {declared} as "{item.name}", not ', x, f": dimension {axis} is {show(own)} and {show(size)}",
                help=help_, culprit=culprit,
            )  # fmt: skip
        sizes.append(own if isinstance(own, int) else size)
    return TensorType(tuple(sizes), declared.dtype)


def _listed(x: TensorType) -> str:
    sizes = (str(size) if isinstance(size, int) else "null" for size in x.shape[1:])
    return f"[{', '.join(sizes)}]"
