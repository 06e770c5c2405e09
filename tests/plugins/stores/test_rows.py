"""Rows: awkward numbers and values come back from a store as they were."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

from caviar.plugin import EarlierTrial, StudyRecord, Trial, TrialState
from caviar_plugins.stores.rows import study_of, study_row, trial_of, trial_row

TRIAL = Trial(3, 1, (0.25, nan), {"bound": -inf, "sizes": (8, [1, inf]), "none": None}, TrialState.DIVERGED, 2)


def test_values_that_json_cannot_hold_come_back_from_a_row() -> None:
    trial = replace(TRIAL, metrics={"a": inf, "b": 0.5}, objective=-inf, violation=inf)
    assert repr(trial_of(trial_row(trial))) == repr(trial)


def test_trials_of_earlier_runs_come_back_with_the_study() -> None:
    earlier = (EarlierTrial(replace(TRIAL, objective=-inf, violation=inf, reason="lost"), (0.1, nan, -inf)),)
    study = StudyRecord('name = "x"\n', {"numpy": "2"}, "abc", {}, "validation.r2", "maximize", earlier)
    assert repr(study_of(study_row(study))) == repr(study)
