"""Re-tests: after a round, trials that the strategy doubts are trained once more, from other seeds.

As in a round, nothing is kept in memory between two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from caviar.engine.folds import whole
from caviar.engine.job import told
from caviar.engine.objective import Objective
from caviar.engine.populations import group
from caviar.interfaces.executor import Workers
from caviar.interfaces.store import Ledger
from caviar.registry.index import PluginError
from caviar.registry.load import name_of, version_of
from caviar.values.dimension import Space
from caviar.values.history import History
from caviar.values.random import Random
from caviar.values.segment import MemberOutcome, Segment
from caviar.values.trial import Retest, Trial, TrialState

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline


@dataclass(frozen=True)
class Retests:
    """Those of round `round`. They are asked for once: what was decided stands, also where the round grows later."""

    pipeline: Pipeline
    space: Space
    objective: Objective
    ledger: Ledger
    floats: frozenset[str]
    together: int
    round: int

    def complete(self, workers: Workers, history: Callable[[Sequence[Trial]], History]) -> list[Trial]:
        """Asks for them unless that was done, and trains those that are queued; the trials concerned as they now are.

        `history` tells what a strategy sees of trials.
        """
        trials = self.ledger.trials()
        asked = any(each.round == self.round for trial in trials for each in trial.retests)
        if trials and trials[-1].round == self.round and not asked:
            queued = self._ask(history(trials), trials)
        else:
            queued = [trial for trial in trials if trial.retests and trial.retests[-1].state is TrialState.QUEUED]
        if not queued:
            return []
        for repeat in sorted({len(trial.retests) for trial in queued}):
            self._train([trial for trial in queued if len(trial.retests) == repeat], repeat, workers)
        numbers = {trial.index for trial in queued}
        return [trial for trial in self.ledger.trials() if trial.index in numbers]

    def _ask(self, history: History, trials: Sequence[Trial]) -> list[Trial]:
        strategy, random = self.pipeline.search.strategy, Random(self.pipeline.seed).child("strategy")
        try:
            rows = strategy.retests(self.space, history, random)
            unfit = [row for row in rows if row < history.earlier or history.states[row] is not TrialState.FINISHED]
            if unfit or len(set(rows)) < len(rows):
                raise ValueError(f"it asked to re-test {rows}: each once, of this study's trials that have finished")
        except Exception as error:  # a plugin may raise anything
            name, owner = name_of(type(strategy)), version_of(type(strategy))
            raise PluginError(f"strategy '{name}' of {owner} failed: {told(error)}") from error
        asked = [trials[row - history.earlier] for row in sorted(rows)]
        queued = [replace(each, retests=(*each.retests, Retest(self.round))) for each in asked]
        if queued:
            self.ledger.settle(queued)
        return queued

    def _train(self, trials: Sequence[Trial], repeat: int, workers: Workers) -> None:
        by_index = {trial.index: trial for trial in trials}
        folds = (self.pipeline.data and self.pipeline.data.folds) or 1
        outcomes = workers.run(self._segments(trials, repeat, folds, workers.count), lambda epoch: None)
        for members in whole(outcomes, folds):
            self.ledger.settle([self._ended(by_index[member.trial], member) for member in members])

    def _segments(self, trials: Sequence[Trial], repeat: int, folds: int, workers: int) -> Iterator[Segment]:
        for members in group(trials, self.pipeline.trainer, self.floats, workers, self.together):
            numbers, values = tuple(each.index for each in members), tuple(each.values for each in members)
            for fold in range(folds):
                yield Segment(numbers, values, 0, self.pipeline.trainer.epochs, fold, repeat=repeat)

    def _ended(self, trial: Trial, outcome: MemberOutcome) -> Trial:
        *before, retest = trial.retests
        objective, metrics = self.objective.again(outcome), outcome.final or {}
        done = replace(retest, state=outcome.state, objective=objective, metrics=metrics, reason=outcome.reason)
        return replace(trial, retests=(*before, done))


def known_before(round: int, trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """The trials as a round is proposed from them: with the re-tests of the rounds before it only."""
    return tuple(
        replace(trial, retests=tuple(each for each in trial.retests if each.round < round)) if trial.retests else trial
        for trial in trials
    )
