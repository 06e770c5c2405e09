"""Keep: selects the trials whose arrays the engine stores."""

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
        """The numbers of these trials. The engine does not even write the arrays of others."""
        trials = tuple(trials)
        return {each.index for each in trials if not each.state.done} | {
            each.index for each in ranked((one for one in trials if one.state.done), self.goal)[: self.most]
        }


def useless(trial: Trial) -> bool:
    """Whether a trial's arrays are not needed any more: it has ended, and not as finished."""
    return trial.state.done and trial.state is not TrialState.FINISHED
