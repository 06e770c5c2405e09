"""The assessment of a winner: baselines on the same rows, and how far the rows at hand allow to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from caviar.values.history import Goal
from caviar.values.metric_name import MetricName


@dataclass(frozen=True)
class Standing:
    """How one model does: the winner, the ensemble, or a baseline.

    `metrics` are those of the validation and the test part, by name ("test.accuracy"). `intervals`: of those that were
    resampled, the 95 % interval over rows. `lead`, of all but the winner: part ("test") -> the 95 % interval over rows
    of how much better the winner is on the same rows, in the unit of the metric; above 0 the winner is better. `note`
    says what to know about it, such as that it was trained on a part of the rows, or why there are no metrics.
    """

    name: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    lead: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Assessment:
    """The winner of a search beside its ensemble, if it has one, and its baselines.

    `trial` is the winner. `metric` is the one that is compared, without a part: the searched one, or accuracy or r2
    where that is no metric plugin; "" where there is none. `rows`: part -> its rows. `inputs`: the columns of x.
    """

    trial: int
    metric: str
    goal: Goal
    rows: Mapping[str, int]
    inputs: int
    winner: Standing
    baselines: tuple[Standing, ...] = ()
    ensemble: Standing | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the data with results: validation, and test where there is one."""
        return tuple(part for part in ("validation", "test") if self.rows.get(part))

    def on(self, part: str) -> str:
        """The compared metric on a part, as it is written: "test.accuracy"."""
        return str(MetricName(part, self.metric))

    def baseline(self, name: str) -> Standing | None:
        """The baseline of this name that has results; None where it was not trained."""
        return next((each for each in self.baselines if each.name == name and each.metrics), None)
