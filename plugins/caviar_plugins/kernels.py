"""Shared code of compiled kernels: compilation, contiguous arrays, dropout."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from math import factorial, log, prod
from typing import Any, TypeVar, cast

import numpy
from caviar.plugin import Array, say_once

from caviar_plugins.kernel_cache import KernelCache
from caviar_plugins.numba_access import make_kernel, take_turns

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compiles a function for this processor, once; the machine code is stored on disk.

    NumPy's error model, because Python's checks each division and keeps loops from being vectorized (Adam 280 -> 58
    us). A product and a sum may become one instruction; nothing may assume that there is no NaN: divergence is found
    by it. Members are walked outside and each cut out as contiguous arrays, because element loops over strided views
    are 2-3 times slower; so a member's bits depend on no other's. The copy on disk is made anew when the function's
    own file changes: touch that file after changing a kernel that it calls in another.
    """
    return _made(function, {"contract"}, from_python=True)


def subkernel(function: F) -> F:
    """As `compiled`, for a function that only kernels call: without the entry point for Python.

    That code holds a copy of the function, so leaving it out saves a fifth of the time that compiling takes.
    """
    return _made(function, {"contract"}, from_python=False)


def summing(function: F) -> F:
    """As `subkernel`, for a function that only sums along a row: the compiler may reorder and vectorize the sum."""
    return _made(function, {"contract", "reassoc"}, from_python=False)


def _made(function: F, fastmath: set[str], from_python: bool) -> F:
    kernel = make_kernel(function, fastmath, from_python)
    try:
        kernel._cache = KernelCache(function)
        take_turns(kernel, kernel._cache.turn)
    except (RuntimeError, OSError):  # beside the file, in the home folder and where NUMBA_CACHE_DIR says
        say_once(
            "compiled kernels cannot be kept: no folder can be written to; every process compiles its own, in some 10 "
            "seconds. Set NUMBA_CACHE_DIR to a folder that can be written to"
        )
    return cast("F", kernel)


def compile_meanwhile(kernel: Any, part: Any, types: Callable[..., Any]) -> None:
    """If another process compiles `kernel`, this one compiles a subkernel of it, instead of only waiting.

    types: those of the part's arguments, from those of the kernel's. The last part that a kernel calls is the one to
    choose, because the other process begins with the first.
    """
    cache = kernel._cache
    if isinstance(cache, KernelCache):
        cache.meanwhile = lambda signature: part.compile(types(*signature))


class Worthwhile:
    """Whether a kernel is worth compiling that changes no bit of its plain form: once that has done `values` values.

    So much plain work takes about as long as compiling. A kernel that is compiled already, or kept on disk, is used
    from the first value on.
    """

    def __init__(self, kernel: Any, values: int) -> None:
        self._kernel, self._left = kernel, values

    def __call__(self, values: int) -> bool:
        """Whether to call the kernel for so many values; if not, they count as done by the plain form."""
        if self._left > 0 and (self._kernel.signatures or self._on_disk):
            self._left = 0
        worthwhile = self._left <= 0
        self._left -= values
        return worthwhile

    @cached_property
    def _on_disk(self) -> bool:
        cache = self._kernel._cache
        return isinstance(cache, KernelCache) and cache.on_disk()


def walkable(array: Array) -> Array:
    """The array itself or a copy, contiguous and writable: kernels have one compiled form per dtype."""
    return array if array.flags.c_contiguous and array.flags.writeable else numpy.array(array, order="C")


def aligned(shape: tuple[int, ...], dtype: Any) -> Array:
    """An uninitialized array, aligned to a cache line: vectors across two lines take twice as long."""
    count, size = prod(shape), numpy.dtype(dtype).itemsize
    room = numpy.empty(count + _LINE // size, dtype)
    start = -room.__array_interface__["data"][0] % _LINE // size
    return room[start : start + count].reshape(shape)


_LINE = 64


@subkernel
def exponentials(x: Array, spare: Array) -> None:
    """exp in place on flat numbers up to 0, within 2 units in the last place, but never less than about 1e-38 (1e-307).

    The C library's takes one number at a time, 4 ns each; this loop takes vectors, 0.5 ns. NaN stays. spare: as many
    integers of the same width. exp(x) = 2^n * exp(r), n whole, |r| <= log(2) / 2: the series, n put in the exponent.
    """
    number, integer = x.dtype.type, spare.dtype.type
    lowest, bias, fraction = number(-87), integer(127), integer(23)
    if x.itemsize == 8:
        lowest, bias, fraction = number(-707), integer(1023), integer(52)
    for i in range(len(x)):
        value = lowest if x[i] < lowest else x[i]
        n = numpy.floor(value * number(1 / _LOG2) + number(0.5))
        r = (value - n * number(_LOG2_HIGH)) - n * number(_LOG2_LOW)
        total = number(_SERIES[0])
        for term in _SERIES[1:]:
            total = total * r + number(term)
        spare[i] = (integer(n) + bias) << fraction
        x[i] = total
    power = spare.view(x.dtype)
    for i in range(len(x)):
        x[i] *= power[i]


# log(2) in two parts, the first so short that its multiples are exact.
_LOG2, _LOG2_HIGH, _LOG2_LOW = log(2), 0.693145751953125, 1.42860682030941723212e-6
_SERIES = tuple(1 / factorial(n) for n in range(13, -1, -1))


@subkernel
def keep_or_drop(h: Array, rate: Any, key: Any, words: Array, layer: int) -> None:
    """Dropout in place on one member's flat h: `uniforms` of the stream `key`, `words`, `layer` decide, as in MLP."""
    for word in words:
        key = _child(key, word)
    key = _child(key, numpy.uint64(layer))
    zero, one = h.dtype.type(0), h.dtype.type(1)
    scale = one / (one - rate)
    if h.itemsize == 4:
        shift, unit = numpy.uint64(40), 2.0**-24
    else:
        shift, unit = numpy.uint64(11), 2.0**-53
    for i in range(len(h)):
        drawn = numpy.float64(_mix(key + numpy.uint64(i + 1) * _GOLDEN) >> shift) * unit
        h[i] *= scale if drawn >= rate else zero


@subkernel
def keep_or_drop_both(h: Array, slope: Array, rate: Any, key: Any, words: Array, layer: int) -> None:
    """As `keep_or_drop`, on h and on slope alike."""
    for word in words:
        key = _child(key, word)
    key = _child(key, numpy.uint64(layer))
    zero, one = h.dtype.type(0), h.dtype.type(1)
    scale = one / (one - rate)
    if h.itemsize == 4:
        shift, unit = numpy.uint64(40), 2.0**-24
    else:
        shift, unit = numpy.uint64(11), 2.0**-53
    for i in range(len(h)):
        drawn = numpy.float64(_mix(key + numpy.uint64(i + 1) * _GOLDEN) >> shift) * unit
        factor = scale if drawn >= rate else zero
        h[i] *= factor
        slope[i] *= factor


# SplitMix64 as in caviar.values.random, whose draws these are.
_GOLDEN = numpy.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = numpy.uint64(0xBF58476D1CE4E5B9), numpy.uint64(0x94D049BB133111EB)


@subkernel
def _child(key: Any, word: Any) -> Any:
    return _mix((key + _GOLDEN) ^ _mix(word + _GOLDEN))


@subkernel
def _mix(x: Any) -> Any:
    x = (x ^ (x >> numpy.uint64(30))) * _FIRST
    x = (x ^ (x >> numpy.uint64(27))) * _SECOND
    return x ^ (x >> numpy.uint64(31))
