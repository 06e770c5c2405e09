"""csv and jsonl: what pandas, polars and json read of a study, whatever has interrupted it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from caviar import Run
from caviar.engine.search.observers import Observers
from caviar.plugin import RunInfo
from caviar.testing import ReporterContract
from caviar_plugins import CSV, JSONLines
from pydantic import PrivateAttr

from tests.commands import pipe
from tests.plugins.reporters.runs import finished, run_of, view_of
from tests.plugins.reporters.tracked import TRAIN, killed, reported, words_of

pytestmark = pytest.mark.thorough


class TestCSV(ReporterContract):
    reporter = CSV()


class TestJSONLines(ReporterContract):
    reporter = JSONLines()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return reported(tmp_path_factory.mktemp("files"), ("csv", "jsonl"))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "trials.jsonl").read_text().splitlines()]


def test_trials_end_in_every_way(run: Run) -> None:
    """Otherwise the tests of this folder would show less than they seem to."""
    assert {trial.state for trial in run.trials} == {"finished", "pruned", "failed", "diverged"}


def test_pandas_reads_the_tables_as_the_study_gives_them(run: Run) -> None:
    if find_spec("pandas") is None:
        pytest.skip("pandas is not installed")
    import pandas
    from pandas.testing import assert_frame_equal

    trials, epochs = (pandas.read_csv(run.folder / name) for name in ("trials.csv", "epochs.csv"))
    assert_frame_equal(trials, run.to_pandas(), check_dtype=False)
    assert_frame_equal(epochs, run.curves_to_pandas(), check_dtype=False)
    assert len(epochs) == sum(trial.epochs for trial in run.trials)


def test_a_line_is_a_trial_with_its_curves(run: Run) -> None:
    told = lines(run.folder)
    assert [each["trial"] for each in told] == list(range(16))
    for each, trial in zip(told, run.trials, strict=True):
        assert (each["state"], each["values"], each["reason"]) == (trial.state, dict(trial.values), trial.reason)
        curve = each["curves"].get("validation.accuracy", [])
        assert [math.nan if value is None else value for value in curve] == pytest.approx(
            run.curves_of(trial.index).get("validation.accuracy", []), nan_ok=True
        )
    failed = next(each for each in told if each["state"] == "failed")
    assert "ValueError: no such network" in failed["reason"]


@pytest.mark.parametrize("before", [("csv", "jsonl"), ()], ids=["reported last", "not yet reported"])
def test_after_a_kill_no_trial_is_doubled_or_missing(tmp_path: Path, run: Run, before: tuple[str, ...]) -> None:
    for trials in (9, 4):
        killed(tmp_path, before, () if before else ("csv", "jsonl"), trials=trials)
        between = [each["trial"] for each in lines(tmp_path / "runs" / "train")]
        assert len(set(between)) == len(between) > 0
    reported(tmp_path, ("csv", "jsonl"))
    here, there = lines(tmp_path / "runs/train"), lines(run.folder)
    for each in (*here, *there):
        del each["seconds"], each["reason"]  # a reason names the file, and its folder
    assert here == there
    assert (tmp_path / "runs/train/epochs.csv").read_text() == (run.folder / "epochs.csv").read_text()
    numbers = [line.split(",")[0] for line in (tmp_path / "runs/train/trials.csv").read_text().splitlines()[1:]]
    assert numbers == list(map(str, range(16)))


def test_trials_that_ended_before_it_was_asked_for_are_reported_too(tmp_path: Path, run: Run) -> None:
    reported(tmp_path, ())
    reported(tmp_path, ("jsonl",))
    assert [each["trial"] for each in lines(tmp_path / "runs/train")] == list(range(16))


def test_the_work_for_a_table_grows_with_its_trials_and_not_with_their_square(tmp_path: Path) -> None:
    class Counted(CSV, interface=1):
        _rows: int = PrivateAttr(default=0)

        def _write(self, run: RunInfo) -> None:
            super()._write(run)
            self._rows += self._written

    writer = Counted()
    run, observers = replace(run_of(1), folder=tmp_path), Observers([writer])
    trials = tuple(finished(index, 0.5) for index in range(600))
    observers.tell("before_run", run=run, view=view_of())
    for trial in trials:
        observers.tell("after_trial", run=run, trial=trial)
        if trial.index % 4 == 3:
            observers.tell("after_round", run=run)
    observers.tell("after_run", run=run, view=view_of(*trials))
    assert not observers.failures
    assert (tmp_path / "trials.csv").read_text().count("\n") == 601
    assert writer._rows < 24 * len(trials)


def test_a_line_that_the_disk_has_no_room_for_leaves_no_part_of_itself(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="a limit of file sizes stands for a full disk")
    run, trial, writer = replace(run_of(1), folder=tmp_path), finished(0, 0.5), JSONLines()
    writer.write(run, trial, {})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "trials.jsonl").stat().st_size + 20, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            writer.write(run, trial, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    writer.write(run, trial, {})
    assert [each["trial"] for each in lines(tmp_path)] == [0, 0]


def test_a_file_that_cannot_be_written_costs_the_run_nothing(tmp_path: Path) -> None:

    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "runs/train/trials.jsonl").mkdir(parents=True)
    done = pipe(tmp_path, *words_of(("jsonl",), ())[1:])
    assert done.returncode == 0
    assert "reporter jsonl 1 failed in before_run: IsADirectoryError" in done.stderr
