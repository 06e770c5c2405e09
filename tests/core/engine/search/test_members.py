"""Members that raise, return nonsense, diverge or leave: a recorded result each; the others' bits are untouched."""

from __future__ import annotations

import re
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from caviar import TrialState, load
from caviar.engine.data.resolve import resolve_run
from caviar.engine.training.job import Work
from caviar.plugin import Segment

OPTIMIZER = '''
"""An optimizer that misbehaves where it meets a learning rate of 0.5."""

import sys

import caviar
import numpy
from caviar_plugins import Adam


class Moody(Adam):
    mood: str = "calm"

    def init(self, parameters, layout):
        state = super().init(parameters, layout)
        return {**state, "sum": numpy.zeros_like(parameters[:1])} if self.mood == "shared" else state

    def update(self, parameters, gradients, state, step, layout):
        super().update(parameters, gradients, state, step, layout)
        if self.mood == "shared":
            state["sum"] += parameters.sum(axis=0, keepdims=True)
            parameters -= 1e-3 * state["sum"]
        bad = self.learning_rate[:, 0] == 0.5
        if not bad.any() or (step < 7).any() or self.mood in ("calm", "shared"):
            return
        if self.mood == "diverges":
            parameters[bad] = numpy.nan
            return
        parameters += 1.0  # what was computed so far must not live on
        if self.mood == "raises":
            raise ValueError("too\\nfast")
        if self.mood == "exits":
            sys.exit(3)
        if self.mood == "memory":
            raise MemoryError
        parameters += numpy.ones((len(parameters), 3))
'''

PIPELINE = """
data = "digits"
normalizer = "batchnorm"
[model]
units = 4
dropout = 0.2
[optimizer]
use = "moody"
learning_rate = { uniform = [0.01, 1.0] }
[trainer]
epochs = 4
batch_size = 512
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "p.toml").write_text(PIPELINE)
    (tmp_path / "moody.py").write_text(OPTIMIZER)
    return tmp_path / "p.toml"


def job(file: Path, mood: str) -> Work:
    return resolve_run(load(file, [f"optimizer.mood={mood}"], file.parent / "moody.py"))[0]


RATES = (0.01, 0.02, 0.5, 0.03, 0.04, 0.05)


def train(work: Work, start: int = 0, until: int = 4, state: Any = None) -> dict[int, Any]:
    values = tuple({"optimizer.learning_rate": rate} for rate in RATES)
    segment = Segment(tuple(range(len(RATES))), values, start, until, state=state)
    return {each.trial: each for each in work.perform(segment, lambda epoch: None, lambda: None).members}


def bits(outcome: Any) -> Any:
    arrays = {**(outcome.weights or {}), **(outcome.carry or {})}
    return (
        outcome.state,
        outcome.epoch,
        outcome.metrics.values.tolist(),
        outcome.final,
        {name: array.tobytes() for name, array in arrays.items()},
    )


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        ("raises", r"optimizer .moody. of moody.py \w+ failed: ValueError: too fast at .*moody\.py:\d+"),
        ("exits", r"optimizer .moody. of .* failed: SystemExit: 3 at .*moody\.py:\d+"),
        ("shapes", r"optimizer .moody. of .* failed: ValueError: operands could not be broadcast .*moody\.py:\d+"),
    ],
)
def test_a_member_that_raises_has_failed_and_the_others_keep_their_bits(file: Path, mood: str, reason: str) -> None:
    calm, moody = train(job(file, "calm")), train(job(file, mood))
    failed = moody.pop(2)
    assert (failed.state, failed.epoch, failed.metrics, failed.weights) == (TrialState.FAILED, 0, None, None)
    assert re.fullmatch(reason, failed.reason)
    assert {trial: bits(each) for trial, each in moody.items()} == {trial: bits(calm[trial]) for trial in moody}


def test_a_member_that_finds_no_memory_stays_queued_and_the_others_keep_their_bits(file: Path) -> None:
    calm, moody = train(job(file, "calm")), train(job(file, "memory"))
    aside = moody.pop(2)
    assert (aside.state, aside.fault, aside.epoch, aside.weights) == (TrialState.QUEUED, "memory", 0, None)
    assert re.fullmatch(r"optimizer .moody. of .* failed: MemoryError at .*moody\.py:\d+", aside.reason)
    assert {trial: bits(each) for trial, each in moody.items()} == {trial: bits(calm[trial]) for trial in moody}


def test_a_member_that_raises_after_a_rung_leaves_the_others_the_state_they_came_with(file: Path) -> None:
    import numpy

    calm = job(file, "calm")
    before = train(calm, until=1)
    state = {name: numpy.stack([each.carry[name] for each in before.values()]) for name in before[0].carry}
    kept = {name: array.copy() for name, array in state.items()}
    moody = train(job(file, "raises"), 1, 4, state)
    assert all(numpy.array_equal(state[name], kept[name]) for name in state)
    failed = moody.pop(2)
    assert (failed.state, failed.epoch) == (TrialState.FAILED, 1)
    whole = train(calm)
    for trial, outcome in moody.items():
        assert outcome.metrics.values.tolist() == whole[trial].metrics.values[:, 1:].tolist()
        assert bits(outcome)[3:] == bits(whole[trial])[3:]


def test_a_member_that_diverges_leaves_and_the_others_keep_their_bits(file: Path) -> None:
    calm, moody = train(job(file, "calm")), train(job(file, "diverges"))
    diverged = moody.pop(2)
    assert (diverged.state, diverged.epoch, diverged.weights) == (TrialState.DIVERGED, 2, None)
    assert "after epoch 2" in diverged.reason
    assert {trial: bits(each) for trial, each in moody.items()} == {trial: bits(calm[trial]) for trial in moody}


def test_a_state_that_members_would_share_is_refused_but_for_one_alone(file: Path) -> None:
    """Else what a trial learns would depend on its companions."""
    work = job(file, "shared")
    max_population = train(work)
    for trial, rate in enumerate(RATES):
        alone = Segment((trial,), ({"optimizer.learning_rate": rate},), 0, 4)
        assert bits(work.perform(alone, lambda epoch: None, lambda: None).members[0]) == bits(max_population[trial])


BACKEND = """
import caviar
from caviar_plugins import NumPy


class Tight(NumPy):
    name = "tight"
    spare: int = 0

    def spare_memory(self):
        return self.spare
"""


def test_a_population_that_does_not_fit_is_trained_in_parts_with_the_same_bits(file: Path) -> None:
    (file.parent / "tight.py").write_text(OPTIMIZER + BACKEND)
    calm = job(file, "calm")
    one = calm.population(Segment((0,), ({"optimizer.learning_rate": 0.1},), 0, 1))
    each = one.parts["trainer"].footprint(one, calm.datasets[0], calm.context(lambda: None))

    def populations(spare: int, sharing: int) -> tuple[set[tuple[int, ...]], dict[int, Any]]:
        settings = [f'backend={{ use = "tight", spare = {spare} }}']
        work = replace(resolve_run(load(file, settings, file.parent / "tight.py"))[0], sharing=sharing)
        segment = Segment(tuple(range(6)), tuple({"optimizer.learning_rate": rate} for rate in RATES), 0, 4)
        told = set[tuple[int, ...]]()
        members = work.perform(segment, lambda epoch: told.add(epoch.trials), lambda: None).members
        return told, {member.trial: bits(member) for member in members}

    fits, whole = populations(6 * each, 1)
    assert fits == {(0, 1, 2, 3, 4, 5)}
    assert populations(6 * each, 2) == ({(0, 1, 2), (3, 4, 5)}, whole)
    assert populations(0, 1) == ({(trial,) for trial in range(6)}, whole)


TRAINER = """
from caviar_plugins import PopulationTrainer

asked = []


class Weighed(PopulationTrainer):
    def footprint(self, population, data, context):
        asked.append(population.trials)
        return super().footprint(population, data, context)
"""


def test_how_much_memory_a_trial_takes_is_estimated_once_for_all_its_rungs(file: Path) -> None:
    (file.parent / "weighed.py").write_text(OPTIMIZER + TRAINER + BACKEND)
    settings = ["trainer.use=weighed", 'backend={ use = "tight", spare = 1000000000 }']
    work = resolve_run(load(file, settings, file.parent / "weighed.py"))[0]
    segment = Segment((0, 1), tuple({"optimizer.learning_rate": rate} for rate in RATES[:2]), 0, 1)
    for part in (segment, segment, segment.part([1])):
        work.perform(part, lambda epoch: None, lambda: None)
    assert sys.modules[type(work.pipeline.trainer).__module__].asked == [(0,)]


@pytest.mark.parametrize("units", ["8", "512"])
def test_the_estimate_of_memory_is_near_what_is_measured(file: Path, units: str) -> None:
    settings = [f"model.units={units}", "trainer.epochs=1", "trainer.batch_size=64"]
    work = resolve_run(load(file, settings, file.parent / "moody.py"))[0]
    segment = Segment(tuple(range(6)), tuple({"optimizer.learning_rate": rate} for rate in RATES), 0, 1)
    one = work.population(segment.part([0]))
    estimate = one.parts["trainer"].footprint(one, work.datasets[0], work.context(lambda: None))
    tracemalloc.start()
    try:
        work.perform(segment, lambda epoch: None, lambda: None)
        measured = tracemalloc.get_traced_memory()[1] / 6
    finally:
        tracemalloc.stop()
    assert 0.8 * measured <= estimate <= 3 * measured
