"""Re-tests: after a round, trials that the strategy doubts are trained once more, from other seeds.

As in a round, nothing is kept in memory between two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from caviar.engine.failures.machine_faults import resolve
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.search.merge_folds import merge_folds
from caviar.engine.search.objective import Objective
from caviar.engine.search.observers import Observers
from caviar.engine.search.populations import group
from caviar.engine.training.clock import time_over
from caviar.interfaces.executor import Workers
from caviar.interfaces.store import Ledger
from caviar.values.dimension import Space
from caviar.values.history import History
from caviar.values.random import Random
from caviar.values.run import EpochInfo, RunInfo
from caviar.values.segment import MemberOutcome, Segment
from caviar.values.trial import Retest, Trial, TrialState
from caviar.values.wrong_return import WrongReturn

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class Retests:
    """Those of round `round`. They are asked for once: what was decided stands, also where the round grows later."""

    pipeline: Pipeline
    space: Space
    objective: Objective
    ledger: Ledger
    observers: Observers
    info: RunInfo
    floats: frozenset[str]
    max_population: int
    round: int

    def complete(self, workers: Workers, history: Callable[[Sequence[Trial]], History]) -> None:
        """Asks for them unless that was done, and trains those that are queued.

        `history` tells what a strategy sees of trials. Raises Unfinished.
        """
        trials = self.ledger.trials()
        asked = any(each.round == self.round for trial in trials for each in trial.retests)
        if trials and trials[-1].round == self.round and not asked:
            queued = self._ask(history(trials), trials)
        else:
            queued = [trial for trial in trials if trial.retests and trial.retests[-1].state is TrialState.QUEUED]
        if not queued:
            return
        for repeat in sorted({len(trial.retests) for trial in queued}):
            self._train([trial for trial in queued if len(trial.retests) == repeat], repeat, workers)
        numbers, trials = {trial.index for trial in queued}, self.ledger.trials()
        again = tuple(trial for trial in trials if trial.index in numbers)
        self.observers.tell("after_retests", run=self.info, trials=again, best=self.objective.best(trials))

    def _ask(self, history: History, trials: Sequence[Trial]) -> list[Trial]:
        strategy, random = self.pipeline.search.strategy, Random(self.pipeline.seed).child("strategy")
        with attribute_errors(strategy):
            rows = strategy.retests(self.space, history, random)
            unfit = [row for row in rows if row < history.earlier or history.states[row] is not TrialState.FINISHED]
            if unfit or len(set(rows)) < len(rows):
                text = f"asked to re-test {rows}: each once, of this study's trials that have finished"
                raise WrongReturn(strategy, "retests", text)
        asked = [trials[row - history.earlier] for row in sorted(rows)]
        queued = [replace(each, retests=(*each.retests, Retest(self.round))) for each in asked]
        if queued:
            self.ledger.settle(queued)
        return queued

    def _train(self, trials: Sequence[Trial], repeat: int, workers: Workers) -> None:
        by_index = {trial.index: trial for trial in trials}
        folds = (self.pipeline.data and self.pipeline.data.folds) or 1
        outcomes = workers.run(self._segments(trials, repeat, folds, workers.count), self._tell)
        aside = list[MemberOutcome]()
        for members in merge_folds(outcomes, folds):
            aside += [each for each in members if each.state is TrialState.QUEUED]
            self._settle([each for each in members if each.state is not TrialState.QUEUED], by_index)
        # Nothing is too large that was trained before.
        resolve(aside, by_index, False, self.ledger, self._settle)

    def _settle(self, members: Sequence[MemberOutcome], trials: Mapping[int, Trial]) -> None:
        if members:
            self.ledger.settle([self._ended(trials[member.trial], member) for member in members])

    def _segments(self, trials: Sequence[Trial], repeat: int, folds: int, workers: int) -> Iterator[Segment]:
        limit, epochs = self.pipeline.search.trial_seconds, self.pipeline.trainer.epochs
        for members in group(trials, self.pipeline.trainer, self.floats, workers, self.max_population):
            numbers, values = tuple(each.index for each in members), tuple(each.values for each in members)
            seconds = (limit / folds,) * len(members) if limit else ()
            for fold in range(folds):
                yield Segment(numbers, values, 0, epochs, fold, None, seconds, repeat)

    def _tell(self, epoch: EpochInfo) -> None:
        self.observers.tell("after_retest_epoch", run=self.info, epoch=epoch)

    def _ended(self, trial: Trial, outcome: MemberOutcome) -> Trial:
        *before, retest = trial.retests
        objective, metrics, reason = self.objective.again(outcome), outcome.final or {}, outcome.reason
        if outcome.state is TrialState.PRUNED:
            reason = time_over(outcome.seconds, self.pipeline, outcome.epoch)
        done = Retest(retest.round, outcome.state, objective, metrics, reason, outcome.trace)
        return replace(trial, retests=(*before, done), killed=0)


def known_before(round: int, trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """The trials as a round is proposed from them: with the re-tests of the rounds before it only."""
    return tuple(
        replace(trial, retests=tuple(each for each in trial.retests if each.round < round)) if trial.retests else trial
        for trial in trials
    )
