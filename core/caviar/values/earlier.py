"""Trials of other runs, as a study that starts from them sees them."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.values.trial import Trial


@dataclass(frozen=True)
class EarlierTrial:
    """`trial.point` lies in the space of the study that starts from it; `curve` is its metric after each epoch.

    The trial's number, round and values are those it had at home; once the study has gone on with other ranges, the
    values are those it has in the study. Its point is NaN where it lies outside of them.
    """

    trial: Trial
    curve: tuple[float, ...]
