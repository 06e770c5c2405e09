"""`pipe results` on a terminal: whole values, whatever its width."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from io import StringIO
from pathlib import Path

import numpy
import pytest
from caviar import Reporter, TrialState, load
from caviar.cli.main import app
from caviar.engine.analysis.results import read_results
from caviar.engine.study import Interrupted, run
from caviar.plugin import EpochInfo, hook, short_number
from caviar.values.problem import Stopped
from caviar.values.trial import Trial
from typer.testing import CliRunner

from tests.commands import pipe

FILE = """
data = "digits"
reporter = []
normalizer = "batchnorm"
executor = "inline"
model.units = { int = [4, 8] }
optimizer.learning_rate = { log = [1e-4, 1e-1] }
optimizer.epsilon = { log = [1e-10, 1e-4] }
trainer = { epochs = 2, batch_size = { choice = [128, 256] } }
search = { baselines = false, trials = 6, pruner = "successive-halving" }
[[regularizer]]
use = "l2"
strength = { log = [1e-7, 1e-2] }
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Trial, ...]]:
    folder = tmp_path_factory.mktemp("results")
    (folder / "p.toml").write_text(FILE)
    done = run(load(folder / "p.toml"), folder)
    return folder / "p", done.summary.trials


def on_terminal(folder: Path, columns: int) -> str:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    words = [sys.executable, "-m", "caviar", "results", str(folder)]
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(words, stdout=theirs, stderr=theirs, env=environment | {"TERM": "xterm"})
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 4096):
            seen += part
    except OSError:  # how a terminal ends on Linux
        pass
    os.close(ours)
    assert process.wait() == 0
    return re.sub(r"\x1b\[[\d;]*m", "", seen.decode())


@pytest.mark.parametrize(("columns", "digits"), [(60, 4), (80, 4), (200, 6)])
def test_on_a_terminal_each_value_has_its_column_and_no_line_is_too_long(
    study: tuple[Path, tuple[Trial, ...]], columns: int, digits: int
) -> None:
    folder, trials = study
    text = on_terminal(folder, columns)
    assert all(len(line) <= columns for line in text.splitlines())
    told = {path for path in trials[0].values if all(f" {trial.values[path]:.{digits}g} " in text for trial in trials)}
    left_out = {"optimizer.epsilon", "regularizer.l2.strength"} if columns == 60 else set()
    assert set(trials[0].values) - told == left_out
    assert ("Not shown: epsilon, strength;" in text) is bool(left_out)


def test_tables_for_programs_have_a_row_for_each_trial_and_for_each_epoch(
    study: tuple[Path, tuple[Trial, ...]],
) -> None:
    folder, trials = study
    tables = [
        list(csv.DictReader(StringIO(pipe(folder, "results", ".", each).stdout))) for each in ("--csv", "--curves")
    ]
    assert [(int(row["trial"]), row["state"]) for row in tables[0]] == [(each.index, each.state) for each in trials]
    for row, trial in zip(tables[0], trials, strict=True):
        assert float(row["optimizer.learning_rate"]) == trial.values["optimizer.learning_rate"]
        assert row["objective"] == ("" if trial.objective is None else repr(trial.objective))
    reached = [(each.index, epoch) for each in trials for epoch in range(1, each.epochs + 1)]
    assert [(int(row["trial"]), int(row["epoch"])) for row in tables[1]] == reached
    last = {int(row["trial"]): float(row["validation.accuracy"]) for row in tables[1]}
    finished = {each.index: each.objective for each in trials if each.state is TrialState.FINISHED}
    assert {number: last[number] for number in finished} == finished


def test_one_kind_of_output_is_asked_for_at_a_time(study: tuple[Path, tuple[Trial, ...]]) -> None:
    done = pipe(study[0], "results", ".", "--json", "--csv")
    assert (done.returncode, "give one of --json, --csv, --curves and --narrow" in done.stderr) == (2, True)


def test_a_pruned_trial_says_how_far_it_came(study: tuple[Path, tuple[Trial, ...]]) -> None:
    folder, trials = study
    pruned = sum(trial.state is TrialState.PRUNED for trial in trials)
    assert pruned > 0
    assert on_terminal(folder, 200).count("pruned at 1 ") == pruned


def test_pruned_trials_follow_by_how_far_they_came_with_their_last_value(
    study: tuple[Path, tuple[Trial, ...]],
) -> None:
    folder, _ = study
    found = read_results(folder)
    with found.pipeline.store.read(folder) as ledger:
        curves = ledger.curves(found.metric)
    text = on_terminal(folder, 200)
    rows = [line.split() for line in text.splitlines() if " pruned at " in line]
    assert [row[4] for row in rows] == [short_number(curves[int(row[0])][-1]) for row in rows]
    reached = [(int(row[3]), float(row[4])) for row in rows]
    assert reached == sorted(reached, reverse=True)
    assert text.index(" finished ") < text.index(" pruned at ")
    assert text.rindex(" finished ") < text.index(" pruned at ")


@pytest.mark.parametrize("where", ["validation.log_loss > 0", "validation.log_loss > 1e9"])
def test_conditions_take_a_short_column_with_what_was_measured_and_stand_below(tmp_path: Path, where: str) -> None:
    file = tmp_path / "p.toml"
    file.write_text(FILE.replace('pruner = "successive-halving"', f"where = '{where}'"))
    done = run(load(file), tmp_path)
    text = on_terminal(tmp_path / "p", 80)
    assert all(len(line) <= 80 for line in text.splitlines())
    met = "yes" if where.endswith("> 0") else "no"
    heading = text.partition(f"{met},")[0]
    assert "feasible" in heading
    assert "log_loss" not in heading
    assert "Not shown: state (all have finished)" in text
    assert all(f"{value:.4g}" in text for trial in done.summary.trials for value in trial.values.values())
    assert f"feasible: {done.info.where[0]} (the numbers: validation.log_loss)" in " ".join(text.split())
    for trial in done.summary.trials:
        assert f"{met}, {short_number(trial.metrics['validation.log_loss'])}" in text


def test_an_interrupted_search_says_how_many_trials_are_done_and_lists_no_other(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(FILE.replace(', pruner = "successive-halving"', ""))
    ended: list[int] = []

    class Watcher(Reporter):
        @hook
        def after_trial(self, trial: Trial) -> None:
            ended.append(trial.index)

    def check_stop() -> None:
        if len(ended) == 2:
            raise Stopped

    with pytest.raises(Interrupted) as stopped:
        run(load(tmp_path / "p.toml", ["trainer.population=1"]), tmp_path, check_stop, [Watcher()])
    done = sum(trial.state.done for trial in stopped.value.run.summary.trials)
    text = on_terminal(tmp_path / "p", 80)
    assert done == 2
    assert "2 of 6 trials are done" in text
    assert text.count(" finished ") == 2
    assert "queued" not in text
    assert "Same rows" not in text
    assert read_results(tmp_path / "p").advice == ()


def test_an_interrupted_search_says_how_many_trials_are_under_way_and_how_far_they_are(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(FILE)
    epochs: list[int] = []

    class Watcher(Reporter):
        @hook
        def after_epoch(self, epoch: EpochInfo) -> None:
            epochs.append(epoch.epoch)

    def check_stop() -> None:
        if len(epochs) == 4:
            raise Stopped

    with pytest.raises(Interrupted):
        run(load(tmp_path / "p.toml", ["trainer.population=1"]), tmp_path, check_stop, [Watcher()])
    text = on_terminal(tmp_path / "p", 80)
    assert "0 of 6 trials are done, 4 under way, at epoch 1 of 2" in text
    assert len(re.findall(r"^ +\d+  at epoch 1 ", text, re.MULTILINE)) == 4


def test_a_trial_that_the_time_stopped_is_not_called_queued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.toml").write_text(FILE)
    late = time.time() + 1000

    class Watcher(Reporter):
        @hook
        def after_epoch(self, epoch: EpochInfo) -> None:
            monkeypatch.setattr(time, "time", lambda: late)

    run(load(tmp_path / "p.toml", ["search.seconds=500"]), tmp_path, watchers=[Watcher()])
    told = CliRunner().invoke(app, ["results", str(tmp_path / "p")])
    assert re.search(r"^trial \d: stopped at epoch 1 of 2: search.seconds = 500 ended the search$", told.stderr, re.M)
    assert "queued" not in told.stdout + told.stderr


TABLE = """
executor = "inline"
reporter = []
data = { path = "blobs.npz", test = 0.2 }
model.units = { int = [4, 8] }
trainer.epochs = 2
search.trials = 2
"""


def test_the_winner_stands_below_with_its_test_metrics_and_the_baselines_and_in_json_too(tmp_path: Path) -> None:
    y = numpy.arange(120) % 3
    numpy.savez(tmp_path / "blobs.npz", X=numpy.random.default_rng(0).normal(0, 1.2, (120, 4)) + y[:, None], y=y)
    (tmp_path / "p.toml").write_text(TABLE)
    words = ["run", str(tmp_path / "p.toml"), "--runs", str(tmp_path), "--json"]
    ran = json.loads(CliRunner().invoke(app, words).stdout)
    text = CliRunner().invoke(app, ["results", str(tmp_path / "p")]).output
    told = json.loads(CliRunner().invoke(app, ["results", str(tmp_path / "p"), "--json"]).stdout)
    for each in ("best", "assessment", "advice"):
        assert told[each] == ran[each]
    assert told["assessment"]["trial"] == told["best"]["trial"]
    assert re.search(rf"Best: trial {told['best']['trial']} +train +validation +test", text)
    accuracy = told["best"]["metrics"]["test.accuracy"]
    assert re.search(rf"accuracy +\S+ +{accuracy:.4f}", text)
    names = [each["name"] for each in told["assessment"]["baselines"]]
    assert names == ["constant", "linear", "boosting"]
    for each in told["assessment"]["baselines"]:
        assert re.search(rf"^  {each['name']} .*  {short_number(each['metrics']['test.accuracy'])}", text, re.MULTILINE)
        assert set(each["lead"]) == {"validation", "test"}
    assert [f"({each['rule']})" for each in told["advice"]] == re.findall(r"\(\S+\)$", text, re.MULTILINE)
