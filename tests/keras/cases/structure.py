"""Cases of ops that give a tensor another shape, or its elements another order.

Keras turns the shape of ``rot90`` symbolically also where it turns an even number of times; the run is the truth.
"""

import random
from dataclasses import replace
from typing import Any

from agreement import Case, Generator, pick, tensor

DTYPES = (
    "float32",
    "float32",
    "float16",
    "bfloat16",
    "int32",
    "int64",
    "uint8",
    "bool",
    "complex64",
    "int8",
    "float64",
)


def axes(rng: random.Random, rank: int, count: int) -> list[int]:
    """Return so many axes, mostly different ones that exist, from either end."""
    if rng.random() < 0.15:
        return [rng.randint(-rank - 1, rank) for _ in range(count)]
    chosen = rng.sample(range(rank), min(count, rank))
    return [axis - rank if rng.random() < 0.4 else axis for axis in chosen]


def axis(rng: random.Random, rank: int) -> int:
    """Return an axis, mostly one that exists."""
    return axes(rng, rank, 1)[0]


def one(rng: random.Random, rank: int, op: str, arguments: dict[str, Any], argument: str = "x", **kwargs: Any) -> Case:
    """Return a call of an op on one tensor."""
    return Case(f"ops.{op}", arguments, {"x": tensor(rng, rank, DTYPES, **kwargs)}, {argument: "x"})


def several(case: Case) -> Case:
    """Return a case of an op that has several outputs."""
    return replace(case, output="n.0")


def reshape(rng: random.Random) -> Case:
    """Return a reshape: to factors of what is there in another order, or to anything."""
    x = tensor(rng, rng.randint(1, 4), among=(1, 2, 3, 4, 6))
    old = [x.get("batch_size"), *x["shape"]]
    factors = [size for size in old if isinstance(size, int)]
    new: list[Any] = []
    for size in factors:
        parts = [part for part in (1, 2, 3, 4, 6) if size % part == 0]
        part = rng.choice(parts)
        new += [part, size // part] if rng.random() < 0.4 else [size]
    rng.shuffle(new)
    if len(factors) < len(old) or rng.random() < 0.5:
        new.insert(rng.randint(0, len(new)), -1)
    if rng.random() < 0.4:
        new[rng.randrange(len(new))] = rng.choice([None, -1, 0, 1, 2, 3, 5, 12])
    shape: Any = new[0] if len(new) == 1 and new[0] is not None and rng.random() < 0.5 else new
    return Case("ops.reshape", {"newshape": shape}, {"x": x}, "x")


def broadcast_to(rng: random.Random) -> Case:
    """Return a broadcast to a shape that mostly fits."""
    x = tensor(rng, rng.randint(1, 3), among=(1, 1, 2, 3), fixed=0.7)
    sizes = [x.get("batch_size", 3), *x["shape"]]
    wanted = [rng.choice([2, 3]) if size == 1 else size if isinstance(size, int) else 5 for size in sizes]
    wanted = [rng.choice([1, 2, 3]) for _ in range(rng.randrange(3))] + wanted
    if rng.random() < 0.4:
        wanted[rng.randrange(len(wanted))] = rng.choice([None, -1, 1, 2, 3])
    shape: Any = wanted if rng.random() < 0.8 else wanted[1:] or 3
    return Case("ops.broadcast_to", {"shape": shape}, {"x": x}, "x")


def expand_dims(rng: random.Random) -> Case:
    """Return new axes, one or several."""
    rank = rng.randint(1, 4)
    count = rng.randint(1, 3)
    several = axes(rng, rank + count, count)
    return one(rng, rank, "expand_dims", {"axis": several if rng.random() < 0.6 else axis(rng, rank + 1)})


def squeeze(rng: random.Random) -> Case:
    """Return a squeeze of all, one or several axes; the same axis twice is left out, Keras' two ways differ there."""
    rank = rng.randint(1, 4)
    several = sorted({value % rank if -rank <= value < rank else value for value in axes(rng, rank, rng.randint(0, 2))})
    chosen = rng.choice([None, axis(rng, rank), several])
    return one(rng, rank, "squeeze", {"axis": chosen}, among=(1, 1, 1, 2, 3))


def transpose(rng: random.Random) -> Case:
    """Return a transposition, at times of too few axes or of some twice."""
    rank = rng.randint(1, 4)
    order = rng.choice([None, axes(rng, rank, rank), axes(rng, rank, rank), axes(rng, rank, max(1, rank - 1))])
    return one(rng, rank, "transpose", {"axes": order})


def moveaxis(rng: random.Random) -> Case:
    """Return a move of one or several axes."""
    rank = rng.randint(1, 4)
    count = rng.randint(1, 2)
    sources, places = axes(rng, rank, count), axes(rng, rank, count if rng.random() < 0.9 else 1)
    is_one = rng.random() < 0.5
    return one(
        rng, rank, "moveaxis",
        {"source": sources[0] if is_one else sources, "destination": places[0] if is_one else places},
    )  # fmt: skip


def swapaxes(rng: random.Random) -> Case:
    """Return a swap of two axes, which may be one."""
    rank = rng.randint(1, 4)
    return one(rng, rank, "swapaxes", {"axis1": axis(rng, rank), "axis2": axis(rng, rank)})


def rot90(rng: random.Random) -> Case:
    """Return some turns of a plane; no size is that of a batch, since Keras' symbolic shape is wrong."""
    rank = rng.randint(1, 4)
    given = pick(rng, k=[..., 0, 1, 2, 3, 4, -1, 5], axes=[..., ..., (axes(rng, rank, 2) * 2)[:2]])
    return one(rng, rank, "rot90", given, argument="array", among=(1, 5, 6, 8))


def rearrange(rng: random.Random) -> Case:
    """Return a pattern over known sizes; with an unknown one, the batch included, Keras fails."""
    rank = rng.randint(1, 4)
    names = ["b", "h", "w", "c"][:rank]
    order = rng.sample(names, rank)
    if rng.random() < 0.5 and rank > 1:
        order = [f"({order[0]} {order[1]})", *order[2:]]
    left = " ".join(names)
    if rng.random() < 0.25:
        left = rng.choice([f"{left} d", f"({left})", left[2:] or "x", left.replace("b", "(b)")])
    elif rng.random() < 0.2:
        order = rng.choice([[*order, "d"], order[1:] or ["e"], [*order, order[0]]])
    arrow = "->" if rng.random() < 0.95 else "-"
    pattern = f"{left} {arrow} {' '.join(order)}"
    return one(
        rng, rank, "rearrange", {"pattern": pattern}, argument="tensor", among=(2, 3, 4), fixed=0.85, unknown=0.05
    )


def flip(rng: random.Random) -> Case:
    """Return a flip of all, one or several axes."""
    rank = rng.randint(1, 4)
    return one(rng, rank, "flip", pick(rng, axis=[..., None, axis(rng, rank), axes(rng, rank, 2)]))


def roll(rng: random.Random) -> Case:
    """Return a roll by one or several shifts."""
    rank = rng.randint(1, 4)
    several = axes(rng, rank, 2)
    shifts = [rng.randint(-3, 3) for _ in (several if rng.random() < 0.8 else "ab")]
    shift, along = rng.choice([(2, None), (-1, axis(rng, rank)), (shifts, several), (shifts, None), (1, several)])
    return one(rng, rank, "roll", {"shift": shift, "axis": along})


def band(op: str) -> Generator:
    """Return the generator of ``tril`` or ``triu``."""
    return lambda rng: one(rng, rng.randint(1, 4), op, pick(rng, k=[..., 0, 1, -1, 3, -3, 7, -7]))


def simple(op: str) -> Generator:
    """Return the generator of an op without arguments."""
    return lambda rng: one(rng, rng.randint(1, 4), op, {})


def view(rng: random.Random) -> Case:
    """Return the bits of a tensor as another dtype."""
    dtypes = [..., None, "float32", "float16", "bfloat16", "int8", "uint8", "int16", "int32", "int64", "uint16"]
    return one(rng, rng.randint(1, 3), "view", pick(rng, dtype=dtypes))


def view_as_complex(rng: random.Random) -> Case:
    """Return two parts as a complex number; Keras' run takes only what is complex already."""
    x = tensor(rng, rng.randint(1, 4), ("complex64", "complex64", "float32", "int32"), among=(1, 2, 2, 2, 3))
    return Case("ops.view_as_complex", {}, {"x": x}, "x")


CASES: dict[str, Generator] = {
    "ops.reshape": reshape,
    "ops.ravel": simple("ravel"),
    "ops.broadcast_to": broadcast_to,
    "ops.expand_dims": expand_dims,
    "ops.squeeze": squeeze,
    "ops.transpose": transpose,
    "ops.moveaxis": moveaxis,
    "ops.swapaxes": swapaxes,
    "ops.rot90": rot90,
    "ops.rearrange": rearrange,
    "ops.flip": flip,
    "ops.fliplr": simple("fliplr"),
    "ops.flipud": simple("flipud"),
    "ops.roll": roll,
    "ops.tril": band("tril"),
    "ops.triu": band("triu"),
    "ops.view": view,
    "ops.view_as_complex": view_as_complex,
    "ops.view_as_real": simple("view_as_real"),
    "ops.ndim": simple("ndim"),
    "ops.size": simple("size"),
}
