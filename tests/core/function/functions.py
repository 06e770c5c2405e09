"""Training functions for tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import caviar
import numpy
from caviar_plugins import Choice, Log, LogInt


@caviar.trial(metric="score", goal="maximize", epochs=4)
def descend(
    rate: Any = Log(1e-2, 0.4),
    units: Any = LogInt(2, 8),
    form: Any = Choice(["a", "b"]),
    *,
    seed: int,
    state: Any = None,
) -> Iterator[tuple[dict[str, float], Any]]:
    """Descends in a bowl, with noise that depends on seed and step."""
    x, step = (state["x"], state["step"]) if state else (numpy.random.default_rng(seed).normal(size=2), 0)
    while True:
        step += 1
        x = x - rate * x + 0.01 * numpy.random.default_rng([seed, step]).normal(size=2)
        score = -float((x**2).sum()) - 0.01 * abs(units - 4) - (form == "b")
        yield {"score": score, "train.loss": -score}, {"x": x, "step": step}


@caviar.trial(metric="score", goal="maximize", epochs=4)
def replayed(rate: Any = Log(1e-2, 0.4), *, seed: int, folder: Path) -> Iterator[float]:
    """Yields no state, so that it is trained from its start again; it notes each epoch in its folder."""
    x = seed / 2**31
    for epoch in range(1, 5):
        with open(folder / "epochs.txt", "a") as file:
            print(epoch, file=file)
        x -= rate * x
        yield -x
