"""Decompositions of matrices, and what is solved by them.

FLOPs are the leading terms of the classical algorithms, for an m x n matrix (n the smaller one) as in G. H. Golub and
C. F. Van Loan, Matrix Computations, 4th edition: LU 2n^3/3, Cholesky n^3/3, QR 2n^2(m - n/3), a triangular system n^2
for each right-hand side, singular values 2mn^2 + 2n^3, with singular vectors 4m^2n + 8mn^2 + 9n^3 (full) or
14mn^2 + 8n^3, eigenvalues with vectors 9n^3 (symmetric) and 25n^3.
"""

from collections.abc import Callable
from functools import partial

from graphspec.shapes.dimension import (
    Count,
    Dimension,
    Shape,
    agreed,
    differ,
    plus,
    product,
    quotient,
    show,
    times,
    unlike,
)
from graphspec.shapes.dtypes import need_dtype, need_same_dtype
from graphspec.shapes.types import Effect, ShapeError, TensorType, need_min_rank, need_rank

_REAL = frozenset({"float32", "float64"})
_COMPLEX = frozenset({"complex64", "complex128"})
_COMPLEX_OF = {"float32": "complex64", "float64": "complex128"}


def _power(size: Dimension, exponent: int) -> Dimension:
    return product([size] * exponent)


def _sum(*terms: tuple[int, Dimension]) -> Dimension:
    total: Dimension = 0
    for factor, size in terms:
        total = plus(total, times(factor, size))
    return total


def _matrices(x: TensorType) -> Count:
    """Return how many matrices one sample has."""
    return product(x.shape[1:-2])


def _square(x: TensorType, dtypes: frozenset[str], clash: Callable[[Dimension, Dimension], bool] = unlike) -> Dimension:
    """Return the size of square matrices of some dtype; raise ShapeError where they are not such."""
    need_min_rank(x, 2)
    if clash(*x.shape[-2:]):
        rows, columns = (show(size) for size in x.shape[-2:])
        raise ShapeError(f"needs square matrices, and gets {rows} by {columns}: ", x)
    need_dtype(x, dtypes)
    return x.shape[-1] if x.shape[-1] is not None else x.shape[-2]


def _known(x: TensorType, dtypes: frozenset[str] = _REAL | _COMPLEX) -> tuple[int, int]:
    """Return the sizes of matrices; raise ShapeError where they are not numbers."""
    need_min_rank(x, 2)
    rows, columns = x.shape[-2:]
    if not isinstance(rows, int) or not isinstance(columns, int):
        raise ShapeError("needs the sizes of the last two dimensions, and gets ", x)
    need_dtype(x, dtypes)
    return rows, columns


def of_square(
    x: TensorType, *, cubes: tuple[int, int], dtypes: frozenset[str] = _REAL | _COMPLEX, **_: object
) -> Effect:
    """Return the effect of what makes of each n x n matrix another, for a fraction of n^3 FLOPs."""
    size = _square(x, dtypes)
    flops = times(_matrices(x), quotient(times(cubes[0], _power(size, 3)), cubes[1]))
    return Effect(x, flops=flops)


def det(x: TensorType) -> Effect:
    """Return the effect of ``det``: a number for each matrix, by an LU decomposition."""
    lu = of_square(x, cubes=(2, 3))
    return Effect(TensorType(x.shape[:-2], x.dtype), flops=lu.flops)


def logdet(x: TensorType) -> Effect:
    """Return the effect of ``logdet``: a number for each matrix, by a Cholesky decomposition."""
    size = _square(x, _REAL | _COMPLEX, clash=differ)
    flops = times(_matrices(x), quotient(_power(size, 3), 3))
    return Effect(TensorType(x.shape[:-2], x.dtype), flops=flops)


def slogdet(x: TensorType) -> Effect:
    """Return the effect of ``slogdet``: a sign and a logarithm for each matrix, by an LU decomposition."""
    size = _square(x, _REAL | _COMPLEX, clash=differ)
    flops = times(_matrices(x), quotient(times(2, _power(size, 3)), 3))
    found = TensorType(x.shape[:-2], x.dtype)
    return Effect((found, found), flops=flops)


def eigen(x: TensorType, *, cubes: int, symmetric: bool) -> Effect:
    """Return the effect of ``eig`` and ``eigh``: eigenvalues and eigenvectors, complex where nothing is symmetric."""
    size = _square(x, _REAL | _COMPLEX)
    dtype = x.dtype if symmetric else _COMPLEX_OF.get(x.dtype, x.dtype)
    flops = times(_matrices(x), times(cubes, _power(size, 3)))
    return Effect((TensorType(x.shape[:-1], dtype), TensorType(x.shape, dtype)), flops=flops)


def lu_factor(x: TensorType) -> Effect:
    """Return the effect of ``lu_factor``: both factors in one matrix, and the pivots."""
    rows, columns = _known(x)
    if rows != columns:
        raise ShapeError(f"needs square matrices, and gets {rows} by {columns}: ", x)
    flops = times(_matrices(x), 2 * rows**3 // 3)
    return Effect((x, TensorType(x.shape[:-1], "int32")), flops=flops)


def qr(x: TensorType, mode: str) -> Effect:
    """Return the effect of ``qr``: an orthogonal and an upper triangular matrix."""
    rows, columns = _known(x, _REAL | _COMPLEX | {"float16"})
    least, most = sorted((rows, columns))
    inner = least if mode == "reduced" else rows
    q, r = (TensorType((*x.shape[:-2], *last), x.dtype) for last in ((rows, inner), (inner, columns)))
    return Effect((q, r), flops=times(_matrices(x), 2 * least**2 * most - 2 * least**3 // 3))


def svd(x: TensorType, *, full_matrices: bool, compute_uv: bool) -> Effect:
    """Return the effect of ``svd``: left vectors, values and right vectors, or the values alone."""
    rows, columns = _known(x)
    least = min(rows, columns)
    real = {of: dtype for dtype, of in _COMPLEX_OF.items()}
    values = TensorType((*x.shape[:-2], least), real.get(x.dtype, x.dtype))
    flops = times(_matrices(x), _svd_flops(rows, columns, full=full_matrices if compute_uv else None))
    if not compute_uv:
        return Effect(values, flops=flops)
    inner = (rows, columns) if full_matrices else (least, least)
    u, v = (TensorType((*x.shape[:-2], *last), x.dtype) for last in ((rows, inner[0]), (inner[1], columns)))
    return Effect((u, values, v), flops=flops)


def _svd_flops(rows: Dimension, columns: Dimension, *, full: bool | None) -> Count:
    """Return the FLOPs of one singular value decomposition; ``full`` is None for the values alone."""
    if isinstance(rows, int) and isinstance(columns, int) and rows < columns:
        rows, columns = columns, rows
    square = times(rows, _power(columns, 2))
    cube = _power(columns, 3)
    if full is None:
        return _sum((2, square), (2, cube))
    if full:
        return _sum((4, times(_power(rows, 2), columns)), (8, square), (9, cube))
    return _sum((14, square), (8, cube))


def matrix_rank(x: TensorType, tol: float | None) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of ``matrix_rank``: a number for each matrix, by its singular values."""
    need_min_rank(x, 2)
    need_dtype(x, _REAL)
    rows, columns = x.shape[-2:]
    flops = times(_matrices(x), _svd_flops(rows, columns, full=None))
    return Effect(TensorType(x.shape[:-2], "int32"), flops=flops)


def pinv(x: TensorType, rcond: float | None) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of ``pinv``: ``(..., m, n) -> (..., n, m)``, by singular values and a product."""
    need_min_rank(x, 2)
    need_dtype(x, _REAL)
    rows, columns = x.shape[-2:]
    product_flops = times(2, times(rows, _power(columns, 2)))
    flops = times(_matrices(x), plus(_svd_flops(rows, columns, full=False), product_flops))
    return Effect(TensorType((*x.shape[:-2], columns, rows), x.dtype), flops=flops)


def solve(a: TensorType, b: TensorType, *, triangular: bool, **_: object) -> Effect:
    """Return the effect of ``solve`` and ``solve_triangular``: ``b`` as ``(..., n)`` or ``(..., n, k)``.

    FLOPs: 2n^2 for each right-hand side and, where the matrix is not triangular, its LU decomposition.
    """
    size = _square(a, _REAL | _COMPLEX)
    need_same_dtype(a, b)
    if b.rank not in {a.rank, a.rank - 1}:
        raise ShapeError("needs as many dimensions in ", b, " as in ", a, ", or one less")
    vectors = b.rank < a.rank
    if unlike(a.shape[-2], b.shape[-1 if vectors else -2]):
        raise ShapeError(
            "cannot solve ", a, " for ", b,
            f": {show(a.shape[-2])} equations, {show(b.shape[-1 if vectors else -2])} values",
        )  # fmt: skip
    stack = _stacked(a, b, vectors=vectors, broadcasts=triangular)
    columns = 1 if vectors else b.shape[-1]
    each = times(times(1 if triangular else 2, _power(size, 2)), columns)
    flops = each if triangular else plus(quotient(times(2, _power(size, 3)), 3), each)
    shape = (*stack, *b.shape[-1 if vectors else -2 :])
    return Effect(TensorType(shape, b.dtype), flops=times(product(stack[1:]), flops))


def _stacked(a: TensorType, b: TensorType, *, vectors: bool, broadcasts: bool) -> Shape:
    """Return how many systems there are, along each dimension before those of a system."""
    pairs = list(zip(a.shape[:-2], b.shape[: -1 if vectors else -2], strict=True))
    for one, other in pairs:
        if differ(one, other) and not (broadcasts and 1 in {one, other}):
            raise ShapeError("cannot solve ", a, " for ", b, f": {show(one)} matrices, {show(other)} right-hand sides")
    return tuple(one if other == 1 else other if one == 1 else agreed(one, other) for one, other in pairs)


def lstsq(a: TensorType, b: TensorType, rcond: float | None) -> Effect:  # noqa: ARG001 - as every rule
    """Return the effect of ``lstsq``: the least-squares solution, by singular values and two products."""
    need_rank(a, 2)
    need_rank(b, 1, 2)
    need_dtype(a, _REAL | _COMPLEX)
    need_same_dtype(a, b)
    rows, columns = a.shape
    if unlike(rows, b.shape[0]):
        raise ShapeError("cannot solve ", a, " for ", b, f": {show(rows)} equations, {show(b.shape[0])} values")
    count: Shape = b.shape[1:]
    products = _sum((2, times(times(rows, columns), product(count))), (2, times(_power(columns, 2), product(count))))
    return Effect(TensorType((columns, *count), a.dtype), flops=plus(_svd_flops(rows, columns, full=False), products))


RULES = {
    "cholesky": partial(of_square, cubes=(1, 3), dtypes=_REAL),
    "cholesky_inverse": partial(of_square, cubes=(3, 1)),
    "det": det,
    "eig": partial(eigen, cubes=25, symmetric=False),
    "eigh": partial(eigen, cubes=9, symmetric=True),
    "inv": partial(of_square, cubes=(2, 1), dtypes=_REAL | _COMPLEX | {"float16"}),
    "logdet": logdet,
    "lstsq": lstsq,
    "lu_factor": lu_factor,
    "matrix_rank": matrix_rank,
    "pinv": pinv,
    "qr": qr,
    "slogdet": slogdet,
    "solve": partial(solve, triangular=False),
    "solve_triangular": partial(solve, triangular=True),
    "svd": svd,
}
