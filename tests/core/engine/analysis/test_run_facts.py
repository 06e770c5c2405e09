"""What reports are told of a run; tests/plugins/report holds the rest against the store."""

from __future__ import annotations

import numpy
from caviar.engine.analysis.importance import importance, importance_among_leaders

from tests.core.engine.analysis.test_importance import CUBE, study, uniform


def test_among_the_leaders_matters_what_orders_them() -> None:
    """Far from its optimum only `a` counts; where `a` is good enough, `b` does."""
    points = uniform(4000)
    losses = numpy.maximum(numpy.abs(points[:, 0] - 0.5) - 0.05, 0.0) * 100 + points[:, 1]
    history = study(CUBE, points, losses)
    among = importance_among_leaders(CUBE, history)
    assert among is not None
    assert among.trials == 400
    over_all = importance(CUBE, history)
    assert over_all["a"] > 0.9
    assert among.shares["b"] > 0.9


def test_few_trials_have_no_leaders() -> None:
    points = uniform(127)
    assert importance_among_leaders(CUBE, study(CUBE, points, points[:, 0])) is None
    points = uniform(128)
    among = importance_among_leaders(CUBE, study(CUBE, points, points[:, 0]))
    assert among is not None
    assert among.trials == 32
