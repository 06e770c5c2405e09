"""Question 3: did the data move? Column by column, the target too, and by a classifier where the old rows are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from caviar.engine.revalidation import classifier
from caviar.engine.revalidation.columns import compared_summaries, compared_tables, detectable
from caviar.engine.revalidation.reference import targets_table
from caviar.engine.revalidation.statistics import holm
from caviar.values.arrays import Array
from caviar.values.revalidation import Answer, Shift, ToldApart
from caviar.values.table import Table

if TYPE_CHECKING:
    from caviar.engine.revalidation.finished import FinishedRun
    from caviar.engine.revalidation.today import Rows

LEVEL = 0.01
"""The chance that data from the same distribution are said to have moved, at most, over all columns."""
SIZE = 0.05
"""The least shift that is reported: the share of rows that would have to have another value."""
_AUC = 0.55  # the same of the classifier
_COARSE = 0.2  # where a smaller shift than this would not show, rows are too few to deny one
_NAMED = 3


@dataclass(frozen=True)
class DataMoved:
    """The answer, the shifts that it names, the largest first, and the classifier where there is one."""

    answer: Answer
    shifts: tuple[Shift, ...] = ()
    tell: ToldApart | None = None


def data_moved(run: FinishedRun, old: Rows | None, new: Rows, rows: Array) -> DataMoved:
    """Compares the features and targets of new rows, those in `rows`, with the old ones, or with their summaries."""
    if new.table is None:
        return DataMoved(Answer("cannot tell", "the trainer reads its data itself"))
    if old is new:
        return DataMoved(Answer("no", "the data are those of the search"))
    after, target = _features(new, run).take(rows), _targets(new).take(rows)
    tell, notes, targets = None, list[str](), list[Shift]()
    if old is not None and old.table is not None:
        before, count = _features(old, run), old.table.rows
        tests, targets = compared_tables(before, after), compared_tables(_targets(old), target)
        if classifier.installed():
            order = [each.column for each in sorted([*tests, *targets], key=lambda each: each.p)]
            tell = classifier.told_apart(before, after, order)
        else:
            notes.append("a classifier of old and new rows needs scikit-learn")
    else:
        summaries = run.model.first.preparation.summary
        count = max((each.rows for each in summaries.values()), default=0)
        tests = compared_summaries(summaries, after)
        if run.reference is not None:
            targets = compared_summaries(run.reference.targets, target)
        notes.append("the old rows are not there: compared with their summaries, and without a classifier")
    gone = [name for name in run.model.first.preparation.features if name not in after.columns]
    notes += [f"column {name!r} is gone" for name in gone]
    tests, tell = corrected(tests, targets, tell)
    found = sorted(filter(is_shift, tests), key=lambda each: -abs(each.size))
    least = detectable(count, len(rows), LEVEL / max(2 * len(tests), 1))
    return DataMoved(_answer(found, tests, tell, least, len(rows), gone, notes), tuple(found), tell)


def corrected(
    features: Sequence[Shift], targets: Sequence[Shift], tell: ToldApart | None = None
) -> tuple[list[Shift], ToldApart | None]:
    """All tests with p values that are corrected for all of them.

    The targets have half of the error rate to themselves, for there are few of them, and a shift of theirs matters the
    most; the features and the classifier have the other half. Within each half the correction is Holm's.
    """
    p = holm([*(each.p for each in features), *([tell.p] if tell else [])]), holm([each.p for each in targets])
    halves = [[min(1.0, 2 * each) for each in half] for half in p] if targets else p
    tests = [*features, *targets]
    told = [*halves[0][: len(features)], *halves[1]]
    return (
        [replace(each, p=p) for each, p in zip(tests, told, strict=True)],
        replace(tell, p=halves[0][-1]) if tell else None,
    )


def is_shift(shift: Shift) -> bool:
    """Whether a shift is beyond chance, and large enough to matter; a new value always matters."""
    return shift.p < LEVEL and (shift.what == "new values" or abs(shift.size) >= SIZE)


def _answer(
    found: list[Shift],
    tests: list[Shift],
    tell: ToldApart | None,
    least: float,
    rows: int,
    gone: list[str],
    notes: list[str],
) -> Answer:
    if tell is not None:
        used = f", mostly by {', '.join(tell.columns)}" if tell.columns else ""
        apart = f"a classifier distinguishes old rows from new with an AUC of {tell.auc:.2f}{used}"
        if tell.auc < 0.5 and tell.interval[1] < 0.5:
            apart = f"old and new rows are the same ones, or nearly: a classifier's AUC is {tell.auc:.2f}"
        notes = [apart, *notes]
    judged = found or [each for each in tests if each.what == "values"]
    largest = max((abs(each.size) for each in judged), default=0.0)
    ends = max(0.0, largest - least), min(1.0, largest + least)
    if found or gone:
        named = dict.fromkeys([*(each.column for each in found), *gone])
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        told = f"{', '.join([*named][:_NAMED])}{more} moved"
        if not found:
            return Answer("yes", told, None, tuple(notes))
        return Answer("yes", f"{told}; the largest shift is {largest:.2f}", ends, tuple(notes))
    if tell is not None and tell.p < LEVEL and tell.auc >= _AUC:
        return Answer("yes", "no single column, but old and new rows can be distinguished", tell.interval, tuple(notes))
    if least > _COARSE:
        told = f"{rows:,} rows are too few: a shift below {least:.2f} would not show"
        return Answer("cannot tell", told, ends, tuple(notes))
    return Answer("no", f"no column by more than {SIZE:.0%} and chance", ends, tuple(notes))


def _features(rows: Rows, run: FinishedRun) -> Table:
    assert rows.table is not None, "asked before"
    names = run.model.first.preparation.features
    return Table({name: rows.table.columns[name] for name in names if name in rows.table.columns}, ())


def _targets(rows: Rows) -> Table:
    data = rows.work.datasets[0]
    return targets_table(data.truth, data.task.targets, data.task.classes)
