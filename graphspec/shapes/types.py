"""What rules take and return: types of tensors, layers with their arguments, and what a call does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Union

from graphspec.shapes.bits import bits_of
from graphspec.shapes.dimension import Count, Dim, Shape, show


class ShapeError(Exception):
    """What a rule says of inputs that do not fit: a fact in parts, and a help where one is known.

    A part that is a TensorType is shown as its shape and source: ``ShapeError("cannot add ", a, " and ", b)`` becomes
    ``cannot add (batch, 3) from "x" and (batch, 4) from "y"``. The sentence goes on from the layer's name.
    ``culprit`` is what every call that takes it finds fault with: a tensor, or what stands for something else.
    """

    def __init__(
        self,
        *parts: "str | TensorType",
        help: str | None = None,  # noqa: A002 - as in diagnostics
        culprit: object = None,
    ) -> None:
        super().__init__(*parts)
        self.parts = parts
        self.help = help
        self.culprit = culprit

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)


class UnknownEffectError(Exception):
    """A rule cannot say what comes out: the values of tensors, or something outside the spec, decide it."""


@dataclass(frozen=True, slots=True)
class TensorType:
    """The shape of a tensor, batch included, and its dtype; ``int`` and ``float`` are dtypes of plain numbers."""

    shape: Shape
    dtype: str

    @property
    def rank(self) -> int:
        """Return the number of dimensions."""
        return len(self.shape)

    def __str__(self) -> str:
        return show_shape(self.shape)


@dataclass(frozen=True, slots=True)
class Weight:
    """A variable that a layer owns and counts as a parameter."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool = True

    @property
    def size(self) -> int:
        """Return the number of its elements."""
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """Return the number of bytes that it takes."""
        return self.size * bits_of(self.dtype) // 8


# The arguments of a layer or an op: scalars, tuples, mappings, Named objects and, for wrappers, LayerType.
Argument = Any


@dataclass(frozen=True, slots=True)
class Named:
    """An initializer, a loss or the like in an argument: what Keras calls it, and its arguments."""

    name: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayerType:
    """A layer as its rule sees it: all arguments, defaults filled in, and the dtypes that its policy names.

    ``rule`` says what a call of it does. ``unshared`` is what a layer that has a name is without its name.
    """

    type: str
    arguments: Mapping[str, Argument]
    compute_dtype: str
    variable_dtype: str
    rule: "Any" = None
    unshared: "LayerType | None" = None

    def __getitem__(self, name: str) -> Argument:
        return self.arguments[name]

    def effect(self, *args: Argument, **kwargs: Argument) -> "Effect":
        """Return what a call of the layer does; raises ShapeError and UnknownEffectError as rules do."""
        found: Effect = self.rule(self, *args, **kwargs)
        return found

    def copy(self) -> "LayerType":
        """Return the layer that a wrapper makes by copying this one: of the same arguments, with weights of its own."""
        return self.unshared or self


Outputs = Union[TensorType, tuple["Outputs", ...], Mapping[str, "Outputs"]]  # noqa: UP007 - it refers to itself


def tensors_of(outputs: Outputs) -> Iterator[TensorType]:
    """Yield every tensor of what a call returns, in order."""
    if isinstance(outputs, TensorType):
        yield outputs
        return
    for item in outputs.values() if isinstance(outputs, Mapping) else outputs:
        yield from tensors_of(item)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call does: the types that come out, the weights that the layer owns, the FLOPs for one sample.

    ``fixed`` is what building the layer has settled beside its weights; a later call of a shared layer must find the
    same, but where None settles nothing. ``flops`` is None where it depends on a size that is not known.
    """

    outputs: Outputs
    weights: tuple[Weight, ...] = ()
    flops: Count = 0
    fixed: object = None


def show_shape(shape: Shape) -> str:
    """Return a shape as people read it, the batch by its name.

    >>> show_shape((None, 32, None))
    '(batch, 32, ?)'
    """
    sizes = ["batch" if number == 0 and size is None else show(size) for number, size in enumerate(shape)]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def need_rank(x: TensorType, *ranks: int, help: str | None = None) -> None:  # noqa: A002 - as in diagnostics
    """Raise ShapeError unless a tensor has one of these numbers of dimensions, batch included."""
    if x.rank not in ranks:
        wanted = " or ".join(str(rank) for rank in ranks)
        raise ShapeError(f"needs {wanted} dimensions, the batch included, and gets {x.rank}: ", x, help=help, culprit=x)


def need_min_rank(x: TensorType, rank: int, help: str | None = None) -> None:  # noqa: A002 - as in diagnostics
    """Raise ShapeError unless a tensor has at least so many dimensions, batch included."""
    if x.rank < rank:
        raise ShapeError(
            f"needs at least {rank} dimension{'s' * (rank > 1)}, the batch included, and gets {x.rank}: ", x,
            help=help, culprit=x,
        )  # fmt: skip


def need_size(x: TensorType, axis: int, help: str | None = None) -> int:  # noqa: A002 - as in diagnostics
    """Return the size of an axis that weights depend on; raise ShapeError where it is no number."""
    size = x.shape[axis]
    if isinstance(size, int):
        return size
    number = axis if axis >= 0 else x.rank + axis
    known = f'only the name "{size}"' if isinstance(size, Dim) else "nothing"
    raise ShapeError(
        f"makes weights as large as dimension {number}, of which {known} is known: ", x, help=help, culprit=x
    )


def same(x: TensorType, flops: Count = 0, dtype: str | None = None) -> Effect:
    """Return the effect of what changes values alone."""
    return Effect(TensorType(x.shape, dtype or x.dtype), flops=flops)


def as_tensor(value: Argument) -> TensorType:
    """Return the type of an operand that may be a plain number, whose dtype is then ``int``, ``float`` or ``bool``."""
    if isinstance(value, TensorType):
        return value
    return TensorType((), type(value).__name__)


def as_array(value: Argument) -> TensorType:
    """Return the type of an operand that Keras makes a tensor of before anything else: ``2.5`` is then float32."""
    found = as_tensor(value)
    return found if isinstance(value, TensorType) else TensorType((), _ARRAY_OF.get(found.dtype, found.dtype))


_ARRAY_OF = {"int": "int32", "float": "float32"}
