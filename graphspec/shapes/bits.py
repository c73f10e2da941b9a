"""How much room an element of a dtype takes."""

_BITS = {"bool": 8, "string": 0, "int": 32, "float": 32, "bfloat16": 16, "float8_e4m3fn": 8, "float8_e5m2": 8}


def bits_of(dtype: str) -> int:
    """Return the number of bits that one element takes.

    >>> bits_of("float16"), bits_of("bool")
    (16, 8)
    """
    if dtype in _BITS:
        return _BITS[dtype]
    return int("".join(character for character in dtype if character.isdigit()) or 32)
