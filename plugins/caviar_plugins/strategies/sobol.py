"""sobol: points that fill the space more evenly than chance."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import ClassVar

from caviar.plugin import Array, History, Random, Space, Strategy

_BITS = 30  # of a coordinate
_DIRECTIONS = Path(__file__).with_suffix(".npz")  # Joe & Kuo's, made for good projections to any two dimensions


class Sobol(Strategy, interface=2):
    """The scrambled Sobol sequence: trial i takes its i-th point, in any rounds; powers of two of trials balance best.

    Equal to SciPy's, whose import would take longer than a first round. At most 1,111 dimensions, else ValueError.
    Sources: Sobol' 1967; Matousek 1998 (linear scrambling and a shift); directions of Joe & Kuo 2008.
    """

    learns: ClassVar[bool] = False

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        return sequence(len(space), history.proposed, count, random.child("sobol"))


def sequence(dimensions: int, first: int, count: int, random: Random) -> Array:
    """Points first, first + 1, … of the sequence scrambled for a stream: (count, dimensions)."""
    import numpy

    if dimensions == 0 or count == 0:
        return numpy.empty((count, dimensions))
    directions, points = _scrambled(dimensions, random)
    places = numpy.arange(first, first + count)
    gray = places ^ (places >> 1)
    points = numpy.repeat(points[None], count, axis=0)
    for bit in range(_BITS):
        chosen = (gray >> bit & 1).astype(numpy.uint32)
        points ^= chosen[:, None] * directions[:, bit]
    found: Array = points * 2.0**-_BITS
    return found


def _scrambled(dimensions: int, random: Random) -> tuple[Array, Array]:
    """Directions, each the dimension's random lower triangular matrix times the plain one, and the first point."""
    import numpy

    (generator,) = numpy.random.default_rng(random.key).spawn(1)
    rising = numpy.arange(_BITS, dtype=numpy.uint32)
    falling = rising[::-1]
    shift = generator.integers(2, size=(dimensions, _BITS), dtype=numpy.uint32) << rising
    triangles = numpy.tril(generator.integers(2, size=(dimensions, _BITS, _BITS), dtype=numpy.uint32))
    triangles[:, rising, rising] = 1
    rows = (triangles << falling).sum(axis=2, dtype=numpy.uint32)
    plain = numpy.asarray(_directions(dimensions), dtype=numpy.uint32) << falling
    odd = numpy.bitwise_count(rows[:, :, None] & plain[:, None, :]) & numpy.uint32(1)
    scrambled: Array = (odd << falling[:, None]).sum(axis=1, dtype=numpy.uint32)
    return scrambled, shift.sum(axis=1, dtype=numpy.uint32)


@cache
def _directions(dimensions: int) -> list[list[int]]:
    """The unscrambled directions, as odd numbers, by the recurrence of a primitive polynomial over GF(2)."""
    import numpy

    with numpy.load(_DIRECTIONS) as file:
        polynomials, starts = file["polynomials"].tolist(), file["starts"].tolist()
    if dimensions > len(polynomials):
        raise ValueError(f"a Sobol sequence has at most {len(polynomials):,} dimensions, not {dimensions:,}")
    found = [[1] * _BITS]
    for polynomial, start in zip(polynomials[1:dimensions], starts[1:dimensions], strict=True):
        degree = polynomial.bit_length() - 1
        numbers = start[:degree]
        while len(numbers) < _BITS:
            number = numbers[-degree]
            for back in range(1, degree + 1):
                if polynomial >> (degree - back) & 1:
                    number ^= numbers[-back] << back
            numbers.append(number)
        found.append(numbers)
    return found
