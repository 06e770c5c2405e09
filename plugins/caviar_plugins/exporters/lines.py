"""Functions of connected lines, such as `numpy.interp` draws, as a table with an entry for each interval."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.plugin import Array


@dataclass(frozen=True)
class Lines:
    """y of x, one function for each column; with t the number of knots at or below x::

        y = at[t] where x is start[t], else low[t] + slope[t] * (x - start[t])

    `knots` are (knots, columns), increasing, padded with infinity; the others (knots + 1, columns). Left of the first
    knot and right of the last, y is constant.
    """

    knots: Array
    start: Array
    low: Array
    slope: Array
    at: Array


def lines(knots: Array, values: Array, between: bool) -> Lines:
    """Through the points (knots, values), both (points, columns).

    Of values of equal knots, the last holds at the knot; with `between` the mean of the first and the last.
    """
    import numpy

    columns = [_column(x, y, between) for x, y in zip(knots.T, values.T, strict=True)]
    most = max(len(x) for x, *_ in columns)
    padded = [[numpy.pad(part, (0, most - len(x)), mode="edge") for part in parts] for x, *parts in columns]
    known = [numpy.pad(x, (0, most - len(x)), constant_values=numpy.inf) for x, *_ in columns]
    return Lines(numpy.stack(known, axis=1), *(numpy.stack(each, axis=1) for each in zip(*padded, strict=True)))


def _column(x: Array, y: Array, between: bool) -> tuple[Array, Array, Array, Array, Array]:
    """The knots without repetitions, then start, low, slope and at of each interval."""
    import numpy

    places = numpy.flatnonzero(numpy.append(True, x[1:] != x[:-1]))
    ends = numpy.append(places[1:], len(x)) - 1
    own, first, last = x[places], y[places], y[ends]
    slopes = (first[1:] - last[:-1]) / (own[1:] - own[:-1])
    at = (first + last) / 2 if between else last
    return (
        own,
        numpy.append(own[:1], own),
        numpy.append(first[:1], last),
        numpy.concatenate([[0.0], slopes, [0.0]]),
        numpy.append(at[:1], at),
    )
