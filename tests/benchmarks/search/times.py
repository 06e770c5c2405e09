"""How long a proposal takes after ever more trials."""

from __future__ import annotations

from time import process_time

import numpy
from caviar import History, Random, TrialState

from tests.benchmarks.search.methods import OURS
from tests.benchmarks.search.tasks import Task

_TRIALS = (100, 1_000, 10_000, 100_000)


def markdown(task: Task) -> str:
    """Milliseconds a trial in rounds of 16, the best of five, after random trials of a task."""
    lines = [
        "Milliseconds of processor time to propose a trial, in rounds of 16, after so many trials (best of five)",
        "",
        f"| strategy | {' | '.join(f'{trials:,}' for trials in _TRIALS)} |",
        f"|---|{'---|' * len(_TRIALS)}",
    ]
    for name, strategy in OURS.items():
        cells = []
        for trials in _TRIALS:
            generator = numpy.random.default_rng(0)
            points = task.space.clip(generator.random((min(trials, 1000), len(task.space))))
            points = numpy.tile(points, (-(-trials // len(points)), 1))[:trials]
            losses = generator.random(trials)
            epochs = numpy.ones(trials, dtype=numpy.int64)
            past = History("minimize", points, losses, (TrialState.FINISHED,) * trials, epochs, losses[:, None])
            spent = []
            for _ in range(5):
                began = process_time()
                strategy().propose(task.space, past, 16, Random(1))
                spent.append(process_time() - began)
            cells.append(f"{1000 * min(spent) / 16:.3f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
