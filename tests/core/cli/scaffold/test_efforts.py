"""The epochs that `pipe init` writes for an effort and a table."""

from __future__ import annotations

from caviar.cli.scaffold.efforts import EFFORTS, Effort, batch_size_for, folds_for
from caviar.values.head import ColumnHead, Head
from hypothesis import assume, given
from hypothesis import strategies as st

ROWS, COLUMNS = st.integers(0, 10**9), st.integers(1, 300)
EFFORT = st.sampled_from(sorted(EFFORTS)).map(EFFORTS.__getitem__)


def table(rows: int, columns: int) -> Head:
    features = tuple(ColumnHead(f"x{place}", "numbers") for place in range(columns))
    return Head(features, (ColumnHead("y", "numbers"),), rows)


@given(EFFORT, ROWS, ROWS, COLUMNS)
def test_more_rows_have_no_more_epochs(effort: Effort, rows: int, more: int, columns: int) -> None:
    assume(folds_for(table(rows, columns)) == folds_for(table(rows + more, columns)))
    assert effort.epochs_for(table(rows, columns)) >= effort.epochs_for(table(rows + more, columns))


@given(EFFORT, ROWS, COLUMNS, COLUMNS)
def test_more_columns_have_no_more_epochs(effort: Effort, rows: int, columns: int, more: int) -> None:
    assert effort.epochs_for(table(rows, columns)) >= effort.epochs_for(table(rows, columns + more))


@given(EFFORT, ROWS, COLUMNS)
def test_epochs_are_at_least_4_and_at_most_those_of_the_effort(effort: Effort, rows: int, columns: int) -> None:
    assert 4 <= effort.epochs_for(table(rows, columns)) <= effort.epochs


@given(EFFORT, ROWS, COLUMNS)
def test_trials_take_the_effort_s_work_less_an_eighth_where_no_bound_counts(
    effort: Effort, rows: int, columns: int
) -> None:
    folds = folds_for(table(rows, columns))
    epochs, trainings = effort.epochs_for(table(rows, columns)), effort.trials // 2 * folds if folds else effort.trials
    work = epochs * trainings * max(0.64 * rows, 1) * (1 + columns / 100)
    assert epochs == 4 or work <= effort.work * (1 + 1e-9)
    assert epochs in (4, effort.epochs) or work >= effort.work * 0.8


@given(EFFORT, ROWS, ROWS, COLUMNS)
def test_there_are_fewer_trials_only_where_epochs_are_the_fewest(
    effort: Effort, rows: int, more: int, columns: int
) -> None:
    folds = folds_for(table(rows, columns))
    assume(folds == folds_for(table(rows + more, columns)))
    trials, most = effort.trials_for(table(rows, columns)), effort.trials // 2 if folds else effort.trials
    assert 4 <= trials <= most
    assert trials >= effort.trials_for(table(rows + more, columns))
    assert trials == most or effort.epochs_for(table(rows, columns)) == 4


def test_a_million_rows_have_few_trials_and_epochs() -> None:
    large = table(1_000_000, 20)
    assert [(each.trials_for(large), each.epochs_for(large)) for each in EFFORTS.values()] == [(4, 4), (5, 4), (27, 4)]


def test_a_table_of_unknown_rows_is_taken_for_one_of_20_000() -> None:
    effort = EFFORTS["normal"]
    assert effort.epochs_for(None) == 52
    assert batch_size_for(None) is None


def test_few_rows_have_small_mini_batches() -> None:
    assert [batch_size_for(table(rows, 3)) for rows in (1999, 2000)] == [32, None]


def test_few_rows_have_folds_and_half_the_trials() -> None:
    assert [folds_for(table(rows, 3)) for rows in (19, 20, 1999, 2000)] == [None, 5, 5, None]
    assert folds_for(None) is None
    assert [each.trials_for(table(300, 3)) for each in EFFORTS.values()] == [4, 12, 32]
