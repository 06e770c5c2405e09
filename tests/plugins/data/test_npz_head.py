"""The head of an archive: what reading it whole would tell."""

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import DataError
from caviar_plugins import NPZ, Digits

X = numpy.zeros((30, 4, 5), dtype=numpy.uint8)


def head_of(folder: Path, target: str = "y", **arrays: Any) -> Any:
    numpy.savez(folder / "a.npz", **arrays)
    return NPZ(path=folder / "a.npz", target=target).head()


@pytest.mark.parametrize(
    ("y", "kind", "whole", "distinct"),
    [
        (numpy.arange(30) % 3, "numbers", True, 3),
        (numpy.linspace(0, 1, 30), "numbers", False, 30),
        (numpy.arange(30) % 2 == 0, "flags", False, 2),
        (numpy.asarray(["a", "bc", "d"] * 10), "words", False, 3),
    ],
)
def test_arrays_are_told_by_their_headers(tmp_path: Path, y: Any, kind: str, whole: bool, distinct: int) -> None:
    head = head_of(tmp_path, X=X, y=y)
    assert (head.rows, head.width, head.exact, head.test) == (30, 20, True, 0)
    assert (head.target[0].kind, head.target[0].whole, head.target[0].distinct) == (kind, whole, distinct)


def test_a_test_part_of_its_own_is_counted(tmp_path: Path) -> None:
    head = head_of(tmp_path, "label", X_train=X, label_train=numpy.arange(30), X_test=X[:9], label_test=numpy.arange(9))
    assert (head.rows, head.test) == (39, 9)


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no array 'y' to predict; name it as target; there are x, z"):
        head_of(tmp_path, X=X, z=X)
    (tmp_path / "a.npz").write_bytes(b"nothing")
    with pytest.raises(DataError, match="not a NumPy archive"):
        NPZ(path=tmp_path / "a.npz").head()


def test_the_head_of_digits_is_true() -> None:
    head, table = Digits().head(), Digits().read()
    assert table.test is not None
    assert (head.rows, head.width, head.test) == (table.rows, table.columns["x"].shape[1], int(table.test.sum()))
    assert head.target[0].distinct == len(numpy.unique(table.columns["digit"]))
