"""What people see of a run, on terminals and elsewhere."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import replace
from io import StringIO

import pytest
from caviar.plugin import EpochInfo, TrialState, say_once
from caviar.testing import ReporterContract
from caviar.text.once import say_anew
from caviar.text.terminal import result_alone
from caviar_plugins.reporters.progress import Progress
from caviar_plugins.reporters.progress_view import PAUSE, SILENCE, Lines, Live
from caviar_plugins.reporters.reading import Reading
from rich.console import Console

from tests.plugins.reporters.runs import finished, run_of, summary_of, view_of


class TestProgress(ReporterContract):
    reporter = Progress()


def test_elsewhere_than_on_a_terminal_there_are_few_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    run, progress = run_of(1, total=3), Progress()
    progress.before_run(run, view_of())
    for epoch in range(1, 11):
        progress.after_epoch(EpochInfo((0, 1), epoch, ({}, {})))
    failed = replace(finished(1, 0.0), state=TrialState.FAILED, objective=None, reason="why")
    for trial in (finished(0, 0.5), failed, replace(failed, index=2)):  # a reason is printed once
        progress.after_trial(trial, view_of(trial))
    progress.after_round(0)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "digits: 3 trials of 10 epochs, in runs/my digits",
        "digits: trial 1 failed: why",
        "digits: round 1 done, 3/3 trials, best validation.accuracy 0.5000, trial 0: learning_rate 0.123457",
    ]


def test_a_plain_line_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(run_of(1, total=3), Console(stderr=True))
    for trials_done in (0, 0, 0, 1):
        lines.tracker.done = trials_done
        lines._printed -= PAUSE
        lines.show()
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()[1:]] == ["0/3", "1/3"]


@pytest.mark.parametrize("prints", [True, False])
def test_what_a_run_came_to_goes_to_standard_output_if_that_is_for_it_however_wide_it_is(
    capsys: pytest.CaptureFixture[str], prints: bool
) -> None:
    progress, best, run = Progress(), finished(0, 0.5, 4), replace(run_of(4), prints=prints)
    progress.before_run(run, view_of())
    capsys.readouterr()
    progress.after_run(run, summary_of([best]))
    out, err = capsys.readouterr()
    told, other = (out, err) if prints else (err, out)
    assert "Best: trial 0" in told
    assert told.count("0.123457") == 4
    assert other == ""


def test_leaders_that_are_trained_again_are_shown_until_they_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    progress, epoch = Progress(), EpochInfo((0, 2), 1, ({}, {}))
    progress.before_run(run_of(1, total=3), view_of())
    lines = progress._view
    assert isinstance(lines, Lines)
    for trial in range(3):
        progress.after_trial(finished(trial, 0.5), view_of(finished(trial, 0.5)))
    lines._printed -= PAUSE
    progress.after_retest_epoch(epoch)
    progress.after_retest_epoch(replace(epoch, trials=(1, 2)))
    told = capsys.readouterr().err.splitlines()[1:]
    assert len(told) == 1, "one line every two seconds at most"
    assert told[0].startswith("digits: 3/3 trials, training 2 leaders again, best ")
    assert lines.tracker.activity() == "training 3 leaders again"
    progress.after_retests(finished(1, 0.5), view_of(finished(1, 0.5)))
    assert lines.tracker.activity() == ""
    assert lines.tracker.best == finished(1, 0.5)


def test_another_time_left_alone_is_printed_only_after_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    progress, epoch = Progress(), EpochInfo((1,), 1, ({},))
    progress.before_run(run_of(4, total=4), view_of())
    lines = progress._view
    assert isinstance(lines, Lines)
    progress.after_trial(finished(0, 0.5), view_of(finished(0, 0.5)))
    capsys.readouterr()
    told = []
    for gone in (PAUSE, PAUSE, SILENCE):
        lines._printed -= gone
        progress.after_epoch(epoch)
        told.append("1/4 trials" in capsys.readouterr().err)
    assert told == [True, False, True]


def test_while_baselines_train_the_views_show_it(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.before_run(run_of(1, total=1), view_of())
    progress.after_trial(finished(0, 0.5), view_of(finished(0, 0.5)))
    lines = progress._view
    assert isinstance(lines, Lines)
    for _ in ("constant", "linear"):
        lines._printed -= PAUSE
        progress.before_baseline()
    told = capsys.readouterr().err.splitlines()[1:]
    assert [line for line in told if "comparing with baselines, best " in line] == [told[-1]]
    view = Live(run_of(1, total=1), Console(file=StringIO(), force_terminal=True, width=60, highlight=False))
    view.tracker.comparing = True
    assert "0 s, comparing with baselines" in screen_of(view, 0.0)
    view.close()


def test_an_interrupted_run_says_how_far_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.before_run(run_of(0, resumed=3), view_of())
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


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_live_view_breaks_no_word_and_shows_the_best_curve(width: int) -> None:
    view = Live(run_of(4), Console(file=StringIO(), force_terminal=True, width=width, highlight=False))
    view.tracker.epoch(EpochInfo((0,), 5, ({},)))
    view.tracker.ended(finished(1, 0.875, 4))
    view.tracker.curve = [0.1, 0.3, float("nan"), 0.9]
    view.close()
    screen = StringIO()
    Console(file=screen, width=width).print(view._picture())
    best = next(line for line in screen.getvalue().splitlines() if line.startswith("best"))
    assert "0.8750 ▁▃ █ trial 1" in best
    words = set(re.split(r"[\s,:]+", view.tracker.best_in_words())) | {"▁▃", "█", "…"}
    assert set(re.split(r"[\s,:]+", best.strip())) <= words
    assert all(len(line.rstrip()) <= width for line in screen.getvalue().splitlines())


def test_where_the_result_alone_is_wanted_nothing_else_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with result_alone():
        progress, best = Progress(), finished(0, 0.5)
        progress.before_data("digits")
        progress.after_data()
        progress.before_run(replace(run_of(1), prints=True), view_of())
        progress.after_trial(best, view_of(best))
        progress.after_round(0)
        progress.after_run(replace(run_of(1), prints=True), summary_of([best]))
    told = capsys.readouterr()
    assert told.err == ""
    assert "Best: trial 0" in told.out


def test_the_live_view_moves_and_shows_the_time_while_no_event_arrives() -> None:
    view = Live(run_of(1), Console(file=StringIO(), force_terminal=True, width=60, highlight=False))
    view._began -= 75
    spinning = {screen_of(view, at)[0] for at in (0.0, 0.3)}
    view.close()
    assert len(spinning) == 2
    assert "0/8 trials 1 min 15 s" in screen_of(view, 1.0)


def screen_of(view: Live, at: float) -> str:
    """What is drawn so many seconds after the first drawing."""
    screen = StringIO()
    console = Console(file=screen, width=60, get_time=lambda: at)
    console.print(view._picture())
    return screen.getvalue()


def test_only_the_reporter_prints_what_is_logged_for_people(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say_anew()
    monkeypatch.setattr(logging.getLogger("caviar"), "handlers", [logging.NullHandler()])
    say_once("to nobody")
    progress = Progress()
    progress.before_data("digits")
    say_once("while reading")
    progress.after_data()
    progress.before_run(run_of(1), view_of())
    say_once("compiling")
    progress.on_failure(run_of(1))
    say_once("to nobody again")
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "digits: while reading"
    assert "digits: compiling" in told
    assert not [line for line in told if "nobody" in line]


def test_the_line_shown_while_data_is_read_leaves_neither_a_thread_nor_a_trace() -> None:
    before, screen = set(threading.enumerate()), StringIO()
    reading = Reading("digits", Console(file=screen, force_terminal=True, width=60))
    reading.close()
    assert not set(threading.enumerate()) - before
    assert screen.getvalue() == ""
    assert "digits reading the data, " in str(reading._picture().text)
