"""Arrays as tensors of the same memory, and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from caviar.plugin import Array, namespace
from torch import Tensor

# MKL's products round by where their numbers lie in memory, unless it is told, before its first, that they must not.
# Not only by default: results would depend on it.
os.environ["MKL_CBWR"] = "AVX2,STRICT"


def to_tensor(array: Array) -> Tensor:
    """The array as a tensor, on its device; a copy where it may not be written."""
    if hasattr(array, "get"):  # CuPy's
        return torch.from_dlpack(array)
    return torch.from_numpy(array if array.flags.writeable else array.copy())


def to_array(tensor: Tensor, like: Array) -> Array:
    """The tensor as an array of the same library as another's."""
    shared: Array = namespace(like).from_dlpack(tensor.detach().contiguous())
    return shared


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread in this block: workers are many, and the bits of a sum depend on how many share it."""
    before = torch.get_num_threads()
    if before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
