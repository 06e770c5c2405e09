"""Shared code of kernels for NVIDIA GPUs: compilation, launches, and products of stacked matrices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

import numpy
from caviar.plugin import Array, namespace

_BLOCK = 128  # threads; no number depends on it
_EACH = 8  # values of a buffer that a thread changes: what it works out once per member then costs little


@dataclass(frozen=True)
class Kernel:
    """A CUDA function by its name in a source, where REAL stands for the dtype of the first array.

    A thread works on one column of one member, from the first row to the last. Neighbouring threads read neighbouring
    addresses, nothing is shared, no sum waits for another thread: so a member's bits depend on no companion, and
    tests run the same source on a processor.
    """

    source: str
    name: str

    def __call__(self, members: int, columns: int, *arguments: Any) -> None:
        """Arguments are arrays in C order, ints (`long long`), floats (`double`) and NumPy's scalars."""
        real = "float" if arguments[0].dtype.itemsize == 4 else "double"
        function(self.source, self.name, real)((ceil(columns / _BLOCK), members), (_BLOCK,), arguments)

    def over_buffer(self, buffer: Array, *arguments: Any) -> None:
        """One launch for a whole (members, size) buffer; the kernel's last argument is the size."""
        members, size = buffer.shape
        self(members, ceil(size / _EACH), buffer, *arguments, size)


def multiply(a: Array, b: Array, out: Array) -> Array:
    """out = a @ b for stacks (members, rows, columns), or (1, rows, columns) for all; by cuBLAS, in one call.

    Unlike CuPy's matmul it copies no views: weights lie strided in their buffer and are read and written there, also
    transposed. And it is one routine for any number of members.
    """
    # cuBLAS counts columns first: it computes out^T = b^T a^T, and to it an array in C order is its transpose.
    members, rows, columns = out.shape
    one, zero = numpy.ones((), out.dtype), numpy.zeros((), out.dtype)
    (turn_a, *place_a), (turn_b, *place_b), (_, *place_out) = map(_placed, (a, b, out))
    shape = (turn_b, turn_a, columns, rows, a.shape[2])
    gemm(out.dtype.itemsize)(*shape, one.ctypes.data, *place_b, *place_a, zero.ctypes.data, *place_out, members)
    return out


def _placed(stack: Any) -> tuple[int, int, int, int]:
    """Whether each matrix is transposed (0: C order), its address, its leading dimension, the step between matrices."""
    count, rows, columns = stack.shape
    step, down, right = (each // stack.itemsize for each in stack.strides)
    address, step = stack.data.ptr, step if count > 1 else 0
    if right == 1 or columns == 1:
        return 0, address, down if rows > 1 else columns, step
    assert down == 1 or rows == 1, "a matrix is in C order or transposed"
    return 1, address, right, step


def in_order(array: Array) -> Array:
    """The array itself or a copy, in C order, which kernels need."""
    ordered: Array = namespace(array).ascontiguousarray(array)
    return ordered


@cache
def function(source: str, name: str, real: str) -> Callable[..., None]:
    """The compiled function: called with grid, block and arguments. CuPy keeps the machine code on disk."""
    import cupy

    compiled: Callable[..., None] = cupy.RawModule(code=source, options=(f"-DREAL={real}",)).get_function(name)
    return compiled


@cache
def gemm(itemsize: int) -> Callable[..., None]:
    """cuBLAS's product of strided stacks, for float or double."""
    from cupy.cuda import cublas, device

    routine = cublas.sgemmStridedBatched if itemsize == 4 else cublas.dgemmStridedBatched
    return lambda *arguments: routine(device.get_cublas_handle(), *arguments)
