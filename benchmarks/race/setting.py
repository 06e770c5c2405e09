"""What both sides are given: the tables, the space, the epochs, the processes. Imports nothing of Caviar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

TABLES = ("letter", "adult", "pendigits", "magic", "fashion_mnist_14x14", "california_housing")
SECONDS = (30, 120)
PROCESSES = 2
HELD = 0.2  # of the training rows: those on which trials are compared
EPOCHS = 27  # 3 cubed: the rungs of both pruners, 1, 3 and 9, lead up to it
TARGET = "y"

Range: TypeAlias = tuple[str, list[Any]]
"""A sampler and its ends or options."""
STRENGTH = "regularizer.l2.strength"
DECAY = "schedule.learning_rate.decay"
# What the plugins themselves declare for tiers 1 to 3: learning rate, units and batch, layers and decay.
SPACE: Mapping[str, Range] = {
    "model.layers": ("int", [1, 3]),
    "model.units": ("log-int", [32, 256]),
    "model.dropout": ("uniform", [0.0, 0.5]),
    "optimizer.learning_rate": ("log", [1e-4, 1.0]),
    "trainer.batch_size": ("choice", [32, 64, 128, 256]),
    STRENGTH: ("log", [1e-6, 1e-2]),
    DECAY: ("uniform", [0.8, 1.0]),
}

# Strategy, pruner and round were chosen on 20,000 rows of Fashion-MNIST shrunk to 7x7, not by racing on these tables.
# More trials than there is time for, and no baselines, which the peer does not train either.
_PIPELINE = """
name = "race"
seed = {seed}
data = {{ {data}, target = "{target}", validation = {held} }}
executor = {{ use = "processes", workers = {processes} }}
"""
_SEARCH = """
normalizer = "batchnorm"
regularizer = [{{ use = "l2", strength = {strength} }}]
schedule.learning_rate = {{ use = "exponential", decay = {decay} }}
trainer.epochs = {epochs}
{ranges}

[search]
strategy = "gaussian-process"
pruner = "hyperband"
round = 16
trials = 100_000
baselines = false
ensemble = {ensemble}
seconds = {seconds}
"""
_RECIPE = """
recipe = "{recipe}"
trainer.epochs = {epochs}
search = {{ trials = 100_000, baselines = false, seconds = {seconds} }}
"""


def pipeline(data: str, seed: int, seconds: float, recipe: str = "", ensemble: int = 0, epochs: int = EPOCHS) -> str:
    """The file that `pipe run` is given: the declared space, or what a recipe fills in. `data`: keys of [data].

    `ensemble`: of the declared space; a recipe says its own. `epochs`: of a recipe; the space is declared for EPOCHS.
    """
    head = _PIPELINE.format(seed=seed, data=data, target=TARGET, held=HELD, processes=PROCESSES)
    if recipe:
        return head + _RECIPE.format(recipe=recipe, seconds=seconds, epochs=epochs)
    ranges = {path: f"{{ {sampler} = {ends} }}" for path, (sampler, ends) in SPACE.items()}
    strength, decay = ranges.pop(STRENGTH), ranges.pop(DECAY)
    lines = "\n".join(f"{path} = {text}" for path, text in ranges.items())
    return head + _SEARCH.format(
        seconds=seconds, strength=strength, decay=decay, epochs=EPOCHS, ranges=lines, ensemble=ensemble
    )
