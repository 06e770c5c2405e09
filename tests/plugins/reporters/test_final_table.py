"""The end of a run: its best trials, the winner, what to do next."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from caviar.plugin import Assessment, Retest, RunInfo, Standing, Summary, Trial, TrialState
from caviar_plugins.reporters.final_table import print_summary
from rich.console import Console

from tests.plugins.reporters.runs import commands_for, finished, run_of, summary_of


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


def test_no_model_is_promised_where_the_trainer_leaves_none_that_predicts(tmp_path: Path) -> None:
    run, summary = replace(run_of(1), folder=tmp_path, predicts=False), summary_of([finished(3, 0.9)])
    assert "\nAll results and the resolved file are in " in printed(run, summary, 200)
    (tmp_path / "trials" / "3").mkdir(parents=True)
    assert "\nAll results, the resolved file and the best trial's files (trials/3) are in " in printed(
        run, summary, 200
    )


def test_a_table_of_a_part_of_the_trials_says_so() -> None:
    many, few = (summary_of([finished(index, 0.9) for index in range(count)]) for count in (6, 5))
    assert "\nThe best 5 of 6 finished trials.\n" in printed(run_of(1), many, 80)
    assert "The best 5" not in printed(run_of(1), few, 80)


def test_trials_that_the_time_stopped_are_counted_by_whether_they_were_trained() -> None:
    stopped = "stopped at epoch 6 of 10: search.seconds = 30 ended the search"
    begun = [Trial(index, 0, (), {}, epochs=6, reason=stopped) for index in (1, 2)]
    text = printed(run_of(1), summary_of([finished(0, 0.9), *begun, Trial(3, 0, (), {})]), 80)
    assert "\n1 trial in 1 min 15 s: 1 finished; 2 stopped early; 1 queued\n" in text
    alone = printed(run_of(1), summary_of(begun), 80)
    assert "0 trials in 1 min 15 s: none done; 2 stopped early" in alone
    assert f"2 trials: {stopped}" in " ".join(alone.split())


def test_baselines_stand_below_the_winner_on_the_same_rows() -> None:
    """With what the intervals cover, and what to know about a baseline."""
    winner = Standing("winner", {"validation.accuracy": 0.97}, {"validation.accuracy": (0.95, 0.98)})
    linear = Standing("linear", {"validation.accuracy": 0.93}, note="trained on 5 of 9 training rows")
    rows = {"train": 9, "validation": 5, "test": 0}
    found = Assessment(7, "accuracy", "maximize", rows, 4, winner, (linear,))
    summary = summary_of([finished(index, 0.9 + index / 100) for index in range(8)])
    text = printed(run_of(1), replace(summary, assessment=found), 80)
    assert re.search(r"^Same rows +validation\.accuracy *\n  trial 7 +0\.9700  0\.950 to 0\.980 *$", text, re.MULTILINE)
    assert re.search(r"^  linear +0\.9300 *$", text, re.MULTILINE)
    assert text.index("Best: trial 7") < text.index("Same rows") < text.index("8 trials in")
    assert "The intervals cover rows, not training seeds" in " ".join(text.split())
    assert "linear: trained on 5 of 9 training rows" in text
    assert "Same rows" not in printed(run_of(1), summary, 80)


def test_a_run_that_is_not_kept_names_no_folder() -> None:
    text = printed(replace(run_of(1), kept=False), summary_of([finished(0, 0.9)]), 80)
    assert "in memory only" in text
    assert "runs/my digits" not in text


def test_the_order_of_re_tested_trials_can_be_read_off_the_table() -> None:
    """Noise: the runs 0.90 and 0.94 lie 0.02 from their mean, so s = 0.02 sqrt(2); a single training pays all of it."""
    again = replace(finished(0, 0.90), retests=(Retest(0, TrialState.FINISHED, 0.94),))
    text = printed(run_of(1), summary_of([again, finished(1, 0.925)]), 80)
    rows = re.findall(r"^ +(\d) +(0\.\d+ ± \S+(?: of \d)?)  ", text, re.MULTILINE)
    assert rows == [("0", "0.9200 ± 0.020 of 2"), ("1", "0.9250 ± 0.028")]
    told = " ".join(text.split())
    assert "± covers training seeds, not rows" in told
    assert "0.028, the noise of one training" in told
    assert "Ranked by the worse end" in told
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
def test_the_table_fits_and_the_winners_values_are_told_whole(width: int, paths: int) -> None:
    trials = [finished(index, 0.9 + index / 100, paths) for index in range(8)]
    text = printed(run_of(paths), summary_of(trials), width)
    tables_end = text.index("8 trials in")
    assert max(map(len, text[:tables_end].splitlines())) <= width
    assert "…" not in text
    words = run_of(paths).space.words(trials[-1].values)
    assert all(word in text for word in words.values())
    assert ("Not shown: epsilon;" in text) is ((width, paths) == (60, 4))


def test_columns_that_do_not_fit_a_narrow_terminal_are_named() -> None:
    text = printed(run_of(4), summary_of([finished(0, 0.9, 4), finished(1, 0.8, 4)]), 40)
    assert text.splitlines()[0].split() == ["validation.", "learning_", "l1."]
    assert "Not shown: l2.strength, epsilon;" in text
    assert "epsilon 0.123457" in text


def test_a_run_without_a_model_says_why() -> None:
    failed = Trial(0, 0, (), {}, TrialState.FAILED, 0, reason="ValueError in [adam]")
    text = printed(run_of(0), summary_of([failed]), 80)
    assert "trial 0 failed: ValueError in [adam]" in text
    assert "No model was saved." in text


def test_what_the_user_should_know_stands_below_the_counts() -> None:
    summary = replace(summary_of([finished(0, 0.9)]), notes=("trial 0, the winner, was trained again",))
    assert "1 finished\nNote: trial 0, the winner, was trained again\n" in printed(run_of(1), summary, 80)


def test_the_commands_that_are_offered_are_quoted_and_left_out_where_none_could_work() -> None:
    run = run_of(1)
    offered = replace(run, commands=commands_for(run.folder, "--code", "my code.py"))
    own = printed(offered, summary_of([finished(0, 0.9)]), 120)
    assert "pipe results 'runs/my digits' --code 'my code.py'  " in own
    assert "pipe predict 'runs/my digits' DATA --code 'my code.py'  " in own
    alone = printed(replace(run_of(1), readable=False), summary_of([finished(0, 0.9)]), 120)
    assert "pipe results" not in alone
    assert "runs/my digits. `pipe` cannot read them" in alone


def test_a_program_that_ran_it_is_told_how_a_program_reads_it() -> None:
    run = replace(run_of(1), commands=(), code=Path("mine.py"))
    told = printed(run, summary_of([finished(0, 0.9)]), 160)
    assert "runs/my digits. Next: caviar.open_run('runs/my digits', code='mine.py')" in told
    assert "pipe " not in told


@pytest.mark.parametrize("width", [60, 80])
def test_lines_and_commands_are_broken_between_words(width: int) -> None:
    folder = Path("/home/somebody/projects/digits/runs/digits")
    run = replace(run_of(1), folder=folder, commands=commands_for(folder))
    failed = Trial(0, 0, (), {}, TrialState.FAILED, 0, reason="ValueError: " + "word " * 30)
    lines = printed(run, summary_of([failed, finished(1, 0.9)]), width).splitlines()
    assert max(map(len, lines)) <= width
    assert {word for line in lines for word in line.split() if "or" in word and "wor" in word} == {"word"}
    assert sum(line.count("/home/somebody/projects/digits/runs/digits") for line in lines) == 3


def test_that_many_share_the_first_place_is_said_in_a_line_with_a_metric_that_parts_them() -> None:
    def alike(index: int) -> Trial:
        trial = finished(index, 1.0)
        return replace(trial, metrics={**trial.metrics, "validation.log_loss": 0.1 + index / 100})

    text = printed(run_of(1), summary_of([alike(0), alike(1), alike(2), finished(3, 0.9)]), 200)
    assert "3 trials share the first place, with validation.accuracy 1.0000" in text
    assert "validation.log_loss distinguishes them" in text
    assert "share the first place" not in printed(run_of(1), summary_of([alike(0), alike(1), finished(3, 0.9)]), 200)


def test_a_reason_that_many_trials_share_is_printed_once_with_their_number() -> None:
    def failed(index: int, reason: str) -> Trial:
        return Trial(index, 0, (), {}, TrialState.FAILED, 0, reason=reason)

    trials = [failed(0, "ValueError: no"), failed(1, "ValueError: no"), failed(2, "KeyError: a")]
    text = printed(run_of(0), summary_of(trials), 120)
    assert "  2 trials failed: ValueError: no\n  trial 2 failed: KeyError: a\n" in text
    assert text.count("ValueError: no") == 1
    stopped = "after 2 of 8 trials: all of them failed for the same reason: ValueError: no; run the same command"
    text = printed(run_of(0), replace(summary_of(trials[:2]), stopped=stopped), 200)
    assert text.count("ValueError: no") == 1
