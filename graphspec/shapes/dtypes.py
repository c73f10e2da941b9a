"""How dtypes meet: the promotion lattice of Keras, with ``int`` and ``float`` as the dtypes of plain numbers.

Source: ``keras.backend.result_type``, which follows JAX (https://docs.jax.dev/en/latest/type_promotion.html).
"""

from functools import cache

from graphspec.shapes.types import ShapeError, TensorType

FLOATX = "float32"
FLOATS = frozenset({"bfloat16", "float16", "float32", "float64", "float8_e4m3fn", "float8_e5m2", "float"})
SIGNED = frozenset({"int8", "int16", "int32", "int64", "int"})
UNSIGNED = frozenset({"uint8", "uint16", "uint32", "uint64"})
INTEGERS = SIGNED | UNSIGNED
COMPLEX = frozenset({"complex64", "complex128"})
WIDE = 32
_WEAK = frozenset({"int", "float"})
_HIGHER = {
    "bool": ("int",),
    "uint8": ("int16", "uint16"),
    "uint16": ("int32", "uint32"),
    "uint32": ("int64", "uint64"),
    "uint64": ("float",),
    "int": ("uint8", "int8", "complex64"),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float",),
    "float": ("bfloat16", "float16"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "complex64": ("complex128",),
    "complex128": (),
}
# Keras narrows what 64 bits of JAX would be, but for what TensorFlow needs.
_NARROWED = {"uint64": "uint32", "complex128": "complex64"}
_SUMMED = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}
_PART = {"complex64": "float32", "complex128": "float64"}


@cache
def _upper_bounds(dtype: str) -> frozenset[str]:
    found = {dtype}
    for higher in _HIGHER[dtype]:
        found |= _upper_bounds(higher)
    return frozenset(found)


@cache
def result_type(*dtypes: str) -> str:
    """Return the dtype of what an operation makes of these; raises ShapeError where Keras has none.

    >>> result_type("int32", "float"), result_type("float16", "float"), result_type("bool", "int")
    ('float32', 'float16', 'int32')
    """
    if any(dtype.startswith("float8") for dtype in dtypes):
        raise ShapeError(f"{' and '.join(dict.fromkeys(dtypes))} do not convert to one dtype by themselves")
    distinct = set(dtypes)
    found = distinct.pop() if len(distinct) == 1 else _least_upper_bound(frozenset(dtypes))
    if found in _WEAK:
        found = f"{found}32"
    return _NARROWED.get(found, found)


def _least_upper_bound(dtypes: frozenset[str]) -> str:
    if not dtypes <= _HIGHER.keys():
        raise ShapeError(f"{' and '.join(sorted(dtypes))} do not convert to one dtype")
    common = frozenset.intersection(*(_upper_bounds(dtype) for dtype in dtypes))
    least = [dtype for dtype in common if common <= _upper_bounds(dtype)]
    if len(least) != 1:
        raise ShapeError(f"{' and '.join(sorted(dtypes))} do not convert to one dtype")
    return least[0]


def is_float(dtype: str) -> bool:
    """Say whether a dtype is one of floating numbers."""
    return dtype in FLOATS


def float_of(dtype: str) -> str:
    """Return the dtype in which Keras computes what is not whole: a floating one stays, others become the default."""
    return result_type(dtype, "float")


def keep(dtype: str) -> str:
    """Return a dtype as it is."""
    return dtype


def to_bool(_: str) -> str:
    """Return the dtype of what is true or false."""
    return "bool"


def to_index(_: str) -> str:
    """Return the dtype of positions and counts."""
    return "int32"


def counted(dtype: str) -> str:
    """Return the dtype in which Keras adds up: bool as integers, others as they are."""
    return "int32" if dtype == "bool" else dtype


def summed(dtype: str) -> str:
    """Return the dtype of sums and products: that of small integers has 32 bits.

    >>> summed("uint8"), summed("bool"), summed("float16")
    ('uint32', 'int32', 'float16')
    """
    return _SUMMED.get(dtype, dtype)


def real_of(dtype: str) -> str:
    """Return the dtype of a part of a number, which is real."""
    return _PART.get(dtype, dtype)


def real_float_of(dtype: str) -> str:
    """Return the floating dtype of a part of a number."""
    return real_of(float_of(dtype))


def wide_float_of(dtype: str) -> str:
    """Return the dtype in which Keras computes some functions: 64 bits of an integer stay 64."""
    return "float64" if dtype == "int64" else float_of(dtype)


def real_wide_float_of(dtype: str) -> str:
    """Return the dtype of a part of such a function's result."""
    return real_of(wide_float_of(dtype))


def need_dtype(x: TensorType, dtypes: frozenset[str]) -> None:
    """Raise ShapeError unless the dtype of a tensor is one of these."""
    if x.dtype not in dtypes:
        *others, last = sorted(dtypes - COMPLEX)
        raise ShapeError(
            f"takes {', '.join(others)} or {last}, and gets {x.dtype}: ", x, help="cast it before: ops.cast"
        )


def need_same_dtype(a: TensorType, b: TensorType) -> None:
    """Raise ShapeError where two tensors differ in dtype and Keras converts neither."""
    if a.dtype != b.dtype:
        raise ShapeError(
            "needs one dtype, and gets ",
            a,
            f" of {a.dtype} and ",
            b,
            f" of {b.dtype}",
            help="cast one of them before: ops.cast",
        )
