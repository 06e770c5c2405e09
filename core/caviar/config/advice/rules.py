"""All rules that need only the file, and running them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice, Rule
from caviar.config.advice.default_trials import default_trials
from caviar.config.advice.few_rows_per_class import few_rows_per_class
from caviar.config.advice.many_classes import many_classes
from caviar.config.advice.narrow_learning_rate import narrow_learning_rate
from caviar.config.advice.normalizer_alone import normalizer_alone
from caviar.config.advice.rare_class import rare_class
from caviar.config.advice.rarely_searched import rarely_searched
from caviar.config.advice.small_batches import small_batches
from caviar.config.advice.unheeded_start import unheeded_start
from caviar.config.advice.uniform_scale import uniform_scale
from caviar.config.advice.wide_grid import wide_grid

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

RULES: dict[str, Rule] = {
    "default-trials": default_trials,
    "uniform-scale": uniform_scale,
    "narrow-learning-rate": narrow_learning_rate,
    "rarely-searched": rarely_searched,
    "wide-grid": wide_grid,
    "normalizer-alone": normalizer_alone,
    "small-batches": small_batches,
    "unheeded-start": unheeded_start,
    "many-classes": many_classes,
    "rare-class": rare_class,
    "few-rows-per-class": few_rows_per_class,
}
AFTER = (
    *("simple-models", "parts-differ", "nearly-perfect", "many-inputs", "tied-trials", "last-epochs", "range-edge"),
    "last-tested",
)
"""Rules that need results; the engine has them."""


def advice_on(pipeline: Pipeline) -> Iterator[Advice]:
    """The advice of all rules that the file does not silence."""
    for name, rule in RULES.items():
        if name not in pipeline.check.silence:
            yield from rule(pipeline)
