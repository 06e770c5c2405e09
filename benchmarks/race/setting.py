"""What both sides are given: the data's split, the space, the epochs, the processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

DATA = Path(__file__).parents[2] / "pipelines" / "data" / "letter.npz"

TRIALS = 64  # the peer's; ours goes on to LONGER, so that a late seed has its time too
LONGER = 192
PROCESSES = 2
HELD = 0.2
EPOCHS = 9  # 3 squared: the rungs of both pruners, 1 and 3, lead up to it

Range: TypeAlias = tuple[str, list[Any]]
"""A sampler and its ends or options."""
STRENGTH = "regularizer.l2.strength"
DECAY = "schedule.learning_rate.decay"
SPACES: dict[str, dict[str, Range]] = {
    "small": {
        "model.layers": ("int", [1, 2]),
        "model.units": ("choice", [64, 128]),
        "optimizer.learning_rate": ("log", [1e-4, 1.0]),
        "trainer.batch_size": ("choice", [64, 128, 256]),
        STRENGTH: ("log", [1e-7, 1e-2]),
    },
    # What the plugins themselves declare for tiers 1 to 3: learning rate, units and batch, layers and decay.
    "declared": {
        "model.layers": ("int", [1, 3]),
        "model.units": ("log-int", [32, 256]),
        "model.dropout": ("uniform", [0.0, 0.5]),
        "optimizer.learning_rate": ("log", [1e-4, 1.0]),
        "trainer.batch_size": ("choice", [32, 64, 128, 256]),
        STRENGTH: ("log", [1e-6, 1e-2]),
        DECAY: ("uniform", [0.8, 1.0]),
    },
}

# Strategy, pruner and round were chosen on 20,000 rows of Fashion-MNIST shrunk to 7x7, not by racing on letter.
_PIPELINE = """
name = "race"
seed = {seed}
normalizer = "batchnorm"
reporter = ["progress", {{ use = "stopwatch", path = "{log}" }}]
data = {{ path = "{data}", target = "y", validation = {held} }}
search = {{ strategy = "gaussian-process", pruner = "hyperband", round = 16, trials = {trials} }}
executor = {{ use = "processes", workers = {processes} }}
regularizer = [{{ use = "l2", strength = {strength} }}]
schedule.learning_rate = {{ use = "exponential", decay = {decay} }}
trainer.epochs = {epochs}
{ranges}
"""


def pipeline(data: Path, space: str, seed: int, log: Path, trials: int) -> str:
    """The file that `pipe run` is given."""
    ranges = {path: f"{{ {sampler} = {ends} }}" for path, (sampler, ends) in SPACES[space].items()}
    strength, decay = ranges.pop(STRENGTH), ranges.pop(DECAY, "1.0")
    lines = "\n".join(f"{path} = {text}" for path, text in ranges.items())
    return _PIPELINE.format(
        data=data,
        held=HELD,
        seed=seed,
        log=log,
        trials=trials,
        processes=PROCESSES,
        strength=strength,
        decay=decay,
        epochs=EPOCHS,
        ranges=lines,
    )
