"""CUDA on a processor: kernels compiled by g++, their threads run one after the other; cuBLAS by its book."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import numpy
import pytest
from caviar_plugins import cuda

_BEFORE = """
#include <cmath>
#include <utility>
using std::exp; using std::log; using std::pow; using std::sqrt;
#define __global__
#define __device__ static
struct Place { unsigned x, y; };
static Place blockIdx, threadIdx, blockDim, gridDim;

template <typename... A, std::size_t... I>
void call(void (*kernel)(A...), void** given, std::index_sequence<I...>) { kernel(*static_cast<A*>(given[I])...); }

template <typename... A>
void launch(void (*kernel)(A...), unsigned columns, unsigned rows, unsigned threads, void** given)
{
    gridDim = {columns, rows};
    blockDim = {threads, 1};
    for (blockIdx.y = 0; blockIdx.y < rows; blockIdx.y++)
        for (blockIdx.x = 0; blockIdx.x < columns; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++)
                call(kernel, given, std::index_sequence_for<A...>{});
}
"""
_AFTER = """
extern "C" void launch_it(unsigned columns, unsigned rows, unsigned threads, void** given)
{ launch(KERNEL, columns, rows, threads, given); }
"""
# C = alpha op(A) op(B) + beta C in columns, as the manual of cuBLAS has it.
_GEMM = """
extern "C" void gemm(int turn_a, int turn_b, int m, int n, int k, const REAL* alpha,
    const REAL* A, int lda, long long step_a, const REAL* B, int ldb, long long step_b,
    const REAL* beta, REAL* C, int ldc, long long step_c, int count)
{
    for (int each = 0; each < count; each++, A += step_a, B += step_b, C += step_c)
        for (int j = 0; j < n; j++)
            for (int i = 0; i < m; i++) {
                REAL sum = 0;
                for (int l = 0; l < k; l++)
                    sum += (turn_a ? A[l + i * lda] : A[i + l * lda]) * (turn_b ? B[j + l * ldb] : B[l + j * ldb]);
                C[i + j * ldc] = *alpha * sum + (*beta == 0 ? 0 : *beta * C[i + j * ldc]);
            }
}
"""


@contextmanager
def emulated(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kernels and products of the bundled plugins run here; skips the test where there is no compiler."""
    if which("g++") is None:
        pytest.skip("no g++ here to run the sources of CUDA kernels on the processor")
    with patch.context() as inside:
        inside.setattr(cuda, "function", _function)
        inside.setattr(cuda, "gemm", _gemm)
        yield


@cache
def _function(source: str, name: str, real: str) -> Callable[..., None]:
    run = _built(_BEFORE + source + _AFTER, f"-DREAL={real}", f"-DKERNEL={name}").launch_it

    def launch(grid: tuple[int, int], block: tuple[int], arguments: tuple[Any, ...]) -> None:
        values = [_as_c(each, real) for each in arguments]
        pointers = [ctypes.cast(ctypes.pointer(value), ctypes.c_void_p) for value in values]
        run(*grid, *block, (ctypes.c_void_p * len(pointers))(*pointers))

    return launch


@cache
def _gemm(itemsize: int) -> Callable[..., None]:
    run = _built(_GEMM, f"-DREAL={'float' if itemsize == 4 else 'double'}").gemm
    whole, step, place = ctypes.c_int, ctypes.c_longlong, ctypes.c_void_p
    matrix: list[Any] = [place, whole, step]
    run.argtypes = [*[whole] * 5, place, *matrix, *matrix, place, *matrix, whole]
    return lambda *arguments: run(*arguments)


def _as_c(value: Any, real: str) -> Any:
    """A value as CuPy passes it."""
    if isinstance(value, int):
        return ctypes.c_longlong(value)
    if isinstance(value, float):
        return ctypes.c_double(value)
    if isinstance(value, numpy.uint64):
        return ctypes.c_ulonglong(int(value))
    assert value.flags.c_contiguous, "kernels take arrays in C order"
    assert value.dtype.kind != "f" or value.dtype.itemsize == (4 if real == "float" else 8), "another dtype than REAL"
    return ctypes.c_void_p(value.data.ptr)


@cache
def _built(source: str, *options: str) -> ctypes.CDLL:
    command = ["g++", "-std=c++17", "-O2", "-ffp-contract=off", "-shared", "-fPIC", *options, "-o", "built.so"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "source.cpp").write_text(source)
        done = subprocess.run([*command, "source.cpp"], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return ctypes.CDLL(str(folder / "built.so"))  # loaded, it needs no file any more
