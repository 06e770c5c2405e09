"""Of which trials arrays are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from caviar.values.history import Goal
from caviar.values.ranking import ranked
from caviar.values.trial import Trial, TrialState


@dataclass(frozen=True)
class Keep:
    """The training states of trials that may be trained further, and the weights of the best `most` finished ones."""

    most: int
    goal: Goal

    def of(self, trials: Iterable[Trial]) -> set[int]:
        """The numbers of these trials. Arrays of others are not even written."""
        trials = tuple(trials)
        return {each.index for each in trials if not each.state.done} | {
            each.index for each in ranked(trials, self.goal)[: self.most]
        }


def useless(trial: Trial) -> bool:
    """Whether its arrays are wanted no more: it has ended, and not finished."""
    return trial.state.done and trial.state is not TrialState.FINISHED
