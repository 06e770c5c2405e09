"""When a run's page is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from caviar.plugin import RunInfo
from caviar.testing import ReporterContract
from caviar_plugins.reporters import report
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
    told = Report(share=1.0)
    told.before_run()
    told._began -= 3600  # an hour ago
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


def test_writing_takes_no_more_than_its_share_of_the_time(run: RunInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    now, written = [0.0], list[float]()

    def write(self: Report, *args: object, **options: object) -> None:
        written.append(now[0])
        now[0] += 2.0

    monkeypatch.setattr(report, "monotonic", lambda: now[0])
    monkeypatch.setattr(Report, "_write", write)
    told = Report()
    told.before_run()
    for _ in range(1000):
        now[0] += 1.0  # a round
        told.after_round(run, VIEW)
    assert 2.0 * len(written) <= 0.01 * now[0] + 2.0
    assert len(written) >= 4
