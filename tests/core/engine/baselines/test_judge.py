"""Intervals over rows: a bootstrap of a metric, bounded in rows."""

from __future__ import annotations

import numpy
import pytest
from caviar.engine.baselines.judge import MOST_ROWS, drawn_rows, interval, judge_for
from caviar.plugin import Random
from caviar_plugins import MAE, Accuracy


def test_an_interval_of_few_rows_is_narrowed_to_that_of_all() -> None:
    """1.96 standard errors of a share p of n rows are 1.96 sqrt(p (1 - p) / n) to both sides.

    The length from 200 resamples varies by about 7 % from draw to draw: the mean of eight is compared.
    """
    rows, draw = 100_000, numpy.random.default_rng(0)
    truth = (draw.random((rows, 1)) < 0.5).astype(numpy.int64)
    right = draw.random(rows) < 0.8
    prediction = numpy.eye(2)[numpy.where(right, truth[:, 0], 1 - truth[:, 0])]
    judge = judge_for({"accuracy": Accuracy()}, "validation.accuracy", "maximize", "classification")
    assert judge is not None
    chosen = drawn_rows(rows, 2, Random(1))
    assert len(chosen) == len(set(chosen.tolist())) == MOST_ROWS
    found, widths = judge.value(prediction[chosen], truth[chosen]), []
    for seed in range(10):  # of one, made of 200 resamples, the width is known to some 7 %
        values = judge.resampled([prediction[chosen]], truth[chosen], Random(seed))[:, 0]
        made = interval(values, found, float(right.mean()), len(chosen) / rows)
        assert made is not None
        assert made[0] < right.mean() < made[1]
        widths.append(made[1] - made[0])
    assert sum(widths) / 10 == pytest.approx(2 * 1.96 * (0.8 * 0.2 / rows) ** 0.5, rel=0.06)


def test_of_few_rows_all_are_resampled_and_with_many_classes_fewer() -> None:
    assert drawn_rows(500, 10, Random(1)).tolist() == list(range(500))
    assert len(drawn_rows(50_000, 100, Random(1))) == 2000
    assert len(drawn_rows(50_000, 10_000, Random(1))) == 1000


def test_where_no_resample_differs_or_one_has_no_value_there_is_no_interval() -> None:
    assert interval(numpy.ones(200), 1.0, 1.0, 1.0) is None
    assert interval(numpy.asarray([0.5, numpy.nan]), 0.5, 0.5, 1.0) is None


def test_where_the_loss_is_searched_the_default_metric_of_the_task_compares() -> None:
    judge = judge_for({"accuracy": Accuracy()}, "validation.loss", "minimize", "classification")
    assert judge is not None
    assert (judge.name, judge.goal) == ("accuracy", "maximize")
    assert judge_for({"mae": MAE()}, "validation.loss", "minimize", "regression") is None
