"""Bunches: short trainings share a worker's errand and a commit, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import caviar
import pytest
from caviar import Trial
from caviar.engine.search.bunches import bunches
from caviar.engine.training import job
from caviar.interfaces.store import Changes
from caviar.values.trial import TrialState
from caviar_plugins import Choice, Inline, LogInt, Uniform
from caviar_plugins.stores.ledger import SQLiteLedger

NEW = [Trial(number, 1, (), {}) for number in range(64, 128)]


def sizes(seconds: list[float], workers: int = 2) -> list[int]:
    known = [Trial(n, 0, (), {}, TrialState.FINISHED, 1, seconds=each) for n, each in enumerate(seconds)]
    found = list(bunches(NEW, lambda: known, workers))
    assert [trial for members in found for trial in members] == NEW
    return [len(members) for members in found]


def test_where_nothing_is_known_each_trial_is_alone() -> None:
    assert sizes([]) == [1] * 64


def test_trials_of_milliseconds_are_shared_out_two_bunches_a_worker() -> None:
    assert sizes([0.001] * 8) == [16] * 4
    assert sizes([0.0] * 8, workers=1) == [32] * 2


def test_a_bunch_has_a_tenth_of_a_second() -> None:
    assert sizes([0.01] * 8)[:2] == [10, 10]
    assert sizes([0.06] * 8) == sizes([30.0] * 8) == [1] * 64


def test_a_tenth_of_the_latest_times_may_be_long_and_no_more() -> None:
    assert sizes([9.0] + [0.001] * 31)[0] == sizes([9.0] * 3 + [0.001] * 29)[0] == 16
    assert sizes([9.0] * 5 + [0.001] * 27)[0] == 1
    assert sizes([9.0] * 5 + [0.001] * 32)[0] == 16


def test_how_long_a_trial_took_to_fail_is_not_known() -> None:
    failed = [Trial(number, 0, (), {}, TrialState.FAILED) for number in range(32)]
    assert next(bunches(NEW, lambda: failed, 2)) == (NEW[0],)


@caviar.trial(metric="loss", goal="minimize")
def bowl(x: Any = Uniform(-5, 5), units: Any = LogInt(1, 64), form: Any = Choice(["a", "b"])) -> dict[str, float]:
    if x > 4.5:
        raise ValueError(f"no {form}")
    return {"loss": value(x, units, form), form: x}


def value(x: float, units: int, form: str) -> float:
    return float((x - 1) ** 2 + units + (form == "a"))


def committed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many trials each commit of outcomes will have recorded."""
    together, commit = list[int](), SQLiteLedger.commit

    def counted(ledger: SQLiteLedger, changes: Changes, durable: bool = True) -> None:
        together.extend([len(changes.attempts)] if changes.attempts else [])
        commit(ledger, changes, durable)

    monkeypatch.setattr(SQLiteLedger, "commit", counted)
    return together


def check(trials: tuple[Trial, ...]) -> None:
    """Each trial has the value of its own point, whatever its companions were."""
    for trial in trials:
        x, units, form = (trial.values[f"trainer.{name}"] for name in ("x", "units", "form"))
        if x > 4.5:
            assert (trial.state, trial.reason) == (TrialState.FAILED, trial.reason)
            assert trial.reason is not None
            assert f"no {form}" in trial.reason
        else:
            assert trial.objective == value(x, units, form)
            assert trial.metrics[f"validation.{form}"] == x
            assert len(trial.metrics) == 2


def test_trials_of_any_structure_share_commits_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = committed(monkeypatch)
    study = caviar.search(bowl, trials=64, round=32, strategy="random", executor=Inline(), runs=tmp_path)
    check(study.trials)
    assert len(study.trials) == sum(together) == 64
    assert max(together) > 1
    assert not (tmp_path / "bowl" / "trials").exists()
    assert not list((tmp_path / "bowl").glob("models/trial-*"))


def test_what_a_long_training_leaves_is_trained_in_another_bunch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "LONGEST", -1.0)
    together = committed(monkeypatch)
    study = caviar.search(bowl, trials=32, round=32, strategy="random", executor=Inline(), runs=tmp_path)
    assert len(study.trials) == 32
    assert together == [1] * 32
    check(study.trials)
