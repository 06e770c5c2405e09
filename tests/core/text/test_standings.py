"""The winner beside baselines, as text for people."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO

from caviar import Assessment, Standing
from caviar.plugin import standings_notes, standings_table
from rich.console import Console

WINNER = Standing("winner", {"validation.rmse": 32058.4, "test.rmse": 33012.0}, {"test.rmse": (31000.2, 35000.1)})
CONSTANT = Standing("constant", {"validation.rmse": 115000.0, "test.rmse": 116000.0})
LINEAR = Standing("linear", {"validation.rmse": 49708.0, "test.rmse": 50100.0}, note="trained on 5 of 9 training rows")
FAILED = Standing("boosting", note="not trained: ValueError: no")
FOUND = Assessment(
    7, "rmse", "minimize", {"train": 90, "validation": 20, "test": 30}, 8, WINNER, (CONSTANT, LINEAR, FAILED)
)


def printed(found: Assessment, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, highlight=False)
    console.print(standings_table(found))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_each_model_has_a_line_with_its_metric_on_each_part_and_the_interval_over_rows() -> None:
    lines = [re.split(r" {2,}", line.strip()) for line in printed(FOUND).strip().splitlines()]
    assert lines == [
        ["Same rows", "validation.rmse", "test.rmse"],
        ["trial 7", "32,060", "33,010", "31,000 to 35,000"],
        ["linear", "49,710", "50,100"],
        ["constant", "115,000", "116,000"],
    ]


def test_an_ensemble_stands_first_and_its_note_names_its_trials() -> None:
    metrics = {"validation.rmse": 31000.0, "test.rmse": 31500.0}
    found = replace(FOUND, ensemble=Standing("ensemble", metrics, note="the mean of trials 7 (2 times) and 3"))
    lines = printed(found).strip().splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["ensemble", "trial", "linear", "constant"]
    assert re.split(r" {2,}", lines[1].strip()) == ["ensemble", "31,000", "31,500"]
    assert "ensemble: the mean of trials 7 (2 times) and 3" in standings_notes(found)


def test_without_a_test_part_there_is_no_column_for_it() -> None:
    assert "test.rmse" not in printed(replace(FOUND, rows={"train": 90, "validation": 20, "test": 0}))


def test_the_notes_say_what_the_intervals_cover_and_why_a_baseline_is_missing() -> None:
    legend, *notes = standings_notes(FOUND)
    assert legend.startswith("The intervals cover rows, not training seeds")
    assert notes == ["boosting: not trained: ValueError: no", "linear: trained on 5 of 9 training rows"]
    alone = replace(FOUND, winner=replace(WINNER, intervals={}), baselines=())
    assert list(standings_notes(alone)) == []


def test_the_widest_numbers_fit_a_terminal_of_80_columns() -> None:
    wide = 1.2345e-5
    metrics = {f"{part}.balanced_accuracy": wide for part in ("validation", "test")}
    standing = Standing("winner", metrics, dict.fromkeys(metrics, (2 * wide, 3 * wide)))
    found = replace(FOUND, metric="balanced_accuracy", winner=standing, baselines=(replace(standing, name="boosting"),))
    assert max(map(len, printed(found, 200).splitlines())) <= 80
