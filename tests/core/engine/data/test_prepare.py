"""Preparation: tasks, splits, scaling, and nothing learned from rows that are not for training."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest
from caviar.engine.data.fingerprint import fingerprint
from caviar.engine.data.prepare import prepare
from caviar.plugin import Array, Data, DataError, Random, Table, Transform
from caviar.values.wrong_return import WrongReturn
from caviar_plugins import Digits, Standardize
from sklearn.model_selection import StratifiedShuffleSplit


class Given(Data):
    """A table from memory."""

    table: Any = None

    def read(self) -> Table:
        assert isinstance(self.table, Table)
        return self.table


def table(y: Array, test: Array | None = None, rows: int | None = None) -> Table:
    generator = numpy.random.default_rng(0)
    return Table({"a": generator.normal(5, 3, rows or len(y)), "y": y}, ("y",), test)


def prepared(y: Array, **fields: Any) -> Any:
    (dataset,), (preparation,) = prepare(Given(table=table(y), **fields), [Standardize()], "float32", Random(1))
    return dataset, preparation


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        (numpy.arange(200) % 3, "classification"),
        (numpy.arange(1000) % 100, "classification"),
        (numpy.arange(999) % 100, "regression"),
        (numpy.arange(40) % 20, "classification"),
        (numpy.arange(2020) % 101, "regression"),
        (numpy.linspace(0, 1, 200), "regression"),
        (numpy.arange(200) % 2 == 0, "classification"),
        (numpy.asarray(["cat", "dog"] * 100, dtype=object), "classification"),
    ],
)
def test_the_target_decides_the_task(y: Array, kind: str) -> None:
    dataset, _ = prepared(y)
    assert dataset.task.kind == kind


def test_the_split_is_stratified_like_scikit_learns() -> None:
    y = numpy.asarray([0] * 600 + [1] * 300 + [2] * 100)
    dataset, _ = prepared(y, validation=0.2, test=0.1)
    counts = [
        numpy.bincount(y[part]).tolist() for part in (dataset.split.train, dataset.split.validation, dataset.split.test)
    ]
    theirs, _ = next(StratifiedShuffleSplit(1, test_size=0.3, random_state=0).split(y, y))
    assert counts == [numpy.bincount(y[theirs]).tolist(), [120, 60, 20], [60, 30, 10]]


def test_the_parts_are_disjoint_and_whole() -> None:
    dataset, _ = prepared(numpy.linspace(0, 1, 333), validation=0.25, test=0.1)
    rows = numpy.concatenate([dataset.split.train, dataset.split.validation, dataset.split.test])
    assert sorted(rows.tolist()) == list(range(333))


def test_transforms_and_target_scale_learn_from_the_training_rows_alone() -> None:
    y = numpy.linspace(0, 1, 100)
    dataset, preparation = prepared(y)
    train = dataset.split.train
    disturbed = table(y)
    disturbed.columns["a"][dataset.split.validation] = 1e6
    disturbed.columns["y"][dataset.split.validation] = 1e6
    (again,), (same,) = prepare(Given(table=disturbed), [Standardize()], "float32", Random(1))
    assert numpy.array_equal(again.split.train, train)
    for ours, theirs in zip(preparation.learned, same.learned, strict=True):
        assert all(numpy.array_equal(ours[name], theirs[name]) for name in ours)
    assert preparation.task.scales == same.task.scales
    assert preparation.task.scales[0].center == pytest.approx(y[train].mean())
    assert preparation.task.scales[0].scale == pytest.approx(y[train].std())


def test_digits_keep_the_official_test_part_of_other_writers() -> None:
    (dataset,), _ = prepare(Digits(), [Standardize()], "float32", Random(1))
    assert dataset.split.test.tolist() == list(range(3823, 5620))


def test_new_rows_are_prepared_like_the_old() -> None:
    y = numpy.linspace(0, 1, 100)
    dataset, preparation = prepared(y)
    assert numpy.array_equal(preparation.inputs(table(y), "float32"), dataset.x)


class Unsteady(Transform, interface=2):
    """Leaves its columns in the order of what it learned, which a saved model does not keep; or leaves one out."""

    lost: bool = False

    def fit(self, table: Table) -> dict[str, Array]:
        return {f"of.{name}": numpy.zeros(1) for name in table.features}

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        names = [key.removeprefix("of.") for key in learned]
        return table.with_columns({name: table.columns[name] for name in names[self.lost :]})


def test_inputs_of_new_rows_are_taken_by_name_whatever_order_a_transform_leaves() -> None:
    rows = Table({"b": numpy.arange(40.0), "a": -numpy.arange(40.0), "y": numpy.arange(40) % 2}, ("y",))
    (dataset,), (preparation,) = prepare(Given(table=rows), [Unsteady()], "float32", Random(1))
    reread = replace(preparation, learned=tuple(dict(sorted(each.items())) for each in preparation.learned))
    assert numpy.array_equal(reread.inputs(rows, "float32"), dataset.x)


def test_a_transform_that_leaves_other_columns_of_new_rows_is_named() -> None:
    rows = Table({"b": numpy.arange(40.0), "a": -numpy.arange(40.0), "y": numpy.arange(40) % 2}, ("y",))
    _, (preparation,) = prepare(Given(table=rows), [Unsteady()], "float32", Random(1))
    broken = replace(preparation, transforms=(Unsteady(lost=True),))
    with pytest.raises(WrongReturn, match=r"apply\(\) left columns a of new rows; in training b, a") as raised:
        broken.inputs(rows, "float32")
    assert isinstance(raised.value.plugin, Unsteady)


def test_the_fingerprint_sees_every_value_and_name() -> None:
    whole = table(numpy.arange(10))
    assert fingerprint(whole) == fingerprint(table(numpy.arange(10)))
    changed = table(numpy.arange(10))
    changed.columns["a"][3] += 1e-9
    assert fingerprint(changed) != fingerprint(whole)
    assert fingerprint(whole.with_columns({"b": whole.columns["a"], "y": whole.columns["y"]})) != fingerprint(whole)


@pytest.mark.parametrize(
    ("y", "fields", "message"),
    [
        (numpy.full(10, 3), {"task": "classification"}, "has only one value"),
        (numpy.asarray([1.0, numpy.nan] * 5), {}, "not finite in row 2"),
        (numpy.asarray(["a", None] * 5, dtype=object), {}, "missing in row 2"),
        (numpy.asarray(["a", "b"] * 5, dtype=object), {"task": "regression"}, "needs numbers"),
        (numpy.linspace(0, 1, 2), {"validation": 0.2}, "rows leave none for the validation part"),
    ],
)
def test_unusable_targets_are_reported(y: Array, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        prepared(y, **fields)


def test_missing_and_wordy_features_are_reported_with_column_and_row() -> None:
    y = numpy.linspace(0, 1, 10)
    holed = table(y)
    holed.columns["a"][4] = numpy.nan
    with pytest.raises(DataError, match="'a' has cells without a value; add the transform 'impute'"):
        prepare(Given(table=holed), [], "float32", Random(1))
    holed.columns["a"][4] = numpy.inf
    with pytest.raises(DataError, match="'a' is not finite in row 5"):
        prepare(Given(table=holed), [], "float32", Random(1))
    wordy = Table({"a": numpy.asarray(["x"] * 10, dtype=object), "y": y}, ("y",))
    with pytest.raises(DataError, match="'a' holds words"):
        prepare(Given(table=wordy), [], "float32", Random(1))
