"""A planted change of the optimum: the same letters, whose inputs are 30 times as large, unscaled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import caviar
from caviar_plugins import MLP, SGD, Log, LogInt, PopulationTrainer

from benchmarks.retest.sources import archive

_ROWS, _SEEDS = 6_000, (1, 2, 3)


def optimum(folder: Path) -> Iterator[str]:
    """A line for each seed of the search: both answers, and the learning rates of the winner and of the best rival."""
    found = archive("letter")
    X, y = found["X"][:_ROWS].astype("float32") / 15, found["y"][:_ROWS]
    again, new = found["X"][_ROWS : 2 * _ROWS].astype("float32") / 15, found["y"][_ROWS : 2 * _ROWS]
    yield "| seed | winner's rate | other rows, same scale | scale x 30 | best rival's rate | seconds |"
    yield "|---|---|---|---|---|---|"
    for seed in _SEEDS:
        pipeline = caviar.Pipeline(
            name=f"letter-{seed}",
            seed=seed,
            transform=(),
            model=MLP(units=LogInt(16, 64)),
            optimizer=SGD(learning_rate=Log(1e-4, 10.0)),
            trainer=PopulationTrainer(epochs=6, batch_size=64),
            search=caviar.Search(strategy="coarse-to-fine", trials=24, baselines=False),  # type: ignore[arg-type]
            reporter=(),
        )
        study = pipeline.run(X, y, runs=folder)
        assert study.best is not None
        began = time.monotonic()
        same = caviar.retest(study, again, new)
        seconds = time.monotonic() - began
        moved = caviar.retest(study, 30 * again, new)
        assert same is not None
        assert moved is not None
        best = max(moved.rivals, key=lambda each: each.ahead)
        rates = [each.values["optimizer.learning_rate"] for each in (study.best, best)]
        cells = (f"{rates[0]:.3g}", _told(same), _told(moved), f"{rates[1]:.3g}", f"{seconds:.0f}")
        yield f"| {seed} | {' | '.join(cells)} |"


def _told(found: caviar.Revalidation) -> str:
    answer = found.wins
    ends = "" if answer.interval is None else f" ({answer.interval[0]:+.3f} to {answer.interval[1]:+.3f})"
    return f"{answer.answer}{ends}, exit {found.exit_code}"
