"""Ops that choose, sort into bins or limit elements."""

from collections.abc import Callable

from graphspec.shapes.bits import bits_of
from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import Count, differ, product, show, times
from graphspec.shapes.dtypes import counted, is_float, result_type
from graphspec.shapes.kinds import REAL, need_kind, need_plain
from graphspec.shapes.literals import array
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, as_tensor, need_rank

_NUMBER: tuple[type, ...] = (int, float)
_HELD_BY_FLOAT16 = 8
_HELD_BY_FLOAT32 = 16


def where(condition: Argument, x1: Argument = None, x2: Argument = None) -> Effect:
    """Return the effect of a choice between two tensors; of a condition alone, that of finding where it is true.

    Keras says that a condition alone gives as many integers as it has elements; a run gives the places on axis 0.
    """
    if (x1 is None) != (x2 is None):
        raise ShapeError('takes both "x1" and "x2", or neither')
    chosen = array(condition)
    if x1 is None:
        return Effect(TensorType((None,), "int32"), flops=product(chosen.shape[1:]))
    need_plain(x1, "x1", _NUMBER)
    need_plain(x2, "x2", _NUMBER)
    a, b = as_tensor(x1), as_tensor(x2)
    return Effect(TensorType(broadcast(chosen, a, b), result_type(a.dtype, b.dtype)))


def select(condlist: Argument, choicelist: Argument, default: Argument = 0) -> Effect:
    """Return the effect of a choice among several tensors: from the first whose condition is true."""
    if not isinstance(condlist, tuple) or not isinstance(choicelist, tuple) or not condlist:
        raise ShapeError('takes lists of tensors as "condlist" and "choicelist"')
    if len(condlist) != len(choicelist):
        raise ShapeError(f"takes one choice for each condition, not {len(choicelist)} for {len(condlist)}")
    need_plain(choicelist[0], "choicelist", ())
    choices = [as_tensor(value) for value in (*choicelist, default)]
    shape = broadcast(*map(as_tensor, condlist), *choices)
    return Effect(TensorType(shape, _numpy_result_type([x.dtype for x in choices])))


def clip(x: Argument, x_min: Argument, x_max: Argument) -> Effect:
    """Return the effect of limits to values, with two FLOPs for each element."""
    given = array(x)
    need_kind(REAL, given.dtype, given)
    dtype = counted(given.dtype)
    for name, bound in (("x_min", x_min), ("x_max", x_max)):
        _need_bound(given, dtype, name, bound)
    return Effect(TensorType(given.shape, dtype), flops=product((2, *given.shape[1:])))


def digitize(x: Argument, bins: Argument) -> Effect:
    """Return the effect of finding the bin of each element, at one FLOP."""
    given = array(x)
    need_plain(bins, "bins", ())
    need_kind(REAL, given.dtype, given)
    need_rank(bins, 1)
    return Effect(TensorType(given.shape, "int32"), flops=product(given.shape[1:]))


def isin(x1: Argument, x2: Argument, **_: Argument) -> Effect:
    """Return the effect of looking up each element among others: a comparison with each of them."""
    need_plain(x1, "x1", ())
    others = array(x2)
    result_type(x1.dtype, others.dtype)
    return Effect(TensorType(x1.shape, "bool"), flops=times(product(x1.shape[1:]), _elements(others)))


def in_top_k(targets: TensorType, predictions: TensorType, k: int) -> Effect:  # noqa: ARG001 - as every rule
    """Return whether the class of each sample is among the k likeliest, with one FLOP for each class."""
    need_rank(targets, 1, help="targets are one class for each sample; as an input that is the shape []")
    need_rank(predictions, 2)
    if targets.dtype not in {"int32", "int64"}:
        raise ShapeError(f"takes targets of int32 or int64, and not of {targets.dtype}: ", targets)
    if predictions.dtype != "float32":
        raise ShapeError(f"takes predictions of float32, and not of {predictions.dtype}: ", predictions)
    if differ(targets.shape[0], predictions.shape[0]):
        raise ShapeError("takes as many targets as predictions, and not ", targets, " and ", predictions)
    return Effect(TensorType(targets.shape, "bool"), flops=product(predictions.shape[1:]))


def _need_bound(x: TensorType, dtype: str, name: str, bound: Argument) -> None:
    if bound is None:
        raise ShapeError(f'needs a number as "{name}"', help="for one bound alone: ops.maximum or ops.minimum")
    limit = array(bound)
    if is_float(limit.dtype) and not is_float(dtype):
        raise ShapeError(f'takes whole numbers as "{name}", as it limits {dtype}: ', x)
    shape = broadcast(x, limit)
    if len(shape) != x.rank or any(differ(size, own) for size, own in zip(shape, x.shape, strict=True)):
        shown = " x ".join(show(size) for size in limit.shape)
        raise ShapeError(f'has a "{name}" of {shown} that is larger than what it limits: ', x)


def _elements(x: TensorType) -> Count:
    """Return how many elements a tensor has for one sample."""
    return product(x.shape[1:] if x.shape[:1] == (None,) else x.shape)


def _numpy_result_type(dtypes: list[str]) -> str:
    """Return the dtype that NumPy makes of these: an integer and a float become a float that holds both.

    Source: https://numpy.org/doc/stable/reference/arrays.promotion.html
    """
    floats = {dtype for dtype in dtypes if is_float(dtype)}
    whole = [dtype for dtype in dtypes if dtype not in floats]
    if not floats:
        found = result_type(*whole)
        return "int64" if set(whole) == {"bool", "int"} else found
    bits = max((bits_of(dtype) for dtype in whole if dtype != "int"), default=0)
    if floats <= {"float", "bfloat16"} and "float" in floats:
        return "float64"
    holding = "float64" if bits > _HELD_BY_FLOAT32 else "float32" if bits > _HELD_BY_FLOAT16 else None
    return result_type(*floats - {"float"}, *([holding] if holding else []))


Rule = Callable[..., Effect]
RULES: dict[str, Rule] = {
    "clip": clip,
    "digitize": digitize,
    "in_top_k": in_top_k,
    "isin": isin,
    "select": select,
    "where": where,
}
