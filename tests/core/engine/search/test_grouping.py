"""Grouping: which trials are trained as one population."""

from __future__ import annotations

from collections.abc import Mapping, Set
from math import ceil
from typing import Any

import pytest
from caviar import Trial
from caviar.engine.search.populations import group
from caviar_plugins import PopulationTrainer

TOGETHER = 64


class ByUnits(PopulationTrainer):
    """A structure is its units alone."""

    def fuse_key(self, values: Mapping[str, Any], floats: Set[str]) -> str:
        return str(values["units"])


def sizes(units: list[int], workers: int, population: int | None = None) -> list[int]:
    trials = [Trial(number, 0, (), {"units": each}) for number, each in enumerate(units)]
    found = group(trials, ByUnits(population=population), frozenset(), workers, TOGETHER)
    assert sorted(trial.index for members in found for trial in members) == list(range(len(units)))
    for members in found:
        assert len({trial.values["units"] for trial in members}) == 1
    return [len(members) for members in found]


def taken(units: list[int], seconds: list[float], workers: int) -> list[list[float]]:
    """What the members of each population took so far."""
    both = enumerate(zip(units, seconds, strict=True))
    trials = [Trial(number, 0, (), {"units": each}, epochs=1, seconds=took) for number, (each, took) in both]
    found = group(trials, ByUnits(), frozenset(), workers, TOGETHER)
    return [[trial.seconds for trial in members] for members in found]


def test_one_structure_is_shared_out_evenly() -> None:
    assert sizes([8] * 15, workers=1) == [15]
    assert sizes([8] * 15, workers=2) == [8, 7]
    assert sizes([8] * 200, workers=2) == [50, 50, 50, 50]
    assert len(sizes([8] * 15, workers=13)) <= 13  # 15 / (15 / 13) is more than 13
    assert taken([8] * 14, [0.1] * 14, workers=2) == [[0.1] * 7] * 2  # seven of them less than half of fourteen


def test_structures_of_unknown_cost_come_in_ever_smaller_populations() -> None:
    found = sizes([8] * 32 + [16] * 20 + [32] * 12, workers=2)
    assert found == sorted(found, reverse=True)
    for place, size in enumerate(found):
        assert size <= max(sum(found[place:]) / 2 / 2 + 1, TOGETHER // 16)


@pytest.mark.parametrize(("units", "workers"), [([8] * 4 + [16] * 4, 4), ([8] * 30 + [16] * 2, 16), ([8, 16, 8], 16)])
def test_no_population_is_larger_than_a_workers_share(units: list[int], workers: int) -> None:
    assert max(sizes(units, workers)) <= ceil(len(units) / workers)


def test_a_population_is_not_larger_than_the_trainer_allows() -> None:
    assert sizes([8] * 10, workers=1, population=4) == [4, 3, 3]
    assert max(sizes([8] * 10 + [16] * 10, workers=2, population=3)) == 3


def test_one_worker_takes_each_structure_whole() -> None:
    assert sizes([8, 16, 8, 16, 8], workers=1) == [3, 2]


def test_what_took_longer_is_begun_first() -> None:
    assert taken([8, 16, 32, 64], [1, 4, 2, 3], workers=2) == [[4], [3], [2], [1]]
    assert taken([8, 8, 8, 16], [5, 5, 5, 8], workers=2) == [[5, 5], [8], [5]]


def test_a_population_that_would_keep_others_waiting_is_shared_out() -> None:
    assert taken([8, 8, 16], [6, 6, 1], workers=2) == [[6], [6], [1]]
    assert taken([8, 8, 16], [1, 1, 6], workers=2) == [[6], [1, 1]]


def test_a_structure_is_cut_by_what_its_members_take() -> None:
    assert taken([8] * 16, [10.0] * 8 + [1.0] * 8, workers=2) == [[10.0] * 5, [10.0] * 3 + [1.0] * 8]


def test_the_costliest_structure_is_grouped_first() -> None:
    """A cheap structure of many comes after a dear one of few, and is then cut to what is left."""
    found = taken([8] * 20 + [16] * 4, [1.0] * 20 + [20.0] * 4, workers=2)
    assert found[:2] == [[20.0, 20.0]] * 2
    assert max(map(len, found)) <= 5


@pytest.mark.parametrize("max_population", [1, 8, 64])
def test_wild_costs_are_no_trouble(max_population: int) -> None:
    trials = [Trial(n, 0, (), {"units": n % 2}, epochs=1, seconds=1e9 if n % 2 else 0.0) for n in range(6)]
    found = group(trials, ByUnits(), frozenset(), 2, max_population)
    assert sorted(trial.index for members in found for trial in members) == list(range(6))


def test_trials_that_took_no_time_at_all_are_no_trouble() -> None:
    assert taken([8, 8, 16, 16], [0, 0, 0, 0], workers=2) == [[0, 0], [0, 0]]
