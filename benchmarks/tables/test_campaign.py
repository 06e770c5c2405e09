"""The campaign's file, what is measured again, and what is made of results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy
import pytest

from benchmarks.tables import campaign, results
from benchmarks.tables.campaign import Campaign
from benchmarks.tables.contenders import Failed, Outcome
from benchmarks.tables.errors import ratio
from benchmarks.tables.report import markdown
from benchmarks.tables.results import Result
from benchmarks.tables.sources import NoArchive, Table, Task

FIRST = Result("wine", 0, "caviar", 0.25, 36, 30.0, {"cores": 2})


def test_the_latest_result_of_a_key_counts(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    results.append(file, [FIRST, replace(FIRST, split=1)])
    results.append(file, [replace(FIRST, error=0.125)])
    assert [each.error for each in results.read(file).values()] == [0.125, 0.25]


def test_a_line_cut_short_by_a_kill_is_not_read_and_does_not_spoil_the_next(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    results.append(file, [FIRST])
    file.write_text(file.read_text() + '{"table": "wi')
    assert list(results.read(file).values()) == [FIRST]
    results.append(file, [replace(FIRST, split=1)])
    assert [each.split for each in results.read(file).values()] == [0, 1]


@dataclass
class Counted:
    """A contender that predicts the first class, unless it is to fail."""

    names: tuple[str, ...] = ("counted",)
    fails: bool = False
    runs: int = 0

    def run(self, folder: Path, task: Task, split: int, threads: int) -> Outcome:
        self.runs += 1
        if self.fails:
            raise Failed("it has no memory left")
        rows = len((folder / "test.csv").read_text().splitlines()) - 1
        return Outcome(dict.fromkeys(self.names, numpy.zeros(rows)), 12.345)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table is the same ten rows, and this process keeps its cores."""
    table = Table("toy", "classification", {"a": list("0123456789")}, (), numpy.arange(10) % 2)
    monkeypatch.setattr(campaign, "_loaded", lambda *_: table)
    monkeypatch.setattr(campaign, "pin", lambda _: None)


@pytest.mark.usefixtures("toy")
def test_a_campaign_resumes_where_it_was_interrupted(tmp_path: Path) -> None:
    file, contender = tmp_path / "results.jsonl", Counted()
    Campaign(file, None, 2, timed=True).run(["wine"], [0], [contender])
    Campaign(file, None, 2, timed=True).run(["wine", "digits"], [0, 1], [contender])
    assert contender.runs == 4
    assert {each.seconds for each in results.read(file).values()} == {12.35}


@pytest.mark.usefixtures("toy")
def test_errors_without_seconds_are_measured_again_where_seconds_are_wanted(tmp_path: Path) -> None:
    file, contender = tmp_path / "results.jsonl", Counted()
    for timed, runs in ((False, 1), (False, 1), (True, 2), (False, 2)):
        Campaign(file, None, 2, timed).run(["wine"], [0], [contender])
        assert contender.runs == runs


@pytest.mark.usefixtures("toy")
def test_a_run_with_several_models_is_repeated_if_one_of_their_results_is_missing(tmp_path: Path) -> None:
    file, contender = tmp_path / "results.jsonl", Counted(("best", "ensemble"))
    one = Campaign(file, None, 2, timed=True)
    one.run(["wine"], [0], [contender])
    file.write_text(file.read_text().splitlines(keepends=True)[0])
    one.run(["wine"], [0], [contender])
    assert contender.runs == 2
    assert [each.contender for each in results.read(file).values()] == ["best", "ensemble"]


def test_a_table_that_is_missing_is_reported_before_anything_is_measured(tmp_path: Path) -> None:
    contender = Counted()
    with pytest.raises(NoArchive, match="adult"):
        Campaign(tmp_path / "results.jsonl", tmp_path, 2, timed=True).run(["wine", "adult"], [0], [contender])
    assert contender.runs == 0


@pytest.mark.usefixtures("toy")
def test_a_contender_that_fails_stops_no_campaign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results.jsonl"
    Campaign(file, None, 2, timed=True).run(["wine"], [0], [Counted(fails=True), Counted(("other",))])
    assert [each.contender for each in results.read(file).values()] == ["other"]
    assert "wine, split 0: it has no memory left" in capsys.readouterr().err


def errors(by_table: Mapping[str, list[float]], rows: int = 100) -> dict[str, dict[int, Result]]:
    return {
        table: {split: Result(table, split, "x", each, rows, None, {}) for split, each in enumerate(found)}
        for table, found in by_table.items()
    }


def test_the_mean_of_ratios_is_geometric_and_each_table_weighs_the_same() -> None:
    found = ratio(errors({"a": [0.1, 0.3], "b": [0.2]}), errors({"a": [0.2, 0.6], "b": [0.1]}))
    assert found is not None
    assert found.tables == pytest.approx({"a": 0.5, "b": 2.0})
    assert found.mean == pytest.approx(1.0)
    assert found.better == 1
    assert (found.low, found.high) == pytest.approx((0.5, 2.0))


def test_only_tables_and_splits_that_both_have_are_compared() -> None:
    found = ratio(errors({"a": [0.1, 0.9], "b": [0.2]}), errors({"a": [0.2], "c": [0.1]}))
    assert found is not None
    assert found.tables == pytest.approx({"a": 0.5})
    assert ratio(errors({"a": [0.1]}), errors({"c": [0.1]})) is None


def test_a_table_on_which_nobody_is_wrong_counts_half_a_row() -> None:
    found = ratio(errors({"a": [0.0, 0.0]}, rows=50), errors({"a": [0.01, 0.01]}, rows=50))
    assert found is not None
    assert found.tables == pytest.approx({"a": 0.5})


def test_the_interval_covers_the_mean_and_shrinks_with_tables() -> None:
    generator = numpy.random.default_rng(0)
    spans = []
    for count in (4, 40):
        ours, theirs = (
            errors({str(table): generator.uniform(0.1, 0.2, 3).tolist() for table in range(count)}) for _ in range(2)
        )
        found = ratio(ours, theirs)
        assert found is not None
        assert found.low < found.mean < found.high
        spans.append(found.high - found.low)
    assert spans[1] < spans[0] / 2


def test_a_table_is_drawn_with_as_many_splits_as_it_has() -> None:
    found = ratio(errors({"a": [0.1, 0.4], "b": [0.1] * 40}), errors({"a": [0.2, 0.2], "b": [0.1] * 40}))
    assert found is not None
    assert found.low < 0.71  # one of the two is a, an eighth of the time with its better split twice: sqrt(0.5)


def test_the_report_has_errors_seconds_and_ratios() -> None:
    found = [
        FIRST,
        replace(FIRST, split=1, error=0.35),
        replace(FIRST, contender="lightgbm", error=0.5, seconds=None),
    ]
    text = markdown(found, ["lightgbm"])
    assert "| table (splits) | caviar | lightgbm |\n|---|---|---|\n| wine (2) | 0.3000 | 0.5000 |" in text
    assert "| wine (2) | 30.0 |  |" in text
    assert "| wine | 0.500 |" in text
    assert "| **geometric mean** | **0.500** |" in text


def test_a_report_without_the_reference_names_what_there_is() -> None:
    with pytest.raises(SystemExit, match="no results of 'catboost'; there are caviar"):
        markdown([FIRST], ["catboost"])
