"""Matrix products inside compiled kernels, by SciPy's BLAS: one that NumPy makes would cost a call from Python."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy
from caviar.plugin import Array
from threadpoolctl import threadpool_info

from caviar_plugins.kernels import subkernel
from caviar_plugins.numba_access import gemm

# Up to 1e6 multiplications OpenBLAS works on the matrices as they lie, beyond that it copies them first. On processors
# with AVX-512 pieces below that bound are quicker up to about ten times its size: 57 instead of 81 us for 64x784 by
# 784x128, 18 instead of 24 us for 128x128 by 128x128. With AVX2 nothing is gained.
_SMALL, _LARGE = 1_000_000, 10_000_000
_HIGH, _WIDE, _DEEP = 128, 64, 64
_QUICK = {"SkylakeX", "Cooperlake", "SapphireRapids"}
_STRAIGHT, _TURNED = numpy.uint8(ord("N")), numpy.uint8(ord("T"))


@cache
def quick_pieces() -> bool:
    """Whether the BLAS in use has kernels for small matrices; part of the numeric identity, as it names the BLAS."""
    return any(library.get("architecture") in _QUICK for library in threadpool_info())


@subkernel
def multiply(a: Array, b: Array, out: Array, quick: bool) -> None:
    """out = a @ b."""
    _product(a, _STRAIGHT, b, _STRAIGHT, out, quick)


@subkernel
def multiply_turned(a: Array, b: Array, out: Array, quick: bool) -> None:
    """out = a.T @ b."""
    _product(a, _TURNED, b, _STRAIGHT, out, quick)


@subkernel
def multiply_by_turned(a: Array, b: Array, out: Array, spare: Array, quick: bool) -> None:
    """out = a @ b.T; spare: as many values as b."""
    if quick and a.size * b.shape[0] <= _LARGE:  # these kernels are slow at this one: 3.9 instead of 2.4 us
        turned = spare[: b.size].reshape(b.shape[1], b.shape[0])
        _turn(b, turned)
        _product(a, _STRAIGHT, turned, _STRAIGHT, out, quick)
    else:
        _product(a, _STRAIGHT, b, _TURNED, out, quick)


@subkernel
def _product(a: Array, letter_a: Any, b: Array, letter_b: Any, out: Array, quick: bool) -> None:
    rows, columns = out.shape
    turn_a, turn_b = letter_a == _TURNED, letter_b == _TURNED
    inner = a.shape[0] if turn_a else a.shape[1]
    high, wide, deep = rows, columns, inner
    if quick and _SMALL < rows * columns * inner <= _LARGE:
        high, wide, deep = _HIGH, _WIDE, _DEEP
    zero, one = a.dtype.type(0), a.dtype.type(1)
    for k in range(0, inner, deep):
        for i in range(0, rows, high):
            for j in range(0, columns, wide):
                # Fortran reads rows as columns, so it is asked for out.T = b.T @ a.T.
                gemm(
                    (
                        letter_b,
                        letter_a,
                        min(wide, columns - j),
                        min(high, rows - i),
                        min(deep, inner - k),
                        one,
                        b[j:, k:] if turn_b else b[k:, j:],
                        b.shape[1],
                        a[k:, i:] if turn_a else a[i:, k:],
                        a.shape[1],
                        one if k > 0 else zero,
                        out[i:, j:],
                        columns,
                    )
                )


@subkernel
def _turn(a: Array, out: Array) -> None:
    """out = a.T, four rows at a time: 3.4 instead of 5.2 us for 128x128."""
    rows, columns = a.shape
    whole = rows - rows % 4
    for i in range(0, whole, 4):
        for j in range(columns):
            out[j, i], out[j, i + 1], out[j, i + 2], out[j, i + 3] = a[i, j], a[i + 1, j], a[i + 2, j], a[i + 3, j]
    for i in range(whole, rows):
        for j in range(columns):
            out[j, i] = a[i, j]
