"""New rows against the summary of the training rows: what a person should know before using the predictions.

Two shares differ where the Wilson intervals of both, at three standard deviations, lie more than 5 points apart, and
at least 3 new rows are counted. With few rows the intervals are wide: 1 missing cell of 3 says nothing, 3 of 3 do. A
column of numbers has drifted where the share of rows outside the training range differs so, or where the distance of
Kolmogorov and Smirnov, measured at the kept quantiles, exceeds 0.1 and what chance gives in one of 1,000 columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt

from caviar.config.checks.data_errors import listed
from caviar.engine.data.summary import ColumnSummary, missing_in, numbers_of
from caviar.text.scores import short_number
from caviar.values.arrays import Array
from caviar.values.table import Table

_EXAMPLES = 3
_FEWEST = 3  # rows that show a difference
_MARGIN = 0.05  # by which shares differ
_DEVIATIONS = 3.0
_DISTANCE = 0.1
_PLAIN = 1e9  # smaller whole numbers are shown with all digits
_CHANCE = 1.95  # of the distance of Kolmogorov and Smirnov: one in 1,000


@dataclass
class _Column:
    """What was counted of a column of new rows; `below` has the rows that are not above each edge."""

    rows: int = 0
    missing: int = 0
    unknown: int = 0
    examples: list[str] = field(default_factory=list)
    numbers: int = 0
    under: int = 0
    over: int = 0
    below: list[int] = field(default_factory=list)


class Comparison:
    """Counts new rows, block by block, and says in what they differ; it keeps a few numbers for each column."""

    def __init__(self, summaries: Mapping[str, ColumnSummary], kinds: Mapping[str, str]) -> None:
        self._summaries, self._kinds = summaries, kinds
        self._columns = {name: _Column() for name in summaries}

    def add(self, table: Table) -> None:
        """Counts some rows, whose columns hold what they held in training."""
        for name, summary in self._summaries.items():
            found, column = self._columns[name], table.columns[name]
            found.rows += len(column)
            found.missing += missing_in(column)
            if summary.words is None:
                _count_numbers(found, summary, numbers_of(column))
            else:
                _count_words(found, summary.words, column)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What differs, a sentence for each column and kind of difference."""
        return tuple(text for name in self._summaries for text in self._told(name))

    def _told(self, name: str) -> Iterator[str]:
        summary, found = self._summaries[name], self._columns[name]
        if not found.rows or not summary.rows:
            return
        if is_above((found.missing, found.rows), (summary.missing, summary.rows)):
            yield (
                f"column {name!r} has no value in {_percent(found.missing, found.rows)} of the rows; "
                f"in training in {_percent(summary.missing, summary.rows)}"
            )
        if summary.words is not None:
            yield from _unknown(name, summary, found)
        elif summary.edges and found.numbers:
            yield from _drifted(name, summary, found, self._kinds[name] == "dates")


def is_above(new: tuple[float, int], old: tuple[float, int]) -> bool:
    """Whether a share of new rows, count and rows, exceeds that of the old ones by more than chance and the margin."""
    return new[0] >= _FEWEST and _wilson(*new)[0] > _wilson(*old)[1] + _MARGIN


def _wilson(count: float, rows: int) -> tuple[float, float]:
    square, share = _DEVIATIONS**2, count / rows
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    half = _DEVIATIONS * sqrt(share * (1 - share) / rows + square / (4 * rows**2)) / (1 + square / rows)
    return middle - half, middle + half


def _count_words(found: _Column, known: Mapping[str, int], column: Array) -> None:
    for word in column.tolist():
        if word is not None and word not in known:
            found.unknown += 1
            if len(found.examples) < _EXAMPLES and word not in found.examples:
                found.examples.append(word)


def _count_numbers(found: _Column, summary: ColumnSummary, numbers: Array) -> None:
    import numpy

    if not summary.edges:
        return
    values = numpy.asarray([value for value, _ in summary.edges])
    places = numpy.searchsorted(values, numbers, side="left")  # of the first edge that a number is not above
    counts = numpy.bincount(places, minlength=len(values) + 1)
    found.numbers += len(numbers)
    found.under += int((numbers < values[0]).sum())
    found.over += int(counts[-1])
    below = numpy.cumsum(counts)[:-1].tolist()
    found.below = [sum(pair) for pair in zip(found.below or [0] * len(values), below, strict=True)]


def _unknown(name: str, summary: ColumnSummary, found: _Column) -> Iterator[str]:
    rows = f"{found.unknown:,} row{'s' if found.unknown > 1 else ''}"
    examples = ", ".join(map(repr, found.examples))
    if found.unknown and not summary.others:
        yield f"column {name!r} holds values that training did not have in {rows}, such as {examples}"
    elif summary.others and is_above((found.unknown, found.rows), (summary.others, summary.rows)):
        yield (
            f"column {name!r} holds values besides the {len(summary.words or ())} most frequent ones of training in "
            f"{_percent(found.unknown, found.rows)} of the rows, such as {examples}; "
            f"in training in {_percent(summary.others, summary.rows)}"
        )


def _drifted(name: str, summary: ColumnSummary, found: _Column, dates: bool) -> Iterator[str]:
    values, shares = zip(*summary.edges, strict=True)
    new, old = max(found.rows - found.missing, 1), max(summary.rows - summary.missing, 1)
    outside = (found.under + found.over) / found.numbers
    if is_above((outside * new, new), (0, old)):  # in rows: the numbers of a block are not independent
        sides = ("before", "after") if dates else ("below", "above")
        side = "outside" if found.under and found.over else sides[not found.under]
        yield (
            f"column {name!r} lies {side} the training range, {_shown(values[0], dates)} to "
            f"{_shown(values[-1], dates)}, in {_percent(found.under + found.over, found.numbers)} of the rows"
        )
        return
    gaps = [below / found.numbers - share for below, share in zip(found.below, shares, strict=True)]
    place = max(range(len(gaps)), key=lambda each: abs(gaps[each]))
    if abs(gaps[place]) > _DISTANCE + _CHANCE * sqrt(1 / new + 1 / old):
        yield (
            f"column {name!r} has drifted: {_share(found.below[place] / found.numbers)} of the rows are not "
            f"{'after' if dates else 'above'} {_shown(values[place], dates)}; in training {_share(shares[place])}"
        )


def _shown(value: float, date: bool) -> str:
    if date:
        return (datetime(1970, 1, 1) + timedelta(seconds=value)).strftime("%Y-%m-%d")
    return f"{value:,.0f}" if value == round(value) and abs(value) < _PLAIN else short_number(value)


def _percent(count: int, rows: int) -> str:
    return _share(count / rows)


def _share(share: float) -> str:
    if 0 < share < 0.01:
        return "less than 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def not_used(names: Sequence[str]) -> tuple[str, ...]:
    """The sentence about columns of new rows that training did not have."""
    if not names:
        return ()
    what = "columns" if len(names) > 1 else "column"
    return (f"{what} {listed(names)} {'are' if len(names) > 1 else 'is'} not used: training had none of that name",)
