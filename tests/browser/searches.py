"""Facts of a search of any size, made of the trials of a small one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy
from caviar import TrialState, open_run
from caviar.plugin import RunFacts, TimedPopulation, Trial, ranked


def search_of(folder: Path, trials: int, epochs: int = 9) -> RunFacts:
    """Half of the trials finished, the others pruned at the first epoch or failed; success depends on the points."""
    facts, draw = open_run(folder).facts(), numpy.random.default_rng(1)
    sample = next(trial for trial in facts.trials if trial.state is TrialState.FINISHED)
    made, curves, reached = [], dict[int, numpy.ndarray](), dict[int, float]()
    for index in range(trials):
        point = draw.random(len(facts.space))
        state = (TrialState.FINISHED, TrialState.PRUNED, TrialState.FINISHED, TrialState.PRUNED)[index % 4]
        state = TrialState.FAILED if index % 50 == 17 else state
        length = {TrialState.FINISHED: epochs, TrialState.PRUNED: 3, TrialState.FAILED: 0}[state]
        level = 0.98 - 0.3 * (point[0] - 0.6) ** 2 - 0.1 * (point[1] - 0.2) ** 2
        curve = level - 0.2 * numpy.exp(-numpy.arange(1, length + 1)) + 0.003 * draw.normal(size=length)
        end = float(curve[-1]) if length else None
        if length:
            curves[index] = curve
        if state is TrialState.PRUNED and end is not None:
            reached[index] = end
        trial = replace(
            sample,
            index=index,
            round=index // 16,
            point=tuple(point.tolist()),
            values=facts.space.values(point),
            state=state,
            epochs=length,
            objective=end if state is TrialState.FINISHED else None,
            metrics={} if end is None else {**sample.metrics, facts.metric: end},
            reason="ValueError: too fast at x.py:3" if state is TrialState.FAILED else None,
            seconds=length / 10,
            retests=(),
        )
        made.append(trial)
    best = ranked(made, facts.goal)[0]
    shares = dict.fromkeys(facts.spans, 1 / len(facts.spans))
    told = replace(facts, total=trials, trials=tuple(made), curves=curves, reached=reached)
    return replace(told, best=best, importance=shares, timeline=tuple(timeline_of(made)))


def timeline_of(trials: Sequence[Trial]) -> Iterator[TimedPopulation]:
    """Two workers train eight trials at a time, to the third epoch, then those that go on; what failed left early."""
    free = [0.0, 0.0]
    for first in range(0, len(trials), 8):
        members, worker = trials[first : first + 8], first // 8 % 2
        for start in (0, 3):
            going = [each for each in members if each.epochs > start or (not start and not each.epochs)]
            if not going:
                continue
            length = len(going) * (3 if not start else 6) / 10
            left = (length if each.epochs else length / 3 for each in going)
            reached = (min(each.epochs, 3) if not start else each.epochs for each in going)
            numbers = tuple(each.index for each in going)
            yield TimedPopulation(f"host {worker}", 1e9 + free[worker], start, numbers, tuple(reached), tuple(left))
            free[worker] += length * 1.05
