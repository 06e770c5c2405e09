"""Targets of regressions: which transform is chosen, what models learn, and which numbers they can predict."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from caviar.engine.data.prepare import prepare
from caviar.engine.data.targets import declaration_of, skew_of
from caviar.plugin import Array, Data, DataError, Random, Table, TargetScale, Task
from caviar.testing.tools import fetched, other_libraries
from scipy.stats import norm, skew
from sklearn.preprocessing import QuantileTransformer

GENERATOR = numpy.random.default_rng(3)
PRICES = GENERATOR.lognormal(10, 1.0, 2000)
SYMMETRIC = GENERATOR.normal(50, 5, 2000)


class Given(Data):
    """A table from memory."""

    table: Any = None

    def read(self) -> Table:
        assert isinstance(self.table, Table)
        return self.table


def prepared(*targets: Array, **fields: Any) -> Any:
    names = tuple("abc"[: len(targets)])
    rows = len(targets[0])
    columns = {"x": GENERATOR.normal(size=rows), **dict(zip(names, targets, strict=True))}
    datasets, (preparation, *_) = prepare(Given(table=Table(columns, names), **fields), [], "float64", Random(1))
    return datasets, preparation


@pytest.mark.parametrize(
    ("target", "formula"),
    [
        (PRICES, "log"),
        (numpy.concatenate([[0.0], numpy.exp(GENERATOR.normal(3, 1, 1000)) + 1]), "log1p"),
        (SYMMETRIC, "none"),
        (numpy.concatenate([[-1.0], PRICES]), "none"),  # a negative one
        (-PRICES, "none"),  # skewed to the left
        (GENERATOR.gamma(0.05, 1, 2000), "none"),  # the logarithm is as skewed to the other side
        (GENERATOR.uniform(1, 2, 2000), "none"),
        (numpy.full(100, 7.5), "none"),
    ],
)
def test_a_logarithm_is_learned_where_it_takes_the_skewness_away(target: Array, formula: str) -> None:
    _, preparation = prepared(target)
    assert [scale.formula for scale in preparation.task.scales] == [formula]
    assert any("skewed" in note for note in preparation.notes) is (formula != "none")


def test_skewness_is_scipys() -> None:
    found = skew_of(PRICES)
    assert found.of_values == pytest.approx(skew(PRICES))
    assert found.of_logarithm == pytest.approx(skew(numpy.log(PRICES)))


def test_what_is_declared_is_not_chosen_and_not_told() -> None:
    for declared in ("none", "log", "quantile"):
        _, preparation = prepared(PRICES, target_transform=declared)
        assert (preparation.task.scales[0].formula, preparation.notes) == (declared, ())


def test_each_target_has_a_transform_of_its_own_that_can_be_declared_by_name() -> None:
    _, preparation = prepared(PRICES, SYMMETRIC)
    assert declaration_of(preparation.task) == {"a": "log", "b": "none"}
    _, preparation = prepared(PRICES, SYMMETRIC, target_transform={"a": "quantile"})
    assert declaration_of(preparation.task) == {"a": "quantile", "b": "none"}
    with pytest.raises(DataError, match="no target 'z'; there is 'a', 'b'"):
        prepared(PRICES, SYMMETRIC, target_transform={"z": "log"})


def test_a_logarithm_of_negative_targets_is_a_mistake_with_the_cure() -> None:
    with pytest.raises(
        DataError, match=r"as low as -1, and a logarithm needs numbers of 0 or more; choose \"quantile\""
    ):
        prepared(numpy.concatenate([numpy.full(50, -1.0), PRICES]), target_transform="log")


@pytest.mark.parametrize("transform", ["none", "log", "quantile"])
def test_what_is_learned_becomes_the_target_again(transform: str) -> None:
    (dataset,), preparation = prepared(PRICES, target_transform=transform, target_range="free")
    again = preparation.task.in_units(dataset.y)
    inside = numpy.isin(numpy.arange(len(PRICES)), dataset.split.train)
    numpy.testing.assert_allclose(again[inside], dataset.truth[inside], rtol=1e-9)
    assert numpy.abs(dataset.y[dataset.split.train].mean()) < 1e-9
    assert dataset.y[dataset.split.train].std() == pytest.approx(1)


def test_quantiles_are_the_normal_scores_of_scikit_learn() -> None:
    (dataset,), preparation = prepared(PRICES, target_transform="quantile")
    scale, train = preparation.task.scales[0], dataset.split.train
    assert len(scale.knots) <= 1000
    theirs = QuantileTransformer(n_quantiles=1000, output_distribution="normal", subsample=None)
    theirs.fit(PRICES[train, None])
    middle = numpy.quantile(PRICES[train], [0.05, 0.3, 0.5, 0.8, 0.95])
    ours = numpy.interp(middle, scale.knots, scale.scores)
    numpy.testing.assert_allclose(ours, theirs.transform(middle[:, None])[:, 0], atol=0.02)
    numpy.testing.assert_allclose(ours, norm.ppf([0.05, 0.3, 0.5, 0.8, 0.95]), atol=0.02)


def test_equal_targets_share_a_knot() -> None:
    _, preparation = prepared(GENERATOR.integers(0, 30, 900).astype(float) * 1.5, target_transform="quantile")
    knots = preparation.task.scales[0].knots
    assert list(knots) == sorted(set(knots))
    assert len(knots) == 30


def test_scale_transform_and_range_are_fitted_on_the_training_rows_alone() -> None:
    (dataset,), preparation = prepared(PRICES, target_transform="quantile", test=0.1)
    disturbed = PRICES.copy()
    disturbed[numpy.setdiff1d(numpy.arange(len(PRICES)), dataset.split.train)] = 1e9
    (again,), other = prepared(disturbed, target_transform="quantile", test=0.1)
    assert numpy.array_equal(again.split.train, dataset.split.train)
    assert other.task == preparation.task


def test_rows_below_all_training_targets_have_a_finite_loss() -> None:
    (dataset,), _ = prepared(PRICES)
    low = PRICES.copy()
    low[dataset.split.validation[0]] = 0.0
    low[dataset.split.validation[1]] = -5.0
    (again,), preparation = prepared(low)
    assert preparation.task.scales[0].formula == "log"
    assert numpy.isfinite(again.y).all()


@pytest.mark.parametrize("transform", ["none", "log", "quantile"])
def test_predictions_stay_near_the_training_targets_and_are_never_negative_where_these_are_not(transform: str) -> None:
    (dataset,), preparation = prepared(PRICES, target_transform=transform)
    known = PRICES[dataset.split.train]
    found = preparation.task.in_units(numpy.asarray([[-1e6], [1e6], [numpy.nan]]))
    assert 0 <= found[0, 0] <= known.min()
    assert known.max() <= found[1, 0] < 10 * known.max()
    assert numpy.isnan(found[2, 0])


def test_the_range_is_a_tenth_wider_than_the_training_targets_at_each_end() -> None:
    (dataset,), preparation = prepared(SYMMETRIC, target_transform="none")
    known = SYMMETRIC[dataset.split.train]
    width = known.max() - known.min()
    scale = preparation.task.scales[0]
    assert scale.low == pytest.approx(known.min() - 0.1 * width)
    assert scale.high == pytest.approx(known.max() + 0.1 * width)


def test_a_range_can_be_declared_or_turned_off() -> None:
    _, preparation = prepared(SYMMETRIC, target_range=[0, 60])
    assert preparation.task.in_units(numpy.asarray([[-99.0], [99.0]])).tolist() == [[0], [60]]
    _, preparation = prepared(SYMMETRIC, target_range="free")
    assert preparation.task.in_units(numpy.asarray([[-99.0]]))[0, 0] < 0


def test_folds_share_the_transform_and_fit_it_by_themselves() -> None:
    datasets, preparation = prepared(PRICES, folds=4)
    assert {dataset.task.scales[0].formula for dataset in datasets} == {"log"}
    assert len({dataset.task.scales[0].center for dataset in datasets}) == 4
    assert preparation.task == datasets[0].task


@pytest.mark.parametrize("key", ["target_transform", "target_range", "positive"])
def test_a_setting_for_the_other_kind_of_task_is_a_mistake(key: str) -> None:
    value = {"target_transform": "log", "target_range": "free", "positive": "b"}[key]
    target = PRICES if key == "positive" else numpy.asarray(["a", "b"] * 50, dtype=object)
    with pytest.raises(DataError, match=f"data.{key}: is for"):
        prepared(target, **{key: value})


def test_in_units_keeps_the_order_in_memory() -> None:
    task = Task("regression", ("a", "b"), scales=(TargetScale(), TargetScale("log")))
    found = task.in_units(numpy.zeros((2, 2, 5)).swapaxes(1, 2))
    assert found.swapaxes(1, 2).flags.c_contiguous
    assert found[..., 1].tolist() == [[1.0] * 5] * 2


def test_in_units_runs_on_another_array_library() -> None:
    scales = (TargetScale("log", 1.0, 2.0, 0.0, 50.0), TargetScale("none", 3.0, 2.0, low=-1.0), TargetScale("log1p"))
    task = Task("regression", ("a", "b", "c"), scales=scales)
    learned = GENERATOR.normal(size=(2, 5, 3)).astype("float32")
    for xp in other_libraries():
        numpy.testing.assert_allclose(fetched(task.in_units(xp.asarray(learned))), task.in_units(learned), rtol=1e-12)


def test_a_target_that_is_negative_in_one_fold_alone_is_learned_as_it_is() -> None:
    """The first fold validates on a fifth of the rows; the others learn from them."""
    for place in range(0, 50, 5):
        target = GENERATOR.lognormal(3, 1.0, 50)
        target[place] = -5.0
        datasets, preparation = prepared(target, folds=5)
        assert all(scale.formula == "none" for each in datasets for scale in each.task.scales)
        assert not preparation.notes
