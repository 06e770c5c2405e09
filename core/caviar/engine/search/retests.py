"""Re-tests: after a round, trials that the strategy selects are trained once more, from other seeds.

As in a round, nothing is kept in memory between two steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from caviar.engine.failures.machine_faults import resolve
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.search.context import SearchContext
from caviar.engine.search.identities import both
from caviar.engine.search.trainings import Trainings
from caviar.engine.storage.study_view import StudyView
from caviar.engine.training.epochs import epochs_of
from caviar.interfaces.executor import Workers
from caviar.values.random import Random
from caviar.values.segment import MemberOutcome
from caviar.values.trial import Retest, Trial, TrialState
from caviar.values.wrong_return import WrongReturn


@dataclass(frozen=True)
class Retests:
    """The re-tests of round `round`. The strategy decides once, even if the round grows later."""

    context: SearchContext
    round: int

    def complete(self, workers: Workers) -> None:
        """Requests the re-tests unless that was done; trains the queued ones if there is time. Raises Unfinished."""
        trials, retested = self.context.ledger.trials(), self.context.ledger.retested().values()
        asked = any(each.round == self.round for trial in retested for each in trial.retests)
        if trials and trials[-1].round == self.round and not asked:
            queued = self._ask(trials)
        else:
            queued = [trial for trial in retested if trial.retests[-1].state is TrialState.QUEUED]
        if not queued or self.context.limit.over:
            return
        for repeat in sorted({len(trial.retests) for trial in queued}):
            self._train([trial for trial in queued if len(trial.retests) == repeat], repeat, workers)
        numbers, trials = {trial.index for trial in queued}, self.context.ledger.trials()
        again = tuple(trial for trial in trials if trial.index in numbers)
        self.context.observers.tell(
            "after_retests", run=self.context.info, trials=again, best=self.context.objective.best(trials)
        )

    def _ask(self, trials: Sequence[Trial]) -> list[Trial]:
        history = self.context.history(trials)
        strategy, random = self.context.pipeline.search.strategy, Random(self.context.pipeline.seed).child("strategy")
        with attribute_errors(strategy):
            rows = strategy.retests(self.context.space, history, random)
            unfit = [row for row in rows if row < history.earlier or history.states[row] is not TrialState.FINISHED]
            if unfit or len(set(rows)) < len(rows):
                text = f"asked to re-test {rows}; it may name each finished trial of this study, once"
                raise WrongReturn(strategy, "retests", text)
        inside = [each for each in trials if not each.outside]
        asked = [each for each in (inside[row - history.earlier] for row in sorted(rows)) if self._repeatable(each)]
        queued = [replace(each, retests=(*each.retests, Retest(self.round))) for each in asked]
        if queued:
            self.context.ledger.settle(queued)
        return queued

    def _repeatable(self, trial: Trial) -> bool:
        """Whether a re-test would be the same training: the file had this many epochs then."""
        pipeline = self.context.pipeline
        return epochs_of(trial, self.context.ledger.study(), pipeline) == pipeline.trainer.epochs

    def _train(self, trials: Sequence[Trial], repeat: int, workers: Workers) -> None:
        by_index = {trial.index: trial for trial in trials}
        trainings = Trainings(self.context, "after_retest_epoch", repeat)
        settle = partial(self._settle, trainings=trainings)
        segments = trainings.segments(trials, 0, self.context.pipeline.trainer.epochs, workers)
        aside = trainings.run(segments, by_index, workers, settle)
        # Nothing is too large that was trained before.
        resolve(aside, by_index, False, self.context.ledger, settle)

    def _settle(self, members: Sequence[MemberOutcome], trials: Mapping[int, Trial], trainings: Trainings) -> None:
        self.context.ledger.settle([self._ended(trials[each.trial], each, trainings) for each in members])

    def _ended(self, trial: Trial, outcome: MemberOutcome, trainings: Trainings) -> Trial:
        *before, retest = trial.retests
        objective, metrics = self.context.objective.again(outcome), outcome.final or {}
        reason = trainings.reason(trial, outcome)
        done = Retest(retest.round, outcome.state, objective, metrics, reason, outcome.trace)
        return replace(trial, retests=(*before, done), killed=0, origins=both(trial.origins, outcome.origins))


def known_before(round: int, ledger: StudyView) -> tuple[Trial, ...]:
    """The trials for proposing a round: with the re-tests of earlier rounds only."""
    trials = [*ledger.trials()]
    for place, trial in ledger.retested().items():
        trials[place] = before_round(round, trial)
    return tuple(trials)


def before_round(round: int, trial: Trial) -> Trial:
    """A trial with the re-tests of earlier rounds only."""
    return replace(trial, retests=tuple(each for each in trial.retests if each.round < round))
