"""Rows from programs: arrays, data frames of pandas and polars, one target or several."""

from __future__ import annotations

from typing import Any

import numpy
import pandas
import pytest
from caviar import DataError, TrialState
from caviar_plugins import Memory

from tests.core.test_pipeline import SIDE, X, small

FRAME = pandas.DataFrame(
    {
        "size": [None if n % 9 == 0 else float(n % 50) for n in range(300)],
        "color": [("red", "blue", None)[n % 3] for n in range(300)],
        "new": [n % 2 == 0 for n in range(300)],
        "rooms": pandas.array([None if n % 11 == 0 else n % 5 for n in range(300)], dtype="Int64"),
        "kind": pandas.Categorical(["ab"[n % 2] for n in range(300)]),
    }
)
PRICE = pandas.Series([float(n % 50) + 10 * (n % 2) for n in range(300)], name="price")


def test_arrays_give_classes_and_probabilities() -> None:
    study = small().run(X, SIDE)
    assert [trial.state for trial in study.trials] == [TrialState.FINISHED] * 3
    assert study.best is not None
    assert (study.best.predict(X) == SIDE).mean() > 0.8
    assert study.best.classes == ("left", "right")
    numpy.testing.assert_allclose(study.best.probabilities(X[:5]).sum(axis=1), 1.0, rtol=1e-5)
    assert study.best.metrics["validation.accuracy"] == max(
        each.metrics["validation.accuracy"] for each in study.trials
    )


def test_a_data_frame_brings_words_flags_and_gaps() -> None:
    study = small(data=Memory(test=0.2)).run(FRAME, PRICE)
    assert study.best is not None
    assert "test.r2" in study.best.metrics
    assert study.best.predict(FRAME).shape == (300,)
    shuffled = FRAME[["kind", "new", "size", "rooms", "color"]].iloc[:7].assign(color="green")
    assert numpy.isfinite(study.best.predict(shuffled)).all()
    with pytest.raises(DataError, match="lacks the column 'size'"):
        study.best.predict(X)
    with pytest.raises(TypeError, match="they have no probabilities"):
        study.best.probabilities(FRAME)


def test_a_polars_frame_gives_the_same_as_a_pandas_frame() -> None:
    polars = pytest.importorskip("polars")
    plain = FRAME[["size", "color", "new"]]
    theirs = polars.DataFrame(
        {name: [None if each != each else each for each in plain[name]] for name in plain.columns}
    )
    ours = [small().run(frame, PRICE).best for frame in (plain, theirs)]
    assert ours[0] is not None
    assert ours[1] is not None
    numpy.testing.assert_array_equal(ours[0].predict(plain), ours[1].predict(theirs))


def test_several_targets_are_learned_together() -> None:
    study = small().run(X, X[:, :2] * [1.0, 100.0])
    assert study.best is not None
    assert study.best.predict(X[:5]).shape == (5, 2)


@pytest.mark.parametrize(
    ("rows", "truth", "told"),
    [
        (X, None, "y is missing"),
        (None, None, "there are no rows"),
        (X, SIDE[:9], "X has 300 rows and y 9"),
        (numpy.asarray([["a"]] * 300), SIDE, "an array of numbers or a data frame is expected"),
        (FRAME, FRAME["new"], "'new' is in X and is the target"),
        (FRAME.assign(day=pandas.Timestamp(0)), PRICE, "column 'day' is of datetime64"),
    ],
)
def test_rows_that_do_not_fit_are_told(rows: Any, truth: Any, told: str) -> None:
    with pytest.raises(DataError, match=told):
        small().run(rows, truth)
