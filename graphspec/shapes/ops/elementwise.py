"""Ops that work on each element by itself, and those that broadcast two tensors."""

from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.dimension import product
from graphspec.shapes.dtypes import float_of, result_type
from graphspec.shapes.types import Argument, Effect, TensorType, as_tensor


def in_floats(x: TensorType, **_: Argument) -> Effect:
    """Return the effect of an op that computes one float for each element, at one FLOP."""
    return Effect(TensorType(x.shape, float_of(x.dtype)), flops=product(x.shape[1:]))


def add(x1: Argument, x2: Argument) -> Effect:
    """Return the effect of an addition, with one FLOP for each element."""
    a, b = as_tensor(x1), as_tensor(x2)
    shape = broadcast(a, b, verb="add")
    return Effect(TensorType(shape, result_type(a.dtype, b.dtype)), flops=product(shape[1:]))


RULES = {"exp": in_floats, "add": add}
