"""An ensemble as results show it: its trials, its metrics, and how it decides between classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from caviar.values.class_decision import ClassDecision


@dataclass(frozen=True)
class Ensemble:
    """The mean of several trials' predictions. `drawn`: trial -> its weight in the mean, the winner first.

    `metrics` are those of the validation and the test part; `decision` is None where it predicts numbers.
    """

    drawn: Mapping[int, int]
    metrics: Mapping[str, float]
    decision: ClassDecision | None = None
