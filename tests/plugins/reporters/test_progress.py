"""What people see of a run, on terminals and elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from caviar import Dimension, EpochInfo, Retest, RunInfo, Space, Summary, Trial, TrialState, short_names
from caviar.testing import ReporterContract
from caviar_plugins.reporters.final_table import print_summary
from caviar_plugins.reporters.progress import Progress
from caviar_plugins.reporters.progress_view import Lines, Live
from caviar_plugins.reporters.tracker import Tracker
from caviar_plugins.reporters.wording import duration
from caviar_plugins.samplers.log import Log
from rich.console import Console

PATHS = ("optimizer.learning_rate", "regularizer.l1.strength", "regularizer.l2.strength", "schedule.epsilon")


class TestProgress(ReporterContract):
    reporter = Progress()


def run_of(paths: int, total: int = 8, resumed: int = 0) -> RunInfo:
    space = Space(tuple(Dimension(path, Log(1e-4, 1.0)) for path in PATHS[:paths]))
    return RunInfo("digits", Path("runs/my digits"), total, resumed, 10, "validation.accuracy", "maximize", None, space)


def finished(index: int, objective: float, paths: int = 1) -> Trial:
    values = dict.fromkeys(PATHS[:paths], 0.123456789 / 3**index)
    metrics = {"train.loss": 0.5, "validation.accuracy": objective, "validation.log_loss": 0.25}
    return Trial(index, 0, (), values, TrialState.FINISHED, 10, metrics, objective)


def summary_of(trials: list[Trial]) -> Summary:
    best = max((trial for trial in trials if trial.objective), key=lambda trial: trial.objective or 0, default=None)
    if best is not None:
        best = replace(best, metrics={**best.metrics, "test.accuracy": 0.9625})
    return Summary(tuple(trials), best, 75.0)


def printed(run: RunInfo, summary: Summary, width: int) -> str:
    console = Console(file=StringIO(), width=width, highlight=False)
    print_summary(run, summary, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_table_shows_the_best_few_the_winner_and_what_to_do_next() -> None:
    text = printed(run_of(1), summary_of([finished(index, 0.9 + index / 100) for index in range(8)]), 80)
    ranks = [int(match) for match in re.findall(r"^ +(\d) +0\.9", text, re.MULTILINE)]
    assert ranks == [7, 6, 5, 4, 3]
    assert "learning_rate" in text
    assert "Best: trial 7" in text
    assert re.search(r"^Best: trial 7 +train +validation +test *$", text, re.MULTILINE)
    assert re.search(r"^  log_loss +0\.2500 *$", text, re.MULTILINE)
    assert re.search(r"^  accuracy +0\.9700 +0\.9625 *$", text, re.MULTILINE)
    assert "8 trials in 1 min 15 s: 8 finished" in text
    assert "pipe predict 'runs/my digits' DATA" in text


def test_a_run_that_is_not_kept_names_no_folder() -> None:
    text = printed(replace(run_of(1), kept=False), summary_of([finished(0, 0.9)]), 80)
    assert "in memory alone" in text
    assert "runs/my digits" not in text


def test_the_order_of_re_tested_trials_can_be_read_off_the_table() -> None:
    """Noise: the runs 0.90 and 0.94 lie 0.02 from their mean, so s = 0.02 sqrt(2); a single training pays all of it."""
    again = replace(finished(0, 0.90), retests=(Retest(0, TrialState.FINISHED, 0.94),))
    text = printed(run_of(1), summary_of([again, finished(1, 0.925)]), 80)
    rows = re.findall(r"^ +(\d) +(0\.\d+ ± \S+(?: of \d)?)  ", text, re.MULTILINE)
    assert rows == [("0", "0.9200 ± 0.020 of 2"), ("1", "0.9250 ± 0.028")]
    assert "0.028, the noise of one training" in text
    assert "Ranked by the worse end" in text
    assert "2 finished, 1 re-test" in text


def test_where_the_winner_was_re_tested_its_metrics_are_said_to_be_of_its_first_training() -> None:
    again = replace(finished(0, 0.90), retests=(Retest(0, TrialState.FINISHED, 0.94),))
    assert "of its first training" in printed(run_of(1), summary_of([again]), 80)
    alone = printed(run_of(1), summary_of([finished(0, 0.90)]), 80)
    assert "of its first training" not in alone
    assert "±" not in alone


def test_of_equal_trials_the_lower_index_stands_first() -> None:
    text = printed(run_of(1), summary_of([finished(index, 0.9) for index in range(3)]), 80)
    assert [int(match) for match in re.findall(r"^ +(\d) +0\.9", text, re.MULTILINE)] == [0, 1, 2]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("paths", [0, 1, 4])
def test_the_table_fits_and_cuts_no_value(width: int, paths: int) -> None:
    trials = [finished(index, 0.9 + index / 100, paths) for index in range(8)]
    text = printed(run_of(paths), summary_of(trials), width)
    tables_end = text.index("8 trials in")
    assert max(map(len, text[:tables_end].splitlines())) <= width
    assert "…" not in text
    words = run_of(paths).space.words(trials[-1].values)
    assert all(word in text for word in words.values())


def test_a_run_without_a_model_says_why() -> None:
    failed = Trial(0, 0, (), {}, TrialState.FAILED, 0, reason="ValueError in [adam]")
    text = printed(run_of(0), summary_of([failed]), 80)
    assert "trial 0 failed: ValueError in [adam]" in text
    assert "There is no model." in text


def test_elsewhere_than_on_a_terminal_there_are_few_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    run, progress = run_of(1, total=2), Progress()
    progress.before_run(run)
    for epoch in range(1, 11):
        progress.after_epoch(EpochInfo((0, 1), epoch, ({}, {})))
    trials = [finished(0, 0.5), replace(finished(1, 0.0), state=TrialState.FAILED, objective=None, reason="why")]
    for trial in trials:
        progress.after_trial(trial)
    progress.after_round(0)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "digits: 2 trials of 10 epochs, in runs/my digits",
        "digits: trial 1 failed: why",
        "digits: round 1 done, 2/2 trials, best validation.accuracy 0.5000, trial 0: learning_rate 0.123457",
    ]
    progress.after_run(run, summary_of(trials))
    assert "Best: trial 0" in capsys.readouterr().err


def test_leaders_that_are_trained_again_are_shown_until_they_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    progress, epoch = Progress(), EpochInfo((0, 2), 1, ({}, {}))
    progress.before_run(run_of(1, total=3))
    lines = progress._view
    assert isinstance(lines, Lines)
    for trial in range(3):
        progress.after_trial(finished(trial, 0.5))
    lines._next = 0.0  # two seconds are over
    progress.after_retest_epoch(epoch)
    progress.after_retest_epoch(replace(epoch, trials=(1, 2)))
    told = capsys.readouterr().err.splitlines()[1:]
    assert len(told) == 1, "one line every two seconds at most"
    assert told[0].startswith("digits: 3/3 trials, training 2 leaders again, best ")
    assert lines.tracker.again() == "training 3 leaders again"
    progress.after_retests(finished(1, 0.5))
    assert lines.tracker.again() == ""
    assert lines.tracker.best == finished(1, 0.5)


def test_an_interrupted_run_says_how_far_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.before_run(run_of(0, resumed=3))
    progress.on_failure(run_of(0, resumed=3))
    assert capsys.readouterr().err.splitlines() == [
        "digits: 8 trials of 10 epochs, 3 of them done before, in runs/my digits",
        "digits: 3 of 8 trials are recorded in runs/my digits",
    ]


def test_the_live_view_fits_eighty_columns_and_leaves_the_screen_as_it_was() -> None:
    screen = StringIO()
    view = Live(run_of(4), Console(file=screen, force_terminal=True, width=80, highlight=False))
    view.tracker.epoch(EpochInfo((0,), 5, ({},)))
    view.tracker.ended(finished(1, 0.875, 4))
    view.show()
    view.tracker.retest_epoch(EpochInfo((1,), 5, ({},)))
    view.close()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue()).replace("\r", "\n")
    assert "1/8 trials" in text
    assert "training 1 leader again" in text
    assert "best validation.accuracy 0.8750, trial 1: learning_rate 0.0411523" in text
    assert max(map(len, text.splitlines())) <= 80
    assert screen.getvalue().rstrip().endswith("\x1b[2K")


def test_half_of_the_epochs_is_half_of_the_run() -> None:
    tracker = Tracker(run_of(0, total=4, resumed=1))
    assert tracker.share == 0.25
    assert tracker.left() == ""
    tracker.epoch(EpochInfo((1, 2), 5, ({}, {})))
    assert tracker.share == 0.5
    assert tracker.left() == "", "the first trials pay for starting up"
    tracker.ended(finished(1, 0.5))
    assert tracker.left().endswith(" left")
    assert tracker.share == 0.625


def test_of_equals_the_lower_index_is_the_best_whatever_the_order() -> None:
    tracker = Tracker(run_of(0))
    for index, objective in ((3, 0.5), (1, 0.5), (2, 0.5), (0, 0.4)):
        tracker.ended(finished(index, objective))
    assert tracker.best is not None
    assert tracker.best.index == 1


def test_a_loss_is_better_when_it_is_lower() -> None:
    tracker = Tracker(replace(run_of(0), goal="minimize"))
    for index, objective in ((0, 0.5), (1, 0.25), (2, 0.75)):
        tracker.ended(finished(index, objective))
    assert tracker.best is not None
    assert tracker.best.index == 1


def test_paths_are_shortened_as_far_as_they_stay_apart() -> None:
    assert short_names(PATHS) == {
        "optimizer.learning_rate": "learning_rate",
        "regularizer.l1.strength": "l1.strength",
        "regularizer.l2.strength": "l2.strength",
        "schedule.epsilon": "epsilon",
    }


def test_a_place_in_a_list_is_no_name_by_itself() -> None:
    paths = ("model.units.0", "model.units.1", "model.dropout")
    assert list(short_names(paths).values()) == ["units.0", "units.1", "dropout"]


def test_times_read_well() -> None:
    assert [duration(seconds) for seconds in (0.2, 61, 7500)] == ["0 s", "1 min 1 s", "2 h 5 min"]
