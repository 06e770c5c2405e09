"""A summary of each input column of the training rows, which is kept with the model: new rows are compared with it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

from caviar.values.arrays import Array
from caviar.values.table import Table

MOST_WORDS = 100
"""Words of a column that are kept, the most frequent ones: as many as `one-hot` keeps by default."""
LEVELS = (0.0, 0.01, 0.05, *(step / 10 for step in range(1, 10)), 0.95, 0.99, 1.0)
"""The quantiles that are kept; the first and the last are the smallest and the largest number."""
_SAMPLE = 100_000  # numbers of a column of which the inner quantiles are computed

Edges: TypeAlias = tuple[tuple[float, float], ...]
"""Numbers in ascending order, each with the share of rows that are not above it."""


@dataclass(frozen=True)
class ColumnSummary:
    """A column of so many training `rows`, of which `missing` have no value.

    `edges` are quantiles of numbers; flags are 0 and 1, dates seconds since 1970, and those of a block are of all its
    numbers. `words` counts the rows of the most frequent words, `others` those of all other words.
    """

    rows: int
    missing: int
    edges: Edges = ()
    words: dict[str, int] | None = None
    others: int = 0

    def fits(self, words: bool) -> bool:
        """Whether it can be that of a column that holds words, or does not."""
        values, shares = [value for value, _ in self.edges], [share for _, share in self.edges]
        fine = 0 <= self.missing <= self.rows and (self.words is not None) == words and not (words and self.edges)
        return fine and values == sorted(set(values)) and shares == sorted(shares) and all(map(isfinite, values))


def summarized(table: Table) -> dict[str, ColumnSummary]:
    """The summaries of a table's features by name."""
    return {name: _summary(table.columns[name]) for name in table.features}


def numbers_of(column: Array) -> Array:
    """A column that holds no words as the numbers that are compared, in one dimension, without what is missing.

    Of a block of numbers a row, rows are taken at equal distances.
    """
    import numpy

    if column.dtype.kind == "M":
        return column[~numpy.isnat(column)].astype("datetime64[s]").astype(numpy.int64).astype(numpy.float64)
    step = 1 if column.ndim == 1 else max(1, column.size // _SAMPLE)
    numbers = column[::step].reshape(-1).astype(numpy.float64)
    return numbers[numpy.isfinite(numbers)]


def missing_in(column: Array) -> int:
    """How many rows have no value."""
    if column.dtype.kind == "O":
        return sum(each is None for each in column.tolist())
    if column.dtype.kind not in "fM":
        return 0
    return int((column != column).reshape(len(column), -1).any(axis=1).sum())


def _summary(column: Array) -> ColumnSummary:
    rows, missing = len(column), missing_in(column)
    if column.dtype.kind == "O":
        words, others = _counted(column)
        return ColumnSummary(rows, missing, words=words, others=others)
    return ColumnSummary(rows, missing, edges=_edges(numbers_of(column)))


def _counted(column: Array) -> tuple[dict[str, int], int]:
    from collections import Counter

    counts = Counter(each for each in column.tolist() if each is not None)
    often = [word for word in sorted(counts, key=lambda word: (-counts[word], word)) if _is_text(word)][:MOST_WORDS]
    return {word: counts[word] for word in often}, counts.total() - sum(counts[word] for word in often)


def _is_text(word: str) -> bool:
    """Whether a file can hold a word: half of a surrogate pair has no place in JSON."""
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


def _edges(numbers: Array) -> Edges:
    import numpy

    if not len(numbers):
        return ()
    ends = {float(numbers.min()), float(numbers.max())}
    some = numpy.sort(numbers[:: -(-len(numbers) // _SAMPLE)])
    inner = numpy.quantile(some, LEVELS, method="inverted_cdf")
    values = sorted({*inner.tolist(), *ends})
    shares = numpy.searchsorted(some, values, side="right") / len(some)
    return tuple(zip(values, shares.tolist(), strict=True))
