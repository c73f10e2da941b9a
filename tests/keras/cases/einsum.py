"""Cases of the Einstein summation.

Left out: letters whose sizes differ where Keras' own kernels take the subscripts, since those sum over wrong elements
(``abc,cde->abde``) or broadcast them (``abcd,abde->abce``) and do not complain; and
subscripts without "->" whose letters come in no order, of which TensorFlow's output has the order of the input.
"""

import random
from typing import Any

from agreement import Case, Generator

from cases.linear import DTYPES, sizes, tensor, whole

# Subscripts, and which operands come without a batch.
KNOWN = [
    ("bij,bjk->bik", ""), ("bi,ij->bj", "1"), ("ij,jk->ik", "1"), ("bqhd,bkhd->bhqk", ""), ("bhqk,bkhd->bqhd", ""),
    ("btd,dhk->bthk", "1"), ("bthk,hkd->btd", "1"), ("bi,bj->bij", ""), ("bij->bji", ""), ("bij->b", ""),
    ("bij", ""), ("bii->bi", ""), ("bii", ""), ("...ij,...jk->...ik", ""), ("...i,ij->...j", "1"),
    ("b...d,b...d->b...", ""), ("i...j,jk->i...k", "1"), ("ab,bc,cd->ad", "12"), ("ba,bc,bd->acd", ""),
    ("bi,bi->", ""), ("xij,xjk,xkl->xil", ""), ("b...,b->b...", ""), ("bijk->bkji", ""), ("...->...", ""),
    ("...ij,jk", "1"), ("bij,jkl->bikl", "1"), ("i,ij->j", "0"),
]  # fmt: skip
WRONG = [
    "bij,bjk->bil", "bij,bjk->bii", "bij bjk->bik", "bij, bjk->bik", "bij,bjk-> bik", "bij->bik->b", "b1j->b",
    "bi.j->b", "BTNH,BSNH->BNTS", "Bij,Bjk->Bik", "Bi,Bj->Bij", "...ij->ij", "i...,ij->j...", "bij,bjk,bkl->bil",
    "bij->bijk", "bj",
]  # fmt: skip


def einsum(rng: random.Random) -> Case:
    """Return a summation: one of the usual ones, of sizes that mostly fit, or one that cannot be."""
    subscripts, fixed = rng.choice(KNOWN) if rng.random() < 0.8 else (rng.choice(WRONG), "")
    terms = subscripts.replace(" ", ",").split("->")[0].split(",")
    letters = dict(zip("abcdefghijklmnopqrstuvwxyz", sizes(rng, 26, unknown=0.08), strict=True))
    stack = sizes(rng, rng.randrange(3), unknown=0.08)
    dtypes = [rng.choice(DTYPES)] if rng.random() < 0.8 else DTYPES
    inputs: dict[str, Any] = {}
    for number, term in enumerate(term for term in terms if term):
        shape = shape_of(term, letters, stack)
        if str(number) in fixed:
            shape = [size if isinstance(size, int) else 3 for size in shape]
            inputs[f"x{number}"] = whole(rng, unfit(rng, shape, subscripts), dtypes)
        else:
            inputs[f"x{number}"] = tensor(rng, unfit(rng, shape[1:], subscripts), dtypes)
    return Case("ops.einsum", {"subscripts": subscripts}, inputs, list(inputs))


def shape_of(term: str, letters: dict[str, Any], stack: list[Any]) -> list[Any]:
    """Return the shape that a term stands for."""
    before, dots, after = term.partition("...")
    return (
        [letters.get(item.lower(), 2) for item in before]
        + stack * bool(dots)
        + [letters.get(item, 2) for item in after]
    )


def unfit(rng: random.Random, shape: list[Any], subscripts: str) -> list[Any]:
    """Return a shape, at times with a dimension too many or too few, or a size that fits nothing."""
    chance = rng.random()
    if chance < 0.05:
        return [*shape, 2]
    if chance < 0.1:
        return shape[1:]
    if chance < 0.2 and shape and subscripts in {"bij,bjk->bik", "...ij,...jk->...ik", "bi,bi->", "ba,bc,bd->acd"}:
        return [5, *shape[1:]]
    return shape


CASES: dict[str, Generator] = {"ops.einsum": einsum}
