"""Tensors and shapes that are written as plain numbers and lists of numbers."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial

from graphspec.shapes.dtypes import INTEGERS, UNSIGNED
from graphspec.shapes.types import Argument, ShapeError, TensorType, as_array, as_tensor

_SHOWN_LENGTH = 60
_BY_KIND = ((float, "float32"), (int, "int32"), (bool, "bool"))


def operand(value: Argument) -> TensorType:
    """Return the type of a tensor that may be written as a number or as lists of numbers.

    >>> operand(((1, 2), (3, 4)))
    TensorType(shape=(2, 2), dtype='int32')
    """
    if not isinstance(value, tuple):
        return as_tensor(value)
    kinds = {type(number) for number in numbers_in(value)}
    if not kinds <= {float, int, bool}:
        raise ShapeError("takes one tensor, not a list")
    dtype = next((name for kind, name in _BY_KIND if kind in kinds), "float32")
    return TensorType(_lengths(value), dtype)


def array(value: Argument) -> TensorType:
    """Return the type of what Keras makes of numbers before anything else: a tensor of float32, int32 or bool."""
    return operand(value) if isinstance(value, tuple) else as_array(value)


def need_tensor(value: Argument, name: str) -> TensorType:
    """Return an operand that has to be a tensor; raise ShapeError where it is written as numbers."""
    if isinstance(value, TensorType):
        return value
    raise ShapeError(
        f'needs a tensor as "{name}", not {_shown(value)}', help="write it {constant: ...}, which is a tensor"
    )


def with_tensors(rule: Callable[..., object], arguments: Mapping[str, Argument]) -> Mapping[str, Argument]:
    """Return the arguments of an op with a tensor wherever its rule declares one.

    As in Keras, numbers may stand there where all operands are written as numbers, so that nothing is symbolic.
    """
    plain = [name for name in _declared_tensors(rule) if not isinstance(arguments[name], TensorType | None)]
    if not plain:
        return arguments
    if not any(isinstance(value, TensorType) for value in arguments.values()):
        return {**arguments, **{name: array(arguments[name]) for name in plain}}
    need_tensor(arguments[plain[0]], plain[0])
    return arguments


@cache
def _declared_tensors(rule: Callable[..., object]) -> tuple[str, ...]:
    # Read from the annotations themselves: inspect.signature would double the time that a small command takes to start.
    function = rule.func if isinstance(rule, partial) else rule
    return tuple(name for name, kind in function.__annotations__.items() if kind in {TensorType, TensorType | None})


def need_number(value: Argument, name: str) -> None:
    """Raise ShapeError where an operand that may be a tensor or a number is written as a list of numbers."""
    if isinstance(value, tuple):
        need_tensor(value, name)


def need_tensors(values: Argument, name: str) -> tuple[TensorType, ...]:
    """Return operands that have to be a list of tensors."""
    if not isinstance(values, tuple) or not values:
        raise ShapeError(f'needs a list of tensors as "{name}"')
    return tuple(need_tensor(value, name) for value in values)


def need_integers(x: TensorType, name: str) -> None:
    """Raise ShapeError unless the numbers of a tensor are whole."""
    if x.dtype not in INTEGERS | UNSIGNED:
        raise ShapeError(f'needs integers as "{name}", not {x.dtype}: ', x, help="cast them, as with ops.cast")


def need_sizes(sizes: Argument, name: str) -> tuple[int, ...]:
    """Return a shape in which every size is a number; raise ShapeError where one is left open."""
    if isinstance(sizes, int):
        raise ShapeError(f'needs a list as "{name}", not {sizes}', help=f"write [{sizes}]")
    if None in sizes or -1 in sizes:
        raise ShapeError(f'needs a number for every size of "{name}", not {show_sizes(sizes)}')
    return tuple(sizes)


def show_sizes(sizes: tuple[int | None, ...]) -> str:
    """Return a shape in an argument as people write it.

    >>> show_sizes((-1, None, 8))
    '[-1, null, 8]'
    """
    return f"[{', '.join('null' if size is None else str(size) for size in sizes)}]"


def numbers_in(value: Argument) -> Iterator[float]:
    """Yield the numbers of nested lists."""
    if isinstance(value, tuple):
        for item in value:
            yield from numbers_in(item)
    else:
        yield value


def _lengths(value: Argument) -> tuple[int, ...]:
    if not isinstance(value, tuple):
        return ()
    inner = {_lengths(item) for item in value}
    if len(inner) > 1:
        raise ShapeError(f"takes lists of one length, not {_shown(value)}")
    return (len(value), *inner.pop()) if inner else (0,)


def _shown(value: Argument) -> str:
    text = str(value).replace("(", "[").replace(",)", "]").replace(")", "]").replace("None", "null")
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}..."
