"""The timeline of a page, against populations whose times are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest
from caviar.plugin import RunFacts, TimedPopulation
from caviar_plugins.report import timeline as module
from caviar_plugins.report.timeline import timeline

from tests.plugins.report.studies import few
from tests.plugins.report.unpacked import unpacked


def of(*populations: TimedPopulation, trials: int = 40) -> Any:
    return unpacked(timeline(told(*populations, trials=trials)))


def told(*populations: TimedPopulation, trials: int = 40) -> RunFacts:
    return replace(few(trials), timeline=populations)


def population(worker: str, began: float, seconds: float, *trials: int, start: int = 0) -> TimedPopulation:
    count = len(trials)
    return TimedPopulation(worker, 1e9 + began, start, trials, (start + 3,) * count, (seconds,) * count)


def test_bars_are_where_the_populations_were() -> None:
    shown = of(population("a", 0, 4, 0, 1), population("b", 1, 2, 16), population("a", 5, 1, 0, start=3))
    assert shown["lanes"] == 2
    assert shown["lane"].tolist() == [0, 1, 0]
    numpy.testing.assert_allclose(shown["began"], [0, 1, 5])
    numpy.testing.assert_allclose(shown["ended"], [4, 3, 6])
    assert shown["start"].tolist() == [0, 0, 3]
    assert shown["round"].tolist() == [0, 1, 0]
    assert shown["size"].tolist() == [2, 1, 1]
    assert shown["trial"].tolist() == [0, 1, 16, 0]
    assert shown["reached"].tolist() == [3, 3, 3, 6]
    assert shown["left"].tolist() == [255] * 4
    assert shown["pauses"] == []


def test_who_left_early_did_so_at_its_share_of_the_bar() -> None:
    left = replace(population("a", 0, 8, 0, 1), left=(2.0, 8.0))
    assert of(left)["left"].tolist() == [63, 255]


def test_a_worker_in_place_of_another_takes_its_lane() -> None:
    shown = of(
        population("a", 0, 4, 0), population("b", 1, 9, 1), population("c", 4.5, 1, 2), population("d", 11, 1, 3)
    )
    assert shown["lane"].tolist() == [0, 1, 0, 0]


def test_a_night_between_two_runs_takes_no_room() -> None:
    shown = of(population("a", 0, 60, 0), population("b", 61, 39, 1), population("c", 40_000, 10, 2))
    work = 60 + 39 + 10
    numpy.testing.assert_allclose(shown["began"][:2], [0, 61])
    assert shown["began"][2] == pytest.approx(100 + 0.05 * work, rel=1e-5)
    assert shown["ended"][2] - shown["began"][2] == pytest.approx(10, rel=1e-4)
    ((place, cut),) = shown["pauses"]
    assert place == pytest.approx(shown["began"][2], rel=1e-5)
    assert cut == pytest.approx(40_000 - 100)


def test_a_second_without_work_is_shown() -> None:
    assert of(population("a", 0, 1, 0), population("a", 9, 1, 1))["pauses"] == []


def test_bars_too_short_to_be_told_apart_are_one_with_all_their_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    shown = of(*(population("a", each, 1, each % 16) for each in range(200)))
    assert len(shown["lane"]) <= 10
    assert shown["size"].sum() == 200
    assert sorted(shown["trial"].tolist()) == sorted(each % 16 for each in range(200))
    assert shown["joined"] == pytest.approx(40)
    bars = zip(shown["began"], shown["ended"], strict=True)
    assert all(ended - began <= 40 for began, ended in bars)


def test_there_are_no_more_bars_than_that_however_many_workers_train_by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    shown = of(*(population(f"worker {each % 4}", each, 3, each % 40, start=each % 8 // 4) for each in range(200)))
    assert len(shown["lane"]) <= 10
    assert shown["size"].sum() + shown["dropped"] == 200


def test_bars_of_different_folds_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    folds = (0, 0, 1, 1)
    shown = of(*(replace(population("a", each / 100, 0.01, 0), fold=fold) for each, fold in enumerate(folds)))
    assert shown["fold"].tolist() == [0, 1]


def test_time_between_bars_that_are_drawn_as_one_is_not_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    assert of(*(population("a", 2 * each, 1, 0) for each in range(100)))["busy"] == pytest.approx(100)


def test_where_there_are_too_many_members_the_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MEMBERS", 3)
    shown = of(population("a", 0, 1, 0, 1), population("a", 1, 1, 2, 3), population("a", 2, 1, 4))
    assert shown["trial"].tolist() == [2, 3, 4]
    assert shown["dropped"] == 1


def test_without_times_there_is_none() -> None:
    assert timeline(told()) is None


def test_trials_that_are_lost_are_left_out() -> None:
    assert of(population("a", 0, 1, 0), population("a", 2, 1, 99))["trial"].tolist() == [0]
