"""Grouping: which trials are trained as one population."""

from __future__ import annotations

from collections.abc import Mapping, Set
from math import ceil
from typing import Any

import pytest
from caviar import Trial
from caviar.engine.populations import group
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


def test_a_population_that_would_keep_others_waiting_is_shared_out() -> None:
    assert taken([8, 8, 16], [6, 6, 1], workers=2) == [[6], [6], [1]]
    assert taken([8, 8, 16], [1, 1, 6], workers=2) == [[6], [1, 1]]


def test_trials_that_took_no_time_at_all_are_no_trouble() -> None:
    assert taken([8, 8, 16, 16], [0, 0, 0, 0], workers=2) == [[0, 0], [0, 0]]
