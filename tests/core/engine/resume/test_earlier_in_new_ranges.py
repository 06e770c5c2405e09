"""The trials that a study started from, when it goes on with other ranges: they move with its own."""

from __future__ import annotations

import shutil
from math import nan
from pathlib import Path

import pytest
from caviar import Trial, TrialState, load
from caviar.config.declaration.space import space_of
from caviar.engine.search.history import HistoryTable
from caviar.engine.search.objective import Objective
from caviar.engine.study import Run
from caviar.plugin import EarlierTrial
from caviar.values.dimension import Dimension, Space
from caviar_plugins import Log

from tests.core.engine.warm_start.warm import earlier, first, started, trials  # noqa: F401

RATE = "optimizer.learning_rate"
NARROWER = "optimizer.learning_rate={ log = [1e-2, 1.0] }"
DROPOUT = "model.dropout={ uniform = [0.0, 0.5] }"


@pytest.fixture
def file(first: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A copy of the finished run's folder, with a study that started from it."""
    shutil.copytree(first, tmp_path / "copy")
    started(tmp_path / "copy" / "p.toml")
    return tmp_path / "copy" / "p.toml"


def on(file: Path, *settings: str) -> Run:
    """The study goes on for a round, whose strategy sees the earlier trials."""
    return started(file, "search.trials=18", *settings)


def expected(file: Path, *settings: str) -> list[tuple[float, ...]]:
    """Where the values that the trials had at home lie in the space now."""
    space = space_of(load(file, settings))
    return [tuple(space.point({"model.dropout": 0.0, **each.values})) for each in trials(file, "first")]


@pytest.mark.parametrize("change", ["optimizer.learning_rate={ log = [1e-5, 1.0] }", DROPOUT])
def test_in_a_wider_range_and_with_a_new_one_all_lie_where_their_values_are(file: Path, change: str) -> None:
    on(file, change)
    for theirs, place in zip(earlier(file), expected(file, change), strict=True):
        assert theirs.trial.point == pytest.approx(place, abs=1e-9)


def test_a_range_that_goes_leaves_those_of_the_fixed_value(file: Path) -> None:
    kept = [each.index for each in trials(file, "first") if each.values["model.units"] == 5]
    assert 0 < len(kept) < 12
    done = on(file, "model.units=5")
    assert [each.trial.index for each in earlier(file) if not each.trial.outside] == kept
    assert f"{12 - len(kept)} of the 12 trials that it started from lie outside and guide nothing" in told(done)


def test_those_outside_a_narrower_one_guide_nothing_and_are_back_when_it_is_as_before(file: Path) -> None:
    before = earlier(file)
    outside = {each.index for each in trials(file, "first") if each.values[RATE] < 1e-2}
    assert 0 < len(outside) < 12
    done = on(file, NARROWER)
    assert {each.trial.index for each in earlier(file) if each.trial.outside} == outside
    assert f"{len(outside)} of the 12 trials that it started from lie outside and guide nothing" in told(done)
    on(file)
    for now, then in zip(earlier(file), before, strict=True):
        assert now.trial.point == pytest.approx(then.trial.point, abs=1e-9)
        assert (now.trial.index, now.trial.objective, now.curve) == (then.trial.index, then.trial.objective, then.curve)


def test_the_history_of_a_strategy_counts_and_has_only_those_inside() -> None:
    rows = [
        EarlierTrial(Trial(n, 0, (u,), {}, TrialState.FINISHED, 2, objective=0.5), (0.5,))
        for n, u in enumerate((nan, 0.25, nan))
    ]
    own = [Trial(0, 0, (0.75,), {}, TrialState.FINISHED, 2, objective=0.5)]
    space = Space((Dimension(RATE, Log(1e-3, 1.0)),))
    found = HistoryTable(Objective("validation.accuracy", "maximize", 0.0), space, rows).history(own, {})
    assert found.points.tolist() == [[0.25], [0.75]]
    assert (found.earlier, found.given, found.proposed, found.outside) == (1, 1, 1, ())


def told(done: Run) -> str:
    (found,) = [each for each in done.info.notes if each.startswith("the file has changed; ")]
    return found
