"""What people read of a trial's score."""

from __future__ import annotations

from math import inf, sqrt
from statistics import stdev

import pytest
from caviar.plugin import Retest, Scores, Trial, TrialState, short_number
from caviar.text.scores import short_interval

METRIC = "validation.accuracy"


def trial(index: int, *runs: float, apart: float | None = None) -> Trial:
    metrics = {} if apart is None else {f"deviation.{METRIC}": apart}
    again = tuple(Retest(0, TrialState.FINISHED, each) for each in runs[1:])
    return Trial(index, 0, (), {}, TrialState.FINISHED, 1, metrics, runs[0], retests=again)


def test_numbers_have_four_digits_that_count() -> None:
    numbers = [short_number(value) for value in (0.98765, 0.00012345, float("nan"))]
    assert numbers == ["0.9877", "0.0001234", "nan"]


def test_numbers_on_both_sides_of_ten_thousand_are_written_alike() -> None:
    assert [short_number(value) for value in (9097.4, 10_299.6, -12_345.6, 1e9)] == [
        "9,097",
        "10,300",
        "-12,350",
        "1e+09",
    ]


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ((-0.00495, -1.02e-6), ("-0.0050", "0.0000")),
        ((0.9401, 0.9812), ("0.940", "0.981")),
        ((8812.3, 9391.8), ("8,810", "9,390")),
        ((9800.2, 10_812.0), ("9,800", "10,800")),
        ((1e-7, 2.5e-7), ("1e-07", "2.5e-07")),
        ((0.5, 0.5), ("0.5", "0.5")),
    ],
)
def test_both_ends_of_an_interval_have_the_decimals_that_its_width_needs(
    ends: tuple[float, float], told: tuple[str, str]
) -> None:
    assert short_interval(*ends) == told


def test_where_nothing_was_trained_again_a_score_is_a_number() -> None:
    trials = [trial(0, 0.5), trial(1, 0.25)]
    scores = Scores.of(trials, METRIC)
    assert [scores.words(each) for each in trials] == ["0.5000", "0.2500"]
    assert scores.legend(trials) == ""


def test_the_printed_error_is_the_standard_error_from_the_noise_of_all_re_tested_trials() -> None:
    trials = [trial(0, 0.90, 0.94), trial(1, 0.80, 0.86), trial(2, 0.925)]
    scores = Scores.of(trials, METRIC)
    pooled = sqrt((stdev([0.90, 0.94]) ** 2 + stdev([0.80, 0.86]) ** 2) / 2)
    assert scores.noise == pytest.approx(pooled)
    assert scores.words(trials[0]) == f"0.9200 ± {pooled / sqrt(2):.2g} of 2"
    assert scores.words(trials[2]) == f"0.9250 ± {pooled:.2g}"
    assert f"{pooled:.2g}, the noise of one training" in scores.legend(trials)


def test_folds_tell_how_far_they_lie_apart() -> None:
    folded = trial(0, 0.9, apart=0.0123)
    assert Scores.of([folded], METRIC).words(folded) == "0.9000 ± 0.012 over folds"
    assert "over a trial's folds" in Scores(METRIC).legend([folded])


def test_two_trainings_that_came_to_the_same_have_no_noise() -> None:
    same = trial(0, 0.5, 0.5)
    assert Scores.of([same], METRIC).words(same) == "0.5000 of 2"


def test_a_trial_that_diverged_once_is_infinitely_bad_without_an_error() -> None:
    trials = [trial(0, 0.5, 0.6), trial(1, 0.9, -inf)]
    assert Scores.of(trials, METRIC).words(trials[1]) == "-inf of 2"


def test_without_noise_a_leader_that_was_re_tested_ties_with_those_that_were_not() -> None:
    trials = [trial(0, 1.0, 1.0), trial(1, 1.0), trial(2, 1.0), trial(3, 0.9)]
    assert Scores("validation.accuracy").tie(trials).startswith("3 trials share the first place")
    assert Scores("validation.accuracy", noise=0.1).tie(trials) == ""
