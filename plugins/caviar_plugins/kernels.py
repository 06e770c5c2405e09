"""What compiled kernels share: how they are compiled, arrays they can walk, dropout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy
from caviar import Array
from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Machine code for this processor, made once and kept on disk.

    NumPy's error model, because Python's checks each division and keeps loops from being vectorized (Adam 280 -> 58
    us). A product and a sum may become one instruction; nothing may assume that there is no NaN: divergence is found
    by it. Members are walked outside and each cut out as contiguous arrays, because element loops over strided views
    are 2-3 times slower; so a member's bits depend on no other's. The copy on disk is made anew when the function's
    own file changes: touch that file after changing a kernel that it calls in another.
    """
    made: Any = njit(error_model="numpy", nogil=True, cache=True, fastmath={"contract"})(function)
    return cast("F", made)


def walkable(array: Array) -> Array:
    """The array itself or a copy, contiguous and writable: kernels have one compiled form per dtype."""
    return array if array.flags.c_contiguous and array.flags.writeable else numpy.array(array, order="C")


@compiled
def keep_or_drop(h: Array, rate: Any, key: Any, words: Array, layer: int) -> None:
    """Dropout in place on one member's flat h: `uniforms` of the stream `key`, `words`, `layer` decide, as in MLP."""
    for word in words:
        key = _child(key, word)
    key = _child(key, numpy.uint64(layer))
    scale = (rate * 0 + 1) / (1 - rate)
    if h.itemsize == 4:
        shift, unit = numpy.uint64(40), 2.0**-24
    else:
        shift, unit = numpy.uint64(11), 2.0**-53
    for i in range(len(h)):
        drawn = numpy.float64(_mix(key + numpy.uint64(i + 1) * _GOLDEN) >> shift) * unit
        h[i] *= scale if drawn >= rate else rate * 0


# SplitMix64 as in caviar.values.random, whose draws these are.
_GOLDEN = numpy.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = numpy.uint64(0xBF58476D1CE4E5B9), numpy.uint64(0x94D049BB133111EB)


@compiled
def _child(key: Any, word: Any) -> Any:
    return _mix((key + _GOLDEN) ^ _mix(word + _GOLDEN))


@compiled
def _mix(x: Any) -> Any:
    x = (x ^ (x >> numpy.uint64(30))) * _FIRST
    x = (x ^ (x >> numpy.uint64(27))) * _SECOND
    return x ^ (x >> numpy.uint64(31))
