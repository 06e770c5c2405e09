"""Random streams: counter-based, so a draw depends on its purpose and not on earlier draws.

Bits come from SplitMix64 used as a hash of (key, counter): the same integers and uniforms on NumPy, on CuPy and in a
compiled kernel. Source: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators".
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from caviar.values.arrays import Array, namespace

if TYPE_CHECKING:
    import numpy

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = (1 << 64) - 1


def _mix(x: int) -> int:
    x = ((x ^ (x >> 30)) * _FIRST) & _MASK
    x = ((x ^ (x >> 27)) * _SECOND) & _MASK
    return x ^ (x >> 31)


@lru_cache(256)
def _word(word: int | str) -> int:
    if isinstance(word, int):
        return word & _MASK
    value = 0xCBF29CE484222325  # FNV-1a: a string's 64 bits, the same in every process
    for byte in word.encode():
        value = ((value ^ byte) * 0x100000001B3) & _MASK
    return value


class Random:
    """One stream. `child` derives a stream; `uniforms` and `integers` draw from this one, always the same values."""

    def __init__(self, key: int) -> None:
        self.key = key & _MASK

    def child(self, *words: int | str) -> Random:
        """The stream for these words, such as `random.child("order", batch_size, epoch)`."""
        key = self.key
        for word in words:
            key = _mix((key + _GOLDEN) & _MASK ^ _mix((_word(word) + _GOLDEN) & _MASK))
        return Random(key)

    def generator(self) -> numpy.random.Generator:
        """NumPy's generator for this stream, for draws that need more than uniforms."""
        import numpy

        return numpy.random.Generator(numpy.random.Philox(key=[self.key, 0]))

    def order(self, count: int) -> Array:
        """A permutation of `count` positions, int64."""
        import numpy

        # Each position in the last places of its random bits: sorted as they are, five times as fast as by argsort,
        # and no two are equal, so that no sorting method can order them otherwise.
        place = numpy.uint64((1 << count.bit_length()) - 1)
        drawn = bits(numpy.asarray([self.key], dtype=numpy.uint64), count)[0] & ~place
        drawn |= numpy.arange(count, dtype=numpy.uint64)
        drawn.sort()
        order: Array = (drawn & place).astype(numpy.int64)
        return order


class Streams:
    """One stream per member, as arrays. Deriving streams costs nothing until values are drawn.

    `keys`: uint64 (members,), NumPy's; `words` name the streams below them.
    """

    def __init__(self, keys: Array, words: tuple[int | str, ...] = ()) -> None:
        self.keys, self.words = keys, words

    @classmethod
    def of(cls, members: Iterable[Random]) -> Streams:
        """The streams of some members, in order."""
        import numpy

        return cls(numpy.asarray([member.key for member in members], dtype=numpy.uint64))

    def child(self, *words: int | str) -> Streams:
        """Each member's stream for these words, the same as `Random.child` names."""
        return Streams(self.keys, self.words + words)

    def named(self) -> Array:
        """The words as numbers, uint64, for a compiled kernel that hashes them itself."""
        import numpy

        return numpy.asarray([_word(word) for word in self.words], dtype=numpy.uint64)

    def drawn(self) -> Array:
        """One key per member for `uniforms`: uint64 (members,)."""
        import numpy

        members = [Random(int(key)).child(*self.words) for key in self.keys]
        return numpy.asarray([member.key for member in members], dtype=numpy.uint64)


def bits(keys: Array, count: int) -> Array:
    """64 random bits for each key and counter 1 … count: uint64 (keys, count)."""
    xp = namespace(keys)
    counter = xp.arange(1, count + 1, dtype=xp.uint64) * xp.asarray([_GOLDEN], dtype=xp.uint64)
    x = keys[:, None] + counter[None, :]
    x = (x ^ (x >> _shift(xp, 30))) * xp.asarray([_FIRST], dtype=xp.uint64)
    x = (x ^ (x >> _shift(xp, 27))) * xp.asarray([_SECOND], dtype=xp.uint64)
    mixed: Array = x ^ (x >> _shift(xp, 31))
    return mixed


def uniforms(keys: Array, count: int, dtype: Any) -> Array:
    """Uniforms in [0, 1) for each key: (keys, count), 24 random bits in float32, 53 in float64."""
    xp = namespace(keys)
    kept = 24 if xp.dtype(dtype).itemsize == 4 else 53
    whole = bits(keys, count) >> _shift(xp, 64 - kept)
    drawn: Array = whole.astype(dtype) * xp.asarray([2.0**-kept], dtype=dtype)
    return drawn


def _shift(xp: Any, by: int) -> Any:
    return xp.asarray([by], dtype=xp.uint64)
