"""Training times of real networks: LCBench, 1,000 configurations on each of 12 tables, 50 epochs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy


def spreads(shared: Path) -> dict[str, Any]:
    """By table the seconds of each configuration, divided by their mean: float64 (configurations)."""
    with numpy.load(shared / "data" / "hpo" / "lcbench.npz") as archive:
        last = archive["time"][:, :, -1].astype(numpy.float64)
        tasks = [str(task) for task in archive["tasks"]]
    return {task: each / each.mean() for task, each in zip(tasks, last, strict=True)}


def drawn(spread: Any, count: int, seed: int) -> Any:
    """So many times, drawn with replacement."""
    return numpy.random.default_rng(seed).choice(spread, count)
