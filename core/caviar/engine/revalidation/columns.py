"""Columns of old and new rows, compared one by one: values, missing cells, values that the old rows did not have.

The old side is the rows themselves where they are left, else the summaries that the model keeps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import sqrt

from caviar.engine.data.summary import MOST_WORDS, ColumnSummary, missing_in, numbers_of
from caviar.engine.revalidation.statistics import chi_square, kolmogorov_smirnov, shares_differ
from caviar.values.arrays import Array
from caviar.values.revalidation import Shift
from caviar.values.table import Table

_FEW = 20  # distinct numbers that are compared as categories
_WIDE = 64  # numbers of a block that are compared one by one; of a wider one its mean in each row is
_SAMPLE = 100_000  # numbers of which a summary computes its inner quantiles
_OFTEN = 25  # rows: words that are just frequent enough to be kept owe that to chance, and are rarer in other rows
_EXAMPLES = 3


def compared_tables(old: Table, new: Table) -> list[Shift]:
    """The differences of two tables of features, with p values that are not corrected yet."""
    before, after = dict(flat(old)), dict(flat(new))
    return [each for name in before if name in after for each in _compared(name, before[name], after[name])]


def compared_summaries(old: Mapping[str, ColumnSummary], new: Table) -> list[Shift]:
    """The same where of the old rows only summaries are left."""
    return [each for name in old if name in new.columns for each in _summarized(name, old[name], new.columns[name])]


def flat(table: Table) -> Iterator[tuple[str, Array]]:
    """The columns of a table with one value a row: those of a narrow block by place, of a wide one its means."""
    import numpy

    for name, column in table.columns.items():
        cells = column.reshape(len(column), -1)
        if column.ndim == 1:
            yield name, column
        elif cells.shape[1] <= _WIDE:
            yield from ((f"{name}[{place}]", cells[:, place]) for place in range(cells.shape[1]))
        else:
            with numpy.errstate(all="ignore"):
                yield f"mean of {name}", cells.mean(axis=1, dtype=numpy.float64)


def _compared(name: str, old: Array, new: Array) -> Iterator[Shift]:
    import numpy

    gone = [missing_in(each) for each in (old, new)]
    yield from _missing(name, (gone[0], len(old)), (gone[1], len(new)))
    if "O" in (old.dtype.kind, new.dtype.kind):
        counts = [Counter(str(each) for each in column.tolist() if each is not None) for column in (old, new)]
        yield from _categories(name, *counts)
        return
    numbers = numbers_of(old), numbers_of(new)
    if not all(map(len, numbers)):
        return
    distinct = [numpy.unique(each[:: max(1, len(each) // _SAMPLE)]) for each in numbers]
    if len(numpy.union1d(*distinct)) <= _FEW:
        values = numpy.union1d(*map(numpy.unique, numbers))
        cells = [numpy.bincount(numpy.searchsorted(values, each), minlength=len(values)) for each in numbers]
        yield Shift(name, "values", *chi_square(*cells), text=_means(*numbers))
    else:
        yield Shift(name, "values", *kolmogorov_smirnov(*numbers), text=_means(*numbers))


def _summarized(name: str, old: ColumnSummary, new: Array) -> Iterator[Shift]:
    yield from _missing(name, (old.missing, old.rows), (missing_in(new), len(new)))
    if old.words is not None:
        counts = Counter(str(each) for each in new.tolist() if each is not None)
        if not old.others:
            yield from _categories(name, Counter(old.words), counts)
            return
        often = {word: count for word, count in old.words.items() if count >= _OFTEN}
        cells = [
            [*(each[word] for word in often), rows - sum(each[word] for word in often)]
            for each, rows in ((Counter(often), old.rows - old.missing), (counts, counts.total()))
        ]
        yield Shift(name, "values", *chi_square(*cells), text=_most_changed([*often, "all others"], *cells))
    elif old.edges and new.dtype.kind != "O":
        yield from _binned(name, old, new)


def _binned(name: str, old: ColumnSummary, new: Array) -> Iterator[Shift]:
    """Numbers counted between the kept quantiles; those of a block count as many as it has rows."""
    import numpy

    numbers = numbers_of(new)
    if not len(numbers):
        return
    values, shares = (numpy.asarray(each) for each in zip(*old.edges, strict=True))
    rows = len(new) - missing_in(new)
    places = numpy.searchsorted(values, numbers, side="left")
    after = numpy.bincount(places, minlength=len(values) + 1) / len(numbers)
    before = numpy.diff(shares, prepend=0.0, append=1.0)
    known = min(old.rows - old.missing, _SAMPLE)
    _, p = chi_square(before * known, after * rows)
    gaps = numpy.cumsum(after)[:-1] - shares
    worst = int(numpy.abs(gaps).argmax())
    text = (
        f"{shares[worst]:.0%} of the old rows are not above {values[worst]:.4g}, {shares[worst] + gaps[worst]:.0%} now"
    )
    yield Shift(name, "values", float(abs(gaps[worst])), p, text)


def _categories(name: str, old: Counter[str], new: Counter[str]) -> Iterator[Shift]:
    """Frequent words one by one, all others together; and words that are new, beyond what chance has in store."""
    if not old.total() or not new.total():
        return
    both = old + new
    often = [word for word, _ in sorted(both.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORDS]]
    cells = [[*(each[word] for word in often), each.total() - sum(each[word] for word in often)] for each in (old, new)]
    size, p = chi_square(*cells)
    yield Shift(name, "values", size, p, _most_changed([*often, "all others"], *cells))
    unknown = sorted((word for word in new if word not in old), key=lambda word: (-new[word], word))
    if unknown:
        # Of a word that both have alike, the chance that all its rows are new ones; the least of all words.
        chance = (new.total() / both.total()) ** new[unknown[0]]
        rows = sum(new[word] for word in unknown)
        told = ", ".join(map(repr, unknown[:_EXAMPLES])) + (", …" if len(unknown) > _EXAMPLES else "")
        yield Shift(
            name,
            "new values",
            rows / new.total(),
            min(1.0, chance * len(both)),
            f"such as {told}" if len(unknown) > 1 else told,
        )


def _missing(name: str, old: tuple[int, int], new: tuple[int, int]) -> Iterator[Shift]:
    if old[0] or new[0]:
        before, after = (count / max(rows, 1) for count, rows in (old, new))
        yield Shift(name, "missing", after - before, shares_differ(old, new), f"{before:.1%} before, {after:.1%} now")


def _most_changed(words: list[str], old: list[int], new: list[int]) -> str:
    if not sum(old) or not sum(new):
        return ""
    shares = [(before / sum(old), after / sum(new)) for before, after in zip(old, new, strict=True)]
    word, (before, after) = max(zip(words, shares, strict=True), key=lambda each: abs(each[1][1] - each[1][0]))
    return f"{word!r}: {before:.1%} before, {after:.1%} now"


def _means(old: Array, new: Array) -> str:
    """How far the mean and the spread moved."""
    spread = float(old.std())
    if not spread:
        return f"always {old[0]:.4g} before"
    by = (float(new.mean()) - float(old.mean())) / spread
    return (
        f"mean {'+' if by >= 0 else '-'}{abs(by):.2f} old standard deviations, spread x {float(new.std()) / spread:.2f}"
    )


def detectable(old: int, new: int, level: float) -> float:
    """The distance of two distributions that so many rows show at a level: Kolmogorov and Smirnov's critical value."""
    from math import log

    return sqrt(-log(level / 2) / 2 * (1 / max(old, 1) + 1 / max(new, 1)))
