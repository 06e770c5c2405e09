"""When a run's page is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from caviar.plugin import RunInfo
from caviar.testing import ReporterContract
from caviar_plugins.reporters.report import Report

from tests.plugins.report.studies import view_of
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


def written(run: RunInfo) -> int:
    """Which file it is: each time it is written it is another one, put in the place of the one before."""
    return (run.folder / "report.html").stat().st_mtime_ns


def test_after_a_write_rounds_that_follow_at_once_write_nothing(run: RunInfo) -> None:
    told = Report(share=0.01)
    told.before_run()
    told.after_round(run, VIEW)
    first = written(run)
    for _ in range(20):  # in less than the two hundred times that two more writes would have to take
        told.after_round(run, VIEW)
    assert written(run) == first


def test_it_is_written_again_once_its_share_of_the_time_allows_it(run: RunInfo) -> None:
    told = Report(share=1.0)
    told.before_run()
    told.after_round(run, VIEW)
    first, rounds = written(run), 0
    while written(run) == first:
        told.after_round(run, VIEW)
        rounds += 1
    assert rounds > 1
