"""Arrays of an archive by which its rows are split."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.engine.data.prepare import prepare, read_and_split
from caviar.plugin import DataError, Random
from caviar_plugins import NPZ

ROWS = numpy.arange(60)
X, Y = numpy.stack([ROWS, ROWS % 7], axis=1) * 0.5, ROWS % 3


def archive(folder: Path, **arrays: Any) -> Path:
    numpy.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


@pytest.mark.parametrize("groups", [ROWS // 3, numpy.asarray([f"w{row // 3}" for row in ROWS])])
def test_rows_are_split_by_an_array_that_is_no_feature(tmp_path: Path, groups: Any) -> None:
    data = NPZ(path=archive(tmp_path, X=X, y=Y, patient=groups), group="patient", test=0.2)
    (dataset,), (preparation,) = prepare(data, [], "float64", Random(1))
    held = [set(groups[part].tolist()) for part in (dataset.split.train, dataset.split.validation, dataset.split.test)]
    assert sum(map(len, held)) == len(set.union(*held)) == 20
    assert preparation.features == ("x",)
    assert dataset.x.tolist() == X.tolist()
    head = data.head()
    assert [column.name for column in head.features] == ["x", "patient"]
    assert data.read_rows().features == ("x",)


def test_an_archive_with_a_test_part_has_the_array_for_both(tmp_path: Path) -> None:
    parts = {"X_train": X[:40], "y_train": Y[:40], "X_test": X[40:], "y_test": Y[40:], "day_train": ROWS[:40]}
    data = NPZ(path=archive(tmp_path, **parts, day_test=ROWS[40:]), time="day")
    split = read_and_split(data, Random(1))[-1].splits[0]
    assert (split.validation.tolist(), split.test.tolist()) == (list(range(32, 40)), list(range(40, 60)))
    with pytest.raises(DataError, match=r"a.npz: there is no array 'day_test' to split rows by; there are "):
        NPZ(path=archive(tmp_path, **parts), time="day").head()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "there is no array 'patient' to split rows by; there are x, y"),
        ({"patient": ROWS[:50]}, "X has 60 rows and patient 50; they must agree"),
        ({"patient": X}, r"patient is float64 of shape \(60, 2\); one number or word a row is expected"),
    ],
)
def test_an_array_that_does_not_fit_is_refused(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    data = NPZ(path=archive(tmp_path, X=X, y=Y, **arrays), group="patient")
    for read in (data.head, data.read):
        with pytest.raises(DataError, match=message):
            read()


def test_numbers_that_are_not_there_are_counted(tmp_path: Path) -> None:
    times = ROWS * 1.0
    times[[3, 9]] = numpy.nan
    with pytest.raises(DataError, match=r"column 'day' has no value in 2 rows, the first in row 4 of the data"):
        read_and_split(NPZ(path=archive(tmp_path, X=X, y=Y, day=times), time="day"), Random(1))
