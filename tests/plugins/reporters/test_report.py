"""When a run's page is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from caviar.plugin import RunFacts, RunInfo
from caviar.testing import ReporterContract
from caviar.testing.run_view import TrialsView
from caviar_plugins.reporters import report
from caviar_plugins.reporters.report import Report

from tests.plugins.report.studies import METRIC, view_of
from tests.plugins.report.unpacked import data_of
from tests.plugins.reporters.runs import run_of

VIEW = view_of()


class TestReport(ReporterContract):
    reporter = Report()


@pytest.fixture
def run(tmp_path: Path) -> RunInfo:
    return replace(run_of(1), folder=tmp_path)


def test_at_the_end_it_reloads_no_more(run: RunInfo) -> None:
    told = Report()
    told.before_run()
    told.after_round(run, VIEW)
    assert data_of((run.folder / "report.html").read_text())["reload"] >= 5
    told.after_run(run, VIEW)
    assert data_of((run.folder / "report.html").read_text())["reload"] == 0


def test_a_run_that_failed_says_so(run: RunInfo) -> None:
    Report().on_failure(run, "the disk is full", VIEW)
    assert "the disk is full" in data_of((run.folder / "report.html").read_text())["note"]


def test_a_run_in_memory_has_no_page(run: RunInfo) -> None:
    told = Report()
    told.before_run()
    told.after_run(replace(run, kept=False), VIEW)
    assert not (run.folder / "report.html").exists()


class TakesSeconds(TrialsView):
    """A study whose facts take so long to read, on a clock that stands still otherwise."""

    clock: ClassVar[list[float]]
    cost: ClassVar[float]

    def facts(self) -> RunFacts:
        self.clock[0] += self.cost
        return super().facts()


@pytest.mark.parametrize("cost", [0.5, 2.0, 3.0])
def test_all_writing_during_a_run_takes_less_than_a_hundredth_of_its_time(
    run: RunInfo, monkeypatch: pytest.MonkeyPatch, cost: float
) -> None:
    clock = [0.0]
    monkeypatch.setattr(report, "monotonic", lambda: clock[0])
    monkeypatch.setattr(TakesSeconds, "clock", clock, raising=False)
    monkeypatch.setattr(TakesSeconds, "cost", cost, raising=False)
    view, told, rounds = TakesSeconds(VIEW.trials, METRIC), Report(), 1000
    told.before_run()
    for _ in range(rounds):
        clock[0] += 1.0
        told.after_round(run, view)
    writing = clock[0] - rounds
    assert cost < writing <= 0.01 * clock[0], "written again, and no more than that"
