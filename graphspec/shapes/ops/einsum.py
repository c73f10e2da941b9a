"""The Einstein summation: parsing of subscripts, and what comes of them."""

from collections.abc import Sequence
from string import ascii_letters
from typing import NoReturn

from graphspec.shapes.broadcast import broadcast
from graphspec.shapes.contraction import contraction_flops
from graphspec.shapes.dimension import Dimension, agreed, differ, show
from graphspec.shapes.dtypes import result_type
from graphspec.shapes.types import Argument, Effect, ShapeError, TensorType, as_array

# A letter, or the number of a dimension that "..." stands for, from the right and below 0.
Label = str | int
_DOTS = "..."


def einsum(subscripts: str, operands: tuple[Argument, ...]) -> Effect:
    """Return the effect of ``einsum``: sizes of the output by their letters.

    FLOPs: a multiply-add for each combination of indices, pairwise from left to right.
    Source: https://numpy.org/doc/stable/reference/generated/numpy.einsum.html
    """
    tensors = [as_array(operand) for operand in operands]
    terms, result = _split(subscripts, len(tensors))
    labels = [_labels(term, x) for term, x in zip(terms, tensors, strict=True)]
    sizes = _sizes(subscripts, labels, tensors)
    output = _output(subscripts, terms, result, labels)
    _check_letters(terms, output)
    shape = tuple(sizes[label] for label in output)
    _check_alignment(subscripts, terms, labels, output, tensors)
    flops = contraction_flops([x.shape for x in tensors], labels, output)
    return Effect(TensorType(shape, _dtype(tensors)), flops=flops)


def _split(subscripts: str, count: int) -> tuple[list[str], str | None]:
    left, *right = subscripts.split("->")
    terms = left.split(",")
    if " " in left:
        _refuse(subscripts, "has spaces", "write it without spaces")
    if len(right) > 1:
        _refuse(subscripts, 'has more than one "->"')
    if len(terms) != count:
        _refuse(subscripts, f"names {len(terms)} tensors, and gets {count}")
    result = right[0].replace(" ", "") if right else None
    for term in (*terms, result or ""):
        rest = term.replace(_DOTS, "", 1)
        if any(character not in ascii_letters for character in rest):
            _refuse(subscripts, f'has "{term}", which is not letters with at most one "..." among them')
    return terms, result


def _labels(term: str, x: TensorType) -> tuple[Label, ...]:
    before, dots, after = term.partition(_DOTS)
    free = x.rank - len(before) - len(after)
    if free < 0 or (free and not dots):
        least = "at least " if dots else ""
        raise ShapeError(
            f'has "{term}" for {least}{len(before) + len(after)} dimensions, and gets {x.rank}: ', x,
            help='every dimension takes one letter, the batch included; "..." stands for any number of them',
        )  # fmt: skip
    return (*before, *range(-free, 0), *after)


def _sizes(
    subscripts: str, labels: Sequence[tuple[Label, ...]], tensors: Sequence[TensorType]
) -> dict[Label, Dimension]:
    sizes: dict[Label, Dimension] = {}
    holders: dict[Label, TensorType] = {}
    for names, x in zip(labels, tensors, strict=True):
        for label, size in zip(names, x.shape, strict=True):
            if label not in sizes or (isinstance(label, int) and sizes[label] == 1):
                sizes[label], holders[label] = size, x
            elif isinstance(label, int) and size == 1:
                continue
            elif differ(sizes[label], size):
                _refuse_sizes(subscripts, label, (sizes[label], size), (holders[label], x))
            elif agreed(sizes[label], size) != sizes[label]:
                sizes[label], holders[label] = size, x
    return sizes


def _refuse_sizes(
    subscripts: str, label: Label, sizes: tuple[Dimension, Dimension], tensors: tuple[TensorType, TensorType]
) -> NoReturn:
    one, other = tensors
    subject = f'"{label}"' if isinstance(label, str) else f'dimension {label} of those under "..."'
    found = f": {subject} is {show(sizes[0])} and {show(sizes[1])}"
    if one is other:
        raise ShapeError(f'cannot take "{subscripts}" of ', one, found)
    raise ShapeError(f'cannot take "{subscripts}" of ', one, " and ", other, found)


def _output(
    subscripts: str, terms: Sequence[str], result: str | None, labels: Sequence[tuple[Label, ...]]
) -> tuple[Label, ...]:
    letters = "".join(terms).replace(_DOTS, "")
    most = max((sum(isinstance(label, int) for label in names) for names in labels), default=0)
    if result is None:
        result = _DOTS + "".join(letter for letter in sorted(set(letters)) if letters.count(letter) == 1)
    before, dots, after = result.partition(_DOTS)
    if most and not dots:
        _refuse(subscripts, 'has no "..." after "->", and would lose dimensions that it stands for before')
    for letter in before + after:
        if letter not in letters:
            _refuse(subscripts, f'has "{letter}" after "->" and not before')
        if (before + after).count(letter) > 1:
            _refuse(subscripts, f'has "{letter}" more than once after "->"')
    return (*before, *range(-most if dots else 0, 0), *after)


def _check_letters(terms: Sequence[str], output: tuple[Label, ...]) -> None:
    """Refuse what Keras cannot parse: a capital letter of the output that an operand lacks."""
    for letter in output:
        if isinstance(letter, str) and letter.isupper() and not all(letter in term for term in terms):
            raise ShapeError(
                f'has the capital letter "{letter}" after "->" and not in every tensor, which Keras cannot parse',
                help="write the letters in lower case",
            )


def _check_alignment(
    subscripts: str,
    terms: Sequence[str],
    labels: Sequence[tuple[Label, ...]],
    output: tuple[Label, ...],
    tensors: Sequence[TensorType],
) -> None:
    """Refuse what Keras aligns wrongly: an operand without "..." that has letters from before those of the output."""
    aligned = []
    for term, names, x in zip(terms, labels, tensors, strict=True):
        sizes = dict(zip(names, x.shape, strict=True))
        kept = [label for label in output if _DOTS in term or isinstance(label, str)]
        aligned.append(TensorType(tuple(sizes.get(label, 1) for label in kept), x.dtype))
    try:
        broadcast(*aligned)
    except ShapeError:
        _refuse(subscripts, 'has letters before "..." after "->", which Keras cannot align', 'put "..." first there')


def _dtype(tensors: Sequence[TensorType]) -> str:
    dtypes = {x.dtype for x in tensors}
    if "bool" in dtypes and len(dtypes) == 1:
        raise ShapeError("does not sum bool", help="cast it before: ops.cast")
    return "int32" if dtypes == {"int8"} else result_type(*dtypes)


def _refuse(subscripts: str, problem: str, help: str | None = None) -> NoReturn:  # noqa: A002 - as in diagnostics
    raise ShapeError(f'cannot read "{subscripts}": it {problem}', help=help)


RULES = {"einsum": einsum}
