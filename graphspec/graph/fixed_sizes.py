"""What to write where a size would have to be computed from a tensor: sizes are fixed when the graph is built."""

_ALIKE = "ops.zeros_like and ops.ones_like make a tensor with the sizes of another"
_WAYS_OUT = {
    "arange": "a size is fixed when the graph is built; ops.cumsum(ops.ones_like(x), axis=1) - 1 counts along an axis",
    "reshape": "a size is a number, or -1 for the one that follows from the others, as in [-1, 8]",
    "shape": f"a size is a number, or -1 in ops.reshape for the one that follows from the others; {_ALIKE}",
    **dict.fromkeys(("empty", "full", "ones", "zeros"), _ALIKE),
}


def way_out(op: str) -> str | None:
    """Return what to write instead of an op with sizes that are computed, or None where nothing does the same."""
    return _WAYS_OUT.get(op)
