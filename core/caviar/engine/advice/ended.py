"""A search that has ended, as the rules of advice on results see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from caviar.engine.revalidation.tested import Tested
from caviar.engine.search.objective import Objective
from caviar.values.assessment import Assessment
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class Ended:
    """`best` is the winner, `curves` gives a metric after each epoch, by trial.

    `assessment` is the winner's; None where it has none, such as where another trial leads than when the search ended.
    `tested` says when the winner was tested last; None in the run that finds it.
    """

    pipeline: Pipeline
    trials: tuple[Trial, ...]
    best: Trial
    objective: Objective
    assessment: Assessment | None
    curves: Callable[[str], Mapping[int, Sequence[float]]]
    tested: Tested | None = None

    def half_interval(self, part: str) -> float | None:
        """Half the 95 % interval over rows of the winner's compared metric on a part; None where it is unknown.

        With folds that of the validation part is 1.96 standard errors of the mean over folds.
        """
        if self.assessment is None:
            return None
        metric = self.assessment.on(part)
        if metric in self.assessment.winner.intervals:
            low, high = self.assessment.winner.intervals[metric]
            return (high - low) / 2
        folds, apart = getattr(self.pipeline.data, "folds", None), self.best.over_folds(metric)
        if part != "validation" or not folds or apart is None or not isfinite(apart):
            return None
        return 1.96 * apart / float(int(folds) ** 0.5)
