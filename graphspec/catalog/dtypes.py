"""The dtypes and dtype policies that Keras has."""

import re

FLOATS = ("float16", "bfloat16", "float32", "float64")
DTYPES = (
    *FLOATS, "bool", "string", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2",
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
)  # fmt: skip
POLICIES = (*DTYPES, "mixed_float16", "mixed_bfloat16")
_QUANTIZED = r"(int8|int4|float8|gptq/\d+/-?\d+|awq/\d+/-?\d+)_from_[a-z0-9_]+\Z"


def is_policy(name: str) -> bool:
    """Say whether Keras has a dtype policy of this name."""
    return name in POLICIES or re.match(_QUANTIZED, name) is not None
