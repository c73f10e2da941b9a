"""Cases of the layers that merge a list of tensors."""

import random
from typing import Any

from agreement import Case, Generator, pick, sizes

DTYPES = ["float32"] * 12 + ["float16", "bfloat16", "float64", "int32", "int8", "uint8", "int64", "bool"]
POLICIES = [...] * 6 + ["float16", "mixed_float16", "float64", "bfloat16"]


def altered(rng: random.Random, shape: list[Any], odds: float) -> list[Any]:
    """Return a shape with some sizes replaced: by 1, by what is unknown, or by another number."""
    return [rng.choice([1, None, "time", 5]) if rng.random() < odds else size for size in shape]


def inputs_of(rng: random.Random, shapes: list[list[Any]]) -> dict[str, Any]:
    """Return an input for each shape, of any dtype and now and then with a fixed batch."""
    found: dict[str, Any] = {}
    for number, shape in enumerate(shapes):
        found[f"x{number}"] = {"shape": shape, "dtype": rng.choice(DTYPES), **pick(rng, batch_size=[...] * 30 + [1, 4])}
    return found


def elementwise(layer: str, most: int = 4) -> Generator:
    """Return a generator for a layer that broadcasts."""

    def case(rng: random.Random) -> Case:
        shape = sizes(rng, rng.randrange(4))
        count = rng.randint(1, most) if most > 2 else 2
        shapes = [altered(rng, shape, 0.25)[rng.choice([0, 0, 0, 0, 1]) :] for _ in range(count)]
        inputs = inputs_of(rng, shapes)
        return Case(layer, pick(rng, dtype=POLICIES), inputs, list(inputs))

    return case


def concatenate(rng: random.Random) -> Case:
    """Return a call of Concatenate, at times of shapes that differ beside the axis."""
    shape = sizes(rng, rng.randrange(4))
    axis = rng.randint(-len(shape), len(shape)) if rng.random() < 0.85 else rng.randint(-5, 5)
    shapes = []
    for _ in range(rng.randint(1, 4)):
        other = altered(rng, shape, 0.04)
        if shape and axis % (len(shape) + 1):
            other[axis % (len(shape) + 1) - 1] = rng.choice([1, 2, 7, None, "time", "steps"])
        shapes.append(other if rng.random() < 0.97 else other[1:])
    inputs = inputs_of(rng, shapes)
    return Case("Concatenate", pick(rng, axis=[axis, axis, axis, ...], dtype=POLICIES), inputs, list(inputs))


def dot(rng: random.Random) -> Case:
    """Return a call of Dot along any two axes, most of which fit."""
    shapes = [sizes(rng, rng.choice([0, 1, 1, 2, 2, 3]), unknown=0.1) for _ in range(2)]
    axes: list[int] = [rng.randint(1, len(shape)) if shape else 1 for shape in shapes]
    if all(shapes) and rng.random() < 0.85:
        shapes[1][axes[1] - 1] = shapes[0][axes[0] - 1]
    if rng.random() < 0.3:
        axes = [axis - len(shape) - 1 for axis, shape in zip(axes, shapes, strict=True)]
    given: Any = axes[0] if axes[0] == axes[1] and rng.random() < 0.8 else axes
    if rng.random() < 0.15:
        given = rng.choice([rng.randint(-6, 4), [rng.randint(-4, 3), rng.randint(-4, 3)]])
    inputs = inputs_of(rng, shapes)
    return Case("Dot", {"axes": given, **pick(rng, normalize=[True, ..., ...], dtype=POLICIES)}, inputs, list(inputs))


CASES: dict[str, Generator] = {
    **{name: elementwise(name) for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")},
    "Subtract": elementwise("Subtract", most=2),
    "Concatenate": concatenate,
    "Dot": dot,
}
