"""Rows from programs: arrays, data frames of pandas and polars, one target or several."""

from __future__ import annotations

from typing import Any

import numpy
import pandas
import pytest
from caviar.config.checks.data_errors import rounded_column
from caviar.engine.data.frames import features_of
from caviar.plugin import DataError, Reporter, RunInfo, TrialState, hook
from caviar_plugins import Memory
from pydantic import PrivateAttr

from tests.core.api.test_pipeline import SIDE, X, small

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
    with pytest.raises(DataError, match="lacks the columns 'size', "):
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
        (None, None, "no rows were given"),
        (X, SIDE[:9], "X has 300 rows and y 9"),
        (numpy.asarray([["a"]] * 300), SIDE, "an array of numbers or a data frame is expected"),
        (FRAME, FRAME["new"], "'new' is in X and is the target"),
        (FRAME.assign(day=pandas.Timedelta(0)), PRICE, "column 'day' is of timedelta64"),
    ],
)
def test_rows_that_do_not_fit_are_reported(rows: Any, truth: Any, told: str) -> None:
    with pytest.raises(DataError, match=told):
        small().run(rows, truth)


@pytest.mark.parametrize(
    "index", [range(300), [f"row {n:03}" for n in range(300)], [n if n % 2 else f"row {n}" for n in range(300)]]
)
def test_a_target_in_another_order_than_its_rows_is_refused(index: Any) -> None:
    frame, price = FRAME.set_axis(index), PRICE.set_axis(index)
    shuffled = price.sample(frac=1, random_state=1)
    with pytest.raises(DataError, match=r"y has the index of X in another order.*y\.loc\[X\.index\]"):
        small().run(frame, shuffled)
    again = small().run(frame, shuffled.loc[frame.index])
    assert again.trials[0].metrics == small().run(frame, price).trials[0].metrics
    assert small().run(frame, shuffled.to_numpy()).best is not None


def test_a_target_with_another_index_is_paired_by_place() -> None:
    assert small().run(FRAME, PRICE.set_axis(range(300, 600))).best is not None


def test_records_are_predicted_as_the_rows_of_a_frame() -> None:
    best = small().run(FRAME, PRICE).best
    assert best is not None
    rows = FRAME.iloc[:12]
    expected = best.predict(rows)
    records = rows.to_dict("records")
    numpy.testing.assert_array_equal(best.predict(records), expected)
    for place, record in enumerate(records):
        numpy.testing.assert_allclose(best.predict(record), expected[place : place + 1], rtol=1e-5)
        numpy.testing.assert_allclose(best.predict(rows.iloc[place]), expected[place : place + 1], rtol=1e-5)
    assert best.predict({**records[1], "unused": "x"}).shape == (1,)
    with pytest.raises(DataError, match="lacks the columns 'size', "):
        best.predict({"color": "red"})
    with pytest.raises(DataError, match="an empty dict"):
        best.predict([{}])
    with pytest.raises(DataError, match="a record holds a collection"):
        best.predict({"size": [1.0, 2.0]})


def test_a_record_without_values_is_predicted() -> None:
    best = small().run(FRAME, PRICE).best
    assert best is not None
    empty = dict.fromkeys(FRAME.columns)
    assert numpy.isfinite(best.predict(empty)).all()


@pytest.mark.parametrize("cells", [[2**70, 1, None], [2**60 + 1, 2, None], [2**64, 1, 2], [2**63, -1, 1]])
def test_whole_numbers_that_would_be_rounded_are_refused(cells: list[Any]) -> None:
    frame = pandas.DataFrame({"amount": numpy.asarray(cells * 100, dtype=object), "a": range(300)})
    with pytest.raises(DataError, match=r"column 'amount' holds whole numbers beyond 9,007,199,254,740,991"):
        small().run(frame, PRICE)


class Listener(Reporter):
    """Keeps what is told before a run."""

    _notes: list[str] = PrivateAttr(default_factory=list)

    @hook
    def before_run(self, run: RunInfo) -> None:
        self._notes.extend(run.notes)


def test_a_large_target_to_regress_is_refused_and_a_large_feature_reported() -> None:
    large = numpy.arange(300) + 2**60
    with pytest.raises(DataError, match="the target 'y' holds whole numbers beyond"):
        small().run(X, large)
    listener = Listener()
    small(reporter=(listener,)).run(FRAME[["new"]].assign(amount=large), PRICE)
    assert listener._notes == [rounded_column("amount")]


def test_dates_of_a_frame_are_moments_in_utc() -> None:
    days = pandas.to_datetime(["2023-01-05 10:30", None, "2024-02-29 00:00"])
    frame = pandas.DataFrame(
        {
            "naive": days,
            "zone": days.tz_localize("Europe/Berlin"),
            "objects": pandas.Series([None if pandas.isna(day) else day.date() for day in days], dtype=object),
        }
    )
    columns = features_of(frame)
    moments = ["2023-01-05T10:30", "NaT", "2024-02-29"]
    expected = {"naive": moments, "zone": ["2023-01-05T09:30", "NaT", "2024-02-28T23:00"]}
    expected["objects"] = ["2023-01-05", "NaT", "2024-02-29"]
    for name, each in expected.items():
        assert columns[name].dtype == "datetime64[s]", name
        numpy.testing.assert_array_equal(columns[name], numpy.asarray(each, dtype="datetime64[s]"), err_msg=name)


def test_a_model_of_dates_predicts_other_dates() -> None:
    frame = FRAME.assign(day=pandas.Timestamp("2020-01-01") + pandas.to_timedelta(range(300), unit="D"))
    best = small().run(frame, PRICE).best
    assert best is not None
    assert numpy.isfinite(best.predict(frame.iloc[:5].assign(day=pandas.NaT))).all()
    with pytest.raises(DataError, match="column 'day' holds 'soon' in row 1; the model was trained on dates there"):
        best.predict(frame.iloc[:5].assign(day="soon"))
