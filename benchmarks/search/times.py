"""How long a proposal takes after ever more trials."""

from __future__ import annotations

from time import process_time

import numpy
from caviar.plugin import History, Random, Strategy, TrialState

from benchmarks.search.methods import OURS
from benchmarks.search.tasks import Task

_TRIALS = (100, 1_000, 10_000, 100_000)
_ENDS = (1, 3, 9, 27)  # epochs; of 27 trials 18 are stopped after the first, 6 after the third, 2 after the ninth


def markdown(task: Task) -> str:
    """Milliseconds a trial in rounds of 16, the best of five, after random trials of a task."""
    lines = [
        "Milliseconds of processor time to propose a trial, in rounds of 16, after so many trials (best of five);",
        "pruned: most of them stopped, as by successive halving",
        "",
        f"| strategy | {' | '.join(f'{trials:,}' for trials in _TRIALS)} |",
        f"|---|{'---|' * len(_TRIALS)}",
    ]
    for name, strategy in OURS.items():
        lines.append(f"| {name} | {' | '.join(_cell(strategy(), task, _past(task, count)) for count in _TRIALS)} |")
        if name in ("coarse-to-fine", "gaussian-process"):
            cells = (_cell(strategy(), task, _past(task, count, pruned=True)) for count in _TRIALS)
            lines.append(f"| {name}, pruned | {' | '.join(cells)} |")
    return "\n".join(lines)


def _past(task: Task, trials: int, pruned: bool = False) -> History:
    generator = numpy.random.default_rng(0)
    points = task.space.clip(generator.random((min(trials, 1000), len(task.space))))
    points = numpy.tile(points, (-(-trials // len(points)), 1))[:trials]
    losses = generator.random(trials)
    if not pruned:
        epochs, curves = numpy.ones(trials, dtype=numpy.int64), losses[:, None]
    else:
        epochs = numpy.repeat(_ENDS, (18, 6, 2, 1))[numpy.arange(trials) * 10 % 27]
        curves = losses[:, None] + generator.random((trials, _ENDS[-1])) / numpy.arange(1, _ENDS[-1] + 1)
        curves = numpy.where(numpy.arange(_ENDS[-1]) < epochs[:, None], curves, numpy.nan)
        losses = curves[numpy.arange(trials), epochs - 1]
    states = tuple(TrialState.FINISHED if each == epochs.max() else TrialState.PRUNED for each in epochs)
    return History("minimize", points, losses, states, epochs, curves)


def _cell(strategy: Strategy, task: Task, past: History) -> str:
    spent = []
    for _ in range(5):
        began = process_time()
        strategy.propose(task.space, past, 16, Random(1))
        spent.append(process_time() - began)
    return f"{1000 * min(spent) / 16:.3f}"
