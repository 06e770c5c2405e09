"""Scores: the values by which trials are ranked, as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10, sqrt
from typing import Self

from caviar.values.metric_name import MetricName
from caviar.values.noise import noise
from caviar.values.trial import Trial, TrialState

_POWERS = 1e7
"""From here on numbers are written with powers of ten."""


def short_number(value: float) -> str:
    """Four significant digits; thousands are written out: 12,350."""
    if 0.01 <= abs(value) < 100:
        return f"{value:.4f}"
    return f"{float(f'{value:.4g}'):,.0f}" if 10_000 <= abs(value) < _POWERS else f"{value:,.4g}"


def short_interval(low: float, high: float) -> tuple[str, str]:
    """Both ends with as many decimals as the width needs for two significant digits, and with three below 100."""
    size, width = max(abs(low), abs(high)), high - low
    if not (isfinite(width) and width > 0 and 0.001 <= size < _POWERS):
        return f"{low:.3g}", f"{high:.3g}"
    decimals = 1 - floor(log10(width))
    decimals = min(max(decimals, 3), 8) if size < 100 else min(decimals, 2)
    told = (round(end, decimals) + 0.0 for end in (low, high))  # 0.0 instead of -0.0
    lower, upper = (f"{end:,.{max(decimals, 0)}f}" for end in told)
    return lower, upper


@dataclass(frozen=True)
class Scores:
    """`metric` is the searched one; `noise` that of one training, 0.0 without re-tests."""

    metric: str
    noise: float = 0.0

    @classmethod
    def of(cls, trials: Iterable[Trial], metric: str) -> Self:
        """The scores of a study, with the noise that its ranking uses."""
        return cls(metric, noise(trial.runs for trial in trials if trial.state is TrialState.FINISHED))

    def words(self, trial: Trial) -> str:
        """0.9731; 0.9731 ± 0.0012 of 3 trainings; 0.9731 ± 0.0012 over folds."""
        if trial.judged is None:
            return ""
        told, many, apart = short_number(trial.judged), len(trial.runs), trial.over_folds(self.metric)
        if self.noise and isfinite(trial.judged):
            told += f" ± {_two(self.noise / sqrt(many))}"
        elif apart is not None:
            told += f" ± {apart:.2g} over folds"
        return told if many == 1 else f"{told} of {many}"

    def tie(self, trials: Sequence[Trial]) -> str:
        """How many of the trials, best first, share the first place, in words; nothing if fewer than three do.

        It names the metric of the validation part that distinguishes them best, if one does.
        """
        tied = [
            trial
            for trial in trials
            if trial.state is TrialState.FINISHED and self._rank(trial) == self._rank(trials[0])
        ]
        if len(tied) < 3 or tied[0].judged is None:
            return ""
        apart = {name: len({trial.metrics.get(name) for trial in tied}) for name in tied[0].metrics}
        parted = {name: many for name, many in apart.items() if MetricName.parse(name).part == "validation"}
        other = max(parted, key=lambda name: parted[name], default="")
        hint = f"; {other} distinguishes them" if parted.get(other, 0) > len(tied) / 2 else ""
        return (
            f"{len(tied)} trials share the first place, with {self.metric} {short_number(tied[0].judged)}; of equal "
            f"trials the lowest number comes first{hint}."
        )

    def _rank(self, trial: Trial) -> tuple[float, float | None, int]:
        return trial.violation, trial.judged, len(trial.runs) if self.noise else 0

    def legend(self, trials: Iterable[Trial]) -> str:
        """The meaning of ± for these trials, and what ranks them; nothing if none has it."""
        if self.noise:
            return (
                f"± covers training seeds, not rows: the standard error of a trial's mean, {_two(self.noise)}, the "
                "noise of one training, pooled over all re-tested trials, / sqrt(trainings). "
                '"of 2" is the mean of two. Ranked by the worse end.'
            )
        if any(trial.over_folds(self.metric) is not None for trial in trials):
            return "± covers folds: the standard deviation over a trial's folds. Ranked by the mean over them."
        return ""


def _two(value: float) -> str:
    """Two significant digits, including a zero: 0.030."""
    return f"{value:#.2g}".rstrip(".")
